/* test_rewrite.c - wire/rewrite.h. */

#include "golden.h"
#include "runner.h"
#include "wire/cpim.h"
#include "wire/rewrite.h"
#include "wire/sipbody.h"

#define MAX	65536

#define HEAD	"From: <sip:a@x>\r\nTo: <sip:b@x>\r\n" \
	"DateTime: 2025-03-01T10:00:00Z\r\nNS: imdn <urn:ietf:params:imdn>" \
	"\r\nNS: my <mailto:x@y>\r\nimdn.Message-ID: i1\r\nmy.Own: as is\r\n"
#define CPIM(mime, body) HEAD "\r\n" mime "\r\n\r\n" body

#define PART(head, body) "--b\r\n" head "\r\n\r\n" body "\r\n"
#define TEXT(body) PART("Content-Type: text/plain", body)
#define IMAGE	PART("Content-Type: image/png\r\nContent-ID: <1>", "\x89PNG")
#define LAST	"--b--\r\n"
#define MIXED	"multipart/mixed; boundary=b"

/* --- links ---------------------------------------------------------------- */

/* proves DEF-06 */
static const struct {
	const char *text, *without;	/* each link is L; NULL: no link */
} links[] = {
	{ "", NULL },
	{ "no link", NULL },
	{ "http://", NULL },
	{ "http:// x", NULL },
	{ "http://x", "L" },
	{ "see http://x.example/a?b=c#d now", "see L now" },
	{ "HTTPS://X", "L" },
	{ "(https://x/y).", "(L)." },
	{ "\"http://x\"", "\"L\"" },
	{ "<a href=http://x>y</a>", "<a href=L>y</a>" },
	{ "rcs+x://y", "L" },
	{ "://x", NULL },
	{ "1http://x", NULL },
	{ "www.", NULL },
	{ "www.x", "L" },
	{ "WWW.x.example, and", "L, and" },
	{ "awww.x", NULL },
	{ "bit.ly/x", "L" },
	{ "go to x-y.example.org/", "go to L" },
	{ "and/or", NULL },
	{ "e.g./x", NULL },
	{ "1.50/kg", NULL },
	{ "a@x.example", NULL },
	{ "http://x http://y\nhttp://z", "L L\nL" },
	{ "h\xc3\xb6r http://x/\xc3\xa4 zu", "h\xc3\xb6r L zu" },
	{ "http://x...", "L..." },
	{ "http://...", "L..." },
};

START_TEST(links_are_found_and_nothing_else)
{
	struct strv text = golden_cut(strv(links[_i].text),
	    strlen(links[_i].text));
	struct buf out;

	buf_init(&out, MAX);
	ck_assert_msg(rewrite_links(text, STRV("L"), &out) ==
	    (links[_i].without != NULL), "%s", links[_i].text);
	ck_assert_str_eq(out.p, links[_i].without ? links[_i].without :
	    links[_i].text);
	buf_deinit(&out);
	free((char *)(uintptr_t)text.p);
}
END_TEST

/* --- contents ------------------------------------------------------------- */

enum { NONE, IMAGES_OUT, IMAGES_REPLACED, TEXTS_OUT, LINKS_OUT, ALL_OUT,
	LARGE_OUT };

static struct rewrite_how how(struct strv type, size_t size, void *arg)
{
	bool image = type.n > 6 && memcmp(type.p, "image/", 6) == 0;
	bool text = type.n > 5 && memcmp(type.p, "text/", 5) == 0;
	struct rewrite_how h = { REWRITE_KEEP, STRV_NONE };

	switch (*(int *)arg) {
	case IMAGES_OUT:
		h.what = image ? REWRITE_STRIP : REWRITE_KEEP;
		break;
	case IMAGES_REPLACED:
		h.what = image ? REWRITE_REPLACE : REWRITE_KEEP;
		h.text = STRV("[picture]");
		break;
	case TEXTS_OUT:
		h.what = text ? REWRITE_STRIP : REWRITE_KEEP;
		break;
	case LINKS_OUT:
		h.what = REWRITE_LINKS;
		h.text = STRV("L");
		break;
	case LARGE_OUT:
		h.what = size > 10 ? REWRITE_STRIP : REWRITE_KEEP;
		break;
	case ALL_OUT:
		h.what = REWRITE_STRIP;
		break;
	default:
		break;
	}
	return h;
}

static const struct {
	const char *name;
	int rule;
	const char *type, *encoding, *transfer, *body;
	enum err err;
	const char *new_type, *new_body;	/* NULL: it stays */
	bool nothing;
} rows[] = {
	{ "nothing asked", NONE, MIXED, NULL, NULL, TEXT("a") IMAGE LAST,
	  ERR_OK, NULL, NULL, false },
	{ "a text without links", LINKS_OUT, "text/plain", NULL, NULL, "hi",
	  ERR_OK, NULL, NULL, false },
	{ "a text with one", LINKS_OUT, "text/plain; charset=utf-8", NULL,
	  NULL, "at http://x!", ERR_OK, "text/plain; charset=utf-8", "at L!",
	  false },
	{ "no type is text", LINKS_OUT, NULL, NULL, NULL, "at http://x",
	  ERR_OK, "text/plain; charset=UTF-8", "at L", false },
	{ "no text has no links", LINKS_OUT, "image/png", NULL, NULL,
	  "http://x", ERR_OK, NULL, NULL, false },
	{ "an encoded text", LINKS_OUT, "text/plain", NULL, "base64",
	  "YXQgaHR0cDovL3g=", ERR_OK, "text/plain", "at L", false },
	{ "a damaged encoding", LINKS_OUT, "text/plain", NULL, "base64",
	  "****", ERR_BAD_SYNTAX, NULL, NULL, false },
	{ "an encoding nobody knows", LINKS_OUT, "text/plain", "br", NULL,
	  "x", ERR_BAD_CONTENT, NULL, NULL, false },
	{ "a whole picture out", IMAGES_OUT, "image/png", NULL, NULL, "x",
	  ERR_OK, NULL, NULL, true },
	{ "a whole picture replaced", IMAGES_REPLACED, "image/png", NULL,
	  NULL, "x", ERR_OK, "text/plain; charset=UTF-8", "[picture]",
	  false },

	{ "in a CPIM every other header stays", LINKS_OUT, "message/cpim",
	  NULL, NULL, CPIM("Content-Type: text/plain\r\nContent-Length: 99"
	  "\r\nContent-ID: <7>", "go http://x"), ERR_OK, "message/cpim",
	  CPIM("Content-Type: text/plain\r\nContent-ID: <7>\r\n"
	  "Content-Length: 4", "go L"), false },
	{ "in a CPIM what was encoded is plain", LINKS_OUT, "message/cpim",
	  NULL, NULL, CPIM("Content-Type: text/plain\r\n"
	  "Content-Transfer-Encoding: base64", "Z28gaHR0cDovL3g="), ERR_OK,
	  "message/cpim", CPIM("Content-Type: text/plain\r\n"
	  "Content-Length: 4", "go L"), false },
	{ "in a CPIM nothing to do", LINKS_OUT, "message/cpim", NULL, NULL,
	  CPIM("Content-Type: text/plain", "go"), ERR_OK, NULL, NULL, false },
	{ "in a CPIM replaced", IMAGES_REPLACED, "message/cpim", NULL, NULL,
	  CPIM("Content-Type: image/png\r\nContent-Length: 4", "\x89PNG"),
	  ERR_OK, "message/cpim",
	  CPIM("Content-Type: text/plain; charset=UTF-8\r\n"
	  "Content-Length: 9", "[picture]"), false },
	{ "in a CPIM all out", IMAGES_OUT, "message/cpim", NULL, NULL,
	  CPIM("Content-Type: image/png", "x"), ERR_OK, NULL, NULL, true },
	{ "no CPIM at all", LINKS_OUT, "message/cpim", NULL, NULL, "\x01",
	  ERR_BAD_SYNTAX, NULL, NULL, false },

	{ "a part out, the other byte for byte", TEXTS_OUT, MIXED, NULL, NULL,
	  TEXT("a") IMAGE LAST, ERR_OK, MIXED, IMAGE LAST, false },
	{ "a part replaced", IMAGES_REPLACED, MIXED, NULL, NULL,
	  TEXT("a") PART("Content-Type: image/png\r\n"
	  "Content-Disposition: inline", "x") LAST, ERR_OK, MIXED, TEXT("a")
	  PART("Content-Type: text/plain; charset=UTF-8\r\n"
	  "Content-Disposition: inline", "[picture]") LAST, false },
	{ "a large part out", LARGE_OUT, MIXED, NULL, NULL,
	  TEXT("0123456789") TEXT("0123456789a") LAST, ERR_OK, MIXED,
	  TEXT("0123456789") LAST, false },
	{ "all parts out", ALL_OUT, MIXED, NULL, NULL, TEXT("a") IMAGE LAST,
	  ERR_OK, NULL, NULL, true },
	{ "a multipart inside", IMAGES_OUT, "multipart/mixed; boundary=a",
	  NULL, NULL, "--a\r\nContent-Type: " MIXED "\r\n\r\n" TEXT("a")
	  IMAGE "--b--\r\n--a--\r\n", ERR_OK, "multipart/mixed; boundary=a",
	  "--a\r\nContent-Type: " MIXED "\r\n\r\n" TEXT("a") "--b--\r\n\r\n"
	  "--a--\r\n", false },
	{ "a CPIM inside a multipart", LINKS_OUT, MIXED, NULL, NULL,
	  PART("Content-Type: application/resource-lists+xml", "<x/>")
	  PART("Content-Type: message/cpim",
	  CPIM("Content-Type: text/plain", "http://x")) LAST, ERR_OK, MIXED,
	  PART("Content-Type: application/resource-lists+xml", "<x/>")
	  PART("Content-Type: message/cpim",
	  CPIM("Content-Type: text/plain\r\nContent-Length: 1", "L")) LAST,
	  false },
	{ "a multipart without a boundary", IMAGES_OUT, "multipart/mixed",
	  NULL, NULL, "x", ERR_BAD_SYNTAX, NULL, NULL, false },
	{ "a boundary made of what is left", LINKS_OUT,
	  "multipart/mixed; boundary=\".L\"", NULL, NULL,
	  "--.L\r\n\r\nx --.http://x\r\n--.L--\r\n", ERR_BAD_CONTENT, NULL,
	  NULL, false },
};

START_TEST(a_content_is_changed_as_the_rules_say)
{
	struct rewrite_in in = { strv(rows[_i].type),
		strv(rows[_i].encoding), strv(rows[_i].transfer),
		golden_cut(strv(rows[_i].body), strlen(rows[_i].body)), MAX };
	int rule = rows[_i].rule;
	struct rewritten out;

	ck_assert_msg(rewrite(&in, how, &rule, &out) == rows[_i].err, "%s",
	    rows[_i].name);
	ck_assert_msg(out.changed == (rows[_i].new_body != NULL), "%s",
	    rows[_i].name);
	ck_assert_msg(out.nothing_left == rows[_i].nothing, "%s",
	    rows[_i].name);
	ck_assert_msg(strcmp(out.body.p, rows[_i].new_body ?
	    rows[_i].new_body : "") == 0, "%s: %s", rows[_i].name,
	    out.body.p);
	ck_assert_str_eq(out.type.p, rows[_i].new_type ?
	    rows[_i].new_type : "");
	rewritten_deinit(&out);
	free((char *)(uintptr_t)in.body.p);
}
END_TEST

START_TEST(a_changed_cpim_reads_as_before)
{
	struct rewrite_in in = { .type = STRV("message/cpim"),
		.max_size = MAX };
	struct strv file = golden("rewrite/cpim_link.bin");
	static struct cpim was, is;
	struct rewritten out;
	int rule = LINKS_OUT;

	(void)strv_split(file, '\n', &in.body);
	ck_assert_int_eq(cpim_decode(in.body, &was), ERR_OK);
	ck_assert_int_eq(rewrite(&in, how, &rule, &out), ERR_OK);
	ck_assert(out.changed);
	ck_assert_int_eq(cpim_decode(buf_strv(&out.body), &is), ERR_OK);
	ck_assert(strv_eq(is.message_id, was.message_id));
	ck_assert_uint_eq(is.wants, was.wants);
	ck_assert(strv_eq(is.from, was.from));
	ck_assert_uint_eq(is.n_headers, was.n_headers);
	ck_assert(strv_eq(is.content, STRV("Look: L")));
	rewritten_deinit(&out);
	free((char *)(uintptr_t)file.p);
}
END_TEST

START_TEST(a_cut_content_is_refused_or_still_one)
{
	static const char body[] = TEXT("http://x") IMAGE
	    PART("Content-Type: message/cpim",
	    CPIM("Content-Type: text/plain", "http://y")) LAST;
	int rule = _i;

	for (size_t n = 0; n < sizeof(body); n++) {
		struct rewrite_in in = { .type = STRV(MIXED),
			.body = golden_cut(strv(body), n < sizeof(body) - 1 ?
			n : sizeof(body) - 1), .max_size = MAX };
		struct rewritten out;
		enum err e = rewrite(&in, how, &rule, &out);

		ck_assert(e == ERR_OK || (!out.changed &&
		    !out.nothing_left));
		ck_assert(!out.changed || out.body.n > 0);
		rewritten_deinit(&out);
		free((char *)(uintptr_t)in.body.p);
	}
}
END_TEST

START_TEST(contents_too_deep_are_not_looked_into)
{
	struct rewrite_in in = { .type = STRV(MIXED), .max_size = MAX };
	struct rewritten out;
	struct buf b;
	int rule = ALL_OUT;

	buf_init(&b, MAX);
	for (int i = 0; i <= REWRITE_DEPTH; i++)
		buf_addf(&b, "--%c\r\nContent-Type: multipart/mixed; "
		    "boundary=%c\r\n\r\n", 'b' + i, 'c' + i);
	in.body = buf_strv(&b);
	ck_assert_int_eq(rewrite(&in, how, &rule, &out), ERR_BAD_CONTENT);
	rewritten_deinit(&out);
	buf_deinit(&b);
}
END_TEST

START_TEST(a_result_beyond_the_limit_is_too_big)
{
	struct rewrite_in in = { .type = STRV("image/png"),
		.body = STRV("x"), .max_size = 5 };
	struct rewritten out;
	int rule = IMAGES_REPLACED;

	ck_assert_int_eq(rewrite(&in, how, &rule, &out), ERR_TOO_BIG);
	rewritten_deinit(&out);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("rewrite");
	TCase *tc = tcase_create("rewrite");

	tcase_add_rows(tc, links_are_found_and_nothing_else, links);
	tcase_add_rows(tc, a_content_is_changed_as_the_rules_say, rows);
	tcase_add_test(tc, a_changed_cpim_reads_as_before);
	tcase_add_loop_test(tc, a_cut_content_is_refused_or_still_one,
	    NONE, LARGE_OUT + 1);
	tcase_add_test(tc, contents_too_deep_are_not_looked_into);
	tcase_add_test(tc, a_result_beyond_the_limit_is_too_big);
	suite_add_tcase(s, tc);
	return s;
}
