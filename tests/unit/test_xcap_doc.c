/* test_xcap_doc.c - wire/xcap_doc.h. */

#include "golden.h"
#include "runner.h"
#include "wire/imdn.h"
#include "wire/xcap_doc.h"

#define NS	"urn:n"
#define DOC(s)	"<r xmlns=\"" NS "\">" s "</r>"
#define AB	"<a i=\"1\"/><a i=\"2\">two</a><b/>"
#define HEAD	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static struct arena a;
static struct buf out;

static void setup(void)
{
	imdn_init();
	arena_init(&a);
	buf_init(&out, 4096);
}

static void teardown(void)
{
	arena_deinit(&a);
	buf_deinit(&out);
}

static void read_uri(const char *selector, const char *query,
    struct xcap_uri *u)
{
	struct buf path;

	buf_init(&path, XCAP_URI_MAX);
	buf_addf(&path, "/x/users/u/d/~~/%s", selector);
	ck_assert_msg(xcap_uri_decode(STRV("/"), buf_strv(&path),
	    strv(query), &a, u) == ERR_OK, "%s: %s", selector, u->why);
	buf_deinit(&path);
}

/* --- reading -------------------------------------------------------------- */

static const struct {
	const char *doc, *selector, *text;	/* NULL: not found */
} gets[] = {
	{ DOC(AB), "r/b", "<b/>" },
	{ DOC(AB), "r/a[1]", "<a i=\"1\"/>" },
	{ DOC(AB), "r/a[2]", "<a i=\"2\">two</a>" },
	{ DOC(AB), "r/a[@i=\"2\"]", "<a i=\"2\">two</a>" },
	{ DOC(AB), "r/a[2][@i=\"2\"]", "<a i=\"2\">two</a>" },
	{ DOC(AB), "r/*[3]", "<b/>" },
	{ DOC(AB), "r/*[@i=\"1\"]", "<a i=\"1\"/>" },
	{ DOC(AB), "r/a[@i=\"2\"]/@i", "2" },
	{ DOC("<a i=\"x&amp;&quot;y\"/>"), "r/a/@i", "x&amp;&quot;y" },
	{ DOC(AB), "r/b/namespace::*", "<b xmlns=\"" NS "\"/>" },
	{ DOC(AB), "r/a", NULL },
	{ DOC(AB), "r/a[3]", NULL },
	{ DOC(AB), "r/a[1][@i=\"2\"]", NULL },
	{ DOC(AB), "r/c", NULL },
	{ DOC(AB), "r/b/@i", NULL },
	{ DOC(AB), "x/b", NULL },
	{ "<r>" AB "</r>", "r/b", NULL },
	{ DOC("<p:b xmlns:p=\"urn:o\"/>"), "r/b", NULL },
	{ "no xml", "r/b", NULL },
};

START_TEST(a_part_is_found_or_not)
{
	struct xcap_uri u;
	enum xcap_result r;

	read_uri(gets[_i].selector, "", &u);
	r = xcap_get(strv(gets[_i].doc), &u, NS, &out);
	ck_assert_msg(r == (gets[_i].text ? XCAP_OK : XCAP_NOT_FOUND), "%s",
	    gets[_i].selector);
	ck_assert_str_eq(out.p, gets[_i].text ? gets[_i].text : "");
}
END_TEST

START_TEST(prefixes_mean_what_the_query_says)
{
	static const char doc[] = DOC("<p:b xmlns:p=\"urn:o\" p:c=\"1\"/>");
	struct xcap_uri u;

	read_uri("r/q:b", "xmlns(q=urn:o)", &u);
	ck_assert_int_eq(xcap_get(strv(doc), &u, NS, &out), XCAP_OK);
	buf_clear(&out);
	read_uri("r/q:b/@q:c", "xmlns(q=urn:o)", &u);
	ck_assert_int_eq(xcap_get(strv(doc), &u, NS, &out), XCAP_OK);
	ck_assert_str_eq(out.p, "1");
	read_uri("r/q:b/@c", "xmlns(q=urn:o)", &u);
	ck_assert_int_eq(xcap_get(strv(doc), &u, NS, &out), XCAP_NOT_FOUND);
}
END_TEST

/* --- changing ------------------------------------------------------------- */

static const struct {
	const char *doc, *selector, *body;	/* NULL: delete */
	enum xcap_result result;
	const char *inside;			/* of the new document */
} edits[] = {
	{ DOC(AB), "r/b", "<b>x</b>", XCAP_OK,
	  "<a i=\"1\"/><a i=\"2\">two</a><b>x</b>" },
	{ DOC(AB), "r/c", " <c/>\n", XCAP_CREATED, AB "<c/>" },
	{ DOC(AB), "r/a[@i=\"3\"]", "<a i=\"3\"/>", XCAP_CREATED,
	  "<a i=\"1\"/><a i=\"2\">two</a><a i=\"3\"/><b/>" },
	{ DOC(AB), "r/a[3]", "<a/>", XCAP_CREATED,
	  "<a i=\"1\"/><a i=\"2\">two</a><a/><b/>" },
	{ DOC(AB), "r/a[1][@i=\"0\"]", "<a i=\"0\"/>", XCAP_CREATED,
	  "<a i=\"0\"/><a i=\"1\"/><a i=\"2\">two</a><b/>" },
	{ DOC(AB), "r/a[2]", "<a/>", XCAP_OK, "<a i=\"1\"/><a/><b/>" },
	{ DOC(AB), "r/b/@j", "x &amp; y", XCAP_CREATED,
	  "<a i=\"1\"/><a i=\"2\">two</a><b j=\"x &amp; y\"/>" },
	{ DOC(AB), "r/a[1]/@i", "9", XCAP_OK,
	  "<a i=\"9\"/><a i=\"2\">two</a><b/>" },
	{ DOC(AB), "r/a[4]", "<a/>", XCAP_CANNOT_INSERT, NULL },
	{ DOC(AB), "r/a", "<a/>", XCAP_CANNOT_INSERT, NULL },
	{ DOC(AB), "r/c", "<d/>", XCAP_CANNOT_INSERT, NULL },
	{ DOC(AB), "r/c[@k=\"1\"]", "<c k=\"2\"/>", XCAP_CANNOT_INSERT,
	  NULL },
	{ DOC(AB), "r/a[@i=\"1\"]/@i", "2", XCAP_CANNOT_INSERT, NULL },
	{ DOC(AB), "s", "<s/>", XCAP_CANNOT_INSERT, NULL },
	{ DOC(AB), "r/b/@xmlns", "urn:x", XCAP_CANNOT_INSERT, NULL },
	{ DOC(AB), "r/x/c", "<c/>", XCAP_NO_PARENT, NULL },
	{ DOC(AB), "r/a/c", "<c/>", XCAP_NO_PARENT, NULL },
	{ DOC(AB), "r/x/@c", "c", XCAP_NO_PARENT, NULL },
	{ DOC(AB), "r/c", "", XCAP_BAD_FRAGMENT, NULL },
	{ DOC(AB), "r/c", "c", XCAP_BAD_FRAGMENT, NULL },
	{ DOC(AB), "r/c", "<c/>c", XCAP_BAD_FRAGMENT, NULL },
	{ DOC(AB), "r/c", "<c/><c/>", XCAP_BAD_FRAGMENT, NULL },
	{ DOC(AB), "r/c", "<c>", XCAP_BAD_FRAGMENT, NULL },
	{ DOC(AB), "r/c", "</r><c/>", XCAP_BAD_FRAGMENT, NULL },
	{ DOC(AB), "r/c", "<c>&x;</c>", XCAP_BAD_FRAGMENT, NULL },
	{ DOC(AB), "r", "<r>", XCAP_BAD_FRAGMENT, NULL },
	{ DOC(AB), "r/c", "<c>\xff</c>", XCAP_NOT_UTF8, NULL },
	{ DOC(AB), "r/b/@c", "<", XCAP_NOT_ATT_VALUE, NULL },
	{ DOC(AB), "r/b/@c", "\" d=\"", XCAP_NOT_ATT_VALUE, NULL },
	{ DOC(AB), "r/b/@c", "&x;", XCAP_NOT_ATT_VALUE, NULL },
	{ DOC(AB), "r/b", NULL, XCAP_OK, "<a i=\"1\"/><a i=\"2\">two</a>" },
	{ DOC(AB), "r/a[@i=\"1\"]", NULL, XCAP_OK, "<a i=\"2\">two</a><b/>" },
	{ DOC(AB), "r/a[1]/@i", NULL, XCAP_OK,
	  "<a/><a i=\"2\">two</a><b/>" },
	{ DOC(AB), "r/a[2]", NULL, XCAP_OK, "<a i=\"1\"/><b/>" },
	{ DOC(AB), "r/a[1]", NULL, XCAP_CANNOT_DELETE, NULL },
	{ DOC(AB), "r", NULL, XCAP_CANNOT_DELETE, NULL },
	{ DOC(AB), "r/c", NULL, XCAP_NOT_FOUND, NULL },
	{ DOC(AB), "r/a", NULL, XCAP_NOT_FOUND, NULL },
	{ DOC(AB), "r/b/@c", NULL, XCAP_NOT_FOUND, NULL },
};

START_TEST(a_part_is_put_or_deleted_where_its_address_says)
{
	struct strv doc = strv(edits[_i].doc);
	struct xcap_uri u;
	enum xcap_result r;
	char want[512];

	read_uri(edits[_i].selector, "", &u);
	r = edits[_i].body ? xcap_put(doc, &u, NS, strv(edits[_i].body),
	    &out) : xcap_delete(doc, &u, NS, &out);
	ck_assert_msg(r == edits[_i].result, "%s %s: %d", edits[_i].selector,
	    edits[_i].body ? edits[_i].body : "-", (int)r);
	(void)snprintf(want, sizeof(want), HEAD "<r xmlns=\"" NS
	    "\">%s</r>\n", edits[_i].inside ? edits[_i].inside : "");
	ck_assert_str_eq(out.p, edits[_i].inside ? want : "");
}
END_TEST

START_TEST(the_root_is_replaced_by_one_of_its_name)
{
	struct xcap_uri u;

	read_uri("r", "", &u);
	ck_assert_int_eq(xcap_put(STRV(DOC(AB)), &u, NS, STRV(DOC("<z/>")),
	    &out), XCAP_OK);
	ck_assert_str_eq(out.p, HEAD DOC("<z/>") "\n");
	buf_clear(&out);
	ck_assert_int_eq(xcap_put(STRV(DOC(AB)), &u, NS, STRV("<r/>"), &out),
	    XCAP_CANNOT_INSERT);
}
END_TEST

START_TEST(what_does_not_fit_is_too_big)
{
	struct xcap_uri u;
	struct buf small;

	buf_init(&small, 20);
	read_uri("r/c", "", &u);
	ck_assert_int_eq(xcap_put(STRV(DOC(AB)), &u, NS, STRV("<c/>"),
	    &small), XCAP_TOO_BIG);
	buf_deinit(&small);
}
END_TEST

START_TEST(a_truncated_element_is_no_element)
{
	static const char body[] = "<c d=\"e\"><f>g</f></c>";
	struct xcap_uri u;

	read_uri("r/c", "", &u);
	for (size_t n = 0; n < sizeof(body) - 1; n++) {
		struct strv cut = golden_cut(STRV("<c d=\"e\"><f>g</f></c>"),
		    n);

		ck_assert_int_eq(xcap_put(STRV(DOC(AB)), &u, NS, cut, &out),
		    XCAP_BAD_FRAGMENT);
		free((char *)cut.p);
	}
}
END_TEST

/* --- documents ------------------------------------------------------------ */

static const struct {
	const char *text;
	enum xcap_result result;
} checks[] = {
	{ DOC(""), XCAP_OK },
	{ HEAD DOC(""), XCAP_OK },
	{ "<p:r xmlns:p=\"" NS "\"/>", XCAP_OK },
	{ "", XCAP_NOT_WELL_FORMED },
	{ "<r", XCAP_NOT_WELL_FORMED },
	{ "<!DOCTYPE r [<!ENTITY x 'y'>]>" DOC("&x;"), XCAP_NOT_WELL_FORMED },
	{ "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" DOC(""),
	  XCAP_NOT_UTF8 },
	{ DOC("\xe9"), XCAP_NOT_UTF8 },
	{ "<r/>", XCAP_NOT_VALID },
	{ "<s xmlns=\"" NS "\"/>", XCAP_NOT_VALID },
};

START_TEST(a_document_has_its_root_and_is_utf8)
{
	ck_assert_msg(xcap_check(strv(checks[_i].text), "r", NS) ==
	    checks[_i].result, "%s", checks[_i].text);
}
END_TEST

START_TEST(a_conflict_has_a_name)
{
	xcap_error_write(XCAP_NO_PARENT, "a \"b\"", &out);
	ck_assert_str_eq(out.p, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	    "\r\n<xcap-error xmlns=\"urn:ietf:params:xml:ns:xcap-error\">"
	    "<no-parent phrase=\"a &quot;b&quot;\"/></xcap-error>\r\n");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("xcap_doc");
	TCase *tc = tcase_create("documents");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc, a_part_is_found_or_not, gets);
	tcase_add_test(tc, prefixes_mean_what_the_query_says);
	tcase_add_rows(tc, a_part_is_put_or_deleted_where_its_address_says,
	    edits);
	tcase_add_test(tc, the_root_is_replaced_by_one_of_its_name);
	tcase_add_test(tc, what_does_not_fit_is_too_big);
	tcase_add_test(tc, a_truncated_element_is_no_element);
	tcase_add_rows(tc, a_document_has_its_root_and_is_utf8, checks);
	tcase_add_test(tc, a_conflict_has_a_name);
	suite_add_tcase(s, tc);
	return s;
}
