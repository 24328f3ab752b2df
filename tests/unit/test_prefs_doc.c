/* test_prefs_doc.c - wire/prefs_doc.h. */

#include "golden.h"
#include "runner.h"
#include "wire/imdn.h"
#include "wire/prefs_doc.h"

#define DOC(s)	"<prefs xmlns=\"" PREFS_DOC_NS "\">" s "</prefs>"
#define DND	"<dnd from=\"22:00\" to=\"07:00\"/>"
#define FOUR(s)	s s s s

static struct arena a;
static struct prefs_doc got;

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
	return strv_eq(s, strv(text));
}

START_TEST(a_document_is_read_and_written)
{
	struct strv text = golden("prefs_doc/all.xml");
	struct buf out;

	ck_assert_int_eq(prefs_doc_decode(text, &a, &got), XCAP_OK);
	ck_assert_uint_eq(got.ndevices, 2);
	ck_assert(is(got.device[0].name, "Tablet & pen"));
	ck_assert(is(got.device[1].instance,
	    "urn:gsma:imei:35209900-176148-1"));
	ck_assert(!got.send_display);
	ck_assert(is(got.quiet, "22:00-07:00,12:30-13:30"));
	ck_assert(is(got.anonymous, "silent"));
	ck_assert_uint_eq(got.nprofiles, 2);
	ck_assert(is(got.profile[1].name, "work"));
	ck_assert(got.profile[1].active && !got.profile[0].active);
	buf_init(&out, 4096);
	prefs_doc_encode(&got, &out);
	ck_assert(strv_eq(buf_strv(&out), text));
	buf_deinit(&out);
	free((char *)text.p);
}
END_TEST

START_TEST(what_is_not_said_is_as_the_site_has_it)
{
	struct strv text = golden("prefs_doc/empty.xml");

	ck_assert_int_eq(prefs_doc_decode(text, &a, &got), XCAP_OK);
	ck_assert(got.send_display);
	ck_assert(is(got.anonymous, "site"));
	ck_assert_uint_eq(got.quiet.n + got.ndevices + got.nprofiles, 0);
	free((char *)text.p);
}
END_TEST

static const struct {
	const char *text;
	enum xcap_result result;
} rows[] = {
	{ DOC(DND), XCAP_OK },
	{ DOC("<other/>" DND), XCAP_OK },
	{ DOC(FOUR(FOUR(FOUR(DND)))), XCAP_OK },
	{ DOC(FOUR(FOUR(FOUR(DND))) DND), XCAP_CONSTRAINT },
	{ DOC("<dnd from=\"22:00\"/>"), XCAP_NOT_VALID },
	{ DOC("<dnd from=\"1,2\" to=\"3\"/>"), XCAP_NOT_VALID },
	{ DOC("<device name=\"x\"/>"), XCAP_NOT_VALID },
	{ DOC("<device instance=\"x\" name=\"\"/>"), XCAP_NOT_VALID },
	{ DOC("<imdn send-display=\"1\"/>"), XCAP_NOT_VALID },
	{ DOC("<imdn/>"), XCAP_NOT_VALID },
	{ DOC("<anonymous reject=\"maybe\"/>"), XCAP_NOT_VALID },
	{ DOC("<profile name=\"a\"/>"), XCAP_NOT_VALID },
	{ DOC("<profile name=\"a\" active=\"yes\"/>"
	  "<profile name=\"b\" active=\"yes\"/>"), XCAP_NOT_UNIQUE },
	{ "<prefs/>", XCAP_NOT_VALID },
	{ "", XCAP_NOT_WELL_FORMED },
};

START_TEST(a_document_is_taken_or_refused)
{
	ck_assert_msg(prefs_doc_decode(strv(rows[_i].text), &a, &got) ==
	    rows[_i].result, "%s", rows[_i].text);
	ck_assert(rows[_i].result == XCAP_OK || got.why);
}
END_TEST

START_TEST(a_truncated_document_is_refused)
{
	struct strv text = golden("prefs_doc/all.xml");

	for (size_t n = 0; n < text.n - 1; n++) {
		struct strv cut = golden_cut(text, n);

		ck_assert_int_eq(prefs_doc_decode(cut, &a, &got),
		    XCAP_NOT_WELL_FORMED);
		free((char *)cut.p);
	}
	free((char *)text.p);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("prefs_doc");
	TCase *tc = tcase_create("preferences");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_document_is_read_and_written);
	tcase_add_test(tc, what_is_not_said_is_as_the_site_has_it);
	tcase_add_rows(tc, a_document_is_taken_or_refused, rows);
	tcase_add_test(tc, a_truncated_document_is_refused);
	suite_add_tcase(s, tc);
	return s;
}
