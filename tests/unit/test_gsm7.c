/* test_gsm7.c - wire/gsm7.h. */

#include "base/utf8.h"
#include "runner.h"
#include "wire/gsm7.h"

#define S(s) { s, sizeof(s) - 1 }

/* TS 23.038 6.2.1: the rows of the table, as UTF-8 */
static const char alphabet[] =
	"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1b" "ÆæßÉ"
	" !\"#¤%&'()*+,-./0123456789:;<=>?"
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
	"¿abcdefghijklmnopqrstuvwxyzäöñüà";

START_TEST(every_septet_has_the_character_of_the_table)
{
	struct strv table = { alphabet, sizeof(alphabet) - 1 };
	struct buf text, back;

	buf_init(&text, BUF_NO_LIMIT);
	buf_init(&back, BUF_NO_LIMIT);
	for (int i = 0; i < 128; i++) {
		struct strv before = table, one;
		char septet = (char)i;

		ck_assert(table.n > 0);
		(void)utf8_next(&table, NULL);
		one = (struct strv){ before.p, before.n - table.n };
		if (i == 0x1b)
			continue;
		buf_clear(&text);
		buf_clear(&back);
		gsm7_decode((struct strv){ &septet, 1 }, &text);
		ck_assert_msg(strv_eq(buf_strv(&text), one), "%#x", i);
		ck_assert(gsm7_encode(one, GSM7_EXACT, &back) == ERR_OK);
		ck_assert_msg(back.n == 1 && back.p[0] == septet, "%#x", i);
	}
	ck_assert(table.n == 0);
	buf_deinit(&text);
	buf_deinit(&back);
}
END_TEST

static const struct {
	const char *name;
	enum gsm7_mode mode;
	struct strv text;
	enum err err;
	struct strv septets;
} rows[] = {
	{ "empty", GSM7_EXACT, S(""), ERR_OK, S("") },
	{ "the ten of the extension", GSM7_EXACT, S("\f^{}\\[~]|€"), ERR_OK,
	  S("\x1b\x0a\x1b\x14\x1b\x28\x1b\x29\x1b\x2f\x1b\x3c\x1b\x3d\x1b\x3e"
	    "\x1b\x40\x1b\x65") },
	{ "acceptance text", GSM7_EXACT, S("@£$_{}[]~^€"), ERR_OK,
	  S("\x00\x01\x02\x11\x1b\x28\x1b\x29\x1b\x3c\x1b\x3e\x1b\x3d\x1b\x14"
	    "\x1b\x65") },
	{ "curly quote", GSM7_EXACT, S("it’s"), ERR_BAD_CONTENT, S("it") },
	{ "curly quote, plain", GSM7_PUNCTUATION, S("it’s"), ERR_OK,
	  S("it's") },
	{ "all punctuation", GSM7_PUNCTUATION, S("“a” – b…\u00a0c\t—"),
	  ERR_OK, S("\"a\" - b... c -") },
	{ "accent is not punctuation", GSM7_PUNCTUATION, S("ê"),
	  ERR_BAD_CONTENT, S("") },
	{ "accent", GSM7_LOSSY, S("êÊçÇçáÝýÿûŻżő…"), ERR_OK,
	  S("eEc\x09" "caYyyuZzo...") },
	{ "exact before lossy", GSM7_LOSSY, S("éüñ"), ERR_OK,
	  S("\x05\x7e\x7d") },
	{ "several letters", GSM7_LOSSY, S("œuvre Œ ẞ þ ½ ©"), ERR_OK,
	  S("oeuvre OE \x1e th 1/2 (C)") },
	{ "Greek to capitals", GSM7_LOSSY, S("Καλημέρα ς"), ERR_OK,
	  S("KA\x14HMEPA \x18") },
	{ "Vietnamese", GSM7_LOSSY, S("Việt"), ERR_OK, S("Viet") },
	{ "Cyrillic stays", GSM7_LOSSY, S("ж"), ERR_BAD_CONTENT, S("") },
	{ "forced", GSM7_FORCE, S("ж😀a"), ERR_OK, S("??a") },
	{ "not UTF-8", GSM7_LOSSY, S("a\xff"), ERR_BAD_CONTENT, S("a") },
	{ "not UTF-8, forced", GSM7_FORCE, S("a\xff"), ERR_OK, S("a?") },
	{ "a NUL", GSM7_EXACT, S("\0"), ERR_BAD_CONTENT, S("") },
	{ "escape itself", GSM7_EXACT, S("\x1b"), ERR_BAD_CONTENT, S("") },
};

START_TEST(encode)
{
	struct buf out;
	size_t n = 0;

	buf_init(&out, BUF_NO_LIMIT);
	ck_assert_msg(gsm7_encode(rows[_i].text, rows[_i].mode, &out) ==
	    rows[_i].err, "%s", rows[_i].name);
	ck_assert_msg(strv_eq(buf_strv(&out), rows[_i].septets), "%s",
	    rows[_i].name);
	ck_assert_msg(gsm7_fits(rows[_i].text, rows[_i].mode, &n) ==
	    (rows[_i].err == ERR_OK), "%s", rows[_i].name);
	if (rows[_i].err == ERR_OK)
		ck_assert_uint_eq(n, out.n);
	buf_deinit(&out);
}
END_TEST

static const struct {
	const char *name;
	struct strv septets, text;
} decodes[] = {
	{ "extension", S("\x1b\x65\x1b\x28"), S("€{") },
	{ "unknown escape", S("\x1b" "A"), S("A") },
	{ "unknown escape of @", S("\x1b\x00"), S("@") },
	{ "escape twice", S("\x1b\x1b" "A"), S(" A") },
	{ "escape at the end", S("A\x1b"), S("A ") },
	{ "escape alone", S("\x1b"), S(" ") },
	{ "an octet is no septet", S("A\x80\xff"), S("A\ufffd\ufffd") },
	{ "an escaped octet", S("\x1b\xe5"), S("\ufffd") },
};

START_TEST(decode)
{
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	gsm7_decode(decodes[_i].septets, &out);
	ck_assert_msg(strv_eq(buf_strv(&out), decodes[_i].text), "%s: %s",
	    decodes[_i].name, out.p);
	buf_deinit(&out);
}
END_TEST

/* TS 23.038 6.1.2.1 drawn by hand; "hellohello" is the common example */
static const struct {
	const char *name;
	unsigned fill;
	struct strv septets, packed;
} packs[] = {
	{ "empty", 0, S(""), S("") },
	{ "empty behind a UDH", 1, S(""), S("") },
	{ "one", 0, S("a"), S("\x61") },
	{ "hellohello", 0, S("hellohello"),
	  S("\xe8\x32\x9b\xfd\x46\x97\xd9\xec\x37") },
	{ "eight fill seven octets", 0, S("12345678"),
	  S("\x31\xd9\x8c\x56\xb3\xdd\x70") },
	{ "seven and a CR", 0, S("1234567"),
	  S("\x31\xd9\x8c\x56\xb3\xdd\x1a") },
	{ "fill of 1", 1, S("a"), S("\xc2") },
	{ "fill of 6", 6, S("aa"), S("\x40\x38\x0c") },
};

START_TEST(packing)
{
	struct buf out, back;

	buf_init(&out, BUF_NO_LIMIT);
	buf_init(&back, BUF_NO_LIMIT);
	gsm7_pack(packs[_i].septets, packs[_i].fill, &out);
	ck_assert_msg(strv_eq(buf_strv(&out), packs[_i].packed), "%s",
	    packs[_i].name);
	gsm7_unpack(buf_strv(&out), packs[_i].fill, true, &back);
	ck_assert_msg(strv_eq(buf_strv(&back), packs[_i].septets), "%s",
	    packs[_i].name);
	buf_deinit(&out);
	buf_deinit(&back);
}
END_TEST

START_TEST(packing_every_length_and_fill_comes_back)
{
	char septets[33];
	struct buf out, back;

	for (size_t i = 0; i < sizeof(septets); i++)
		septets[i] = (char)(1 + i * 37 % 127);
	buf_init(&out, BUF_NO_LIMIT);
	buf_init(&back, BUF_NO_LIMIT);
	for (size_t n = 0; n < sizeof(septets); n++) {
		for (unsigned fill = 0; fill < 7; fill++) {
			struct strv in = { septets, n };

			buf_clear(&out);
			buf_clear(&back);
			gsm7_pack(in, fill, &out);
			ck_assert_uint_eq(out.n,
			    n ? (n * 7 + fill + 7) / 8 : 0);
			gsm7_unpack(buf_strv(&out), fill, true, &back);
			ck_assert(strv_eq(buf_strv(&back), in));
		}
	}
	buf_deinit(&out);
	buf_deinit(&back);
}
END_TEST

START_TEST(seven_zero_bits_at_the_end_are_padding_or_not_as_told)
{
	struct strv packed = STRV("\x31\xd9\x8c\x56\xb3\xdd\x00");
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	gsm7_unpack(packed, 0, true, &out);
	ck_assert(strv_eq(buf_strv(&out), STRV("1234567")));
	buf_clear(&out);
	gsm7_unpack(packed, 0, false, &out);
	ck_assert(strv_eq(buf_strv(&out), STRV("1234567\0")));
	buf_deinit(&out);
}
END_TEST

START_TEST(fill_bits_bring_the_text_to_a_septet)
{
	static const unsigned fill[] = { 0, 6, 5, 4, 3, 2, 1, 0 };

	for (size_t n = 0; n < 8; n++)
		ck_assert_uint_eq(gsm7_fill(n), fill[n]);
	ck_assert_uint_eq(gsm7_fill(6), 1);	/* concat8 */
	ck_assert_uint_eq(gsm7_fill(7), 0);	/* concat16 */
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("gsm7");
	TCase *tc = tcase_create("gsm7");

	tcase_add_test(tc, every_septet_has_the_character_of_the_table);
	tcase_add_rows(tc, encode, rows);
	tcase_add_rows(tc, decode, decodes);
	tcase_add_rows(tc, packing, packs);
	tcase_add_test(tc, packing_every_length_and_fill_comes_back);
	tcase_add_test(tc,
	    seven_zero_bits_at_the_end_are_padding_or_not_as_told);
	tcase_add_test(tc, fill_bits_bring_the_text_to_a_septet);
	suite_add_tcase(s, tc);
	return s;
}
