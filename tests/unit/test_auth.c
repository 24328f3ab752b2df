/* test_auth.c - what lets an administrator in: pure parts of admin/. */

#include <stdio.h>
#include <stdlib.h>

#include "admin/cursor.h"
#include "admin/delay.h"
#include "admin/net.h"
#include "admin/password.h"
#include "admin/replay.h"
#include "admin/session.h"
#include "admin/totp.h"
#include "base/now.h"
#include "op/event.h"
#include "runner.h"

#define T0 1700000000000

/* --- TOTP ------------------------------------------------------------------ */

static const unsigned char seed[TOTP_SECRET] = "12345678901234567890";

/* RFC 6238 appendix B, SHA-1, the last six digits of its eight */
static const struct {
	int64_t time;
	const char *code;
} vectors[] = {
	{ 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" },
	{ 1234567890, "005924" }, { 2000000000, "279037" },
	{ 20000000000, "353130" },
};

START_TEST(codes_are_those_of_rfc_6238)
{
	char code[TOTP_DIGITS + 1];
	int64_t step;

	totp_code(seed, vectors[_i].time / TOTP_STEP_S, code);
	ck_assert_str_eq(code, vectors[_i].code);
	ck_assert(totp_fits(seed, strv(code), vectors[_i].time, 0, &step));
	ck_assert_int_eq(step, vectors[_i].time / TOTP_STEP_S);
}
END_TEST

START_TEST(a_code_is_good_one_step_around_and_not_twice)
{
	int64_t at = 1111111111, step;
	struct strv code = STRV("050471");

	ck_assert(totp_fits(seed, code, at + 30, 0, &step));
	ck_assert(totp_fits(seed, code, at - 30, 0, &step));
	ck_assert(!totp_fits(seed, code, at + 60, 0, &step));
	ck_assert(!totp_fits(seed, code, at - 60, 0, &step));
	ck_assert(!totp_fits(seed, code, at, at / 30, &step));
	ck_assert(!totp_fits(seed, STRV("05047"), at, 0, &step));
	ck_assert(!totp_fits(seed, STRV("0504710"), at, 0, &step));
	ck_assert(!totp_fits(seed, STRV_NONE, at, 0, &step));
}
END_TEST

/* RFC 4648 section 10, without padding */
START_TEST(base32_is_that_of_rfc_4648)
{
	static const char *const is[] = { "", "MY", "MZXQ", "MZXW6",
		"MZXW6YQ", "MZXW6YTB", "MZXW6YTBOI" };
	struct buf b;

	for (size_t n = 0; n <= 6; n++) {
		buf_init(&b, 64);
		base32_add((const unsigned char *)"foobar", n, &b);
		ck_assert_str_eq(b.p, is[n]);
		buf_deinit(&b);
	}
}
END_TEST

/* --- passwords -------------------------------------------------------------- */

static const struct {
	const char *password;
	bool good;
} passwords[] = {
	{ "", false }, { "elevenchars", false }, { "twelve chars", true },
	{ "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f" "abcdefg", false },	/* 11 */
	{ "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f" "abcdefgh", true },	/* 12 */
	{ "Password1234", false }, { "aaaaaaaaaaaaaaaa", false },
	{ "abababababab", false }, { "alicealicealice", false },
	{ "123alice1234", false }, { "bad \xff utf-8 here", false },
	{ "alice has a long sentence", true },
};

START_TEST(a_password_is_long_and_not_the_first_that_comes_to_mind)
{
	struct buf why;
	bool good;

	buf_init(&why, 512);
	good = password_acceptable(strv(passwords[_i].password),
	    STRV("alice"), &why);
	ck_assert_msg(good == passwords[_i].good, "%s: %s",
	    passwords[_i].password, why.p);
	ck_assert(good == (why.n == 0));
	buf_deinit(&why);
}
END_TEST

START_TEST(a_password_of_257_bytes_is_refused)
{
	char text[258];
	struct buf why;

	for (size_t i = 0; i < 257; i++)
		text[i] = (char)('a' + (i * i + i / 9) % 26);
	buf_init(&why, 512);
	ck_assert(!password_acceptable((struct strv){ text, 257 }, STRV("a"),
	    &why));
	buf_clear(&why);
	ck_assert(password_acceptable((struct strv){ text, 256 }, STRV("a"),
	    &why));
	buf_deinit(&why);
}
END_TEST

START_TEST(a_hash_fits_its_password_alone)
{
	char one[ADMIN_HASH], two[ADMIN_HASH];

	ck_assert(password_hash("seven green bicycles", one));
	ck_assert(password_hash("seven green bicycles", two));
	ck_assert_str_ne(one, two);	/* salted */
	ck_assert(strncmp(one, "$y$", 3) == 0 || strncmp(one, "$6$", 3) == 0);
	ck_assert(password_matches("seven green bicycles", one));
	ck_assert(!password_matches("seven green bicycle", one));
	ck_assert(!password_matches("", one));
	ck_assert(!password_matches("", ""));
	ck_assert(!password_matches("x", "nonsense"));
	ck_assert(!password_is_old(one));
	ck_assert(password_is_old("$6$salt$hash"));
	ck_assert(password_is_old("$y$j75$salt$hash"));	/* a cheaper one */
}
END_TEST

/* --- networks ---------------------------------------------------------------- */

static const struct {
	const char *list, *address;
	bool in;
} nets[] = {
	{ "192.0.2.1", "192.0.2.1", true }, { "192.0.2.1", "192.0.2.2", false },
	{ "192.0.2.0/24", "192.0.2.255", true },
	{ "192.0.2.0/24", "192.0.3.0", false },
	{ "192.0.2.128/25", "192.0.2.127", false },
	{ "192.0.2.128/25", "192.0.2.128", true },
	{ "0.0.0.0/0", "203.0.113.9", true }, { "0.0.0.0/0", "::1", false },
	{ "127.0.0.1,::1", "::1", true }, { "2001:db8::/33", "2001:db8:7fff::",
	true }, { "2001:db8::/33", "2001:db8:8000::", false },
	{ "", "192.0.2.1", false }, { "192.0.2.0/24", "", false },
	{ "192.0.2.0/24", "mars", false }, { "mars,192.0.2.1", "192.0.2.1",
	true },
};

START_TEST(an_address_is_in_a_network_or_not)
{
	ck_assert_msg(net_listed(strv(nets[_i].list),
	    strv(nets[_i].address)) == nets[_i].in, "%s %s", nets[_i].list,
	    nets[_i].address);
}
END_TEST

START_TEST(neighbours_share_a_network)
{
	char a[NET_TEXT], b[NET_TEXT];

	net_of(STRV("192.0.2.7"), a);
	net_of(STRV("192.0.2.250"), b);
	ck_assert_str_eq(a, b);
	net_of(STRV("192.0.3.7"), b);
	ck_assert_str_ne(a, b);
	net_of(STRV("2001:db8:1:2::3"), a);
	net_of(STRV("2001:db8:1:ffff::9"), b);
	ck_assert_str_eq(a, b);
	net_of(STRV(""), b);
	ck_assert_str_ne(a, b);
}
END_TEST

/* --- waits -------------------------------------------------------------------- */

#define PEER STRV("192.0.2.1")

START_TEST(each_wrong_try_after_three_doubles_the_wait_up_to_a_minute)
{
	static const int64_t waits[] = { 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60 };

	now_freeze(T0);
	delay_reset();
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		delay_failed(STRV("bob"), PEER);
		ck_assert_int_eq(delay_left(STRV("bob"), STRV("203.0.113.1")),
		    waits[i]);
	}
	ck_assert_int_eq(delay_left(STRV("eve"), STRV("192.0.2.200")), 60);
	ck_assert_int_eq(delay_left(STRV("eve"), STRV("203.0.113.1")), 0);
	now_freeze(T0 + 59999);
	ck_assert_int_eq(delay_left(STRV("bob"), STRV("203.0.113.1")), 1);
	now_freeze(T0 + 60000);		/* a wait, never a lock */
	ck_assert_int_eq(delay_left(STRV("bob"), PEER), 0);
	delay_failed(STRV("bob"), PEER);
	delay_forgive(STRV("bob"));
	ck_assert_int_eq(delay_left(STRV("bob"), STRV("203.0.113.1")), 0);
	delay_reset();
	now_freeze(-1);
}
END_TEST

/* --- sessions ----------------------------------------------------------------- */

static void login(int64_t admin, char cookie[SECRET_TEXT], struct session *s)
{
	session_new(admin, STRV("192.0.2.1"), STRV("Browser/1"), cookie, s);
}

START_TEST(a_session_ends_when_it_rests_and_when_it_is_old)
{
	char cookie[SECRET_TEXT];
	struct session s;
	int64_t at = T0;

	sessions_unload();
	now_freeze(at);
	login(7, cookie, &s);
	now_freeze(at += SESSION_IDLE_MS - 1);
	ck_assert(session_find(strv(cookie), &s));
	now_freeze(at += SESSION_IDLE_MS);
	ck_assert(!session_find(strv(cookie), &s));

	now_freeze(at);
	login(7, cookie, &s);
	for (int64_t t = 0; t + 60000 < SESSION_MAX_MS; t += 60000) {
		now_freeze(at + t);
		ck_assert(session_find(strv(cookie), &s));
	}
	now_freeze(at + SESSION_MAX_MS);
	ck_assert(!session_find(strv(cookie), &s));
	now_freeze(-1);
}
END_TEST

START_TEST(proving_oneself_gives_a_new_cookie_and_the_old_one_is_dead)
{
	char cookie[SECRET_TEXT], newer[SECRET_TEXT];
	struct session s;

	sessions_unload();
	now_freeze(T0);
	login(7, cookie, &s);
	ck_assert(session_is_fresh(&s));
	now_freeze(T0 + SESSION_FRESH_MS);
	ck_assert(session_find(strv(cookie), &s));
	ck_assert(!session_is_fresh(&s));
	ck_assert(session_prove(s.id, newer, &s));
	ck_assert(session_is_fresh(&s));
	ck_assert(!session_find(strv(cookie), &s));
	ck_assert(session_find(strv(newer), &s));
	ck_assert(!session_end(strv(s.id), 8));	/* another's */
	ck_assert(session_end(strv(s.id), 7));
	ck_assert(!session_find(strv(newer), &s));
	now_freeze(-1);
}
END_TEST

START_TEST(who_opens_too_many_loses_his_oldest_and_nobody_elses)
{
	char mine[SECRET_TEXT], first[SECRET_TEXT], other[SECRET_TEXT];
	struct session s;

	sessions_unload();
	now_freeze(T0);
	login(8, other, &s);
	now_freeze(T0 + 1);
	login(7, first, &s);
	for (int i = 0; i < 20; i++) {
		now_freeze(T0 + 2 + i);
		login(7, mine, &s);
	}
	ck_assert(!session_find(strv(first), &s));
	ck_assert(session_find(strv(mine), &s));
	ck_assert(session_find(strv(other), &s));
	session_end_all(7, s.id);
	ck_assert(!session_find(strv(mine), &s));
	sessions_unload();
	now_freeze(-1);
}
END_TEST

/* --- repetitions ---------------------------------------------------------------- */

START_TEST(an_answer_is_kept_for_a_day_and_for_its_asker)
{
	unsigned char print[SECRET_HASH] = { 1 }, other[SECRET_HASH] = { 2 };
	struct strv bob = STRV("bob"), key = STRV("k");
	unsigned status = 0;
	struct buf b;

	buf_init(&b, 1024);
	now_freeze(T0);
	ck_assert(replay_find(bob, key, print, &status, &b) == REPLAY_NEW);
	ck_assert(replay_find(bob, key, print, &status, &b) == REPLAY_BUSY);
	ck_assert(replay_find(STRV("eve"), key, print, &status, &b) ==
	    REPLAY_NEW);
	replay_keep(bob, key, 200, STRV("{}"));
	ck_assert(replay_find(bob, key, other, &status, &b) == REPLAY_OTHER);
	ck_assert(replay_find(bob, key, print, &status, &b) == REPLAY_SAME);
	ck_assert_uint_eq(status, 200);
	ck_assert_str_eq(b.p, "{}");
	now_freeze(T0 + (int64_t)24 * 60 * 60 * 1000 + 1);
	ck_assert(replay_find(bob, key, other, &status, &b) == REPLAY_NEW);
	replay_drop(bob, key);
	ck_assert(replay_find(bob, key, print, &status, &b) == REPLAY_NEW);
	replay_reset();
	buf_deinit(&b);
	now_freeze(-1);
}
END_TEST

/* --- cursors ---------------------------------------------------------------------- */

START_TEST(a_cursor_opens_only_what_gave_it_and_untouched)
{
	static const struct op lists[] = {
		{ .path = "/a", .answer = "[name+ size:int+]" },
		{ .path = "/b", .answer = "[name+ size:int+]" } };
	struct op_call *list = op_call_new(&lists[0], STRV("x"), AS_ALL,
	    NULL, NULL), *other = op_call_new(&lists[1], STRV("x"), AS_ALL,
	    NULL, NULL);
	struct buf cursor, place;
	char *text;

	buf_init(&cursor, 512);
	buf_init(&place, 512);
	cursor_seal(list, STRV("sip:bob@example.org"), &cursor);
	ck_assert(cursor_open(list, buf_strv(&cursor), &place));
	ck_assert_str_eq(place.p, "sip:bob@example.org");
	ck_assert(!cursor_open(other, buf_strv(&cursor), &place));
	text = buf_steal(&cursor);
	for (size_t i = 0; text[i] && text[i] != '.'; i++) {
		char was = text[i];

		text[i] = was == 'A' ? 'B' : 'A';
		/* the last digit has bits that mean nothing */
		if (text[i + 1] && text[i + 1] != '.')
			ck_assert(!cursor_open(list, strv(text), &place));
		text[i] = was;
	}
	for (size_t n = 0; n < strlen(text); n++)
		ck_assert(!cursor_open(list, (struct strv){ text, n },
		    &place));
	ck_assert(op_call_sort(other, STRV("-size"), &place));
	cursor_seal(other, STRV("bob"), &cursor);
	ck_assert(cursor_open(other, buf_strv(&cursor), &place));
	ck_assert(op_call_sort(other, STRV("size"), &place));
	ck_assert(!cursor_open(other, buf_strv(&cursor), &place));
	cursor_seal(other, STRV("bob"), &cursor);
	ck_assert(op_call_filter(other, STRV("size>2"), &place));
	ck_assert(!cursor_open(other, buf_strv(&cursor), &place));
	free(text);
	op_call_free(list);
	op_call_free(other);
	buf_deinit(&cursor);
	buf_deinit(&place);
}
END_TEST

/* --- events ----------------------------------------------------------------------- */

static size_t heard;
static char last[64];

static void listen(const char *topic)
{
	(void)topic;
	heard++;
}

static bool wants_config(const char *topic, void *arg)
{
	(void)arg;
	return strcmp(topic, "config") == 0;
}

static void take(uint64_t number, const char *topic, struct strv json,
    void *arg)
{
	(void)arg;
	(void)snprintf(last, sizeof(last), "%s %.*s", topic, STRV_ARG(json));
	ck_assert_uint_gt(number, 0);
}

START_TEST(who_reads_events_gets_his_topics_in_order_or_hears_of_the_gap)
{
	struct event_reader r = { wants_config, take, NULL };
	uint64_t after;
	bool lost;

	event_publish("config", STRV("0"));	/* nobody listens */
	event_listen(listen);
	after = event_newest();
	event_publish("config", STRV("1"));
	event_publish("stats", STRV("2"));
	event_publish("config", STRV("3"));
	ck_assert_uint_eq(heard, 3);
	ck_assert(event_next(&after, &r, &lost) && !lost);
	ck_assert_str_eq(last, "config 1");
	ck_assert(event_next(&after, &r, &lost) && !lost);
	ck_assert_str_eq(last, "config 3");
	ck_assert(!event_next(&after, &r, &lost) && !lost);
	for (int i = 0; i < EVENT_RING + 1; i++)
		event_publish("config", STRV("4"));
	ck_assert(event_next(&after, &r, &lost) && lost);
	event_reset();
}
END_TEST

START_TEST(events_have_a_limit_in_bytes_too)
{
	size_t n = EVENT_BYTES / 3;
	char *big = calloc(1, n);
	struct event_reader r = { wants_config, take, NULL };
	uint64_t after;
	bool lost;

	memset(big, 'x', n);
	event_listen(listen);
	after = event_newest();
	for (int i = 0; i < 5; i++)
		event_publish("config", (struct strv){ big, n });
	ck_assert(event_next(&after, &r, &lost) && lost);
	event_reset();
	free(big);
}
END_TEST

#define N(table) ((int)(sizeof(table) / sizeof(table[0])))

Suite *suite(void)
{
	Suite *s = suite_create("auth");
	TCase *tc = tcase_create("auth");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, codes_are_those_of_rfc_6238, 0,
	    N(vectors));
	tcase_add_test(tc, a_code_is_good_one_step_around_and_not_twice);
	tcase_add_test(tc, base32_is_that_of_rfc_4648);
	tcase_add_loop_test(tc,
	    a_password_is_long_and_not_the_first_that_comes_to_mind,
	    0, N(passwords));
	tcase_add_test(tc, a_password_of_257_bytes_is_refused);
	tcase_add_test(tc, a_hash_fits_its_password_alone);
	tcase_add_loop_test(tc, an_address_is_in_a_network_or_not, 0,
	    N(nets));
	tcase_add_test(tc, neighbours_share_a_network);
	tcase_add_test(tc,
	    each_wrong_try_after_three_doubles_the_wait_up_to_a_minute);
	tcase_add_test(tc, a_session_ends_when_it_rests_and_when_it_is_old);
	tcase_add_test(tc,
	    proving_oneself_gives_a_new_cookie_and_the_old_one_is_dead);
	tcase_add_test(tc,
	    who_opens_too_many_loses_his_oldest_and_nobody_elses);
	tcase_add_test(tc, an_answer_is_kept_for_a_day_and_for_its_asker);
	tcase_add_test(tc, a_cursor_opens_only_what_gave_it_and_untouched);
	tcase_add_test(tc,
	    who_reads_events_gets_his_topics_in_order_or_hears_of_the_gap);
	tcase_add_test(tc, events_have_a_limit_in_bytes_too);
	suite_add_tcase(s, tc);
	return s;
}
