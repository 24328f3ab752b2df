/* test_json.c - wire/json.h. */

#include <stdio.h>

#include "base/buf.h"
#include "golden.h"
#include "runner.h"
#include "wire/json.h"

#define MAX 4096
#define LIT(s) { s, sizeof(s) - 1 }

static struct json_err e;
static struct json *root;

static void setup(void)
{
	e = (struct json_err){ 0 };
	root = NULL;
}

static void teardown(void)
{
	json_free(root);
}

static struct json *parse(const char *text)
{
	root = json_parse(strv(text), MAX, &e);
	ck_assert_msg(root != NULL, "%s: %s", text, e.why);
	return root;
}

static const struct strv good[] = {
	LIT("{}"), LIT("[]"), LIT("\"\""), LIT("0"), LIT("-0"), LIT("-1.5"),
	LIT("1e5"), LIT("1E+5"), LIT("1.25e-3"), LIT("true"), LIT("false"),
	LIT("null"), LIT(" \t\r\n1\n"), LIT("[1,2]"), LIT("[[],[]]"),
	LIT("{\"a\":{},\"b\":[]}"), LIT("{ \"a\" : 1 , \"b\" : 2 }"),
	LIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\""), LIT("\"\\ud83d\\ude00\""),
	LIT("\"\x7f\xc3\xa9\xf0\x9f\x98\x80\""), LIT("{\"\":1}"),
	LIT("{\"a\":1,\"A\":2}"),
};

START_TEST(json_is_read)
{
	struct strv text = golden_cut(good[_i], good[_i].n);

	root = json_parse(text, MAX, &e);
	ck_assert_msg(root != NULL, "%s: %s", good[_i].p, e.why);
	free((char *)text.p);
}
END_TEST

static const struct {
	struct strv text;
	const char *why;
} bad[] = {
	{ LIT(""), "not JSON: expected a value at byte 1" },
	{ LIT(" "), "not JSON: expected a value at byte 2" },
	{ LIT("{} x"), "not JSON: something behind the value at byte 4" },
	{ LIT("{}{}"), "not JSON: something behind the value at byte 3" },
	{ LIT("1\0"), "not JSON: something behind the value at byte 2" },
	{ LIT("\xef\xbb\xbf{}"), "not JSON: expected a value at byte 1" },
	{ LIT("{\"a\":\"\xe9\"}"), "not JSON: invalid UTF-8 at byte 1" },
	{ LIT("\"\\u0000\""), "not JSON: a NUL in a string at byte 8" },
	{ LIT("\"\\ud800\""), "not JSON: half a surrogate pair at byte 8" },
	{ LIT("\"\\ud800\\u0041\""),
	  "not JSON: half a surrogate pair at byte 14" },
	{ LIT("\"\\udc00\""), "not JSON: half a surrogate pair at byte 8" },
	{ LIT("\"\\u12g4\""),
	  "not JSON: \\u without four hex digits at byte 6" },
	{ LIT("\"\\u12"), "not JSON: \\u without four hex digits at byte 6" },
	{ LIT("\"\\x\""), "not JSON: an unknown escape at byte 3" },
	{ LIT("\"\\\0\""), "not JSON: an unknown escape at byte 3" },
	{ LIT("\"\\"), "not JSON: an unknown escape at byte 3" },
	{ LIT("\"a\nb\""),
	  "not JSON: a control character in a string at byte 3" },
	{ LIT("\"a"), "not JSON: a string without end at byte 3" },
	{ LIT("'a'"), "not JSON: expected a value at byte 1" },
	{ LIT("01"), "not JSON: a number begins with 0 at byte 2" },
	{ LIT("-01"), "not JSON: a number begins with 0 at byte 3" },
	{ LIT("+1"), "not JSON: expected a value at byte 1" },
	{ LIT("-"), "not JSON: expected a value at byte 2" },
	{ LIT(".5"), "not JSON: expected a value at byte 1" },
	{ LIT("1."), "not JSON: a number without digits behind the point "
	  "at byte 3" },
	{ LIT("1e"), "not JSON: a number without exponent at byte 3" },
	{ LIT("1e+"), "not JSON: a number without exponent at byte 4" },
	{ LIT("NaN"), "not JSON: expected a value at byte 1" },
	{ LIT("nul"), "not JSON: expected a value at byte 1" },
	{ LIT("True"), "not JSON: expected a value at byte 1" },
	{ LIT("[1,]"), "not JSON: expected a value at byte 4" },
	{ LIT("[1 2]"), "not JSON: expected a comma or an end at byte 4" },
	{ LIT("[1}"), "not JSON: expected a comma or an end at byte 3" },
	{ LIT("["), "not JSON: expected a value at byte 2" },
	{ LIT("{"), "not JSON: expected a string at byte 2" },
	{ LIT("{\"a\"}"), "not JSON: expected a colon at byte 5" },
	{ LIT("{\"a\":}"), "not JSON: expected a value at byte 6" },
	{ LIT("{\"a\":1,}"), "not JSON: expected a string at byte 8" },
	{ LIT("{a:1}"), "not JSON: expected a string at byte 2" },
	{ LIT("/**/1"), "not JSON: expected a value at byte 1" },
	{ LIT("{\"a\":1,\"a\":1}"), "member 'a' is there twice" },
	{ LIT("{\"a\":1,\"\\u0061\":1}"), "member 'a' is there twice" },
	{ LIT("[{\"x\":{\"y\":1,\"z\":2,\"y\":3}}]"),
	  "member 'y' is there twice" },
};

START_TEST(what_is_not_json_is_refused_with_its_place)
{
	struct strv text = golden_cut(bad[_i].text, bad[_i].text.n);

	root = json_parse(text, MAX, &e);
	ck_assert_msg(root == NULL, "%s", bad[_i].text.p);
	ck_assert(e.bad);
	ck_assert_msg(strcmp(e.why, bad[_i].why) == 0, "%s: %s",
	    bad[_i].text.p, e.why);
	free((char *)text.p);
}
END_TEST

static const struct {
	const char *file;
	bool good;
} files[] = {
	{ "all_kinds", true }, { "deep32", true }, { "deep33", false },
	{ "twice", false }, { "nul", false }, { "trailing", false },
	{ "latin1", false },
};

START_TEST(the_golden_texts_are_read_or_refused)
{
	char path[64];
	struct strv text;

	snprintf(path, sizeof(path), "json/%s.json", files[_i].file);
	text = golden(path);
	root = json_parse(text, MAX, &e);
	ck_assert_msg((root != NULL) == files[_i].good, "%s: %s", path,
	    e.why);
	free((char *)text.p);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
	struct strv text = golden("json/all_kinds.json");

	for (size_t n = 0; n < text.n; n++) {
		struct strv part = golden_cut(text, n);

		ck_assert_ptr_null(json_parse(part, MAX, &e));
		free((char *)part.p);
	}
	free((char *)text.p);
}
END_TEST

START_TEST(a_text_of_the_greatest_size_is_read_and_one_byte_more_is_not)
{
	root = json_parse(STRV("[1, 2]"), 6, &e);
	ck_assert_ptr_nonnull(root);
	ck_assert_ptr_null(json_parse(STRV("[1, 2]"), 5, &e));
	ck_assert_str_eq(e.why, "more than 5 bytes");
}
END_TEST

START_TEST(members_have_their_types)
{
	const struct json *o = parse("{\"s\":\"x\",\"n\":-7,\"b\":true,"
	    "\"a\":[1,\"y\"],\"o\":{\"k\":null},\"z\":null}");
	struct strv s;
	int64_t n;
	bool b;

	ck_assert(strv_eq(json_need_string(o, "s", 1, &e), STRV("x")));
	ck_assert(strv_eq(json_opt_string(o, "s", 1, &e), STRV("x")));
	ck_assert_int_eq(json_need_int(o, "n", -7, 7, &e), -7);
	ck_assert_int_eq(json_opt_int(o, "n", -7, 7, 1, &e), -7);
	ck_assert(json_opt_bool(o, "b", false, &e));
	ck_assert_uint_eq(json_count(json_opt_array(o, "a", 2, &e)), 2);
	ck_assert(strv_eq(json_name(json_first(json_opt_object(o, "o", &e))),
	    STRV("k")));
	ck_assert_int_eq(json_type(json_member(o, "z")), JSON_NULL);
	ck_assert(!e.bad);

	o = json_first(json_member(o, "a"));
	ck_assert(json_as_int(o, &n) && n == 1 && !json_as_string(o, &s) &&
	    !json_as_bool(o, &b));
	o = json_next(o);
	ck_assert(json_as_string(o, &s) && strv_eq(s, STRV("y")));
	ck_assert_ptr_null(json_next(o));
}
END_TEST

START_TEST(what_is_absent_or_null_has_its_fallback)
{
	const struct json *o = parse("{\"z\":null}");
	static const char *const names[] = { "z", "absent" };

	for (int i = 0; i < 2; i++) {
		ck_assert_ptr_null(json_opt_string(o, names[i], 9, &e).p);
		ck_assert_int_eq(json_opt_int(o, names[i], 1, 2, 42, &e), 42);
		ck_assert(json_opt_bool(o, names[i], true, &e));
		ck_assert_ptr_null(json_opt_array(o, names[i], 9, &e));
		ck_assert_ptr_null(json_opt_object(o, names[i], &e));
	}
	ck_assert(!e.bad);
	ck_assert_ptr_null(json_member(o, "Z"));
	ck_assert_ptr_null(json_member(NULL, "z"));
}
END_TEST

enum ask { STR, STR_OPT, INT, INT_OPT, BOOL_OPT, U64, ARRAY_OPT, OBJECT_OPT };

static const struct {
	enum ask ask;
	const char *value, *why;	/* value NULL: no member */
} wrong[] = {
	{ STR, NULL, "member 'm' is missing" },
	{ STR, "null", "member 'm' is missing" },
	{ STR, "1", "member 'm': must be a string, not a number" },
	{ STR, "\"\"", "member 'm': must not be empty" },
	{ STR, "\"12345\"", "member 'm': must be at most 4 bytes" },
	{ STR_OPT, "\"12345\"", "member 'm': must be at most 4 bytes" },
	{ STR_OPT, "[]", "member 'm': must be a string, not an array" },
	{ INT, NULL, "member 'm' is missing" },
	{ INT, "\"1\"", "member 'm': must be a number, not a string" },
	{ INT, "0", "member 'm': must be a whole number from 1 to 4" },
	{ INT, "5", "member 'm': must be a whole number from 1 to 4" },
	{ INT, "1.5", "member 'm': must be a whole number from 1 to 4" },
	{ INT, "1e999", "member 'm': must be a whole number from 1 to 4" },
	{ INT_OPT, "5", "member 'm': must be a whole number from 1 to 4" },
	{ INT_OPT, "{}", "member 'm': must be a number, not an object" },
	{ BOOL_OPT, "1", "member 'm': must be true or false, not a number" },
	{ U64, NULL, "member 'm' is missing" },
	{ U64, "5", "member 'm': must be a string, not a number" },
	{ U64, "\"18446744073709551616\"", "member 'm': must be a 64-bit "
	  "number written as a string of digits" },
	{ U64, "\"-1\"", "member 'm': must be a 64-bit "
	  "number written as a string of digits" },
	{ ARRAY_OPT, "[1,2,3,4,5]", "member 'm': must have at most 4 "
	  "elements" },
	{ ARRAY_OPT, "true", "member 'm': must be an array, not true or "
	  "false" },
	{ OBJECT_OPT, "[]", "member 'm': must be an object, not an array" },
};

static void ask_for(enum ask ask, const struct json *o)
{
	switch (ask) {
	case STR:
		ck_assert_ptr_null(json_need_string(o, "m", 4, &e).p);
		break;
	case STR_OPT:
		ck_assert_ptr_null(json_opt_string(o, "m", 4, &e).p);
		break;
	case INT:
		ck_assert_int_eq(json_need_int(o, "m", 1, 4, &e), 0);
		break;
	case INT_OPT:
		ck_assert_int_eq(json_opt_int(o, "m", 1, 4, 3, &e), 3);
		break;
	case BOOL_OPT:
		ck_assert(json_opt_bool(o, "m", true, &e));
		break;
	case U64:
		ck_assert_uint_eq(json_need_u64(o, "m", &e), 0);
		break;
	case ARRAY_OPT:
		ck_assert_ptr_null(json_opt_array(o, "m", 4, &e));
		break;
	case OBJECT_OPT:
		ck_assert_ptr_null(json_opt_object(o, "m", &e));
		break;
	}
}

START_TEST(a_wrong_member_is_named_with_what_is_wrong)
{
	char text[128];

	snprintf(text, sizeof(text), wrong[_i].value ? "{\"m\":%s}" : "{}",
	    wrong[_i].value);
	ask_for(wrong[_i].ask, parse(text));
	ck_assert_msg(e.bad, "%s", text);
	ck_assert_msg(strcmp(e.why, wrong[_i].why) == 0, "%s: %s", text,
	    e.why);
}
END_TEST

START_TEST(the_first_failure_sticks)
{
	const struct json *o = parse("{\"a\":1}");

	json_need_string(o, "b", 4, &e);
	json_need_string(o, "a", 4, &e);
	ck_assert_str_eq(e.why, "member 'b' is missing");
}
END_TEST

static const struct {
	const char *text;
	bool whole;
	int64_t is;
} ints[] = {
	{ "9007199254740991", true, 9007199254740991 },
	{ "-9007199254740991", true, -9007199254740991 },
	{ "9007199254740992", false, 0 },
	{ "-9007199254740992", false, 0 },
	{ "1e3", true, 1000 },
	{ "-0", true, 0 },
	{ "0.5", false, 0 },
	{ "1e300", false, 0 },
};

START_TEST(only_exact_whole_numbers_are_integers)
{
	int64_t n = 0;

	ck_assert_msg(json_as_int(parse(ints[_i].text), &n) ==
	    ints[_i].whole, "%s", ints[_i].text);
	ck_assert_int_eq(n, ints[_i].is);
}
END_TEST

START_TEST(a_64_bit_number_is_a_string_of_digits)
{
	struct strv text = golden("json/all_kinds.json");

	root = json_parse(text, MAX, &e);
	ck_assert(json_need_u64(root, "id", &e) == UINT64_MAX);
	ck_assert(!e.bad);
	free((char *)text.p);
}
END_TEST

START_TEST(a_string_is_unescaped)
{
	struct strv text = golden("json/all_kinds.json");

	root = json_parse(text, MAX, &e);
	ck_assert(strv_eq(json_need_string(root, "b", 9, &e),
	    STRV("\xc3\xa9\xf0\x9f\x98\x80\n")));
	free((char *)text.p);
}
END_TEST

START_TEST(an_unknown_member_is_named)
{
	static const char *const names[] = { "a", "b", NULL };
	const struct json *o = parse("{\"b\":1,\"a\":2}");

	ck_assert(json_only(o, names, &e));
	json_free(root);
	o = parse("{\"a\":1,\"A\":2}");
	ck_assert(!json_only(o, names, &e));
	ck_assert_str_eq(e.why, "member 'A' is not known here");
	json_free(root);
	e.bad = false;
	ck_assert(!json_only(parse("[]"), names, &e));
	ck_assert_str_eq(e.why, "must be an object");
	e.bad = false;
	ck_assert(!json_only(NULL, names, &e));
}
END_TEST

START_TEST(many_members_are_compared_in_good_time)
{
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	buf_addc(&b, '{');
	for (int i = 0; i < 100000; i++)
		buf_addf(&b, "%s\"%d\":0", i ? "," : "", i);
	buf_addc(&b, '}');
	root = json_parse(buf_strv(&b), BUF_NO_LIMIT, &e);
	ck_assert_uint_eq(json_count(root), 100000);
	buf_deinit(&b);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("json");
	TCase *tc = tcase_create("json");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc, json_is_read, good);
	tcase_add_rows(tc, what_is_not_json_is_refused_with_its_place, bad);
	tcase_add_rows(tc, the_golden_texts_are_read_or_refused, files);
	tcase_add_test(tc, every_truncation_is_refused);
	tcase_add_test(tc,
	    a_text_of_the_greatest_size_is_read_and_one_byte_more_is_not);
	tcase_add_test(tc, members_have_their_types);
	tcase_add_test(tc, what_is_absent_or_null_has_its_fallback);
	tcase_add_rows(tc, a_wrong_member_is_named_with_what_is_wrong, wrong);
	tcase_add_test(tc, the_first_failure_sticks);
	tcase_add_rows(tc, only_exact_whole_numbers_are_integers, ints);
	tcase_add_test(tc, a_64_bit_number_is_a_string_of_digits);
	tcase_add_test(tc, a_string_is_unescaped);
	tcase_add_test(tc, an_unknown_member_is_named);
	tcase_add_test(tc, many_members_are_compared_in_good_time);
	suite_add_tcase(s, tc);
	return s;
}
