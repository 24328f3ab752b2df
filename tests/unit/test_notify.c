/* test_notify.c - flow/notify.h: one notification of a sender in a time. */

#include "base/now.h"
#include "conf/conf.h"
#include "flow/flow.h"
#include "flow/notify.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"

#define NOW	INT64_C(1800000000000)
#define ALICE	STRV("tel:+15550100001")
#define BOB	STRV("tel:+15550100002")
#define CAROL	STRV("tel:+15550100003")
#define MINUTE	60000		/* policy ucn interval */

static int64_t now;

static void later(int64_t ms)
{
	now += ms;
	now_freeze(now);
}

static void begin(void)
{
	now = NOW;
	now_freeze(now);
	world_open(scratch_new());
	flow_register();
	conf_load_done();
	notify_start();
}

static void end(void)
{
	notify_stop();
	world_close();
}

/* One for Alice's message to Bob, at once if it may; 0: none of its own. */
static int64_t plan(uint64_t leg)
{
	int64_t due = notify_plan(ALICE, BOB, now, false);

	if (due)
		notify_is(ALICE, BOB, leg);
	return due;
}

static int64_t go(uint64_t leg, unsigned want)
{
	unsigned count;
	int64_t due = notify_go(ALICE, BOB, leg, &count);

	if (!due)
		ck_assert_uint_eq(count, want);
	return due;
}

/* proves MLD-029 */
START_TEST(the_first_goes_at_once_and_the_next_stands_for_all_others)
{
	ck_assert_int_eq(plan(1), now);
	ck_assert_int_eq(go(1, 1), 0);
	later(10000);
	ck_assert_int_eq(notify_plan(ALICE, BOB, now, true), NOW + MINUTE);
	ck_assert_int_eq(plan(2), NOW + MINUTE);
	ck_assert_int_eq(plan(3), 0);
	ck_assert_int_eq(plan(4), 0);
	ck_assert_int_eq(notify_plan(ALICE, BOB, now, true), 0);
	ck_assert_int_eq(go(2, 0), NOW + MINUTE);	/* too early */
	later(50000);
	ck_assert_int_eq(go(2, 3), 0);
	ck_assert_int_eq(plan(5), now + MINUTE);
}
END_TEST

START_TEST(every_pair_has_its_own_time)
{
	ck_assert_int_eq(plan(1), now);
	ck_assert_int_eq(notify_plan(CAROL, BOB, now, false), now);
	ck_assert_int_eq(notify_plan(ALICE, CAROL, now, false), now);
}
END_TEST

START_TEST(one_that_is_not_needed_makes_room_for_the_next)
{
	ck_assert_int_eq(plan(1), now);
	notify_drop(ALICE, BOB, 1);
	ck_assert_int_eq(plan(2), now);
	ck_assert_int_eq(go(2, 1), 0);
	notify_drop(ALICE, BOB, 2);		/* it went */
	ck_assert_int_eq(plan(3), now + MINUTE);
	notify_drop(ALICE, BOB, 4);		/* another one's */
	ck_assert_int_eq(plan(5), 0);
}
END_TEST

START_TEST(one_that_is_tried_again_is_not_held_up)
{
	ck_assert_int_eq(plan(1), now);
	ck_assert_int_eq(go(1, 1), 0);
	ck_assert_int_eq(plan(2), now + MINUTE);
	later(10000);
	ck_assert_int_eq(go(1, 1), 0);
	ck_assert_int_eq(go(2, 0), now + MINUTE);
	later(MINUTE);
	ck_assert_int_eq(go(2, 1), 0);
}
END_TEST

/* proves MLD-029 */
START_TEST(several_that_are_tried_again_keep_their_distance)
{
	ck_assert_int_eq(plan(1), now);
	ck_assert_int_eq(go(1, 1), 0);
	later(MINUTE);
	ck_assert_int_eq(plan(2), now);
	ck_assert_int_eq(go(2, 1), 0);
	later(1000);
	ck_assert_int_eq(plan(3), NOW + 2 * MINUTE);
	ck_assert_int_eq(go(2, 1), 0);		/* the last one */
	ck_assert_int_eq(go(1, 1), now + MINUTE);
	ck_assert_int_eq(go(3, 0), now + MINUTE);
	later(MINUTE);
	ck_assert_int_eq(go(1, 1), 0);
	ck_assert_int_eq(go(3, 0), now + MINUTE);
	later(MINUTE);
	ck_assert_int_eq(go(3, 1), 0);
}
END_TEST

START_TEST(one_whose_leg_never_came_blocks_nobody)
{
	ck_assert_int_eq(notify_plan(ALICE, BOB, now, false), now);
	ck_assert_int_eq(plan(2), 0);
	later(MINUTE + 1);
	ck_assert_int_eq(plan(3), now);
}
END_TEST

START_TEST(a_clock_set_back_holds_nothing_for_long)
{
	ck_assert_int_eq(plan(1), now);
	later(-86400000);
	ck_assert_int_eq(go(1, 1), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("notify");
	TCase *tc = tcase_create("notify");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc,
	    the_first_goes_at_once_and_the_next_stands_for_all_others);
	tcase_add_test(tc, every_pair_has_its_own_time);
	tcase_add_test(tc, one_that_is_not_needed_makes_room_for_the_next);
	tcase_add_test(tc, one_that_is_tried_again_is_not_held_up);
	tcase_add_test(tc, several_that_are_tried_again_keep_their_distance);
	tcase_add_test(tc, one_whose_leg_never_came_blocks_nobody);
	tcase_add_test(tc, a_clock_set_back_holds_nothing_for_long);
	suite_add_tcase(s, tc);
	return s;
}
