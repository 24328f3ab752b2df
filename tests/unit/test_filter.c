/* test_filter.c - what stands behind "|", and columns, order and rows. */

#include <stdio.h>
#include <stdlib.h>

#include "cli/output.h"
#include "cli/select.h"
#include "runner.h"

/* --- filters -------------------------------------------------------------- */

static const struct {
	const char *filters, *text, *out;
} rows[] = {
	{ "| match b", "a\nb\nabc\n", "b\nabc\n" },
	{ "| match ^b$", "a\nb\nabc\n", "b\n" },
	{ "|match 'b|c'", "a\nb\nc", "b\nc\n" },
	{ "| except b", "a\nb\nabc\n", "a\n" },
	{ "| except b | except a", "a\nb\nabc\n", "" },
	{ "| count", "", "0\n" },
	{ "| count", "a\n\nb", "3\n" },
	{ "| match x | count", "a\n", "0\n" },
	{ "| first 1", "a\nb\nc\n", "a\n" },
	{ "| first 9", "a\nb\nc\n", "a\nb\nc\n" },
	{ "| last 1", "a\nb\nc\n", "c\n" },
	{ "| last 2", "a\nb\nc\nd\ne\n", "d\ne\n" },
	{ "| last 9", "a\nb\n", "a\nb\n" },
	{ "| last 3 | first 1", "a\nb\nc\nd\n", "b\n" },
	{ "| first 3 | last 1", "a\nb\nc\nd\n", "c\n" },
	{ "| count | match 4", "a\nb\nc\nd\n", "4\n" },
	{ "| no-more", "a\n", "a\n" },
	{ "| csv | match a", "a\r\nb\r\n", "a\n" },
	{ "| sort", "b\n\nab\na\n", "\na\nab\nb\n" },
	{ "| sort | last 1", "c\na\nb\n", "c\n" },
	{ "| first 2 | sort", "c\nb\na\n", "b\nc\n" },
	{ "| sort", "", "" },
	{ "| sort -x | jsonl", "b\na\n", "b\na\n" },
};

/* What comes out at the other end; heading: the first line is one. */
static char *through(const char *filters, const char *text, bool heading)
{
	struct word w[32];
	struct arena a;
	struct filters f;
	struct output o;
	struct buf why;
	struct render r = { 0 };
	char *out = NULL;
	FILE *to;
	size_t n;

	arena_init(&a);
	buf_init(&why, 1024);
	n = words_split(strv(filters), &a, w, 32);
	ck_assert_msg(filters_read(&f, w, n, &why), "%s", why.p);
	to = r.out = open_memstream(&out, &n);
	ck_assert(output_begin(&o, &r, &f, true, &why));
	*r.heading = heading;
	fputs(text, r.out);
	ck_assert(output_end(&o, &why));
	ck_assert_ptr_eq(r.out, to);
	(void)fclose(to);
	buf_deinit(&why);
	arena_deinit(&a);
	return out;
}

START_TEST(lines_pass_their_filters)
{
	char *out = through(rows[_i].filters, rows[_i].text, false);

	ck_assert_msg(strcmp(out, rows[_i].out) == 0, "%s: %s",
	    rows[_i].filters, out);
	free(out);
}
END_TEST

static const struct {
	const char *filters, *out;
} headings[] = {
	{ "| match b", "NAME\nb\n" }, { "| except b", "NAME\na\n" },
	{ "| first 1", "NAME\na\n" }, { "| last 1", "NAME\nb\n" },
	{ "| count", "2\n" }, { "| match x", "NAME\n" },
	{ "| sort", "NAME\na\nb\n" },
};

START_TEST(the_heading_of_a_table_stays_and_is_not_counted)
{
	char *out = through(headings[_i].filters, "NAME\na\nb\n", true);

	ck_assert_str_eq(out, headings[_i].out);
	free(out);
}
END_TEST

static const struct {
	const char *filters, *why;
} refused[] = {
	{ "|", "a filter is missing behind |" },
	{ "| count |", "a filter is missing behind |" },
	{ "| | count", "a filter is missing behind |" },
	{ "| mtach x", "there is no filter \"mtach\" (did you mean match?)" },
	{ "| match", "usage: | match REGEX" },
	{ "| match a b", "usage: | match REGEX" },
	{ "| count 3", "usage: | count" },
	{ "| first", "usage: | first N" },
	{ "| first 0", "\"0\" is no number of lines" },
	{ "| last -1", "\"-1\" is no number of lines" },
	{ "| last 1000001", "\"1000001\" is no number of lines" },
	{ "| match (", "\"(\" is no regular expression" },
	{ "| count | json", "json, jsonl, csv and sort COLUMN stand first" },
	{ "| match a | sort x", "json, jsonl, csv and sort COLUMN stand" },
	{ "| sort a b", "usage: | sort [-]COLUMN" },
	{ "| save x | count", "save stands last" },
	{ "| count | count | count | count | count | count | count | count "
	  "| count", "there are too many filters" },
};

START_TEST(a_filter_that_is_none_is_refused)
{
	struct word w[32];
	struct arena a;
	struct filters f;
	struct buf why;

	arena_init(&a);
	buf_init(&why, 1024);
	ck_assert(!filters_read(&f, w, words_split(strv(refused[_i].filters),
	    &a, w, 32), &why));
	ck_assert_msg(strncmp(why.p, refused[_i].why,
	    strlen(refused[_i].why)) == 0, "%s", why.p);
	ck_assert_uint_eq(f.n, 0);
	buf_deinit(&why);
	arena_deinit(&a);
}
END_TEST

START_TEST(a_turn_begins_anew)
{
	struct filters f = { .n = 0 };
	struct output o;
	struct word w[4];
	struct arena a;
	struct buf why;
	struct render r = { 0 };
	char *out = NULL;
	FILE *to;
	size_t n;

	arena_init(&a);
	buf_init(&why, 1024);
	ck_assert(filters_read(&f, w, words_split(STRV("| first 1"), &a, w,
	    4), &why));
	to = r.out = open_memstream(&out, &n);
	ck_assert(output_begin(&o, &r, &f, false, &why));
	fputs("a\nb\n", r.out);
	output_turn(&o);
	ck_assert(!output_done(&o));
	fputs("c\n", r.out);
	output_flow(&o);
	ck_assert(output_done(&o));
	ck_assert(output_end(&o, &why));
	(void)fclose(to);
	ck_assert_str_eq(out, "a\nc\n");
	free(out);
	buf_deinit(&why);
	arena_deinit(&a);
}
END_TEST

/* --- columns and rows ------------------------------------------------------ */

#define LIST "{\"items\":[{\"a\":2,\"b\":\"x\"},{\"a\":10,\"b\":\"y\"}," \
	"{\"a\":null,\"b\":\"x\"}],\"next\":null}"

static const struct {
	const char *columns, *sort;
	int limit;
	const char *json, *out;		/* or what is refused */
	bool ok;
} selections[] = {
	{ "b", NULL, 0, LIST, "{\"items\":[{\"b\":\"x\"},{\"b\":\"y\"},"
	  "{\"b\":\"x\"}],\"next\":null}", true },
	{ "b,a", NULL, 1, LIST, "{\"items\":[{\"b\":\"x\",\"a\":2}],"
	  "\"next\":null}", true },
	{ "a", "a", 0, LIST, "{\"items\":[{\"a\":null},{\"a\":2},{\"a\":10}],"
	  "\"next\":null}", true },
	{ "a", "-a", 0, LIST, "{\"items\":[{\"a\":10},{\"a\":2},{\"a\":null}],"
	  "\"next\":null}", true },
	{ "a", "-b", 0, LIST, "{\"items\":[{\"a\":10},{\"a\":2},{\"a\":null}],"
	  "\"next\":null}", true },
	{ "c", NULL, 0, LIST, "there is no column \"c\"", false },
	{ NULL, "c", 0, LIST, "there is no column \"c\"", false },
	{ "c", NULL, 0, "{\"items\":[],\"next\":null}",
	  "{\"items\":[],\"next\":null}", true },
	{ "b", NULL, 0, "{\"a\":1,\"b\":[1.5,{\"c\":true}]}",
	  "{\"b\":[1.5,{\"c\":true}]}", true },
	{ "nmae", NULL, 0, "{\"name\":1}",
	  "there is no column \"nmae\" (did you mean name?)", false },
	{ "b", NULL, 0, "plain text", "plain text", true },
	{ "b", NULL, 5, "{\"items\":7,\"b\":9007199254740991}",
	  "{\"b\":9007199254740991}", true },
};

START_TEST(an_answer_is_cut_to_columns_and_rows)
{
	struct selection s = { .columns = strv(selections[_i].columns),
	    .sort = strv(selections[_i].sort),
	    .limit = selections[_i].limit };
	struct buf out, why;

	buf_init(&out, 4096);
	buf_init(&why, 4096);
	ck_assert_int_eq(select_rows(&s, strv(selections[_i].json), &out,
	    &why), selections[_i].ok);
	if (selections[_i].ok)
		ck_assert_str_eq(out.p, selections[_i].out);
	else
		ck_assert_msg(strncmp(why.p, selections[_i].out,
		    strlen(selections[_i].out)) == 0, "%s", why.p);
	buf_deinit(&out);
	buf_deinit(&why);
}
END_TEST

START_TEST(json_cannot_steer_a_terminal_and_means_the_same)
{
	char *text = NULL;
	size_t n;
	struct render r = { .out = open_memstream(&text, &n) };

	render_json(&r, STRV("{\"a\":\"\x7f\xc2\x9b\xe2\x80\xae\xc3\xa4\"}"));
	(void)fclose(r.out);
	ck_assert_str_eq(text, "{\"a\":\"\\u007f\\u009b\\u202e\xc3\xa4\"}\n");
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("filter");
	TCase *tc = tcase_create("filter");

	tcase_add_rows(tc, lines_pass_their_filters, rows);
	tcase_add_rows(tc, the_heading_of_a_table_stays_and_is_not_counted,
	    headings);
	tcase_add_rows(tc, a_filter_that_is_none_is_refused, refused);
	tcase_add_test(tc, a_turn_begins_anew);
	tcase_add_rows(tc, an_answer_is_cut_to_columns_and_rows, selections);
	tcase_add_test(tc, json_cannot_steer_a_terminal_and_means_the_same);
	suite_add_tcase(s, tc);
	return s;
}
