/* test_smtime.c - wire/smtime.h. */

#include "runner.h"
#include "wire/smtime.h"

#define HOUR	INT64_C(3600)
#define DAY	INT64_C(86400)
/* 2026-11-20 09:15:00 UTC */
#define AT	INT64_C(1795166100)

static const struct { int64_t seconds; const char *text; } spans[] = {
	{ 2 * HOUR, "000000020000000R" },
	{ 1, "000000000001000R" },
	{ 0, "000000000001000R" },
	{ -5, "000000000001000R" },
	{ 59, "000000000059000R" },
	{ 60, "000000000100000R" },
	{ DAY - 1, "000000235959000R" },
	{ DAY, "000001000000000R" },
	{ 3 * DAY, "000003000000000R" },
	{ 30 * DAY - 1, "000029235959000R" },
	{ 30 * DAY, "000100000000000R" },
	{ 63 * DAY, "000203000000000R" },
	{ 365 * DAY, "010000000000000R" },
	{ 364 * DAY, "001204000000000R" },
	{ 99 * 365 * DAY, "990000000000000R" },
	{ INT64_MAX, "990000000000000R" },
};

START_TEST(a_span_is_written)
{
	char s[SMTIME_SIZE];

	smtime_relative(spans[_i].seconds, s);
	ck_assert_str_eq(s, spans[_i].text);
}
END_TEST

START_TEST(a_span_reads_back_from_now)
{
	char s[SMTIME_SIZE];
	int64_t at;

	smtime_relative(spans[_i].seconds, s);
	ck_assert(smtime_decode(strv(s), AT * 1000, &at) == ERR_OK);
	if (spans[_i].seconds > 0 && spans[_i].seconds < 100 * 365 * DAY)
		ck_assert_int_eq(at, (AT + spans[_i].seconds) * 1000);
}
END_TEST

static const struct { int64_t ms; const char *text; } moments[] = {
	{ AT * 1000, "261120091500000+" },
	{ AT * 1000 + 999, "261120091500900+" },
	{ INT64_C(946684800000), "000101000000000+" },
	{ INT64_C(951782400000), "000229000000000+" },	/* a leap day */
	{ INT64_C(1740787199000), "250228235959000+" },
	{ INT64_C(4102444799900), "991231235959900+" },
};

START_TEST(a_moment_is_written_and_reads_back)
{
	char s[SMTIME_SIZE];
	int64_t at;

	smtime_absolute(moments[_i].ms, s);
	ck_assert_str_eq(s, moments[_i].text);
	ck_assert(smtime_decode(strv(s), 0, &at) == ERR_OK);
	ck_assert_int_eq(at, moments[_i].ms / 100 * 100);
}
END_TEST

START_TEST(a_moment_outside_the_century_is_cut)
{
	char s[SMTIME_SIZE];

	smtime_absolute(0, s);
	ck_assert_str_eq(s, "000101000000000+");
	smtime_absolute(-1, s);
	ck_assert_str_eq(s, "000101000000000+");
	smtime_absolute(INT64_C(4102444800000), s);
	ck_assert_str_eq(s, "991231235959000+");
	smtime_absolute(INT64_MAX, s);
	ck_assert_int_eq(strncmp(s, "991231235959", 12), 0);
}
END_TEST

static const struct {
	const char *text;
	enum err err;
	int64_t ms;
} texts[] = {
	{ "", ERR_OK, 0 },
	{ "261120091500000-", ERR_OK, AT * 1000 },
	{ "261120101500004+", ERR_OK, AT * 1000 },	/* one hour ahead */
	{ "261120081500004-", ERR_OK, AT * 1000 },
	{ "261120144500022+", ERR_OK, AT * 1000 },	/* India */
	{ "261120091500548+", ERR_OK, (AT - 12 * HOUR) * 1000 + 500 },
	{ "261120091500049+", ERR_BAD_SYNTAX, 0 },
	{ "261120091500000*", ERR_BAD_SYNTAX, 0 },
	{ "26112009150000+", ERR_BAD_SYNTAX, 0 },
	{ "2611200915000000+", ERR_BAD_SYNTAX, 0 },
	{ "261320091500000+", ERR_BAD_SYNTAX, 0 },
	{ "260020091500000+", ERR_BAD_SYNTAX, 0 },
	{ "260230091500000+", ERR_BAD_SYNTAX, 0 },
	{ "250229000000000+", ERR_BAD_SYNTAX, 0 },
	{ "240229000000000+", ERR_OK, INT64_C(1709164800000) },
	{ "261120240000000+", ERR_BAD_SYNTAX, 0 },
	{ "261120096000000+", ERR_BAD_SYNTAX, 0 },
	{ "261120091560000+", ERR_BAD_SYNTAX, 0 },
	{ "26112009150a000+", ERR_BAD_SYNTAX, 0 },
	{ "2611200915000x0+", ERR_BAD_SYNTAX, 0 },
	{ "000000020000000r", ERR_BAD_SYNTAX, 0 },
	{ "+", ERR_BAD_SYNTAX, 0 },
};

START_TEST(times_of_others_are_read)
{
	int64_t at = 1;

	ck_assert_msg(smtime_decode(strv(texts[_i].text), 0, &at) ==
	    texts[_i].err, "%s", texts[_i].text);
	if (texts[_i].err == ERR_OK)
		ck_assert_msg(at == texts[_i].ms, "%s: %lld", texts[_i].text,
		    (long long)at);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
	struct strv whole = STRV("261120091500000+");
	int64_t at;

	for (size_t n = 1; n < whole.n; n++)
		ck_assert(smtime_decode((struct strv){ whole.p, n }, 0, &at) ==
		    ERR_BAD_SYNTAX);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("smtime");
	TCase *tc = tcase_create("smtime");

	tcase_add_rows(tc, a_span_is_written, spans);
	tcase_add_rows(tc, a_span_reads_back_from_now, spans);
	tcase_add_rows(tc, a_moment_is_written_and_reads_back, moments);
	tcase_add_test(tc, a_moment_outside_the_century_is_cut);
	tcase_add_rows(tc, times_of_others_are_read, texts);
	tcase_add_test(tc, every_truncation_is_refused);
	suite_add_tcase(s, tc);
	return s;
}
