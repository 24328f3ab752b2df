/* commit.c - put an edit in force, and take it back unless it is kept. */

#define LOG_UNIT "admin"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin_priv.h"
#include "admin/commit.h"
#include "admin/eyes.h"
#include "admin/gate.h"
#include "admin/lock.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "loop/timer.h"
#include "op/health.h"
#include "store/drafts.h"

#define SECTION		"policy commit"
#define AGAIN_MS	2000	/* the disk refused to undo */
#define GATE_SPARE_MS	5000	/* a crash while the gate looks undoes too */
#define EXIT_UNDONE	13

struct commit {
	struct op_call *call;
	struct buf plan, says;	/* as JSON, for people */
	int64_t began;		/* now_us() */
	int64_t until;
	int64_t draft;
	bool nothing;		/* it changes nothing */
	bool keep;		/* nobody asked for a window: the gate's */
	struct gate *gate;
	int64_t revision;
	char *why;		/* the gate's; NULL: all is up */
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

	if (!lock_allows(c))
		return false;
	if (!p)
		return true;
	now_text(p->until, until);
	op_fail(c, OP_PENDING, "revision %" PRId64 " of %s waits to be kept "
	    "until %s; nothing else can be committed before it is kept or "
	    "undone", p->revision, p->actor, until);
	return false;
}

static int64_t gate_ms(void)
{
	return conf_int(SECTION, "", "gate-time");
}

int64_t commit_window_s(void)
{
	return conf_int(SECTION, "", "revert-in") / 1000;
}

/* --- the answer ---------------------------------------------------------- */

static void commit_free(struct commit *k)
{
	gate_free(k->gate);
	free(k->why);
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

/* --- the health gate --------------------------------------------------------- */

/* 13 in the shell: it was in force, and is not any more. */
static void answer_undone(struct commit *k, int64_t revision)
{
	struct op_call *c = k->call;

	op_field_int(c, "revision", k->revision);
	op_field(c, "state", STRV("undone"));
	op_field_int(c, "undone_by", revision);
	op_field(c, "reason", strv(k->why));
	op_field_json(c, "plan", buf_strv(&k->plan));
	buf_addf(&k->says, "%s\nrevision %" PRId64 " was in force and is "
	    "undone: revision %" PRId64 " is in force\n", k->why,
	    k->revision, revision);
	op_say(c, buf_strv(&k->says));
	op_exit(c, EXIT_UNDONE);
	op_done(c);
}

static void gate_undone(enum err e, int64_t revision, void *arg)
{
	struct commit *k = arg;

	window_set();
	if (e == ERR_OK)
		answer_undone(k, revision);
	else
		op_fail(k->call, OP_FAILED, "%s; it could not be undone yet, "
		    "and will be when its time is over", k->why);
	commit_free(k);
}

static void gate_kept(enum err e, int64_t revision, void *arg)
{
	struct commit *k = arg;

	window_set();
	if (e == ERR_OK)
		k->until = 0;
	answer(k, revision);
	commit_free(k);
}

/* Somebody may have undone it meanwhile, and what waits now be another's. */
static bool still_waits(const struct commit *k)
{
	return settings_pending() &&
	    settings_pending()->revision == k->revision;
}

static void gate_over(const char *why, void *arg)
{
	struct commit *k = arg;
	struct settings_commit how = { .actor = STRV("parleyd") };

	k->gate = NULL;		/* freed itself */
	if (why && still_waits(k)) {
		k->why = xstrndup(why, strlen(why));
		log_warn("settings undone by the health gate: %s", why);
		how.comment = strv(k->why);
		settings_undo(&how, gate_undone, k);
	} else if (k->keep && still_waits(k)) {
		settings_keep(op_who(k->call), op_via(k->call), gate_kept, k);
	} else {
		window_set();
		answer(k, k->revision);
		commit_free(k);
	}
}

static void saved(enum err e, int64_t revision, void *arg)
{
	struct commit *k = arg;

	k->revision = revision;
	if (e == ERR_BUSY) {
		op_fail(k->call, OP_CONFLICT, "another change is being saved; "
		    "try again");
	} else if (e != ERR_OK) {
		op_fail(k->call, OP_FAILED, "nothing was changed: the disk "
		    "refused it; see the log of the daemon");
	} else {
		if (k->draft)
			draft_committed(k->draft);
		if (!k->gate)
			window_set();
		if (k->gate) {
			gate_watch(k->gate, gate_ms(), gate_over, k);
			return;
		}
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
	int64_t s = op_given(c, "revert_in_s") ? op_int(c, "revert_in_s") :
	    lockout ? commit_window_s() : 0;

	if (s == 0 && lockout && far) {
		op_fail(c, OP_INVALID, "this change can cut you off: it must "
		    "be undone by itself unless you keep it, revert_in_s from "
		    "1 to %d", COMMIT_WINDOW_MAX_S);
		return false;
	}
	*until = s ? now_ms() + s * 1000 : 0;
	return true;
}

static bool expected(struct op_call *c)
{
	int64_t n = op_int(c, "expect_running");

	if (!op_given(c, "expect_running") || n == settings_revision())
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

/* Who names these groups says who has which role on this machine. */
static const char *const rights[] = { "group-admin", "group-operator",
	"group-view" };

static void see_right(const struct conf_change *ch, void *arg)
{
	const char **found = arg;

	if (strcmp(ch->section->name, "admin") != 0)
		return;
	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
		if (strcmp(ch->row->name, rights[i]) == 0)
			*found = rights[i];
}

/* Or whoever may commit would give himself every role. */
static bool gives_rights(struct op_call *c, const struct conf_edit *edit)
{
	const char *found = NULL;

	if (role_may(op_roles(c), CAP_SECURITY))
		return false;
	conf_edit_each(edit, see_right, &found);
	if (found)
		op_fail(c, OP_FORBIDDEN, "admin %s says who has which role: "
		    "somebody with the role security must commit this",
		    found);
	return found != NULL;
}

void commit_run(struct op_call *c, struct conf_edit *edit,
    enum revision_kind kind, int64_t draft)
{
	struct settings_commit how = { .actor = op_who(c),
		.comment = op_text(c, "comment"), .via = op_via(c),
		.kind = kind, .draft = draft };
	struct commit *k;
	bool lockout;

	if (!commit_allowed(c) || !expected(c) || gives_rights(c, edit) ||
	    !checked(c, edit)) {
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
	if (conf_bool(SECTION, "", "health-gate"))
		k->gate = gate_new(edit);
	if (k->gate && !k->until) {
		k->keep = true;
		k->until = now_ms() + gate_ms() + GATE_SPARE_MS;
	}
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
	op_field(c, "notice", strv(settings_rescue()));
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
	    op_accepted(c) <= settings_pending()->since) {
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
	  OP_CORE, NULL, "the revision that waits to be kept", pending_run,
	  "running:int pending:bool revision:int~ actor~ until:time~ "
	  "left_s:s~ notice?" },
	{ "configuration keep", "POST", "/config/pending/keep", CAP_COMMIT,
	  OP_CORE, NULL, "keep the revision that waits", keep_run,
	  "revision:int state=kept text~" },
	{ "configuration undo", "POST", "/config/pending/undo", CAP_COMMIT,
	  OP_CORE, NULL, "end the window now and go back", undo_run,
	  "revision:int state=undone text~" },
};

/* --- health ------------------------------------------------------------------ */

static enum health check_settings(struct buf *says, struct buf *remedy)
{
	const struct settings_pending *p = settings_pending();
	char until[NOW_TEXT];

	if (settings_rescue()) {
		buf_addz(says, settings_rescue());
		buf_addz(remedy, "show configuration compare says what differs "
		    "between the two; mend it, and commit it again");
		return HEALTH_WARN;
	}
	if (!p) {
		buf_addf(says, "revision %" PRId64 " is in force",
		    settings_revision());
		return HEALTH_OK;
	}
	now_text(p->until, until);
	buf_addf(says, "revision %" PRId64 " of %s is undone at %s unless it "
	    "is kept", p->revision, p->actor, until);
	buf_addz(remedy, "configuration keep, or configuration undo");
	return HEALTH_WARN;
}

static const struct health_check checks[] = {
	{ .name = "configuration", .run = check_settings },
};

/* --- life ---------------------------------------------------------------- */

static const struct conf_row rows[] = {
	{ "revert-in", CONF_DURATION, "2m", 1000, COMMIT_WINDOW_MAX_S * 1000,
	  NULL, CONF_LIVE, "how long a change that can cut off its maker waits to "
	  "be kept, when nothing else is asked for", false },
	EYES_ROW,
	{ "health-gate", CONF_BOOL, "on", 0, 0, NULL, CONF_LIVE, "undo a "
	  "change when a listener does not open with it, or a gateway that "
	  "was up stays down", false },
	{ "gate-time", CONF_DURATION, "10s", 1000, 60000, NULL, CONF_LIVE,
	  "how long gateways have to come up again", false },
};
static const struct conf_section section = {
	SECTION, false, "how changes of settings come into force", rows,
	sizeof(rows) / sizeof(rows[0]), NULL, NULL,
};

void commit_register(void)
{
	conf_register(&section);
	health_register(checks, sizeof(checks) / sizeof(checks[0]));
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
