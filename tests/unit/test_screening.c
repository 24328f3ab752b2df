/* test_screening.c - dir/screening.h, flow/term.h, flow/origin.h. */

#include <stdio.h>

#include "base/now.h"
#include "dir/screening.h"
#include "dir/users.h"
#include "flow/origin.h"
#include "flow/term.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"

#define ALICE	"sip:alice@example.org"
#define BOB	"tel:+15550100002"

static const char *dir;
static struct message *m;
static struct plan plan;

#define OK(call) ck_assert_msg((call) / 100 == 2, "%s", world_body())
#define HAS(text) ck_assert_msg(strstr(world_body(), text) != NULL, \
	"no '%s' in %s", text, world_body())

static void setup(void)
{
	dir = scratch_new();
	term_register();
	world_open(dir);
	OK(world_op("subscriber add", "address", BOB, "alias",
	    "sip:bob@example.org", NULL));
	OK(world_op("subscriber add", "address", ALICE, "alias",
	    "tel:+15550100001", NULL));
	m = message_new();
	m->origin = FROM_USER;
	m->from = STRV(ALICE);
	m->to = STRV(BOB);
	plan.recipient = m->to;
}

static void teardown(void)
{
	message_unref(m);
	world_close();
}

static const struct user *bob(void)
{
	return user_find(STRV(BOB));
}

static enum screen_effect says(const struct user *u, const char *sender)
{
	struct strv pattern;

	return screen_match(u, strv(sender), &pattern);
}

/* --- rules ---------------------------------------------------------------- */

static const struct {
	const char *pattern, *sender;
	bool fits;
} matches[] = {
	{ "tel:+1900*", "tel:+19005550100", true },
	{ "tel:+1900*", "tel:+1900", true },
	{ "tel:+1900*", "tel:+1901", false },
	{ "tel:*", "tel:12345", true },
	{ "tel:*", "sip:a@example.com", false },
	{ "tel:+1 (900) 555-0100", "tel:+19005550100", true },
	{ "sip:*@spam.example", "sip:x@spam.example", true },
	{ "sip:*@SPAM.example", "sip:x@spam.example", true },
	{ "sip:*@spam.example", "sip:x@not-spam.example", false },
	{ "sip:*@spam.example", "sip:x@spam.example.com", false },
	{ "sip:shop*@spam.example", "sip:shop7@spam.example", true },
	{ "sip:shop*@spam.example", "sip:sho@spam.example", false },
	{ "sip:shop*@*", "sip:shop@any.example", true },
	{ "sip:*@*", "sip:x@y.example", true },
	{ "sip:*", "sip:x@y.example", true },
	{ "sip:*@*", "tel:+19005550100", false },
	{ "sips:X@Spam.example:5060", "sip:X@spam.example", true },
	{ "sip:X@spam.example", "sip:x@spam.example", false },
	{ "*", "tel:1", true },
	{ "*", "sip:x@y.example", true },
	{ "tel:+15550100001", ALICE, true },	/* her alias */
	{ "sip:*@example.org", ALICE, true },
};

START_TEST(a_pattern_fits_what_it_says)
{
	OK(world_op("screening block add", "pattern", matches[_i].pattern,
	    NULL));
	ck_assert_msg((says(NULL, matches[_i].sender) == SCREEN_REFUSED) ==
	    matches[_i].fits, "%s and %s", matches[_i].pattern,
	    matches[_i].sender);
}
END_TEST

static const char *const bad_patterns[] = {
	"", "tel:", "tel:+1*2", "sip:x*y@z", "**", "mailto:*@x",
	"sip:x y@z", "sip:@*",
};

START_TEST(what_is_no_pattern_is_refused)
{
	ck_assert_int_eq(world_op("screening block add", "pattern",
	    bad_patterns[_i], NULL), 422);
	ck_assert_int_eq(says(NULL, "tel:12"), SCREEN_NONE);
}
END_TEST

START_TEST(the_most_exact_rule_counts_whatever_came_first)
{
	OK(world_op("screening allow add", "pattern", "tel:+1900555*",
	    "subscriber", BOB, NULL));
	OK(world_op("screening block add", "pattern", "tel:+1900*",
	    "subscriber", BOB, "effect", "silent", NULL));
	OK(world_op("screening block add", "pattern", "tel:+19005550100",
	    "subscriber", "sip:bob@example.org", NULL));
	ck_assert_int_eq(says(bob(), "tel:+19001"), SCREEN_SILENT);
	ck_assert_int_eq(says(bob(), "tel:+19005551"), SCREEN_ALLOW);
	ck_assert_int_eq(says(bob(), "tel:+19005550100"), SCREEN_REFUSED);
	ck_assert_int_eq(says(bob(), "tel:+1901"), SCREEN_NONE);
	ck_assert_int_eq(says(NULL, "tel:+19001"), SCREEN_NONE);
}
END_TEST

START_TEST(an_allowed_and_a_blocked_address_of_one_sender_pass)
{
	OK(world_op("screening block add", "pattern", ALICE, NULL));
	OK(world_op("screening allow add", "pattern", "tel:+15550100001",
	    NULL));
	ck_assert_int_eq(says(NULL, ALICE), SCREEN_ALLOW);
}
END_TEST

START_TEST(a_rule_given_again_replaces_itself)
{
	OK(world_op("screening block add", "pattern", "tel:1", NULL));
	OK(world_op("screening block add", "pattern", "tel:1", "effect",
	    "silent", NULL));
	OK(world_op("screening block show", NULL));
	HAS("\"silent\"");
	ck_assert_ptr_null(strstr(world_body(), "refused"));
	OK(world_op("screening allow show", NULL));
	ck_assert_ptr_null(strstr(world_body(), "tel:1"));
	ck_assert_int_eq(world_op("screening allow remove", "pattern",
	    "tel:1", NULL), 404);
	OK(world_op("screening block remove", "pattern", "tel:1", NULL));
	ck_assert_int_eq(says(NULL, "tel:1"), SCREEN_NONE);
	ck_assert_int_eq(world_op("screening block remove", "pattern",
	    "tel:1", NULL), 404);
}
END_TEST

START_TEST(what_was_wished_survives_a_kill)
{
	OK(world_op("screening block add", "pattern", "tel:1*", NULL));
	OK(world_op("screening allow add", "pattern", "tel:12",
	    "subscriber", BOB, NULL));
	OK(world_op("screening dnd set", "subscriber", BOB, "times",
	    "22:00-07:00", NULL));
	OK(world_op("screening anonymous", "subscriber", BOB, "effect",
	    "refused", NULL));
	world_crash(dir);
	ck_assert_int_eq(says(NULL, "tel:12"), SCREEN_REFUSED);
	ck_assert_int_eq(says(bob(), "tel:12"), SCREEN_ALLOW);
	ck_assert_int_eq(screen_anonymous(bob()), SCREEN_REFUSED);
	ck_assert(screen_is_quiet(bob(), 0));
	OK(world_op("screening show", "subscriber", BOB, NULL));
	HAS("\"quiet\":\"22:00-07:00\"");
	HAS("\"anonymous\":\"refused\"");
	OK(world_op("screening dnd clear", "subscriber", BOB, NULL));
	ck_assert(!screen_any_quiet());
	ck_assert_int_eq(screen_anonymous(bob()), SCREEN_REFUSED);
}
END_TEST

START_TEST(wishes_go_with_their_subscriber)
{
	OK(world_op("screening block add", "pattern", "tel:1",
	    "subscriber", BOB, NULL));
	OK(world_op("screening dnd set", "subscriber", BOB, "times",
	    "00:00-24:00", NULL));
	OK(world_op("subscriber delete", "address", BOB, NULL));
	ck_assert(!screen_any_quiet());
	OK(world_op("subscriber add", "address", BOB, NULL));
	ck_assert_int_eq(says(bob(), "tel:1"), SCREEN_NONE);
	OK(world_op("screening block show", NULL));
	ck_assert_ptr_null(strstr(world_body(), "tel:1"));
	world_crash(dir);
	ck_assert_int_eq(says(bob(), "tel:1"), SCREEN_NONE);
	ck_assert(!screen_is_quiet(bob(), 60));
}
END_TEST

START_TEST(nobody_s_wishes_are_refused)
{
	ck_assert_int_eq(world_op("screening dnd set", "subscriber", "",
	    "times", "22:00-07:00", NULL), 404);
	ck_assert_int_eq(world_op("screening block add", "pattern", "tel:1",
	    "subscriber", "tel:+19", NULL), 404);
	ck_assert_int_eq(world_op("screening block add", "pattern", "tel:1",
	    "effect", "loud", NULL), 422);
	ck_assert_int_eq(world_op("screening anonymous", "subscriber", BOB,
	    "effect", "loud", NULL), 422);
}
END_TEST

/* --- times ---------------------------------------------------------------- */

static const struct {
	const char *text;
	size_t n;
	unsigned minute;
	bool quiet;
} times[] = {
	{ "22:00-07:00", 1, 22 * 60, true },
	{ "22:00-07:00", 1, 22 * 60 - 1, false },
	{ "22:00-07:00", 1, 0, true },
	{ "22:00-07:00", 1, 7 * 60 - 1, true },
	{ "22:00-07:00", 1, 7 * 60, false },
	{ "12:00-13:30,15:00-15:01", 2, 13 * 60 + 29, true },
	{ "12:00-13:30,15:00-15:01", 2, 15 * 60, true },
	{ "12:00-13:30,15:00-15:01", 2, 15 * 60 + 1, false },
	{ "00:00-24:00", 1, 1439, true },
	{ "23:59-00:01", 1, 0, true },
	{ "23:59-00:01", 1, 1, false },
	{ "", 0, 0, false }, { "22:00", 0, 0, false },
	{ "22:00-", 0, 0, false }, { "22:00-22:00", 0, 0, false },
	{ "24:00-01:00", 0, 0, false }, { "22:00-00:00", 0, 0, false },
	{ "22:60-23:00", 0, 0, false }, { "2:00-03:00", 0, 0, false },
	{ "22:00-07:00,", 0, 0, false }, { ",22:00-07:00", 0, 0, false },
	{ "22:00-24:01", 0, 0, false }, { "-1:00-07:00", 0, 0, false },
	{ "01:00-02:00,03:00-04:00,05:00-06:00,07:00-08:00", 4, 7 * 60,
	  true },
	{ "01:00-02:00,03:00-04:00,05:00-06:00,07:00-08:00,09:00-10:00", 0,
	  0, false },
};

START_TEST(times_are_read_and_asked)
{
	struct screen_window w[SCREEN_WINDOWS];
	int status = world_op("screening dnd set", "subscriber", BOB,
	    "times", times[_i].text, NULL);

	ck_assert_uint_eq(screen_times(strv(times[_i].text), w), times[_i].n);
	ck_assert_int_eq(status, times[_i].n ? 200 : 422);
	ck_assert(screen_is_quiet(bob(), times[_i].minute) ==
	    times[_i].quiet);
}
END_TEST

/* --- the terminating service ---------------------------------------------- */

START_TEST(reports_and_one_s_own_messages_are_not_screened)
{
	OK(world_op("screening block add", "pattern", "*", NULL));
	ck_assert_int_eq(term_screen(m, bob(), &plan), ERR_FORBIDDEN);
	m->kind = MESSAGE_REPORT;
	ck_assert_int_eq(term_screen(m, bob(), &plan), ERR_OK);
	m->kind = MESSAGE_TEXT;
	m->origin = FROM_SYSTEM;
	ck_assert_int_eq(term_screen(m, bob(), &plan), ERR_OK);
	m->origin = FROM_USER;
	m->from = STRV(BOB);
	ck_assert_int_eq(term_screen(m, bob(), &plan), ERR_OK);
	ck_assert(!plan.spam);
}
END_TEST

START_TEST(who_is_allowed_may_still_not_be_anonymous)
{
	m->anonymous = true;
	ck_assert_int_eq(term_screen(m, bob(), &plan), ERR_OK);
	OK(world_op("screening allow add", "pattern", ALICE, "subscriber",
	    BOB, NULL));
	ck_assert(world_set("set policy screening anonymous refused"));
	ck_assert_int_eq(term_screen(m, bob(), &plan), ERR_ANONYMOUS);
	ck_assert(world_set("set policy screening anonymous spam"));
	ck_assert_int_eq(term_screen(m, bob(), &plan), ERR_OK);
	ck_assert(plan.spam);
}
END_TEST

/* --- limits --------------------------------------------------------------- */

START_TEST(a_burst_passes_and_then_the_rate)
{
	ck_assert(world_set("set policy screening rate 60"));
	ck_assert(world_set("set policy screening burst 5"));
	now_freeze(1000000);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
	ck_assert_int_eq(origin_limit(m, &plan), ERR_BUSY);
	ck_assert_int_eq(plan.retry_after, 1);
	m->from = STRV(BOB);
	ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
	m->from = STRV(ALICE);
	for (int i = 1; i < 20; i++) {
		now_freeze(1000000 + i * 1000);
		ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
		ck_assert_int_eq(origin_limit(m, &plan), ERR_BUSY);
	}
	ck_assert(!plan.spam);
	now_freeze(2000000);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
	ck_assert_int_eq(origin_limit(m, &plan), ERR_BUSY);
}
END_TEST

START_TEST(a_list_counts_as_a_message_to_each_on_it)
{
	ck_assert(world_set("set policy screening rate 60"));
	ck_assert(world_set("set policy screening burst 5"));
	ck_assert(world_set("set policy screening duplicate-texts 6"));
	now_freeze(1000000);
	m->recipients = 3;
	ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
	ck_assert_int_eq(origin_limit(m, &plan), ERR_BUSY);
	ck_assert_int_eq(plan.retry_after, 1);
	m->recipients = 0;
	ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
	ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
	ck_assert_int_eq(origin_limit(m, &plan), ERR_BUSY);
	m->recipients = 100;	/* more than a burst: all of one */
	now_freeze(1004999);
	ck_assert_int_eq(origin_limit(m, &plan), ERR_BUSY);
	now_freeze(1005000);
	ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
	ck_assert_int_eq(origin_limit(m, &plan), ERR_BUSY);
	now_freeze(2000000);
	m->text_hash = 4711;
	m->recipients = 4;
	ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
	now_freeze(2100000);
	ck_assert_int_eq(origin_limit(m, &plan), ERR_FORBIDDEN);
	now_freeze(2200000);
	m->text_hash = 4712;
	m->recipients = 7;
	ck_assert_int_eq(origin_limit(m, &plan), ERR_FORBIDDEN);
}
END_TEST

START_TEST(an_explanation_counts_nothing)
{
	ck_assert(world_set("set policy screening rate 1"));
	ck_assert(world_set("set policy screening burst 1"));
	plan.explaining = true;
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
	plan.explaining = false;
	ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
	ck_assert_int_eq(origin_limit(m, &plan), ERR_BUSY);
	plan.explaining = true;
	plan.nnotes = 0;
	ck_assert_int_eq(origin_limit(m, &plan), ERR_BUSY);
	ck_assert_int_eq(plan.retry_after, 60);
}
END_TEST

static enum err to(int n)
{
	char key[32];

	(void)snprintf(key, sizeof(key), "tel:+1555%07d", n);
	plan.recipient = strv(key);
	return origin_limit(m, &plan);
}

START_TEST(one_text_goes_to_so_many_and_no_more)
{
	int passed = 0;

	ck_assert(world_set("set policy screening duplicate-texts 10"));
	now_freeze(1000000);
	m->text_hash = 4711;
	while (passed < 50 && to(passed) == ERR_OK)
		passed++;
	ck_assert_int_eq(passed, 10);
	for (int i = 0; i < 10; i++)	/* who has it may have it again */
		ck_assert_int_eq(to(i), ERR_OK);
	ck_assert(world_set("set policy screening duplicate-texts 5"));
	ck_assert_int_eq(to(9), ERR_OK);
	ck_assert_int_eq(to(60), ERR_FORBIDDEN);
	m->text_hash = 4712;
	ck_assert_int_eq(to(60), ERR_OK);
	m->text_hash = 0;
	ck_assert_int_eq(to(61), ERR_OK);
	m->text_hash = 4711;
	m->from = STRV(BOB);
	ck_assert_int_eq(to(62), ERR_OK);
	m->from = STRV(ALICE);
	now_freeze(1000000 + 600001);
	ck_assert_int_eq(to(63), ERR_OK);
}
END_TEST

START_TEST(what_is_over_a_limit_may_become_spam)
{
	ck_assert(world_set("set policy screening rate 1"));
	ck_assert(world_set("set policy screening burst 1"));
	ck_assert(world_set("set policy screening limit-effect spam"));
	ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
	ck_assert(!plan.spam);
	ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
	ck_assert(plan.spam);
	ck_assert_int_eq(plan.retry_after, 0);
}
END_TEST

START_TEST(a_flood_of_senders_never_grows_the_tables)
{
	char from[32];
	int refused = 0;

	ck_assert(world_set("set policy screening rate 1"));
	ck_assert(world_set("set policy screening burst 1"));
	now_freeze(1000000);
	for (int i = 0; i < 100000; i++) {
		(void)snprintf(from, sizeof(from), "sip:u%d@example.org", i);
		m->from = strv(from);
		ck_assert_int_eq(origin_limit(m, &plan), ERR_OK);
		refused += origin_limit(m, &plan) == ERR_BUSY;
	}
	ck_assert_int_eq(refused, 100000);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("screening");
	TCase *tc = tcase_create("screening");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_pattern_fits_what_it_says, 0,
	    sizeof(matches) / sizeof(*matches));
	tcase_add_loop_test(tc, what_is_no_pattern_is_refused, 0,
	    sizeof(bad_patterns) / sizeof(*bad_patterns));
	tcase_add_loop_test(tc, times_are_read_and_asked, 0,
	    sizeof(times) / sizeof(*times));
	tcase_add_test(tc, the_most_exact_rule_counts_whatever_came_first);
	tcase_add_test(tc,
	    an_allowed_and_a_blocked_address_of_one_sender_pass);
	tcase_add_test(tc, a_rule_given_again_replaces_itself);
	tcase_add_test(tc, what_was_wished_survives_a_kill);
	tcase_add_test(tc, wishes_go_with_their_subscriber);
	tcase_add_test(tc, nobody_s_wishes_are_refused);
	tcase_add_test(tc, reports_and_one_s_own_messages_are_not_screened);
	tcase_add_test(tc, who_is_allowed_may_still_not_be_anonymous);
	tcase_add_test(tc, a_burst_passes_and_then_the_rate);
	tcase_add_test(tc, a_list_counts_as_a_message_to_each_on_it);
	tcase_add_test(tc, an_explanation_counts_nothing);
	tcase_add_test(tc, one_text_goes_to_so_many_and_no_more);
	tcase_add_test(tc, what_is_over_a_limit_may_become_spam);
	tcase_add_test(tc, a_flood_of_senders_never_grows_the_tables);
	suite_add_tcase(s, tc);
	return s;
}
