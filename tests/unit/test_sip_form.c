/* test_sip_form.c - port/sip/form.h and devices.h. */

#include "core/content.h"
#include "port/sip/devices.h"
#include "port/sip/form.h"
#include "runner.h"
#include "wire/cpim.h"
#include "wire/imdn.h"

#define CPIM \
	"From: <sip:alice@example.org>\r\n" \
	"To: <sip:bob@example.org>\r\n" \
	"NS: imdn <urn:ietf:params:imdn>\r\n" \
	"X-Odd:  kept \r\n" \
	"imdn.Message-ID: abc\r\n" \
	"\r\n" \
	"Content-type: text/plain; charset=utf-8\r\n" \
	"Content-Transfer-Encoding: base64\r\n" \
	"\r\n" \
	"SGk="

static const struct strv from = { "sip:alice@example.org", 21 };
static const struct strv to = { "sip:bob@example.org", 19 };

static struct message *a_message(struct strv type, struct strv bytes)
{
	struct message *m = message_new();

	m->imdn_id = STRV("abc");
	m->received = 1763632800000;
	m->content = content_new(type, STRV_NONE, bytes);
	return m;
}

static enum err made(struct message *m, bool cpim, struct form *f)
{
	enum err e;

	form_init(f, 65536);
	e = form_make(m, cpim, from, to, f);
	message_unref(m);
	return e;
}

START_TEST(a_cpim_stays_byte_for_byte)
{
	struct form f;

	ck_assert_int_eq(made(a_message(STRV("Message/CPIM"), STRV(CPIM)),
	    true, &f), ERR_OK);
	ck_assert_str_eq(f.type.p, "Message/CPIM");
	ck_assert_str_eq(f.body.p, CPIM);
	form_deinit(&f);
}
END_TEST

START_TEST(a_plain_client_gets_the_text_alone)
{
	struct form f;

	ck_assert_int_eq(made(a_message(STRV("message/cpim"), STRV(CPIM)),
	    false, &f), ERR_OK);
	ck_assert_str_eq(f.type.p, "text/plain; charset=utf-8");
	ck_assert_str_eq(f.body.p, "Hi");
	form_deinit(&f);
}
END_TEST

START_TEST(plain_text_stays_plain_for_a_plain_client)
{
	struct form f;

	ck_assert_int_eq(made(a_message(STRV("text/plain"), STRV("Hi")),
	    false, &f), ERR_OK);
	ck_assert_str_eq(f.type.p, "text/plain");
	ck_assert_str_eq(f.body.p, "Hi");
	form_deinit(&f);
}
END_TEST

START_TEST(plain_text_is_wrapped_and_asks_for_nothing)
{
	struct cpim c;
	struct form f;

	ck_assert_int_eq(made(a_message(STRV("text/plain"), STRV("Hi")),
	    true, &f), ERR_OK);
	ck_assert_str_eq(f.type.p, "message/cpim");
	ck_assert_int_eq(cpim_decode(buf_strv(&f.body), &c), ERR_OK);
	ck_assert(strv_eq(c.from, from));
	ck_assert(strv_eq(c.to, to));
	ck_assert(strv_eq(c.message_id, STRV("abc")));
	ck_assert(!c.has_wants);
	ck_assert(c.has_datetime && c.datetime == 1763632800000);
	ck_assert(strv_eq(c.type, STRV("text/plain")));
	ck_assert(strv_eq(c.content, STRV("Hi")));
	form_deinit(&f);
}
END_TEST

START_TEST(a_legacy_message_says_its_service)
{
	struct message *m = a_message(STRV("text/plain"), STRV("Hi"));
	struct cpim c;
	struct form f;

	m->origin = FROM_NETWORK;
	m->service = STRV("sms;via=smsc1");
	ck_assert_int_eq(made(m, true, &f), ERR_OK);
	ck_assert_int_eq(cpim_decode(buf_strv(&f.body), &c), ERR_OK);
	ck_assert(strv_eq(c.service, STRV("sms")));
	form_deinit(&f);
}
END_TEST

START_TEST(a_broken_cpim_cannot_be_unwrapped)
{
	struct form f;

	ck_assert_int_eq(made(a_message(STRV("message/cpim"), STRV("x")),
	    false, &f), ERR_BAD_SYNTAX);
	form_deinit(&f);
}
END_TEST

START_TEST(content_beyond_the_limit_is_too_big)
{
	struct message *m = a_message(STRV("text/plain"), STRV("12345"));
	struct form f;

	form_init(&f, 4);
	ck_assert_int_eq(form_make(m, false, from, to, &f), ERR_TOO_BIG);
	form_deinit(&f);
	message_unref(m);
}
END_TEST

static const struct {
	enum report_kind kind;
	enum report_status status;
	enum imdn_kind imdn_kind;
	enum imdn_status imdn_status;
} reports[] = {
	{ REPORT_DELIVERY, STATUS_DELIVERED, IMDN_DELIVERY, IMDN_DELIVERED },
	{ REPORT_DELIVERY, STATUS_FAILED, IMDN_DELIVERY, IMDN_FAILED },
	{ REPORT_DELIVERY, STATUS_FORBIDDEN, IMDN_DELIVERY, IMDN_FORBIDDEN },
	{ REPORT_DELIVERY, STATUS_ERROR, IMDN_DELIVERY, IMDN_ERROR },
	{ REPORT_DISPLAY, STATUS_DISPLAYED, IMDN_DISPLAY, IMDN_DISPLAYED },
	{ REPORT_INTERWORKING, STATUS_INTERWORKED, IMDN_INTERWORKING,
	    IMDN_LEGACY_SMS }
};

START_TEST(a_report_without_content_is_written)
{
	struct message *m = message_new();
	struct arena a;
	struct imdn i;
	struct cpim c;
	struct form f;

	m->kind = MESSAGE_REPORT;
	m->id = 0x12;
	m->report.kind = reports[_i].kind;
	m->report.status = reports[_i].status;
	m->report.imdn_id = STRV("abc");
	ck_assert_int_eq(made(m, false, &f), ERR_OK);
	ck_assert_str_eq(f.type.p, "message/cpim");
	ck_assert_int_eq(cpim_decode(buf_strv(&f.body), &c), ERR_OK);
	ck_assert(strv_eq(c.disposition, STRV("notification")));
	ck_assert(strv_eq(c.message_id, STRV("00000000000012")));
	ck_assert(!c.has_wants);
	arena_init(&a);
	imdn_init();
	ck_assert_int_eq(imdn_decode(c.content, &a, &i), ERR_OK);
	ck_assert(strv_eq(i.message_id, STRV("abc")));
	ck_assert(strv_eq(i.recipient, from));
	ck_assert_int_eq(i.kind, reports[_i].imdn_kind);
	ck_assert_int_eq(i.status, reports[_i].imdn_status);
	arena_deinit(&a);
	form_deinit(&f);
}
END_TEST

START_TEST(a_message_without_content_has_no_form)
{
	struct form f;

	ck_assert_int_eq(made(message_new(), true, &f), ERR_BAD_CONTENT);
	form_deinit(&f);
}
END_TEST

/* --- where to send ------------------------------------------------------- */

static const struct {
	const char *name;
	struct binding b;
	struct strv kept;
	const char *next, *routes, *listener;
	bool found, flow;
} ways[] = {
	{ "a contact seen as it is", {
	    .contact = STRV("sip:bob@192.0.2.1:5070"),
	    .source = STRV("udp 192.0.2.1:5070 main") }, STRV(""),
	    "sip:bob@192.0.2.1:5070;transport=udp", "", "main", true, false },
	{ "it listens at another port", {
	    .contact = STRV("sip:bob@192.0.2.1:5080"),
	    .source = STRV("udp 192.0.2.1:5070 main") }, STRV(""),
	    "sip:bob@192.0.2.1:5080;transport=udp", "", "main", true, false },
	{ "behind a translator", {
	    .contact = STRV("sip:bob@10.0.0.1:5070"),
	    .source = STRV("udp 192.0.2.1:49152 main") }, STRV(""),
	    "sip:192.0.2.1:49152;transport=udp", "", "main", true, false },
	{ "over its connection", {
	    .contact = STRV("sip:bob@192.0.2.1:5070;transport=tcp"),
	    .source = STRV("tcp 192.0.2.1:49152 main") }, STRV(""),
	    "sip:192.0.2.1:49152;transport=tcp", "", "main", true, true },
	{ "outbound over UDP", {
	    .contact = STRV("sip:bob@192.0.2.1:5070;ob"),
	    .source = STRV("udp 192.0.2.1:49152 main") }, STRV(""),
	    "sip:192.0.2.1:49152;transport=udp", "", "main", true, false },
	{ "a contact by name", {
	    .contact = STRV("sip:bob@phone.example"),
	    .source = STRV("udp [2001:db8::1]:5060 six") }, STRV(""),
	    "sip:[2001:db8::1]:5060;transport=udp", "", "six", true, false },
	{ "a contact that leads elsewhere", {
	    .contact = STRV("sip:bob@192.0.2.1:5070;maddr=evil.example"),
	    .source = STRV("udp 192.0.2.1:5070 main") }, STRV(""),
	    "sip:192.0.2.1:5070;transport=udp", "", "main", true, false },
	{ "a path that leads elsewhere", {
	    .contact = STRV("sip:bob@10.0.0.1"),
	    .path = STRV("<sip:192.0.2.9;lr;maddr=evil.example>"),
	    .source = STRV("udp 192.0.2.9:5060 main") }, STRV(""),
	    "sip:192.0.2.9:5060;transport=udp",
	    "Route: <sip:192.0.2.9;lr;maddr=evil.example>\r\n", "main",
	    true, false },
	{ "by its path", {
	    .contact = STRV("sip:bob@10.0.0.1"),
	    .path = STRV("<sip:192.0.2.9;lr>, <sip:192.0.2.8;lr>"),
	    .source = STRV("udp 192.0.2.9:5060 main") }, STRV(""),
	    "sip:192.0.2.9;lr;transport=udp", "Route: <sip:192.0.2.9;lr>\r\n"
	    "Route: <sip:192.0.2.8;lr>\r\n", "main", true, false },
	{ "a path by name goes to where REGISTER came from", {
	    .contact = STRV("sip:bob@10.0.0.1"),
	    .path = STRV("<sip:p.example;lr>"),
	    .source = STRV("tcp 192.0.2.9:5060 main") }, STRV(""),
	    "sip:192.0.2.9:5060;transport=tcp",
	    "Route: <sip:p.example;lr>\r\n", "main", true, false },
	{ "the message's own route to the same hop", {
	    .contact = STRV("sip:bob@example.org"),
	    .path = STRV("<sip:192.0.2.9;lr>"),
	    .source = STRV("udp 192.0.2.9:5060 main") },
	    STRV("Route: <sip:192.0.2.9;lr;dialog=7>\r\n"),
	    "sip:192.0.2.9;lr;transport=udp", "Route: <sip:192.0.2.9;lr;dialog=7>\r\n",
	    "main", true, false },
	{ "the message's own route elsewhere", {
	    .contact = STRV("sip:bob@example.org"),
	    .path = STRV("<sip:192.0.2.9;lr>"),
	    .source = STRV("udp 192.0.2.9:5060 main") },
	    STRV("Route: <sip:192.0.2.66;lr>\r\n"),
	    "sip:192.0.2.9;lr;transport=udp", "Route: <sip:192.0.2.9;lr>\r\n", "main",
	    true, false },
	{ "nothing known", {
	    .contact = STRV("sip:bob@phone.example") }, STRV(""),
	    "", "", "", false, false }
};

START_TEST(a_device_is_reached_by_numbers_alone)
{
	struct device_route r;

	device_route_init(&r);
	ck_assert_msg(device_route(&ways[_i].b, ways[_i].kept, &r) ==
	    ways[_i].found, "%s", ways[_i].name);
	ck_assert_msg(strcmp(r.next.p, ways[_i].next) == 0, "%s: %s",
	    ways[_i].name, r.next.p);
	ck_assert_msg(strcmp(r.routes.p, ways[_i].routes) == 0, "%s: %s",
	    ways[_i].name, r.routes.p);
	ck_assert_msg(strcmp(r.listener.p, ways[_i].listener) == 0, "%s: %s",
	    ways[_i].name, r.listener.p);
	ck_assert_msg(r.flow == ways[_i].flow, "%s", ways[_i].name);
	device_route_deinit(&r);
}
END_TEST

START_TEST(what_a_device_reads_is_learned)
{
	struct binding b = { .id = 7 };

	ck_assert(!device_reads_cpim(&b));
	device_note_cpim(7, true);
	ck_assert(device_reads_cpim(&b));
	device_note_cpim(7, false);
	b.features = STRV("+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service."
	    "ims.icsi.oma.cpm.msg\"");
	ck_assert(!device_reads_cpim(&b));
	b.id = 8;
	ck_assert(device_reads_cpim(&b));
}
END_TEST

START_TEST(a_device_is_listed_by_its_whole_name)
{
	ck_assert(strv_listed(STRV("urn:uuid:1 sip:a@b"), STRV("sip:a@b")));
	ck_assert(!strv_listed(STRV("urn:uuid:12"), STRV("urn:uuid:1")));
	ck_assert(!strv_listed(STRV(""), STRV("urn:uuid:1")));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sip form");
	TCase *tc = tcase_create("form");

	tcase_add_test(tc, a_cpim_stays_byte_for_byte);
	tcase_add_test(tc, a_plain_client_gets_the_text_alone);
	tcase_add_test(tc, plain_text_stays_plain_for_a_plain_client);
	tcase_add_test(tc, plain_text_is_wrapped_and_asks_for_nothing);
	tcase_add_test(tc, a_legacy_message_says_its_service);
	tcase_add_test(tc, a_broken_cpim_cannot_be_unwrapped);
	tcase_add_test(tc, content_beyond_the_limit_is_too_big);
	tcase_add_rows(tc, a_report_without_content_is_written, reports);
	tcase_add_test(tc, a_message_without_content_has_no_form);
	suite_add_tcase(s, tc);
	tc = tcase_create("devices");
	tcase_add_rows(tc, a_device_is_reached_by_numbers_alone, ways);
	tcase_add_test(tc, what_a_device_reads_is_learned);
	tcase_add_test(tc, a_device_is_listed_by_its_whole_name);
	suite_add_tcase(s, tc);
	return s;
}
