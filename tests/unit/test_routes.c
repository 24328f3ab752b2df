/* test_routes.c - dir/routes.h: the longest pattern, the order of gateways. */

#include <stdio.h>

#include "conf/conf.h"
#include "dir/routes.h"
#include "runner.h"

static struct gateway gateways[4] = {
	{ .name = "g1", .state = GATEWAY_UP },
	{ .name = "g2", .state = GATEWAY_UP },
	{ .name = "g3", .state = GATEWAY_UP },
	{ .name = "g4", .state = GATEWAY_DOWN },
};

static const struct conf_row gateway_rows[] = {
	{ .name = "kind", .type = CONF_NAME, .help = "of the test" },
};
static const struct conf_section gateway_section = {
	.name = "gateway", .named = true, .rows = gateway_rows, .n = 1
};

static struct buf why;

static bool set(const char *line)
{
	struct conf_edit *e = conf_edit_new();

	buf_clear(&why);
	if (conf_edit_line(e, strv(line), &why) != ERR_OK ||
	    conf_edit_check(e, &why) != ERR_OK) {
		conf_edit_free(e);
		return false;
	}
	conf_edit_apply(e);
	return true;
}

/* Several lines of one edit. */
static bool route(const char *const *lines, size_t n)
{
	struct conf_edit *e = conf_edit_new();

	buf_clear(&why);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(conf_edit_line(e, strv(lines[i]), &why) ==
		    ERR_OK, "%s", why.p);
	if (conf_edit_check(e, &why) != ERR_OK) {
		conf_edit_free(e);
		return false;
	}
	conf_edit_apply(e);
	return true;
}
#define ROUTE(...) route((const char *const[]){ __VA_ARGS__ }, \
	sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void setup(void)
{
	buf_init(&why, 2000);
	conf_register(&gateway_section);
	routes_register();
	conf_load_done();
	for (int i = 0; i < 4; i++) {
		char line[40];

		(void)snprintf(line, sizeof(line), "set gateway g%d kind x",
		    i + 1);
		ck_assert_msg(set(line), "%s", why.p);
		gateway_add(&gateways[i]);
	}
}

/* The names of the gateways in their order, or an error's name. */
static const char *order(const char *key, bool peek)
{
	static char text[200];
	struct route r;
	enum err e = route_find(strv(key), peek, &r);

	text[0] = 0;
	if (e != ERR_OK)
		return err_info(e)->name;
	(void)strcat(text, r.name);
	if (r.refuse)
		(void)strcat(text, " refused");
	for (size_t i = 0; i < r.n; i++) {
		(void)strcat(text, " ");
		(void)strcat(text, r.gateways[i]->name);
	}
	return text;
}

/* --- patterns ------------------------------------------------------------ */

static const struct {
	const char *key, *want;
} patterns[] = {
	{ "tel:+15551234567", "us555 g2" },
	{ "tel:+15541234567", "us g1" },
	{ "tel:+1", "us g1" },
	{ "tel:+15550000000", "one g3" },
	{ "tel:+155500000001", "us555 g2" },
	{ "tel:+4912345", "rest g1" },
	{ "tel:12345", "rest g1" },
	{ "tel:+1900555", "premium refused" },
	{ "sip:bob@partner.example", "partner g2" },
	{ "sip:carol@partner.example", "carol g3" },
	{ "sip:bob@other.example", "NO_USER" },
	{ "sip:bob@xpartner.example", "NO_USER" },
	{ "", "NO_USER" },
};

START_TEST(the_longest_pattern_counts)
{
	ck_assert_msg(ROUTE("set route rest to tel:*", "set route rest via g1",
	    "set route us to tel:+1*", "set route us via g1",
	    "set route us555 to tel:+1555*", "set route us555 via g2",
	    "set route one to tel:+15550000000", "set route one via g3",
	    "set route premium to tel:+1900*", "set route premium refuse on",
	    "set route partner to sip:*@partner.example",
	    "set route partner via g2",
	    "set route carol to sip:carol@partner.example",
	    "set route carol via g3"), "%s", why.p);
	ck_assert_msg(strcmp(order(patterns[_i].key, false),
	    patterns[_i].want) == 0, "%s: %s", patterns[_i].key,
	    order(patterns[_i].key, true));
}
END_TEST

START_TEST(a_change_of_routes_is_in_force_at_once)
{
	ck_assert_str_eq(order("tel:+1", false), "NO_USER");
	ck_assert(ROUTE("set route a to tel:+1*", "set route a via g1"));
	ck_assert_str_eq(order("tel:+1", false), "a g1");
	ck_assert(set("set route a via g2,g1"));
	ck_assert_str_eq(order("tel:+1", false), "a g2 g1");
	ck_assert(set("delete route a"));
	ck_assert_str_eq(order("tel:+1", false), "NO_USER");
}
END_TEST

static const struct {
	const char *name;
	const char *lines[3];
	const char *says;
} bad[] = {
	{ "no gateways", { "set route a to tel:*", "set route a mode hash",
	  "set route a refuse off" }, "give it gateways" },
	{ "no pattern", { "set route a via g1", "set route a mode hash",
	  "set route a refuse off" }, "to" },
	{ "weights too few", { "set route a to tel:*", "set route a via g1,g2",
	  "set route a weights 1" }, "weights" },
	{ "weight zero", { "set route a to tel:*", "set route a via g1,g2",
	  "set route a weights 1,0" }, "weights" },
	{ "weight a word", { "set route a to tel:*", "set route a via g1,g2",
	  "set route a weights 1,x" }, "weights" },
	{ "weight too great", { "set route a to tel:*",
	  "set route a via g1,g2", "set route a weights 1,1001" }, "weights" },
	{ "no such gateway", { "set route a to tel:*", "set route a via g9",
	  "set route a mode hash" }, "no gateway \"g9\"" },
};

START_TEST(a_route_that_cannot_work_is_refused)
{
	ck_assert_msg(!route(bad[_i].lines, 3), "%s", bad[_i].name);
	ck_assert_msg(strstr(why.p, bad[_i].says) != NULL, "%s: %s",
	    bad[_i].name, why.p);
	ck_assert_str_eq(order("tel:+1", false), "NO_USER");
}
END_TEST

/* --- order --------------------------------------------------------------- */

START_TEST(failover_takes_the_first_that_is_up)
{
	ck_assert(ROUTE("set route a to tel:*", "set route a via g4,g1,g2"));
	ck_assert_str_eq(order("tel:+1", false), "a g1 g2 g4");
	gateways[0].state = GATEWAY_DOWN;
	ck_assert_str_eq(order("tel:+1", false), "a g2 g4 g1");
	gateways[0].state = GATEWAY_THROTTLED;
	ck_assert_str_eq(order("tel:+1", false), "a g1 g2 g4");
	gateways[3].state = GATEWAY_UP;
	ck_assert_str_eq(order("tel:+1", false), "a g4 g1 g2");
	gateway_remove(&gateways[0]);
	ck_assert_str_eq(order("tel:+1", false), "a g4 g2");
}
END_TEST

START_TEST(weights_share_smoothly)
{
	char got[8] = "";

	ck_assert(ROUTE("set route a to tel:*", "set route a via g1,g2,g3",
	    "set route a mode weighted", "set route a weights 5,1,1"));
	/* the sequence of the method's description: a a b a c a a */
	for (int i = 0; i < 7; i++)
		got[i] = order("tel:+1", false)[3];
	ck_assert_str_eq(got, "1121311");
	for (int i = 0; i < 7; i++)
		got[i] = order("tel:+1", false)[3];
	ck_assert_str_eq(got, "1121311");
}
END_TEST

START_TEST(a_peek_changes_nothing)
{
	ck_assert(ROUTE("set route a to tel:*", "set route a via g1,g2",
	    "set route a mode weighted"));
	for (int i = 0; i < 3; i++)
		ck_assert_str_eq(order("tel:+1", true), "a g1 g2");
	ck_assert_str_eq(order("tel:+1", false), "a g1 g2");
	ck_assert_str_eq(order("tel:+1", true), "a g2 g1");
	ck_assert_str_eq(order("tel:+1", false), "a g2 g1");
}
END_TEST

START_TEST(weights_leave_out_who_is_down)
{
	int n[4] = { 0 };

	ck_assert(ROUTE("set route a to tel:*", "set route a via g1,g2,g4",
	    "set route a mode weighted", "set route a weights 1,3,100"));
	for (int i = 0; i < 400; i++)
		n[order("tel:+1", false)[3] - '1']++;
	ck_assert_int_eq(n[0], 100);
	ck_assert_int_eq(n[1], 300);
	ck_assert_int_eq(n[3], 0);
}
END_TEST

START_TEST(a_hash_keeps_a_number_at_its_gateway)
{
	int n[3] = { 0 }, moved = 0;
	char key[30], before[300];

	ck_assert(ROUTE("set route a to tel:*", "set route a via g1,g2,g3",
	    "set route a mode hash"));
	for (int i = 0; i < 300; i++) {
		(void)snprintf(key, sizeof(key), "tel:+1555%07d", i);
		before[i] = order(key, false)[3];
		ck_assert_int_eq(order(key, false)[3], before[i]);
		n[before[i] - '1']++;
	}
	for (int i = 0; i < 3; i++)
		ck_assert_int_gt(n[i], 50);
	/* only the traffic of the dead one moves */
	gateways[1].state = GATEWAY_DOWN;
	for (int i = 0; i < 300; i++) {
		(void)snprintf(key, sizeof(key), "tel:+1555%07d", i);
		moved += order(key, false)[3] != before[i];
	}
	ck_assert_int_eq(moved, n[1]);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("routes");
	TCase *tc = tcase_create("patterns");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_rows(tc, the_longest_pattern_counts, patterns);
	tcase_add_test(tc, a_change_of_routes_is_in_force_at_once);
	tcase_add_rows(tc, a_route_that_cannot_work_is_refused, bad);
	suite_add_tcase(s, tc);

	tc = tcase_create("order");
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, failover_takes_the_first_that_is_up);
	tcase_add_test(tc, weights_share_smoothly);
	tcase_add_test(tc, a_peek_changes_nothing);
	tcase_add_test(tc, weights_leave_out_who_is_down);
	tcase_add_test(tc, a_hash_keeps_a_number_at_its_gateway);
	suite_add_tcase(s, tc);
	return s;
}
