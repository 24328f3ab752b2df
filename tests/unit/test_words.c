/* test_words.c - base/words.h and base/near.h. */

#include <stdio.h>

#include "base/near.h"
#include "base/words.h"
#include "runner.h"

static const struct {
	const char *line;
	const char *words;	/* each in brackets; ! open, ' quoted */
} lines[] = {
	{ "", "" },
	{ "   \t ", "" },
	{ "# a comment", "" },
	{ "a", "[a]" },
	{ "  a  b\tc\r\n", "[a][b][c]" },
	{ "a # b", "[a]" },
	{ "a#b", "[a#b]" },
	{ "'a b'", "['a b]" },
	{ "\"a b\"", "['a b]" },
	{ "''", "[']" },
	{ "a''b", "['ab]" },
	{ "'a\\n\"'", "['a\\n\"]" },
	{ "\"a\\\"\\\\b\"", "['a\"\\b]" },
	{ "\"a\\nb\"", "['a\nb]" },
	{ "'a b", "['!a b]" },
	{ "x \"a b", "[x]['!a b]" },
	{ "\"a\\", "['!a\\]" },
	{ "a 'b' c d", "[a]['b][c][d]" },
	{ "a b c d e", "5" },	/* more than four */
};

static void shown(const char *line, struct buf *out)
{
	struct word w[4];
	struct arena a;
	size_t n;

	arena_init(&a);
	n = words_split(strv(line), &a, w, 4);
	for (size_t i = 0; i < n && n <= 4; i++)
		buf_addf(out, "[%s%s%.*s]", w[i].quoted ? "'" : "",
		    w[i].open ? "!" : "", STRV_ARG(w[i].text));
	if (n > 4)
		buf_addf(out, "%zu", n);
	arena_deinit(&a);
}

START_TEST(a_line_splits_into_words)
{
	struct buf b;

	buf_init(&b, 1024);
	shown(lines[_i].line, &b);
	ck_assert_str_eq(b.p, lines[_i].words);
	buf_deinit(&b);
}
END_TEST

static const char *const texts[] = {
	"", "a", "a b", "#a", "@a", "a\"b", "a'b", "a\\b", "a\nb", "\t",
	"\xc3\xa4", " a ", "'", "\\n",
};

START_TEST(what_is_quoted_reads_back_as_one_word)
{
	struct word w[2];
	struct arena a;
	struct buf b;

	arena_init(&a);
	buf_init(&b, 1024);
	words_quote(&b, strv(texts[_i]));
	ck_assert_uint_eq(words_split(buf_strv(&b), &a, w, 2), 1);
	ck_assert(!w[0].open);
	ck_assert_str_eq(w[0].text.p, texts[_i]);
	buf_deinit(&b);
	arena_deinit(&a);
}
END_TEST

static const struct {
	const char *typed, *nearest;
} slips[] = {
	{ "gatway", "gateway" }, { "gateway", "gateway" },
	{ "getaway", "gateway" }, { "wimdow", "window" },
	{ "wnidow", "window" }, { "wind", "window" }, { "w", NULL },
	{ "polciy", "policy" }, { "zzzz", NULL }, { "", NULL },
	{ "a", NULL }, { "gatewaygatewaygatewaygatewaygatewaygateway", NULL },
};

START_TEST(a_slip_finds_the_nearest_word)
{
	struct near n = near_to(strv(slips[_i].typed));

	near_offer(&n, "gateway");
	near_offer(&n, "window");
	near_offer(&n, "policy");
	ck_assert_pstr_eq(n.best, slips[_i].nearest);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("words");
	TCase *tc = tcase_create("words");

	tcase_add_rows(tc, a_line_splits_into_words, lines);
	tcase_add_rows(tc, what_is_quoted_reads_back_as_one_word, texts);
	tcase_add_rows(tc, a_slip_finds_the_nearest_word, slips);
	suite_add_tcase(s, tc);
	return s;
}
