/* test_config.c - drafts, commits, windows and rescue as operations. */

#define LOG_UNIT "test"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin/admin.h"
#include "admin/commit.h"
#include "base/log.h"
#include "base/now.h"
#include "lib/scratch.h"
#include "loop/loop.h"
#include "op/probe.h"
#include "runner.h"
#include "store/audit.h"
#include "store/drafts.h"
#include "store/revisions.h"
#include "store/writer.h"

#define SECOND	1000

static const struct conf_row rows[] = {
	{ .name = "address", .type = CONF_ADDRESS, .impact = CONF_RELINK,
	  .required = true, .help = "where" },
	{ .name = "window", .type = CONF_INT, .fallback = "10", .min = 1,
	  .max = 1000, .help = "many" },
	{ .name = "password", .type = CONF_SECRET, .impact = CONF_RELINK,
	  .help = "secret" },
};
static int applied;

static void apply(const char *name, bool gone)
{
	(void)name;
	(void)gone;
	applied++;
}

static const struct conf_section gateway = {
	"gateway", true, "a gateway", rows, 3, apply, NULL,
};

/* --- the daemon around it -------------------------------------------------- */

static char dir[256];
static int64_t clock_ms;
static const char *as = "alice", *via = "https";
static int64_t accepted;

static void turn(void)
{
	for (int i = 0; i < 6; i++) {
		writer_drain();
		loop_drain();
	}
}

static void pass(int64_t ms)
{
	clock_ms += ms;
	now_freeze(clock_ms);
	turn();
}

static void open_all(void)
{
	char key[300];
	struct buf why;

	buf_init(&why, 1024);
	ck_assert_msg(db_open_all(dir, &why) == ERR_OK, "%s", why.p);
	buf_deinit(&why);
	(void)snprintf(key, sizeof(key), "%s/secret.key", dir);
	ck_assert(conf_seal_open(key) == ERR_OK);
	if (!conf_section_find(STRV("gateway"))) {
		conf_register(&gateway);
		admin_register();
	}
	ck_assert(audit_start() == ERR_OK);
	settings_guard();
	ck_assert(settings_load() == ERR_OK);
	ck_assert(drafts_load() == ERR_OK);
	commit_start();
	turn();
}

/* As the next start finds it after a kill: values of memory are gone. */
static void restart(void)
{
	struct conf_edit *e = conf_edit_new();

	commit_stop();
	drafts_unload();
	conf_edit_clear(e);
	conf_edit_install(e);
	settings_unload();
	db_close_all();
	open_all();
}

static void setup(void)
{
	log_max = LOG_ERR_;
	strcpy(dir, scratch_new());
	clock_ms = INT64_C(1763629200000);
	now_freeze(clock_ms);
	open_all();
	accepted = now_mono();
	applied = 0;
}

static void teardown(void)
{
	commit_stop();
	drafts_unload();
	settings_unload();
	conf_reset();
	db_close_all();
	now_freeze(-1);
}

/* --- calls ------------------------------------------------------------------- */

static struct buf body;
static int status;

static const struct op *find(const char *command)
{
	size_t n;
	const struct op *const *all = op_all(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i]->command, command) == 0)
			return all[i];
	ck_abort_msg("%s", command);
	return NULL;
}

static void finished(struct op_call *c, void *arg)
{
	(void)arg;
	status = op_call_status(c);
	buf_clear(&body);
	buf_adds(&body, op_call_body(c));
	ck_assert_msg(!strstr(body.p, "geheim") && !strstr(body.p, "sealed"),
	    "%s", body.p);
	op_call_free(c);
}

/* Pairs of name and value, ended by NULL; the HTTP status, or 0: later. */
static int call(const char *command, ...) __attribute__((sentinel));
static int call(const char *command, ...)
{
	struct op_call *c = op_call_new(find(command), strv(as), AS_ALL,
	    finished, NULL);
	const char *name;
	va_list ap;

	if (!body.limit)
		buf_init(&body, BUF_NO_LIMIT);
	op_call_origin(c, &(struct op_origin){ .via = strv(via),
	    .accepted = accepted });
	va_start(ap, command);
	while ((name = va_arg(ap, const char *)) != NULL)
		ck_assert_msg(op_call_arg(c, name,
		    strv(va_arg(ap, const char *))), "%s", name);
	va_end(ap);
	status = 0;
	op_call_run(c);
	turn();
	return status;
}

/* The health gate takes its time. */
static int settled(void)
{
	for (int i = 0; i < 20 && !status; i++)
		pass(50);
	return status;
}

#define OK(...) ck_assert_msg((call(__VA_ARGS__, NULL), settled()) == 200, \
	"%d %s", status, body.p)
#define FAILS(code, text, ...) do { \
	ck_assert_msg(call(__VA_ARGS__, NULL) == (code), "%d %s", status, \
	    body.p); \
	HAS(text); \
} while (0)
#define HAS(text) ck_assert_msg(strstr(body.p, text) != NULL, "%s", body.p)
#define HAS_NOT(text) ck_assert_msg(!strstr(body.p, text), "%s", body.p)

#define CHANGE(line) OK("configuration draft change", "draft", "main", \
	"lines", line)
#define COMMIT() OK("configuration draft commit", "draft", "main")
#define COMMIT_WITH(...) OK("configuration draft commit", "draft", "main", \
	__VA_ARGS__)
#define A "set gateway a address 127.0.0.1:1"

/* --- drafts --------------------------------------------------------------------- */

START_TEST(a_draft_is_private_and_outlives_the_daemon)
{
	CHANGE(A);
	CHANGE("set gateway a password geheim");
	HAS("\"staged\":2,\"conflicting\":0");
	ck_assert(!conf_is_set("gateway", "a", "address"));
	restart();
	OK("configuration draft show", "draft", "main");
	HAS("{\"path\":[\"gateway\",\"a\",\"address\"],\"op\":\"set\","
	    "\"was\":null,\"will\":\"127.0.0.1:1\"");
	HAS("\"will\":\"(set)\"");
	HAS("\"sentences\":[\"gateway a: new, 2 values: address 127.0.0.1:1, "
	    "password (set)\"]");
	as = "bob";
	OK("show configuration drafts");
	HAS("\"items\":[]");
	OK("configuration draft show", "draft", "main");
	HAS("\"changes\":[]");
	as = "alice";
	COMMIT_WITH("comment", "first");
	HAS("{\"revision\":1,\"state\":\"kept\"");
	OK("show configuration drafts");
	HAS("\"items\":[]");
	ck_assert(conf_is_set("gateway", "a", "password"));
	restart();
	OK("show configuration drafts");
	HAS("\"items\":[]");
}
END_TEST

START_TEST(a_change_is_refused_as_a_whole_and_leaves_the_draft)
{
	CHANGE(A);
	FAILS(422, "(did you mean window?)\",\"line\":2}",
	    "configuration draft change", "draft", "main", "lines",
	    "set gateway a window 5", "lines", "set gateway a windw 6");
	FAILS(422, "\"line\":2}", "configuration draft load", "draft", "main",
	    "mode", "replace", "text", "set gateway b address 127.0.0.1:2\n"
	    "set gateway b window 0\n");
	FAILS(422, "path must be a list", "configuration draft change",
	    "draft", "main", "ops", "[{\"op\":\"set\",\"value\":1}]");
	FAILS(422, "'paht' is not known here", "configuration draft change", "draft",
	    "main", "ops", "[{\"op\":\"delete\",\"paht\":[\"gateway\"]}]");
	FAILS(422, "op must be", "configuration draft change", "draft",
	    "main", "ops", "[{\"op\":\"set gateway x\",\"path\":[\"a\"]}]");
	FAILS(409, "read it again", "configuration draft change", "draft",
	    "main", "lines", "set gateway a window 5", "expect_tag", "99");
	FAILS(422, "a name is a letter", "configuration draft change",
	    "draft", "1x", "lines", A);
	OK("configuration draft show", "draft", "main", "format", "set");
	HAS("\"text\":\"set gateway a address 127.0.0.1:1\\n\"");
	OK("configuration draft change", "draft", "main", "ops",
	    "[{\"op\":\"set\",\"path\":[\"gateway\",\"a\",\"window\"],"
	    "\"value\":40},{\"op\":\"copy\",\"path\":\"gateway\","
	    "\"value\":[\"a\",\"b\"]}]");
	HAS("\"staged\":4");
	OK("configuration draft discard", "draft", "main", "path",
	    "gateway b");
	HAS("\"staged\":2");
	FAILS(404, "changes nothing", "configuration draft discard", "draft",
	    "main", "path", "gateway b");
	OK("configuration draft discard", "draft", "main");
	FAILS(404, "no draft", "configuration draft discard", "draft", "main");
}
END_TEST

START_TEST(a_check_says_all_that_is_wrong)
{
	CHANGE("set gateway a window 5");
	CHANGE("set gateway b window 5");
	OK("configuration draft check", "draft", "main");
	HAS("\"errors\":[\"gateway a needs address (where): set gateway a "
	    "address VALUE\",\"gateway b needs");
	HAS("\"ok\":false");
	FAILS(422, "gateway a needs address", "configuration draft commit",
	    "draft", "main");
}
END_TEST

START_TEST(a_person_has_a_bounded_number_of_drafts)
{
	char name[16];

	for (int i = 0; i < DRAFTS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "d%d", i);
		OK("configuration draft change", "draft", name, "lines", A);
	}
	FAILS(409, "drafts already", "configuration draft change", "draft",
	    "more", "lines", A);
	as = "bob";
	CHANGE(A);
}
END_TEST

START_TEST(a_conflict_names_both_values_and_who_and_is_never_overwritten)
{
	CHANGE(A);
	COMMIT();
	CHANGE("set gateway a window 40");
	as = "bob";
	CHANGE("set gateway a window 30");
	COMMIT_WITH("comment", "night");
	as = "alice";
	OK("configuration draft check", "draft", "main");
	HAS("\"conflicts\":[{\"path\":\"gateway a window\",\"base\":null,"
	    "\"mine\":\"40\",\"theirs\":\"30\",\"their_actor\":\"bob\","
	    "\"their_revision\":2}]");
	HAS("\"ok\":false");
	HAS("\"exit\":5");
	restart();	/* it is one after a start, too */
	FAILS(409, "bob made it 30 in revision 2, you 40",
	    "configuration draft commit", "draft", "main");
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 30);
	FAILS(422, "mine, theirs", "configuration draft resolve", "draft",
	    "main", "path", "gateway a window", "choose", "ours");
	OK("configuration draft resolve", "draft", "main", "path",
	    "gateway a window", "choose", "mine");
	HAS("\"base\":2");
	HAS("\"conflicting\":0");
	COMMIT_WITH("expect_running", "2");
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 40);
}
END_TEST

START_TEST(a_commit_says_what_it_does_and_that_others_were_faster)
{
	CHANGE(A);
	FAILS(409, "revision 0 is in force, not 7",
	    "configuration draft commit", "draft", "main", "expect_running",
	    "7");
	COMMIT();
	HAS("\"plan\":[{\"section\":\"gateway\",\"name\":\"a\","
	    "\"change\":\"new\",\"impact\":\"relink\","
	    "\"says\":\"connects gateway a\"}]");
	COMMIT();
	HAS("\"state\":\"unchanged\"");
	ck_assert_int_eq(settings_revision(), 1);
	CHANGE("set gateway b window 4");
	FAILS(422, "gateway b needs address", "configuration draft commit",
	    "draft", "main");
}
END_TEST

/* --- windows -------------------------------------------------------------------- */

START_TEST(a_commit_nobody_keeps_is_undone_and_blocks_others_until_then)
{
	CHANGE(A);
	COMMIT();
	CHANGE("set gateway a window 40");
	COMMIT_WITH("revert_in_s", "300");
	HAS("\"state\":\"pending\"");
	HAS("\"pending_until\":\"2025-11-20T09:05:00.000Z\"");
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 40);
	as = "bob";
	CHANGE("set gateway a address 127.0.0.1:2");
	FAILS(409, "\"code\":\"confirm-pending\"",
	    "configuration draft commit", "draft", "main");
	HAS("revision 2 of alice waits to be kept until "
	    "2025-11-20T09:05:00.000Z");
	FAILS(409, "confirm-pending", "configuration rollback", "revision",
	    "1");
	OK("show configuration pending");
	HAS("\"pending\":true,\"revision\":2,\"actor\":\"alice\"");
	pass(299 * SECOND);
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 40);
	pass(1 * SECOND);
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 10);
	OK("show configuration history", "limit", "2");
	HAS("{\"revision\":3,");
	HAS("\"actor\":\"parleyd\",\"via\":\"\",\"kind\":\"undo\"");
	HAS("\"comment\":\"revision 2 of alice was not kept in time\"");
	HAS("\"state\":\"undone\"");
	COMMIT();	/* bob's turn */
	ck_assert_str_eq(conf_text("gateway", "a", "address"), "127.0.0.1:2");
}
END_TEST

START_TEST(a_revision_is_kept_over_a_newer_connection_only)
{
	pass(1 * SECOND);
	CHANGE(A);
	COMMIT_WITH("revert_in_s", "60");
	pass(1 * SECOND);
	FAILS(409, "older than revision 1", "configuration keep");
	via = "token";
	FAILS(409, "older than revision 1", "configuration keep");
	via = "https";
	accepted = now_mono();
	OK("configuration keep");
	HAS("{\"revision\":1,\"state\":\"kept\"");
	FAILS(404, "no revision waits", "configuration keep");
	pass(3600 * SECOND);
	ck_assert_int_eq(settings_revision(), 1);
	CHANGE("set gateway a window 40");
	COMMIT_WITH("revert_in_s", "60");
	via = "socket";		/* no setting can close it */
	accepted = 0;
	OK("configuration keep");
}
END_TEST

START_TEST(what_can_cut_off_must_be_kept_unless_it_came_by_the_socket)
{
	CHANGE("set admin address 127.0.0.1:8444");
	OK("configuration draft check", "draft", "main");
	HAS("\"impact\":\"lockout\"");
	HAS("\"lockout\":true,\"revert_in_s\":120");
	FAILS(422, "this change can cut you off", "configuration draft commit",
	    "draft", "main", "revert_in_s", "0");
	COMMIT();
	HAS("\"state\":\"pending\"");
	OK("configuration undo");
	HAS("\"revision\":2,\"state\":\"undone\"");
	FAILS(404, "no revision waits", "configuration undo");
	via = "socket";
	CHANGE("set admin address 127.0.0.1:8444");
	COMMIT();
	HAS("\"state\":\"pending\"");
	OK("configuration undo");
	OK("configuration set", "lines", "set admin address 127.0.0.1:8444",
	    "revert_in_s", "0");
	HAS("\"state\":\"kept\"");
}
END_TEST

START_TEST(a_crash_within_the_window_undoes_too)
{
	CHANGE(A);
	COMMIT();
	CHANGE("set gateway a window 40");
	CHANGE("set gateway a password geheim");
	COMMIT_WITH("revert_in_s", "300");
	restart();
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 10);
	ck_assert(!conf_is_set("gateway", "a", "password"));
	ck_assert(!settings_pending());
	ck_assert_int_eq(settings_revision(), 3);
	OK("show configuration revision", "revision", "3");
	HAS("revision 2 of alice was not kept before the daemon ended");
	HAS("\"text\":\"set gateway a address 127.0.0.1:1\\n\"");
	restart();
	ck_assert_int_eq(settings_revision(), 3);
}
END_TEST

/* As a program left it that kept changes only. */
START_TEST(a_revision_without_a_content_gets_it_at_the_next_start)
{
	CHANGE(A);
	CHANGE("set gateway a password geheim");
	COMMIT();
	ck_assert(db_exec(db_writer(DB_CONFIG), "UPDATE revision SET "
	    "content = NULL, digest = ''") == ERR_OK);
	ck_assert(db_exec(db_writer(DB_CONFIG), "DELETE FROM secret") ==
	    ERR_OK);
	restart();
	CHANGE("delete gateway a");
	COMMIT_WITH("revert_in_s", "300");
	restart();	/* undone */
	ck_assert(conf_is_set("gateway", "a", "password"));
	ck_assert_str_eq(conf_text("gateway", "a", "address"), "127.0.0.1:1");
	OK("show configuration compare", "from", "1", "to", "3");
	HAS("\"changes\":[]");
}
END_TEST

START_TEST(a_draft_is_no_larger_than_the_core_can_bear)
{
	struct buf text;

	buf_init(&text, BUF_NO_LIMIT);
	for (int i = 0; i <= 50000; i++)
		buf_addf(&text, "set gateway g%d window 5\n", i);
	FAILS(413, "at most 50000 values", "configuration draft load",
	    "draft", "main", "text", text.p);
	while (text.n <= (size_t)2 << 20)
		buf_addz(&text, "          ");
	FAILS(413, "give at most 2097152", "configuration draft load",
	    "draft", "main", "text", text.p);
	OK("configuration draft show", "draft", "main");
	HAS("\"staged\":0");
	buf_deinit(&text);
}
END_TEST

/* --- the gate ---------------------------------------------------------------------- */

static enum probe_state state = PROBE_UP;

static enum probe_state probe_run(const char *name, struct buf *says)
{
	(void)name;
	buf_addz(says, "nobody answers");
	return state;
}

static const struct probe probe = { "gateway", false, probe_run };

static const struct {
	const char *name;
	enum probe_state before, after;
	int64_t ms;		/* until the answer */
	const char *has;
} gates[] = {
	{ "up again", PROBE_UP, PROBE_UP, 150, "\"state\":\"kept\"" },
	{ "stays down", PROBE_UP, PROBE_DOWN, 10100, "\"undone_by\":3" },
	{ "cannot come up", PROBE_UP, PROBE_FAILED, 100, "\"exit\":13" },
	{ "was down", PROBE_DOWN, PROBE_DOWN, 0, "\"state\":\"kept\"" },
	{ "was off", PROBE_OFF, PROBE_DOWN, 0, "\"state\":\"kept\"" },
	{ "could not come up before", PROBE_FAILED, PROBE_FAILED, 0,
	  "\"state\":\"kept\"" },
};

START_TEST(a_gateway_that_was_up_and_stays_down_undoes_the_commit)
{
	bool undone = strstr("\"undone_by\":3 \"exit\":13", gates[_i].has);

	probe_register(&probe, 1);
	CHANGE(A);
	COMMIT();
	CHANGE("set gateway a address 127.0.0.1:2");
	state = gates[_i].before;
	(void)call("configuration draft commit", "draft", "main", NULL);
	state = gates[_i].after;
	if (gates[_i].ms) {
		ck_assert_msg(status == 0, "%s", body.p);
		for (int64_t t = 0; t < gates[_i].ms && !status; t += 50)
			pass(50);
	}
	ck_assert_msg(status == 200, "%s: %s", gates[_i].name, body.p);
	HAS(gates[_i].has);
	if (undone)
		HAS("gateway a does not ");
	ck_assert_str_eq(conf_text("gateway", "a", "address"), undone ?
	    "127.0.0.1:1" : "127.0.0.1:2");
	ck_assert(!settings_pending());
}
END_TEST

START_TEST(the_gate_of_what_was_undone_keeps_nothing_of_others)
{
	int64_t waits;

	probe_register(&probe, 1);
	CHANGE(A);
	COMMIT();
	CHANGE("set gateway a address 127.0.0.1:2");
	state = PROBE_UP;
	(void)call("configuration draft commit", "draft", "main", NULL);
	state = PROBE_DOWN;
	OK("configuration undo");
	CHANGE("set gateway a address 127.0.0.1:3");
	COMMIT_WITH("revert_in_s", "60");
	HAS("\"state\":\"pending\"");
	ck_assert(settings_pending());
	waits = settings_pending()->revision;
	for (int64_t t = 0; t < 11000; t += 50)
		pass(50);
	ck_assert(settings_pending());
	ck_assert_int_eq(settings_pending()->revision, waits);
}
END_TEST

START_TEST(the_gate_can_be_opened_for_good)
{
	probe_register(&probe, 1);
	CHANGE(A);
	CHANGE("set policy commit health-gate off");
	COMMIT();
	state = PROBE_UP;
	CHANGE("set gateway a address 127.0.0.1:2");
	COMMIT();
	HAS("\"state\":\"kept\"");
}
END_TEST

/* --- rolling back -------------------------------------------------------------------- */

START_TEST(an_older_revision_comes_back_as_a_new_one_whole_or_by_path)
{
	CHANGE(A);
	CHANGE("set gateway a password geheim");
	CHANGE("set gateway b address 127.0.0.1:9");
	COMMIT();
	CHANGE("set gateway a window 40");
	CHANGE("set gateway a password geheim2");
	CHANGE("delete gateway b");
	COMMIT();
	OK("show configuration compare", "from", "1", "to", "2", "format",
	    "sentences");
	HAS("\"text\":\"gateway a: window default 10 -> 40, password changed"
	    "\\ngateway b: deleted\\n\"");
	OK("configuration draft rollback", "draft", "main", "revision", "1",
	    "path", "gateway b");
	HAS("\"staged\":1");
	COMMIT();
	ck_assert(conf_is_set("gateway", "b", "address"));
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 40);
	OK("configuration rollback", "revision", "1", "comment", "back");
	HAS("{\"revision\":4,\"state\":\"kept\"");
	OK("show configuration compare", "from", "1", "to", "4");
	HAS("\"changes\":[]");
	OK("show configuration history", "limit", "1");
	HAS("\"kind\":\"rollback\"");
	FAILS(404, "no revision 99", "configuration rollback", "revision",
	    "99");
	FAILS(404, "no revision 99", "show configuration compare", "from",
	    "1", "to", "99");
}
END_TEST

START_TEST(an_export_is_what_the_revision_keeps_and_imports_to_the_same)
{
	static char text[4096];
	struct buf says;
	char digest[CONF_DIGEST];

	buf_init(&says, 4096);
	CHANGE(A);
	CHANGE("set gateway a password geheim");
	COMMIT();
	conf_content(NULL, &says);
	strcpy(text, says.p);
	conf_digest(strv(text), digest);
	OK("configuration export");
	HAS(digest);
	OK("show configuration revision", "revision", "1");
	HAS(digest);
	CHANGE("set gateway a window 40");
	CHANGE("set gateway a password geheim2");
	COMMIT();
	OK("configuration draft load", "draft", "main", "mode", "replace",
	    "text", text);
	COMMIT();
	OK("configuration export", "format", "json");
	HAS(digest);
	HAS("\\\"gateway a\\\":{\\\"address\\\":\\\"127.0.0.1:1\\\"");
	OK("configuration draft load", "draft", "main", "mode", "replace",
	    "text", "{\"gateway a\":{\"address\":\"127.0.0.1:1\","
	    "\"window\":7}}");
	COMMIT();
	buf_clear(&says);
	conf_content(NULL, &says);
	ck_assert_str_eq(says.p, "set gateway a address 127.0.0.1:1\n"
	    "set gateway a window 7\n");
	buf_deinit(&says);
}
END_TEST

static void count(const struct revision_row *row, void *arg)
{
	(void)row;
	++*(int *)arg;
}

START_TEST(the_last_revisions_are_kept_and_the_pinned_ones)
{
	char line[64];
	int n = 0;

	CHANGE(A);
	COMMIT();
	OK("configuration pin", "revision", "1");
	for (int i = 1; i <= REVISIONS_KEPT + 5; i++) {
		(void)snprintf(line, sizeof(line), "set gateway a window %d",
		    i);
		CHANGE(line);
		COMMIT();
	}
	ck_assert(revision_each(0, 1000, count, &n) == ERR_OK);
	ck_assert_int_eq(n, REVISIONS_KEPT + 1);
	OK("configuration rollback", "revision", "1");
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 10);
	FAILS(404, "no revision 2", "configuration rollback", "revision", "2");
	FAILS(404, "no revision 2", "configuration pin", "revision", "2");
}
END_TEST

/* --- rescue ---------------------------------------------------------------------------- */

START_TEST(a_revision_that_never_starts_gives_way_to_the_last_kept_one)
{
	CHANGE(A);
	COMMIT();
	CHANGE("set gateway a window 40");
	COMMIT();
	for (int i = 0; i < STARTS_FAILED; i++) {
		restart();	/* never ready */
		ck_assert_int_eq(conf_int("gateway", "a", "window"), 40);
	}
	restart();
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 10);
	ck_assert(settings_rescue() != NULL);
	OK("show configuration pending");
	HAS("\"notice\":\"revision 2 did not start 3 times; revision 1 is in "
	    "force again\"");
	OK("show configuration history", "limit", "2");
	HAS("\"kind\":\"rescue\"");
	HAS("\"state\":\"failed\"");
	OK("health");
	HAS("{\"check\":\"configuration\",\"state\":\"warn\"");
	settings_started();
	turn();
	CHANGE("set gateway a window 41");
	COMMIT();
	OK("show configuration pending");
	HAS("\"notice\":null");
}
END_TEST

START_TEST(when_none_is_left_that_did_not_fail_everything_has_its_default)
{
	CHANGE(A);
	COMMIT();
	for (int i = 0; i <= STARTS_FAILED; i++)
		restart();
	ck_assert(!conf_is_set("gateway", "a", "address"));
}
END_TEST

START_TEST(a_revision_that_started_once_is_never_given_up)
{
	CHANGE(A);
	COMMIT();
	CHANGE("set gateway a window 40");
	COMMIT();
	settings_started();
	turn();
	for (int i = 0; i < 6; i++)
		restart();
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 40);
}
END_TEST

START_TEST(failures_far_apart_are_not_counted_together)
{
	CHANGE(A);
	COMMIT();
	CHANGE("set gateway a window 40");
	COMMIT();
	for (int i = 0; i < 6; i++) {
		restart();
		pass(STARTS_MS / 2 + 1);
	}
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 40);
}
END_TEST

/* --- the audit ----------------------------------------------------------------------------- */

static bool note(const struct audit_row *row, void *arg)
{
	buf_addf(arg, "%.*s %.*s %.*s\n", STRV_ARG(row->actor),
	    STRV_ARG(row->action), STRV_ARG(row->object));
	return true;
}

START_TEST(every_step_is_audited)
{
	struct buf b;

	CHANGE(A);
	COMMIT_WITH("revert_in_s", "60");
	OK("configuration undo");
	CHANGE(A);
	OK("configuration draft discard", "draft", "main");
	CHANGE(A);
	COMMIT_WITH("revert_in_s", "60");
	accepted = now_mono() + 1;
	OK("configuration keep");
	OK("configuration rollback", "revision", "2");
	OK("configuration pin", "revision", "1");
	buf_init(&b, 4096);
	ck_assert(audit_each(&(struct audit_filter){ .since = 0 }, 0, note,
	    &b) == ERR_OK);
	ck_assert_str_eq(b.p,
	    "alice configuration pin revision 1\n"
	    "alice configuration rollback revision 4\n"
	    "alice configuration keep revision 3\n"
	    "alice configuration commit revision 3\n"
	    "alice configuration draft main\n"
	    "alice configuration discard main\n"
	    "alice configuration draft main\n"
	    "alice configuration undo revision 2\n"
	    "alice configuration commit revision 1\n"
	    "alice configuration draft main\n");
	buf_deinit(&b);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("config");
	TCase *tc = tcase_create("config");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_draft_is_private_and_outlives_the_daemon);
	tcase_add_test(tc,
	    a_change_is_refused_as_a_whole_and_leaves_the_draft);
	tcase_add_test(tc, a_check_says_all_that_is_wrong);
	tcase_add_test(tc, a_person_has_a_bounded_number_of_drafts);
	tcase_add_test(tc,
	    a_conflict_names_both_values_and_who_and_is_never_overwritten);
	tcase_add_test(tc,
	    a_commit_says_what_it_does_and_that_others_were_faster);
	tcase_add_test(tc,
	    a_commit_nobody_keeps_is_undone_and_blocks_others_until_then);
	tcase_add_test(tc, a_revision_is_kept_over_a_newer_connection_only);
	tcase_add_test(tc,
	    what_can_cut_off_must_be_kept_unless_it_came_by_the_socket);
	tcase_add_test(tc, a_crash_within_the_window_undoes_too);
	tcase_add_test(tc,
	    a_revision_without_a_content_gets_it_at_the_next_start);
	tcase_add_rows(tc,
	    a_gateway_that_was_up_and_stays_down_undoes_the_commit, gates);
	tcase_add_test(tc, a_draft_is_no_larger_than_the_core_can_bear);
	tcase_add_test(tc, the_gate_of_what_was_undone_keeps_nothing_of_others);
	tcase_add_test(tc, the_gate_can_be_opened_for_good);
	tcase_add_test(tc,
	    an_older_revision_comes_back_as_a_new_one_whole_or_by_path);
	tcase_add_test(tc,
	    an_export_is_what_the_revision_keeps_and_imports_to_the_same);
	tcase_add_test(tc, the_last_revisions_are_kept_and_the_pinned_ones);
	tcase_add_test(tc,
	    a_revision_that_never_starts_gives_way_to_the_last_kept_one);
	tcase_add_test(tc,
	    when_none_is_left_that_did_not_fail_everything_has_its_default);
	tcase_add_test(tc, a_revision_that_started_once_is_never_given_up);
	tcase_add_test(tc, failures_far_apart_are_not_counted_together);
	tcase_add_test(tc, every_step_is_audited);
	suite_add_tcase(s, tc);
	return s;
}
