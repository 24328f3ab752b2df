/* test_mask.c - numbers and addresses made unreadable. */

#include <stdlib.h>
#include <string.h>

#include "cli/mask.h"
#include "runner.h"

static const struct {
	const char *text, *masked;
} texts[] = {
	{ "", "" },
	{ "+358501234567", "+358•••••••67" },
	{ "tel:+358501234567", "tel:+358•••••••67" },
	{ "to 358501234567.", "to 358•••••••67." },
	{ "tel:123456", "tel:123•56" },
	{ "+123456", "+123•56" },
	{ "tel:12345", "tel:12345" },		/* a short code is nobody's */
	{ "123456 rows", "123456 rows" },	/* neither are few digits */
	{ "1234567 rows", "1234567 rows" },
	{ "12345678", "123•••78" },
	{ "tel:+1555*", "tel:+1555*" },
	{ "x12345678", "x12345678" },		/* part of a longer name */
	{ "0ca612345678", "0ca612345678" },
	{ "sip:alice@example.org", "sip:a••••@example.org" },
	{ "sip:+358501234567@example.org;user=phone",
	  "sip:+358•••••••67@example.org;user=phone" },
	{ "sip:358501234567@[2001:db8::1]:5060",
	  "sip:358•••••••67@[2001:db8::•]:5060" },
	{ "<sip:å.b@x>", "<sip:å••@x>" },
	{ "192.0.2.17:5060", "192.0.•.••:5060" },
	{ "[::1]", "[::•]" },
	{ "[not an address]", "[not an address]" },
	{ "[", "[" },
	{ "[1:2:", "[1:2:" },
	{ "1.2.3", "1.2.3" }, { "1.2.3.", "1.2.3." },
	{ "1.2.3.4567", "1.2.3.4567" },
	{ "2026-11-20T17:27:56.002Z", "2026-11-20T17:27:56.002Z" },
	{ "@", "@" }, { "a@", "a@" }, { "ab@", "a•@" }, { "+", "+" },
};

START_TEST(a_text_keeps_its_shape_and_says_nobodys_number)
{
	struct buf out;

	buf_init(&out, 1024);
	mask_text(&out, strv(texts[_i].text));
	ck_assert_str_eq(out.n ? out.p : "", texts[_i].masked);
	buf_deinit(&out);
}
END_TEST

static const struct {
	const char *json, *masked;
} documents[] = {
	{ "{\"+358501234567\":\"+358501234567\",\"n\":12345678}",
	  "{\"+358501234567\":\"+358•••••••67\",\"n\":12345678}" },
	{ "[\"a\\n+358501234567\\u002b123456789\\\"ab@x\"]",
	  "[\"a\\n+358•••••••67\\u002b123••••89\\\"a•@x\"]" },
	{ "{\"a\":\"\",\"b\":\"\\\\\"}", "{\"a\":\"\",\"b\":\"\\\\\"}" },
};

START_TEST(only_the_strings_of_json_are_masked)
{
	struct buf out;

	buf_init(&out, 1024);
	mask_json(&out, strv(documents[_i].json));
	ck_assert_str_eq(out.p, documents[_i].masked);
	buf_deinit(&out);
}
END_TEST

START_TEST(half_a_document_is_no_harm)
{
	struct strv whole = strv(documents[_i].json);
	struct buf out;
	char *part;

	for (size_t n = 0; n <= whole.n; n++) {
		part = malloc(n + 1);	/* its end is the end of its memory */
		ck_assert_ptr_nonnull(part);
		memcpy(part, whole.p, n);
		buf_init(&out, 1024);
		mask_json(&out, (struct strv){ part, n });
		mask_text(&out, (struct strv){ part, n });
		ck_assert(!out.full);
		buf_deinit(&out);
		free(part);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("mask");
	TCase *tc = tcase_create("mask");

	tcase_add_rows(tc, a_text_keeps_its_shape_and_says_nobodys_number,
	    texts);
	tcase_add_rows(tc, only_the_strings_of_json_are_masked, documents);
	tcase_add_rows(tc, half_a_document_is_no_harm, documents);
	suite_add_tcase(s, tc);
	return s;
}
