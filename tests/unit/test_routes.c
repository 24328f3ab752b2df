/* test_routes.c - dir/routes.h: longest match, order of gateways. */

#include <stdio.h>

#include "conf/conf.h"
#include "dir/routes.h"
#include "runner.h"

static struct gateway g[] = {
	{ .name = "a", .port = "sms", .service = "sms", .state = GATEWAY_UP },
	{ .name = "b", .port = "sms", .service = "sms", .state = GATEWAY_UP },
	{ .name = "c", .port = "sms", .service = "sms", .state = GATEWAY_UP },
};

static void set(const char *line)
{
	struct conf_edit *e = conf_edit_new();
	struct buf why;

	buf_init(&why, 1024);
	ck_assert_msg(conf_edit_line(e, strv(line), &why) == ERR_OK, "%s",
	    why.p);
	conf_edit_apply(e);
	buf_deinit(&why);
}

static void begin(void)
{
	routes_register();
	conf_load_done();
	for (int i = 0; i < 3; i++)
		gateway_add(&g[i]);
	set("set route all to tel:*");
	set("set route all via a");
	set("set route us to tel:+1555*");
	set("set route us via b,c");
	set("set route one to tel:+15550000001");
	set("set route one via c");
	set("set route code to tel:123");
	set("set route code via a,nowhere");
	set("set route mail to sip:*@mail.example.org");
	set("set route mail via a");
	set("set route barred to tel:+1900*");
	set("set route barred refuse on");
}

static const struct {
	const char *key, *route, *first;
	size_t n;
} rows[] = {
	{ "tel:+441", "all", "a", 1 },
	{ "tel:+15551234567", "us", "b", 2 },
	{ "tel:+15550000001", "one", "c", 1 },
	{ "tel:+155500000011", "us", "b", 2 },
	{ "tel:123", "code", "a", 1 },
	{ "tel:1234", "all", "a", 1 },
	{ "sip:x@mail.example.org", "mail", "a", 1 },
	{ "sip:x@example.net", NULL, NULL, 0 },
};

START_TEST(the_longest_pattern_wins)
{
	struct route r;
	enum err e = route_find(strv(rows[_i].key), true, &r);

	if (!rows[_i].route) {
		ck_assert_int_eq(e, ERR_NO_USER);
		return;
	}
	ck_assert_int_eq(e, ERR_OK);
	ck_assert_str_eq(r.name, rows[_i].route);
	ck_assert_uint_eq(r.n, rows[_i].n);
	ck_assert_str_eq(r.gateways[0]->name, rows[_i].first);
}
END_TEST

START_TEST(a_barred_class_says_so)
{
	struct route r;

	ck_assert_int_eq(route_find(STRV("tel:+19001"), true, &r), ERR_OK);
	ck_assert(r.refuse);
}
END_TEST

START_TEST(gateways_that_are_down_come_last)
{
	struct route r;

	g[1].state = GATEWAY_DOWN;
	ck_assert_int_eq(route_find(STRV("tel:+15551"), true, &r), ERR_OK);
	ck_assert_str_eq(r.gateways[0]->name, "c");
	ck_assert_str_eq(r.gateways[1]->name, "b");
}
END_TEST

START_TEST(weights_share_the_load_smoothly)
{
	char order[9] = "";

	set("set route us mode weighted");
	set("set route us weights 3,1");
	for (int i = 0; i < 8; i++) {
		struct route r;

		ck_assert_int_eq(route_find(STRV("tel:+15551"), true, &r),
		    ERR_OK);	/* a look changes nothing */
		ck_assert_int_eq(route_find(STRV("tel:+15551"), false, &r),
		    ERR_OK);
		strcat(order, r.gateways[0]->name);
	}
	ck_assert_str_eq(order, "bbcbbbcb");
}
END_TEST

START_TEST(a_number_keeps_its_gateway_by_hash)
{
	struct route r, again;
	int b = 0;
	char key[32];

	set("set route us mode hash");
	for (int i = 0; i < 100; i++) {
		(void)snprintf(key, sizeof(key), "tel:+1555%07d", i);
		(void)route_find(strv(key), false, &r);
		(void)route_find(strv(key), false, &again);
		ck_assert_ptr_eq(r.gateways[0], again.gateways[0]);
		b += r.gateways[0] == &g[1];
	}
	ck_assert(b > 20 && b < 80);
}
END_TEST

START_TEST(a_deleted_route_is_gone)
{
	struct route r;

	set("delete route mail");
	ck_assert_int_eq(route_find(STRV("sip:x@mail.example.org"), true, &r),
	    ERR_NO_USER);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("routes");
	TCase *tc = tcase_create("find");

	tcase_add_checked_fixture(tc, begin, NULL);
	tcase_add_rows(tc, the_longest_pattern_wins, rows);
	tcase_add_test(tc, a_barred_class_says_so);
	tcase_add_test(tc, gateways_that_are_down_come_last);
	tcase_add_test(tc, weights_share_the_load_smoothly);
	tcase_add_test(tc, a_number_keeps_its_gateway_by_hash);
	tcase_add_test(tc, a_deleted_route_is_gone);
	suite_add_tcase(s, tc);
	return s;
}
