/* test_sim_cpim.c - tests/sim/cpim.h. */

#include <stdlib.h>

#include "../sim/cpim.h"
#include "runner.h"

#define HEADS \
	"From: <sip:+15550100001@cpm.example>\r\n" \
	"To: <sip:+15550100002@cpm.example>\r\n" \
	"DateTime: 2025-03-01T10:00:00Z\r\n"
#define TEXT "\r\nContent-Type: text/plain; charset=UTF-8\r\n" \
	"Content-Length: 9\r\n\r\nHello Bob"

static const struct {
	const char *name, *body;
	bool ok;
	const char *id, *wants, *content;
} rows[] = {
	{ "as in RFC 5438", HEADS "NS: imdn <urn:ietf:params:imdn>\r\n"
	  "imdn.Message-ID: Xk29\r\n"
	  "imdn.Disposition-Notification: positive-delivery, display\r\n" TEXT,
	  true, "Xk29", "positive-delivery, display", "Hello Bob" },
	{ "another prefix", HEADS "NS: x <urn:ietf:params:imdn>\r\n"
	  "x.Message-ID: 1\r\nimdn.Message-ID: 2\r\n" TEXT,
	  true, "1", NULL, "Hello Bob" },
	{ "no namespace line", HEADS "imdn.message-id: 3\r\n" TEXT,
	  true, "3", NULL, "Hello Bob" },
	{ "lines end in LF", "From: <sip:a>\nimdn.Message-ID: 4\n\n"
	  "content-type: text/plain\n\nx\ny", true, "4", NULL, "x\ny" },
	{ "empty content", HEADS "\r\nContent-Type: text/plain\r\n\r\n",
	  true, NULL, NULL, "" },
	{ "no second block", HEADS "\r\nContent-Type: text/plain\r\n", false,
	  NULL, NULL, NULL },
	{ "no header line", "Hello\r\n\r\nBob\r\n\r\n", false, NULL, NULL,
	  NULL },
	{ "empty", "", false, NULL, NULL, NULL },
};

START_TEST(a_message_is_read)
{
	struct cpim c;

	ck_assert_msg(cpim_read(strv(rows[_i].body), &c) == rows[_i].ok, "%s",
	    rows[_i].name);
	if (!rows[_i].ok)
		return;
	ck_assert_msg(strv_eq(cpim_imdn(&c, "Message-ID"), strv(rows[_i].id)),
	    "%s: id", rows[_i].name);
	ck_assert_msg(strv_eq(cpim_imdn(&c, "Disposition-Notification"),
	    strv(rows[_i].wants)), "%s: wants", rows[_i].name);
	ck_assert_msg(strv_eq(c.content, strv(rows[_i].content)), "%s: text",
	    rows[_i].name);
}
END_TEST

START_TEST(what_is_written_reads_back)
{
	static const char *const more[] = { "iw.Service: sms" };
	struct buf b = BUF_EMPTY;
	struct cpim c;

	cpim_write(&(struct cpim_out){
		.from = "sip:a@x", .to = "tel:+1", .id = "I", .wants = "display",
		.more = more, .more_n = 1, .type = "message/imdn+xml",
		.notification = true, .content = STRV("<imdn/>"),
	}, &b);
	ck_assert(cpim_read(buf_strv(&b), &c));
	ck_assert(strv_eq(sip_uri(cpim_get(&c, "From")), STRV("sip:a@x")));
	ck_assert(strv_eq(sip_uri(cpim_get(&c, "To")), STRV("tel:+1")));
	ck_assert(strv_eq(cpim_imdn(&c, "Message-ID"), STRV("I")));
	ck_assert(strv_eq(cpim_get(&c, "iw.Service"), STRV("sms")));
	ck_assert(strv_eq(cpim_mime(&c, "Content-Type"),
	    STRV("message/imdn+xml")));
	ck_assert(strv_eq(cpim_mime(&c, "Content-Disposition"),
	    STRV("notification")));
	ck_assert(strv_eq(cpim_mime(&c, "Content-Length"), STRV("7")));
	ck_assert(strv_eq(c.content, STRV("<imdn/>")));
	buf_deinit(&b);
}
END_TEST

static const struct {
	const char *name, *xml;
	bool ok;
	const char *id, *kind, *status;
} reports[] = {
	{ "delivered", "<?xml version=\"1.0\"?>\n<imdn xmlns=\"urn:ietf:params:"
	  "xml:ns:imdn\"><message-id>Xk29</message-id><datetime>2025-03-01T"
	  "10:00:00Z</datetime><delivery-notification><status><delivered/>"
	  "</status></delivery-notification></imdn>",
	  true, "Xk29", "delivery", "delivered" },
	{ "displayed, a prefix, blanks", "<i:imdn xmlns:i='x'>\n <i:message-id>"
	  " 7 </i:message-id>\n <i:display-notification>\n <i:status>\n"
	  "  <i:displayed />\n</i:status>", true, "7", "display",
	  "displayed" },
	{ "interworking", "<imdn xmlns:cpm='u'><message-id>N</message-id>"
	  "<cpm:interworking-notification><cpm:status><cpm:legacy-sms/>"
	  "</cpm:status></cpm:interworking-notification></imdn>",
	  true, "N", "interworking", "legacy-sms" },
	{ "a comment", "<imdn><!-- x --><message-id>1</message-id>"
	  "<delivery-notification><status><failed/></status>", true, "1",
	  "delivery", "failed" },
	{ "no id", "<imdn><delivery-notification><status><delivered/>",
	  false, NULL, NULL, NULL },
	{ "no status", "<imdn><message-id>1</message-id>", false, NULL, NULL,
	  NULL },
	{ "text", "hello", false, NULL, NULL, NULL },
	{ "empty", "", false, NULL, NULL, NULL },
};

START_TEST(a_report_is_read)
{
	struct imdn r;

	ck_assert_msg(imdn_read(strv(reports[_i].xml), &r) == reports[_i].ok,
	    "%s", reports[_i].name);
	if (!reports[_i].ok)
		return;
	ck_assert_msg(strv_eq(r.id, strv(reports[_i].id)) &&
	    strv_eq(r.kind, strv(reports[_i].kind)) &&
	    strv_eq(r.status, strv(reports[_i].status)), "%s",
	    reports[_i].name);
}
END_TEST

START_TEST(no_truncation_of_a_report_reads_beyond_it)
{
	struct strv whole = strv(reports[1].xml);

	for (size_t n = 0; n < whole.n; n++) {
		char *copy = new_view((struct strv){ whole.p, n });
		struct imdn r;

		imdn_read((struct strv){ copy, n }, &r);
		ck_assert(r.id.n <= 1);
		free(copy);
	}
}
END_TEST

START_TEST(a_written_report_reads_back)
{
	struct buf b = BUF_EMPTY;
	struct imdn r;

	imdn_write("a<b", STRV("2025-03-01T10:00:00Z"), "sip:a@x", "delivery",
	    "delivered", &b);
	ck_assert(imdn_read(buf_strv(&b), &r));
	ck_assert(strv_eq(r.id, STRV("a&lt;b")));
	ck_assert(strv_eq(r.kind, STRV("delivery")));
	ck_assert(strv_eq(r.status, STRV("delivered")));
	buf_deinit(&b);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sim cpim");
	TCase *tc = tcase_create("cpim");

	tcase_add_rows(tc, a_message_is_read, rows);
	tcase_add_test(tc, what_is_written_reads_back);
	tcase_add_rows(tc, a_report_is_read, reports);
	tcase_add_test(tc, no_truncation_of_a_report_reads_beyond_it);
	tcase_add_test(tc, a_written_report_reads_back);
	suite_add_tcase(s, tc);
	return s;
}
