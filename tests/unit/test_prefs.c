/* test_prefs.c - dir/prefs.h: profiles of subscribers and rules of classes. */

#include <stdio.h>

#include "dir/bindings.h"
#include "dir/devices.h"
#include "dir/prefs.h"
#include "dir/users.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"

#define BOB	"tel:+15550100002"
#define ID	"urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c3"

#define OK(call) ck_assert_msg((call) / 100 == 2, "%s", world_body())
#define HAS(text) ck_assert_msg(strstr(world_body(), text) != NULL, \
	"no '%s' in %s", text, world_body())

static const char *dir;
static int changes;

static void changed(const struct user *u)
{
	(void)u;
	changes++;
}

static void setup(void)
{
	dir = scratch_new();
	world_open(dir);
	prefs_watch(changed);
	OK(world_op("subscriber add", "address", BOB, NULL));
	changes = 0;
}

static void teardown(void)
{
	prefs_watch(NULL);
	world_close();
}

static const struct user *bob(void)
{
	return user_find(STRV(BOB));
}

/* proves DEF-08 */
START_TEST(one_of_several_profiles_counts)
{
	const struct prefs_profile *p;

	ck_assert(!prefs_any());
	OK(world_op("profile add", "subscriber", BOB, "profile", "work",
	    "rule", "nothing device=tablet", "rule", "notice over=200k",
	    "copies", "tablet", NULL));
	OK(world_op("profile add", "subscriber", BOB, "profile", "home",
	    "rule", "whole", NULL));
	ck_assert_ptr_null(prefs_active(bob()));
	ck_assert(!prefs_any());
	OK(world_op("profile activate", "subscriber", BOB, "profile", "work",
	    NULL));
	p = prefs_active(bob());
	ck_assert(strv_eq(p->name, STRV("work")));
	ck_assert_uint_eq(p->n, 2);
	ck_assert_int_eq(p->rules[0].give, GIVE_NOTHING);
	ck_assert_int_eq(p->rules[1].over, 204800);
	ck_assert(strv_eq(p->copies, STRV("tablet")));
	ck_assert(prefs_any());
	OK(world_op("profile activate", "subscriber", BOB, "profile", "home",
	    NULL));
	ck_assert(strv_eq(prefs_active(bob())->name, STRV("home")));
	OK(world_op("show profiles", "subscriber", BOB, NULL));
	HAS("\"profile\":\"home\",\"active\":true");
	HAS("\"profile\":\"work\",\"active\":false");
	HAS("\"nothing device=tablet\",\"notice over=200k\"");
	OK(world_op("profile deactivate", "subscriber", BOB, "profile",
	    "home", NULL));
	ck_assert_ptr_null(prefs_active(bob()));
	ck_assert(!prefs_any());
	ck_assert_int_eq(changes, 5);
}
END_TEST

START_TEST(a_change_replaces_what_is_given_and_keeps_the_rest)
{
	OK(world_op("profile add", "subscriber", BOB, "profile", "p", "rule",
	    "notice over=1", "copies", "all", NULL));
	OK(world_op("profile activate", "subscriber", BOB, "profile", "p",
	    NULL));
	OK(world_op("profile set", "subscriber", BOB, "profile", "p",
	    "copies", "site", NULL));
	ck_assert_uint_eq(prefs_active(bob())->copies.n, 0);
	ck_assert_uint_eq(prefs_active(bob())->n, 1);
	OK(world_op("profile set", "subscriber", BOB, "profile", "p", "rule",
	    "whole", "rule", "nothing", NULL));
	ck_assert_uint_eq(prefs_active(bob())->n, 2);
	OK(world_op("profile set", "subscriber", BOB, "profile", "p", "rule",
	    "", NULL));
	ck_assert_uint_eq(prefs_active(bob())->n, 0);
}
END_TEST

START_TEST(profiles_outlive_a_crash_and_die_with_their_subscriber)
{
	OK(world_op("profile add", "subscriber", BOB, "profile", "p", "rule",
	    "notice device=\"my tablet\" type=image/*", NULL));
	OK(world_op("profile activate", "subscriber", BOB, "profile", "p",
	    NULL));
	world_crash(dir);
	ck_assert(prefs_active(bob())->active);
	ck_assert(strv_eq(prefs_active(bob())->rules[0].device,
	    STRV("my tablet")));
	OK(world_op("profile delete", "subscriber", BOB, "profile", "p",
	    NULL));
	ck_assert_ptr_null(prefs_profiles(bob()));
	ck_assert(!prefs_any());
	OK(world_op("profile add", "subscriber", BOB, "profile", "q", NULL));
	OK(world_op("subscriber delete", "address", BOB, NULL));
	OK(world_op("subscriber add", "address", BOB, NULL));
	ck_assert_ptr_null(prefs_profiles(bob()));
}
END_TEST

START_TEST(what_cannot_be_is_refused_and_changes_nothing)
{
	char name[8];

	OK(world_op("profile add", "subscriber", BOB, "profile", "p", NULL));
	ck_assert_int_eq(world_op("profile add", "subscriber", BOB,
	    "profile", "p", NULL), 409);
	ck_assert_int_eq(world_op("profile add", "subscriber", BOB,
	    "profile", "a b", NULL), 422);
	ck_assert_int_eq(world_op("profile add", "subscriber", BOB,
	    "profile", "x", "rule", "whole", "rule", "some", NULL), 422);
	HAS("rule 2");
	ck_assert_int_eq(world_op("profile set", "subscriber", BOB,
	    "profile", "none", NULL), 404);
	ck_assert_int_eq(world_op("profile activate", "subscriber",
	    "tel:+15550109999", "profile", "p", NULL), 404);
	for (int i = 1; i < PREFS_PROFILES; i++) {
		(void)snprintf(name, sizeof(name), "p%d", i);
		OK(world_op("profile add", "subscriber", BOB, "profile",
		    name, NULL));
	}
	ck_assert_int_eq(world_op("profile add", "subscriber", BOB,
	    "profile", "more", NULL), 409);
	ck_assert_int_eq(changes, PREFS_PROFILES);
}
END_TEST

static void bound(enum err e, struct user *u, bool appeared, void *arg)
{
	(void)u;
	(void)appeared;
	(void)arg;
	ck_assert_int_eq(e, ERR_OK);
}

START_TEST(a_device_is_meant_by_its_id_and_shown_by_its_name)
{
	struct bindings_edit *e = bindings_edit_new(user_find(STRV(BOB)));
	struct binding b = {
		.contact = STRV("sip:x@127.0.0.1:5062"),
		.instance = STRV(ID), .call_id = STRV("c"),
		.source = STRV("udp 127.0.0.1:5062"), .features = STRV(""),
		.path = STRV(""), .agent = STRV(""), .reg_id = 1, .cseq = 1,
		.q = 1000, .expires = INT64_MAX, .seen = 1,
	};

	bindings_edit_put(e, &b);
	bindings_edit_commit(e, bound, NULL);
	world_drain();
	OK(world_op("profile add", "subscriber", BOB, "profile", "p", "rule",
	    "nothing device=DEVICE-1 over=5", NULL));
	ck_assert(strv_eq(prefs_profiles(bob())->rules[0].device, STRV(ID)));
	HAS("nothing device=device-1 over=5");
	OK(world_op("device rename", "subscriber", BOB, "device", "device-1",
	    "name", "my tablet", NULL));
	OK(world_op("show profiles", "subscriber", BOB, NULL));
	HAS("nothing device=\\\"my tablet\\\" over=5");
}
END_TEST

START_TEST(rules_of_classes_are_asked_in_their_order)
{
	const struct prefs_class_rule *k;
	size_t n;

	ck_assert(!world_set("set device-rule a rule \"some\""));
	ck_assert(world_set("set device-rule a rule \"notice over=200k\""));
	ck_assert(world_set("set device-rule b rule nothing"));
	ck_assert(world_set("set device-rule b class gold"));
	ck_assert(world_set("set device-rule b order 1"));
	ck_assert(world_set("set device-rule b firm on"));
	k = prefs_class_rules(&n);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(k[0].name, "b");
	ck_assert(k[0].firm && strv_eq(k[0].klass, STRV("gold")));
	ck_assert_int_eq(k[1].rule.over, 204800);
	ck_assert(prefs_any());
	ck_assert_int_ge(changes, 5);
	ck_assert(world_set("delete device-rule a"));
	ck_assert(world_set("delete device-rule b"));
	ck_assert(!prefs_any());
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("prefs");
	TCase *tc = tcase_create("prefs");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, one_of_several_profiles_counts);
	tcase_add_test(tc,
	    a_change_replaces_what_is_given_and_keeps_the_rest);
	tcase_add_test(tc,
	    profiles_outlive_a_crash_and_die_with_their_subscriber);
	tcase_add_test(tc, what_cannot_be_is_refused_and_changes_nothing);
	tcase_add_test(tc,
	    a_device_is_meant_by_its_id_and_shown_by_its_name);
	tcase_add_test(tc, rules_of_classes_are_asked_in_their_order);
	suite_add_tcase(s, tc);
	return s;
}
