/* test_sticky.c - dir/sticky.h: the service a peer last wrote by. */

#include <stdio.h>

#include "base/now.h"
#include "dir/sticky.h"
#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"
#include "store/db.h"

#define NOW	INT64_C(1800000000000)
#define DAY	INT64_C(86400000)
#define ALICE	STRV("sip:alice@example.org")
#define PEER	STRV("tel:+15550100002")

static const char *dir;

static void setup(void)
{
	now_freeze(NOW);
	faultfs_install();
	dir = scratch_new();
	world_open(dir);
}

static int64_t rows(void)
{
	struct stmt *s = stmt(db_reader(DB_STORE),
	    "SELECT count(*) FROM sticky");
	int64_t n = stmt_row(s) ? col_int(s) : -1;

	ck_assert_int_eq(stmt_end(s), ERR_OK);
	return n;
}

static bool service_is(const char *want)
{
	return strv_eq(sticky_find(ALICE, PEER), strv(want));
}

static void written(void)
{
	now_freeze(now_ms() + 1000);
	world_drain();
}

START_TEST(the_last_service_is_remembered_for_each_pair)
{
	ck_assert_ptr_null(sticky_find(ALICE, PEER).p);
	ck_assert_ptr_null(sticky_contribution(ALICE, PEER).p);
	sticky_note(ALICE, PEER, STRV("sms;via=smsc1"), STRV("c1"));
	sticky_note(ALICE, STRV("tel:+1"), STRV("mms"), STRV("c2"));
	ck_assert(service_is("sms;via=smsc1"));
	sticky_note(ALICE, PEER, STRV("sms;via=smsc2"), STRV("c3"));
	ck_assert(service_is("sms;via=smsc2"));
	ck_assert(strv_eq(sticky_contribution(ALICE, PEER), STRV("c3")));
	ck_assert(strv_eq(sticky_find(ALICE, STRV("tel:+1")), STRV("mms")));
	ck_assert_ptr_null(sticky_find(PEER, ALICE).p);
}
END_TEST

START_TEST(it_is_written_behind_and_survives_a_kill)
{
	sticky_note(ALICE, PEER, STRV("sms;via=smsc1"), STRV("c1"));
	sticky_note(ALICE, PEER, STRV("sms;via=smsc2"), STRV("c2"));
	world_drain();
	ck_assert_int_eq(rows(), 0);
	written();
	ck_assert_int_eq(rows(), 1);
	world_crash(dir);
	ck_assert(service_is("sms;via=smsc2"));
	sticky_note(ALICE, PEER, STRV("mms"), STRV("c4"));
	written();
	ck_assert_int_eq(rows(), 1);
}
END_TEST

START_TEST(more_than_one_write_holds_is_written_too)
{
	char peer[30];

	for (int i = 0; i < 2500; i++) {
		(void)snprintf(peer, sizeof(peer), "tel:+1555%07d", i);
		sticky_note(ALICE, strv(peer), STRV("sms"), STRV(""));
	}
	for (int i = 0; i < 4; i++)
		written();
	ck_assert_int_eq(rows(), 2500);
}
END_TEST

START_TEST(what_is_old_counts_no_more)
{
	sticky_note(ALICE, PEER, STRV("sms"), STRV("c"));
	written();
	now_freeze(NOW + 7 * DAY);
	ck_assert(service_is("sms"));
	ck_assert(world_set("set policy sticky time 1d"));
	ck_assert_ptr_null(sticky_find(ALICE, PEER).p);
	ck_assert(world_set("set policy sticky time 7d"));
	now_freeze(NOW + 7 * DAY + 1);
	ck_assert_ptr_null(sticky_find(ALICE, PEER).p);
	world_crash(dir);
	ck_assert_int_eq(rows(), 0);
}
END_TEST

START_TEST(the_oldest_is_forgotten_when_there_are_too_many)
{
	char peer[30];

	sticky_note(ALICE, PEER, STRV("sms"), STRV("c"));
	sticky_note(ALICE, STRV("tel:+2"), STRV("sms"), STRV("c"));
	sticky_note(ALICE, PEER, STRV("mms"), STRV("c"));
	for (int i = 0; i < STICKY_MAX - 1; i++) {
		(void)snprintf(peer, sizeof(peer), "tel:+1555%07d", i);
		sticky_note(ALICE, strv(peer), STRV("sms"), STRV(""));
	}
	ck_assert_ptr_null(sticky_find(ALICE, STRV("tel:+2")).p);
	ck_assert(service_is("mms"));
	sticky_note(ALICE, STRV("tel:+3"), STRV("sms"), STRV(""));
	ck_assert_ptr_null(sticky_find(ALICE, PEER).p);
}
END_TEST

START_TEST(a_full_disk_forgets_only_on_disk)
{
	faultfs_fail(0, 13);
	sticky_note(ALICE, PEER, STRV("sms"), STRV("c"));
	written();
	faultfs_heal();
	ck_assert(service_is("sms"));
	ck_assert_int_eq(rows(), 0);
	sticky_note(ALICE, PEER, STRV("sms"), STRV("c"));
	written();
	ck_assert_int_eq(rows(), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sticky");
	TCase *tc = tcase_create("memory");

	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_test(tc, the_last_service_is_remembered_for_each_pair);
	tcase_add_test(tc, it_is_written_behind_and_survives_a_kill);
	tcase_add_test(tc, more_than_one_write_holds_is_written_too);
	tcase_add_test(tc, what_is_old_counts_no_more);
	tcase_add_test(tc,
	    the_oldest_is_forgotten_when_there_are_too_many);
	tcase_add_test(tc, a_full_disk_forgets_only_on_disk);
	suite_add_tcase(s, tc);
	return s;
}
