/* test_access.c - flow/access.h: what was heard of a phone, and for how long. */

#include "base/now.h"
#include "conf/conf.h"
#include "dir/users.h"
#include "flow/access.h"
#include "flow/flow.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"

#define NOW	INT64_C(1800000000000)
#define BOB	STRV("tel:+15550100002")
#define ALIAS	STRV("sip:bob@example.org")

static int64_t now = NOW;
static unsigned asked;

static void later(int64_t ms)
{
	now += ms;
	now_freeze(now);
}

static const struct user *bob(void)
{
	return user_find(BOB);
}

static void begin(void)
{
	now = NOW;
	asked = 0;
	now_freeze(NOW);
	world_open(scratch_new());
	flow_register();
	conf_load_done();
	ck_assert_int_eq(world_op("subscriber add", "address",
	    "tel:+15550100002", "alias", "sip:bob@example.org", NULL) / 100,
	    2);
	access_start();
}

static void end(void)
{
	access_stop();
	access_asker(NULL);
	world_close();
}

static enum access state(void)
{
	struct access_info i;

	access_get(bob(), &i);
	return i.state;
}

/* What each signal leaves behind of a phone that was in a state before. */
static const struct {
	const char *name;
	enum access_signal first, then;
	enum access state;
	int64_t wait;		/* 4 s after the first, at once after the
				 * other, with a grace of 10 s */
} rows[] = {
	{ "an alert", HEARD_N, HEARD_ALERT, ACCESS_CS_ONLY, 10000 },
	{ "a second alert begins anew", HEARD_ALERT, HEARD_ALERT,
	  ACCESS_CS_ONLY, 10000 },
	{ "attached, by look-up", HEARD_N, HEARD_ATTACHED, ACCESS_CS_ONLY,
	  10000 },
	{ "attached as before", HEARD_ATTACHED, HEARD_ATTACHED,
	  ACCESS_CS_ONLY, 6000 },
	{ "a receipt", HEARD_N, HEARD_SMS, ACCESS_CS_ONLY, 10000 },
	{ "a receipt, it was there before", HEARD_ALERT, HEARD_SMS,
	  ACCESS_CS_ONLY, 6000 },
	{ "a receipt behind an absence", HEARD_ABSENT, HEARD_SMS,
	  ACCESS_CS_ONLY, 10000 },
	{ "detached", HEARD_ALERT, HEARD_DETACHED, ACCESS_NONE, 0 },
	{ "absent", HEARD_SMS, HEARD_ABSENT, ACCESS_NONE, 0 },
	{ "no answer says nothing", HEARD_ALERT, HEARD_NOTHING,
	  ACCESS_CS_ONLY, 6000 },
	{ "silence over IP says nothing of the radio", HEARD_ALERT,
	  HEARD_SILENCE, ACCESS_CS_ONLY, 6000 },
	{ "nothing at all", HEARD_N, HEARD_NOTHING, ACCESS_UNKNOWN, 0 },
};

/* proves MLD-035 */
START_TEST(a_signal_tells_where_the_phone_is)
{
	if (rows[_i].first != HEARD_N)
		access_heard(BOB, rows[_i].first, now);
	later(4000);
	access_heard(ALIAS, rows[_i].then, now);
	ck_assert_msg(state() == rows[_i].state, "%s: %s", rows[_i].name,
	    access_name(state()));
	ck_assert_msg(access_wait(bob()) == rows[_i].wait, "%s: %lld",
	    rows[_i].name, (long long)access_wait(bob()));
	later(10000);
	ck_assert_int_eq(access_wait(bob()), 0);
}
END_TEST

START_TEST(what_nobody_heard_of_waits_from_the_first_message_on)
{
	ck_assert_int_eq(access_wait(bob()), 0);
	ck_assert_int_eq(access_expect(bob(), BOB), 10000);
	later(4000);
	ck_assert_int_eq(access_expect(bob(), BOB), 6000);
	later(6000);
	ck_assert_int_eq(access_expect(bob(), BOB), 0);
	later(3600001);		/* policy primary remember */
	ck_assert_int_eq(access_expect(bob(), BOB), 10000);
}
END_TEST

START_TEST(what_was_heard_counts_for_a_time)
{
	access_heard(BOB, HEARD_ALERT, now);
	later(3600000);
	ck_assert_int_eq(state(), ACCESS_CS_ONLY);
	later(1);
	ck_assert_int_eq(state(), ACCESS_UNKNOWN);
}
END_TEST

START_TEST(an_old_signal_does_not_undo_a_newer_one)
{
	access_heard(BOB, HEARD_ALERT, now);
	access_heard(BOB, HEARD_ABSENT, now - 1);
	ck_assert_int_eq(state(), ACCESS_CS_ONLY);
	access_heard(STRV("tel:+19995550000"), HEARD_ABSENT, now);
}
END_TEST

static bool ask(struct strv key)
{
	ck_assert(strv_eq(key, BOB));
	asked++;
	return true;
}

static bool refuse(struct strv key)
{
	(void)key;
	asked++;
	return false;
}

static void grace_off(void)
{
	struct conf_edit *e = conf_edit_new();
	struct buf why;

	buf_init(&why, 1024);
	ck_assert_int_eq(conf_edit_line(e, STRV("set policy primary grace 0"),
	    &why), ERR_OK);
	conf_edit_apply(e);
	buf_deinit(&why);
}

START_TEST(who_knows_is_asked_once_and_waited_for_a_moment)
{
	grace_off();
	access_asker(ask);
	ck_assert_int_eq(access_expect(bob(), BOB), ACCESS_ASK_MS);
	later(400);
	ck_assert_int_eq(access_expect(bob(), BOB), 600);
	ck_assert_uint_eq(asked, 1);
	access_heard(BOB, HEARD_DETACHED, now);
	ck_assert_int_eq(access_expect(bob(), BOB), 0);
	later(ACCESS_FRESH_MS);
	ck_assert_int_eq(access_expect(bob(), BOB), ACCESS_ASK_MS);
	ck_assert_uint_eq(asked, 2);
	later(ACCESS_ASK_MS);
	ck_assert_int_eq(access_expect(bob(), BOB), 0);	/* no answer */
	access_asker(refuse);
	later(ACCESS_FRESH_MS);
	ck_assert_int_eq(access_expect(bob(), BOB), 0);
	ck_assert_uint_eq(asked, 3);
}
END_TEST

START_TEST(silence_counts_until_it_answers)
{
	struct access_info i;

	access_heard(BOB, HEARD_SILENCE, now);
	access_get(bob(), &i);
	ck_assert_int_eq(i.silent, NOW);
	access_heard(BOB, HEARD_ANSWER, now);
	access_get(bob(), &i);
	ck_assert_int_eq(i.silent, 0);
}
END_TEST

static void restart(void)
{
	access_stop();
	world_drain();
	access_start();
}

/* proves MLD-035 */
START_TEST(what_was_heard_is_known_over_a_restart)
{
	struct access_info i;

	access_heard(ALIAS, HEARD_ALERT, now);
	access_heard(BOB, HEARD_SILENCE, now);
	restart();
	access_get(bob(), &i);
	ck_assert_int_eq(i.state, ACCESS_CS_ONLY);
	ck_assert_int_eq(i.since, NOW);
	ck_assert_int_eq(i.silent, NOW);
	later(1000);
	access_heard(BOB, HEARD_ABSENT, now);
	access_heard(BOB, HEARD_ANSWER, now);
	restart();
	access_get(bob(), &i);
	ck_assert_int_eq(i.state, ACCESS_NONE);
	ck_assert_int_eq(i.silent, 0);
	later(3600001);
	ck_assert_int_eq(state(), ACCESS_UNKNOWN);
	restart();
	ck_assert_int_eq(state(), ACCESS_UNKNOWN);
}
END_TEST

START_TEST(what_is_heard_again_and_again_lasts_over_a_restart)
{
	access_heard(BOB, HEARD_SMS, now);
	for (int n = 0; n < 9; n++) {
		later(400000);
		access_heard(BOB, HEARD_SMS, now);
	}
	later(600000);
	restart();
	ck_assert_int_eq(state(), ACCESS_CS_ONLY);
}
END_TEST

START_TEST(a_subscriber_who_is_deleted_is_not_remembered)
{
	access_heard(BOB, HEARD_SMS, now);
	access_stop();
	world_drain();
	ck_assert_int_eq(world_op("subscriber delete", "address",
	    "tel:+15550100002", NULL) / 100, 2);
	access_start();
	ck_assert_ptr_null(bob());
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("access");
	TCase *tc = tcase_create("access");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, a_signal_tells_where_the_phone_is, 0,
	    sizeof(rows) / sizeof(*rows));
	tcase_add_test(tc, what_nobody_heard_of_waits_from_the_first_message_on);
	tcase_add_test(tc, what_was_heard_counts_for_a_time);
	tcase_add_test(tc, an_old_signal_does_not_undo_a_newer_one);
	tcase_add_test(tc, who_knows_is_asked_once_and_waited_for_a_moment);
	tcase_add_test(tc, silence_counts_until_it_answers);
	tcase_add_test(tc, what_was_heard_is_known_over_a_restart);
	tcase_add_test(tc, what_is_heard_again_and_again_lasts_over_a_restart);
	tcase_add_test(tc, a_subscriber_who_is_deleted_is_not_remembered);
	suite_add_tcase(s, tc);
	return s;
}
