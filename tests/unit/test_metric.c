/* test_metric.c - base/metric.h. */

#include "base/metric.h"
#include "runner.h"

static struct metric rows[] = {
	COUNTER("b_total", "kind=\"two\"", "Second."),
	COUNTER("b_total", "kind=\"one\"", "Second."),
	GAUGE("a", NULL, "First."),
	HISTOGRAM("c_seconds", NULL, "Third."),
};

START_TEST(the_text_names_each_series_once_in_order)
{
	static const char want[] =
	    "# HELP a First.\n# TYPE a gauge\na -3\n"
	    "# HELP b_total Second.\n# TYPE b_total counter\n"
	    "b_total{kind=\"one\"} 1\nb_total{kind=\"two\"} 41\n"
	    "# HELP c_seconds Third.\n# TYPE c_seconds histogram\n"
	    "c_seconds_bucket{le=\"5e-05\"} 0\n";
	struct buf b;

	metric_register(rows, 4);
	metric_register(rows, 4);	/* again: no second row */
	metric_inc(&rows[1]);
	metric_add(&rows[0], 41);
	metric_set(&rows[2], -3);
	buf_init(&b, 65536);
	metric_text(&b);
	ck_assert_int_eq(strncmp(b.p, want, sizeof(want) - 1), 0);
	metric_forget(rows, 4);
	buf_clear(&b);
	metric_text(&b);
	ck_assert_str_eq(b.p, "");
	buf_deinit(&b);
}
END_TEST

START_TEST(a_quantile_is_the_bound_of_its_bucket)
{
	struct metric *h = &rows[3];

	metric_register(h, 1);
	ck_assert_int_eq(metric_quantile(h, 0.5), 0);
	for (int i = 0; i < 99; i++)
		metric_observe(h, 80);
	metric_observe(h, 7000);
	ck_assert_int_eq(metric_quantile(h, 0.5), 100);
	ck_assert_int_eq(metric_quantile(h, 0.99), 100);
	ck_assert_int_eq(metric_quantile(h, 1.0), 10000);
	metric_observe(h, INT64_C(99000000));	/* past the last bound */
	ck_assert_int_eq(metric_quantile(h, 1.0), 30000000);
	metric_forget(h, 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("metric");
	TCase *tc = tcase_create("text");

	tcase_add_test(tc, the_text_names_each_series_once_in_order);
	tcase_add_test(tc, a_quantile_is_the_bound_of_its_bucket);
	suite_add_tcase(s, tc);
	return s;
}
