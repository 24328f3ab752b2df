/* test_audit.c - store/audit.h: the chain, what breaks it, and refusals. */

#include <stdio.h>

#include "lib/scratch.h"
#include "lib/world.h"
#include "op/op.h"
#include "runner.h"
#include "store/audit.h"
#include "store/db_priv.h"
#include "store/writer.h"

static void setup(void)
{
	audit_reset();
	world_open(scratch_new());
}

static void sql(const char *text)
{
	ck_assert_int_eq(sqlite3_exec(db_writer(DB_CONFIG)->h, text, NULL,
	    NULL, NULL), SQLITE_OK);
}

static void event(const char *who, const char *action, const char *result)
{
	audit_event(strv(who), strv(action), STRV("thing"), strv(result),
	    STRV("a -> b"));
	world_drain();
}

/* "id actor/via/credential/peer action result" of each row, newest first. */
static char seen[8000];

static bool see(const struct audit_row *r, void *arg)
{
	size_t n = strlen(seen);

	(void)arg;
	(void)snprintf(seen + n, sizeof(seen) - n, "%d %.*s/%.*s/%.*s/%.*s/"
	    "%.*s %.*s %.*s\n", (int)r->id, STRV_ARG(r->actor),
	    STRV_ARG(r->via), STRV_ARG(r->credential), STRV_ARG(r->peer),
	    STRV_ARG(r->request), STRV_ARG(r->action), STRV_ARG(r->result));
	return true;
}

static const char *rows(const struct audit_filter *f)
{
	static const struct audit_filter all;

	seen[0] = 0;
	ck_assert_int_eq(audit_each(f ? f : &all, 0, see, NULL), ERR_OK);
	return seen;
}

static struct audit_verdict verdict(void)
{
	struct audit_verdict v;

	ck_assert_int_eq(audit_verify(&v), ERR_OK);
	return v;
}

START_TEST(a_row_says_who_by_which_way_and_with_what_outcome)
{
	event("alice\x1fhttps\x1fsession:7\x1f""192.0.2.1\x1f" "aa", "set",
	    "ok");
	event("bob", "login", "refused 401");
	ck_assert_str_eq(rows(NULL), "2 bob//// login refused 401\n"
	    "1 alice/https/session:7/192.0.2.1/aa set ok\n");
	ck_assert_str_eq(rows(&(struct audit_filter){
	    .result = STRV("refused") }), "2 bob//// login refused 401\n");
	ck_assert_str_eq(rows(&(struct audit_filter){
	    .actor = STRV("lic") }),
	    "1 alice/https/session:7/192.0.2.1/aa set ok\n");
	ck_assert_str_eq(rows(&(struct audit_filter){ .since = INT64_MAX }),
	    "");
	ck_assert(strv_eq(audit_name(STRV("alice\x1fhttps")),
	    STRV("alice")));
}
END_TEST

START_TEST(an_untouched_chain_verifies)
{
	ck_assert_int_eq(verdict().rows, 0);
	for (int i = 0; i < 20; i++)
		event("alice", "set", "ok");
	ck_assert_int_eq(verdict().rows, 20);
	ck_assert_int_eq(verdict().broken, 0);
	ck_assert_int_eq(verdict().last, 20);
}
END_TEST

/* what somebody does to the table, and the row that betrays it */
static const struct {
	const char *sql;
	int64_t broken;
} harms[] = {
	{ "UPDATE audit SET actor = 'bob' WHERE id = 3", 3 },
	{ "UPDATE audit SET time = time + 1 WHERE id = 1", 1 },
	{ "UPDATE audit SET detail = '' WHERE id = 5", 5 },
	{ "UPDATE audit SET result = 'refused' WHERE id = 5", 5 },
	{ "UPDATE audit SET object = object || detail, detail = '' "
	  "WHERE id = 2", 2 },
	{ "DELETE FROM audit WHERE id = 3", 4 },
	{ "DELETE FROM audit WHERE id = 1", 2 },
	{ "DELETE FROM audit WHERE id < 5", 5 },
	{ "UPDATE audit SET hash = NULL WHERE id = 4", 4 },
	{ "UPDATE audit SET hash = former WHERE id = 4", 4 },
	{ "UPDATE audit SET id = 30 WHERE id = 3", 4 },
	{ "INSERT INTO audit (id, time, actor, action, object, detail, "
	  "former, hash) SELECT 6, time, actor, action, object, detail, "
	  "former, hash FROM audit WHERE id = 5", 6 },
	{ "DELETE FROM audit WHERE id = 5", 5 },
	{ "DELETE FROM audit WHERE id > 2", 5 },
	{ "DELETE FROM audit", 5 },
};

START_TEST(whatever_is_changed_or_taken_out_is_found)
{
	for (int i = 0; i < 5; i++)
		event("alice", "set", "ok");
	sql(harms[_i].sql);
	ck_assert_msg(verdict().broken == harms[_i].broken, "%s: %d",
	    harms[_i].sql, (int)verdict().broken);
	ck_assert_ptr_nonnull(verdict().why);
}
END_TEST

START_TEST(what_was_taken_out_last_is_found_behind_newer_rows_too)
{
	for (int i = 0; i < 5; i++)
		event("alice", "set", "ok");
	sql("DELETE FROM audit WHERE id > 3");
	for (int i = 0; i < 5; i++)
		event("bob", "set", "ok");
	ck_assert_int_eq(verdict().rows, 8);
	ck_assert_int_eq(verdict().broken, 5);
}
END_TEST

static int64_t prune(int64_t before)
{
	int64_t removed;

	sql("BEGIN IMMEDIATE");
	ck_assert_int_eq(audit_prune(db_writer(DB_CONFIG), before, &removed),
	    ERR_OK);
	sql("COMMIT");
	return removed;
}

START_TEST(what_retention_removes_leaves_an_anchor_in_the_chain)
{
	for (int i = 0; i < 10; i++)
		event("alice", "set", "ok");
	ck_assert_int_eq(prune(0), 0);
	ck_assert_int_eq(verdict().rows, 10);
	ck_assert_int_eq(prune(INT64_MAX), 9);
	ck_assert_str_eq(rows(NULL), "11 retention//// audit prune ok\n"
	    "10 alice//// set ok\n");
	ck_assert_int_eq(verdict().broken, 0);
	ck_assert_int_eq(verdict().first, 10);
	event("alice", "set", "ok");
	ck_assert_int_eq(prune(INT64_MAX), 2);
	ck_assert_int_eq(verdict().broken, 0);
	ck_assert_int_eq(verdict().first, 12);
	sql("DELETE FROM audit WHERE id = 12");
	ck_assert_int_eq(verdict().broken, 13);
}
END_TEST

START_TEST(rows_from_before_the_chain_get_their_hashes_at_start)
{
	for (int i = 0; i < 3; i++)
		event("alice", "set", "ok");
	sql("UPDATE audit SET former = NULL, hash = NULL");
	ck_assert_int_eq(verdict().broken, 1);
	ck_assert_int_eq(audit_start(), ERR_OK);
	ck_assert_int_eq(verdict().broken, 0);
	event("alice", "set", "ok");
	ck_assert_int_eq(verdict().rows, 4);
	/* but never again: a row without a hash would be hidden */
	sql("UPDATE audit SET hash = NULL WHERE id = 2");
	ck_assert_int_eq(audit_start(), ERR_OK);
	ck_assert_int_eq(verdict().broken, 2);
}
END_TEST

START_TEST(a_flood_of_refusals_is_counted_not_written)
{
	for (int i = 0; i < AUDIT_REFUSALS + 50; i++)
		event("mallory", "login", "refused 401");
	ck_assert_int_eq(verdict().rows, AUDIT_REFUSALS);
	event("alice", "set", "ok");	/* what was done is always written */
	ck_assert_int_eq(verdict().rows, AUDIT_REFUSALS + 1);
}
END_TEST

START_TEST(the_chain_goes_on_after_a_crash)
{
	for (int i = 0; i < 3; i++)
		event("alice", "set", "ok");
	world_crash(db_dir());
	event("alice", "set", "ok");
	ck_assert_int_eq(verdict().rows, 4);
	ck_assert_int_eq(verdict().broken, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("audit");
	TCase *tc = tcase_create("audit");

	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_test(tc,
	    a_row_says_who_by_which_way_and_with_what_outcome);
	tcase_add_test(tc, an_untouched_chain_verifies);
	tcase_add_rows(tc, whatever_is_changed_or_taken_out_is_found, harms);
	tcase_add_test(tc,
	    what_was_taken_out_last_is_found_behind_newer_rows_too);
	tcase_add_test(tc,
	    rows_from_before_the_chain_get_their_hashes_at_start);
	tcase_add_test(tc,
	    what_retention_removes_leaves_an_anchor_in_the_chain);
	tcase_add_test(tc, a_flood_of_refusals_is_counted_not_written);
	tcase_add_test(tc, the_chain_goes_on_after_a_crash);
	suite_add_tcase(s, tc);
	return s;
}
