/* test_lookup.c - port/lookup/answer.h: URLs, questions and answers. */

#include <stdio.h>

#include "port/lookup/answer.h"
#include "runner.h"

static struct buf out, why;

static void setup(void)
{
	buf_init(&out, 1024);
	buf_init(&why, 1024);
}

static void teardown(void)
{
	buf_deinit(&out);
	buf_deinit(&why);
}

/* --- addresses ------------------------------------------------------------ */

static const struct {
	const char *url, *host;
	unsigned port;
	bool tls;
} good[] = {
	{ "https://hlr.example.net/{number}", "hlr.example.net", 443, true },
	{ "https://hlr.example.net:8443/a/{digits}?x=1", "hlr.example.net",
	  8443, true },
	{ "https://h?n={number}&d={digits}", "h", 443, true },
	{ "http://127.0.0.1:80/{number}", "127.0.0.1", 80, false },
	{ "http://localhost/{number}", "localhost", 80, false },
	{ "https://[2001:db8::1]:65535/{number}", "2001:db8::1", 65535,
	  true },
	{ "http://[::1]/{number}", "::1", 80, false },
};

START_TEST(an_address_has_a_server_and_a_place_for_the_number)
{
	struct answer_server s;

	ck_assert_msg(answer_check(strv(good[_i].url), &s, &why) == ERR_OK,
	    "%s", why.p);
	ck_assert_str_eq(s.host, good[_i].host);
	ck_assert_uint_eq(s.port, good[_i].port);
	ck_assert(s.tls == good[_i].tls);
}
END_TEST

static const struct {
	const char *url, *why;
} bad[] = {
	{ "", "begin with https://" },
	{ "ftp://h/{number}", "begin with https://" },
	{ "http://hlr.example.net/{number}", "by https:// only" },
	{ "https:///{number}", "no host" },
	{ "https://user@h/{number}", "no host, or names a user" },
	{ "https://h:0/{number}", "no host" },
	{ "https://h:65536/{number}", "no host" },
	{ "https://h:/{number}", "no host" },
	{ "https://[::1/{number}", "no host" },
	{ "https://[::1]x/{number}", "no host" },
	{ "https://h\r\nHost: x/{number}", "no host" },
	{ "https://h/", "must be in the address" },
	{ "https://h/{msisdn}", "only {number} and {digits}" },
	{ "https://h/{number", "only {number} and {digits}" },
	{ "https://h/ {number}", "must be escaped" },
	{ "https://h/{number}#x", "must be escaped" },
	{ "https://h/{number}\xc3\xa9", "must be escaped" },
};

START_TEST(a_wrong_address_is_refused_with_the_reason)
{
	struct answer_server s;

	ck_assert(answer_check(strv(bad[_i].url), &s, &why) != ERR_OK);
	ck_assert_msg(strstr(why.p, bad[_i].why) != NULL, "%s", why.p);
}
END_TEST

static const struct {
	const char *key, *url;	/* NULL: no number */
} questions[] = {
	{ "tel:+15550100002", "https://h/%2B15550100002?d=15550100002" },
	{ "tel:+1", "https://h/%2B1?d=1" },
	{ "tel:+123456789012345", "https://h/%2B123456789012345"
	  "?d=123456789012345" },
	{ "tel:+1234567890123456", NULL },
	{ "tel:+", NULL },
	{ "tel:15550100002", NULL },
	{ "tel:+1555/../", NULL },
	{ "sip:alice@example.org", NULL },
	{ "", NULL },
};

START_TEST(a_question_has_the_number_and_nothing_else)
{
	bool ok = answer_url(STRV("https://h/{number}?d={digits}"),
	    strv(questions[_i].key), &out);

	ck_assert(ok == (questions[_i].url != NULL));
	if (ok)
		ck_assert_str_eq(out.p, questions[_i].url);
}
END_TEST

/* --- answers; proves MLD-035 ---------------------------------------------- */

static const struct {
	const char *json;
	enum access_signal what;
} answers[] = {
	{ "{\"state\":\"attached\"}", HEARD_ATTACHED },
	{ "{\"state\":\"Detached\",\"access\":null}", HEARD_DETACHED },
	{ " {\"access\":\"lte\",\"state\":\"unknown\",\"more\":[1]}\n",
	  HEARD_NOTHING },
};

START_TEST(an_answer_says_where_the_phone_is)
{
	enum access_signal what = HEARD_N;

	ck_assert(answer_read(strv(answers[_i].json), &what, &why) == ERR_OK);
	ck_assert_int_eq(what, answers[_i].what);
}
END_TEST

static const char *const damaged[] = {
	"", "attached", "\"attached\"", "[]", "{}", "{\"state\":\"\"}",
	"{\"state\":1}", "{\"state\":\"here\"}", "{\"state\":\"attached\"",
	"{\"state\":\"attached\",\"state\":\"detached\"}",
	"{\"state\":\"attached\",\"access\":7}", "{\"state\":\"attached\"}x",
};

START_TEST(another_answer_says_nothing)
{
	enum access_signal what = HEARD_N;

	ck_assert(answer_read(strv(damaged[_i]), &what, &why) != ERR_OK);
	ck_assert_int_eq(what, HEARD_N);
	ck_assert_uint_gt(why.n, 0);
}
END_TEST

START_TEST(every_truncation_of_an_answer_says_nothing)
{
	struct strv s = STRV("{\"state\":\"attached\",\"access\":\"lte\"}");
	enum access_signal what;

	for (size_t n = 0; n < s.n; n++)
		ck_assert(answer_read((struct strv){ s.p, n }, &what, &why) !=
		    ERR_OK);
}
END_TEST

START_TEST(a_very_long_answer_says_nothing)
{
	enum access_signal what;

	buf_deinit(&out);
	buf_init(&out, 2 * ANSWER_MAX);
	buf_addz(&out, "{\"state\":\"attached\",\"x\":\"");
	while (out.n <= ANSWER_MAX)
		buf_addc(&out, 'x');
	buf_addz(&out, "\"}");
	ck_assert(answer_read(buf_strv(&out), &what, &why) != ERR_OK);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lookup");
	TCase *tc = tcase_create("lookup");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc,
	    an_address_has_a_server_and_a_place_for_the_number, good);
	tcase_add_rows(tc, a_wrong_address_is_refused_with_the_reason, bad);
	tcase_add_rows(tc, a_question_has_the_number_and_nothing_else,
	    questions);
	tcase_add_rows(tc, an_answer_says_where_the_phone_is, answers);
	tcase_add_rows(tc, another_answer_says_nothing, damaged);
	tcase_add_test(tc, every_truncation_of_an_answer_says_nothing);
	tcase_add_test(tc, a_very_long_answer_says_nothing);
	suite_add_tcase(s, tc);
	return s;
}
