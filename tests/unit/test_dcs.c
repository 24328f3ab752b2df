/* test_dcs.c - wire/dcs.h. */

#include "runner.h"
#include "wire/dcs.h"

#define S(s) { s, sizeof(s) - 1 }

static const struct {
	uint8_t first, last;
	enum dcs_alphabet seven, alphabet;
	int cls;	/* of first; counts on to last */
} codes[] = {
	{ 0x00, 0x00, DCS_GSM7, DCS_GSM7, -1 },
	{ 0x00, 0x00, DCS_LATIN1, DCS_LATIN1, -1 },
	{ 0x00, 0x00, DCS_GSM7_PACKED, DCS_GSM7_PACKED, -1 },
	{ 0x01, 0x01, DCS_GSM7, DCS_ASCII, -1 },
	{ 0x02, 0x02, DCS_GSM7, DCS_BINARY, -1 },
	{ 0x03, 0x03, DCS_GSM7, DCS_LATIN1, -1 },
	{ 0x04, 0x04, DCS_GSM7, DCS_BINARY, -1 },
	{ 0x05, 0x05, DCS_GSM7, DCS_BINARY, -1 },
	{ 0x06, 0x06, DCS_GSM7, DCS_CYRILLIC, -1 },
	{ 0x07, 0x07, DCS_GSM7, DCS_HEBREW, -1 },
	{ 0x08, 0x08, DCS_GSM7, DCS_UCS2, -1 },
	{ 0x0a, 0x0a, DCS_GSM7, DCS_BINARY, -1 },
	{ 0x0d, 0x0d, DCS_GSM7, DCS_BINARY, -1 },
	{ 0x0e, 0x0e, DCS_GSM7, DCS_BINARY, -1 },
	{ 0x10, 0x13, DCS_GSM7, DCS_GSM7, 0 },
	{ 0x10, 0x13, DCS_ASCII, DCS_ASCII, 0 },
	{ 0x14, 0x17, DCS_GSM7, DCS_BINARY, 0 },
	{ 0x18, 0x1b, DCS_GSM7, DCS_UCS2, 0 },
	{ 0x20, 0x20, DCS_GSM7, DCS_BINARY, -1 },
	{ 0x38, 0x3b, DCS_GSM7, DCS_BINARY, 0 },
	{ 0x48, 0x48, DCS_GSM7, DCS_UCS2, -1 },
	{ 0x80, 0x80, DCS_GSM7, DCS_GSM7, -1 },
	{ 0xbf, 0xbf, DCS_GSM7, DCS_GSM7, -1 },
	{ 0xf0, 0xf3, DCS_GSM7, DCS_GSM7, 0 },
	{ 0xf4, 0xf7, DCS_GSM7, DCS_BINARY, 0 },
};

START_TEST(data_coding_octets_are_read_by_the_table)
{
	for (int dc = codes[_i].first; dc <= codes[_i].last; dc++) {
		struct dcs d = dcs_parse((uint8_t)dc, codes[_i].seven);
		int cls = codes[_i].cls < 0 ? -1 :
		    codes[_i].cls + dc - codes[_i].first;

		ck_assert_msg(d.alphabet == codes[_i].alphabet, "%#x", dc);
		ck_assert_msg(d.cls == cls, "%#x: class %d", dc, d.cls);
		ck_assert_msg(!d.waiting, "%#x", dc);
	}
}
END_TEST

START_TEST(message_waiting_says_what_lamp)
{
	struct dcs d = dcs_parse(0xc8, DCS_GSM7);

	ck_assert(d.waiting && d.active && d.discard && d.kind == 0);
	ck_assert(d.alphabet == DCS_GSM7 && d.cls == -1);
	d = dcs_parse(0xd1, DCS_GSM7);
	ck_assert(d.waiting && !d.active && !d.discard && d.kind == 1);
	d = dcs_parse(0xeb, DCS_GSM7);
	ck_assert(d.waiting && d.active && !d.discard && d.kind == 3);
	ck_assert(d.alphabet == DCS_UCS2);
}
END_TEST

START_TEST(what_we_send_reads_back)
{
	for (int a = DCS_GSM7; a <= DCS_BINARY; a++) {
		for (int cls = -1; cls < 4; cls++) {
			uint8_t v = dcs_value((enum dcs_alphabet)a, cls);
			struct dcs d = dcs_parse(v, a == DCS_GSM7_PACKED ?
			    DCS_GSM7_PACKED : DCS_GSM7);

			ck_assert_msg((int)d.alphabet == a, "%#x", v);
			ck_assert(d.cls == cls || (d.cls == -1 &&
			    a >= DCS_ASCII && a <= DCS_HEBREW));
		}
	}
	ck_assert_uint_eq(dcs_value(DCS_GSM7, -1), 0x00);
	ck_assert_uint_eq(dcs_value(DCS_UCS2, -1), 0x08);
	ck_assert_uint_eq(dcs_value(DCS_UCS2, 0), 0x18);
}
END_TEST

static const struct {
	const char *name;
	enum dcs_alphabet alphabet;
	struct strv octets, text;
	bool back;	/* and encodes to the same */
} texts[] = {
	{ "7 bit", DCS_GSM7, S("\x00\x1b\x65"), S("@€"), true },
	{ "packed", DCS_GSM7_PACKED,
	  S("\xe8\x32\x9b\xfd\x46\x97\xd9\xec\x37"), S("hellohello"), true },
	{ "packed, padded", DCS_GSM7_PACKED, S("\x31\xd9\x8c\x56\xb3\xdd\x1a"),
	  S("1234567"), true },
	{ "packed, zeroes", DCS_GSM7_PACKED, S("\x31\xd9\x8c\x56\xb3\xdd\x00"),
	  S("1234567"), false },
	{ "ASCII", DCS_ASCII, S("a~\x7f"), S("a~\x7f"), true },
	{ "ASCII is 7 bit", DCS_ASCII, S("a\x80"), S("a\ufffd"), false },
	{ "Latin-1", DCS_LATIN1, S("caf\xe9 \xa0\xff"), S("café \u00a0ÿ"),
	  true },
	{ "8859-5", DCS_CYRILLIC, S("\xb0\xef\xa1\xf0\xf1\xfc\xfd\xff\xad"),
	  S("АяЁ№ёќ§џ\u00ad"), true },
	{ "8859-5 edges", DCS_CYRILLIC, S("\xac\xae\xaf\xcf\xd0\xfe"),
	  S("ЌЎЏЯаў"), true },
	{ "8859-8", DCS_HEBREW, S("\xf9\xec\xe5\xed \xaa\xba\xdf"),
	  S("שלום ×÷‗"), true },
	{ "8859-8 holes", DCS_HEBREW, S("\xa1\xbf\xde\xfb\xfc\xff"),
	  S("\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd"), false },
	{ "UCS-2", DCS_UCS2, S("\x04\x16\x00 "), S("Ж "), true },
	{ "a pair", DCS_UCS2, S("\xd8\x3d\xde\x00"), S("😀"), true },
	{ "a high one alone", DCS_UCS2, S("\xd8\x3d\x00" "a"), S("\ufffda"),
	  false },
	{ "a low one alone", DCS_UCS2, S("\xde\x00\x00" "a"), S("\ufffda"),
	  false },
	{ "a high one at the end", DCS_UCS2, S("\x00" "a\xd8\x3d"),
	  S("a\ufffd"), false },
	{ "half of a unit", DCS_UCS2, S("\x00" "a\x04"), S("a\ufffd"), false },
	{ "half of a pair", DCS_UCS2, S("\xd8\x3d\xde"), S("\ufffd\ufffd"),
	  false },
	{ "empty", DCS_UCS2, S(""), S(""), true },
};

START_TEST(text_is_read_and_written)
{
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	ck_assert(dcs_decode(texts[_i].alphabet, texts[_i].octets, &out) ==
	    ERR_OK);
	ck_assert_msg(strv_eq(buf_strv(&out), texts[_i].text), "%s: %s",
	    texts[_i].name, out.p);
	buf_clear(&out);
	if (texts[_i].back) {
		ck_assert(dcs_fits(texts[_i].alphabet, texts[_i].text,
		    GSM7_EXACT));
		ck_assert(dcs_encode(texts[_i].alphabet, texts[_i].text,
		    GSM7_EXACT, &out) == ERR_OK);
		ck_assert_msg(strv_eq(buf_strv(&out), texts[_i].octets),
		    "%s back", texts[_i].name);
	}
	buf_deinit(&out);
}
END_TEST

START_TEST(binary_is_no_text)
{
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	ck_assert(dcs_decode(DCS_BINARY, STRV("abc"), &out) ==
	    ERR_BAD_CONTENT);
	ck_assert(dcs_encode(DCS_BINARY, STRV("abc"), GSM7_FORCE, &out) ==
	    ERR_BAD_CONTENT);
	ck_assert(!dcs_fits(DCS_BINARY, STRV(""), GSM7_FORCE));
	ck_assert_uint_eq(out.n, 0);
	buf_deinit(&out);
}
END_TEST

START_TEST(a_character_the_alphabet_lacks_is_refused_or_forced)
{
	static const enum dcs_alphabet a[] = { DCS_GSM7, DCS_GSM7_PACKED,
	    DCS_ASCII, DCS_LATIN1, DCS_CYRILLIC, DCS_HEBREW };
	struct strv text = STRV("漢");
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	for (size_t i = 0; i < sizeof(a) / sizeof(a[0]); i++) {
		ck_assert(!dcs_fits(a[i], text, GSM7_LOSSY));
		ck_assert(dcs_encode(a[i], text, GSM7_LOSSY, &out) ==
		    ERR_BAD_CONTENT);
		ck_assert(dcs_encode(a[i], text, GSM7_FORCE, &out) ==
		    ERR_OK);
		ck_assert(strv_eq(buf_strv(&out), STRV("?")));
		buf_clear(&out);
	}
	ck_assert(dcs_fits(DCS_UCS2, text, GSM7_EXACT));
	buf_deinit(&out);
}
END_TEST

START_TEST(a_full_buffer_is_told)
{
	struct buf out;

	buf_init(&out, 3);
	ck_assert(dcs_decode(DCS_UCS2, STRV("\x04\x16\x04\x16"), &out) ==
	    ERR_TOO_BIG);
	buf_clear(&out);
	ck_assert(dcs_encode(DCS_UCS2, STRV("ab"), GSM7_EXACT, &out) ==
	    ERR_TOO_BIG);
	buf_clear(&out);
	ck_assert(dcs_encode(DCS_GSM7_PACKED, STRV("abcde"), GSM7_EXACT,
	    &out) == ERR_TOO_BIG);
	buf_deinit(&out);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("dcs");
	TCase *tc = tcase_create("dcs");

	tcase_add_rows(tc, data_coding_octets_are_read_by_the_table, codes);
	tcase_add_test(tc, message_waiting_says_what_lamp);
	tcase_add_test(tc, what_we_send_reads_back);
	tcase_add_rows(tc, text_is_read_and_written, texts);
	tcase_add_test(tc, binary_is_no_text);
	tcase_add_test(tc,
	    a_character_the_alphabet_lacks_is_refused_or_forced);
	tcase_add_test(tc, a_full_buffer_is_told);
	suite_add_tcase(s, tc);
	return s;
}
