/* commit.c - put an edit in force, and take it back unless it is kept. */

#define LOG_UNIT "admin"

#include <inttypes.h>
#include <stdlib.h>

#include "admin/admin_priv.h"
#include "admin/commit.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "loop/timer.h"
#include "store/drafts.h"

#define SECTION		"policy commit"
#define WINDOW_MAX_S	3600
#define AGAIN_MS	2000	/* the disk refused to undo */

struct commit {
	struct op_call *call;
	struct buf plan, says;	/* as JSON, for people */
	int64_t began;		/* now_us() */
	int64_t until;
	int64_t draft;
	bool nothing;		/* it changes nothing */
};

static struct timer window;

/* --- the plan ------------------------------------------------------------ */

static void plan_one(const struct conf_step *s, void *arg)
{
	struct jsonw *w = arg;

	jsonw_object(w, NULL);
	jsonw_str(w, "section", strv(s->section->name));
	jsonw_str(w, "name", s->section->named ? strv(s->name) : STRV_NONE);
	jsonw_str(w, "change", s->made ? STRV("new") : s->gone ?
	    STRV("deleted") : STRV("changed"));
	jsonw_str(w, "impact", strv(conf_impact_name(s->impact)));
	jsonw_str(w, "says", strv(s->says));
	jsonw_end(w);
}

bool plan_json(const struct conf_edit *e, struct buf *out)
{
	enum conf_impact worst;
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_array(&w, NULL);
	worst = conf_edit_plan(e, plan_one, &w);
	jsonw_end(&w);
	return worst == CONF_LOCKOUT;
}

static void plan_line(const struct conf_step *s, void *arg)
{
	buf_addf(arg, "plan: %s\n", s->says);
}

void plan_text(const struct conf_edit *e, struct buf *out)
{
	(void)conf_edit_plan(e, plan_line, out);
}

/* --- the window ---------------------------------------------------------- */

static void window_set(void);

static void undone(enum err e, int64_t revision, void *arg)
{
	(void)arg;
	if (e == ERR_OK)
		log_warn("settings undone: nobody kept them; revision=%" PRId64
		    " is in force", revision);
	else if (settings_pending())
		timer_set(&window, AGAIN_MS);
}

static void window_over(void *arg)
{
	struct settings_commit how = { .actor = STRV("parleyd") };
	struct buf comment;

	(void)arg;
	if (!settings_pending())
		return;
	buf_init(&comment, 256);
	buf_addf(&comment, "revision %" PRId64 " of %s was not kept in time",
	    settings_pending()->revision, settings_pending()->actor);
	how.comment = buf_strv(&comment);
	settings_undo(&how, undone, NULL);
	buf_deinit(&comment);
}

static void window_set(void)
{
	const struct settings_pending *p = settings_pending();
	int64_t left = p ? p->until - now_ms() : 0;

	if (!p)
		timer_cancel(&window);
	else
		timer_set(&window, left > 0 ? left : 0);
}

bool commit_allowed(struct op_call *c)
{
	const struct settings_pending *p = settings_pending();
	char until[NOW_TEXT];

	if (!p)
		return true;
	now_text(p->until, until);
	op_fail(c, OP_PENDING, "revision %" PRId64 " of %s waits to be kept "
	    "until %s; nothing else can be committed before it is kept or "
	    "undone", p->revision, p->actor, until);
	return false;
}

int64_t commit_window_s(void)
{
	return conf_int(SECTION, "", "revert-in") / 1000;
}

/* --- the answer ---------------------------------------------------------- */

static void commit_free(struct commit *k)
{
	buf_deinit(&k->plan);
	buf_deinit(&k->says);
	free(k);
}

static void answer_pending(struct commit *k, int64_t revision)
{
	struct op_call *c = k->call;
	int64_t s = (k->until - now_ms() + 999) / 1000;

	op_field_time(c, "pending_until", k->until);
	buf_addf(&k->says, "revision %" PRId64 " will be undone in %" PRId64
	    ":%02" PRId64 " unless you type: commit keep\n", revision,
	    s / 60, s % 60);
}

static void answer(struct commit *k, int64_t revision)
{
	struct op_call *c = k->call;
	int64_t ms = (now_us() - k->began) / 1000;

	op_field_int(c, "revision", revision);
	op_field(c, "state", k->nothing ? STRV("unchanged") : k->until ?
	    STRV("pending") : STRV("kept"));
	op_field_int(c, "applied_ms", ms);
	op_field_json(c, "plan", buf_strv(&k->plan));
	if (k->nothing)
		buf_addf(&k->says, "nothing to change: revision %" PRId64
		    " is in force\n", revision);
	else
		buf_addf(&k->says, "revision %" PRId64 " is in force "
		    "(%" PRId64 " ms)\n", revision, ms);
	if (k->until)
		answer_pending(k, revision);
	op_say(c, buf_strv(&k->says));
	op_done(c);
}

static void saved(enum err e, int64_t revision, void *arg)
{
	struct commit *k = arg;

	if (e == ERR_BUSY) {
		op_fail(k->call, OP_CONFLICT, "another change is being saved; "
		    "try again");
	} else if (e != ERR_OK) {
		op_fail(k->call, OP_FAILED, "nothing was changed: the disk "
		    "refused it; see the log of the daemon");
	} else {
		if (k->draft)
			draft_committed(k->draft);
		window_set();
		answer(k, revision);
	}
	commit_free(k);
}

/* --- the commit ---------------------------------------------------------- */

/* Not by the socket of this machine, which no setting can close. */
static bool is_remote(const struct op_call *c)
{
	return op_via(c).n && !strv_eq(op_via(c), STRV("socket"));
}

/* The end of the window, 0: none.  false: the call has failed. */
static bool window_of(struct op_call *c, bool lockout, int64_t *until)
{
	bool far = is_remote(c);
	int64_t s;

	if (!op_int(c, "revert_in_s", 0, WINDOW_MAX_S,
	    lockout ? commit_window_s() : 0, &s))
		return false;
	if (s == 0 && lockout && far) {
		op_fail(c, OP_INVALID, "this change can cut you off: it must "
		    "be undone by itself unless you keep it, revert_in_s from "
		    "1 to %d", WINDOW_MAX_S);
		return false;
	}
	*until = s ? now_ms() + s * 1000 : 0;
	return true;
}

static bool expected(struct op_call *c)
{
	int64_t n;

	if (!op_int(c, "expect_running", 0, INT64_MAX, settings_revision(),
	    &n))
		return false;
	if (n == settings_revision())
		return true;
	op_fail(c, OP_CONFLICT, "revision %" PRId64 " is in force, not %"
	    PRId64 ": look at what changed, then commit again",
	    settings_revision(), n);
	return false;
}

static bool checked(struct op_call *c, struct conf_edit *edit)
{
	struct buf why;
	bool ok;

	buf_init(&why, 4096);
	ok = conf_edit_check(edit, &why) == ERR_OK;
	if (!ok)
		op_fail_line(c, OP_INVALID, 0, buf_strv(&why));
	buf_deinit(&why);
	return ok;
}

void commit_run(struct op_call *c, struct conf_edit *edit,
    enum revision_kind kind, int64_t draft)
{
	struct settings_commit how = { .actor = op_who(c),
		.comment = op_text(c, "comment"), .via = op_via(c),
		.kind = kind, .draft = draft };
	struct commit *k;
	bool lockout;

	if (!commit_allowed(c) || !expected(c) || !checked(c, edit)) {
		conf_edit_free(edit);
		return;
	}
	k = xalloc(sizeof(*k));
	k->call = c;
	k->began = now_us();
	k->draft = draft;
	k->nothing = conf_edit_size(edit) == 0;
	buf_init(&k->plan, BUF_NO_LIMIT);
	buf_init(&k->says, BUF_NO_LIMIT);
	lockout = plan_json(edit, &k->plan);
	plan_text(edit, &k->says);
	if (!window_of(c, lockout, &k->until)) {
		conf_edit_free(edit);
		commit_free(k);
		return;
	}
	if (k->nothing)
		k->until = 0;
	how.until = k->until;
	settings_commit(edit, &how, saved, k);
}

/* --- keep and undo ------------------------------------------------------- */

static void pending_fields(struct op_call *c)
{
	const struct settings_pending *p = settings_pending();

	op_field_int(c, "running", settings_revision());
	op_field_bool(c, "pending", p != NULL);
	if (p) {
		op_field_int(c, "revision", p->revision);
		op_field(c, "actor", strv(p->actor));
		op_field_time(c, "until", p->until);
		op_field_int(c, "left_s", (p->until - now_ms() + 999) / 1000);
	}
	if (settings_kind() == REVISION_RESCUE)
		op_field(c, "notice", STRV("the newest settings did not "
		    "start: older ones are in force; see show configuration "
		    "history"));
	else
		op_field(c, "notice", STRV_NONE);
}

static void pending_run(struct op_call *c)
{
	pending_fields(c);
	op_done(c);
}

static bool pending_there(struct op_call *c)
{
	if (settings_pending())
		return true;
	op_fail(c, OP_NOT_FOUND, "no revision waits to be kept; revision %"
	    PRId64 " is in force", settings_revision());
	return false;
}

static void kept(enum err e, int64_t revision, void *arg)
{
	struct op_call *c = arg;
	struct buf says;

	if (e != ERR_OK) {
		op_fail(c, e == ERR_BUSY ? OP_CONFLICT : OP_FAILED,
		    "it could not be kept now; try again");
		return;
	}
	window_set();
	buf_init(&says, 128);
	buf_addf(&says, "revision %" PRId64 " kept\n", revision);
	op_field_int(c, "revision", revision);
	op_field(c, "state", STRV("kept"));
	op_say(c, buf_strv(&says));
	op_done(c);
	buf_deinit(&says);
}

/* An older connection would prove nothing. */
static void keep_run(struct op_call *c)
{
	if (!pending_there(c))
		return;
	if (is_remote(c) &&
	    op_accepted(c) < settings_pending()->since) {
		op_header(c, "Connection", STRV("close"));
		op_fail(c, OP_CONFLICT, "this connection is older than "
		    "revision %" PRId64 ": keep it over a new one, so that it "
		    "is sure that you still get in",
		    settings_pending()->revision);
		return;
	}
	settings_keep(op_who(c), op_via(c), kept, c);
}

static void undo_done(enum err e, int64_t revision, void *arg)
{
	struct op_call *c = arg;
	struct buf says;

	if (e != ERR_OK) {
		op_fail(c, e == ERR_BUSY ? OP_CONFLICT : OP_FAILED,
		    "it could not be undone now; try again");
		return;
	}
	window_set();
	buf_init(&says, 128);
	buf_addf(&says, "undone: revision %" PRId64 " is in force\n",
	    revision);
	op_field_int(c, "revision", revision);
	op_field(c, "state", STRV("undone"));
	op_say(c, buf_strv(&says));
	op_done(c);
	buf_deinit(&says);
}

static void undo_run(struct op_call *c)
{
	struct settings_commit how = { .actor = op_who(c),
		.via = op_via(c) };
	struct buf comment;

	if (!pending_there(c))
		return;
	buf_init(&comment, 128);
	buf_addf(&comment, "revision %" PRId64 " undone",
	    settings_pending()->revision);
	how.comment = buf_strv(&comment);
	settings_undo(&how, undo_done, c);
	buf_deinit(&comment);
}

static const struct op ops[] = {
	{ "show configuration pending", "GET", "/config/pending", CAP_VIEW,
	  OP_CORE, NULL, "the revision that waits to be kept", pending_run },
	{ "configuration keep", "POST", "/config/pending/keep", CAP_COMMIT,
	  OP_CORE, NULL, "keep the revision that waits", keep_run },
	{ "configuration undo", "POST", "/config/pending/undo", CAP_COMMIT,
	  OP_CORE, NULL, "end the window now and go back", undo_run },
};

/* --- life ---------------------------------------------------------------- */

static const struct conf_row rows[] = {
	{ "revert-in", CONF_DURATION, "2m", 1000, WINDOW_MAX_S * 1000, NULL,
	  CONF_LIVE, "how long a change that can cut off its maker waits to "
	  "be kept, when nothing else is asked for", false },
};
static const struct conf_section section = {
	SECTION, false, "how changes of settings come into force", rows,
	sizeof(rows) / sizeof(rows[0]), NULL, NULL,
};

void commit_register(void)
{
	conf_register(&section);
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
	timer_init(&window, "revert-in", window_over, NULL);
}

void commit_start(void)
{
	window_set();
}

void commit_stop(void)
{
	timer_cancel(&window);
}
