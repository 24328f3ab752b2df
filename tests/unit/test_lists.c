/* test_lists.c - wire/lists.h. */

#include "golden.h"
#include "runner.h"
#include "wire/imdn.h"
#include "wire/lists.h"

#define DOC(s)	"<resource-lists><list>" s "</list></resource-lists>"
#define ENTRY	"<entry uri=\"sip:a@b\"/>"
#define TEN(s)	s s s s s s s s s s

static struct arena a;
static struct lists got;

static void setup(void)
{
	imdn_init();
	arena_init(&a);
}

static void teardown(void)
{
	arena_deinit(&a);
}

static bool is(struct strv s, const char *text)
{
	return text ? s.p && strv_eq(s, strv(text)) : !s.p;
}

static enum err read_file(const char *file)
{
	char path[64];
	struct strv xml;
	enum err e;

	(void)snprintf(path, sizeof(path), "lists/%s.xml", file);
	xml = golden(path);
	e = lists_decode(xml, 10, &a, &got);
	free((char *)xml.p);
	return e;
}

/* --- lists ---------------------------------------------------------------- */

START_TEST(entries_have_their_copy_control)
{
	ck_assert_int_eq(read_file("rfc5364"), ERR_OK);
	ck_assert_uint_eq(got.n, 3);
	ck_assert(is(got.entry[0].uri, "tel:+15550100002"));
	ck_assert_int_eq(got.entry[0].copy, LISTS_TO);
	ck_assert(!got.entry[0].anonymize);
	ck_assert(is(got.entry[0].name, NULL));
	ck_assert_int_eq(got.entry[1].copy, LISTS_CC);
	ck_assert(got.entry[1].anonymize);
	ck_assert_int_eq(got.entry[2].copy, LISTS_BCC);
	ck_assert(is(got.entry[2].uri, "sip:bob@cpm.example"));
	ck_assert(is(got.entry[2].name, "Bob & Co"));
}
END_TEST

START_TEST(lists_in_lists_are_one_and_prefixes_do_not_matter)
{
	ck_assert_int_eq(read_file("nested"), ERR_OK);
	ck_assert_uint_eq(got.n, 3);
	ck_assert(is(got.entry[0].uri, "sip:a@b"));
	ck_assert(is(got.entry[1].uri, "sip:c@d"));
	ck_assert(is(got.entry[2].uri, "sip:e@f"));
	ck_assert_int_eq(read_file("bom"), ERR_OK);
	ck_assert_uint_eq(got.n, 1);
}
END_TEST

static const struct {
	const char *xml;
	enum err err;
	const char *why;
} rows[] = {
	{ DOC(ENTRY), ERR_OK, NULL },
	{ DOC(TEN(ENTRY)), ERR_OK, NULL },
	{ DOC(TEN(ENTRY) ENTRY), ERR_TOO_BIG, "too many" },
	{ DOC("<other/>" ENTRY "<!-- x -->"), ERR_OK, NULL },
	{ DOC("<entry uri=' sip:a@b '/>"), ERR_OK, NULL },
	{ DOC(""), ERR_BAD_SYNTAX, "no entry" },
	{ DOC("<entry/>"), ERR_BAD_SYNTAX, "without uri" },
	{ DOC("<entry uri=''/>"), ERR_BAD_SYNTAX, "without uri" },
	{ DOC("<entry-ref ref='x'/>"), ERR_BAD_SYNTAX, "reference" },
	{ DOC("<external anchor='x'/>" ENTRY), ERR_BAD_SYNTAX, "reference" },
	{ "<lists>" ENTRY "</lists>", ERR_BAD_SYNTAX, "no resource-lists" },
	{ "", ERR_BAD_SYNTAX, "well-formed" },
	{ "<resource-lists><list>", ERR_BAD_SYNTAX, "well-formed" },
	{ "<!DOCTYPE x []>" DOC(ENTRY), ERR_BAD_SYNTAX, "DTD" },
};

START_TEST(a_list_is_read_or_refused)
{
	struct strv xml = golden_cut(strv(rows[_i].xml),
	    strlen(rows[_i].xml));

	ck_assert_msg(lists_decode(xml, 10, &a, &got) == rows[_i].err, "%s",
	    rows[_i].xml);
	ck_assert_int_eq(rows[_i].err == ERR_OK, got.why == NULL);
	if (rows[_i].why)
		ck_assert_msg(strstr(got.why, rows[_i].why) != NULL, "%s",
		    got.why);
	free((char *)xml.p);
}
END_TEST

static const char *const bombs[] = { "billion_laughs", "external_entity",
	"deep", "entry_ref" };

START_TEST(a_document_with_a_trick_is_refused)
{
	ck_assert_int_eq(read_file(bombs[_i]), ERR_BAD_SYNTAX);
	ck_assert_ptr_nonnull(got.why);
}
END_TEST

START_TEST(a_document_may_be_so_large)
{
	size_t n = LISTS_MAX_SIZE + 1;
	char *p = malloc(n);

	ck_assert_ptr_nonnull(p);
	memset(p, ' ', n);
	memcpy(p + 1, DOC(ENTRY), strlen(DOC(ENTRY)));
	p[0] = '\n';
	ck_assert_int_eq(lists_decode((struct strv){ p, n - 1 }, 1, &a, &got),
	    ERR_OK);
	ck_assert_int_eq(lists_decode((struct strv){ p, n }, 1, &a, &got),
	    ERR_TOO_BIG);
	free(p);
}
END_TEST

START_TEST(a_truncated_list_is_refused)
{
	struct strv xml = golden("lists/rfc5364.xml");
	size_t whole = xml.n - 1;	/* without its last newline */

	for (size_t n = 0; n < whole; n++) {
		struct strv cut = golden_cut(xml, n);

		ck_assert_int_eq(lists_decode(cut, 10, &a, &got),
		    ERR_BAD_SYNTAX);
		free((char *)cut.p);
	}
	free((char *)xml.p);
}
END_TEST

/* --- messages ------------------------------------------------------------- */

#define TYPE	"multipart/mixed; boundary=b"
#define LIST(disposition) "--b\r\nContent-Type: application/" \
	"resource-lists+xml; charset=utf-8\r\n" disposition "\r\n" DOC(ENTRY) \
	"\r\n"
#define RLIST	LIST("Content-Disposition: recipient-list; handling=optional" \
	"\r\n")
#define CPIM	"--b\r\nContent-Type: Message/CPIM\r\n\r\ncpim\r\n"
#define TEXT	"--b\r\nContent-Type: text/plain\r\n\r\ntext\r\n"

static const struct {
	const char *name, *body;
	enum err err;
	const char *content;
} messages[] = {
	{ "list first", RLIST CPIM "--b--", ERR_OK, "cpim" },
	{ "list last", CPIM RLIST "--b--", ERR_OK, "cpim" },
	{ "no CPIM", RLIST TEXT "--b--", ERR_OK, "text" },
	{ "CPIM rather than text", TEXT RLIST CPIM "--b--", ERR_OK, "cpim" },
	{ "another list is content", LIST("") RLIST "--b--", ERR_OK,
	  DOC(ENTRY) },
	{ "no list", CPIM "--b--", ERR_BAD_SYNTAX, NULL },
	{ "not for recipients", LIST("Content-Disposition: x\r\n") CPIM
	  "--b--", ERR_BAD_SYNTAX, NULL },
	{ "two lists", RLIST RLIST CPIM "--b--", ERR_BAD_SYNTAX, NULL },
	{ "nothing to send", RLIST "--b--", ERR_BAD_SYNTAX, NULL },
	{ "list in base64", CPIM LIST("Content-Disposition: recipient-list"
	  "\r\nContent-Transfer-Encoding: base64\r\n") "--b--",
	  ERR_BAD_CONTENT, NULL },
	{ "content in base64", RLIST "--b\r\nContent-Type: message/cpim\r\n"
	  "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--",
	  ERR_BAD_CONTENT, NULL },
	{ "no multipart at all", "hello", ERR_BAD_SYNTAX, NULL },
};

START_TEST(a_message_is_split_into_list_and_content)
{
	struct lists_message m;

	ck_assert_msg(lists_message_decode(STRV(TYPE), strv(messages[_i].body),
	    10, &a, &m) == messages[_i].err, "%s: %s", messages[_i].name,
	    m.why);
	ck_assert_int_eq(messages[_i].err == ERR_OK, m.why == NULL);
	if (messages[_i].content) {
		ck_assert(is(m.content.body, messages[_i].content));
		ck_assert_uint_eq(m.list.n, 1);
	}
}
END_TEST

START_TEST(a_message_with_too_many_recipients_is_too_big)
{
	struct lists_message m;

	ck_assert_int_eq(lists_message_decode(STRV(TYPE), STRV(RLIST CPIM
	    "--b--"), 0, &a, &m), ERR_TOO_BIG);
	ck_assert_ptr_nonnull(m.why);
	ck_assert_int_eq(lists_message_decode(STRV("text/plain"), STRV("x"),
	    1, &a, &m), ERR_BAD_CONTENT);
}
END_TEST

/* --- what recipients see -------------------------------------------------- */

static const struct {
	const char *name, *entries, *shown;	/* NULL: nothing at all */
} histories[] = {
	{ "to and cc", "<entry uri='sip:c@d' copyControl='cc'/>"
	  "<entry uri='sip:a@b' copyControl='to'/>",
	  "<entry uri=\"sip:a@b\" cp:copyControl=\"to\"/>\r\n"
	  "<entry uri=\"sip:c@d\" cp:copyControl=\"cc\"/>\r\n" },
	{ "bcc and what is not said stay hidden",
	  "<entry uri='sip:a@b' copyControl='to'/>"
	  "<entry uri='sip:c@d' copyControl='bcc'/><entry uri='sip:e@f'/>",
	  "<entry uri=\"sip:a@b\" cp:copyControl=\"to\"/>\r\n" },
	{ "only bcc", "<entry uri='sip:c@d' copyControl='bcc'/>" ENTRY, NULL },
	{ "the anonymous are counted",
	  "<entry uri='sip:a@b' copyControl='cc' anonymize='true'/>"
	  "<entry uri='sip:c@d' copyControl='cc' anonymize='1'/>"
	  "<entry uri='sip:e@f' copyControl='to' anonymize='false'/>",
	  "<entry uri=\"sip:e@f\" cp:copyControl=\"to\"/>\r\n"
	  "<entry uri=\"sip:anonymous@anonymous.invalid\" "
	  "cp:copyControl=\"cc\" cp:count=\"2\"/>\r\n" },
	{ "twice is once", "<entry uri='sip:a@b' copyControl='to'/>"
	  "<entry uri='sip:a@b' copyControl='cc'/>",
	  "<entry uri=\"sip:a@b\" cp:copyControl=\"to\"/>\r\n" },
	{ "marks are escaped",
	  "<entry uri='sip:a&amp;&lt;&quot;@b' copyControl='to'/>",
	  "<entry uri=\"sip:a&amp;&lt;&quot;@b\" cp:copyControl=\"to\"/>"
	  "\r\n" },
};

START_TEST(recipients_see_who_else_was_meant_to_be_seen)
{
	struct buf xml, out;
	const char *list;

	buf_init(&xml, 4096);
	buf_init(&out, 4096);
	buf_addf(&xml, DOC("%s"), histories[_i].entries);
	ck_assert_int_eq(lists_decode(buf_strv(&xml), 10, &a, &got), ERR_OK);
	ck_assert_msg(lists_history(&got, &out) ==
	    (histories[_i].shown != NULL), "%s", histories[_i].name);
	list = strstr(out.p, "<list>\r\n");
	if (!histories[_i].shown) {
		ck_assert_uint_eq(out.n, 0);
	} else {
		size_t n = strlen(histories[_i].shown);

		ck_assert_ptr_nonnull(list);
		list += strlen("<list>\r\n");
		ck_assert_msg(strncmp(list, histories[_i].shown, n) == 0,
		    "%s: %s", histories[_i].name, list);
		ck_assert_str_eq(list + n, "</list></resource-lists>\r\n");
		ck_assert_int_eq(lists_decode(buf_strv(&out), 10, &a, &got),
		    ERR_OK);
	}
	buf_deinit(&out);
	buf_deinit(&xml);
}
END_TEST

START_TEST(a_history_that_does_not_fit_is_left_out)
{
	struct buf out;

	ck_assert_int_eq(read_file("rfc5364"), ERR_OK);
	for (size_t limit = 0; limit < 360; limit++) {
		buf_init(&out, limit);
		buf_addz(&out, limit ? "x" : "");
		ck_assert(!lists_history(&got, &out) || out.n > 300);
		ck_assert(out.n <= 1 || !out.full);
		buf_deinit(&out);
	}
}
END_TEST

START_TEST(content_and_history_are_joined_and_split)
{
	struct mime_part in = { .type = STRV("message/cpim"),
		.encoding = STRV("gzip"), .body = STRV("\r\ncpim\r\n") };
	struct mime_part out;
	struct buf type, body;

	buf_init(&type, 128);
	buf_init(&body, 4096);
	lists_history_join(&in, STRV("<x/>"), "0a1b", &type, &body);
	ck_assert(lists_history_split(buf_strv(&type), buf_strv(&body),
	    &out));
	ck_assert(strv_eq(out.type, in.type));
	ck_assert(strv_eq(out.encoding, in.encoding));
	ck_assert(strv_eq(out.body, in.body));
	ck_assert(!lists_history_split(STRV("text/plain"), buf_strv(&body),
	    &out));
	ck_assert(!lists_history_split(STRV(TYPE), STRV(RLIST CPIM "--b--"),
	    &out));
	for (size_t n = 0; n < body.n - 10; n++) {
		struct strv cut = golden_cut(buf_strv(&body), n);
		struct mime_part part;

		if (lists_history_split(buf_strv(&type), cut, &part))
			ck_assert(strv_eq(part.body, in.body));
		free((char *)cut.p);
	}
	buf_deinit(&body);
	buf_deinit(&type);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lists");
	TCase *tc = tcase_create("lists");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, entries_have_their_copy_control);
	tcase_add_test(tc, lists_in_lists_are_one_and_prefixes_do_not_matter);
	tcase_add_rows(tc, a_list_is_read_or_refused, rows);
	tcase_add_rows(tc, a_document_with_a_trick_is_refused, bombs);
	tcase_add_test(tc, a_document_may_be_so_large);
	tcase_add_test(tc, a_truncated_list_is_refused);
	tcase_add_rows(tc, a_message_is_split_into_list_and_content, messages);
	tcase_add_test(tc, a_message_with_too_many_recipients_is_too_big);
	tcase_add_rows(tc, recipients_see_who_else_was_meant_to_be_seen,
	    histories);
	tcase_add_test(tc, a_history_that_does_not_fit_is_left_out);
	tcase_add_test(tc, content_and_history_are_joined_and_split);
	suite_add_tcase(s, tc);
	return s;
}
