/* test_cpim.c - wire/cpim.h. */

#include "golden.h"
#include "runner.h"
#include "wire/cpim.h"

#define LIT(s) { s, sizeof(s) - 1 }

static struct cpim got;
static struct buf out;

static void setup(void)
{
	buf_init(&out, 65536);
}

static void teardown(void)
{
	buf_deinit(&out);
}

#define ALICE	"sip:+15550100001@cpm.example"
#define BOB	"sip:+15550100002@cpm.example"
#define ASKED	(CPIM_DELIVERY | CPIM_NEGATIVE | CPIM_DISPLAY)

/* what the file says, whatever form it says it in */
static const struct {
	const char *file;
	const char *id;
	unsigned wants;
	const char *type, *content;
} same[] = {
	{ "pager", "Xk29dQ7aTz01", ASKED, "text/plain; charset=UTF-8",
	  "Hello Bob" },
	{ "lf_only", "Xk29dQ7aTz01", ASKED, "text/plain; charset=UTF-8",
	  "Hello Bob" },
	{ "lower_case", "Xk29dQ7aTz01", ASKED, "text/plain; charset=UTF-8",
	  "Hello Bob" },
	{ "remapped_prefix", "Xk29dQ7aTz01", ASKED,
	  "text/plain; charset=UTF-8", "Hello Bob" },
	{ "no_blank_before_mime", "Xk29dQ7aTz01", ASKED,
	  "text/plain; charset=UTF-8", "Hello Bob" },
	{ "no_blank_after_mime", "Xk29dQ7aTz01", ASKED,
	  "text/plain; charset=UTF-8", "Hello Bob" },
	{ "wrong_length", "Xk29dQ7aTz01", ASKED, "text/plain; charset=UTF-8",
	  "Hello Bob" },
	{ "long_length", "Xk29dQ7aTz01", ASKED, "text/plain; charset=UTF-8",
	  "Hello Bob" },
	{ "trailing_crlf", "Xk29dQ7aTz01", ASKED,
	  "text/plain; charset=UTF-8", "Hello Bob" },
	{ "no_ns", "Xk29dQ7aTz01", ASKED, "text/plain; charset=UTF-8",
	  "Hello Bob" },
	{ "folded_type", "Xk29dQ7aTz01", ASKED,
	  "text/plain;\r\n charset=UTF-8", "Hello Bob" },
	{ "base64", "Xk29dQ7aTz01", ASKED, "text/plain; charset=UTF-8",
	  "SGVsbG8gQm9i" },
	{ "large_without_body", "LgMsg00042", CPIM_DELIVERY | CPIM_DISPLAY,
	  "image/jpeg", "" },
};

START_TEST(every_form_that_clients_write_is_read_alike)
{
	char path[64];
	struct strv body;

	snprintf(path, sizeof(path), "cpim/%s.bin", same[_i].file);
	body = golden(path);
	ck_assert_msg(cpim_decode(body, &got) == ERR_OK, "%s: %s, line %u",
	    path, got.why, got.line);
	ck_assert_msg(strv_eq(got.from, STRV(ALICE)), "%s", path);
	ck_assert_msg(strv_eq(got.to, STRV(BOB)), "%s", path);
	ck_assert_msg(strv_eq(got.message_id, strv(same[_i].id)), "%s", path);
	ck_assert_msg(got.has_wants && got.wants == same[_i].wants, "%s",
	    path);
	ck_assert_msg(got.has_datetime, "%s", path);
	ck_assert_msg(strv_eq(got.type, strv(same[_i].type)), "%s", path);
	ck_assert_msg(strv_eq(got.content, strv(same[_i].content)), "%s",
	    path);
	free((char *)body.p);
}
END_TEST

START_TEST(a_notification_is_told_by_its_content)
{
	struct strv body = golden("cpim/imdn.bin");

	ck_assert_int_eq(cpim_decode(body, &got), ERR_OK);
	ck_assert(strv_eq(got.type, STRV("message/imdn+xml")));
	ck_assert(strv_eq(got.disposition, STRV("notification")));
	ck_assert(strv_eq(got.message_id, STRV("9bQm4w1LrS77")));
	ck_assert(!got.has_wants);
	ck_assert_uint_eq(got.content.n, 391);
	ck_assert_int_eq(got.datetime, 1740823202000);
	free((char *)body.p);
}
END_TEST

START_TEST(a_message_from_the_phone_network_names_its_service)
{
	struct strv body = golden("cpim/from_sms.bin");

	ck_assert_int_eq(cpim_decode(body, &got), ERR_OK);
	ck_assert(strv_eq(got.from, STRV("tel:+33698765432")));
	ck_assert(strv_eq(got.service, STRV("sms")));
	free((char *)body.p);
}
END_TEST

START_TEST(the_payload_type_of_an_empty_cpim_is_read)
{
	struct strv body = golden("cpim/large_without_body.bin");

	ck_assert_int_eq(cpim_decode(body, &got), ERR_OK);
	ck_assert(strv_eq(got.payload_type, STRV("image/jpeg")));
	free((char *)body.p);
}
END_TEST

START_TEST(the_example_of_the_rfc_is_read)
{
	struct strv body = golden("cpim/rfc3862.bin");
	const struct cpim_header *h;

	ck_assert_int_eq(cpim_decode(body, &got), ERR_OK);
	ck_assert(strv_eq(got.from, STRV("im:piglet@100akerwood.com")));
	ck_assert(strv_eq(got.from_name, STRV("MR SANDERS")));
	ck_assert(strv_eq(got.to_name, STRV("Depressed Donkey")));
	ck_assert_int_eq(got.datetime, 976743600000);
	ck_assert(strv_eq(got.subject,
	    STRV("the weather will be fine today")));
	ck_assert(strv_eq(got.headers[4].value,
	    STRV("beau temps prevu pour aujourd'hui")));
	h = cpim_find(&got, STRV("mid:MessageFeatures@id.foo.com"),
	    STRV("wackymessageoption"));
	ck_assert_ptr_nonnull(h);
	ck_assert(strv_eq(h->value, STRV("Use-silly-font")));
	ck_assert(strv_eq(h->prefix, STRV("MyFeatures")));
	ck_assert(strv_eq(h->line,
	    STRV("MyFeatures.WackyMessageOption: Use-silly-font")));
	ck_assert_ptr_null(cpim_find(&got, STRV(""), STRV("Content-ID")));
	ck_assert_uint_eq(got.n_headers, 11);
	ck_assert(got.headers[10].mime);
	ck_assert(strv_eq(got.headers[10].value,
	    STRV("<1234567890@foo.com>")));
	ck_assert(!got.has_wants && !got.message_id.p);
	ck_assert_uint_eq(got.content.n, 8 + 33 + 9);
	free((char *)body.p);
}
END_TEST

#define H	"From: <sip:a@h>\r\n"
#define X16(s)	s s s s s s s s s s s s s s s s

static const struct {
	const char *name;
	struct strv body;
	const char *why;
	unsigned line;
} refused[] = {
	{ "nothing", { "", 0 }, "no CPIM headers", 1 },
	{ "blank first", LIT("\r\n" H "\r\n\r\nx"),
	  "no CPIM headers", 1 },
	{ "only MIME headers",
	  LIT("Content-Type: text/plain\r\n\r\nx"),
	  "no CPIM headers", 1 },
	{ "plain text", LIT("Hello Bob"), "no CPIM headers", 1 },
	{ "plain text with a colon", LIT("Hello Bob: x"),
	  "no CPIM headers", 1 },
	{ "a colon alone", LIT(": x\r\n\r\n"), "no CPIM headers", 1 },
	{ "a line without colon", LIT(H "nonsense\r\n\r\n\r\nx"),
	  "not a header", 2 },
	{ "a prefix without name", LIT(H "imdn.: x\r\n\r\n\r\nx"),
	  "not a header", 2 },
	{ "folded", LIT(H "Subject: a\r\n b\r\n\r\n\r\nx"),
	  "folded header", 3 },
	{ "a NUL", LIT(H "Subject: a\0b\r\n\r\n\r\nx"),
	  "control character in a header", 2 },
	{ "a CR inside", LIT(H "Subject: a\rb\r\n\r\n\r\nx"),
	  "control character in a header", 2 },
	{ "a NUL in the MIME headers",
	  LIT(H "\r\nContent-Type: a\0\r\n\r\nx"),
	  "control character in a header", 3 },
	{ "NS without URI", LIT(H "NS: imdn urn:x\r\n\r\n\r\nx"),
	  "NS without a URI in <>", 2 },
	{ "NS with an empty URI", LIT(H "NS: imdn <>\r\n\r\n\r\nx"),
	  "NS without a URI in <>", 2 },
	{ "two ids", LIT(H "imdn.Message-ID: a\r\n"
	  "imdn.Message-ID: a\r\n\r\n\r\nx"), "imdn.Message-ID twice", 3 },
	{ "an empty id", LIT(H "imdn.Message-ID:\r\n\r\n\r\nx"),
	  "imdn.Message-ID is no token", 2 },
	{ "an id with a space",
	  LIT(H "imdn.Message-ID: a b\r\n\r\n\r\nx"),
	  "imdn.Message-ID is no token", 2 },
	{ "an id of 272 bytes", LIT(H "imdn.Message-ID: "
	  X16("0123456789abcdef") "0123456789abcdef\r\n\r\n\r\nx"),
	  "imdn.Message-ID is no token", 2 },
	{ "80 headers", LIT(X16(H) X16(H) X16(H) X16(H) X16(H)
	  "\r\n\r\nx"), "too many headers", 65 },
	{ "80 MIME headers", LIT(H "\r\n" X16("Content-A: b\r\n")
	  X16("Content-A: b\r\n") X16("Content-A: b\r\n")
	  X16("Content-A: b\r\n") X16("Content-A: b\r\n") "\r\nx"),
	  "too many headers", 66 },
};

START_TEST(what_cannot_be_read_is_refused_with_its_line)
{
	struct strv body = golden_cut(refused[_i].body, refused[_i].body.n);

	ck_assert_msg(cpim_decode(body, &got) == ERR_BAD_SYNTAX, "%s",
	    refused[_i].name);
	ck_assert_msg(strcmp(got.why, refused[_i].why) == 0, "%s: %s",
	    refused[_i].name, got.why);
	ck_assert_msg(got.line == refused[_i].line, "%s: line %u",
	    refused[_i].name, got.line);
	free((char *)body.p);
}
END_TEST

START_TEST(a_line_of_4096_bytes_is_read_and_of_4097_is_not)
{
	char line[CPIM_LINE + 3];

	memset(line, 'a', sizeof(line));
	memcpy(line, "S: ", 3);
	memcpy(line + CPIM_LINE, "\r\n", 2);
	ck_assert_int_eq(cpim_decode((struct strv){ line, CPIM_LINE + 2 },
	    &got), ERR_OK);
	line[CPIM_LINE] = 'a';
	line[CPIM_LINE + 1] = '\r';
	line[CPIM_LINE + 2] = '\n';
	ck_assert_int_eq(cpim_decode((struct strv){ line, CPIM_LINE + 3 },
	    &got), ERR_BAD_SYNTAX);
	ck_assert_str_eq(got.why, "header line too long");
}
END_TEST

START_TEST(folds_make_no_line_longer_than_4096_bytes)
{
	buf_addz(&out, H "\r\nContent-Type: a/b;\r\n");
	while (out.n < 6000)
		buf_addz(&out, " c=d;\r\n");
	buf_addz(&out, "\r\nx");
	ck_assert_int_eq(cpim_decode(buf_strv(&out), &got), ERR_BAD_SYNTAX);
	ck_assert_str_eq(got.why, "header line too long");
}
END_TEST

START_TEST(sixty_four_headers_are_read)
{
	ck_assert_int_eq(cpim_decode(STRV(X16(H) X16(H) X16(H) X16(H)
	    "\r\n\r\nx"), &got), ERR_OK);
	ck_assert_uint_eq(got.n_headers, 64);
	ck_assert(strv_eq(got.content, STRV("x")));
}
END_TEST

static const struct {
	const char *body, *content, *type;
} contents[] = {
	{ H "\r\n\r\nx", "x", NULL },
	{ H "\r\nx", "x", NULL },
	{ H "\r\nDear Bob: x\r\n\r\ny", "Dear Bob: x\r\n\r\ny", NULL },
	{ H "\r\n\r\n", "", NULL },
	{ H "\r\n", "", NULL },
	{ H, "", NULL },
	{ "From: <sip:a@h>", "", NULL },
	{ H "Content-Type: t/p", "", "t/p" },
	{ H "\r\nContent-Type: t/p\r\n", "", "t/p" },
	{ H "\r\nContent-Type: t/p\r\n\r\n", "", "t/p" },
	{ H "\r\nContent-Type: t/p\r\n\r\n\r\n", "\r\n", "t/p" },
	{ H "\r\nContent-Type: t/p\r\nNote: x", "Note: x", "t/p" },
	{ H "\r\nX-Own: 1\r\nContent-Type: t/p\r\n\r\nx", "x", "t/p" },
	{ H "\r\nContent-Type: t/p\r\n  x", "  x", "t/p" },
	{ H "\r\nContent-Type:\r\n t/p\r\n\r\nx", "x", "t/p" },
	{ H "\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\nx", "x",
	  "a/b" },
	{ H "\r\nContent-Length: 1\r\n\r\nxy", "xy", NULL },
	{ H "\r\nContent-Length: 1\r\n\r\nx\r\n", "x", NULL },
	{ H "\r\nContent-Length: 0\r\n\r\n\r\n", "", NULL },
	{ H "\r\nContent-Length: -1\r\n\r\nx\r\n", "x\r\n", NULL },
	{ H "\r\nContent-Length: 4294967297\r\n\r\nx\r\n", "x\r\n", NULL },
	{ H "\r\nContent-Length: one\r\n\r\nx\r\n", "x\r\n", NULL },
};

START_TEST(the_content_begins_where_it_should)
{
	ck_assert_msg(cpim_decode(strv(contents[_i].body), &got) == ERR_OK,
	    "%s: %s", contents[_i].body, got.why);
	ck_assert_msg(strv_eq(got.content, strv(contents[_i].content)),
	    "%s: %.*s", contents[_i].body, STRV_ARG(got.content));
	ck_assert_msg(strv_eq(got.type, strv(contents[_i].type)) &&
	    !got.type.p == !contents[_i].type, "%s", contents[_i].body);
}
END_TEST

static const struct {
	const char *value;
	unsigned wants;
} asked[] = {
	{ "", 0 },
	{ "positive-delivery", CPIM_DELIVERY },
	{ "negative-delivery", CPIM_NEGATIVE },
	{ "processing", CPIM_PROCESSING },
	{ "display", CPIM_DISPLAY },
	{ "interworking", CPIM_INTERWORKING },
	{ "none", CPIM_NONE },
	{ "Positive-Delivery ,DISPLAY", CPIM_DELIVERY | CPIM_DISPLAY },
	{ "display;p=1, novelty", CPIM_DISPLAY },
	{ "displays", 0 },
	{ ",,display,", CPIM_DISPLAY },
};

START_TEST(the_wanted_notifications_are_bits)
{
	buf_addf(&out, H "imdn.Disposition-Notification: %s\r\n\r\n\r\nx",
	    asked[_i].value);
	ck_assert_int_eq(cpim_decode(buf_strv(&out), &got), ERR_OK);
	ck_assert(got.has_wants);
	ck_assert_msg(got.wants == asked[_i].wants, "%s", asked[_i].value);
}
END_TEST

static const struct {
	const char *headers, *id;
} namespaces[] = {
	{ "NS: a <urn:ietf:params:imdn>\r\na.Message-ID: 1\r\n", "1" },
	{ "NS: a<URN:IETF:params:imdn>\r\nA.Message-ID: 1\r\n", "1" },
	{ "ns: <urn:ietf:params:imdn>\r\nMessage-ID: 1\r\n", "1" },
	{ "Message-ID: 1\r\nNS: <urn:ietf:params:imdn>\r\n", NULL },
	{ "a.Message-ID: 1\r\nNS: a <urn:ietf:params:imdn>\r\n", "1" },
	{ "NS: a <urn:x>\r\nNS: a <urn:ietf:params:imdn>\r\n"
	  "a.Message-ID: 1\r\n", "1" },
	{ "NS: a <urn:ietf:params:imdn>\r\na.Message-ID: 1\r\n"
	  "NS: a <urn:x>\r\na.Message-ID: 2\r\n", "1" },
	{ "NS: imdn <urn:x>\r\nimdn.Message-ID: 1\r\n", NULL },
	{ "imdn.Message-ID: 1\r\n", "1" },
	{ "imdn.Message-ID \t: 1\r\n", "1" },
	{ "Message-ID: 1\r\n", NULL },
	{ "a.Message-ID: 1\r\n", NULL },
	{ "NS: c <urn:ietf:params:cpim-headers:>\r\nc.Message-ID: 1\r\n",
	  NULL },
};

START_TEST(a_header_is_known_by_its_namespace)
{
	buf_addf(&out, H "%s\r\n\r\nx", namespaces[_i].headers);
	ck_assert_int_eq(cpim_decode(buf_strv(&out), &got), ERR_OK);
	ck_assert_msg(strv_eq(got.message_id, strv(namespaces[_i].id)) &&
	    !got.message_id.p == !namespaces[_i].id, "%s",
	    namespaces[_i].headers);
}
END_TEST

START_TEST(a_header_of_another_namespace_is_not_ours)
{
	ck_assert_int_eq(cpim_decode(STRV("x.From: <sip:x@h>\r\n"
	    "NS: c <urn:ietf:params:cpim-headers:>\r\n"
	    "c.From: <sip:c@h>\r\n\r\n\r\n"), &got), ERR_OK);
	ck_assert(strv_eq(got.from, STRV("sip:c@h")));
}
END_TEST

static const struct {
	const char *value, *name, *uri;
} addresses[] = {
	{ "<sip:a@h>", NULL, "sip:a@h" },
	{ "sip:a@h", NULL, "sip:a@h" },
	{ "Ann B <sip:a@h>", "Ann B", "sip:a@h" },
	{ "\"Ann <B>\" <sip:a@h>", "Ann <B>", "sip:a@h" },
	{ "\"A \\\" B\"<sip:a@h>", "A \\\" B", "sip:a@h" },
	{ "< sip:a@h >", NULL, "sip:a@h" },
	{ "<sip:a@h", NULL, NULL },
	{ "<>", NULL, NULL },
	{ "", NULL, NULL },
};

START_TEST(from_has_a_name_and_a_uri)
{
	buf_addf(&out, "From: %s\r\n\r\n\r\nx", addresses[_i].value);
	ck_assert_int_eq(cpim_decode(buf_strv(&out), &got), ERR_OK);
	ck_assert_msg(strv_eq(got.from, strv(addresses[_i].uri)) &&
	    !got.from.p == !addresses[_i].uri, "%s", addresses[_i].value);
	ck_assert_msg(strv_eq(got.from_name, strv(addresses[_i].name)), "%s",
	    addresses[_i].value);
}
END_TEST

static const struct {
	const char *text;
	int64_t ms;	/* -1: no time */
} times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2025-03-01T10:00:00Z", 1740823200000 },
	{ "2025-03-01T10:00:00.1Z", 1740823200100 },
	{ "2025-03-01T10:00:00.123Z", 1740823200123 },
	{ "2025-03-01T10:00:00,1239999Z", 1740823200123 },
	{ "2025-03-01T10:00:00.1234567Z", 1740823200123 },
	{ "2025-03-01T11:00:00+01:00", 1740823200000 },
	{ "2025-03-01T02:00:00-08:00", 1740823200000 },
	{ "2025-03-01T11:00:00+0100", 1740823200000 },
	{ "2025-03-01T11:00:00+01", 1740823200000 },
	{ "2025-03-01T10:00:00-00:00", 1740823200000 },
	{ "2025-03-01t10:00:00z", 1740823200000 },
	{ "2025-03-01 10:00:00Z", 1740823200000 },
	{ "2000-12-13T13:40:00-08:00", 976743600000 },
	{ "2024-02-29T00:00:00Z", 1709164800000 },
	{ "2024-12-31T23:59:60Z", 1735689600000 },
	{ "2100-03-01T00:00:00Z", 4107542400000 },
	{ "9999-12-31T23:59:59.999Z", 253402300799999 },
	{ "2025-02-29T00:00:00Z", -1 },
	{ "2100-02-29T00:00:00Z", -1 },
	{ "2025-04-31T00:00:00Z", -1 },
	{ "2025-00-01T00:00:00Z", -1 },
	{ "2025-13-01T00:00:00Z", -1 },
	{ "2025-01-00T00:00:00Z", -1 },
	{ "2025-01-01T24:00:00Z", -1 },
	{ "2025-01-01T00:60:00Z", -1 },
	{ "2025-01-01T00:00:61Z", -1 },
	{ "2025-01-01T00:00:00", -1 },
	{ "2025-01-01T00:00:00.Z", -1 },
	{ "2025-01-01T00:00:00+1", -1 },
	{ "2025-01-01T00:00:00+01:", -1 },
	{ "2025-01-01T00:00:00+24:00", -1 },
	{ "2025-01-01T00:00:00Zx", -1 },
	{ "2025-01-01", -1 },
	{ "1969-12-31T23:59:59Z", -1 },
	{ "now", -1 },
	{ "", -1 },
};

START_TEST(a_time_is_read_in_every_form)
{
	int64_t ms = -1;

	ck_assert_msg(cpim_time(strv(times[_i].text), &ms) ==
	    (times[_i].ms >= 0), "%s", times[_i].text);
	ck_assert_msg(ms == times[_i].ms, "%s: %lld", times[_i].text,
	    (long long)ms);
}
END_TEST

START_TEST(every_truncation_ends_with_views_inside_it_or_a_reason)
{
	char path[64];
	struct strv body;

	snprintf(path, sizeof(path), "cpim/%s.bin", same[_i].file);
	body = golden(path);
	for (size_t n = 0; n < body.n; n++) {
		struct strv cut = golden_cut(body, n);

		if (cpim_decode(cut, &got) == ERR_OK) {
			ck_assert_uint_gt(got.n_headers, 0);
			ck_assert(got.content.p >= cut.p && got.content.p +
			    got.content.n <= cut.p + cut.n);
		} else {
			ck_assert_ptr_nonnull(got.why);
			ck_assert_uint_gt(got.line, 0);
		}
		free((char *)cut.p);
	}
	free((char *)body.p);
}
END_TEST

START_TEST(our_own_notification_is_written_to_the_letter)
{
	struct strv body = golden("cpim/imdn.bin");
	struct cpim_out c = { .from = STRV(BOB), .to = STRV(ALICE),
	    .datetime = 1740823202000, .message_id = STRV("9bQm4w1LrS77"),
	    .type = STRV("message/imdn+xml"), .notification = true };

	c.content = (struct strv){ body.p + body.n - 391, 391 };
	ck_assert_int_eq(cpim_encode(&c, &out), ERR_OK);
	ck_assert_msg(strv_eq(buf_strv(&out), body), "%s", out.p);
	free((char *)body.p);
}
END_TEST

START_TEST(a_wrapped_text_is_written_to_the_letter)
{
	struct strv body = golden("cpim/pager.bin");
	struct cpim_out c = { .from = STRV(ALICE), .to = STRV(BOB),
	    .datetime = 1740823200000, .message_id = STRV("Xk29dQ7aTz01"),
	    .wants = ASKED, .type = STRV("text/plain; charset=UTF-8"),
	    .content = STRV("Hello Bob") };

	ck_assert_int_eq(cpim_encode(&c, &out), ERR_OK);
	ck_assert_msg(strv_eq(buf_strv(&out), body), "%s", out.p);
	free((char *)body.p);
}
END_TEST

START_TEST(a_message_from_sms_is_written_to_the_letter)
{
	struct strv body = golden("cpim/from_sms.bin");
	struct cpim_out c = { .from = STRV("tel:+33698765432"),
	    .to = STRV("tel:+15550100001"), .datetime = 1795159200000,
	    .message_id = STRV("Nf0a91"), .service = STRV("sms"),
	    .type = STRV("text/plain; charset=UTF-8"), .content = STRV("ok") };

	ck_assert_int_eq(cpim_encode(&c, &out), ERR_OK);
	ck_assert_msg(strv_eq(buf_strv(&out), body), "%s", out.p);
	free((char *)body.p);
}
END_TEST

START_TEST(all_parts_are_written_and_read_back)
{
	struct cpim_out c = { .from = STRV("sip:a@h"),
	    .from_name = STRV("A \"\\\n\xff\xc3\xb6"), .to = STRV("sip:b@h"),
	    .datetime = 1740823200007, .message_id = STRV("m"),
	    .wants = 63, .original_to = STRV("sip:o@h"),
	    .service = STRV("mms"), .type = STRV("a/b"),
	    .content = STRV("\r\n\0") };

	ck_assert_int_eq(cpim_encode(&c, &out), ERR_OK);
	ck_assert_int_eq(cpim_decode(buf_strv(&out), &got), ERR_OK);
	ck_assert(strv_eq(got.from, c.from) && strv_eq(got.to, c.to));
	ck_assert(strv_eq(got.from_name,
	    STRV("A \\\"\\\\\\u000a\xef\xbf\xbd\xc3\xb6")));
	ck_assert_int_eq(got.datetime, c.datetime);
	ck_assert(strv_eq(got.message_id, c.message_id));
	ck_assert_uint_eq(got.wants, 63);
	ck_assert(strv_eq(got.original_to, c.original_to));
	ck_assert(strv_eq(got.service, c.service));
	ck_assert(strv_eq(got.content, c.content));
}
END_TEST

static const struct {
	const char *name;
	struct cpim_out c;
} unfit[] = {
	{ "no From", { .to = LIT("b"), .type = LIT("t") } },
	{ "no To", { .from = LIT("a"), .type = LIT("t") } },
	{ "no type", { .from = LIT("a"), .to = LIT("b") } },
	{ "a line end in From", { .from = LIT("a\r\nX: y"),
	  .to = LIT("b"), .type = LIT("t") } },
	{ "a > in To", { .from = LIT("a"), .to = LIT("b>"),
	  .type = LIT("t") } },
	{ "a NUL in the type", { .from = LIT("a"),
	  .to = LIT("b"), .type = LIT("t\0") } },
	{ "a space in the id", { .from = LIT("a"),
	  .to = LIT("b"), .type = LIT("t"),
	  .message_id = LIT("i d") } },
	{ "a line end in the service", { .from = LIT("a"),
	  .to = LIT("b"), .type = LIT("t"),
	  .service = LIT("\n") } },
	{ "a < in Original-To", { .from = LIT("a"),
	  .to = LIT("b"), .type = LIT("t"),
	  .original_to = LIT("<") } },
};

START_TEST(what_cannot_stand_in_a_header_is_not_written)
{
	ck_assert_msg(cpim_encode(&unfit[_i].c, &out) == ERR_BAD_SYNTAX, "%s",
	    unfit[_i].name);
	ck_assert_uint_eq(out.n, 0);
}
END_TEST

START_TEST(a_full_buffer_is_told)
{
	struct cpim_out c = { .from = STRV("a"), .to = STRV("b"),
	    .type = STRV("t") };
	struct buf small;

	buf_init(&small, 50);
	ck_assert_int_eq(cpim_encode(&c, &small), ERR_TOO_BIG);
	buf_deinit(&small);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cpim");
	TCase *tc = tcase_create("cpim");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc, every_form_that_clients_write_is_read_alike, same);
	tcase_add_test(tc, a_notification_is_told_by_its_content);
	tcase_add_test(tc, a_message_from_the_phone_network_names_its_service);
	tcase_add_test(tc, the_payload_type_of_an_empty_cpim_is_read);
	tcase_add_test(tc, the_example_of_the_rfc_is_read);
	tcase_add_rows(tc, what_cannot_be_read_is_refused_with_its_line,
	    refused);
	tcase_add_test(tc, a_line_of_4096_bytes_is_read_and_of_4097_is_not);
	tcase_add_test(tc, folds_make_no_line_longer_than_4096_bytes);
	tcase_add_test(tc, sixty_four_headers_are_read);
	tcase_add_rows(tc, the_content_begins_where_it_should, contents);
	tcase_add_rows(tc, the_wanted_notifications_are_bits, asked);
	tcase_add_rows(tc, a_header_is_known_by_its_namespace, namespaces);
	tcase_add_test(tc, a_header_of_another_namespace_is_not_ours);
	tcase_add_rows(tc, from_has_a_name_and_a_uri, addresses);
	tcase_add_rows(tc, a_time_is_read_in_every_form, times);
	tcase_add_rows(tc,
	    every_truncation_ends_with_views_inside_it_or_a_reason, same);
	tcase_add_test(tc, our_own_notification_is_written_to_the_letter);
	tcase_add_test(tc, a_wrapped_text_is_written_to_the_letter);
	tcase_add_test(tc, a_message_from_sms_is_written_to_the_letter);
	tcase_add_test(tc, all_parts_are_written_and_read_back);
	tcase_add_rows(tc, what_cannot_stand_in_a_header_is_not_written,
	    unfit);
	tcase_add_test(tc, a_full_buffer_is_told);
	suite_add_tcase(s, tc);
	return s;
}
