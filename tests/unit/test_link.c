/* test_link.c - dir/link.h: tokens that open one leg and nothing else. */

#include <stdio.h>

#include "conf/conf.h"
#include "dir/link.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"

#define URL	"https://msg.example.org/"
#define LEG	UINT64_C(0x61f3a2b4c5d601)
#define DAY	INT64_C(86400000)

static struct buf out;
static char key[512];

static void setup(void)
{
	const char *dir = scratch_new();

	world_open(dir);
	(void)snprintf(key, sizeof(key), "%s/link.key", dir);
	ck_assert(conf_seal_open(key) == ERR_OK);
	buf_init(&out, 1024);
	ck_assert(world_set("set link address 127.0.0.1:0"));
	ck_assert(world_set("set link url " URL));
}

static void teardown(void)
{
	buf_deinit(&out);
	world_close();
}

static struct strv token(uint64_t leg)
{
	buf_clear(&out);
	ck_assert(link_make(leg, &out));
	ck_assert_uint_eq(out.n, strlen(URL) + LINK_TOKEN);
	return (struct strv){ out.p + strlen(URL), LINK_TOKEN };
}

static bool opens(struct strv t)
{
	uint64_t leg = 99;
	bool ok = link_read(t, &leg);

	ck_assert(ok || leg == 0);
	return ok;
}

/* --- tokens; proves MLD-033 ----------------------------------------------- */

START_TEST(a_token_names_its_leg)
{
	static const uint64_t legs[] = { 1, 255, LEG, LEG + 1, INT64_MAX };

	for (size_t i = 0; i < sizeof(legs) / sizeof(*legs); i++) {
		uint64_t leg = 0;
		struct strv t = token(legs[i]);

		ck_assert(link_read(t, &leg));
		ck_assert_uint_eq(leg, legs[i]);
		ck_assert_uint_eq(strspn(t.p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz0123456789-_"), LINK_TOKEN);
	}
}
END_TEST

START_TEST(any_flipped_bit_makes_it_nothing)
{
	char t[LINK_TOKEN];

	memcpy(t, token(LEG).p, LINK_TOKEN);
	for (size_t bit = 0; bit < 8 * sizeof(t); bit++) {
		t[bit / 8] ^= (char)(1 << bit % 8);
		ck_assert_msg(!opens((struct strv){ t, sizeof(t) }),
		    "bit %zu", bit);
		t[bit / 8] ^= (char)(1 << bit % 8);
	}
	ck_assert(opens((struct strv){ t, sizeof(t) }));
}
END_TEST

START_TEST(no_other_character_stands_for_one_of_it)
{
	char t[LINK_TOKEN];

	memcpy(t, token(LEG).p, LINK_TOKEN);
	for (size_t i = 0; i < sizeof(t); i++) {
		char was = t[i];

		for (int c = 0; c < 256; c++) {
			t[i] = (char)c;
			ck_assert(opens((struct strv){ t, sizeof(t) }) ==
			    (t[i] == was));
		}
		t[i] = was;
	}
}
END_TEST

START_TEST(a_part_of_it_or_more_than_it_is_nothing)
{
	char t[2 * LINK_TOKEN];

	memset(t, 'A', sizeof(t));
	memcpy(t, token(LEG).p, LINK_TOKEN);
	for (size_t n = 0; n < sizeof(t); n++)
		ck_assert(opens((struct strv){ t, n }) == (n == LINK_TOKEN));
}
END_TEST

START_TEST(the_key_file_makes_the_tokens)
{
	char t[LINK_TOKEN], other[520];

	memcpy(t, token(LEG).p, LINK_TOKEN);
	(void)snprintf(other, sizeof(other), "%s2", key);
	ck_assert(conf_seal_open(other) == ERR_OK);
	ck_assert(!opens((struct strv){ t, sizeof(t) }));
	ck_assert(conf_seal_open(key) == ERR_OK);
	ck_assert(opens((struct strv){ t, sizeof(t) }));
}
END_TEST

/* --- settings ------------------------------------------------------------- */

START_TEST(without_a_url_there_are_no_links)
{
	ck_assert(world_set("delete link url"));
	buf_clear(&out);
	ck_assert(!link_make(LEG, &out));
	ck_assert_uint_eq(out.n, 0);
	ck_assert(world_set("set link url https://m.example.org/c"));
	ck_assert(link_make(LEG, &out));
	ck_assert(strncmp(out.p, "https://m.example.org/c/", 24) == 0);
}
END_TEST

static const char *const wrong[] = {
	"http://msg.example.org/", "msg.example.org", "https:///path",
	"https://m.example.org/?t=", "\"https://m.example.org/ \"",
	"https://m.example.org/#x",
};

START_TEST(a_wrong_url_is_refused)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "set link url %s", wrong[_i]);
	ck_assert(!world_set(line));
	ck_assert_msg(strstr(world_body(), "https://msg.example.org/") != NULL,
	    "%s", world_body());
}
END_TEST

START_TEST(a_url_needs_somebody_who_answers)
{
	ck_assert(!world_set("delete link address"));
	ck_assert(strstr(world_body(), "give link address, too") != NULL);
}
END_TEST

START_TEST(a_link_lasts_as_long_as_the_policy_or_the_leg)
{
	ck_assert_int_eq(link_ends(1000, 2000), 1000 + 7 * DAY);
	ck_assert(world_set("set policy ucn link-days 2"));
	ck_assert_int_eq(link_ends(1000, 2000), 1000 + 2 * DAY);
	ck_assert_int_eq(link_ends(1000, 3 * DAY), 3 * DAY);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("link");
	TCase *tc = tcase_create("link");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_token_names_its_leg);
	tcase_add_test(tc, any_flipped_bit_makes_it_nothing);
	tcase_add_test(tc, no_other_character_stands_for_one_of_it);
	tcase_add_test(tc, a_part_of_it_or_more_than_it_is_nothing);
	tcase_add_test(tc, the_key_file_makes_the_tokens);
	tcase_add_test(tc, without_a_url_there_are_no_links);
	tcase_add_rows(tc, a_wrong_url_is_refused, wrong);
	tcase_add_test(tc, a_url_needs_somebody_who_answers);
	tcase_add_test(tc, a_link_lasts_as_long_as_the_policy_or_the_leg);
	suite_add_tcase(s, tc);
	return s;
}
