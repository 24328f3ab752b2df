/* test_trace.c - store/tracelog.h and the ring of flow/trace.c. */

#include <sqlite3.h>
#include <stdio.h>

#include "base/now.h"
#include "flow/flow_priv.h"
#include "flow/trace.h"
#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "loop/loop.h"
#include "runner.h"
#include "store/tracelog.h"
#include "store/writer.h"

#define NOW	INT64_C(1800000000000)
#define STEPS	10		/* of one message */
#define MANY	2000		/* messages: twenty thousand steps, 1.6 MB */
#define LARGE	(INT64_C(1) << 40)

static void setup(void)
{
	now_freeze(NOW);
	faultfs_install();
	trace_register();
	world_open(scratch_new());
}

static void teardown(void)
{
	world_close();
}

/* Message i has its steps in the second i. */
static void put_many(void)
{
	for (uint64_t i = 1; i <= MANY; i++) {
		struct trace_event e[STEPS] = { { .message = 0 } };

		for (int k = 0; k < STEPS; k++) {
			e[k].message = i;
			e[k].at = (int64_t)i * 1000000 + k;
			(void)snprintf(e[k].text, sizeof(e[k].text),
			    "step %d of a message that goes its way", k);
		}
		tracelog_put(e, STEPS);
	}
	world_drain();
}

static int64_t count(void)
{
	struct stmt *s = stmt(db_reader(DB_TRACE),
	    "SELECT count(*) FROM event");
	int64_t n = stmt_row(s) ? col_int(s) : -1;

	ck_assert_int_eq(stmt_end(s), ERR_OK);
	return n;
}

static void one(const struct trace_event *e, void *arg)
{
	(void)e;
	++*(int *)arg;
}

static int steps_of(uint64_t message)
{
	int n = 0;

	ck_assert_int_eq(tracelog_read(message, one, &n), ERR_OK);
	return n;
}

static int64_t bytes(void)
{
	int64_t oldest, n = 0;

	ck_assert_int_eq(tracelog_status(&oldest, &n), ERR_OK);
	return n;
}

START_TEST(all_that_is_too_old_goes_and_nothing_else)
{
	put_many();
	tracelog_trim(1501 * 1000, LARGE);
	world_drain();
	ck_assert_int_eq(count(), 500 * STEPS);
	ck_assert_int_eq(steps_of(1500), 0);
	ck_assert_int_eq(steps_of(1501), STEPS);
}
END_TEST

START_TEST(all_that_is_too_much_goes_the_oldest_first)
{
	put_many();
	ck_assert_int_gt(bytes(), 3 << 19);
	tracelog_trim(0, 1 << 20);
	world_drain();
	ck_assert_int_le(bytes(), 1 << 20);
	ck_assert_int_gt(bytes(), 1 << 19);
	ck_assert_int_eq(steps_of(1), 0);
	ck_assert_int_eq(steps_of(MANY), STEPS);
}
END_TEST

static const int64_t limits[][2] = {	/* before in ms, bytes */
	{ 1501 * 1000, LARGE }, { 0, 1 << 20 },
};

/* Others come between: the writer has no more than one piece at once. */
START_TEST(it_goes_piece_by_piece)
{
	put_many();
	tracelog_trim(limits[_i][0], limits[_i][1]);
	for (int i = 1; i <= 3; i++) {
		tracelog_trim(limits[_i][0], limits[_i][1]);
		writer_drain();
		ck_assert_int_eq(count(), MANY * STEPS - i * TRACELOG_CHUNK);
		loop_drain();
	}
}
END_TEST

START_TEST(what_the_disk_refuses_goes_at_the_next_call)
{
	put_many();
	faultfs_fail(0, SQLITE_FULL);
	tracelog_trim(1501 * 1000, LARGE);
	world_drain();
	faultfs_heal();
	ck_assert_int_eq(count(), MANY * STEPS);
	tracelog_trim(1501 * 1000, LARGE);
	world_drain();
	ck_assert_int_eq(count(), 500 * STEPS);
}
END_TEST

START_TEST(an_empty_ring_that_is_too_large_is_left_alone)
{
	tracelog_trim(0, 1);
	world_drain();
	ck_assert_int_eq(count(), 0);
}
END_TEST

START_TEST(steps_beyond_what_is_kept_in_memory_are_counted)
{
	trace_start();
	for (uint64_t i = 0; i < 2007; i++)
		trace_step(7, LANE_EDGE, LANE_PF, "step");
	ck_assert_int_eq(metric_get(&flow_metrics[M_TRACE_DROPPED]), 7);
	ck_assert_int_eq(metric_get(&flow_metrics[M_TRACE_EVENTS]), 2000);
	trace_stop();
	world_drain();
	ck_assert_int_eq(steps_of(7), 2000);
	ck_assert_int_eq(world_op("show trace", NULL), 200);
	ck_assert_ptr_nonnull(strstr(world_body(), "\"dropped\":7,"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("trace");
	TCase *tc = tcase_create("ring");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, all_that_is_too_old_goes_and_nothing_else);
	tcase_add_test(tc, all_that_is_too_much_goes_the_oldest_first);
	tcase_add_rows(tc, it_goes_piece_by_piece, limits);
	tcase_add_test(tc, what_the_disk_refuses_goes_at_the_next_call);
	tcase_add_test(tc, an_empty_ring_that_is_too_large_is_left_alone);
	tcase_add_test(tc,
	    steps_beyond_what_is_kept_in_memory_are_counted);
	suite_add_tcase(s, tc);
	return s;
}
