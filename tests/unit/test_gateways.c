/* test_gateways.c - dir/gateways.h. */

#include "dir/gateways.h"
#include "runner.h"

static struct gateway a = { .name = "a" }, b = { .name = "b" },
	c = { .name = "c" };

static size_t count(void)
{
	size_t n = 0;

	for (struct gateway *g = gateway_next(NULL); g; g = gateway_next(g))
		n++;
	return n;
}

START_TEST(gateways_are_found_by_name_in_the_order_they_came)
{
	ck_assert_ptr_null(gateway_next(NULL));
	ck_assert_ptr_null(gateway_find(STRV("a")));
	gateway_add(&a);
	gateway_add(&b);
	ck_assert_ptr_eq(gateway_find(STRV("b")), &b);
	ck_assert_ptr_null(gateway_find(STRV("B")));
	ck_assert_ptr_null(gateway_find(STRV("")));
	ck_assert_ptr_eq(gateway_next(NULL), &a);
	ck_assert_ptr_eq(gateway_next(&a), &b);
	ck_assert_ptr_null(gateway_next(&b));
}
END_TEST

START_TEST(one_that_was_removed_is_gone_and_may_come_back)
{
	struct gateway *const all[] = { &a, &b, &c };

	for (int i = 0; i < 3; i++)
		gateway_add(all[i]);
	gateway_remove(all[_i]);
	ck_assert_ptr_null(gateway_find(strv(all[_i]->name)));
	ck_assert_uint_eq(count(), 2);
	gateway_remove(all[_i]);	/* not there: fine */
	ck_assert_uint_eq(count(), 2);
	gateway_add(all[_i]);
	ck_assert_uint_eq(count(), 3);
	ck_assert_ptr_null(gateway_next(all[_i]));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("gateways");
	TCase *tc = tcase_create("list");

	tcase_add_test(tc, gateways_are_found_by_name_in_the_order_they_came);
	tcase_add_loop_test(tc,
	    one_that_was_removed_is_gone_and_may_come_back, 0, 3);
	suite_add_tcase(s, tc);
	return s;
}
