/* test_sim_alphabet.c - tests/sim/alphabet.h. */

#include "../sim/alphabet.h"
#include "runner.h"

static const struct {
	const char *name;
	enum alphabet a;
	const char *text, *hex;
	bool clean;
} rows[] = {
	{ "GSM letters", GSM7, "Hi", "4869", true },
	{ "GSM corners", GSM7, "@\xc2\xa3$_\xc3\xa0", "000102117f", true },
	{ "GSM extension", GSM7, "{}[]~\\^|\xe2\x82\xac",
	  "1b281b291b3c1b3e1b3d1b2f1b141b401b65", true },
	{ "GSM lacks it", GSM7, "a\xd0\xb6z", "613f7a", false },
	{ "GSM empty", GSM7, "", "", true },
	{ "Latin-1", LATIN1, "\xc3\xa9t\xc3\xa9", "e974e9", true },
	{ "Latin-1 lacks it", LATIN1, "a\xe2\x82\xacz", "613f7a", false },
	{ "ASCII lacks it", ASCII, "\xc3\xa9", "3f", false },
	{ "UCS2", UCS2, "\xd0\xb6", "0436", true },
	{ "UCS2 surrogates", UCS2, "\xf0\x9f\x98\x80", "d83dde00", true },
	{ "Cyrillic", CYRILLIC, "\xd0\xb6", "d6", true },
	{ "binary", BINARY, "00ff", "00ff", true },
};

static void check_hex(const struct buf *b, const char *want,
	const char *name)
{
	struct buf hex = BUF_EMPTY;

	for (size_t i = 0; i < b->n; i++)
		buf_addf(&hex, "%02x", (uint8_t)b->p[i]);
	ck_assert_msg(strcmp(hex.p, want) == 0, "%s: %s", name, hex.p);
	buf_deinit(&hex);
}

START_TEST(text_becomes_octets)
{
	struct buf b = BUF_EMPTY;

	ck_assert_msg(text_encode(rows[_i].a, strv(rows[_i].text), &b) ==
	    rows[_i].clean, "%s", rows[_i].name);
	check_hex(&b, rows[_i].hex, rows[_i].name);
	buf_deinit(&b);
}
END_TEST

START_TEST(octets_become_text)
{
	struct buf octets = BUF_EMPTY, text = BUF_EMPTY;

	if (!rows[_i].clean)
		return;
	text_encode(BINARY, strv(rows[_i].hex), &octets);
	text_decode(rows[_i].a, buf_strv(&octets), &text);
	ck_assert_msg(strv_eq(buf_strv(&text), strv(rows[_i].text)), "%s",
	    rows[_i].name);
	buf_deinit(&octets);
	buf_deinit(&text);
}
END_TEST

static const struct {
	const char *name;
	enum alphabet a;
	const char *hex, *text;
} broken[] = {
	{ "escape at the end", GSM7, "611b", "a" },
	{ "unknown extension", GSM7, "1b61", "a" },
	{ "escape escape", GSM7, "1b1b", " " },
	{ "eighth bit", GSM7, "80", "\xef\xbf\xbd" },
	{ "lone high surrogate", UCS2, "d83d0061", "\xef\xbf\xbd" "a" },
	{ "lone low surrogate", UCS2, "de00", "\xef\xbf\xbd" },
	{ "odd octet", UCS2, "006100", "a\xef\xbf\xbd" },
	{ "not ASCII", ASCII, "61ff", "a\xef\xbf\xbd" },
};

START_TEST(broken_octets_are_shown_as_such)
{
	struct buf octets = BUF_EMPTY, text = BUF_EMPTY;

	text_encode(BINARY, strv(broken[_i].hex), &octets);
	text_decode(broken[_i].a, buf_strv(&octets), &text);
	ck_assert_msg(strv_eq(buf_strv(&text), strv(broken[_i].text)), "%s",
	    broken[_i].name);
	buf_deinit(&octets);
	buf_deinit(&text);
}
END_TEST

static const struct {
	const char *septets;
	unsigned fill;
	const char *hex;
} packed[] = {
	{ "hellohello", 0, "e8329bfd4697d9ec37" },	/* 23.038 6.1.2.1 */
	{ "a", 0, "61" },
	{ "1234567", 0, "31d98c56b3dd00" },
	{ "12345678", 0, "31d98c56b3dd70" },
	{ "a", 1, "c2" },		/* behind a UDH of six octets */
	{ "", 0, "" },
};

START_TEST(septets_are_packed_and_unpacked)
{
	struct strv septets = strv(packed[_i].septets);
	struct buf b = BUF_EMPTY, back = BUF_EMPTY;

	septets_pack(septets, packed[_i].fill, &b);
	check_hex(&b, packed[_i].hex, packed[_i].septets);
	septets_unpack(buf_strv(&b), packed[_i].fill, septets.n, &back);
	ck_assert(strv_eq(buf_strv(&back), septets));
	buf_deinit(&b);
	buf_deinit(&back);
}
END_TEST

static const struct {
	uint8_t dcs;
	enum alphabet a;
	int class;
} codings[] = {
	{ 0x00, LATIN1, -1 }, { 0x01, ASCII, -1 }, { 0x03, LATIN1, -1 },
	{ 0x04, BINARY, -1 }, { 0x08, UCS2, -1 }, { 0x06, CYRILLIC, -1 },
	{ 0x10, LATIN1, 0 }, { 0x11, LATIN1, 1 }, { 0x18, UCS2, 0 },
	{ 0x14, BINARY, 0 }, { 0xc0, LATIN1, -1 }, { 0xe0, UCS2, -1 },
	{ 0xf0, LATIN1, 0 }, { 0xf4, BINARY, 0 }, { 0xf3, LATIN1, 3 },
};

START_TEST(a_data_coding_names_alphabet_and_class)
{
	ck_assert_msg(alphabet_of_dcs(codings[_i].dcs, LATIN1) ==
	    codings[_i].a, "0x%02x", codings[_i].dcs);
	ck_assert_msg(class_of_dcs(codings[_i].dcs) == codings[_i].class,
	    "0x%02x", codings[_i].dcs);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sim alphabet");
	TCase *tc = tcase_create("alphabet");

	tcase_add_rows(tc, text_becomes_octets, rows);
	tcase_add_rows(tc, octets_become_text, rows);
	tcase_add_rows(tc, broken_octets_are_shown_as_such, broken);
	tcase_add_rows(tc, septets_are_packed_and_unpacked, packed);
	tcase_add_rows(tc, a_data_coding_names_alphabet_and_class, codings);
	suite_add_tcase(s, tc);
	return s;
}
