/* test_mime.c - wire/mime.h. */

#include "golden.h"
#include "runner.h"
#include "wire/mime.h"

#define TYPE	"multipart/mixed; boundary=b"
#define SAY(s)	"--b\r\n\r\n" s "\r\n"
#define LAST	"--b--\r\n"
#define TEN(s)	s s s s s s s s s s

static struct mime got;

static bool is(struct strv s, const char *text)
{
	return text ? s.p && strv_eq(s, strv(text)) : !s.p;
}

/* --- what is split -------------------------------------------------------- */

static const struct {
	const char *name, *type, *body;
	size_t n;
	const char *first, *last;
} rows[] = {
	{ "one part", TYPE, SAY("one") LAST, 1, "one", "one" },
	{ "two parts", TYPE, SAY("one") SAY("two") LAST, 2, "one", "two" },
	{ "LF alone", TYPE, "--b\n\none\n--b\n\ntwo\n--b--\n", 2, "one",
	  "two" },
	{ "no end", TYPE, SAY("one") "--b\r\n\r\ntwo", 2, "one", "two" },
	{ "lines inside", TYPE, SAY("a\r\n\r\nb\r\n") LAST, 1, "a\r\n\r\nb\r\n",
	  "a\r\n\r\nb\r\n" },
	{ "preamble", TYPE, "for old clients\r\n" SAY("one") LAST, 1, "one",
	  "one" },
	{ "epilogue", TYPE, SAY("one") LAST SAY("no"), 1, "one", "one" },
	{ "blanks behind it", TYPE, "--b \t\r\n\r\none\r\n--b-- \r\n", 1,
	  "one", "one" },
	{ "longer boundary is text", TYPE, SAY("--bb\r\n--b-") LAST, 1,
	  "--bb\r\n--b-", "--bb\r\n--b-" },
	{ "quoted", "multipart/mixed; boundary=\"a b:c\"",
	  "--a b:c\r\n\r\none\r\n--a b:c--", 1, "one", "one" },
	{ "other subtype, other parameter",
	  "MULTIPART/Related;type=a/b;BOUNDARY=b", SAY("one") LAST, 1, "one",
	  "one" },
	{ "empty body", TYPE, SAY("") LAST, 1, "", "" },
	{ "nothing at all", TYPE, "--b\r\n--b--", 1, "", "" },
	{ "headers alone", TYPE, "--b\r\nContent-Type: a/b\r\n--b--", 1, "",
	  "" },
	{ "nested stays whole", TYPE, SAY("--c\r\n\r\nx\r\n--c--") LAST, 1,
	  "--c\r\n\r\nx\r\n--c--", "--c\r\n\r\nx\r\n--c--" },
	{ "16 parts", TYPE, TEN(SAY("x")) SAY("x") SAY("x") SAY("x") SAY("x")
	  SAY("x") SAY("y") LAST, 16, "x", "y" },
};

START_TEST(parts_are_split)
{
	struct strv body = golden_cut(strv(rows[_i].body),
	    strlen(rows[_i].body));

	ck_assert_msg(mime_split(strv(rows[_i].type), body, &got) == ERR_OK,
	    "%s: %s", rows[_i].name, got.why);
	ck_assert_msg(got.n == rows[_i].n, "%s: %zu parts", rows[_i].name,
	    got.n);
	ck_assert_msg(is(got.part[0].body, rows[_i].first), "%s: '%.*s'",
	    rows[_i].name, STRV_ARG(got.part[0].body));
	ck_assert_msg(is(got.part[got.n - 1].body, rows[_i].last),
	    "%s: '%.*s'", rows[_i].name, STRV_ARG(got.part[got.n - 1].body));
	free((char *)body.p);
}
END_TEST

START_TEST(headers_are_read_in_any_case_and_folded)
{
	const char *body = "--b\r\ncontent-type : text/plain;\r\n\tcharset=x\r\n"
	    "X-Other: y\r\nContent-Disposition: recipient-list \r\n"
	    "Content-Type: a/b\r\nCONTENT-TRANSFER-ENCODING:base64\r\n"
	    "Content-Encoding: gzip\r\n\r\nbody\r\n--b--";

	ck_assert_int_eq(mime_split(STRV(TYPE), strv(body), &got), ERR_OK);
	ck_assert(is(got.part[0].type, "text/plain;\r\n\tcharset=x"));
	ck_assert(is(got.part[0].disposition, "recipient-list"));
	ck_assert(is(got.part[0].transfer, "base64"));
	ck_assert(is(got.part[0].encoding, "gzip"));
	ck_assert(is(got.part[0].body, "body"));
}
END_TEST

START_TEST(absent_headers_are_absent)
{
	ck_assert_int_eq(mime_split(STRV(TYPE), STRV(SAY("x") LAST), &got),
	    ERR_OK);
	ck_assert(is(got.part[0].type, NULL));
	ck_assert(is(got.part[0].disposition, NULL));
	ck_assert(is(got.part[0].transfer, NULL));
	ck_assert(is(got.part[0].encoding, NULL));
}
END_TEST

/* --- what is refused ------------------------------------------------------ */

#define B70 TEN("1234567")
static const struct {
	const char *name, *type, *body;
	enum err err;
} refused[] = {
	{ "not multipart", "text/plain; boundary=b", SAY("x"),
	  ERR_BAD_CONTENT },
	{ "multipart of nothing", "multipart/", SAY("x"), ERR_BAD_CONTENT },
	{ "no type", "", SAY("x"), ERR_BAD_CONTENT },
	{ "no boundary", "multipart/mixed", SAY("x"), ERR_BAD_SYNTAX },
	{ "empty boundary", "multipart/mixed; boundary=\"\"", SAY("x"),
	  ERR_BAD_SYNTAX },
	{ "boundary of 71", "multipart/mixed; boundary=1" B70,
	  "--1" B70 "\r\n\r\nx\r\n", ERR_BAD_SYNTAX },
	{ "boundary ends in blank", "multipart/mixed; boundary=\"b \"",
	  "--b \r\n\r\nx", ERR_BAD_SYNTAX },
	{ "boundary with @", "multipart/mixed; boundary=\"b@\"",
	  "--b@\r\n\r\nx", ERR_BAD_SYNTAX },
	{ "another boundary", TYPE, "--c\r\n\r\nx\r\n--c--", ERR_BAD_SYNTAX },
	{ "nothing", TYPE, "", ERR_BAD_SYNTAX },
	{ "only the end", TYPE, LAST, ERR_BAD_SYNTAX },
	{ "no header line", TYPE, "--b\r\nhello\r\n\r\nx\r\n--b--",
	  ERR_BAD_SYNTAX },
	{ "header without name", TYPE, "--b\r\n: x\r\n\r\nx\r\n--b--",
	  ERR_BAD_SYNTAX },
	{ "17 parts", TYPE, TEN(SAY("x")) SAY("x") SAY("x") SAY("x") SAY("x")
	  SAY("x") SAY("x") SAY("x") LAST, ERR_TOO_BIG },
	{ "33 headers", TYPE, "--b\r\n" TEN("a: b\r\n") TEN("a: b\r\n")
	  TEN("a: b\r\n") "a: b\r\na: b\r\na: b\r\n\r\n" LAST, ERR_TOO_BIG },
};

START_TEST(what_is_no_multipart_is_refused)
{
	ck_assert_msg(mime_split(strv(refused[_i].type),
	    strv(refused[_i].body), &got) == refused[_i].err, "%s",
	    refused[_i].name);
	ck_assert_ptr_nonnull(got.why);
	ck_assert_uint_eq(got.n, 0);
}
END_TEST

START_TEST(a_boundary_of_70_is_fine)
{
	ck_assert_int_eq(mime_split(STRV("multipart/mixed; boundary=" B70),
	    STRV("--" B70 "\r\n\r\nx\r\n--" B70 "--"), &got), ERR_OK);
	ck_assert(is(got.part[0].body, "x"));
}
END_TEST

/* --- cut anywhere --------------------------------------------------------- */

START_TEST(a_truncated_body_is_read_or_refused_within_its_bytes)
{
	static const char *const files[] = { "list_and_cpim", "folded",
	    "nested", "empty_parts" };
	char path[64];
	struct strv all, type, body;

	(void)snprintf(path, sizeof(path), "mime/%s.bin", files[_i]);
	all = golden(path);
	type = strv_split(all, '\n', &body);
	for (size_t n = 0; n <= body.n; n++) {
		struct strv cut = golden_cut(body, n);
		enum err e = mime_split(type, cut, &got);

		ck_assert_int_eq(e != ERR_OK, got.why != NULL);
		for (size_t i = 0; i < got.n; i++) {
			const struct strv b = got.part[i].body;

			ck_assert(b.p >= cut.p && b.p + b.n <= cut.p + cut.n);
		}
		free((char *)cut.p);
	}
	free((char *)all.p);
}
END_TEST

START_TEST(encodings_that_change_nothing)
{
	ck_assert(mime_is_plain(STRV_NONE));
	ck_assert(mime_is_plain(STRV("")));
	ck_assert(mime_is_plain(STRV("8BIT")));
	ck_assert(mime_is_plain(STRV("binary")));
	ck_assert(mime_is_plain(STRV("7bit")));
	ck_assert(!mime_is_plain(STRV("base64")));
	ck_assert(!mime_is_plain(STRV("quoted-printable")));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("mime");
	TCase *tc = tcase_create("mime");

	tcase_add_rows(tc, parts_are_split, rows);
	tcase_add_test(tc, headers_are_read_in_any_case_and_folded);
	tcase_add_test(tc, absent_headers_are_absent);
	tcase_add_rows(tc, what_is_no_multipart_is_refused, refused);
	tcase_add_test(tc, a_boundary_of_70_is_fine);
	tcase_add_loop_test(tc,
	    a_truncated_body_is_read_or_refused_within_its_bytes, 0, 4);
	tcase_add_test(tc, encodings_that_change_nothing);
	suite_add_tcase(s, tc);
	return s;
}
