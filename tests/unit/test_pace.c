/* test_pace.c - admin/pace.h and share.h: what clients may take. */

#include <stdio.h>
#include <string.h>

#include "admin/pace.h"
#include "admin/share.h"
#include "base/now.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "runner.h"

static int64_t now;

static void frozen(void)
{
	now = 1000000;
	now_freeze(now);
	pace_set(100);
}

static void pass(int64_t ms)
{
	now += ms;
	now_freeze(now);
}

static unsigned taken(const char *client, unsigned tries, unsigned cost)
{
	unsigned n = 0;

	while (tries--)
		n += pace_take(strv(client), cost);
	return n;
}

START_TEST(two_seconds_of_requests_may_come_at_once)
{
	ck_assert_uint_eq(taken("a", 500, 1), 200);
	ck_assert_uint_eq(taken("a", 10, 1), 0);
	pass(100);
	ck_assert_uint_eq(taken("a", 50, 1), 10);
	pass(10000);
	ck_assert_uint_eq(taken("a", 500, 1), 200);
}
END_TEST

START_TEST(one_client_does_not_pay_for_another)
{
	ck_assert_uint_eq(taken("b", 500, 1), 200);
	ck_assert_uint_eq(taken("c", 500, 1), 200);
	ck_assert_uint_eq(taken("b", 1, 1), 0);
}
END_TEST

START_TEST(an_even_pace_is_never_refused)
{
	for (int i = 0; i < 1000; i++) {
		ck_assert_uint_eq(taken("d", 1, 1), 1);
		pass(10);
	}
}
END_TEST

START_TEST(what_costs_more_is_had_less_often)
{
	ck_assert_uint_eq(taken("e", 100, 50), 4);
}
END_TEST

START_TEST(thousands_of_clients_do_not_free_one_who_goes_on)
{
	char name[24];

	ck_assert_uint_eq(taken("f", 500, 1), 200);
	for (int i = 0; i < 3000; i++) {
		(void)snprintf(name, sizeof(name), "one%d", i);
		ck_assert_uint_eq(taken(name, 1, 1), 1);
	}
	ck_assert_uint_eq(taken("f", 1, 1), 0);
}
END_TEST

/* --- the core's time ------------------------------------------------------ */

static int64_t spent, before_last, first_at;	/* us */
static int calls;

/* 1 ms of the core, until there were 55. */
static void works(void *arg)
{
	int64_t began = now_us();

	(void)arg;
	if (!calls++)
		first_at = began;
	while (now_us() - began < 1000)
		;
	before_last = spent;
	spent += now_us() - began;
	if (spent >= 55000)
		loop_stop();
}

static void tell(void *arg)
{
	char *story = arg;

	size_t n = strlen(story);

	story[n] = (char)('0' + n);
}

START_TEST(requests_take_a_part_of_the_core)
{
	int64_t took, before;

	now_freeze(-1);
	spent = calls = 0;
	loop_init();
	for (int i = 0; i < 60; i++)
		share_post(works, NULL);
	loop_run();
	took = now_us() - first_at;
	before = before_last;
	share_stop();		/* none is forgotten */
	loop_deinit();
	ck_assert_int_eq(calls, 60);
	/* 40 ms at once; what came before the last was paid for */
	ck_assert_int_ge(took, (before - 40000) * 25);
}
END_TEST

START_TEST(requests_keep_their_order_and_none_is_left)
{
	char story[40] = "";

	for (int i = 0; i < 9; i++)
		share_post(tell, story);
	loop_drain();
	share_stop();
	ck_assert_str_eq(story, "012345678");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("pace");
	TCase *tc = tcase_create("clients"), *core = tcase_create("core");

	tcase_add_checked_fixture(tc, frozen, NULL);
	tcase_add_test(tc, two_seconds_of_requests_may_come_at_once);
	tcase_add_test(tc, one_client_does_not_pay_for_another);
	tcase_add_test(tc, an_even_pace_is_never_refused);
	tcase_add_test(tc, what_costs_more_is_had_less_often);
	tcase_add_test(tc, thousands_of_clients_do_not_free_one_who_goes_on);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(core, frozen, NULL);
	tcase_add_test(core, requests_take_a_part_of_the_core);
	tcase_add_test(core, requests_keep_their_order_and_none_is_left);
	suite_add_tcase(s, core);
	return s;
}
