/* test_sip_tables.c - port/sip/outcome.h, replays.h and nonces.h. */

#include <stdio.h>

#include "port/sip/nonces.h"
#include "port/sip/outcome.h"
#include "port/sip/replays.h"
#include "runner.h"

#define HOUR	3600000

static const struct { int status; enum err err; bool gone; } answers[] = {
	{ 200, ERR_OK, false },
	{ 202, ERR_OK, false },
	{ 302, ERR_REJECTED, false },
	{ 400, ERR_BAD_SYNTAX, false },
	{ 403, ERR_REJECTED, false },
	{ 404, ERR_NO_USER, false },
	{ 408, ERR_OFFLINE, false },
	{ 410, ERR_NO_USER, true },
	{ 413, ERR_TOO_BIG, false },
	{ 415, ERR_BAD_CONTENT, false },
	{ 430, ERR_OFFLINE, true },
	{ 480, ERR_OFFLINE, false },
	{ 486, ERR_OFFLINE, false },
	{ 488, ERR_BAD_CONTENT, false },
	{ 500, ERR_OFFLINE, false },
	{ 503, ERR_OFFLINE, false },
	{ 603, ERR_REJECTED, false },
	{ 606, ERR_BAD_CONTENT, false },
	{ 699, ERR_REJECTED, false },
	{ 1000, ERR_REJECTED, false }
};

START_TEST(an_answer_means)
{
	const struct outcome_row *r = outcome_of(answers[_i].status);

	ck_assert_int_eq(r->err, answers[_i].err);
	ck_assert(r->gone == answers[_i].gone);
}
END_TEST

static const struct { enum err a, b, all; } sums[] = {
	{ ERR_OK, ERR_REJECTED, ERR_REJECTED },
	{ ERR_BAD_CONTENT, ERR_REJECTED, ERR_REJECTED },
	{ ERR_BAD_CONTENT, ERR_NO_USER, ERR_NO_USER },
	{ ERR_REJECTED, ERR_OFFLINE, ERR_OFFLINE },
	{ ERR_OFFLINE, ERR_BAD_CONTENT, ERR_OFFLINE },
	{ ERR_OFFLINE, ERR_OK, ERR_OFFLINE }
};

START_TEST(answers_add_up_in_any_order)
{
	ck_assert_int_eq(outcome_add(outcome_add(ERR_OK, sums[_i].a),
	    sums[_i].b), sums[_i].all);
	ck_assert_int_eq(outcome_add(outcome_add(ERR_OK, sums[_i].b),
	    sums[_i].a), sums[_i].all);
}
END_TEST

static struct replay *answered(struct replays *t, uint64_t key, int64_t now)
{
	struct replay *e = replays_begin(t, key, 1, now);

	replays_answer(t, e, 202, NULL, NULL, now);
	return e;
}

START_TEST(an_answer_is_known_for_32_s)
{
	struct replays *t = replays_new();
	struct replay *e;

	ck_assert_ptr_null(replays_find(t, 7, 1000));
	e = answered(t, 7, 1000);
	ck_assert_ptr_eq(replays_find(t, 7, 1000 + REPLAYS_MS - 1), e);
	ck_assert_int_eq(e->status, 202);
	ck_assert_ptr_null(replay_phrase(e));
	ck_assert_ptr_null(replay_headers(e));
	ck_assert_ptr_null(replays_find(t, 7, 1000 + REPLAYS_MS));
	replays_free(t);
}
END_TEST

START_TEST(what_is_not_answered_is_not_forgotten)
{
	struct replays *t = replays_new();
	struct replay *e = replays_begin(t, 7, 1, 1000);

	replays_expire(t, 1000 + 10 * REPLAYS_MS);
	ck_assert_ptr_eq(replays_find(t, 7, 1000 + 10 * REPLAYS_MS), e);
	ck_assert_int_eq(e->status, 0);
	replays_forget(t, e);
	ck_assert_ptr_null(replays_find(t, 7, 1000));
	ck_assert_uint_eq(replays_bytes(t), 0);
	replays_free(t);
}
END_TEST

START_TEST(an_answer_is_kept_with_its_words)
{
	static const struct { const char *phrase, *headers; } words[] = {
		{ "Not Now", "Retry-After: 5\r\n" }, { "Not Now", NULL },
		{ NULL, "Retry-After: 5\r\n" }
	};
	struct replays *t = replays_new();

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct replay *e = replays_begin(t, i, 1, 0);

		replays_answer(t, e, 503, words[i].phrase, words[i].headers,
		    0);
		ck_assert_pstr_eq(replay_phrase(e), words[i].phrase);
		ck_assert_pstr_eq(replay_headers(e), words[i].headers);
		ck_assert_uint_eq(strlen(e->tag), REPLAYS_TAG);
	}
	replays_free(t);
}
END_TEST

START_TEST(the_newest_of_a_key_is_found_and_old_ones_expire)
{
	struct replays *t = replays_new();
	struct replay *e;

	answered(t, 7, 1000);
	e = answered(t, 7, 2000);
	ck_assert_ptr_eq(replays_find(t, 7, 2000), e);
	replays_expire(t, 1000 + REPLAYS_MS);
	ck_assert_uint_eq(replays_bytes(t), sizeof(*e));
	ck_assert_ptr_eq(replays_find(t, 7, 1000 + REPLAYS_MS), e);
	replays_expire(t, 2000 + REPLAYS_MS);
	ck_assert_uint_eq(replays_bytes(t), 0);
	replays_free(t);
}
END_TEST

START_TEST(the_oldest_answer_gives_way)
{
	static char text[1 << 20];
	struct replays *t = replays_new();
	uint64_t n = REPLAYS_BYTES / sizeof(text) + 8;

	memset(text, 'x', sizeof(text) - 1);
	for (uint64_t i = 0; i < n; i++)
		replays_answer(t, replays_begin(t, i, 1, 0), 200, NULL, text,
		    0);
	answered(t, n, 0);
	ck_assert_uint_le(replays_bytes(t), REPLAYS_BYTES + 1024);
	ck_assert_ptr_null(replays_find(t, 0, 0));
	ck_assert_ptr_nonnull(replays_find(t, n, 0));
	ck_assert_ptr_nonnull(replays_find(t, n - 1, 0));
	replays_free(t);
}
END_TEST

START_TEST(a_count_works_once)
{
	struct nonces *t = nonces_new(0);
	struct strv n = STRV("n");

	ck_assert(!nonces_use(t, n, 0, 1, HOUR));
	ck_assert(nonces_use(t, n, 1, 1, HOUR));
	ck_assert(!nonces_use(t, n, 1, 1, HOUR));
	ck_assert(nonces_use(t, n, 5, 1, HOUR));
	ck_assert(nonces_use(t, n, 3, 1, HOUR));	/* overtaken */
	ck_assert(!nonces_use(t, n, 3, 1, HOUR));
	ck_assert(!nonces_use(t, n, 5, 1, HOUR));
	ck_assert(nonces_use(t, STRV("other"), 1, 1, HOUR));
	nonces_free(t);
}
END_TEST

START_TEST(a_count_far_behind_is_refused)
{
	struct nonces *t = nonces_new(0);
	struct strv n = STRV("n");

	ck_assert(nonces_use(t, n, 200, 1, HOUR));
	ck_assert(nonces_use(t, n, 200 - NONCES_WINDOW + 1, 1, HOUR));
	ck_assert(!nonces_use(t, n, 200 - NONCES_WINDOW, 1, HOUR));
	ck_assert(nonces_use(t, n, UINT32_MAX, 1, HOUR));
	ck_assert(!nonces_use(t, n, 200, 1, HOUR));
	nonces_free(t);
}
END_TEST

START_TEST(nonces_from_before_the_start_are_stale)
{
	struct nonces *t = nonces_new(10 * HOUR);

	ck_assert_int_eq(nonces_age(t, 10 * HOUR + 5, HOUR), 5);
	ck_assert_int_eq(nonces_age(t, 12 * HOUR, HOUR), HOUR);
	ck_assert_int_eq(nonces_age(t, 9 * HOUR, HOUR), 0);
	nonces_free(t);
}
END_TEST

/* When counts are forgotten, so is the right to use a nonce that old. */
START_TEST(a_forgotten_count_cannot_be_used_again)
{
	struct nonces *t = nonces_new(0);
	char s[20];

	for (int i = 0; i <= NONCES_MAX; i++) {
		snprintf(s, sizeof(s), "%d", i);
		ck_assert(nonces_use(t, strv(s), 1, 1000 + i, HOUR));
	}
	ck_assert(!nonces_known(t, STRV("0")));
	ck_assert(nonces_known(t, STRV("1")));
	ck_assert_int_eq(nonces_age(t, 1500, HOUR), 500);
	nonces_free(t);
}
END_TEST

START_TEST(counts_too_old_to_matter_are_dropped)
{
	struct nonces *t = nonces_new(0);

	ck_assert(nonces_use(t, STRV("a"), 1, 0, HOUR));
	ck_assert(nonces_use(t, STRV("b"), 1, HOUR + 1, HOUR));
	ck_assert(!nonces_known(t, STRV("a")));
	ck_assert(nonces_known(t, STRV("b")));
	nonces_free(t);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sip tables");
	TCase *tc = tcase_create("tables");

	tcase_add_rows(tc, an_answer_means, answers);
	tcase_add_rows(tc, answers_add_up_in_any_order, sums);
	tcase_add_test(tc, an_answer_is_known_for_32_s);
	tcase_add_test(tc, what_is_not_answered_is_not_forgotten);
	tcase_add_test(tc, an_answer_is_kept_with_its_words);
	tcase_add_test(tc, the_newest_of_a_key_is_found_and_old_ones_expire);
	tcase_add_test(tc, the_oldest_answer_gives_way);
	tcase_add_test(tc, a_count_works_once);
	tcase_add_test(tc, a_count_far_behind_is_refused);
	tcase_add_test(tc, nonces_from_before_the_start_are_stale);
	tcase_add_test(tc, a_forgotten_count_cannot_be_used_again);
	tcase_add_test(tc, counts_too_old_to_matter_are_dropped);
	suite_add_tcase(s, tc);
	return s;
}
