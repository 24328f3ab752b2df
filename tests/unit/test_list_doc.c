/* test_list_doc.c - wire/list_doc.h and wire/group_doc.h. */

#include "golden.h"
#include "runner.h"
#include "wire/group_doc.h"
#include "wire/imdn.h"
#include "wire/list_doc.h"

#define DOC(s)	"<resource-lists xmlns=\"" LIST_DOC_NS "\">" s \
	"</resource-lists>"
#define HEAD	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static struct arena a;
static struct buf out;

static void setup(void)
{
	imdn_init();
	arena_init(&a);
	buf_init(&out, 8192);
}

static void teardown(void)
{
	arena_deinit(&a);
	buf_deinit(&out);
}

/* Numbers lose what is between their digits; a space is no address. */
static bool key_of(struct strv uri, struct buf *key, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < uri.n; i++) {
		if (uri.p[i] == ' ')
			return false;
		if (uri.p[i] != '-')
			buf_addc(key, uri.p[i]);
	}
	return uri.n > 0;
}

static const char *const names[] = { "one", "two" };
static const struct list_doc_views views = { names, 2, key_of, NULL };

static bool is(struct strv s, const char *text)
{
	return text ? s.p && strv_eq(s, strv(text)) : !s.p;
}

/* --- lists ---------------------------------------------------------------- */

static const struct {
	const char *text;
	enum xcap_result result;
} checks[] = {
	{ DOC(""), XCAP_OK },
	{ DOC("<list/><list/>"), XCAP_OK },
	{ DOC("<list name=\"a\"/><list name=\"b\"/>"), XCAP_OK },
	{ DOC("<list><entry uri=\"sip:a@b\"/></list>"
	  "<list><entry uri=\"sip:a@b\"/></list>"), XCAP_OK },
	{ DOC("<x xmlns=\"urn:x\"><entry/></x>"), XCAP_OK },
	{ DOC("<list name=\"a\"/><list name=\"a\"/>"), XCAP_NOT_UNIQUE },
	{ DOC("<list><entry uri=\"sip:a@b\"/><entry uri=\"sip:a@b\"/></list>"),
	  XCAP_NOT_UNIQUE },
	{ DOC("<list><list><list name=\"a\"/><list name=\"a\"/></list></list>"),
	  XCAP_NOT_UNIQUE },
	{ DOC("<list><entry/></list>"), XCAP_NOT_VALID },
	{ DOC("<list><entry uri=\"\"/></list>"), XCAP_NOT_VALID },
	{ "<resource-lists/>", XCAP_NOT_VALID },
	{ "<a", XCAP_NOT_WELL_FORMED },
};

START_TEST(names_and_uris_of_one_list_are_unique)
{
	const char *why = NULL;

	ck_assert_msg(list_doc_check(strv(checks[_i].text), &why) ==
	    checks[_i].result, "%s", checks[_i].text);
	ck_assert(checks[_i].result == XCAP_OK || why != NULL);
}
END_TEST

/* All but the white space between attributes of one element. */
START_TEST(a_document_of_the_standard_loses_nothing)
{
	struct strv text = golden("list_doc/rfc4826.xml");
	const char *why, *body = strstr(arena_str(&a, text).p, " <list name");

	ck_assert_int_eq(list_doc_check(text, &why), XCAP_OK);
	ck_assert_int_eq(list_doc_sync(text, &views, NULL, 0, &out), XCAP_OK);
	ck_assert(out.n > 100 && body != NULL);
	ck_assert_str_eq(strstr(out.p, " <list name"), body);
	free((char *)text.p);
}
END_TEST

START_TEST(lists_too_deep_are_refused)
{
	struct buf b;
	const char *why;

	buf_init(&b, 65536);
	buf_addz(&b, "<resource-lists xmlns=\"" LIST_DOC_NS "\">");
	for (int i = 0; i < 40; i++)
		buf_addz(&b, "<list>");
	for (int i = 0; i < 40; i++)
		buf_addz(&b, "</list>");
	buf_addz(&b, "</resource-lists>");
	ck_assert_int_eq(list_doc_check(buf_strv(&b), &why), XCAP_NOT_VALID);
	buf_deinit(&b);
}
END_TEST

/* --- views ---------------------------------------------------------------- */

START_TEST(a_view_holds_exactly_what_it_shall)
{
	struct strv text = golden("list_doc/blocked.xml");
	struct list_doc_entry entries[] = {
		{ STRV("sip:b@c"), 0, false }, { STRV("sip:d@e"), 0, false },
		{ STRV("tel:+2"), 1, false },
	};

	ck_assert_int_eq(list_doc_sync(text, &views, entries, 3, &out),
	    XCAP_OK);
	ck_assert_str_eq(out.p, HEAD DOC("<list name=\"one\">"
	    "<entry uri=\"sip:b@c\"><display-name>B</display-name></entry>"
	    "<entry uri=\"sip:d@e\"/></list>"
	    "<list name=\"two\"><entry uri=\"tel:+2\"/></list>") "\n");
	free((char *)text.p);
}
END_TEST

START_TEST(a_view_that_is_missing_is_made)
{
	struct list_doc_entry entries[] = {
		{ STRV("sip:a&b@c"), 1, false }
	};

	ck_assert_int_eq(list_doc_sync(STRV_NONE, &views, entries, 1, &out),
	    XCAP_OK);
	ck_assert_str_eq(out.p, HEAD DOC("<list name=\"two\">"
	    "<entry uri=\"sip:a&amp;b@c\"/></list>") "\n");
	buf_clear(&out);
	ck_assert_int_eq(list_doc_sync(STRV_NONE, &views, NULL, 0, &out),
	    XCAP_OK);
	ck_assert_str_eq(out.p, HEAD "<resource-lists xmlns=\"" LIST_DOC_NS
	    "\"/>\n");
}
END_TEST

START_TEST(prefixes_stay_and_spellings_are_one_address)
{
	struct strv text = golden("list_doc/prefixed.xml");
	struct list_doc_entry entries[] = {
		{ STRV("sip:a@b"), 0, false }, { STRV("sip:c@d"), 0, false }
	};

	ck_assert_int_eq(list_doc_sync(text, &views, entries, 2, &out),
	    XCAP_OK);
	ck_assert_ptr_nonnull(strstr(out.p, "<rl:entry uri=\"sip:a@b\"/>"
	    "<rl:entry uri=\"sip:c@d\"/></rl:list>"));
	free((char *)text.p);
	buf_clear(&out);
	entries[0].key = STRV("tel:+123");
	ck_assert_int_eq(list_doc_sync(STRV(DOC("<list name=\"one\">"
	    "<entry uri=\"tel:+1-2-3\"/><entry uri=\"tel:+12-3\"/></list>")),
	    &views, entries, 1, &out), XCAP_OK);
	ck_assert_str_eq(out.p, HEAD DOC("<list name=\"one\">"
	    "<entry uri=\"tel:+1-2-3\"/></list>") "\n");
}
END_TEST

START_TEST(views_are_read_in_order_each_address_once)
{
	struct list_doc_entry *e;
	size_t n;

	ck_assert_int_eq(list_doc_read(STRV(DOC(
	    "<list name=\"two\"><entry uri=\"sip:a@b\"/>"
	    "<entry uri=\"sip:z@z\"/></list><list name=\"one\">"
	    "<entry uri=\"sip:a-@b\"/><entry uri=\"sip:c@d\"/></list>"
	    "<list name=\"three\"><entry uri=\"sip:e@f\"/></list>")), &views,
	    10, &a, &e, &n), XCAP_OK);
	ck_assert_uint_eq(n, 3);
	ck_assert(is(e[0].key, "sip:a@b"));
	ck_assert_uint_eq(e[0].view, 0);
	ck_assert(is(e[1].key, "sip:c@d"));
	ck_assert(is(e[2].key, "sip:z@z"));
	ck_assert_uint_eq(e[2].view, 1);
}
END_TEST

START_TEST(a_view_has_addresses_and_not_too_many)
{
	struct list_doc_entry *e;
	size_t n;

	ck_assert_int_eq(list_doc_read(STRV(DOC("<list name=\"one\">"
	    "<entry uri=\"a b\"/></list>")), &views, 10, &a, &e, &n),
	    XCAP_CONSTRAINT);
	ck_assert_int_eq(list_doc_read(STRV(DOC("<list name=\"one\">"
	    "<entry uri=\"a\"/><entry uri=\"b\"/></list>")), &views, 2, &a,
	    &e, &n), XCAP_OK);
	ck_assert_int_eq(list_doc_read(STRV(DOC("<list name=\"one\">"
	    "<entry uri=\"a\"/><entry uri=\"b\"/></list>")), &views, 1, &a,
	    &e, &n), XCAP_CONSTRAINT);
}
END_TEST

/* --- groups --------------------------------------------------------------- */

#define GROUP(s) "<group xmlns=\"" GROUP_DOC_NS "\">" s "</group>"
#define SERVICE(s) GROUP("<list-service uri=\"sip:g@h\">" s "</list-service>")
#define MEMBER	"<entry uri=\"sip:a@b\"/>"

START_TEST(a_group_has_uri_name_members_and_size)
{
	struct strv text = golden("group_doc/friends.xml");
	struct group_doc g, again;

	ck_assert_int_eq(group_doc_decode(text, 10, &a, &g), XCAP_OK);
	ck_assert(is(g.uri, "sip:team1@groups.cpm.example"));
	ck_assert(is(g.name, "Team & 1"));
	ck_assert_uint_eq(g.n, 2);
	ck_assert(is(g.member[1], "tel:+15550100003"));
	ck_assert_int_eq(g.max, 100);
	group_doc_encode(&g, &out);
	ck_assert_int_eq(group_doc_decode(buf_strv(&out), 10, &a, &again),
	    XCAP_OK);
	ck_assert(strv_eq(again.name, g.name));
	ck_assert_uint_eq(again.n, 2);
	ck_assert_int_eq(again.max, 100);
	free((char *)text.p);
}
END_TEST

START_TEST(a_truncated_group_is_refused)
{
	struct strv text = golden("group_doc/friends.xml");
	struct group_doc g;

	for (size_t n = 0; n < text.n - 1; n++) {
		struct strv cut = golden_cut(text, n);

		ck_assert_int_eq(group_doc_decode(cut, 10, &a, &g),
		    XCAP_NOT_WELL_FORMED);
		ck_assert_ptr_nonnull(g.why);
		free((char *)cut.p);
	}
	free((char *)text.p);
}
END_TEST

static const struct {
	const char *text;
	enum xcap_result result;
} groups[] = {
	{ SERVICE(""), XCAP_OK },
	{ SERVICE("<list/>"), XCAP_OK },
	{ SERVICE("<list>" MEMBER "<entry uri=\"sip:c@d\"/></list>"),
	  XCAP_OK },
	{ SERVICE("<list>" MEMBER MEMBER MEMBER "</list>"), XCAP_CONSTRAINT },
	{ SERVICE("<list><external/></list>"), XCAP_CONSTRAINT },
	{ SERVICE("<list><entry/></list>"), XCAP_NOT_VALID },
	{ SERVICE("<max-participant-count>x</max-participant-count>"),
	  XCAP_NOT_VALID },
	{ SERVICE("<max-participant-count>0</max-participant-count>"),
	  XCAP_NOT_VALID },
	{ SERVICE("<max-participant-count>1000000</max-participant-count>"),
	  XCAP_NOT_VALID },
	{ GROUP("<list-service/>"), XCAP_NOT_VALID },
	{ GROUP(""), XCAP_NOT_VALID },
	{ GROUP("<x/>"), XCAP_NOT_VALID },
	{ "<group/>", XCAP_NOT_VALID },
};

START_TEST(a_group_is_read_or_refused)
{
	struct group_doc g;

	ck_assert_msg(group_doc_decode(strv(groups[_i].text), 2, &a, &g) ==
	    groups[_i].result, "%s", groups[_i].text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("list_doc");
	TCase *tc = tcase_create("lists");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc, names_and_uris_of_one_list_are_unique, checks);
	tcase_add_test(tc, a_document_of_the_standard_loses_nothing);
	tcase_add_test(tc, lists_too_deep_are_refused);
	tcase_add_test(tc, a_view_holds_exactly_what_it_shall);
	tcase_add_test(tc, a_view_that_is_missing_is_made);
	tcase_add_test(tc, prefixes_stay_and_spellings_are_one_address);
	tcase_add_test(tc, views_are_read_in_order_each_address_once);
	tcase_add_test(tc, a_view_has_addresses_and_not_too_many);
	tcase_add_test(tc, a_group_has_uri_name_members_and_size);
	tcase_add_test(tc, a_truncated_group_is_refused);
	tcase_add_rows(tc, a_group_is_read_or_refused, groups);
	suite_add_tcase(s, tc);
	return s;
}
