/* test_addr.c - core/addr.h. */

#include "core/addr.h"
#include "runner.h"

static struct addr_rules de, us, it, dk, ru, bare;
static struct buf key, again;

static void setup(void)
{
	addr_rules_init(&de, STRV("cpm.example"), STRV("49"));
	addr_rules_init(&us, STRV("CPM.Example"), STRV("1"));
	addr_rules_init(&it, STRV("cpm.example"), STRV("39"));
	addr_rules_init(&dk, STRV("cpm.example"), STRV("45"));
	addr_rules_init(&ru, STRV("cpm.example"), STRV("7"));
	addr_rules_init(&bare, STRV("cpm.example"), STRV(""));
	buf_init(&key, 4096);
	buf_init(&again, 4096);
}

static void teardown(void)
{
	buf_deinit(&key);
	buf_deinit(&again);
}

#define ALICE "tel:+15550100001"
#define BERLIN "tel:+49301234567"
#define D15 "123456789012345"

static const struct {
	const struct addr_rules *r;
	const char *uri, *key;	/* key NULL: ERR_BAD_SYNTAX */
} rows[] = {
	/* one subscriber, however the number is written */
	{ &us, "tel:+15550100001", ALICE },
	{ &us, "TEL:+15550100001", ALICE },
	{ &us, "tel:15550100001", ALICE },
	{ &us, "tel:+1-555-010-0001", ALICE },
	{ &us, "tel:+1(555)010.0001", ALICE },
	{ &us, "tel:+15550100001;isub=1", ALICE },
	{ &us, "tel:+15550100001;phone-context=other.example", ALICE },
	{ &us, "tel:5550100001", ALICE },
	{ &us, "tel:(555)010-0001", ALICE },
	{ &us, "tel:5550100001;phone-context=+1", ALICE },
	{ &us, "tel:5550100001;Phone-Context=+1", ALICE },
	{ &us, "tel:5550100001;phone-context=cpm.example", ALICE },
	{ &us, "tel:0015550100001", ALICE },
	{ &us, "tel:01115550100001", ALICE },
	{ &us, "sip:+15550100001@cpm.example", ALICE },
	{ &us, "sip:+15550100001@CPM.EXAMPLE;user=phone", ALICE },
	{ &us, "sip:15550100001@cpm.example", ALICE },
	{ &us, "sip:5550100001@cpm.example", ALICE },
	{ &us, "sips:+15550100001@cpm.example:5061", ALICE },
	{ &us, "sip:+15550100001:pw@cpm.example", ALICE },
	{ &us, "sip:%2B15550100001@cpm.example", ALICE },
	{ &us, "sip:%31%35550100001@cpm.example", ALICE },
	{ &us, "sip:+1-555-010-0001@cpm.example;user=phone", ALICE },
	{ &us, "sip:+15550100001@192.0.2.1;user=phone", ALICE },
	{ &us, "sip:+15550100001@other.example;user=PHONE", ALICE },
	{ &us, "sip:5550100001;phone-context=+1@other.example;user=phone",
	  ALICE },
	{ &us, "sip:+15550100001@cpm.example?Subject=x", ALICE },
	{ &us, "sip:+15550100001@cpm.example.;user=phone", ALICE },
	{ &us, "+15550100001", ALICE },
	{ &us, "+1 555 010 0001", ALICE },
	{ &us, " 15550100001 ", ALICE },
	{ &us, "+15550100001@cpm.example", ALICE },
	/* trunk 0, and what is no national number */
	{ &de, "tel:+49301234567", BERLIN },
	{ &de, "tel:0301234567", BERLIN },
	{ &de, "tel:030/1234567", NULL },
	{ &de, "tel:49301234567", BERLIN },
	{ &de, "tel:0049301234567", BERLIN },
	{ &de, "sip:0301234567@cpm.example", BERLIN },
	{ &de, "tel:0301234567;phone-context=+49", BERLIN },
	{ &de, "tel:301234567;phone-context=+49", BERLIN },
	{ &us, "tel:301234567;phone-context=+49", BERLIN },
	{ &de, "tel:0049301234567;phone-context=+1", BERLIN },
	{ &de, "tel:15550100001", ALICE },
	{ &it, "tel:0612345678", "tel:+390612345678" },
	{ &it, "tel:390612345678", "tel:+390612345678" },
	{ &it, "tel:3931234567", "tel:+393931234567" },
	{ &dk, "tel:45123456", "tel:+4545123456" },
	{ &dk, "tel:4545123456", "tel:+4545123456" },
	{ &ru, "tel:89161234567", "tel:+79161234567" },
	{ &ru, "tel:81049301234567", BERLIN },
	{ &us, "tel:1555010000", "tel:+1555010000" },
	{ &us, "tel:4915112345678", "tel:+4915112345678" },
	{ &bare, "tel:15550100001", ALICE },
	{ &bare, "tel:0015550100001", ALICE },
	{ &bare, "tel:0301234567", NULL },
	{ &bare, "sip:0301234567@cpm.example", "sip:0301234567@cpm.example" },
	/* lengths */
	{ &us, "tel:1", "tel:1" },
	{ &us, "tel:123456", "tel:123456" },
	{ &us, "tel:000000", "tel:000000" },
	{ &us, "tel:12-34-56", "tel:123456" },
	{ &us, "sip:12345@cpm.example", "tel:12345" },
	{ &us, "sip:12345@other.example;user=phone", "tel:12345" },
	{ &us, "tel:1234567", "tel:+1234567" },
	{ &us, "tel:+112", "tel:+112" },
	{ &us, "tel:+1", "tel:+1" },
	{ &us, "tel:+" D15, "tel:+" D15 },
	{ &us, "tel:+" D15 "6", NULL },
	{ &us, "tel:00" D15, "tel:+" D15 },
	{ &us, "tel:00" D15 "6", NULL },
	{ &us, "sip:+" D15 "6@cpm.example", "sip:+" D15 "6@cpm.example" },
	{ &us, "tel:" D15 D15 D15, NULL },
	{ &de, "tel:0" D15, NULL },
	{ &us, "tel:+01234567", NULL },
	{ &us, "tel:000012345678", NULL },
	{ &us, "tel:5550100001;phone-context=+0", NULL },
	/* no numbers */
	{ &us, "tel:", NULL },
	{ &us, "tel:+", NULL },
	{ &us, "tel:++1555", NULL },
	{ &us, "tel:1+555", NULL },
	{ &us, "tel:-", NULL },
	{ &us, "tel:*100#", NULL },
	{ &us, "tel:1-800-FLOWERS", NULL },
	{ &us, "tel:FLOWERS;phone-context=acme.example", NULL },
	{ &us, "tel:+1555%", NULL },
	{ &us, "tel:+1555%:0", NULL },
	{ &us, "tel:+1555%3", NULL },
	{ &us, "tel:+1555%zz", NULL },
	/* numbers of others keep their domain */
	{ &us, "sip:+15550100001@Other.Example",
	  "sip:+15550100001@other.example" },
	{ &us, "sip:12345@other.example", "sip:12345@other.example" },
	{ &us, "sip:12345@other.example;user=ip", "sip:12345@other.example" },
	{ &us, "tel:7042;phone-context=[49", "tel:7042" },
	{ &us, "tel:7042;phone-context=acme.example",
	  "sip:7042@acme.example" },
	{ &us, "tel:70-42;phone-context=ACME.example",
	  "sip:7042@acme.example" },
	{ &us, "im:+15550100001@cpm.example", "im:+15550100001@cpm.example" },
	/* all else */
	{ &us, "sip:alice@cpm.example", "sip:alice@cpm.example" },
	{ &us, "SIP:Alice@CPM.example", "sip:Alice@cpm.example" },
	{ &us, "sips:alice@cpm.example", "sip:alice@cpm.example" },
	{ &us, "alice@cpm.example", "sip:alice@cpm.example" },
	{ &us, "alice@cpm.example:5070", "sip:alice@cpm.example:5070" },
	{ &us, "sip:%61lice@cpm.example", "sip:alice@cpm.example" },
	{ &us, "sip:%41lice@cpm.example", "sip:Alice@cpm.example" },
	{ &us, "sip:%7ea@cpm.example", "sip:~a@cpm.example" },
	{ &us, "sip:a%40b@cpm.example", "sip:a%40b@cpm.example" },
	{ &us, "sip:bob%40hotmail.test@msn.cpm.example",
	  "sip:bob%40hotmail.test@msn.cpm.example" },
	{ &us, "sip:a%3bb@cpm.example", "sip:a%3Bb@cpm.example" },
	{ &us, "sip:a;b@cpm.example", "sip:a;b@cpm.example" },
	{ &us, "sip:j\xc3\xb6rg@cpm.example", "sip:j%C3%B6rg@cpm.example" },
	{ &us, "sip:null-%00-null@example.com",
	  "sip:null-%00-null@example.com" },
	{ &us, "sip:%Z%45@resource.org", NULL },
	{ &us, "sip:a^b@cpm.example", "sip:a%5Eb@cpm.example" },
	{ &us, "sip:alice@cpm.example:5060", "sip:alice@cpm.example" },
	{ &us, "sip:alice@cpm.example:05060", "sip:alice@cpm.example" },
	{ &us, "sip:alice@cpm.example:5061", "sip:alice@cpm.example:5061" },
	{ &us, "sip:alice@cpm.example:65535", "sip:alice@cpm.example:65535" },
	{ &us, "sip:alice@cpm.example:65536", NULL },
	{ &us, "sip:alice@cpm.example:0", NULL },
	{ &us, "sip:alice@cpm.example:", NULL },
	{ &us, "sip:alice@cpm.example:5x", NULL },
	{ &us, "sip:alice@cpm.example;transport=tcp;lr",
	  "sip:alice@cpm.example" },
	{ &us, "sip:alice@cpm.example;user=phone", "sip:alice@cpm.example" },
	{ &us, "sip:alice:secret@cpm.example", "sip:alice@cpm.example" },
	{ &us, "sip:alice@cpm.example?a=b", "sip:alice@cpm.example" },
	{ &us, "sip:alice@cpm.example.", "sip:alice@cpm.example" },
	{ &us, "sip:alice@[2001:DB8::1]", "sip:alice@[2001:db8::1]" },
	{ &us, "sip:alice@[2001:db8::1]:5070",
	  "sip:alice@[2001:db8::1]:5070" },
	{ &us, "sip:alice@[2001:db8::1", NULL },
	{ &us, "sip:alice@[]", NULL },
	{ &us, "sip:alice@[::1]x", NULL },
	{ &us, "sip:alice@[::g]", NULL },
	{ &us, "sip:cpm.example", "sip:cpm.example" },
	{ &us, "mailto:Bob@Example.ORG", "mailto:Bob@example.org" },
	{ &us, "xmpp:bob@example.org/phone", "xmpp:bob@example.org" },
	{ &us, "pres:bob@example.org", "pres:bob@example.org" },
	/* nothing */
	{ &us, "", NULL },
	{ &us, " ", NULL },
	{ &us, "sip:", NULL },
	{ &us, "sip:@cpm.example", NULL },
	{ &us, "sip:alice@", NULL },
	{ &us, "sip:alice@.example", NULL },
	{ &us, "sip:alice@cpm..example", NULL },
	{ &us, "sip:alice@cpm.example..", NULL },
	{ &us, "sip:alice@.", NULL },
	{ &us, "sip:alice@cpm_example", "sip:alice@cpm_example" },
	{ &us, "sip:alice@cpm example", NULL },
	{ &us, "sip:alice@a@b", NULL },
	{ &us, "sip:ali ce@cpm.example", NULL },
	{ &us, "sip:ali\nce@cpm.example", NULL },
	{ &us, "sip:ali\x7f@cpm.example", NULL },
	{ &us, "sip:<alice>@cpm.example", NULL },
	{ &us, "<sip:alice@cpm.example>", NULL },
	{ &us, "http://cpm.example/", NULL },
	{ &us, "nobodyKnowsThisScheme:totallyopaquecontent", NULL },
	{ &us, "bob", NULL },
};

START_TEST(every_way_to_write_an_address_gives_one_key)
{
	enum err e = addr_key(rows[_i].r, strv(rows[_i].uri), &key);

	ck_assert_msg(e == (rows[_i].key ? ERR_OK : ERR_BAD_SYNTAX),
	    "%s: %s %s", rows[_i].uri, err_info(e)->name, key.p);
	ck_assert_msg(strv_eq(buf_strv(&key),
	    strv(rows[_i].key ? rows[_i].key : "")), "%s: %s", rows[_i].uri,
	    key.p);
	if (!rows[_i].key)
		return;
	ck_assert_msg(addr_key(rows[_i].r, buf_strv(&key), &again) == ERR_OK &&
	    strv_eq(buf_strv(&key), buf_strv(&again)),
	    "%s: the key of its key is %s", rows[_i].uri, again.p);
}
END_TEST

START_TEST(every_truncation_has_a_key_or_an_error_and_no_other_end)
{
	struct strv uri = strv(rows[_i].uri);

	for (size_t n = 0; n < uri.n; n++) {
		enum err e = addr_key(rows[_i].r, (struct strv){ uri.p, n },
		    &key);

		ck_assert_msg((e == ERR_OK) == (key.n > 0), "%.*s", (int)n,
		    uri.p);
	}
}
END_TEST

START_TEST(an_address_of_512_bytes_is_accepted_and_of_513_is_not)
{
	char uri[600];

	memset(uri, 'a', sizeof(uri));
	memcpy(uri, "sip:", 4);
	uri[256] = '@';
	ck_assert_int_eq(addr_key(&us, (struct strv){ uri, ADDR_MAX }, &key),
	    ERR_OK);
	ck_assert_uint_eq(key.n, ADDR_MAX);
	ck_assert_int_eq(addr_key(&us, (struct strv){ uri, ADDR_MAX + 1 },
	    &key), ERR_TOO_BIG);
	ck_assert_uint_eq(key.n, 0);
	ck_assert_int_eq(addr_alpha(&us, (struct strv){ uri + 4, 500 }, &key),
	    ERR_TOO_BIG);
	ck_assert_uint_eq(key.n, 0);
	/* one byte becomes three */
	memset(uri + 4, '\xc3', 252);
	ck_assert_int_eq(addr_key(&us, (struct strv){ uri, 300 }, &key),
	    ERR_TOO_BIG);
}
END_TEST

static const struct {
	const char *value, *name, *uri;	/* uri NULL: ERR_BAD_SYNTAX */
} names[] = {
	{ "<sip:b@h>", NULL, "sip:b@h" },
	{ "\"Bob\" <sip:b@h>;tag=1", "Bob", "sip:b@h" },
	{ "\"a \\\" < b\"<sip:b@h>", "a \\\" < b", "sip:b@h" },
	{ "\"\" <sip:b@h>", "", "sip:b@h" },
	{ "I have spaces <sip:b@h>", "I have spaces", "sip:b@h" },
	{ " <sip:b@h;x-noncpm=sms> ; expires=3", NULL,
	  "sip:b@h;x-noncpm=sms" },
	{ "sip:b@h;tag=1", NULL, "sip:b@h" },
	{ "tel:+1555", NULL, "tel:+1555" },
	{ "< sip:b@h >", NULL, "sip:b@h" },
	{ "<sip:b@h", NULL, NULL },
	{ "<>", NULL, NULL },
	{ "\"Bob <sip:b@h>", NULL, NULL },
	{ "\"Bob\" sip:b@h", NULL, NULL },
	{ "\"Bob\"", NULL, NULL },
	{ "\"Bob\\", NULL, NULL },
	{ "\"", NULL, NULL },
	{ "", NULL, NULL },
	{ ";tag=1", NULL, NULL },
};

START_TEST(a_name_addr_gives_its_name_and_uri)
{
	struct strv name, uri;
	enum err e = addr_name(strv(names[_i].value), &name, &uri);

	ck_assert_msg(e == (names[_i].uri ? ERR_OK : ERR_BAD_SYNTAX), "%s",
	    names[_i].value);
	if (!names[_i].uri)
		return;
	ck_assert_msg(strv_eq(uri, strv(names[_i].uri)), "%s",
	    names[_i].value);
	ck_assert_msg(strv_eq(name, strv(names[_i].name)) &&
	    !name.p == !names[_i].name, "%s", names[_i].value);
}
END_TEST

START_TEST(a_name_addr_has_the_key_of_its_uri)
{
	ck_assert_int_eq(addr_name_key(&us,
	    STRV("\"A\" <sip:15550100001@cpm.example>;tag=x"), &key), ERR_OK);
	ck_assert_str_eq(key.p, ALICE);
	ck_assert_int_eq(addr_name_key(&us, STRV("<"), &key), ERR_BAD_SYNTAX);
	ck_assert_str_eq(key.p, "");
}
END_TEST

START_TEST(the_parts_of_an_address_are_found)
{
	struct strv u = STRV("sip:+33698;p=1@Iw.home:5070"
	    ";user=phone;X-NonCPM=sms;lr?a=b");

	ck_assert(strv_eq(addr_scheme(u), STRV("sip")));
	ck_assert(strv_eq(addr_user(u), STRV("+33698;p=1")));
	ck_assert(strv_eq(addr_host(u), STRV("Iw.home")));
	ck_assert(strv_eq(addr_param(u, STRV("x-noncpm")), STRV("sms")));
	ck_assert(addr_param(u, STRV("lr")).p != NULL);
	ck_assert_uint_eq(addr_param(u, STRV("lr")).n, 0);
	ck_assert_ptr_null(addr_param(u, STRV("p")).p);
	ck_assert_ptr_null(addr_param(u, STRV("a")).p);
	ck_assert_ptr_null(addr_host(STRV("tel:+1555")).p);
	ck_assert_ptr_null(addr_user(STRV("sip:host")).p);
	ck_assert_ptr_null(addr_user(STRV("gopher:x@y")).p);
	ck_assert_ptr_null(addr_param(STRV("gopher:x@y;a=b"), STRV("a")).p);
	ck_assert(strv_eq(addr_user(STRV("tel:+1;isub=2")), STRV("+1")));
	ck_assert(strv_eq(addr_param(STRV("tel:+1;isub=2"), STRV("isub")),
	    STRV("2")));
}
END_TEST

START_TEST(a_key_tells_whether_it_is_a_number)
{
	ck_assert(addr_is_number(STRV("tel:+1555")));
	ck_assert(!addr_is_short(STRV("tel:+1555")));
	ck_assert(strv_eq(addr_number(STRV("tel:+1555")), STRV("1555")));
	ck_assert(addr_is_short(STRV("tel:12345")));
	ck_assert(strv_eq(addr_number(STRV("tel:12345")), STRV("12345")));
	ck_assert(!addr_is_number(STRV("sip:12345@h")));
	ck_assert_ptr_null(addr_number(STRV("sip:12345@h")).p);
	ck_assert(!addr_is_number(STRV("tel:")));
	ck_assert(!addr_is_number(STRV("")));
}
END_TEST

START_TEST(a_sender_without_a_number_is_never_a_number)
{
	ck_assert_int_eq(addr_alpha(&us, STRV("My Shop"), &key), ERR_OK);
	ck_assert_str_eq(key.p, "sip:My%20Shop@sms-alpha.cpm.example");
	ck_assert(addr_is_alpha(&us, buf_strv(&key)));
	ck_assert_int_eq(addr_key(&us, buf_strv(&key), &again), ERR_OK);
	ck_assert_str_eq(again.p, key.p);

	ck_assert_int_eq(addr_alpha(&us, STRV("12345"), &key), ERR_OK);
	ck_assert_int_eq(addr_key(&us, buf_strv(&key), &again), ERR_OK);
	ck_assert_str_eq(again.p, "sip:12345@sms-alpha.cpm.example");
	ck_assert_int_eq(addr_alpha(&us, STRV("+1@\xe2\x82\xac"), &key),
	    ERR_OK);
	ck_assert_str_eq(key.p, "sip:%2B1%40%E2%82%AC@sms-alpha.cpm.example");

	ck_assert(!addr_is_alpha(&us, STRV("sip:a@cpm.example")));
	ck_assert(!addr_is_alpha(&us, STRV("sip:a@sms-alpha.other.example")));
	ck_assert_int_eq(addr_alpha(&us, STRV(""), &key), ERR_BAD_SYNTAX);
	ck_assert_int_eq(addr_alpha(&us, STRV("a\nb"), &key), ERR_BAD_SYNTAX);
	ck_assert_int_eq(addr_alpha(&us, STRV("a\xff"), &key),
	    ERR_BAD_SYNTAX);
}
END_TEST

START_TEST(escapes_are_undone_and_done)
{
	struct strv odd = STRV("a b\0%\xff~");

	addr_escape(odd, &key);
	ck_assert_str_eq(key.p, "a%20b%00%25%FF~");
	ck_assert(addr_unescape(buf_strv(&key), &again));
	ck_assert(strv_eq(buf_strv(&again), odd));
	ck_assert(!addr_unescape(STRV("%"), &again));
	ck_assert(!addr_unescape(STRV("%4"), &again));
	ck_assert(!addr_unescape(STRV("%g1"), &again));
	ck_assert(!addr_unescape(STRV("%1g"), &again));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("addr");
	TCase *tc = tcase_create("addr");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc, every_way_to_write_an_address_gives_one_key, rows);
	tcase_add_rows(tc,
	    every_truncation_has_a_key_or_an_error_and_no_other_end, rows);
	tcase_add_test(tc,
	    an_address_of_512_bytes_is_accepted_and_of_513_is_not);
	tcase_add_rows(tc, a_name_addr_gives_its_name_and_uri, names);
	tcase_add_test(tc, a_name_addr_has_the_key_of_its_uri);
	tcase_add_test(tc, the_parts_of_an_address_are_found);
	tcase_add_test(tc, a_key_tells_whether_it_is_a_number);
	tcase_add_test(tc, a_sender_without_a_number_is_never_a_number);
	tcase_add_test(tc, escapes_are_undone_and_done);
	suite_add_tcase(s, tc);
	return s;
}
