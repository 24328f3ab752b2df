/* test_writer.c - store/writer.h: group commit, order, faults. */

#include <sched.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "base/metric.h"
#include "loop/loop.h"
#include "runner.h"
#include "store/db_priv.h"
#include "store/writer.h"

static const struct asset set[] = {
	{ "001_init.sql", (const unsigned char *)
	    "CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT;", 46 },
	{ NULL, NULL, 0 }
};

struct put {
	struct write w;
	int64_t value;
	enum err says;		/* what run() returns after its insert */
	bool refuse;		/* or before it */
};

static struct {
	struct put *of[30000];
	enum err err[30000];
	size_t n;
} ends;
static struct put pool[30000];
static const char *dir;

static enum err insert(struct write *w, struct db *db)
{
	struct put *p = (struct put *)(void *)w;
	struct stmt *s;
	enum err e;

	if (p->refuse)
		return p->says;
	s = stmt(db, "INSERT INTO t (a) VALUES (?)");
	stmt_int(s, p->value);
	e = stmt_end(s);
	return e == ERR_OK ? p->says : e;
}

static void ended(struct write *w)
{
	ends.of[ends.n] = (struct put *)(void *)w;
	ends.err[ends.n++] = w->err;
}

static struct put *put(enum db_which which, int64_t value)
{
	struct put *p = &pool[value];

	p->w = (struct write){ .db = which, .run = insert, .done = ended };
	p->value = value;
	writer_put(&p->w);
	return p;
}

static int64_t rows(enum db_which which)
{
	struct stmt *s = stmt(db_reader(which), "SELECT count(*) FROM t");
	int64_t n = stmt_row(s) ? col_int(s) : -1;

	ck_assert_int_eq(stmt_end(s), ERR_OK);
	return n;
}

static void drain(void)
{
	writer_drain();
	loop_drain();
}

static void setup(void)
{
	const struct asset *sets[DB_N] = { set, set, set };
	struct buf why;

	dir = scratch_new();
	buf_init(&why, 1000);
	faultfs_install();
	ck_assert_msg(db_open_from(dir, sets, &why) == ERR_OK, "%s", why.p);
}

/* --- in this thread ------------------------------------------------------- */

START_TEST(results_come_after_the_commit_in_the_order_of_the_puts)
{
	put(DB_STORE, 1);
	put(DB_CONFIG, 2);
	put(DB_STORE, 3);
	put(DB_TRACE, 4);
	ck_assert_uint_eq(ends.n, 0);
	writer_drain();
	ck_assert_uint_eq(ends.n, 0);	/* never inside the writer */
	ck_assert_int_eq(rows(DB_STORE), 2);
	loop_drain();
	ck_assert_uint_eq(ends.n, 4);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(ends.of[i]->value, i + 1);
		ck_assert_int_eq(ends.err[i], ERR_OK);
	}
}
END_TEST

START_TEST(a_refusal_fails_alone)
{
	put(DB_STORE, 1);
	put(DB_STORE, 2)->says = ERR_STORAGE;
	pool[2].refuse = true;
	put(DB_STORE, 3)->says = ERR_NO_USER;
	pool[3].refuse = true;
	put(DB_STORE, 4);
	drain();
	ck_assert_int_eq(ends.err[0], ERR_OK);
	ck_assert_int_eq(ends.err[1], ERR_STORAGE);
	ck_assert_int_eq(ends.err[2], ERR_NO_USER);
	ck_assert_int_eq(ends.err[3], ERR_OK);
	ck_assert_int_eq(rows(DB_STORE), 2);
}
END_TEST

START_TEST(a_failure_after_a_change_fails_the_batch_of_its_database)
{
	put(DB_STORE, 1);
	put(DB_STORE, 2)->says = ERR_STORAGE;
	put(DB_STORE, 3);
	put(DB_CONFIG, 4);
	drain();
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(ends.err[i], ERR_STORAGE);
	ck_assert_int_eq(ends.err[3], ERR_OK);
	ck_assert_int_eq(rows(DB_STORE), 0);
	ck_assert_int_eq(rows(DB_CONFIG), 1);
	put(DB_STORE, 5);
	drain();
	ck_assert_int_eq(ends.err[4], ERR_OK);
}
END_TEST

/* whatever write or sync it is that fails */
START_TEST(a_disk_fault_is_told_to_all_and_leaves_nothing)
{
	static const int faults[] = {
		SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC
	};
	int rc = faults[_i % 3];

	put(DB_STORE, 1);
	drain();
	faultfs_fail(_i / 3, rc);
	put(DB_STORE, 2);
	put(DB_STORE, 3);
	drain();
	ck_assert_uint_eq(ends.n, 3);
	ck_assert_int_eq(ends.err[1], ends.err[2]);
	faultfs_heal();
	ck_assert_int_eq(rows(DB_STORE), ends.err[1] == ERR_OK ? 3 : 1);
	if (_i < 3)
		ck_assert_int_eq(ends.err[1], ERR_STORAGE);
	put(DB_STORE, 4);
	drain();
	ck_assert_int_eq(ends.err[3], ERR_OK);
}
END_TEST

static void put_again(struct write *w)
{
	ended(w);
	put(DB_STORE, 2);
}

START_TEST(done_may_put_the_next_write)
{
	put(DB_STORE, 1)->w.done = put_again;
	drain();
	ck_assert_uint_eq(ends.n, 1);
	drain();
	ck_assert_uint_eq(ends.n, 2);
	ck_assert_int_eq(rows(DB_STORE), 2);
}
END_TEST

START_TEST(past_the_limit_it_is_busy)
{
	for (int i = 0; i < WRITER_LIMIT; i++)
		put(DB_STORE, i);
	ck_assert(!writer_busy());
	put(DB_STORE, WRITER_LIMIT);
	ck_assert(writer_busy());
	drain();
	ck_assert(!writer_busy());
	ck_assert_int_eq(rows(DB_STORE), WRITER_LIMIT + 1);
	ck_assert_uint_eq(ends.n, WRITER_LIMIT + 1);
	for (int i = 0; i <= WRITER_LIMIT; i++)
		ck_assert_int_eq(ends.of[i]->value, i);
}
END_TEST

/* --- the thread ----------------------------------------------------------- */

START_TEST(the_thread_writes_and_the_core_is_told)
{
	writer_start();
	for (int i = 0; i < 5000; i++)
		put(DB_STORE, i);
	while (ends.n < 5000) {
		loop_drain();
		(void)sched_yield();
	}
	writer_stop();
	for (int i = 0; i < 5000; i++) {
		ck_assert_int_eq(ends.of[i]->value, i);
		ck_assert_int_eq(ends.err[i], ERR_OK);
	}
	ck_assert_int_eq(rows(DB_STORE), 5000);
}
END_TEST

START_TEST(stop_finishes_what_waits)
{
	for (int i = 0; i < 3000; i++)
		put(DB_STORE, i);
	writer_start();
	writer_stop();
	loop_drain();
	ck_assert_uint_eq(ends.n, 3000);
	writer_start();
	put(DB_STORE, 3000);
	writer_stop();
	loop_drain();
	ck_assert_uint_eq(ends.n, 3001);
	ck_assert_int_eq(rows(DB_STORE), 3001);
}
END_TEST

START_TEST(what_was_answered_survives_a_kill)
{
	const struct asset *sets[DB_N] = { set, set, set };
	const char *before, *after;
	struct buf why;

	put(DB_STORE, 1);
	drain();
	before = scratch_crash(dir);
	put(DB_STORE, 2);
	drain();
	after = scratch_crash(dir);
	db_close_all();
	buf_init(&why, 1000);
	ck_assert_int_eq(db_open_from(before, sets, &why), ERR_OK);
	ck_assert_int_eq(rows(DB_STORE), 1);
	db_close_all();
	ck_assert_int_eq(db_open_from(after, sets, &why), ERR_OK);
	ck_assert_int_eq(rows(DB_STORE), 2);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("writer");
	TCase *tc = tcase_create("batches");

	tcase_add_checked_fixture(tc, setup, db_close_all);
	tcase_add_test(tc,
	    results_come_after_the_commit_in_the_order_of_the_puts);
	tcase_add_test(tc, a_refusal_fails_alone);
	tcase_add_test(tc,
	    a_failure_after_a_change_fails_the_batch_of_its_database);
	tcase_add_loop_test(tc, a_disk_fault_is_told_to_all_and_leaves_nothing,
	    0, 12);
	tcase_add_test(tc, done_may_put_the_next_write);
	tcase_add_test(tc, past_the_limit_it_is_busy);
	suite_add_tcase(s, tc);

	tc = tcase_create("thread");
	tcase_add_checked_fixture(tc, setup, db_close_all);
	tcase_add_test(tc, the_thread_writes_and_the_core_is_told);
	tcase_add_test(tc, stop_finishes_what_waits);
	tcase_add_test(tc, what_was_answered_survives_a_kill);
	suite_add_tcase(s, tc);
	return s;
}
