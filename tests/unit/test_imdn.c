/* test_imdn.c - wire/imdn.h. */

#include "golden.h"
#include "runner.h"
#include "wire/imdn.h"

#define LIT(s) { s, sizeof(s) - 1 }
#define DOC(s) "<imdn>" s "</imdn>"
#define ID "<message-id>a</message-id>"
#define DELIVERED "<delivery-notification><status><delivered/></status>" \
	"</delivery-notification>"
#define BOB "sip:+15550100002@cpm.example"

static struct arena a;
static struct buf out;
static struct imdn got;

static void setup(void)
{
	imdn_init();
	arena_init(&a);
	buf_init(&out, 65536);
}

static void teardown(void)
{
	arena_deinit(&a);
	buf_deinit(&out);
}

static const struct {
	const char *file;
	struct imdn is;
} rows[] = {
	{ "delivered", { .message_id = LIT("Xk29dQ7aTz01"),
	  .has_datetime = true, .datetime = 1740823200000,
	  .recipient = LIT(BOB), .original_recipient = LIT(BOB),
	  .kind = IMDN_DELIVERY, .status = IMDN_DELIVERED } },
	{ "displayed_minimal", { .message_id = LIT("Xk29dQ7aTz01"),
	  .has_datetime = true, .datetime = 1740823200000,
	  .kind = IMDN_DISPLAY, .status = IMDN_DISPLAYED } },
	{ "prefixed_bom", { .message_id = LIT("Xk29dQ7aTz01"),
	  .has_datetime = true, .datetime = 1740823200000,
	  .recipient = LIT("sip:a&b@cpm.example"),
	  .kind = IMDN_PROCESSING, .status = IMDN_STORED } },
	{ "interworking", { .message_id = LIT("Nf0a91"),
	  .has_datetime = true, .datetime = 1795159200000,
	  .kind = IMDN_INTERWORKING, .status = IMDN_LEGACY_SMS } },
	{ "extension_status", { .message_id = LIT("a"),
	  .kind = IMDN_DELIVERY, .status = IMDN_OTHER } },
	{ "utf16", { .message_id = LIT("Xk29dQ7aTz01"),
	  .kind = IMDN_DELIVERY, .status = IMDN_FAILED } },
};

static bool same(struct strv x, struct strv y)
{
	return strv_eq(x, y) && !x.p == !y.p;
}

static void check(const struct imdn *is, const char *name)
{
	ck_assert_msg(same(got.message_id, is->message_id), "%s", name);
	ck_assert_msg(same(got.recipient, is->recipient), "%s", name);
	ck_assert_msg(same(got.original_recipient, is->original_recipient),
	    "%s", name);
	ck_assert_msg(got.has_datetime == is->has_datetime &&
	    got.datetime == is->datetime, "%s", name);
	ck_assert_msg(got.kind == is->kind && got.status == is->status,
	    "%s: %s %s", name, imdn_kind_name(got.kind),
	    imdn_status_name(got.status));
}

START_TEST(a_notification_is_read_whoever_wrote_it)
{
	char path[64];
	struct strv xml;

	snprintf(path, sizeof(path), "imdn/%s.xml", rows[_i].file);
	xml = golden(path);
	ck_assert_msg(imdn_decode(xml, &a, &got) == ERR_OK, "%s: %s", path,
	    got.why);
	free((char *)xml.p);	/* nothing points into it */
	check(&rows[_i].is, path);
}
END_TEST

START_TEST(comments_and_other_elements_are_passed_over)
{
	ck_assert_int_eq(imdn_decode(STRV("<!-- a --><?b c?>" DOC("d" ID
	    "<delivery-notification><x/><!-- e --><status> <failed/></status>"
	    "</delivery-notification>")), &a, &got), ERR_OK);
	ck_assert_int_eq(got.status, IMDN_FAILED);
	ck_assert_str_eq(imdn_kind_name(got.kind), "delivery");
	ck_assert_str_eq(imdn_status_name(got.status), "failed");
	ck_assert_str_eq(imdn_status_name(IMDN_OTHER), "other");
}
END_TEST

static const struct {
	const char *xml, *why;
} refused[] = {
	{ "", "not well-formed XML" },
	{ "\xef\xbb\xbf", "not well-formed XML" },
	{ "imdn", "not well-formed XML" },
	{ DOC(ID DELIVERED) "x", "not well-formed XML" },
	{ DOC(ID "&undefined;" DELIVERED), "not well-formed XML" },
	{ "<?xml version=\"1.0\"?><other/>", "no imdn element" },
	{ "<!DOCTYPE imdn>" DOC(ID DELIVERED), "a DTD is not accepted" },
	{ "<!DOCTYPE imdn SYSTEM \"http://h/x\">" DOC(ID DELIVERED),
	  "a DTD is not accepted" },
	{ DOC(DELIVERED), "no message-id" },
	{ DOC("<message-id/>" DELIVERED), "no message-id" },
	{ DOC("<message-id> </message-id>" DELIVERED), "no message-id" },
	{ DOC(ID), "no notification" },
	{ DOC(ID "<x>" DELIVERED "</x>"), "no notification" },
	{ DOC(ID DELIVERED DELIVERED), "two notifications" },
	{ DOC(ID "<delivery-notification/>"),
	  "notification without status" },
	{ DOC(ID "<delivery-notification><status/></delivery-notification>"),
	  "notification without status" },
	{ DOC(ID "<delivery-notification>delivered</delivery-notification>"),
	  "notification without status" },
	{ DOC(ID "<delivery-notification><status><displayed/></status>"
	  "</delivery-notification>"), "status of another notification" },
	{ DOC(ID "<display-notification><status><delivered/></status>"
	  "</display-notification>"), "status of another notification" },
};

START_TEST(what_is_no_notification_is_refused_with_the_reason)
{
	struct strv xml = golden_cut(strv(refused[_i].xml),
	    strlen(refused[_i].xml));

	ck_assert_msg(imdn_decode(xml, &a, &got) == ERR_BAD_SYNTAX, "%s",
	    refused[_i].xml);
	ck_assert_msg(strcmp(got.why, refused[_i].why) == 0, "%s: %s",
	    refused[_i].xml, got.why);
	free((char *)xml.p);
}
END_TEST

static const char *const attacks[] = {
	"billion_laughs", "external_entity", "deep",
};

START_TEST(an_attack_on_the_parser_is_refused)
{
	char path[64];
	struct strv xml;

	snprintf(path, sizeof(path), "imdn/%s.xml", attacks[_i]);
	xml = golden(path);
	ck_assert_msg(imdn_decode(xml, &a, &got) == ERR_BAD_SYNTAX, "%s",
	    path);
	free((char *)xml.p);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
	char path[64];
	struct strv xml, all;

	snprintf(path, sizeof(path), "imdn/%s.xml", rows[_i].file);
	xml = golden(path);
	all = xml;
	/* white space at the end may go missing */
	while (all.n && (all.p[all.n - 1] == '\n' || all.p[all.n - 1] == '\r'))
		all.n--;
	for (size_t n = 0; n < all.n; n++) {
		struct strv part = golden_cut(all, n);

		ck_assert_msg(imdn_decode(part, &a, &got) == ERR_BAD_SYNTAX,
		    "%s at %zu", path, n);
		ck_assert_ptr_nonnull(got.why);
		free((char *)part.p);
	}
	free((char *)xml.p);
}
END_TEST

static void padded(size_t n)
{
	buf_adds(&out, STRV("<imdn>" ID DELIVERED));
	while (out.n < n - 7)
		buf_addc(&out, ' ');
	buf_adds(&out, STRV("</imdn>"));
	ck_assert_uint_eq(out.n, n);
}

START_TEST(a_document_of_64_kib_is_read_and_one_byte_more_is_not)
{
	buf_deinit(&out);
	buf_init(&out, 1 << 20);
	padded(IMDN_MAX_SIZE);
	ck_assert_int_eq(imdn_decode(buf_strv(&out), &a, &got), ERR_OK);
	buf_clear(&out);
	padded(IMDN_MAX_SIZE + 1);
	ck_assert_int_eq(imdn_decode(buf_strv(&out), &a, &got), ERR_TOO_BIG);
	ck_assert_ptr_nonnull(got.why);
}
END_TEST

static enum err with_id(size_t n)
{
	buf_clear(&out);
	buf_adds(&out, STRV("<imdn><message-id>"));
	for (size_t i = 0; i < n; i++)
		buf_addc(&out, 'i');
	buf_adds(&out, STRV("</message-id>" DELIVERED "</imdn>"));
	return imdn_decode(buf_strv(&out), &a, &got);
}

START_TEST(a_text_of_1024_bytes_is_read_and_one_byte_more_is_not)
{
	ck_assert_int_eq(with_id(IMDN_MAX_TEXT), ERR_OK);
	ck_assert_uint_eq(got.message_id.n, IMDN_MAX_TEXT);
	ck_assert_int_eq(with_id(IMDN_MAX_TEXT + 1), ERR_BAD_SYNTAX);
	ck_assert_str_eq(got.why, "text too long");
}
END_TEST

/* what we write of our own accord, to the byte */
static const int written[] = { 0, 3 };

START_TEST(our_own_is_written_to_the_letter)
{
	char path[64];
	struct strv xml;

	snprintf(path, sizeof(path), "imdn/%s.xml",
	    rows[written[_i]].file);
	xml = golden(path);
	ck_assert_int_eq(imdn_encode(&rows[written[_i]].is, &out), ERR_OK);
	ck_assert_msg(strv_eq(buf_strv(&out), xml), "%s", out.p);
	free((char *)xml.p);
}
END_TEST

START_TEST(every_status_is_written_for_its_kind_only)
{
	static const struct {
		enum imdn_kind kind;
		enum imdn_status status;
	} may[] = {
		{ IMDN_DELIVERY, IMDN_DELIVERED },
		{ IMDN_DELIVERY, IMDN_FAILED },
		{ IMDN_DELIVERY, IMDN_FORBIDDEN },
		{ IMDN_DELIVERY, IMDN_ERROR },
		{ IMDN_DISPLAY, IMDN_DISPLAYED },
		{ IMDN_DISPLAY, IMDN_FORBIDDEN },
		{ IMDN_DISPLAY, IMDN_ERROR },
		{ IMDN_PROCESSING, IMDN_PROCESSED },
		{ IMDN_PROCESSING, IMDN_STORED },
		{ IMDN_PROCESSING, IMDN_FORBIDDEN },
		{ IMDN_PROCESSING, IMDN_ERROR },
		{ IMDN_INTERWORKING, IMDN_LEGACY_SMS },
		{ IMDN_INTERWORKING, IMDN_LEGACY_MMS },
		{ IMDN_INTERWORKING, IMDN_ERROR },
	};
	size_t n = 0;

	for (int k = 0; k <= IMDN_INTERWORKING + 1; k++) {
		for (int s = 0; s <= IMDN_OTHER + 1; s++) {
			struct imdn m = { .message_id = STRV("m"),
			    .kind = (enum imdn_kind)k,
			    .status = (enum imdn_status)s };

			buf_clear(&out);
			if (imdn_encode(&m, &out) != ERR_OK) {
				ck_assert_uint_eq(out.n, 0);
				continue;
			}
			ck_assert(may[n].kind == m.kind &&
			    may[n].status == m.status);
			n++;
			ck_assert_int_eq(imdn_decode(buf_strv(&out), &a,
			    &got), ERR_OK);
			check(&m, out.p);
		}
	}
	ck_assert_uint_eq(n, sizeof(may) / sizeof(may[0]));
}
END_TEST

START_TEST(a_text_is_escaped)
{
	struct imdn m = { .message_id = STRV("a<b>&\"c'\xc3\xb6"),
	    .recipient = STRV("]]>"), .kind = IMDN_DISPLAY,
	    .status = IMDN_DISPLAYED };

	ck_assert_int_eq(imdn_encode(&m, &out), ERR_OK);
	ck_assert_int_eq(imdn_decode(buf_strv(&out), &a, &got), ERR_OK);
	check(&m, out.p);
}
END_TEST

static const struct strv unfit[] = {
	LIT(""), LIT("a\nb"), LIT("a\0"), LIT("\xff"), LIT("\xef\xbf\xbe"),
};

START_TEST(what_xml_cannot_carry_is_not_written)
{
	struct imdn m = { .message_id = unfit[_i], .kind = IMDN_DISPLAY,
	    .status = IMDN_DISPLAYED };

	ck_assert_int_eq(imdn_encode(&m, &out), ERR_BAD_SYNTAX);
	ck_assert_uint_eq(out.n, 0);
}
END_TEST

START_TEST(a_full_buffer_is_told)
{
	struct buf small;

	buf_init(&small, 60);
	ck_assert_int_eq(imdn_encode(&rows[0].is, &small), ERR_TOO_BIG);
	buf_deinit(&small);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("imdn");
	TCase *tc = tcase_create("imdn");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc, a_notification_is_read_whoever_wrote_it, rows);
	tcase_add_test(tc, comments_and_other_elements_are_passed_over);
	tcase_add_rows(tc, what_is_no_notification_is_refused_with_the_reason,
	    refused);
	tcase_add_rows(tc, an_attack_on_the_parser_is_refused, attacks);
	tcase_add_rows(tc, every_truncation_is_refused, rows);
	tcase_add_test(tc,
	    a_document_of_64_kib_is_read_and_one_byte_more_is_not);
	tcase_add_test(tc,
	    a_text_of_1024_bytes_is_read_and_one_byte_more_is_not);
	tcase_add_rows(tc, our_own_is_written_to_the_letter, written);
	tcase_add_test(tc, every_status_is_written_for_its_kind_only);
	tcase_add_test(tc, a_text_is_escaped);
	tcase_add_rows(tc, what_xml_cannot_carry_is_not_written, unfit);
	tcase_add_test(tc, a_full_buffer_is_told);
	suite_add_tcase(s, tc);
	return s;
}
