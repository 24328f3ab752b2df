/* test_jsonw.c - base/jsonw.h. */

#include <signal.h>

#include "base/jsonw.h"
#include "runner.h"

static struct buf out;
static struct jsonw w;

static void setup(void)
{
	buf_init(&out, 4096);
	jsonw_init(&w, &out);
}

static void teardown(void)
{
	buf_deinit(&out);
}

START_TEST(an_object_has_its_commas)
{
	jsonw_object(&w, NULL);
	jsonw_str(&w, "a", STRV("x"));
	jsonw_int(&w, "b", -7);
	jsonw_array(&w, "c");
	jsonw_int(&w, NULL, 1);
	jsonw_bool(&w, NULL, true);
	jsonw_object(&w, NULL);
	jsonw_end(&w);
	jsonw_array(&w, NULL);
	jsonw_end(&w);
	jsonw_end(&w);
	jsonw_null(&w, "d");
	jsonw_str(&w, "e", STRV_NONE);
	jsonw_raw(&w, "f", STRV("[2]"));
	jsonw_bool(&w, "g", false);
	jsonw_end(&w);
	ck_assert_str_eq(out.p, "{\"a\":\"x\",\"b\":-7,\"c\":[1,true,{},[]],"
	    "\"d\":null,\"e\":null,\"f\":[2],\"g\":false}");
}
END_TEST

START_TEST(a_lone_value_is_a_text)
{
	jsonw_int(&w, NULL, 5);
	ck_assert_str_eq(out.p, "5");
}
END_TEST

static const struct {
	struct strv v;
	const char *json;
} strings[] = {
	{ { "", 0 }, "\"\"" },
	{ { "plain", 5 }, "\"plain\"" },
	{ { "a\"b\\c/", 6 }, "\"a\\\"b\\\\c/\"" },
	{ { "\b\f\n\r\t", 5 }, "\"\\b\\f\\n\\r\\t\"" },
	{ { "\0\x1f\x7f", 3 }, "\"\\u0000\\u001f\\u007f\"" },
	{ { "\xc3\xb6", 2 }, "\"\xc3\xb6\"" },
	{ { "\xf0\x9f\x98\x80", 4 }, "\"\xf0\x9f\x98\x80\"" },
	{ { "a\xff" "b", 3 }, "\"a\xef\xbf\xbd" "b\"" },
	{ { "\xc3", 1 }, "\"\xef\xbf\xbd\"" },
	{ { "\xed\xa0\x80", 3 },
	  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
};

START_TEST(a_string_is_escaped_and_its_bad_bytes_are_replaced)
{
	jsonw_str(&w, NULL, strings[_i].v);
	ck_assert_str_eq(out.p, strings[_i].json);
}
END_TEST

/* Eight bytes are looked at together: one that is not plain, anywhere. */
START_TEST(every_byte_is_seen_at_every_place)
{
	char text[20];

	for (size_t n = 1; n <= sizeof(text); n++) {
		for (size_t at = 0; at < n; at++) {
			for (int c = 0; c < 256; c++) {
				bool special = c < ' ' || c >= 0x7f ||
				    c == '"' || c == '\\';

				memset(text, 'a', sizeof(text));
				text[at] = (char)c;
				ck_assert_int_eq(jsonw_is_plain((struct strv){
				    text, n }), !special);
			}
		}
	}
}
END_TEST

START_TEST(a_name_is_escaped_too)
{
	jsonw_object(&w, NULL);
	jsonw_int(&w, "a\"b", 1);
	jsonw_end(&w);
	ck_assert_str_eq(out.p, "{\"a\\\"b\":1}");
}
END_TEST

START_TEST(the_whole_range_of_64_bits_is_written)
{
	jsonw_array(&w, NULL);
	jsonw_int(&w, NULL, INT64_MAX);
	jsonw_int(&w, NULL, INT64_MIN);
	jsonw_end(&w);
	ck_assert_str_eq(out.p,
	    "[9223372036854775807,-9223372036854775808]");
}
END_TEST

START_TEST(what_does_not_fit_shows_in_the_buffer)
{
	struct buf small;

	buf_init(&small, 8);
	jsonw_init(&w, &small);
	jsonw_str(&w, NULL, STRV("123456"));
	ck_assert(!small.full);
	buf_clear(&small);
	jsonw_init(&w, &small);
	jsonw_str(&w, NULL, STRV("1234567"));
	ck_assert(small.full);
	buf_deinit(&small);
}
END_TEST

START_TEST(thirty_two_levels_are_written)
{
	for (int i = 0; i < JSONW_DEPTH; i++)
		jsonw_array(&w, NULL);
	for (int i = 0; i < JSONW_DEPTH; i++)
		jsonw_end(&w);
	ck_assert_uint_eq(out.n, 2 * JSONW_DEPTH);
}
END_TEST

START_TEST(a_level_more_aborts)
{
	for (int i = 0; i <= JSONW_DEPTH; i++)
		jsonw_array(&w, NULL);
}
END_TEST

START_TEST(a_member_without_name_aborts)
{
	jsonw_object(&w, NULL);
	jsonw_int(&w, NULL, 1);
}
END_TEST

START_TEST(an_element_with_name_aborts)
{
	jsonw_array(&w, NULL);
	jsonw_int(&w, "a", 1);
}
END_TEST

START_TEST(a_second_outermost_value_aborts)
{
	jsonw_int(&w, NULL, 1);
	jsonw_int(&w, NULL, 1);
}
END_TEST

START_TEST(an_end_too_many_aborts)
{
	jsonw_end(&w);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("jsonw");
	TCase *tc = tcase_create("jsonw");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, an_object_has_its_commas);
	tcase_add_test(tc, a_lone_value_is_a_text);
	tcase_add_rows(tc, a_string_is_escaped_and_its_bad_bytes_are_replaced,
	    strings);
	tcase_add_test(tc, every_byte_is_seen_at_every_place);
	tcase_add_test(tc, a_name_is_escaped_too);
	tcase_add_test(tc, the_whole_range_of_64_bits_is_written);
	tcase_add_test(tc, what_does_not_fit_shows_in_the_buffer);
	tcase_add_test(tc, thirty_two_levels_are_written);
	tcase_add_test_raise_signal(tc, a_level_more_aborts, SIGABRT);
	tcase_add_test_raise_signal(tc, a_member_without_name_aborts, SIGABRT);
	tcase_add_test_raise_signal(tc, an_element_with_name_aborts, SIGABRT);
	tcase_add_test_raise_signal(tc, a_second_outermost_value_aborts,
	    SIGABRT);
	tcase_add_test_raise_signal(tc, an_end_too_many_aborts, SIGABRT);
	suite_add_tcase(s, tc);
	return s;
}
