/* test_sipbody.c - wire/sipbody.h. */

#include "golden.h"
#include "runner.h"
#include "wire/sipbody.h"

#define LIT(s) { s, sizeof(s) - 1 }
#define MAX 65536

static struct arena a;
static struct buf out;
static struct sipbody got;

static void setup(void)
{
	imdn_init();
	arena_init(&a);
	buf_init(&out, MAX);
}

static void teardown(void)
{
	arena_deinit(&a);
	buf_deinit(&out);
}

/* The first line of a golden is TYPE|ENCODING|TRANSFER. */
static struct sipbody_in headers(struct strv all)
{
	struct sipbody_in in = { .max_size = MAX };
	struct strv head = strv_split(all, '\n', &in.body);

	in.type = strv_split(head, '|', &head);
	in.encoding = strv_split(head, '|', &in.transfer);
	return in;
}

static const struct {
	const char *file;
	enum sipbody_kind kind;
	bool wrapped;
	const char *text;	/* NULL: is no text */
	const char *id;		/* of the IMDN */
} rows[] = {
	{ "liblinphone_imdn", SIPBODY_IMDN, false, NULL, "Xk29dQ7aTz01" },
	{ "imdn_wrapped", SIPBODY_IMDN, true, NULL, "Xk29dQ7aTz01" },
	{ "pager", SIPBODY_TEXT, true, "Hello Bob", NULL },
	{ "pager_base64_inside", SIPBODY_TEXT, true, "Hello Bob", NULL },
	{ "softphone", SIPBODY_TEXT, false, "Hello Bob", NULL },
	{ "base64_of_deflate", SIPBODY_TEXT, false, "Hello Bob", NULL },
	{ "plain_latin1", SIPBODY_TEXT, false, "caf\xc3\xa9", NULL },
	{ "plain_utf16", SIPBODY_TEXT, false,
	  "h\xc3\xa9\xf0\x9f\x98\x80", NULL },
	{ "plain_qp", SIPBODY_TEXT, false, "caf\xc3\xa9 au lait\r\n", NULL },
};

START_TEST(a_body_is_what_it_holds_however_it_is_packed)
{
	char path[64];
	struct strv all;
	struct sipbody_in in;

	snprintf(path, sizeof(path), "sipbody/%s.bin", rows[_i].file);
	all = golden(path);
	in = headers(all);
	ck_assert_msg(sipbody_decode(&in, &a, &got) == ERR_OK, "%s: %s",
	    path, got.why);
	ck_assert_msg(got.kind == rows[_i].kind, "%s: %d", path, got.kind);
	ck_assert_msg(got.wrapped == rows[_i].wrapped, "%s", path);
	if (rows[_i].id)
		ck_assert_msg(strv_eq(got.imdn.message_id,
		    strv(rows[_i].id)), "%s", path);
	if (rows[_i].text) {
		ck_assert_int_eq(sipbody_text(&got, &out), ERR_OK);
		ck_assert_msg(strcmp(out.p, rows[_i].text) == 0, "%s: %s",
		    path, out.p);
	}
	free((char *)all.p);
}
END_TEST

START_TEST(every_truncation_ends_with_a_kind_or_a_reason)
{
	char path[64];
	struct strv all;
	struct sipbody_in in;

	snprintf(path, sizeof(path), "sipbody/%s.bin", rows[_i].file);
	all = golden(path);
	for (size_t n = 0; n < all.n; n++) {
		struct strv part = golden_cut(all, n);

		in = headers(part);
		if (sipbody_decode(&in, &a, &got) == ERR_OK)
			ck_assert((got.kind == SIPBODY_EMPTY) ==
			    (got.content.n == 0));
		else
			ck_assert_ptr_nonnull(got.why);
		free((char *)part.p);
	}
	free((char *)all.p);
}
END_TEST

static const struct {
	struct sipbody_in in;
	enum err err;
	enum sipbody_kind kind;
	const char *why;
} cases[] = {
	{ { .body = LIT("") }, ERR_OK, SIPBODY_EMPTY, NULL },
	{ { .type = LIT("message/imdn+xml") }, ERR_OK, SIPBODY_EMPTY, NULL },
	{ { .body = LIT("x") }, ERR_OK, SIPBODY_TEXT, NULL },
	{ { .type = LIT("TEXT/Plain ;x=y"), .body = LIT("x") }, ERR_OK,
	  SIPBODY_TEXT, NULL },
	{ { .type = LIT("text/plainer"), .body = LIT("x") }, ERR_OK,
	  SIPBODY_OTHER, NULL },
	{ { .type = LIT("image/png"), .body = LIT("x") }, ERR_OK,
	  SIPBODY_OTHER, NULL },
	{ { .type = LIT("image/png"), .encoding = LIT(" identity "),
	  .transfer = LIT(" Binary "), .body = LIT("x") }, ERR_OK,
	  SIPBODY_OTHER, NULL },
	{ { .type = LIT("message/cpim"), .body = LIT("x") }, ERR_BAD_SYNTAX,
	  SIPBODY_EMPTY, "no CPIM headers" },
	{ { .type = LIT("message/imdn+xml"), .body = LIT("x") },
	  ERR_BAD_SYNTAX, SIPBODY_IMDN, "not well-formed XML" },
	{ { .encoding = LIT("br"), .body = LIT("x") }, ERR_BAD_CONTENT,
	  SIPBODY_EMPTY, "unknown encoding of the content" },
	{ { .transfer = LIT("x-uuencode"), .body = LIT("x") },
	  ERR_BAD_CONTENT, SIPBODY_EMPTY, "unknown encoding of the content" },
	{ { .encoding = LIT("deflate"), .body = LIT("x") }, ERR_BAD_SYNTAX,
	  SIPBODY_EMPTY, "damaged encoding of the content" },
	{ { .transfer = LIT("base64"), .body = LIT("x!") }, ERR_BAD_SYNTAX,
	  SIPBODY_EMPTY, "damaged encoding of the content" },
	{ { .transfer = LIT("quoted-printable"), .body = LIT("=4") },
	  ERR_BAD_SYNTAX, SIPBODY_EMPTY, "damaged encoding of the content" },
	{ { .transfer = LIT("quoted-printable"), .body = LIT("=") },
	  ERR_BAD_SYNTAX, SIPBODY_EMPTY, "damaged encoding of the content" },
	{ { .type = LIT("message/cpim"), .body = LIT("From: <sip:a@h>\r\n\r\n"
	  "Content-Encoding: deflate\r\n\r\nx") }, ERR_BAD_SYNTAX,
	  SIPBODY_EMPTY, "damaged encoding of the content" },
	{ { .type = LIT("message/cpim"), .body = LIT("From: <sip:a@h>\r\n\r\n"
	  "Content-Type: message/cpim\r\n\r\nTo: <sip:b@h>") }, ERR_OK,
	  SIPBODY_OTHER, NULL },
};

START_TEST(odd_bodies_have_a_kind_or_a_reason)
{
	struct sipbody_in in = cases[_i].in;

	in.max_size = MAX;
	ck_assert_int_eq(sipbody_decode(&in, &a, &got), cases[_i].err);
	if (cases[_i].err == ERR_OK)
		ck_assert_int_eq(got.kind, cases[_i].kind);
	else
		ck_assert_str_eq(got.why, cases[_i].why);
}
END_TEST

static const struct {
	const char *encoding, *transfer, *body;
} sizes[] = {
	{ "", "", "123456" }, { "", "base64", "MTIzNDU2" },
	{ "", "quoted-printable", "12=33456" },
};

START_TEST(a_content_of_the_greatest_size_is_read_and_one_byte_more_is_not)
{
	struct sipbody_in in = { .encoding = strv(sizes[_i].encoding),
	    .transfer = strv(sizes[_i].transfer),
	    .body = strv(sizes[_i].body), .max_size = 6 };

	ck_assert_int_eq(sipbody_decode(&in, &a, &got), ERR_OK);
	ck_assert(strv_eq(got.content, STRV("123456")));
	in.max_size = 5;
	ck_assert_int_eq(sipbody_decode(&in, &a, &got), ERR_TOO_BIG);
	ck_assert_str_eq(got.why, "content too large");
}
END_TEST

START_TEST(a_bomb_is_too_large)
{
	struct strv bomb = golden("inflate/bomb.bin");
	struct sipbody_in in = { .encoding = STRV("deflate"), .body = bomb,
	    .max_size = MAX };

	ck_assert_int_eq(sipbody_decode(&in, &a, &got), ERR_TOO_BIG);
	free((char *)bomb.p);
}
END_TEST

static const struct {
	const char *type;
	struct strv content;
	const char *text;	/* NULL: ERR_BAD_CONTENT */
} texts[] = {
	{ "text/plain", LIT("a\xff\xc3\xa9"), "a\xef\xbf\xbd\xc3\xa9" },
	{ "text/plain;charset=", LIT("a"), "a" },
	{ "text/plain;charset=us-ascii", LIT("a\x80"), "a\xef\xbf\xbd" },
	{ "text/plain; Charset=\"ISO-8859-15\"", LIT("\xa4\xe9"),
	  "\xe2\x82\xac\xc3\xa9" },
	{ "text/plain;charset=iso-8859-1", LIT("\xa4\x80"),
	  "\xc2\xa4\xc2\x80" },
	{ "text/plain;charset=windows-1252", LIT("\x80\x81\x99\xe9"),
	  "\xe2\x82\xac\xef\xbf\xbd\xe2\x84\xa2\xc3\xa9" },
	{ "text/plain;charset=utf-16", LIT("\0h\0i"), "hi" },
	{ "text/plain;charset=utf-16", LIT("\xfe\xff\0h"), "h" },
	{ "text/plain;charset=utf-16", LIT("\xff\xfeh\0"), "h" },
	{ "text/plain;charset=utf-16le", LIT("\x3d\xd8\x00\xde"),
	  "\xf0\x9f\x98\x80" },
	{ "text/plain;charset=utf-16be", LIT("\xd8\x3d\xde\x00"),
	  "\xf0\x9f\x98\x80" },
	{ "text/plain;charset=utf-16be", LIT("\xd8\x3d\0h"),
	  "\xef\xbf\xbdh" },
	{ "text/plain;charset=utf-16be", LIT("\xde\x00\xd8\x3d"),
	  "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "text/plain;charset=utf-16be", LIT("\0hi"), "h\xef\xbf\xbd" },
	{ "text/plain;charset=utf-16", LIT("h"), "\xef\xbf\xbd" },
	{ "text/plain;charset=koi8-r", LIT("x"), NULL },
	{ "text/plain;x=\";charset=koi8-r\";charset=utf-8", LIT("x"), "x" },
};

START_TEST(a_text_is_read_in_its_charset)
{
	struct sipbody b = { .type = strv(texts[_i].type),
	    .content = texts[_i].content };

	ck_assert_msg(sipbody_text(&b, &out) ==
	    (texts[_i].text ? ERR_OK : ERR_BAD_CONTENT), "%s", texts[_i].type);
	if (texts[_i].text)
		ck_assert_msg(strcmp(out.p, texts[_i].text) == 0, "%s: %s",
		    texts[_i].type, out.p);
}
END_TEST

START_TEST(a_text_that_does_not_fit_is_told)
{
	struct sipbody b = { .content = STRV("123") };
	struct buf small;

	buf_init(&small, 2);
	ck_assert_int_eq(sipbody_text(&b, &small), ERR_TOO_BIG);
	buf_deinit(&small);
}
END_TEST

static const struct {
	const char *value, *name, *is;
} params[] = {
	{ "a/b;c=d", "c", "d" },
	{ "a/b ; C = d ", "c", "d" },
	{ "a/b;c=\"d;e\";f=g", "c", "d;e" },
	{ "a/b;c=\"d;e\";f=g", "f", "g" },
	{ "a/b;c=\"d\\\";f=x\";f=g", "f", "g" },
	{ "a/b;\r\n c=d", "c", "d" },
	{ "a/b;c=1;c=2", "c", "1" },
	{ "a/b;c=\"\"", "c", "" },
	{ "a/b;c=\"", "c", "\"" },
	{ "a/b;c=", "c", "" },
	{ "a/b;c", "c", NULL },
	{ "a/b", "c", NULL },
	{ "", "c", NULL },
	{ "c=d", "c", NULL },
	{ "a/b;;;c=d", "c", "d" },
	{ "a/b;c=\"d", "c", "\"d" },
};

START_TEST(a_parameter_is_found)
{
	struct strv v = golden_cut(strv(params[_i].value),
	    strlen(params[_i].value));
	struct strv p = sipbody_param(v, strv(params[_i].name));

	ck_assert_msg(strv_eq(p, strv(params[_i].is)) &&
	    !p.p == !params[_i].is, "%s: %.*s", params[_i].value,
	    STRV_ARG(p));
	free((char *)v.p);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sipbody");
	TCase *tc = tcase_create("sipbody");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc, a_body_is_what_it_holds_however_it_is_packed,
	    rows);
	tcase_add_rows(tc, every_truncation_ends_with_a_kind_or_a_reason,
	    rows);
	tcase_add_rows(tc, odd_bodies_have_a_kind_or_a_reason, cases);
	tcase_add_rows(tc,
	    a_content_of_the_greatest_size_is_read_and_one_byte_more_is_not,
	    sizes);
	tcase_add_test(tc, a_bomb_is_too_large);
	tcase_add_rows(tc, a_text_is_read_in_its_charset, texts);
	tcase_add_test(tc, a_text_that_does_not_fit_is_told);
	tcase_add_rows(tc, a_parameter_is_found, params);
	suite_add_tcase(s, tc);
	return s;
}
