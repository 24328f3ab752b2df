/* test_overrides.c - dir/overrides.h and the operations on gateways. */

#include <sqlite3.h>
#include <stdio.h>

#include "base/now.h"
#include "dir/gateways.h"
#include "dir/overrides.h"
#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "op/health.h"
#include "runner.h"

#define NOW	INT64_C(1800000000000)	/* 2027-01-15T08:00:00Z */

static struct gateway smsc1 = { .name = "smsc1" };
static const char *dir;
static char told[200];

static void changed(struct strv name)
{
	size_t n = strlen(told);

	(void)snprintf(told + n, sizeof(told) - n, "%.*s ", STRV_ARG(name));
}

static void setup(void)
{
	now_freeze(NOW);
	faultfs_install();
	dir = scratch_new();
	world_open(dir);
	gateways_register();
	override_watch(1u << OVERRIDE_LINK | 1u << OVERRIDE_RATE, changed);
	ck_assert_int_eq(overrides_load(), ERR_OK);
	gateway_add(&smsc1);
}

static void teardown(void)
{
	gateway_remove(&smsc1);
	world_close();
	overrides_unload();
}

static void again(void)
{
	world_crash(dir);
	ck_assert_int_eq(overrides_load(), ERR_OK);
}

static void later(int64_t ms)
{
	now_freeze(now_ms() + ms);
	world_drain();
}

static const struct override *link(void)
{
	return override_find(OVERRIDE_LINK, STRV("smsc1"));
}

#define HAS(text) ck_assert_msg(strstr(world_body(), text) != NULL, \
	"no '%s' in %s", text, world_body())

START_TEST(what_is_set_says_who_when_and_why)
{
	ck_assert_int_eq(world_op("gateway drain", "name", "smsc1", "reason",
	    "cable", "for", "30m", NULL), 200);
	HAS("\"override\":\"drained by test since 2027-01-15T08:00:00.000Z "
	    "until 2027-01-15T08:30:00.000Z (cable)\"");
	HAS("\"overrides\":[{\"what\":\"drain\",\"value\":1,\"by\":\"test\","
	    "\"reason\":\"cable\",\"since\":\"2027-01-15T08:00:00.000Z\","
	    "\"until\":\"2027-01-15T08:30:00.000Z\"}]");
	ck_assert_int_eq(link()->value, LINK_DRAIN);
	ck_assert_str_eq(told, "smsc1 ");
}
END_TEST

START_TEST(it_holds_over_a_restart_and_ends_by_itself)
{
	(void)world_op("gateway disable", "name", "smsc1", "for", "30m", NULL);
	(void)world_op("gateway rate", "name", "smsc1", "rate", "40/s", NULL);
	again();
	ck_assert_int_eq(link()->value, LINK_DISABLE);
	ck_assert_int_eq(override_find(OVERRIDE_RATE, STRV("smsc1"))->value,
	    40);
	later(1799000);
	ck_assert_ptr_nonnull(link());
	told[0] = 0;
	later(1000);
	ck_assert_ptr_null(link());
	ck_assert_str_eq(told, "smsc1 ");
	ck_assert_ptr_nonnull(override_find(OVERRIDE_RATE, STRV("smsc1")));
}
END_TEST

START_TEST(what_ended_stays_so_over_a_restart)
{
	(void)world_op("gateway drain", "name", "smsc1", "for", "30m", NULL);
	later(1800000);
	ck_assert_ptr_null(link());
	again();
	ck_assert_ptr_null(link());
}
END_TEST

START_TEST(time_that_is_over_while_nobody_runs_counts)
{
	(void)world_op("gateway drain", "name", "smsc1", "for", "30m", NULL);
	now_freeze(NOW + 3600000);
	again();
	later(1);
	ck_assert_ptr_null(link());
}
END_TEST

START_TEST(what_is_set_anew_is_not_ended_by_the_time_of_the_old)
{
	(void)world_op("gateway drain", "name", "smsc1", "for", "30m", NULL);
	now_freeze(NOW + 1799999);
	(void)world_op("gateway disable", "name", "smsc1", "for", "2h", NULL);
	later(1);
	later(60000);
	ck_assert_int_eq(link()->value, LINK_DISABLE);
	later(7200000);
	ck_assert_ptr_null(link());
}
END_TEST

START_TEST(enable_ends_a_drain_and_clear_ends_all)
{
	(void)world_op("gateway drain", "name", "smsc1", NULL);
	(void)world_op("gateway rate", "name", "smsc1", "rate", "7", NULL);
	ck_assert_int_eq(world_op("gateway enable", "name", "smsc1", NULL),
	    200);
	HAS("\"override\":\"limited to 7/s by test since ");
	ck_assert_int_eq(world_op("gateway enable", "name", "smsc1", NULL),
	    409);
	ck_assert_int_eq(world_op("gateway clear-override", "name", "smsc1",
	    NULL), 200);
	HAS("\"overrides\":[]");
	ck_assert_int_eq(world_op("gateway clear-override", "name", "smsc1",
	    NULL), 409);
}
END_TEST

START_TEST(one_of_a_gateway_that_is_gone_can_be_ended)
{
	(void)world_op("gateway drain", "name", "smsc1", NULL);
	gateway_remove(&smsc1);
	ck_assert_int_eq(world_op("gateway drain", "name", "smsc1", NULL),
	    404);
	ck_assert_int_eq(world_op("gateway enable", "name", "smsc1", NULL),
	    200);
	ck_assert_int_eq(world_op("gateway enable", "name", "smsc1", NULL),
	    404);
}
END_TEST

static const struct {
	const char *arg, *value;
	int status;
} bad[] = {
	{ "for", "0s", 422 }, { "for", "31d", 200 }, { "for", "32d", 422 },
	{ "for", "1w", 422 }, { "for", "-1m", 422 },
	{ "until", "2027-01-15T07:59:59Z", 422 },
	{ "until", "2027-01-15T08:00:00Z", 422 },
	{ "until", "2027-01-15T08:00:01Z", 200 },
	{ "until", "2027-02-16", 422 }, { "until", "5m", 422 },
	{ "rate", "0", 422 }, { "rate", "100000", 200 },
	{ "rate", "100001", 422 }, { "rate", "99999999999999999999", 422 },
	{ "rate", "4/m", 422 }, { "rate", "/s", 422 }, { "rate", "-4", 422 },
	{ "rate", "4.5", 422 },
};

START_TEST(bad_values_change_nothing)
{
	bool rate = strcmp(bad[_i].arg, "rate") == 0;
	int status = rate ? world_op("gateway rate", "name", "smsc1", "rate",
	    bad[_i].value, NULL) : world_op("gateway drain", "name", "smsc1",
	    bad[_i].arg, bad[_i].value, NULL);

	ck_assert_msg(status == bad[_i].status, "%s %s: %d", bad[_i].arg,
	    bad[_i].value, status);
	ck_assert((status == 200) == (override_find(rate ? OVERRIDE_RATE :
	    OVERRIDE_LINK, STRV("smsc1")) != NULL));
}
END_TEST

START_TEST(a_full_disk_changes_nothing)
{
	(void)world_op("gateway rate", "name", "smsc1", "rate", "7", NULL);
	faultfs_fail(0, SQLITE_FULL);
	ck_assert_int_eq(world_op("gateway drain", "name", "smsc1", NULL),
	    500);
	ck_assert_int_eq(world_op("gateway clear-override", "name", "smsc1",
	    NULL), 500);
	faultfs_heal();
	ck_assert_ptr_null(link());
	ck_assert_ptr_nonnull(override_find(OVERRIDE_RATE, STRV("smsc1")));
}
END_TEST

START_TEST(an_end_that_the_disk_refuses_comes_later)
{
	(void)world_op("gateway drain", "name", "smsc1", "for", "1m", NULL);
	faultfs_fail(0, SQLITE_FULL);
	later(60000);
	ck_assert_ptr_nonnull(link());
	faultfs_heal();
	later(60000);
	ck_assert_ptr_null(link());
}
END_TEST

static enum health look(char *says, size_t size)
{
	enum health h = HEALTH_OK;
	struct buf text, remedy;
	const struct health_check *k;

	buf_init(&text, 4096);
	buf_init(&remedy, 4096);
	for (size_t i = 0; (k = health_at(i)) != NULL; i++)
		if (strcmp(k->name, "operated") == 0) {
			buf_clear(&text);
			h = k->run(&text, &remedy);
		}
	(void)snprintf(says, size, "%s", text.p);
	buf_deinit(&text);
	buf_deinit(&remedy);
	return h;
}

START_TEST(health_names_it_and_no_more_than_five)
{
	static struct gateway many[7];
	static char names[7][8];
	char says[4096];

	ck_assert_int_eq(look(says, sizeof(says)), HEALTH_OK);
	for (int i = 0; i < 7; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "g%d", i);
		many[i].name = names[i];
		gateway_add(&many[i]);
		(void)world_op("gateway drain", "name", names[i], NULL);
	}
	ck_assert_int_eq(look(says, sizeof(says)), HEALTH_WARN);
	ck_assert_ptr_nonnull(strstr(says, " drained by test since 2027-"));
	ck_assert_ptr_nonnull(strstr(says, "; and 2 more"));
	for (int i = 0; i < 7; i++)
		gateway_remove(&many[i]);
}
END_TEST

START_TEST(a_copy_is_for_any_thread)
{
	struct override o;

	ck_assert(!override_copy(OVERRIDE_LINK, STRV("smsc1"), &o));
	(void)world_op("gateway drain", "name", "smsc1", "reason", "x", NULL);
	ck_assert(override_copy(OVERRIDE_LINK, STRV("smsc1"), &o));
	ck_assert_str_eq(o.reason, "x");
	ck_assert_ptr_null(o.name.p);
	ck_assert_ptr_null(override_hold(STRV("smsc1")));
}
END_TEST

/* What the core could not do while the lock is held: it would never end. */
static void lift_in_between(const struct override *o, void *arg)
{
	struct override copy;

	ck_assert(override_copy(OVERRIDE_LINK, STRV("smsc1"), &copy) ==
	    (*(int *)arg == 0));
	ck_assert_int_eq(world_op("gateway enable", "name", "smsc1", NULL),
	    200);
	ck_assert(strv_eq(o->name, STRV("smsc1")));
	ck_assert_str_eq(o->reason, "x");
	(*(int *)arg)++;
}

START_TEST(who_is_told_of_all_holds_up_nobody)
{
	int told_of = 0;

	(void)world_op("gateway drain", "name", "smsc1", "reason", "x", NULL);
	overrides_each(OVERRIDE_LINK, lift_in_between, &told_of);
	ck_assert_int_eq(told_of, 1);
	overrides_each(OVERRIDE_LINK, lift_in_between, &told_of);
	ck_assert_int_eq(told_of, 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("overrides");
	TCase *tc = tcase_create("overrides");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_is_set_says_who_when_and_why);
	tcase_add_test(tc, it_holds_over_a_restart_and_ends_by_itself);
	tcase_add_test(tc, what_ended_stays_so_over_a_restart);
	tcase_add_test(tc, time_that_is_over_while_nobody_runs_counts);
	tcase_add_test(tc,
	    what_is_set_anew_is_not_ended_by_the_time_of_the_old);
	tcase_add_test(tc, enable_ends_a_drain_and_clear_ends_all);
	tcase_add_test(tc, one_of_a_gateway_that_is_gone_can_be_ended);
	tcase_add_rows(tc, bad_values_change_nothing, bad);
	tcase_add_test(tc, a_full_disk_changes_nothing);
	tcase_add_test(tc, an_end_that_the_disk_refuses_comes_later);
	tcase_add_test(tc, health_names_it_and_no_more_than_five);
	tcase_add_test(tc, a_copy_is_for_any_thread);
	tcase_add_test(tc, who_is_told_of_all_holds_up_nobody);
	suite_add_tcase(s, tc);
	return s;
}
