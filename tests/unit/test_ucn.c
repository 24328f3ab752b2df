/* test_ucn.c - dir/ucn.h: templates, languages, checks, the preview. */

#include <stdlib.h>
#include <time.h>

#include "core/content.h"
#include "dir/ucn.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"

#define HAS(text) ck_assert_msg(strstr(world_body(), text) != NULL, \
	"no '%s' in %s", text, world_body())

static struct buf out;
static struct ucn_facts facts;

static void setup(void)
{
	(void)setenv("TZ", "UTC", 1);
	tzset();
	world_open(scratch_new());
	buf_init(&out, UCN_TEXT);
	facts = (struct ucn_facts){ .sender = STRV("tel:+15550100001"),
		.type = STRV("image/jpeg"), .size = 1240000 };
}

static void teardown(void)
{
	buf_deinit(&out);
	world_close();
}

static const char *text(void)
{
	buf_clear(&out);
	ucn_text(&out, &facts);
	return out.p;
}

static const char *by(const char *template)
{
	buf_clear(&out);
	ucn_text_of(&out, strv(template), &facts);
	return out.p;
}

static bool refused(const char *template, const char *why)
{
	struct buf b;
	bool ok;

	buf_init(&b, 1024);
	ok = ucn_check(strv(template), &b) != ERR_OK &&
	    strstr(b.p, why) != NULL;
	buf_deinit(&b);
	return ok;
}

static bool fine(const char *template)
{
	struct buf b;
	bool ok;

	buf_init(&b, 1024);
	ok = ucn_check(strv(template), &b) == ERR_OK && b.n == 0;
	buf_deinit(&b);
	return ok;
}

/* --- what is said --------------------------------------------------------- */

START_TEST(without_settings_it_is_english)
{
	ck_assert_str_eq(text(), "+15550100001 sent you a picture (1.2 MB). "
	    "Turn on mobile data to get it");
	facts.link = STRV("https://m.example.org/x");
	facts.id = STRV("0061f3a2b4c5d6");
	ck_assert_str_eq(text(), "+15550100001 sent you a picture (1.2 MB). "
	    "Turn on mobile data to get it or open https://m.example.org/x "
	    "(#0061f3a2b4c5d6)");
	facts.count = 3;
	facts.link = facts.id = STRV_NONE;
	ck_assert_str_eq(text(), "+15550100001 sent you 3 messages. "
	    "Turn on mobile data to get it");
}
END_TEST

START_TEST(a_part_in_brackets_goes_with_its_variable)
{
	facts.size = 0;
	ck_assert_str_eq(by("a[ ({size})] b"), "a b");
	ck_assert_str_eq(by("a[ {type} {link}] b"), "a b");
	ck_assert_str_eq(by("[{type}]"), "a picture");
	ck_assert_str_eq(by("a [note] b"), "a [note] b");
	ck_assert_str_eq(by("a {link} {size} b {id}"), "a b");
	ck_assert_str_eq(by(""), "");
}
END_TEST

START_TEST(every_variable_says_what_it_stands_for)
{
	facts.link = STRV("https://x/");
	facts.id = STRV("7");
	facts.expires = INT64_C(1795183200000);
	ck_assert_str_eq(by("{sender}|{type}|{size}|{link}|{expires}|{count}|"
	    "{id}"), "+15550100001|a picture|1.2 MB|https://x/|"
	    "20 Nov 14:00|1|7");
	facts.language = STRV("de");
	ck_assert_str_eq(by("{type} {size} {expires}"),
	    "ein Bild 1,2 MB 20.11. 14:00");
	facts.language = STRV("fr");
	ck_assert_str_eq(by("{expires}"), "20/11 14:00");
	facts.count = 3;
	ck_assert_str_eq(by("{type}, {count}"), "3 messages, 3");
	facts.sender = STRV("sip:alice@example.org");
	ck_assert_str_eq(by("{sender}"), "alice@example.org");
	facts.sender = STRV_NONE;
	facts.language = STRV("de");
	ck_assert_str_eq(by("von {sender}"), "von Jemand");
	facts.sender = STRV("Alice\r\nBcc: x");
	ck_assert_str_eq(by("{sender}"), "Alice Bcc: x");
}
END_TEST

static const struct {
	int64_t size;
	const char *text;
} sizes[] = {
	{ 1, "0.1 kB" }, { 149, "0.1 kB" }, { 150, "0.2 kB" },
	{ 9949, "9.9 kB" }, { 9950, "10 kB" }, { 10000, "10 kB" },
	{ 999449, "999 kB" }, { 999500, "1.0 MB" }, { 1000000, "1.0 MB" },
	{ 12400000, "12 MB" }, { 999400000, "999 MB" },
	{ 2500000000, "2.5 GB" },
};

START_TEST(sizes_are_rounded_for_people)
{
	facts.size = sizes[_i].size;
	ck_assert_str_eq(by("{size}"), sizes[_i].text);
}
END_TEST

static const struct {
	const char *type, *word;
} types[] = {
	{ "image/png", "a picture" }, { "IMAGE/PNG", "a picture" },
	{ "video/mp4", "a video" }, { "audio/amr", "a recording" },
	{ "text/vcard; charset=UTF-8", "a contact" },
	{ "application/vnd.gsma.rcspushlocation+xml", "a location" },
	{ "text/html", "a message" }, { "multipart/mixed", "a message" },
	{ "", "a message" }, { "application/pdf", "a file" },
};

START_TEST(types_have_words)
{
	facts.type = strv(types[_i].type);
	ck_assert_str_eq(by("{type}"), types[_i].word);
}
END_TEST

START_TEST(a_wrapped_content_is_called_by_what_is_inside)
{
	static const char cpim[] = "From: <sip:a@example.org>\r\n"
	    "To: <sip:b@example.org>\r\n\r\n"
	    "Content-Type: image/png\r\n\r\n0123456789";
	struct content *c = content_new(STRV("message/cpim"), STRV_NONE,
	    strv(cpim));

	ucn_look(&facts, c);
	ck_assert(strv_eq(facts.type, STRV("image/png")));
	ck_assert_int_eq(facts.size, 10);
	content_unref(c);
	c = content_new(STRV("message/cpim"), STRV_NONE, STRV("no cpim"));
	ucn_look(&facts, c);
	ck_assert_str_eq(by("{type} {size}"), "a message 0.1 kB");
	content_unref(c);
}
END_TEST

/* --- which text; proves MLD-031 ------------------------------------------- */

START_TEST(the_operator_sets_the_text_by_language)
{
	ck_assert(world_set("set policy ucn text \"Site: {type}\""));
	ck_assert_str_eq(text(), "Site: a picture");
	facts.language = STRV("de-AT");
	ck_assert(strstr(text(), "hat Ihnen ein Bild (1,2 MB) ges") != NULL);
	ck_assert(world_set("set ucn de text \"Neu: {type}\""));
	ck_assert(world_set("set ucn de picture \"ein Foto\""));
	ck_assert_str_eq(text(), "Neu: ein Foto");
	ck_assert(world_set("set ucn de-AT text \"Servus: {type}\""));
	ck_assert_str_eq(text(), "Servus: ein Bild");
	facts.language = STRV("DE");
	ck_assert_str_eq(text(), "Neu: ein Foto");
	/* nobody speaks it here: the site's */
	facts.language = STRV("fi");
	ck_assert_str_eq(text(), "Site: a picture");
	ck_assert(world_set("set policy ucn language de"));
	ck_assert_str_eq(text(), "Neu: ein Foto");
	ck_assert(world_set("delete ucn de"));
	ck_assert_str_eq(text(), "Site: ein Bild");
}
END_TEST

START_TEST(a_language_that_is_not_built_in_can_be_made)
{
	ck_assert(!world_set("set ucn fi picture kuva"));
	HAS("ucn fi: give its text");
	ck_assert(world_set("set ucn fi text \"{type}\""));
	ck_assert(world_set("set ucn fi picture kuva"));
	ck_assert(world_set("set ucn fi several \"{count} viesti\""));
	facts.language = STRV("fi");
	ck_assert_str_eq(text(), "kuva");
	facts.count = 2;
	ck_assert_str_eq(text(), "2 viesti");
}
END_TEST

/* --- checks --------------------------------------------------------------- */

START_TEST(templates_are_checked_when_they_are_set)
{
	ck_assert(fine("{sender} {type} {size} {link} {expires} {count} {id}"));
	ck_assert(fine("plain [brackets] and [{link}]"));
	ck_assert(refused("{sendr}", "(did you mean {sender}?)"));
	ck_assert(refused("{what}", "there is no variable {what}"));
	ck_assert(refused("{}", "there is no variable {}"));
	ck_assert(refused("{sender", "without its }"));
	ck_assert(refused("sender}", "a } without {"));
	ck_assert(refused("a [b", "a [ without its ]"));
	ck_assert(refused("a b]", "a ] without ["));
	ck_assert(refused("[a [b]]", "do not nest"));
	ck_assert(refused("\xff", "this is not UTF-8"));
	ck_assert(!world_set("set policy ucn text \"{sendr}\""));
	HAS("policy ucn text: there is no variable {sendr}");
	ck_assert(!world_set("set ucn de text \"{sendr}\""));
	HAS("ucn de text: there is no variable {sendr}");
	ck_assert(!world_set("set ucn de picture \"{type}\""));
	HAS("ucn de picture: a word has no variables");
	ck_assert(!world_set("set ucn de several \"{type}\""));
	HAS("the only variable here is {count}");
	ck_assert(!world_set("set ucn nolanguagetag text x"));
	HAS("this is no language tag");
	ck_assert(!world_set("set policy ucn language \"d e\""));
	HAS("is no language tag");
}
END_TEST

START_TEST(a_template_has_a_greatest_length)
{
	char s[UCN_TEMPLATE + 2];

	memset(s, 'x', sizeof(s));
	s[UCN_TEMPLATE + 1] = 0;
	ck_assert(refused(s, "401 characters; at most 400"));
	s[UCN_TEMPLATE] = 0;
	ck_assert(fine(s));
}
END_TEST

static const struct {
	const char *tag;
	bool ok;
} tags[] = {
	{ "en", true }, { "deu", true }, { "pt-BR", true },
	{ "es-419", true }, { "zh-Hant-TW", true }, { "", false },
	{ "e", false }, { "engl", false }, { "12", false }, { "en-", false },
	{ "-en", false }, { "en_GB", false }, { "en-123456789", false },
};

START_TEST(a_language_tag_has_a_form)
{
	ck_assert(ucn_is_language(strv(tags[_i].tag)) == tags[_i].ok);
}
END_TEST

/* --- the preview ---------------------------------------------------------- */

START_TEST(the_preview_counts_characters_and_segments)
{
	ck_assert_int_eq(world_op("ucn preview", "text", "{type} {size}",
	    NULL), 200);
	HAS("\"text\":\"a picture 1.2 MB\"");
	HAS("\"characters\":16");
	HAS("\"encoding\":\"GSM-7\"");
	HAS("\"segments\":1");
	HAS("\"not-in-gsm7\":\"\"");
	ck_assert_int_eq(world_op("ucn preview", "text",
	    "{type} \xc5\x82\xc5\x82 \xd1\x88", NULL), 200);
	HAS("\"characters\":14");
	HAS("\"encoding\":\"UCS-2\"");
	HAS("\"not-in-gsm7\":\"\xc5\x82\xd1\x88\"");
}
END_TEST

static const struct {
	size_t n;
	const char *segments;
} lengths[] = {
	{ 160, "\"segments\":1" }, { 161, "\"segments\":2" },
	{ 306, "\"segments\":2" }, { 307, "\"segments\":3" },
};

START_TEST(the_preview_knows_where_a_segment_ends)
{
	char s[400];

	memset(s, 'x', sizeof(s));
	s[lengths[_i].n] = 0;
	ck_assert_int_eq(world_op("ucn preview", "text", s, NULL), 200);
	HAS(lengths[_i].segments);
}
END_TEST

static const char *const built_in[] = {
	"en", "de", "fr", "es", "it", "pt", "nl",
};

START_TEST(a_built_in_text_is_one_short_message)
{
	static const char *const of[] = { "image/png", "video/mp4", "text/x",
		"text/vcard", "application/pdf" };

	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		ck_assert_int_eq(world_op("ucn preview", "language",
		    built_in[_i], "type", of[i], NULL), 200);
		HAS("\"encoding\":\"GSM-7\"");
		if (i == 0)
			HAS("\"segments\":1");
	}
	ck_assert_int_eq(world_op("ucn preview", "language", built_in[_i],
	    "count", "2", NULL), 200);
	HAS("\"encoding\":\"GSM-7\"");
}
END_TEST

START_TEST(the_preview_refuses_what_cannot_be_set)
{
	ck_assert_int_eq(world_op("ucn preview", "text", "{typ}", NULL), 422);
	HAS("did you mean {type}?");
	ck_assert_int_eq(world_op("ucn preview", "language", "x y", NULL),
	    422);
	ck_assert_int_eq(world_op("ucn preview", "count", "0", NULL), 422);
	ck_assert_int_eq(world_op("ucn preview", "language", "de", "count",
	    "4", NULL), 200);
	HAS("hat Ihnen 4 Nachrichten gesendet");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ucn");
	TCase *tc = tcase_create("ucn");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, without_settings_it_is_english);
	tcase_add_test(tc, a_part_in_brackets_goes_with_its_variable);
	tcase_add_test(tc, every_variable_says_what_it_stands_for);
	tcase_add_rows(tc, sizes_are_rounded_for_people, sizes);
	tcase_add_rows(tc, types_have_words, types);
	tcase_add_test(tc, a_wrapped_content_is_called_by_what_is_inside);
	tcase_add_test(tc, the_operator_sets_the_text_by_language);
	tcase_add_test(tc, a_language_that_is_not_built_in_can_be_made);
	tcase_add_test(tc, templates_are_checked_when_they_are_set);
	tcase_add_test(tc, a_template_has_a_greatest_length);
	tcase_add_rows(tc, a_language_tag_has_a_form, tags);
	tcase_add_test(tc, the_preview_counts_characters_and_segments);
	tcase_add_rows(tc, the_preview_knows_where_a_segment_ends, lengths);
	tcase_add_rows(tc, a_built_in_text_is_one_short_message, built_in);
	tcase_add_test(tc, the_preview_refuses_what_cannot_be_set);
	suite_add_tcase(s, tc);
	return s;
}
