/* review.c - a change of settings as people see it before they commit. */

#include <inttypes.h>

#include "admin/commit.h"
#include "admin/review.h"
#include "base/jsonw.h"

/* --- changes, conflicts -------------------------------------------------- */

static void path_json(struct jsonw *w, const struct conf_change *ch)
{
	struct strv rest = strv(ch->section->name);

	jsonw_array(w, "path");
	while (rest.p)
		jsonw_str(w, NULL, strv_split(rest, ' ', &rest));
	if (ch->section->named)
		jsonw_str(w, NULL, strv(ch->name));
	jsonw_str(w, NULL, strv(ch->row->name));
	jsonw_end(w);
}

/* A secret's reference is not for the eye. */
static struct strv eye(const struct conf_change *ch, const char *text)
{
	return text && ch->row->type == CONF_SECRET ? STRV("(set)") :
	    strv(text);
}

static void change_json(const struct conf_change *ch, void *arg)
{
	struct jsonw *w = arg;

	jsonw_object(w, NULL);
	path_json(w, ch);
	jsonw_str(w, "op", ch->will ? STRV("set") : STRV("delete"));
	jsonw_str(w, "was", eye(ch, ch->was));
	jsonw_str(w, "will", eye(ch, ch->will));
	jsonw_str(w, "default", strv(ch->row->fallback));
	jsonw_bool(w, "secret", ch->row->type == CONF_SECRET);
	jsonw_str(w, "impact", strv(conf_impact_name(ch->row->impact)));
	jsonw_end(w);
}

void changes_json(struct op_call *c, const struct conf_edit *e)
{
	struct strv rest;
	struct jsonw w;
	struct buf b, text;

	buf_init(&b, BUF_NO_LIMIT);
	jsonw_init(&w, &b);
	jsonw_array(&w, NULL);
	conf_edit_each(e, change_json, &w);
	jsonw_end(&w);
	op_field_json(c, "changes", buf_strv(&b));
	buf_clear(&b);
	buf_init(&text, BUF_NO_LIMIT);
	conf_edit_sentences(e, &text);
	jsonw_init(&w, &b);
	jsonw_array(&w, NULL);
	for (rest = buf_strv(&text); rest.n;)
		jsonw_str(&w, NULL, strv_split(rest, '\n', &rest));
	jsonw_end(&w);
	op_field_json(c, "sentences", buf_strv(&b));
	buf_deinit(&text);
	buf_deinit(&b);
}

void changes_say(struct op_call *c, const struct conf_edit *e)
{
	struct buf text;

	buf_init(&text, BUF_NO_LIMIT);
	if (op_is(c, "format", "set"))
		conf_edit_lines(e, &text);
	else if (op_is(c, "format", "sentences"))
		conf_edit_sentences(e, &text);
	else
		conf_edit_compare(e, &text);
	op_say(c, buf_strv(&text));
	buf_deinit(&text);
}

static struct strv value_eye(const struct conf_conflict *k, const char *text)
{
	return text && k->secret ? STRV("(set)") : strv(text);
}

static void conflict_json(const struct conf_conflict *k, void *arg)
{
	struct jsonw *w = arg;
	struct strv actor;
	int64_t revision = settings_author(strv(k->path), &actor);

	jsonw_object(w, NULL);
	jsonw_str(w, "path", strv(k->path));
	jsonw_str(w, "base", value_eye(k, k->base));
	jsonw_str(w, "mine", value_eye(k, k->mine));
	jsonw_str(w, "theirs", value_eye(k, k->theirs));
	jsonw_str(w, "their_actor", actor);
	jsonw_int(w, "their_revision", revision);
	jsonw_end(w);
}

size_t conflicts_json(struct op_call *c, const struct conf_edit *e)
{
	struct jsonw w;
	struct buf b;
	size_t n;

	buf_init(&b, BUF_NO_LIMIT);
	jsonw_init(&w, &b);
	jsonw_array(&w, NULL);
	n = conf_edit_conflicts(e, conflict_json, &w);
	jsonw_end(&w);
	op_field_json(c, "conflicts", buf_strv(&b));
	buf_deinit(&b);
	return n;
}

static const char *or_unset(const char *text, bool secret)
{
	return !text ? "unset" : secret ? "(set)" : text;
}

static void conflict_line(const struct conf_conflict *k, void *arg)
{
	struct strv actor;
	int64_t revision = settings_author(strv(k->path), &actor);

	buf_addf(arg, "conflict: %s: %.*s made it %s in revision %" PRId64
	    ", you %s; it was %s: resolve \"%s\" mine|theirs\n", k->path,
	    STRV_ARG(actor.p ? actor : STRV("somebody")),
	    or_unset(k->theirs, k->secret), revision,
	    or_unset(k->mine, k->secret), or_unset(k->base, k->secret),
	    k->path);
}

size_t conflicts_text(const struct conf_edit *e, struct buf *out)
{
	return conf_edit_conflicts(e, conflict_line, out);
}

/* --- check --------------------------------------------------------------- */

struct checking {
	struct jsonw tests;
	struct buf says;
	bool ok;
};

static void check_trial(const char *path, bool ok, const char *says,
    void *arg)
{
	struct checking *k = arg;

	k->ok = k->ok && ok;
	jsonw_object(&k->tests, NULL);
	jsonw_str(&k->tests, "path", strv(path));
	jsonw_bool(&k->tests, "ok", ok);
	jsonw_str(&k->tests, "says", strv(says));
	jsonw_end(&k->tests);
	buf_addf(&k->says, "%s: %s: %s\n", ok ? "ok" : "warning", path, says);
}

struct refusals {
	struct jsonw w;
	struct checking *check;
};

static void check_error(const char *path, const char *why, void *arg)
{
	struct refusals *r = arg;

	(void)path;
	jsonw_str(&r->w, NULL, strv(why));
	buf_addf(&r->check->says, "error: %s\n", why);
	r->check->ok = false;
}

static void check_schema(struct op_call *c, struct conf_edit *e,
    struct checking *k)
{
	struct refusals r = { .check = k };
	struct buf errors;

	buf_init(&errors, BUF_NO_LIMIT);
	jsonw_init(&r.w, &errors);
	jsonw_array(&r.w, NULL);
	(void)conf_edit_errors(e, check_error, &r);
	jsonw_end(&r.w);
	op_field_json(c, "errors", buf_strv(&errors));
	buf_deinit(&errors);
}

void check_answer(struct op_call *c, struct conf_edit *e)
{
	struct checking k = { .ok = true };
	struct buf tests, plan;
	bool lockout, can;

	buf_init(&tests, BUF_NO_LIMIT);
	buf_init(&plan, BUF_NO_LIMIT);
	buf_init(&k.says, BUF_NO_LIMIT);
	check_schema(c, e, &k);
	if (conflicts_json(c, e)) {
		(void)conflicts_text(e, &k.says);
		k.ok = false;
	}
	can = k.ok;
	jsonw_init(&k.tests, &tests);
	jsonw_array(&k.tests, NULL);
	if (can)
		conf_edit_try(e, check_trial, &k);
	jsonw_end(&k.tests);
	op_field_json(c, "tests", buf_strv(&tests));
	lockout = plan_json(e, &plan);
	op_field_json(c, "plan", buf_strv(&plan));
	op_field_bool(c, "lockout", lockout);
	op_field_int(c, "revert_in_s", lockout ? commit_window_s() : 0);
	op_field_bool(c, "ok", can);
	plan_text(e, &k.says);
	buf_addf(&k.says, can ? "this can be done (revision %" PRId64
	    " is in force)\n" : "this cannot be committed (revision %" PRId64
	    " is in force)\n", settings_revision());
	op_say(c, buf_strv(&k.says));
	if (!can)
		op_exit(c, 5);
	buf_deinit(&k.says);
	buf_deinit(&tests);
	buf_deinit(&plan);
	op_done(c);
}
