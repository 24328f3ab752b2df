/* ops_drafts.c - operations on drafts: each person's proposed settings. */

#include <inttypes.h>
#include <stdlib.h>

#include "admin/admin_priv.h"
#include "admin/commit.h"
#include "admin/eyes.h"
#include "admin/import.h"
#include "admin/review.h"
#include "admin/rollback.h"
#include "base/alloc.h"
#include "loop/loop.h"
#include "store/drafts.h"
#include "store/revisions.h"

/* Drafts are worked on in the core, which must not be held up for long. */
#define STAGED_MAX	50000		/* values of one draft */
#define TEXT_MAX	((size_t)2 << 20)	/* bytes of one load */
#define LOAD_LINES	100	/* of them at once: a millisecond */

/* false: the call has failed. */
static bool name_is_good(struct op_call *c)
{
	static const struct conf_row row = { .name = "draft",
		.type = CONF_NAME };
	struct buf text, why;
	bool ok;

	buf_init(&text, 256);
	buf_init(&why, 256);
	ok = conf_value(&row, op_text(c, "draft"), &text, &why) == ERR_OK;
	if (!ok)
		op_fail(c, OP_INVALID, "draft: %s", why.p);
	buf_deinit(&text);
	buf_deinit(&why);
	return ok;
}

/* Whose draft is meant; others' only where the operation says so. */
static struct strv owner_of(const struct op_call *c)
{
	struct strv owner = op_arg_find(op_call_op(c), STRV("owner")) ?
	    op_text(c, "owner") : STRV_NONE;

	return owner.n ? owner : op_actor(c);
}

/* false: the call has failed: it is another's, and not for this one. */
static bool may_see(struct op_call *c)
{
	if (strv_eq(owner_of(c), op_actor(c)) ||
	    role_may(op_roles(c), CAP_COMMIT))
		return true;
	op_fail(c, OP_FORBIDDEN, "drafts of others are for who may commit "
	    "them");
	return false;
}

static const struct draft *find(const struct op_call *c)
{
	return draft_find(owner_of(c), op_text(c, "draft"));
}

/* The caller's draft on top of what is in force; empty when there is none. */
static struct conf_edit *mine(const struct op_call *c)
{
	const struct draft *d = find(c);

	return d ? conf_edit_rebase(d->edit) : conf_edit_new();
}

/* Which draft, on what it stands, and how much it changes. */
static void place_fields(struct op_call *c, struct strv name,
    const struct draft *d, const struct conf_edit *e)
{
	op_field(c, "draft", name);
	op_field_int(c, "base", d ? d->base : settings_revision());
	op_field_int(c, "running", settings_revision());
	op_field_int(c, "tag", d ? d->tag : 0);
	op_field_int(c, "staged", e ? (int64_t)conf_edit_size(e) : 0);
}

static void draft_fields(struct op_call *c, struct strv name,
    const struct draft *d)
{
	struct conf_edit *e = d ? conf_edit_rebase(d->edit) : NULL;

	place_fields(c, name, d, e);
	op_field_int(c, "conflicting", e ?
	    (int64_t)conf_edit_conflicts(e, NULL, NULL) : 0);
	op_field_time(c, "changed", d ? d->changed : 0);
	conf_edit_free(e);
}

/* --- show ---------------------------------------------------------------- */

static void list_run(struct op_call *c)
{
	const struct draft *d;

	bool all = op_given(c, "all");

	if (all && !role_may(op_roles(c), CAP_COMMIT)) {
		op_fail(c, OP_FORBIDDEN, "drafts of others are for who may "
		    "commit them");
		return;
	}
	op_list(c);
	for (size_t i = 0; (d = draft_at(all ? STRV_NONE : op_actor(c),
	    i)) != NULL; i++) {
		op_row(c);
		draft_fields(c, strv(d->name), d);
		op_field(c, "owner", strv(d->owner));
	}
	op_done(c);
}

static void diff_run(struct op_call *c)
{
	struct conf_edit *e;
	struct buf b;

	if (!name_is_good(c) || !may_see(c))
		return;
	e = mine(c);
	place_fields(c, op_text(c, "draft"), find(c), e);
	changes_json(c, e);
	(void)conflicts_json(c, e);
	changes_say(c, e);
	buf_init(&b, BUF_NO_LIMIT);
	(void)conflicts_text(e, &b);
	op_say(c, buf_strv(&b));
	buf_deinit(&b);
	conf_edit_free(e);
	op_done(c);
}

/* --- change -------------------------------------------------------------- */

static void put_done(enum err e, void *arg)
{
	struct op_call *c = arg;

	if (e == ERR_TOO_BIG) {
		op_fail(c, OP_CONFLICT, "you have %d drafts already: commit "
		    "or discard one", DRAFTS_MAX);
	} else if (e != ERR_OK) {
		op_fail(c, OP_FAILED, "the draft was not changed: the disk "
		    "refused it; see the log of the daemon");
	} else {
		draft_fields(c, op_text(c, "draft"), find(c));
		op_done(c);
	}
}

static void put(struct op_call *c, struct conf_edit *e)
{
	if (conf_edit_size(e) > STAGED_MAX) {
		op_fail(c, OP_TOO_LARGE, "a draft changes at most %d values: "
		    "commit it in parts", STAGED_MAX);
		conf_edit_free(e);
		return;
	}
	draft_put(op_actor(c), op_text(c, "draft"), e, op_who(c), put_done, c);
}

/* false: the call has failed: the draft is not the one that was seen. */
static bool tag_is(struct op_call *c)
{
	const struct draft *d = find(c);

	if (!op_given(c, "expect_tag") ||
	    op_int(c, "expect_tag") == (d ? d->tag : 0))
		return true;
	op_fail(c, OP_CONFLICT, "the draft has been changed since you read "
	    "it: read it again");
	return false;
}

/* false: the call has failed. */
static bool lines_taken(struct op_call *c, struct conf_edit *e)
{
	struct buf why;
	size_t n = 0;
	enum err err = ERR_OK;

	buf_init(&why, 4096);
	while (err == ERR_OK && op_nth(c, "lines", n).p)
		err = conf_edit_line(e, op_nth(c, "lines", n++), &why);
	if (err != ERR_OK) {
		op_fail_line(c, OP_INVALID, n, buf_strv(&why));
	} else if (op_given(c, "ops") &&
	    !import_ops(e, op_text(c, "ops"), &n, &why)) {
		op_fail_line(c, OP_INVALID, n, buf_strv(&why));
		err = ERR_BAD_SYNTAX;
	}
	buf_deinit(&why);
	return err == ERR_OK;
}

static void change_run(struct op_call *c)
{
	struct conf_edit *e;

	if (!name_is_good(c) || !tag_is(c))
		return;
	e = mine(c);
	if (lines_taken(c, e))
		put(c, e);
	else
		conf_edit_free(e);
}

static void discard_run(struct op_call *c)
{
	struct conf_edit *e;
	enum err err = ERR_OK;
	size_t n = 0;

	if (!name_is_good(c) || !tag_is(c))
		return;
	if (!find(c)) {
		op_fail(c, OP_NOT_FOUND, "you have no draft \"%.*s\"",
		    STRV_ARG(op_text(c, "draft")));
		return;
	}
	e = op_given(c, "path") ? mine(c) : conf_edit_new();
	while (err == ERR_OK && op_nth(c, "path", n).p)
		err = conf_edit_discard(e, op_nth(c, "path", n++));
	if (err == ERR_OK) {
		put(c, e);
		return;
	}
	op_fail(c, OP_NOT_FOUND, "the draft changes nothing at \"%.*s\"",
	    STRV_ARG(op_nth(c, "path", n - 1)));
	conf_edit_free(e);
}

static void resolve_run(struct op_call *c)
{
	struct strv choose = op_text(c, "choose");
	struct conf_edit *e;
	struct buf why;
	enum err err;

	if (!name_is_good(c) || !tag_is(c))
		return;
	if (!strv_eq(choose, STRV("mine")) &&
	    !strv_eq(choose, STRV("theirs"))) {
		op_fail(c, OP_INVALID, "choose must be mine or theirs");
		return;
	}
	buf_init(&why, 1024);
	e = mine(c);
	err = conf_edit_choose(e, op_text(c, "path"),
	    strv_eq(choose, STRV("mine")), &why);
	if (err == ERR_OK) {
		put(c, e);
	} else {
		op_fail(c, err == ERR_NO_USER ? OP_NOT_FOUND : OP_INVALID,
		    "%s", why.p);
		conf_edit_free(e);
	}
	buf_deinit(&why);
}

/* A text that is taken line by line, some in each turn of the core. */
struct loading {
	struct op_call *c;
	struct conf_edit *e;
	struct strv left;
	size_t line;
	int64_t tag;		/* of the draft when it began; 0: none */
};

static int64_t tag_of(const struct op_call *c)
{
	const struct draft *d = find(c);

	return d ? d->tag : 0;
}

static void load_end(struct loading *l)
{
	if (tag_of(l->c) == l->tag) {
		put(l->c, l->e);
	} else {
		op_fail(l->c, OP_CONFLICT, "the draft has been changed "
		    "meanwhile: read it again");
		conf_edit_free(l->e);
	}
	free(l);
}

static void load_some(void *arg)
{
	struct loading *l = arg;
	struct buf why;
	bool ok;

	buf_init(&why, 4096);
	ok = import_lines(l->e, &l->left, LOAD_LINES, &l->line, &why);
	if (!ok) {
		op_fail_line(l->c, OP_INVALID, l->line, buf_strv(&why));
		conf_edit_free(l->e);
		free(l);
	} else if (l->left.n) {
		loop_post(load_some, l);
	} else {
		load_end(l);
	}
	buf_deinit(&why);
}

static void load_json(struct op_call *c, struct conf_edit *e)
{
	struct buf why;

	buf_init(&why, 4096);
	if (import_json(e, op_text(c, "text"), &why)) {
		put(c, e);
	} else {
		op_fail_line(c, OP_INVALID, 0, buf_strv(&why));
		conf_edit_free(e);
	}
	buf_deinit(&why);
}

static void load_run(struct op_call *c)
{
	struct strv text = op_text(c, "text");
	struct loading *l;
	struct conf_edit *e;

	if (!name_is_good(c) || !tag_is(c))
		return;
	e = mine(c);
	if (op_is(c, "mode", "replace"))
		conf_edit_clear(e);
	if (import_is_json(text)) {
		load_json(c, e);
		return;
	}
	l = xalloc(sizeof(*l));
	*l = (struct loading){ c, e, text, 0, tag_of(c) };
	load_some(l);
}

/* --- an older revision into the draft ------------------------------------ */

bool rollback_take(struct op_call *c, struct conf_edit *e,
    struct strv content, struct strv renamed, struct buf *left_out)
{
	struct buf why;
	enum err err = ERR_OK;
	size_t n = 0;

	buf_init(&why, 1024);
	do
		err = conf_edit_take(e, content, op_given(c, "path") ?
		    op_nth(c, "path", n) : STRV(""), left_out, &why);
	while (err == ERR_OK && op_nth(c, "path", ++n).p);
	if (!op_given(c, "path"))
		conf_edit_unrename(e, renamed);
	if (err != ERR_OK)
		op_fail(c, OP_INVALID, "%s", why.p);
	buf_deinit(&why);
	return err == ERR_OK;
}

bool rollback_found(struct op_call *c, enum err e)
{
	if (e == ERR_NO_USER)
		op_fail(c, OP_NOT_FOUND, "there is no revision %.*s any more; "
		    "show configuration history lists those that are kept",
		    STRV_ARG(op_text(c, "revision")));
	else if (e != ERR_OK)
		op_fail(c, OP_FAILED, "the revision could not be read; see "
		    "the log of the daemon");
	return e == ERR_OK;
}

static void fetched(enum err e, struct strv content, struct strv renamed,
    void *arg)
{
	struct op_call *c = arg;
	struct conf_edit *edit;
	struct buf left_out;

	if (!rollback_found(c, e))
		return;
	edit = mine(c);
	buf_init(&left_out, BUF_NO_LIMIT);
	if (rollback_take(c, edit, content, renamed, &left_out)) {
		if (left_out.n)
			op_say(c, STRV("left out, because it cannot be set "
			    "any more:\n"));
		op_say(c, buf_strv(&left_out));
		put(c, edit);
	} else {
		conf_edit_free(edit);
	}
	buf_deinit(&left_out);
}

static void rollback_run(struct op_call *c)
{
	if (name_is_good(c) && tag_is(c))
		revision_fetch(op_int(c, "revision"), fetched, c);
}

/* --- check and commit ---------------------------------------------------- */

static void check_run(struct op_call *c)
{
	struct conf_edit *e;

	if (!name_is_good(c) || !may_see(c))
		return;
	e = mine(c);
	place_fields(c, op_text(c, "draft"), find(c), e);
	check_answer(c, e);
	conf_edit_free(e);
}

/* What was seen is what is committed; false: the call has failed. */
static bool has_seen(struct op_call *c)
{
	if (strv_eq(owner_of(c), op_actor(c)) || op_given(c, "expect_tag"))
		return true;
	op_fail(c, OP_INVALID, "expect_tag: say which draft of %.*s you have "
	    "seen, by its tag in: configuration draft show %.*s --owner %.*s",
	    STRV_ARG(owner_of(c)), STRV_ARG(op_text(c, "draft")),
	    STRV_ARG(owner_of(c)));
	return false;
}

static void draft_commit_run(struct op_call *c)
{
	const struct draft *d = find(c);
	struct conf_edit *e;
	struct buf b;

	if (!name_is_good(c) || !may_see(c) || !tag_is(c))
		return;
	if (!d && !strv_eq(owner_of(c), op_actor(c))) {
		op_fail(c, OP_NOT_FOUND, "%.*s has no draft \"%.*s\"",
		    STRV_ARG(owner_of(c)), STRV_ARG(op_text(c, "draft")));
		return;
	}
	if (!eyes_allow(c, owner_of(c)) || !has_seen(c))
		return;
	e = mine(c);
	buf_init(&b, 65536);
	if (conflicts_text(e, &b)) {
		for (size_t i = 0; i + 1 < b.n; i++)
			b.p[i] = b.p[i] == '\n' ? ';' : b.p[i];
		op_fail(c, OP_CONFLICT, "others have changed the same "
		    "settings: %.*s", (int)b.n - 1, b.p);
		conf_edit_free(e);
	} else {
		commit_run(c, e, REVISION_COMMIT, d ? d->id : 0);
	}
	buf_deinit(&b);
}

/* --- the table ----------------------------------------------------------- */

#define DRAFT	{ "draft", ARG_PATH, "draft", "name of your draft: main", \
	  IS_TEXT(1, 32) }
#define TAG	{ "expect_tag", 0, NULL, "refuse if the draft is not the " \
		  "one with this tag", IS_INT(0, INT64_MAX, NULL) }
#define OWNER	{ "owner", 0, NULL, "whose draft, when it is another's", \
	  IS_TEXT(0, 64) }
#define END	{ 0 }

static const struct op_arg list_args[] = {
	{ "all", ARG_FLAG, NULL, "those of others too, for who may commit",
	  IS_FLAG },
	END,
};

static const struct op_arg change_args[] = {
	DRAFT,
	{ "lines", ARG_POSITION | ARG_REPEAT, NULL, "\"set PATH VALUE\", "
	  "\"insert PATH VALUE before|after OTHER\", \"delete PATH\", "
	  "\"rename SECTION NAME NEW\", \"copy SECTION NAME NEW\"; all or "
	  "none", IS_LINES(0, 65536) },
	{ "ops", ARG_JSON, NULL, "the same as JSON: [{\"op\":\"set\","
	  "\"path\":[\"gateway\",\"smsc1\",\"window\"],\"value\":40}]",
	  IS_JSON },
	TAG, END,
};
static const struct op_arg discard_args[] = {
	DRAFT,
	{ "path", ARG_POSITION | ARG_REPEAT, NULL,
	  "only what is below; without one everything", IS_TEXT(1, 512) },
	TAG, END,
};
static const struct op_arg diff_args[] = {
	DRAFT,
	{ "format", 0, "compare|sentences|set", "of the text for people",
	  IS_CHOICE, BY_DEFAULT("compare") },
	OWNER, END,
};
static const struct op_arg resolve_args[] = {
	DRAFT,
	{ "path", ARG_REQUIRED | ARG_POSITION, NULL, "that is in conflict",
	  IS_TEXT(1, 512) },
	{ "choose", ARG_REQUIRED | ARG_POSITION, "mine|theirs",
	  "your value, or the one in force", IS_CHOICE },
	TAG, END,
};
static const struct op_arg load_args[] = {
	DRAFT,
	{ "text", ARG_REQUIRED | ARG_POSITION | ARG_FILE, NULL, "set lines, "
	  "or the JSON of an export", IS_FILE(TEXT_MAX) },
	{ "mode", 0, "merge|replace", "replace: the draft is this text and "
	  "nothing else", IS_CHOICE, BY_DEFAULT("merge") },
	TAG, END,
};
static const struct op_arg rollback_args[] = {
	DRAFT,
	{ "revision", ARG_REQUIRED | ARG_POSITION, NULL, "its number",
	  IS_INT(1, INT64_MAX, NULL) },
	{ "path", ARG_POSITION | ARG_REPEAT, NULL, "only what is below",
	  IS_TEXT(1, 512) },
	TAG, END,
};
static const struct op_arg check_args[] = { DRAFT, OWNER, END };
static const struct op_arg commit_args[] = { DRAFT, COMMIT_ARGS, TAG, OWNER,
	END };

#define PLACE \
	"draft base:int running:int tag:int staged:int"
#define DRAFT_STATE \
	PLACE " conflicting:int changed:time?"

static const struct op ops[] = {
	{ "show configuration drafts", "GET", "/config/drafts", CAP_DRAFT,
	  OP_CORE, list_args, "your drafts", list_run,
	  "[" DRAFT_STATE " owner]" },
	{ "configuration draft show", "GET", "/config/drafts/{draft}",
	  CAP_DRAFT, OP_CORE, diff_args, "what your draft changes", diff_run,
	  PLACE " " CHANGES_ANSWER " " CONFLICTS_ANSWER " text~" },
	{ "", "GET", "/config/drafts/{draft}/diff", CAP_DRAFT, OP_CORE,
	  diff_args, "what your draft changes", diff_run,
	  PLACE " " CHANGES_ANSWER " " CONFLICTS_ANSWER " text~" },
	{ "configuration draft change", "PATCH", "/config/drafts/{draft}",
	  CAP_DRAFT, OP_CORE, change_args, "add changes to your draft",
	  change_run,
	  DRAFT_STATE },
	{ "configuration draft discard", "DELETE", "/config/drafts/{draft}",
	  CAP_DRAFT, OP_CORE, discard_args, "forget changes of your draft",
	  discard_run,
	  DRAFT_STATE },
	{ "configuration draft resolve", "POST",
	  "/config/drafts/{draft}/resolve", CAP_DRAFT, OP_CORE, resolve_args,
	  "end a conflict with what others committed", resolve_run,
	  DRAFT_STATE },
	{ "configuration draft load", "POST", "/config/drafts/{draft}/load",
	  CAP_DRAFT, OP_CORE, load_args, "add a whole file to your draft",
	  load_run,
	  DRAFT_STATE },
	{ "configuration draft rollback", "POST",
	  "/config/drafts/{draft}/rollback", CAP_DRAFT, OP_CORE,
	  rollback_args, "take an older revision into your draft",
	  rollback_run,
	  DRAFT_STATE " text~" },
	{ "configuration draft check", "POST", "/config/drafts/{draft}/check",
	  CAP_DRAFT, OP_CORE, check_args, "could it be committed, and what "
	  "would happen", check_run,
	  PLACE " " CHECK_ANSWER },
	{ "configuration draft commit", "POST",
	  "/config/drafts/{draft}/commit", CAP_COMMIT, OP_CORE, commit_args,
	  "put your draft in force", draft_commit_run,
	  COMMIT_ANSWER },
};

void ops_drafts(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
