/* ops_settings.c - operations on settings: set, show, revisions. */

#include <inttypes.h>

#include "admin/admin_priv.h"
#include "admin/commit.h"
#include "admin/eyes.h"
#include "admin/review.h"
#include "base/words.h"
#include "store/drafts.h"

/* --- configuration set ---------------------------------------------------- */

/* The number of the line that was refused; 0: the whole was. */
static enum err set_lines(struct op_call *c, struct conf_edit *e,
    size_t *line, struct buf *why)
{
	enum err err;

	for (*line = 1; op_nth(c, "lines", *line - 1).p; ++*line) {
		err = conf_edit_line(e, op_nth(c, "lines", *line - 1), why);
		if (err != ERR_OK)
			return err;
	}
	*line = 0;
	return conf_edit_check(e, why);
}

/* A draft and its commit in one step, for scripts. */
static void set_run(struct op_call *c)
{
	struct conf_edit *e = conf_edit_new();
	struct buf why;
	size_t line;

	buf_init(&why, 4096);
	if (set_lines(c, e, &line, &why) != ERR_OK) {
		op_fail_line(c, OP_INVALID, line, buf_strv(&why));
		conf_edit_free(e);
	} else if (op_given(c, "check")) {
		check_answer(c, e);
		conf_edit_free(e);
	} else if (!eyes_allow(c, STRV_NONE)) {
		conf_edit_free(e);
	} else {
		commit_run(c, e, REVISION_COMMIT, 0);
	}
	buf_deinit(&why);
}

/* --- show configuration -------------------------------------------------- */

struct showing {
	struct op_call *c;
	struct buf prefix;	/* words asked for, with a blank behind */
	struct buf path;
	struct buf lines;	/* with --lines */
	bool as_lines;
};

static void path_of(struct buf *b, const struct conf_section *s,
    const char *name, const char *row)
{
	buf_addz(b, s->name);
	if (s->named)
		buf_addf(b, " %s", name);
	buf_addf(b, " %s", row);
}

static void show_line(struct showing *s, const char *path, const char *value,
    bool secret)
{
	buf_addf(&s->lines, "set %s ", path);
	if (secret)
		conf_secret_ref(strv(value), &s->lines);
	else
		words_quote(&s->lines, strv(value));
	buf_addc(&s->lines, '\n');
}

static void show_one(const struct conf_section *section, const char *name,
    const struct conf_row *row, const char *text, bool given, void *arg)
{
	struct showing *s = arg;
	bool secret = row->type == CONF_SECRET;

	buf_clear(&s->path);
	path_of(&s->path, section, name, row->name);
	buf_addc(&s->path, ' ');
	if (s->path.n < s->prefix.n ||
	    memcmp(s->path.p, s->prefix.p, s->prefix.n) != 0)
		return;
	s->path.p[--s->path.n] = 0;
	if (s->as_lines) {
		show_line(s, s->path.p, text, secret);
		return;
	}
	text = secret ? "(set)" : text;
	op_row(s->c);
	op_field(s->c, "setting", buf_strv(&s->path));
	op_field(s->c, "value", strv(text));
	op_field_bool(s->c, "given", given);
}

static void show_run(struct op_call *c)
{
	struct showing s = { .c = c, .as_lines = op_given(c, "lines") };
	const struct draft *d = op_given(c, "draft") ?
	    draft_find(op_actor(c), op_text(c, "draft")) : NULL;
	struct conf_edit *e = d ? conf_edit_rebase(d->edit) : NULL;

	buf_init(&s.prefix, 4096);
	buf_init(&s.path, 4096);
	buf_init(&s.lines, BUF_NO_LIMIT);
	for (size_t i = 0; op_nth(c, "path", i).p; i++) {
		buf_adds(&s.prefix, op_nth(c, "path", i));
		buf_addc(&s.prefix, ' ');
	}
	if (!s.as_lines)
		op_list(c);
	conf_each_of(e, op_given(c, "all"), show_one, &s);
	conf_edit_free(e);
	if (s.as_lines)
		op_say(c, buf_strv(&s.lines));
	buf_deinit(&s.prefix);
	buf_deinit(&s.path);
	buf_deinit(&s.lines);
	op_done(c);
}

/* --- schema -------------------------------------------------------------- */

static const char *const types[] = {
	[CONF_TEXT] = "text", [CONF_NAME] = "name", [CONF_NAMES] = "names",
	[CONF_BOOL] = "bool", [CONF_INT] = "int",
	[CONF_DURATION] = "duration", [CONF_SIZE] = "size",
	[CONF_ENUM] = "enum", [CONF_ADDRESS] = "address",
	[CONF_ADDRESSES] = "addresses", [CONF_DOMAIN] = "domain",
	[CONF_PATTERN] = "pattern", [CONF_SECRET] = "secret",
};

static void schema_row(struct op_call *c, const struct conf_section *s,
    const struct conf_row *row)
{
	struct buf range;

	buf_init(&range, 100);
	conf_range(row, &range);
	op_row(c);
	op_field(c, "section", strv(s->name));
	op_field_bool(c, "named", s->named);
	op_field(c, "name", strv(row->name));
	op_field(c, "type", strv(types[row->type]));
	op_field(c, "range", range.n ? buf_strv(&range) : STRV_NONE);
	op_field(c, "choices", strv(row->choices));
	op_field(c, "default", strv(row->fallback));
	op_field_bool(c, "required", row->required);
	op_field(c, "impact", strv(conf_impact_name(row->impact)));
	op_field(c, "help", strv(row->help));
	op_field(c, "about", strv(s->help));
	buf_deinit(&range);
}

static void schema_run(struct op_call *c)
{
	size_t n;
	const struct conf_section *const *s = conf_sections(&n);

	op_list(c);
	for (size_t i = 0; i < n; i++)
		for (size_t r = 0; r < s[i]->n; r++)
			schema_row(c, s[i], &s[i]->rows[r]);
	op_done(c);
}

/* --- the table ----------------------------------------------------------- */

static const struct op_arg set_args[] = {
	{ "lines", ARG_REQUIRED | ARG_POSITION | ARG_REPEAT, NULL,
	  "\"set PATH VALUE\" or \"delete PATH\"; all or none",
	  IS_LINES(0, 65536) },
	COMMIT_ARGS,
	{ "check", ARG_FLAG, NULL, "change nothing: say what would happen",
	  IS_FLAG },
	{ 0 }
};
static const struct op_arg show_args[] = {
	{ "path", ARG_POSITION | ARG_REPEAT, "configuration",
	  "only what begins with these words", IS_TEXT(1, 512) },
	{ "all", ARG_FLAG, NULL, "also what has its default", IS_FLAG },
	{ "draft", 0, "draft", "with the changes of your draft",
	  IS_TEXT(1, 32) },
	{ "lines", ARG_FLAG, NULL, "as lines that configure -f takes back",
	  IS_FLAG },
	{ 0 }
};

static const struct op ops[] = {
	{ "configuration set", "POST", "/config/running", CAP_COMMIT, OP_CORE,
	  set_args, "change settings; all lines or none", set_run,
	  COMMIT_ANSWER
	  " errors:json~ conflicts:json~ tests:json~ lockout:bool~ "
	  "revert_in_s:s~ ok:bool~" },
	{ "show configuration", "GET", "/config/running", CAP_VIEW, OP_CORE,
	  show_args, "the settings in force", show_run,
	  "[setting value? given:bool]~ text~" },
	{ "", "GET", "/config/schema", CAP_VIEW, OP_READ, NULL,
	  "every setting there is", schema_run,
	  "[section named:bool name type range? choices? default? "
	  "required:bool impact=live|relink|rebind|restart|lockout "
	  "help about]" },
};

void ops_settings(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
