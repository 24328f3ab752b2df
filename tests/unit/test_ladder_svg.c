/* test_ladder_svg.c - flow/ladder_svg.h: nothing in a text breaks out. */

#include <libxml/parser.h>
#include <string.h>

#include "flow/ladder_svg.h"
#include "flow/trace.h"
#include "runner.h"

static struct trace_event step(enum lane from, enum lane to,
    const char *text)
{
	struct trace_event e = { .at = 1000, .from = (uint8_t)from,
		.to = (uint8_t)to };

	strncpy(e.text, text, sizeof(e.text) - 1);
	return e;
}

static size_t count(const char *s, const char *part)
{
	size_t n = 0;

	for (; (s = strstr(s, part)) != NULL; s++)
		n++;
	return n;
}

/* Parsed by somebody else; gives the text. */
static struct buf draw(const struct trace_event *steps, size_t n)
{
	struct buf b;
	xmlDoc *doc;

	buf_init(&b, 1 << 20);
	ladder_svg(&b, "Message <1> & \"2\"", steps, n);
	doc = xmlReadMemory(b.p, (int)b.n, "x.svg", NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	ck_assert_msg(doc != NULL, "%s", b.p);
	xmlFreeDoc(doc);
	return b;
}

START_TEST(arrows_marks_and_only_the_lanes_in_use)
{
	const struct trace_event steps[] = {
		step(LANE_SENDER, LANE_PF, "text"),
		step(LANE_PF, LANE_PF, "thought"),
		step(LANE_PF, LANE_FAR, "failed: no"),
	};
	struct buf b = draw(steps, 3);

	ck_assert_uint_eq(count(b.p, "class=\"go\""), 2);
	ck_assert_uint_eq(count(b.p, "class=\"mark\""), 1);
	ck_assert_uint_eq(count(b.p, "class=\"head\""), 3);
	ck_assert_uint_eq(count(b.p, "class=\"bad\""), 1);
	ck_assert_uint_eq(count(b.p, "prefers-color-scheme:dark"), 1);
	buf_deinit(&b);
	b = draw(steps, 0);
	ck_assert_ptr_nonnull(strstr(b.p, "no steps are here"));
	buf_deinit(&b);
}
END_TEST

static const char *const texts[] = {
	"</text><script>alert(1)</script>", "]]>", "&lt;", "\"'><",
	"\x01\x02\x1b[31m", "\xff\xfe\x80", ("\xe2\x80\xae" "gnp.exe"),
	"\xf4\x8f\xbf\xbf", "\xef\xbf\xbf", "<!--", "<?xml?>",
};

START_TEST(whatever_a_text_is_the_drawing_stays_whole)
{
	struct trace_event e = step(LANE_EDGE, LANE_PF, texts[_i]);
	struct buf b = draw(&e, 1);

	ck_assert_ptr_null(strstr(b.p, "<script"));
	ck_assert_ptr_null(strstr(b.p, "\xe2\x80\xae"));
	ck_assert_ptr_null(strchr(b.p, 0x1b));
	buf_deinit(&b);
	e.from = 200;	/* of a newer program */
	b = draw(&e, 1);
	buf_deinit(&b);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ladder_svg");
	TCase *tc = tcase_create("ladder_svg");

	tcase_add_test(tc, arrows_marks_and_only_the_lanes_in_use);
	tcase_add_rows(tc, whatever_a_text_is_the_drawing_stays_whole,
	    texts);
	suite_add_tcase(s, tc);
	return s;
}
