/* test_csv.c - wire/csv.h. */

#include "golden.h"
#include "runner.h"
#include "wire/csv.h"

#define LIT(s) { s, sizeof(s) - 1 }

static struct csv c;
static struct buf out;

static void setup(void)
{
	csv_init(&c);
	buf_init(&out, 1 << 20);
}

static void teardown(void)
{
	csv_deinit(&c);
	buf_deinit(&out);
}

/* Records as LINE[field|field]; at the end $ or !LINE:COLUMN why. */
static bool drain(struct strv in, bool last)
{
	for (;;) {
		switch (csv_next(&c, &in, last)) {
		case CSV_RECORD:
			buf_addf(&out, "%u[", c.line);
			for (size_t i = 0; i < c.n; i++) {
				if (i)
					buf_addc(&out, '|');
				buf_adds(&out, c.field[i]);
			}
			buf_addc(&out, ']');
			break;
		case CSV_MORE:
			ck_assert_uint_eq(in.n, 0);
			return true;
		case CSV_END:
			ck_assert_uint_eq(in.n, 0);
			buf_addc(&out, '$');
			return false;
		case CSV_BAD:
			buf_addf(&out, "!%u:%u %s", c.line, c.column, c.why);
			return false;
		}
	}
}

#define BEHIND "expected a comma or the end of the line behind a closing quote"

static const struct {
	struct strv in;
	const char *is;
} rows[] = {
	{ LIT(""), "$" },
	{ LIT("a"), "1[a]$" },
	{ LIT("a\n"), "1[a]$" },
	{ LIT("a\r\n"), "1[a]$" },
	{ LIT("a,b\nc,d\n"), "1[a|b]2[c|d]$" },
	{ LIT("a,b\r\nc,d"), "1[a|b]2[c|d]$" },
	{ LIT(","), "1[|]$" },
	{ LIT(",\n,,\n"), "1[|]2[||]$" },
	{ LIT("\n"), "$" },
	{ LIT("\r\n\n\r\na\n\n"), "4[a]$" },
	{ LIT(" a , b "), "1[ a | b ]$" },
	{ LIT("\"\""), "1[]$" },
	{ LIT("\"\"\n"), "1[]$" },
	{ LIT("\"a\",\"b\""), "1[a|b]$" },
	{ LIT("\"a\"\"b\",\"\"\"\""), "1[a\"b|\"]$" },
	{ LIT("\"a,b\",c"), "1[a,b|c]$" },
	{ LIT("\"a\r\nb\nc\",d\ne"), "1[a\r\nb\nc|d]4[e]$" },
	{ LIT("\xef\xbb\xbf" "a,b"), "1[a|b]$" },
	{ LIT("\xef\xbb\xbf\"a\""), "1[a]$" },
	{ LIT("\xef\xbb\xbf"), "$" },
	{ LIT("a\n\xef\xbb\xbf" "b"), "1[a]2[\xef\xbb\xbf" "b]$" },
	{ LIT("\xef\xbc\x8c,a"), "1[\xef\xbc\x8c|a]$" },
	{ LIT("\xc3\xb6,\xf0\x9f\x98\x80"),
	  "1[\xc3\xb6|\xf0\x9f\x98\x80]$" },
	/* errors, with the place */
	{ LIT("a,x\"y\n"), "!1:4 a quote inside an unquoted field" },
	{ LIT("\xc3\xb6,\xc3\xb6\""),
	  "!1:4 a quote inside an unquoted field" },
	{ LIT("a\nb,\"c\"d\n"), "1[a]!2:6 " BEHIND },
	{ LIT("\"c\" ,d\n"), "!1:4 " BEHIND },
	{ LIT("a,b\n1,\"x\ny\nz"), "1[a|b]!2:3 a quote that is never closed" },
	{ LIT("\""), "!1:1 a quote that is never closed" },
	{ LIT("a\rb\n"), "!1:3 a CR without LF" },
	{ LIT("a\r"), "!1:3 a CR without LF" },
	{ LIT("\"a\"\rb"), "!1:5 a CR without LF" },
	{ LIT("a\n\0b"), "1[a]!2:1 a NUL byte" },
	{ LIT("\"\0\""), "!1:2 a NUL byte" },
	{ LIT("a,b\nc,d\xe9,e\n"), "1[a|b]!2:3 invalid UTF-8 in this field" },
	{ LIT("\"x\ny\",\"\xff\"\n"), "!2:4 invalid UTF-8 in this field" },
	{ LIT("\xef\xbb"), "!1:1 invalid UTF-8 in this field" },
	{ LIT("\xef,a\n"), "!1:1 invalid UTF-8 in this field" },
	{ LIT("\xef\xbb\"a\"\n"), "!1:2 a quote inside an unquoted field" },
};

START_TEST(records_come_with_their_line_and_errors_with_their_place)
{
	struct strv in = golden_cut(rows[_i].in, rows[_i].in.n);

	drain(in, true);
	ck_assert_msg(strcmp(out.p, rows[_i].is) == 0, "%s: %s",
	    rows[_i].in.p, out.p);
	free((char *)in.p);
}
END_TEST

START_TEST(every_split_gives_the_same)
{
	for (size_t n = 0; n <= rows[_i].in.n; n++) {
		struct strv head = golden_cut(rows[_i].in, n);
		struct strv tail = { rows[_i].in.p + n, rows[_i].in.n - n };

		csv_deinit(&c);
		csv_init(&c);
		buf_clear(&out);
		if (drain(head, false))
			drain(tail, true);
		ck_assert_msg(strcmp(out.p, rows[_i].is) == 0, "%s at %zu: %s",
		    rows[_i].in.p, n, out.p);
		free((char *)head.p);
	}
}
END_TEST

START_TEST(byte_by_byte_gives_the_same)
{
	bool more = true;

	for (size_t n = 0; more && n < rows[_i].in.n; n++)
		more = drain((struct strv){ rows[_i].in.p + n, 1 }, false);
	if (more)
		drain(STRV(""), true);
	ck_assert_msg(strcmp(out.p, rows[_i].is) == 0, "%s: %s",
	    rows[_i].in.p, out.p);
}
END_TEST

static const struct {
	const char *file, *is;
} files[] = {
	{ "subscribers", "1[address|name|class|password|aliases]"
	  "2[+15550100001|Alice|standard|secret1|]3[sip:bob@cpm.example|"
	  "Bob \"the\" Builder|standard|a,b|tel:+15550100002]$" },
	{ "bom_lf", "1[a|b]2[1\n2|\xc3\xb6]5[3|4]$" },
	{ "quote_inside", "1[a|b]!2:2 a quote inside an unquoted field" },
	{ "never_closed", "1[a|b]!2:1 a quote that is never closed" },
};

START_TEST(the_golden_files_are_read)
{
	char path[64];
	struct strv in;

	snprintf(path, sizeof(path), "csv/%s.csv", files[_i].file);
	in = golden(path);
	drain(in, true);
	ck_assert_str_eq(out.p, files[_i].is);
	free((char *)in.p);
}
END_TEST

START_TEST(every_truncation_ends)
{
	struct strv in = golden("csv/subscribers.csv");

	for (size_t n = 0; n < in.n; n++) {
		struct strv part = golden_cut(in, n);

		csv_deinit(&c);
		csv_init(&c);
		buf_clear(&out);
		ck_assert(!drain(part, true));
		free((char *)part.p);
	}
	free((char *)in.p);
}
END_TEST

START_TEST(thirty_two_fields_are_read_and_one_more_is_not)
{
	struct buf in;
	struct strv all;

	buf_init(&in, 1024);
	for (int i = 1; i < CSV_FIELDS; i++)
		buf_addc(&in, ',');
	all = buf_strv(&in);
	ck_assert_int_eq(csv_next(&c, &all, true), CSV_RECORD);
	ck_assert_uint_eq(c.n, CSV_FIELDS);
	csv_deinit(&c);
	csv_init(&c);
	buf_clear(&out);
	buf_addc(&in, ',');
	drain(buf_strv(&in), true);
	ck_assert_str_eq(out.p, "!1:32 too many fields");
	buf_deinit(&in);
}
END_TEST

START_TEST(a_record_of_the_greatest_size_is_read_and_one_byte_more_is_not)
{
	struct buf in;
	struct strv all;

	buf_init(&in, 1 << 20);
	for (int i = 0; i < CSV_RECORD_SIZE; i++)
		buf_addc(&in, 'a');
	all = buf_strv(&in);
	ck_assert_int_eq(csv_next(&c, &all, true), CSV_RECORD);
	ck_assert_uint_eq(c.field[0].n, CSV_RECORD_SIZE);
	csv_deinit(&c);
	csv_init(&c);
	buf_clear(&out);
	buf_addc(&in, 'a');
	drain(buf_strv(&in), true);
	ck_assert_str_eq(out.p, "!1:65537 record too long");
	buf_deinit(&in);
}
END_TEST

START_TEST(after_an_error_nothing_more_is_read)
{
	struct strv in = STRV("a\"\nb\n");

	ck_assert_int_eq(csv_next(&c, &in, false), CSV_BAD);
	in = STRV("b\n");
	ck_assert_int_eq(csv_next(&c, &in, true), CSV_BAD);
	ck_assert_uint_eq(in.n, 2);
}
END_TEST

START_TEST(what_an_export_marks_is_read_without_its_mark)
{
	static const char *const fields[][2] = {
		{ "", "" }, { "'", "'" }, { "a", "a" }, { "'a", "'a" },
		{ "'=1", "=1" }, { "'+1555", "+1555" }, { "'-", "-" },
		{ "'@x", "@x" }, { "'\tx", "\tx" }, { "''=1", "''=1" },
		{ "=1", "=1" },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		ck_assert(strv_eq(csv_unmarked(strv(fields[i][0])),
		    strv(fields[i][1])));
	ck_assert_uint_eq(csv_unmarked((struct strv){ "'\0", 2 }).n, 2);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("csv");
	TCase *tc = tcase_create("csv");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc,
	    records_come_with_their_line_and_errors_with_their_place, rows);
	tcase_add_rows(tc, every_split_gives_the_same, rows);
	tcase_add_rows(tc, byte_by_byte_gives_the_same, rows);
	tcase_add_rows(tc, the_golden_files_are_read, files);
	tcase_add_test(tc, every_truncation_ends);
	tcase_add_test(tc, thirty_two_fields_are_read_and_one_more_is_not);
	tcase_add_test(tc,
	    a_record_of_the_greatest_size_is_read_and_one_byte_more_is_not);
	tcase_add_test(tc, what_an_export_marks_is_read_without_its_mark);
	tcase_add_test(tc, after_an_error_nothing_more_is_read);
	suite_add_tcase(s, tc);
	return s;
}
