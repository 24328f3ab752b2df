/* test_list_edit.c - wire/list_edit.h. */

#include "golden.h"
#include "runner.h"
#include "wire/imdn.h"
#include "wire/list_edit.h"

#define DOC(s)	"<resource-lists xmlns=\"" LIST_DOC_NS "\">" s \
	"</resource-lists>"
#define HEAD	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static struct list_edit *e;
static struct buf out, told;

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

static void setup(void)
{
	imdn_init();
	buf_init(&out, 65536);
	buf_init(&told, 65536);
	e = NULL;
}

static void teardown(void)
{
	list_edit_close(e);
	buf_deinit(&out);
	buf_deinit(&told);
}

static void open(const char *text)
{
	e = list_edit_open(strv(text), key_of, NULL);
	ck_assert_ptr_nonnull(e);
}

static const char *text(void)
{
	buf_clear(&out);
	ck_assert_int_eq(list_edit_text(e, &out), XCAP_OK);
	return out.p;
}

static bool tell_list(const struct list_edit_list *l, void *arg)
{
	(void)arg;
	buf_addf(&told, "[%.*s|%.*s|%zu|%zu|%zu]", STRV_ARG(l->name),
	    STRV_ARG(l->title), l->members, l->lists, l->references);
	return true;
}

static bool tell_member(const struct list_edit_member *m, void *arg)
{
	(void)arg;
	buf_addf(&told, "[%.*s|%.*s]", STRV_ARG(m->uri), STRV_ARG(m->name));
	return true;
}

static enum list_edited put(const char *list, const char *uri,
    const char *name, bool *new)
{
	return list_edit_put(e, strv(list), strv(uri), strv(name), new);
}

/* --- looking -------------------------------------------------------------- */

START_TEST(lists_with_a_name_at_the_top_are_shown)
{
	struct strv doc = golden("list_doc/extended.xml");

	e = list_edit_open(doc, key_of, NULL);
	list_edit_each(e, tell_list, NULL);
	ck_assert_str_eq(told.p, "[friends|Friends|1|1|1]");
	ck_assert(list_edit_find(e, STRV("friends"), tell_list, NULL));
	ck_assert(!list_edit_find(e, STRV("inner"), tell_list, NULL));
	ck_assert(!list_edit_find(e, STRV(""), tell_list, NULL));
	ck_assert(!list_edit_find(e, STRV("not ours"), tell_list, NULL));
	buf_clear(&told);
	ck_assert(list_edit_members(e, STRV("friends"), tell_member, NULL));
	ck_assert_str_eq(told.p, "[tel:+1-555-0102|Bob]");
	ck_assert(!list_edit_members(e, STRV("x"), tell_member, NULL));
	free((char *)doc.p);
}
END_TEST

START_TEST(what_is_no_document_of_lists_is_not_opened)
{
	ck_assert_ptr_null(list_edit_open(STRV("<a/>"), key_of, NULL));
	ck_assert_ptr_null(list_edit_open(STRV("<resource-lists/>"), key_of,
	    NULL));
	ck_assert_ptr_null(list_edit_open(STRV(""), key_of, NULL));
	ck_assert_ptr_null(list_edit_open(STRV("<a"), key_of, NULL));
	e = list_edit_open(STRV_NONE, key_of, NULL);
	ck_assert_ptr_nonnull(e);
	list_edit_each(e, tell_list, NULL);
	ck_assert_uint_eq(told.n, 0);
}
END_TEST

/* --- lists ---------------------------------------------------------------- */

START_TEST(lists_come_get_names_and_go)
{
	e = list_edit_open(STRV_NONE, key_of, NULL);
	ck_assert_int_eq(list_edit_add(e, STRV("a\"<&")), LIST_EDITED);
	ck_assert_int_eq(list_edit_add(e, STRV("a\"<&")), LIST_EXISTS);
	ck_assert_int_eq(list_edit_add(e, STRV("b")), LIST_EDITED);
	ck_assert_int_eq(list_edit_title(e, STRV("b"), STRV("T & <t>")),
	    LIST_EDITED);
	ck_assert_int_eq(list_edit_title(e, STRV("b"), STRV("T & <t>")),
	    LIST_SAME);
	ck_assert_str_eq(text(), HEAD DOC("<list name=\"a&quot;&lt;&amp;\"/>"
	    "<list name=\"b\"><display-name>T &amp; &lt;t&gt;</display-name>"
	    "</list>") "\n");
	ck_assert_int_eq(list_edit_rename(e, STRV("b"), STRV("a\"<&")),
	    LIST_EXISTS);
	ck_assert_int_eq(list_edit_rename(e, STRV("b"), STRV("b")),
	    LIST_SAME);
	ck_assert_int_eq(list_edit_rename(e, STRV("x"), STRV("b")),
	    LIST_NO_LIST);
	ck_assert_int_eq(list_edit_rename(e, STRV("b"), STRV("c")),
	    LIST_EDITED);
	ck_assert_int_eq(list_edit_title(e, STRV("c"), STRV("")),
	    LIST_EDITED);
	ck_assert_int_eq(list_edit_title(e, STRV("c"), STRV("")), LIST_SAME);
	ck_assert_int_eq(list_edit_title(e, STRV("x"), STRV("")),
	    LIST_NO_LIST);
	ck_assert_int_eq(list_edit_delete(e, STRV("a\"<&")), LIST_EDITED);
	ck_assert_int_eq(list_edit_delete(e, STRV("a\"<&")), LIST_NO_LIST);
	ck_assert_str_eq(text(), HEAD DOC("<list name=\"c\"/>") "\n");
}
END_TEST

/* --- members -------------------------------------------------------------- */

START_TEST(a_member_is_one_in_every_spelling)
{
	bool new;

	open(DOC("<list name=\"a\"><entry uri=\"tel:+1-2\"/>"
	    "<entry uri=\"tel:+12\"/><entry uri=\"a b\"/></list>"));
	ck_assert_int_eq(put("a", "tel:+12", NULL, &new), LIST_SAME);
	ck_assert_int_eq(put("a", "tel:+12", "Zoë", &new), LIST_EDITED);
	ck_assert(!new);
	ck_assert_int_eq(put("a", "tel:+12", "Zoë", &new), LIST_SAME);
	ck_assert_int_eq(put("a", "sip:x@y", NULL, &new), LIST_EDITED);
	ck_assert(new);
	ck_assert_int_eq(put("a", "sip:x@y", "", &new), LIST_SAME);
	ck_assert_int_eq(put("b", "sip:x@y", NULL, &new), LIST_NO_LIST);
	ck_assert_str_eq(text(), HEAD DOC("<list name=\"a\">"
	    "<entry uri=\"tel:+1-2\"><display-name>Zoë</display-name></entry>"
	    "<entry uri=\"tel:+12\"/><entry uri=\"a b\"/>"
	    "<entry uri=\"sip:x@y\"/></list>") "\n");
	ck_assert_int_eq(list_edit_take(e, STRV("a"), STRV("tel:+1-2")),
	    LIST_EDITED);
	ck_assert_int_eq(list_edit_take(e, STRV("a"), STRV("tel:+1-2")),
	    LIST_NO_MEMBER);
	ck_assert_int_eq(list_edit_take(e, STRV("a"), STRV("a b")),
	    LIST_EDITED);
	ck_assert_int_eq(list_edit_take(e, STRV("b"), STRV("a b")),
	    LIST_NO_LIST);
	ck_assert_str_eq(text(), HEAD DOC("<list name=\"a\">"
	    "<entry uri=\"sip:x@y\"/></list>") "\n");
	ck_assert_int_eq(put("a", "tel:+12", NULL, &new), LIST_EDITED);
	ck_assert_msg(new, "what was taken is not remembered");
}
END_TEST

START_TEST(a_list_may_go_and_come_between_its_members)
{
	bool new;

	e = list_edit_open(STRV_NONE, key_of, NULL);
	for (int i = 0; i < 50; i++) {
		ck_assert_int_eq(list_edit_add(e, STRV("a")), LIST_EDITED);
		ck_assert_int_eq(put("a", "sip:x@y", NULL, &new),
		    LIST_EDITED);
		ck_assert(new);
		ck_assert_int_eq(list_edit_delete(e, STRV("a")), LIST_EDITED);
	}
	ck_assert_str_eq(text(), HEAD "<resource-lists xmlns=\"" LIST_DOC_NS
	    "\"/>\n");
}
END_TEST

/* Each change leaves all else, byte by byte, as it was. */
START_TEST(what_we_do_not_know_survives_every_change)
{
	struct strv doc = golden("list_doc/extended.xml");
	bool new;

	e = list_edit_open(doc, key_of, NULL);
	ck_assert(strv_eq(strv(text()), doc));
	ck_assert_int_eq(put("friends", "sip:new@example.com", "New", &new),
	    LIST_EDITED);
	ck_assert_int_eq(put("friends", "tel:+15550102", "Robert", &new),
	    LIST_EDITED);
	ck_assert_int_eq(list_edit_title(e, STRV("friends"), STRV("Mates")),
	    LIST_EDITED);
	ck_assert_ptr_nonnull(strstr(text(), "<rl:entry "
	    "uri=\"sip:new@example.com\"><rl:display-name>New"
	    "</rl:display-name></rl:entry>"));
	ck_assert_ptr_nonnull(strstr(out.p, "<rl:list name=\"friends\" "
	    "x:color=\"red\"><rl:display-name xml:lang=\"en\">Mates"
	    "</rl:display-name><x:sorted by=\"name\"/>"));
	ck_assert_ptr_nonnull(strstr(out.p, "<rl:entry "
	    "uri=\"tel:+1-555-0102\" x:rank=\"1\"><rl:display-name>Robert"
	    "</rl:display-name><x:photo>abc</x:photo></rl:entry>"));
	ck_assert_int_eq(list_edit_take(e, STRV("friends"),
	    STRV("sip:new@example.com")), LIST_EDITED);
	ck_assert_int_eq(put("friends", "tel:+15550102", "Bob", &new),
	    LIST_EDITED);
	ck_assert_int_eq(list_edit_title(e, STRV("friends"),
	    STRV("Friends")), LIST_EDITED);
	ck_assert(strv_eq(strv(text()), doc));
	free((char *)doc.p);
}
END_TEST

START_TEST(a_text_that_does_not_fit_is_said)
{
	open(DOC("<list name=\"a\"/>"));
	buf_deinit(&out);
	buf_init(&out, 20);
	ck_assert_int_eq(list_edit_text(e, &out), XCAP_TOO_BIG);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("list_edit");
	TCase *tc = tcase_create("edits");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, lists_with_a_name_at_the_top_are_shown);
	tcase_add_test(tc, what_is_no_document_of_lists_is_not_opened);
	tcase_add_test(tc, lists_come_get_names_and_go);
	tcase_add_test(tc, a_member_is_one_in_every_spelling);
	tcase_add_test(tc, a_list_may_go_and_come_between_its_members);
	tcase_add_test(tc, what_we_do_not_know_survives_every_change);
	tcase_add_test(tc, a_text_that_does_not_fit_is_said);
	suite_add_tcase(s, tc);
	return s;
}
