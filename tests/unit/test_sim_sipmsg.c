/* test_sim_sipmsg.c - tests/sim/sipmsg.h. */

#include <stdlib.h>

#include "../sim/bytes.h"
#include "../sim/sipmsg.h"
#include "runner.h"

#define REQUEST \
	"MESSAGE sip:+15550100002@cpm.example;user=phone SIP/2.0\r\n" \
	"v: SIP/2.0/TLS 192.0.2.11:5061;branch=z9hG4bK-a1;rport\r\n" \
	"Via: SIP/2.0/UDP 192.0.2.12\r\n" \
	"f: \"A; <B>\" <sip:+15550100001@cpm.example;x=y>;tag=a1t1\r\n" \
	"t: sip:+15550100002@cpm.example;user=phone\r\n" \
	"i : call-1\r\n" \
	"CSeq: 7 MESSAGE\r\n" \
	"Subject: one\r\n\ttwo\r\n" \
	"c: text/plain\r\n" \
	"l: 5\r\n\r\nHello"

START_TEST(a_request_is_read)
{
	struct sipmsg m;
	char *p = new_str(REQUEST);
	size_t used;

	ck_assert_int_eq(sipmsg_read(p, strlen(p), true, &m, &used), SIP_OK);
	ck_assert_uint_eq(used, strlen(REQUEST));
	ck_assert_int_eq(m.status, 0);
	ck_assert(strv_eq(m.method, STRV("MESSAGE")));
	ck_assert(strv_eq(m.uri,
	    STRV("sip:+15550100002@cpm.example;user=phone")));
	ck_assert(strv_eq(sip_param(sipmsg_get(&m, "Via"), "branch"),
	    STRV("z9hG4bK-a1")));
	ck_assert(sipmsg_nth(&m, "Via", 1).p && !sipmsg_nth(&m, "Via", 2).p);
	ck_assert(strv_eq(sip_param(sipmsg_get(&m, "From"), "tag"),
	    STRV("a1t1")));
	ck_assert(!sip_param(sipmsg_get(&m, "From"), "x").p);
	ck_assert(strv_eq(sipmsg_get(&m, "call-id"), STRV("call-1")));
	ck_assert(strv_eq(sipmsg_cseq_method(&m), STRV("MESSAGE")));
	ck_assert(strv_eq(sipmsg_get(&m, "Subject"), STRV("one  \ttwo")));
	ck_assert(strv_eq(m.body, STRV("Hello")));
	free(p);
}
END_TEST

START_TEST(a_stream_waits_for_the_rest)
{
	struct sipmsg m;
	size_t used;

	for (size_t n = 0; n < strlen(REQUEST); n++) {
		char *p = new_view((struct strv){ REQUEST, n });

		ck_assert_msg(sipmsg_read(p, n, false, &m, &used) == SIP_MORE,
		    "%zu octets", n);
		ck_assert_msg(sipmsg_read(p, n, true, &m, &used) != SIP_OK,
		    "%zu octets", n);
		free(p);
	}
}
END_TEST

static const struct {
	const char *name, *text;
	bool datagram;
	enum sip_got got;
	int status;
	const char *body;
} rows[] = {
	{ "a response", "SIP/2.0 404 Not Found\r\nl:0\r\n\r\n", true, SIP_OK,
	  404, "" },
	{ "no length, datagram", "SIP/2.0 200 OK\r\nTo: x\r\n\r\nrest", true,
	  SIP_OK, 200, "rest" },
	{ "no length, stream", "SIP/2.0 200 OK\r\nTo: x\r\n\r\nrest", false,
	  SIP_OK, 200, "" },
	{ "keep-alive first", "\r\n\r\nSIP/2.0 200 OK\r\nTo: x\r\n\r\n",
	  false, SIP_OK, 200, "" },
	{ "keep-alive alone", "\r\n\r\n", false, SIP_MORE, 0, NULL },
	{ "length beyond the datagram", "SIP/2.0 200 OK\r\nl: 9\r\n\r\nrest",
	  true, SIP_BAD, 0, NULL },
	{ "length is no number", "SIP/2.0 200 OK\r\nl: -1\r\n\r\n", true,
	  SIP_BAD, 0, NULL },
	{ "length overflows", "SIP/2.0 200 OK\r\nl: 99999999999\r\n\r\n", true,
	  SIP_BAD, 0, NULL },
	{ "status 99", "SIP/2.0 99 No\r\nl:0\r\n\r\n", true, SIP_BAD, 0,
	  NULL },
	{ "another version", "OPTIONS sip:x SIP/3.0\r\nl:0\r\n\r\n", true,
	  SIP_BAD, 0, NULL },
	{ "a line without colon", "OPTIONS sip:x SIP/2.0\r\nxyz\r\n\r\n", true,
	  SIP_BAD, 0, NULL },
	{ "rubbish", "hello\r\n\r\n", true, SIP_BAD, 0, NULL },
};

START_TEST(each_is_taken_for_what_it_is)
{
	char *p = new_str(rows[_i].text);
	struct sipmsg m;
	size_t used;

	ck_assert_msg(sipmsg_read(p, strlen(p), rows[_i].datagram, &m,
	    &used) == rows[_i].got, "%s", rows[_i].name);
	if (rows[_i].got == SIP_OK) {
		ck_assert_msg(m.status == rows[_i].status, "%s",
		    rows[_i].name);
		ck_assert_msg(strv_eq(m.body, strv(rows[_i].body)), "%s",
		    rows[_i].name);
	}
	free(p);
}
END_TEST

static const struct {
	const char *value, *name, *param;
} params[] = {
	{ "<sip:a;x=1>;x=2", "x", "2" },
	{ "<sip:a>;x", "x", "" },
	{ "<sip:a>;+sip.instance=\"<urn:uuid:1;2>\";y=3", "y", "3" },
	{ "<sip:a>;+sip.instance=\"<urn:uuid:1>\"", "+sip.instance",
	  "<urn:uuid:1>" },
	{ "SIP/2.0/UDP h;Branch=b ;rport", "branch", "b" },
	{ "sip:a", "x", NULL },
};

START_TEST(a_parameter_is_found)
{
	struct strv got = sip_param(strv(params[_i].value), params[_i].name);

	ck_assert_msg(strv_eq(got, strv(params[_i].param)) &&
	    !got.p == !params[_i].param, "%s", params[_i].value);
}
END_TEST

START_TEST(a_list_is_cut_at_its_commas)
{
	struct strv list = STRV(" <sip:a,b>;x=\"1,2\" , \"c,\" <sip:d>,e"), e;

	ck_assert(sip_element(&list, &e));
	ck_assert(strv_eq(e, STRV("<sip:a,b>;x=\"1,2\"")));
	ck_assert(sip_element(&list, &e));
	ck_assert(strv_eq(e, STRV("\"c,\" <sip:d>")));
	ck_assert(sip_element(&list, &e));
	ck_assert(strv_eq(e, STRV("e")));
	ck_assert(!sip_element(&list, &e));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sim sipmsg");
	TCase *tc = tcase_create("sipmsg");

	tcase_add_test(tc, a_request_is_read);
	tcase_add_test(tc, a_stream_waits_for_the_rest);
	tcase_add_rows(tc, each_is_taken_for_what_it_is, rows);
	tcase_add_rows(tc, a_parameter_is_found, params);
	tcase_add_test(tc, a_list_is_cut_at_its_commas);
	suite_add_tcase(s, tc);
	return s;
}
