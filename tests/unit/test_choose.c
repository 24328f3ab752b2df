/* test_choose.c - flow/choose.h: what a device gets, as a table. */

#include "flow/choose.h"
#include "runner.h"

#define LARGE	"+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi." \
	"oma.cpm.msg,urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.largemsg\""
#define SMALL	"+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi." \
	"oma.cpm.msg\";+g.oma.sip-im"

#define NOON	(12 * 60)
#define MIDNIGHT 0

#define ID	"urn:uuid:0001"

/* One rule of each kind at most; the device is "Tablet", ID. */
static const struct {
	const char *name;
	const char *firm, *own, *klass;	/* NULL: there is none */
	const char *types;
	int64_t size;
	const char *features;
	bool primary;
	unsigned minute;
	enum give give;
} rows[] = {
	/* proves MLD-001 */
	{ "no rule at all", NULL, NULL, NULL, "text/plain", 5, "", false,
	  NOON, GIVE_WHOLE },
	{ "nothing for anything", NULL, "nothing", NULL, "text/plain", 5, "",
	  false, NOON, GIVE_NOTHING },

	{ "exactly as large", NULL, "notice over=200k", NULL, "image/png",
	  204800, "", false, NOON, GIVE_WHOLE },
	{ "one byte over", NULL, "notice over=200k", NULL, "image/png",
	  204801, "", false, NOON, GIVE_NOTICE },
	{ "over nothing, and empty", NULL, "notice over=0", NULL, "image/png",
	  0, "", false, NOON, GIVE_WHOLE },

	{ "its type", NULL, "notice type=image/png", NULL, "image/png", 5, "",
	  false, NOON, GIVE_NOTICE },
	{ "its type in another case", NULL, "notice type=Image/PNG", NULL,
	  "image/png", 5, "", false, NOON, GIVE_NOTICE },
	{ "another type", NULL, "notice type=image/png", NULL, "image/pngx",
	  5, "", false, NOON, GIVE_WHOLE },
	{ "the family of its type", NULL, "notice type=video/*,image/*", NULL,
	  "image/png", 5, "", false, NOON, GIVE_NOTICE },
	{ "another family", NULL, "notice type=video/*", NULL, "image/png", 5,
	  "", false, NOON, GIVE_WHOLE },
	{ "any type", NULL, "notice type=*", NULL, "image/png", 5, "", false,
	  NOON, GIVE_NOTICE },
	{ "one part of several", NULL, "notice type=video/*", NULL,
	  "multipart/mixed text/plain video/mp4", 5, "", false, NOON,
	  GIVE_NOTICE },

	{ "able", NULL, "notice lacks=largemsg", NULL, "image/png", 5, LARGE,
	  false, NOON, GIVE_WHOLE },
	{ "not able", NULL, "notice lacks=largemsg", NULL, "image/png", 5,
	  SMALL, false, NOON, GIVE_NOTICE },
	{ "a part of a word is none", NULL, "notice has=large", NULL,
	  "image/png", 5, LARGE, false, NOON, GIVE_WHOLE },
	{ "a bare tag", NULL, "notice has=+g.oma.sip-im", NULL, "image/png",
	  5, SMALL, false, NOON, GIVE_NOTICE },
	{ "no features at all", NULL, "notice lacks=largemsg", NULL,
	  "image/png", 5, "", false, NOON, GIVE_NOTICE },

	{ "by its name", NULL, "notice device=tablet", NULL, "text/plain", 5,
	  "", false, NOON, GIVE_NOTICE },
	{ "by its id", NULL, "notice device=" ID, NULL, "text/plain", 5, "",
	  false, NOON, GIVE_NOTICE },
	{ "another device", NULL, "notice device=phone", NULL, "text/plain",
	  5, "", false, NOON, GIVE_WHOLE },
	{ "the primary", NULL, "notice device=primary", NULL, "text/plain", 5,
	  "", true, NOON, GIVE_NOTICE },
	{ "not the primary", NULL, "notice device=primary", NULL,
	  "text/plain", 5, "", false, NOON, GIVE_WHOLE },
	{ "a secondary", NULL, "notice device=secondary", NULL, "text/plain",
	  5, "", false, NOON, GIVE_NOTICE },

	{ "at the first minute", NULL, "notice time=12:00-13:00", NULL,
	  "text/plain", 5, "", false, NOON, GIVE_NOTICE },
	{ "before it", NULL, "notice time=12:00-13:00", NULL, "text/plain", 5,
	  "", false, NOON - 1, GIVE_WHOLE },
	{ "at its end", NULL, "notice time=12:00-13:00", NULL, "text/plain",
	  5, "", false, NOON + 60, GIVE_WHOLE },
	{ "over midnight", NULL, "notice time=22:00-07:00", NULL,
	  "text/plain", 5, "", false, MIDNIGHT, GIVE_NOTICE },

	{ "all must be so", NULL, "notice device=tablet type=image/* over=10 "
	  "time=22:00-07:00", NULL, "image/png", 11, "", false, MIDNIGHT,
	  GIVE_NOTICE },
	{ "and one is not", NULL, "notice device=tablet type=image/* over=10 "
	  "time=22:00-07:00", NULL, "image/png", 11, "", false, NOON,
	  GIVE_WHOLE },

	{ "the class alone", NULL, NULL, "notice", "text/plain", 5, "", false,
	  NOON, GIVE_NOTICE },
	{ "the subscriber before the class", NULL, "whole", "notice",
	  "text/plain", 5, "", false, NOON, GIVE_WHOLE },
	{ "the class where the subscriber says nothing", NULL,
	  "nothing type=video/*", "notice", "text/plain", 5, "", false, NOON,
	  GIVE_NOTICE },
	{ "a firm rule before the subscriber", "notice", "whole", "nothing",
	  "text/plain", 5, "", false, NOON, GIVE_NOTICE },
	{ "a firm rule that does not fit", "notice type=image/*", "nothing",
	  "whole", "text/plain", 5, "", false, NOON, GIVE_NOTHING },
};

static struct arena arena;

static struct prefs_rule read(const char *text)
{
	struct prefs_rule r;
	struct buf why;

	buf_init(&why, 1000);
	ck_assert_msg(prefs_rule_read(strv(text), &arena, &r, &why) == ERR_OK,
	    "%s", why.p);
	buf_deinit(&why);
	return r;
}

START_TEST(the_first_rule_that_fits_decides)
{
	struct prefs_class_rule k[2];
	struct prefs_rule own;
	struct prefs_profile p = { .rules = &own };
	struct choose_message m = { strv(rows[_i].types), rows[_i].size };
	struct choose_device d = { STRV("Tablet"), STRV(ID),
		strv(rows[_i].features), rows[_i].primary };
	struct choose_rules r = { .of_class = k, .klass = STRV("gold"),
		.own = &p, .minute = rows[_i].minute };

	arena_init(&arena);
	if (rows[_i].firm)
		k[r.n_of_class++] = (struct prefs_class_rule){ "a",
		    STRV("gold"), true, 1, read(rows[_i].firm) };
	if (rows[_i].klass)
		k[r.n_of_class++] = (struct prefs_class_rule){ "b",
		    STRV(""), false, 1, read(rows[_i].klass) };
	if (rows[_i].own) {
		own = read(rows[_i].own);
		p.n = 1;
	}
	ck_assert_msg(choose(&m, &d, &r).give == rows[_i].give, "%s",
	    rows[_i].name);
	arena_deinit(&arena);
}
END_TEST

START_TEST(a_rule_of_another_class_is_not_asked)
{
	struct prefs_class_rule k;
	struct choose_message m = { STRV("text/plain"), 5 };
	struct choose_device d = { .instance = STRV("x") };
	struct choose_rules r = { .of_class = &k, .n_of_class = 1,
		.klass = STRV("silver") };
	struct chosen c;

	arena_init(&arena);
	k = (struct prefs_class_rule){ "a", STRV("gold"), false, 1,
	    read("nothing") };
	ck_assert_int_eq(choose(&m, &d, &r).give, GIVE_WHOLE);
	r.klass = STRV("gold");
	c = choose(&m, &d, &r);
	ck_assert_int_eq(c.give, GIVE_NOTHING);
	ck_assert_ptr_eq(c.of_class, &k);
	ck_assert_ptr_eq(c.rule, &k.rule);
	arena_deinit(&arena);
}
END_TEST

static const char *const bad_rules[] = {
	"", " ", "all", "Whole", "notice size=5", "notice over",
	"notice over=", "notice over=k", "notice over=5x", "notice over=-1",
	"notice over=9999999999999", "notice type=", "notice type=image",
	"notice type=/png", "notice type=image/*x", "notice type=image/png,",
	"notice device=", "notice device=\"\"", "notice device=a\"b",
	"notice time=25:00-26:00", "notice time=", "notice has=a;b",
	"notice lacks=", "notice over=1 over=2", "notice\ntype=image/*",
	"notice type=a/b,c", "whole notice",
};

START_TEST(what_is_no_rule_is_refused_with_a_sentence)
{
	struct prefs_rule r;
	struct buf why;

	arena_init(&arena);
	buf_init(&why, 1000);
	ck_assert_msg(prefs_rule_read(strv(bad_rules[_i]), &arena, &r, &why)
	    == ERR_BAD_SYNTAX, "%s", bad_rules[_i]);
	ck_assert_uint_gt(why.n, 10);
	buf_deinit(&why);
	arena_deinit(&arena);
}
END_TEST

START_TEST(a_rule_keeps_its_text)
{
	struct prefs_rule r;
	struct buf b;

	arena_init(&arena);
	buf_init(&b, 1000);
	r = read("nothing  device=\"my tablet\" over=1m time=01:00-02:00");
	ck_assert_int_eq(r.over, 1048576);
	ck_assert(strv_eq(r.device, STRV("my tablet")));
	prefs_rule_name(r.text, STRV("urn:uuid:1"), &b);
	ck_assert_str_eq(b.p, "nothing device=urn:uuid:1 over=1m "
	    "time=01:00-02:00");
	buf_clear(&b);
	prefs_rule_name(r.text, STRV("new one"), &b);
	ck_assert_str_eq(b.p, "nothing device=\"new one\" over=1m "
	    "time=01:00-02:00");
	buf_deinit(&b);
	arena_deinit(&arena);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("choose");
	TCase *tc = tcase_create("choose");

	tcase_add_rows(tc, the_first_rule_that_fits_decides, rows);
	tcase_add_test(tc, a_rule_of_another_class_is_not_asked);
	tcase_add_rows(tc, what_is_no_rule_is_refused_with_a_sentence,
	    bad_rules);
	tcase_add_test(tc, a_rule_keeps_its_text);
	suite_add_tcase(s, tc);
	return s;
}
