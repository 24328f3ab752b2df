/* test_sim_words.c - tests/sim/words.h. */

#include "../sim/event.h"
#include "../sim/words.h"
#include "base/strv.h"
#include "runner.h"

static const struct {
	const char *line, *wrong;
	int n;
	const char *last;
} lines[] = {
	{ "", NULL, 0, NULL },
	{ "  # only a remark", NULL, 0, NULL },
	{ "smsc start c", NULL, 3, "c" },
	{ "text \"Hello \\\"Bob\\\"\\nbye\"", NULL, 2, "Hello \"Bob\"\nbye" },
	{ "text \"\"", NULL, 2, "" },
	{ "text \"Hello", "a quotation mark is missing", 0, NULL },
};

START_TEST(a_line_is_cut_into_words)
{
	struct arena a;
	struct words w;
	const char *wrong;

	arena_init(&a);
	wrong = words_cut(strv(lines[_i].line), &a, &w);
	ck_assert_pstr_eq(wrong, lines[_i].wrong);
	ck_assert_int_eq(w.n, lines[_i].n);
	if (lines[_i].last)
		ck_assert_str_eq(w.w[w.n - 1], lines[_i].last);
	arena_deinit(&a);
}
END_TEST

START_TEST(a_line_of_too_many_words_is_refused)
{
	char line[2 * MAX_WORDS + 1];
	struct arena a;
	struct words w;

	arena_init(&a);
	for (int i = 0; i < MAX_WORDS; i++) {
		line[2 * i] = 'x';
		line[2 * i + 1] = ' ';
	}
	line[2 * MAX_WORDS] = '\0';
	ck_assert_ptr_nonnull(words_cut(strv(line), &a, &w));
	line[2 * (MAX_WORDS - 1)] = '\0';
	ck_assert_ptr_null(words_cut(strv(line), &a, &w));
	ck_assert_int_eq(w.n, MAX_WORDS - 1);
	arena_deinit(&a);
}
END_TEST

static const struct {
	const char *line;
	bool ok, flash, on;
	long number;
	const char *text;
	int headers;
} rows[] = {
	{ "", true, false, false, -1, NULL, 0 },
	{ "flash number 0x58 text hi", true, true, false, 0x58, "hi", 0 },
	{ "header a header b switch on", true, false, true, -1, NULL, 2 },
	{ "text flash", true, false, false, -1, "flash", 0 },
	{ "text", false, false, false, -1, NULL, 0 },
	{ "number x", false, false, false, 0, NULL, 0 },
	{ "number 1x", false, false, false, 1, NULL, 0 },
	{ "number 99999999999999999999", false, false, false, 0, NULL, 0 },
	{ "switch maybe", false, false, false, -1, NULL, 0 },
	{ "unknown", false, false, false, -1, NULL, 0 },
};

START_TEST(options_are_read_by_their_table)
{
	struct opt_more headers = { .n = 0 };
	bool flash = false, on = false;
	const char *text = NULL;
	long number = -1;
	const struct opt opts[] = {
		{ "flash", OPT_FLAG, &flash },
		{ "number", OPT_NUMBER, &number },
		{ "text", OPT_TEXT, &text },
		{ "header", OPT_MORE, &headers },
		{ "switch", OPT_SWITCH, &on },
		{ NULL, OPT_FLAG, NULL },
	};
	int refused = refuse_count();
	struct arena a;
	struct words w;

	event_set_printing(false);
	arena_init(&a);
	ck_assert_ptr_null(words_cut(strv(rows[_i].line), &a, &w));
	ck_assert_msg(words_options(&w, 0, opts) == rows[_i].ok, "%s",
	    rows[_i].line);
	ck_assert_int_eq(refuse_count() - refused, !rows[_i].ok);
	if (rows[_i].ok) {
		ck_assert_int_eq(flash, rows[_i].flash);
		ck_assert_int_eq(on, rows[_i].on);
		ck_assert_int_eq(number, rows[_i].number);
		ck_assert_pstr_eq(text, rows[_i].text);
		ck_assert_int_eq(headers.n, rows[_i].headers);
	}
	arena_deinit(&a);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sim words");
	TCase *tc = tcase_create("words");

	tcase_add_rows(tc, a_line_is_cut_into_words, lines);
	tcase_add_test(tc, a_line_of_too_many_words_is_refused);
	tcase_add_rows(tc, options_are_read_by_their_table, rows);
	suite_add_tcase(s, tc);
	return s;
}
