/* test_series.c - base/series.h. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/series.h"
#include "runner.h"

static struct series_store *ss;

static void setup(void)
{
	ss = series_new();
}

static void teardown(void)
{
	series_free(ss);
}

/* What one read gave: names with blanks between, and the last one's values. */
static char names[2000];
static double values[2000];
static size_t n;

static void got(const struct series_view *v, void *arg)
{
	(void)arg;
	strcat(strcat(names, *names ? " " : ""), v->name);
	n = v->n;
	memcpy(values, v->values, n * sizeof(*values));
}

static size_t look(enum series_range range, const char *patterns)
{
	names[0] = 0;
	n = 0;
	series_read(ss, range, strv(patterns), got, NULL);
	return n;
}

static void count(int64_t second, double total)
{
	series_begin(ss, second);
	series_count(ss, "a", "1/s", total);
	series_end(ss);
}

START_TEST(a_count_is_kept_as_growth_per_second_at_each_step)
{
	int64_t age;

	for (int64_t t = 100; t <= 120; t++)
		count(t, (double)(t - 100) * (t <= 110 ? 2 : 5));
	ck_assert_uint_eq(look(SERIES_10M, "a"), 20);
	ck_assert_double_eq(values[0], 2);
	ck_assert_double_eq(values[9], 2);
	ck_assert_double_eq(values[10], 35);	/* 20 to 55 at once */
	ck_assert_double_eq(values[19], 5);
	ck_assert_uint_eq(look(SERIES_3H, "a"), 2);
	ck_assert_double_eq(values[0], 2);
	ck_assert_double_eq(values[1], 8);
	ck_assert_uint_eq(look(SERIES_7D, "a"), 0);
	count(125, 200);
	ck_assert_uint_eq(series_span(ss, SERIES_3H, &age), 2);
	ck_assert_int_eq(age, 5);
}
END_TEST

START_TEST(missed_seconds_have_no_value_and_the_rate_is_their_mean)
{
	count(10, 0);
	count(11, 3);
	count(15, 11);	/* the core was late */
	ck_assert_uint_eq(look(SERIES_10M, "a"), 5);
	ck_assert_double_eq(values[0], 3);
	ck_assert_double_eq(values[1], 2);
	for (int i = 2; i < 5; i++)
		ck_assert(isnan(values[i]));
}
END_TEST

START_TEST(a_count_that_begins_anew_gives_no_negative_rate)
{
	count(10, 50);
	count(11, 60);
	count(12, 1);
	count(13, 4);
	ck_assert_uint_eq(look(SERIES_10M, "a"), 3);
	ck_assert_double_eq(values[0], 10);
	ck_assert(isnan(values[1]));
	ck_assert_double_eq(values[2], 3);
}
END_TEST

START_TEST(a_count_that_appears_later_began_at_nought)
{
	count(10, 0);
	series_begin(ss, 11);
	series_count(ss, "late", "1/s", 7);
	series_end(ss);
	ck_assert_uint_eq(look(SERIES_10M, "late"), 1);
	ck_assert_double_eq(values[0], 7);
}
END_TEST

START_TEST(of_a_level_the_highest_of_each_step_is_kept)
{
	for (int64_t t = 0; t <= 20; t++) {
		series_begin(ss, t);
		series_level(ss, "q", "", t == 4 ? 99 : (double)t);
		series_end(ss);
	}
	ck_assert_uint_eq(look(SERIES_3H, "q"), 2);
	ck_assert_double_eq(values[0], 99);
	ck_assert_double_eq(values[1], 20);
}
END_TEST

START_TEST(times_become_quantiles_of_what_the_step_saw)
{
	static struct metric m = HISTOGRAM("m", NULL, "m");

	metric_register(&m, 1);
	metric_observe(&m, 20000000);	/* before we looked */
	for (int64_t t = 0; t <= 2; t++) {
		series_begin(ss, t);
		series_times(ss, "m", &m);
		series_end(ss);
		for (int i = 0; i < 100 && t == 0; i++)
			metric_observe(&m, i < 98 ? 2000 : 20000);
	}
	metric_forget(&m, 1);
	ck_assert_uint_eq(look(SERIES_10M, "m.*"), 2);
	ck_assert_str_eq(names, "m.p50 m.p95 m.p99");
	ck_assert(values[0] > 10 && values[0] <= 25);	/* p99: 20 ms */
	ck_assert(isnan(values[1]));	/* nothing came in the second one */
	(void)look(SERIES_10M, "m.p50");
	ck_assert(values[0] > 1 && values[0] <= 2.5);
}
END_TEST

START_TEST(old_values_fall_out_of_the_ring)
{
	for (int64_t t = 0; t <= 1000; t++)
		count(t, (double)t * (double)t);
	ck_assert_uint_eq(look(SERIES_10M, "a"), 600);
	ck_assert_double_eq(values[599], 1000.0 * 1000 - 999.0 * 999);
	ck_assert_double_eq(values[0], 401.0 * 401 - 400.0 * 400);
	count(5000, 0);	/* past a whole ring without a sample */
	ck_assert_uint_eq(look(SERIES_10M, "a"), 600);
	for (int i = 0; i < 600; i++)
		ck_assert(isnan(values[i]));
}
END_TEST

START_TEST(names_are_chosen_by_patterns_and_come_in_order)
{
	static const char *const all[] = { "b", "ab", "a", "abc" };

	series_begin(ss, 1);
	for (int i = 0; i < 4; i++)
		series_level(ss, all[i], "", 1);
	series_end(ss);
	(void)look(SERIES_10M, NULL);
	ck_assert_str_eq(names, "a ab abc b");
	(void)look(SERIES_10M, "ab*,b");
	ck_assert_str_eq(names, "ab abc b");
	(void)look(SERIES_10M, "");
	ck_assert_str_eq(names, "");
	(void)look(SERIES_10M, "*");
	ck_assert_str_eq(names, "a ab abc b");
}
END_TEST

static void sample_many(int64_t second, int from, int to)
{
	char name[20];

	series_begin(ss, second);
	for (int i = from; i < to; i++) {
		(void)snprintf(name, sizeof(name), "s%04d", i);
		series_level(ss, name, "", i);
	}
	series_end(ss);
}

START_TEST(the_number_of_series_is_bounded_and_silent_ones_give_way)
{
	sample_many(1, 0, SERIES_MAX + 10);
	ck_assert_int_eq(series_left_out(ss), 10);
	sample_many(2, 10, SERIES_MAX);
	sample_many(3, 10, SERIES_MAX);
	sample_many(4, 10, SERIES_MAX + 10);	/* 0 to 9 gave way */
	ck_assert_int_eq(series_left_out(ss), 10);
	(void)look(SERIES_10M, "s0000");
	ck_assert_str_eq(names, "");
	(void)look(SERIES_10M, "s0209");
	ck_assert_str_eq(names, "s0209");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("series");
	TCase *tc = tcase_create("series");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc,
	    a_count_is_kept_as_growth_per_second_at_each_step);
	tcase_add_test(tc,
	    missed_seconds_have_no_value_and_the_rate_is_their_mean);
	tcase_add_test(tc,
	    a_count_that_begins_anew_gives_no_negative_rate);
	tcase_add_test(tc, a_count_that_appears_later_began_at_nought);
	tcase_add_test(tc, of_a_level_the_highest_of_each_step_is_kept);
	tcase_add_test(tc, times_become_quantiles_of_what_the_step_saw);
	tcase_add_test(tc, old_values_fall_out_of_the_ring);
	tcase_add_test(tc, names_are_chosen_by_patterns_and_come_in_order);
	tcase_add_test(tc,
	    the_number_of_series_is_bounded_and_silent_ones_give_way);
	suite_add_tcase(s, tc);
	return s;
}
