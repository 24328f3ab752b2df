/* test_sip_features.c - port/sip/features.h and lines.h. */

#include "port/sip/features.h"
#include "port/sip/lines.h"
#include "runner.h"

#define CPM "urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm."
#define CPM_DEVICE \
	"+g.3gpp.icsi-ref=\"" CPM "msg," CPM "session\"" \
	";+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.rcse.im\"" \
	";+sip.instance=\"<urn:uuid:1>\""
#define ASK(s) "Accept-Contact: " s "\r\n"
#define REFUSE(s) "Reject-Contact: " s "\r\n"

static const struct {
	const char *name;
	struct strv features, lines;
	bool allow;
} rows[] = {
	{ "nobody asks", STRV(CPM_DEVICE), STRV(""), true },
	{ "a preference drops nobody", STRV("audio"),
	    STRV(ASK("*;+g.3gpp.icsi-ref=\"" CPM "msg\"")), true },
	{ "required and there", STRV(CPM_DEVICE),
	    STRV(ASK("*;+g.3gpp.icsi-ref=\"" CPM "msg\";require;explicit")),
	    true },
	{ "escapes and case do not matter", STRV(CPM_DEVICE),
	    STRV(ASK("*;+G.3GPP.icsi-ref=\"URN:urn-7:3gpp-service.ims.icsi."
	    "OMA.cpm.msg\";require;explicit")), true },
	{ "required, stated otherwise", STRV(CPM_DEVICE),
	    STRV(ASK("*;+g.3gpp.icsi-ref=\"" CPM "largemsg\";require")),
	    false },
	{ "required, not stated", STRV("audio"),
	    STRV(ASK("*;+g.3gpp.icsi-ref=\"" CPM "msg\";require")), true },
	{ "required and explicit, not stated", STRV("audio"),
	    STRV(ASK("*;+g.3gpp.icsi-ref=\"" CPM "msg\";require;explicit")),
	    false },
	{ "a group service finds its parent", STRV(CPM_DEVICE),
	    STRV(ASK("*;+g.3gpp.icsi-ref=\"" CPM "session.group\""
	    ";require;explicit")), true },
	{ "the parent does not find a group service",
	    STRV("+g.3gpp.icsi-ref=\"" CPM "session.group\""),
	    STRV(ASK("*;+g.3gpp.icsi-ref=\"" CPM "session\";require")),
	    false },
	{ "another instance", STRV(CPM_DEVICE),
	    STRV(ASK("*;+sip.instance=\"<urn:uuid:2>\";require;explicit")),
	    false },
	{ "this instance", STRV(CPM_DEVICE),
	    STRV(ASK("*;+sip.instance=\"<urn:uuid:1>\";require;explicit")),
	    true },
	{ "every required line counts", STRV(CPM_DEVICE),
	    STRV(ASK("*;+g.3gpp.icsi-ref=\"" CPM "msg\";require")
	    ASK("*;+g.gsma.rcs.isbot;require;explicit")), false },
	{ "two in one line", STRV(CPM_DEVICE),
	    STRV(ASK("*;+g.3gpp.icsi-ref=\"" CPM "msg\";require, "
	    "*;+g.gsma.rcs.isbot;require;explicit")), false },
	{ "rejected by all its tags", STRV("+g.gsma.rcs.msgfallback;audio"),
	    STRV(REFUSE("*;+g.gsma.rcs.msgfallback")), false },
	{ "rejected tag not there", STRV(CPM_DEVICE),
	    STRV(REFUSE("*;+g.gsma.rcs.msgfallback")), true },
	{ "one of two rejected tags", STRV("+g.gsma.rcs.msgfallback"),
	    STRV(REFUSE("*;+g.gsma.rcs.msgfallback;video")), true },
	{ "an empty predicate", STRV(CPM_DEVICE), STRV(ASK("")), true },
	{ "an open quote", STRV("a=\"b"), STRV(ASK("*;a=\"b;require")), true },
	{ "other lines are not read", STRV("audio"),
	    STRV("Priority: urgent\r\n"), true }
};

START_TEST(preferences_choose_devices)
{
	ck_assert_msg(features_allow(rows[_i].features, rows[_i].lines) ==
	    rows[_i].allow, "%s", rows[_i].name);
}
END_TEST

START_TEST(any_truncation_is_read_without_harm)
{
	static const char text[] = ASK("*;+a=\"x,%3\";require;\"\\");

	for (size_t n = 0; n < sizeof(text); n++) {
		struct strv part = { text, n };

		features_allow(STRV(CPM_DEVICE), part);
		features_allow(part, STRV(ASK("*;+a=\"x\";require")));
	}
}
END_TEST

START_TEST(cpm_is_known_by_its_service)
{
	ck_assert(features_cpm(STRV(CPM_DEVICE)));
	ck_assert(features_cpm(STRV("+g.3gpp.icsi-ref=\"URN:URN-7:3gpp-"
	    "service.ims.icsi.oma.cpm.msg\"")));
	ck_assert(!features_cpm(STRV("+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-"
	    "service.ims.icsi.mmtel\"")));
	ck_assert(!features_cpm(STRV("audio;video")));
	ck_assert(!features_cpm(STRV("")));
}
END_TEST

START_TEST(devices_of_one_user_are_united)
{
	struct buf all;

	buf_init(&all, 4096);
	features_merge(&all, STRV("+sip.instance=\"<urn:uuid:1>\";reg-id=1;"
	    "audio;+g.list=\"a,b\""));
	ck_assert_str_eq(all.p, ";audio;+g.list=\"a,b\"");
	features_merge(&all, STRV("video;+g.list=\"B,c\""));
	ck_assert_str_eq(all.p, ";audio;+g.list=\"a,b,c\";video");
	buf_deinit(&all);
}
END_TEST

START_TEST(lines_are_unfolded_and_found)
{
	struct buf lines;

	buf_init(&lines, 200);
	lines_add(&lines, STRV("A"), STRV("  x\r\n\t y \r\n"));
	lines_add(&lines, STRV("B"), STRV("z"));
	ck_assert_str_eq(lines.p, "A: x y\r\nB: z\r\n");
	ck_assert(strv_eq(lines_find(buf_strv(&lines), STRV("b")), STRV("z")));
	ck_assert_ptr_null(lines_find(buf_strv(&lines), STRV("c")).p);
	buf_deinit(&lines);
}
END_TEST

START_TEST(separators_in_quotes_and_angles_do_not_count)
{
	struct strv rest = STRV("\"a,\\\"b\" <sip:x;y,z>;q, c ,, d"), item;
	static const char *const want[] = {
		"\"a,\\\"b\" <sip:x;y,z>;q", "c", "", "d"
	};

	for (size_t i = 0; i < 4; i++) {
		ck_assert(lines_item(&rest, ',', &item));
		ck_assert_msg(strv_eq(item, strv(want[i])), "%s", want[i]);
	}
	ck_assert(!lines_item(&rest, ',', &item));
}
END_TEST

START_TEST(an_id_has_1_to_128_visible_characters)
{
	char s[130];

	memset(s, 'a', sizeof(s));
	ck_assert(!lines_is_token((struct strv){ s, 0 }));
	ck_assert(lines_is_token((struct strv){ s, 1 }));
	ck_assert(lines_is_token((struct strv){ s, 128 }));
	ck_assert(!lines_is_token((struct strv){ s, 129 }));
	ck_assert(lines_is_token(STRV("!~")));
	ck_assert(!lines_is_token(STRV("a b")));
	ck_assert(!lines_is_token(STRV("a\x7f")));
	ck_assert(!lines_is_token(STRV("\xc3\xa4")));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sip features");
	TCase *tc = tcase_create("features");

	tcase_add_rows(tc, preferences_choose_devices, rows);
	tcase_add_test(tc, any_truncation_is_read_without_harm);
	tcase_add_test(tc, cpm_is_known_by_its_service);
	tcase_add_test(tc, devices_of_one_user_are_united);
	tcase_add_test(tc, lines_are_unfolded_and_found);
	tcase_add_test(tc, separators_in_quotes_and_angles_do_not_count);
	tcase_add_test(tc, an_id_has_1_to_128_visible_characters);
	suite_add_tcase(s, tc);
	return s;
}
