/* ops_revisions.c - operations on revisions: history, compare, roll back. */

#include <inttypes.h>
#include <stdlib.h>

#include "admin/admin_priv.h"
#include "admin/commit.h"
#include "admin/eyes.h"
#include "admin/import.h"
#include "admin/page.h"
#include "admin/review.h"
#include "admin/rollback.h"
#include "base/alloc.h"
#include "store/revisions.h"

/* --- history ------------------------------------------------------------- */

static void revision_fields(struct op_call *c, const struct revision_row *row)
{
	op_field_int(c, "revision", row->id);
	op_field_time(c, "time", row->time);
	op_field(c, "actor", row->actor);
	op_field(c, "via", row->via);
	op_field(c, "kind", strv(revision_kind_name(row->kind)));
	op_field(c, "state", strv(revision_state_name(row->state)));
	op_field_bool(c, "pinned", row->pinned);
	op_field(c, "comment", row->comment);
	op_field(c, "changes", row->changes);
}

static void history_one(const struct revision_row *row, void *arg)
{
	struct paging *p = arg;

	if (paging_row(p, row->id))
		revision_fields(p->c, row);
}

static void history_run(struct op_call *c)
{
	struct paging p;
	int64_t before;

	paging_start(c, &p, &before);
	paging_end(&p, revision_each(before, paging_rows(&p), history_one,
	    &p));
}

static void no_revision(struct op_call *c, enum err e, int64_t id)
{
	if (e == ERR_NO_USER)
		op_fail(c, OP_NOT_FOUND, "there is no revision %" PRId64
		    " any more; show configuration history lists those that "
		    "are kept", id);
	else
		op_fail(c, OP_FAILED, "the database could not be read; see "
		    "the log of the daemon");
}

static void one_say(const struct revision_row *row, void *arg)
{
	struct op_call *c = arg;
	struct buf b;

	revision_fields(c, row);
	op_field_int(c, "parent", row->parent);
	op_field(c, "sha256", row->digest);
	buf_init(&b, BUF_NO_LIMIT);
	if (op_is(c, "format", "json"))
		export_json(row->content.p ? row->content : STRV(""), &b);
	else
		buf_adds(&b, row->content.p ? row->content : STRV(""));
	op_say(c, buf_strv(&b));
	buf_deinit(&b);
}

static void one_run(struct op_call *c)
{
	int64_t id = op_int(c, "revision");
	enum err e;

	e = revision_read(id, one_say, c);
	if (e == ERR_OK)
		op_done(c);
	else
		no_revision(c, e, id);
}

/* --- compare ------------------------------------------------------------- */

static void keep_content(const struct revision_row *row, void *arg)
{
	buf_adds(arg, row->content.p ? row->content : STRV(""));
}

static void compare_run(struct op_call *c)
{
	static const char *const names[] = { "from", "to" };
	struct buf content[2];
	struct conf_edit *edit;
	enum err e = ERR_OK;
	int64_t id[2];

	for (int i = 0; i < 2; i++) {
		id[i] = op_int(c, names[i]);
		buf_init(&content[i], BUF_NO_LIMIT);
		if (e == ERR_OK)
			e = revision_read(id[i], keep_content, &content[i]);
		if (e != ERR_OK)
			id[0] = id[i];
	}
	if (e == ERR_OK) {
		edit = conf_edit_between(buf_strv(&content[0]),
		    buf_strv(&content[1]));
		op_field_int(c, "from", id[0]);
		op_field_int(c, "to", id[1]);
		changes_json(c, edit);
		changes_say(c, edit);
		conf_edit_free(edit);
		op_done(c);
	} else {
		no_revision(c, e, id[0]);
	}
	buf_deinit(&content[0]);
	buf_deinit(&content[1]);
}

/* --- pin ----------------------------------------------------------------- */

static void pinned(enum err e, void *arg)
{
	struct op_call *c = arg;

	if (!rollback_found(c, e))
		return;
	op_field(c, "revision", op_text(c, "revision"));
	op_field_bool(c, "pinned", op_is(c, "pinned", "on"));
	op_done(c);
}

static void pin_run(struct op_call *c)
{
	revision_pin(op_int(c, "revision"), op_is(c, "pinned", "on"),
	    op_who(c), pinned, c);
}

/* --- roll back at once --------------------------------------------------- */

static void fetched(enum err e, struct strv content, struct strv renamed,
    void *arg)
{
	struct op_call *c = arg;
	struct conf_edit *edit;
	struct buf left_out;

	if (!rollback_found(c, e))
		return;
	edit = conf_edit_new();
	buf_init(&left_out, BUF_NO_LIMIT);
	if (!rollback_take(c, edit, content, renamed, &left_out)) {
		conf_edit_free(edit);
	} else {
		if (left_out.n)
			op_say(c, STRV("left out, because it cannot be set "
			    "any more:\n"));
		op_say(c, buf_strv(&left_out));
		commit_run(c, edit, REVISION_ROLLBACK, 0);
	}
	buf_deinit(&left_out);
}

static void rollback_run(struct op_call *c)
{
	if (eyes_allow(c, STRV_NONE) && commit_allowed(c))
		revision_fetch(op_int(c, "revision"), fetched, c);
}

/* --- export -------------------------------------------------------------- */

static void export_run(struct op_call *c)
{
	char digest[CONF_DIGEST];
	struct buf content, json;

	buf_init(&content, BUF_NO_LIMIT);
	buf_init(&json, BUF_NO_LIMIT);
	conf_content(NULL, &content);
	conf_digest(buf_strv(&content), digest);
	op_field_int(c, "revision", settings_revision());
	op_field(c, "sha256", strv(digest));
	if (op_is(c, "format", "json")) {
		export_json(buf_strv(&content), &json);
		buf_addc(&json, '\n');
		op_say(c, buf_strv(&json));
	} else {
		op_say(c, buf_strv(&content));
	}
	buf_deinit(&content);
	buf_deinit(&json);
	op_done(c);
}

/* --- the table ----------------------------------------------------------- */

#define END	{ 0 }

static const struct op_arg page_args[] = { PAGING_ARGS, END };
static const struct op_arg one_args[] = {
	{ "revision", ARG_PATH, NULL, "its number",
	  IS_INT(1, INT64_MAX, NULL) },
	{ "format", 0, "set|json", "of its settings",
	  IS_CHOICE, BY_DEFAULT("set") }, END,
};
static const struct op_arg compare_args[] = {
	{ "from", ARG_PATH, NULL, "a revision", IS_INT(1, INT64_MAX, NULL) },
	{ "to", ARG_PATH, NULL, "another one", IS_INT(1, INT64_MAX, NULL) },
	{ "format", 0, "compare|sentences|set", "of the text for people",
	  IS_CHOICE, BY_DEFAULT("set") },
	END,
};
static const struct op_arg pin_args[] = {
	{ "revision", ARG_PATH, NULL, "its number",
	  IS_INT(1, INT64_MAX, NULL) },
	{ "pinned", ARG_POSITION, "on|off", "on: it is kept for ever",
	  IS_CHOICE, BY_DEFAULT("on") }, END,
};
static const struct op_arg rollback_args[] = {
	{ "revision", ARG_REQUIRED | ARG_POSITION, NULL, "its number",
	  IS_INT(1, INT64_MAX, NULL) },
	{ "path", ARG_POSITION | ARG_REPEAT, NULL, "only what is below",
	  IS_TEXT(1, 512) },
	COMMIT_ARGS, END,
};
static const struct op_arg export_args[] = {
	{ "format", ARG_POSITION, "set|json", "lines that configure -f takes "
	  "back, or JSON", IS_CHOICE, BY_DEFAULT("set") }, END,
};

#define REVISION \
	"revision:int time:time actor via " \
	"kind=commit|rollback|undo|rescue " \
	"state=kept|pending|undone|failed pinned:bool comment " "changes"

static const struct op ops[] = {
	{ "show configuration history", "GET", "/config/revisions", CAP_VIEW,
	  OP_READ, page_args, "who changed settings, when, and what",
	  history_run,
	  "[" REVISION "]" },
	{ "show configuration revision", "GET",
	  "/config/revisions/{revision}", CAP_VIEW, OP_READ, one_args,
	  "one revision with all its settings", one_run,
	  REVISION " parent:int sha256 text~" },
	{ "show configuration compare", "GET",
	  "/config/revisions/{from}/diff/{to}", CAP_VIEW, OP_READ,
	  compare_args, "what differs between two revisions", compare_run,
	  "from:int to:int " CHANGES_ANSWER " text~" },
	{ "configuration pin", "POST", "/config/revisions/{revision}/pin",
	  CAP_COMMIT, OP_CORE, pin_args, "keep a revision for ever, or not",
	  pin_run,
	  "revision pinned:bool" },
	{ "configuration rollback", "POST", "/config/rollback", CAP_COMMIT,
	  OP_CORE, rollback_args, "an older revision again, as a new one",
	  rollback_run,
	  COMMIT_ANSWER },
	{ "configuration export", "GET", "/config/export", CAP_VIEW, OP_CORE,
	  export_args, "all settings given, to keep or to copy", export_run,
	  "revision:int sha256 text~" },
};

void ops_revisions(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
