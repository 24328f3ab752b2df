/* test_sim_parts.c - tests/sim/parts.h. */

#include "../sim/parts.h"
#include "runner.h"

/* n times a character, then more */
static void repeat(struct buf *b, int n, const char *c)
{
	for (; n > 0; n--)
		buf_addz(b, c);
}

#define UD(s)	{ s, sizeof(s) - 1 }
#define ZHE	"\xd0\xb6"
#define EURO	"\xe2\x82\xac"
#define SMILE	"\xf0\x9f\x98\x80"

/* the vectors of 23.040 limits: septets or octets of each part */
static const struct {
	enum alphabet a;
	int n1;
	const char *c1, *c2;
	int n3;
	const char *c3;
	size_t udh8[4], udh16[4];
} cuts[] = {
	{ GSM7, 160, "a", "", 0, "", { 160 }, { 160 } },
	{ GSM7, 161, "a", "", 0, "", { 153, 8 }, { 152, 9 } },
	{ GSM7, 152, "a", EURO, 20, "a", { 152, 22 }, { 152, 22 } },
	{ GSM7, 159, "a", EURO, 0, "", { 153, 8 }, { 152, 9 } },
	{ GSM7, 307, "a", "", 0, "", { 153, 153, 1 }, { 152, 152, 3 } },
	{ UCS2, 70, ZHE, "", 0, "", { 140 }, { 140 } },
	{ UCS2, 71, ZHE, "", 0, "", { 134, 8 }, { 132, 10 } },
	{ UCS2, 66, ZHE, SMILE, 10, ZHE, { 132, 24 }, { 132, 24 } },
	{ UCS2, 69, "a", SMILE, 0, "", { 134, 8 }, { 132, 10 } },
};

static void check_cut(int row, enum part_kind kind, const size_t want[4])
{
	struct buf text = BUF_EMPTY, octets = BUF_EMPTY;
	struct strv rest;
	size_t room;
	int i = 0;

	repeat(&text, cuts[row].n1, cuts[row].c1);
	buf_addz(&text, cuts[row].c2);
	repeat(&text, cuts[row].n3, cuts[row].c3);
	ck_assert(text_encode(cuts[row].a, buf_strv(&text), &octets));
	room = part_room(cuts[row].a, kind, octets.n);
	for (rest = buf_strv(&octets); rest.n > 0; i++) {
		size_t n = part_take(cuts[row].a, rest, room);

		ck_assert_msg(i < 4 && n == want[i], "row %d, part %d: %zu",
		    row, i + 1, n);
		rest = (struct strv){ rest.p + n, rest.n - n };
	}
	ck_assert_msg(i == 4 || want[i] == 0, "row %d: %d parts", row, i);
	buf_deinit(&text);
	buf_deinit(&octets);
}

START_TEST(a_long_text_is_cut_where_it_must)
{
	check_cut(_i, PART_UDH8, cuts[_i].udh8);
	check_cut(_i, PART_UDH16, cuts[_i].udh16);
}
END_TEST

static struct sm an_sm(struct strv text, uint8_t esm_class)
{
	struct sm sm = { .src = "1", .dst = "2", .esm_class = esm_class };

	sm.text = text;
	return sm;
}

static const struct {
	const char *name;
	struct strv text;
	bool ok;
	enum part_kind kind;
	int ref, total, seq;
} headers[] = {
	{ "8 bit", UD("\x05\x00\x03\x2a\x02\x01x"), true, PART_UDH8,
	  0x2a, 2, 1 },
	{ "16 bit", UD("\x06\x08\x04\x12\x34\x03\x03x"), true,
	  PART_UDH16, 0x1234, 3, 3 },
	{ "part 0", UD("\x05\x00\x03\x2a\x02\x00x"), true, PART_SINGLE,
	  0, 1, 1 },
	{ "part beyond total", UD("\x05\x00\x03\x2a\x02\x03x"), true,
	  PART_SINGLE, 0, 1, 1 },
	{ "header beyond text", UD("\x06\x00\x03\x2a\x02\x01"), false,
	  PART_SINGLE, 0, 1, 1 },
	{ "element beyond header", UD("\x02\x00\x03\x2a\x02\x01"),
	  false, PART_SINGLE, 0, 1, 1 },
	{ "empty", UD(""), false, PART_SINGLE, 0, 1, 1 },
};

START_TEST(a_header_says_which_part_it_is)
{
	struct sm sm = an_sm(headers[_i].text, ESM_UDHI);
	struct part p;

	ck_assert_msg(part_of(&sm, &p) == headers[_i].ok, "%s",
	    headers[_i].name);
	ck_assert_msg(p.kind == headers[_i].kind && p.ref == headers[_i].ref &&
	    p.total == headers[_i].total && p.seq == headers[_i].seq, "%s",
	    headers[_i].name);
	if (headers[_i].ok)
		ck_assert(strv_eq(p.text, STRV("x")));
}
END_TEST

static char joined[64];
static int joined_parts;

static void keep(const struct whole *w, void *unused)
{
	(void)unused;
	ck_assert_uint_lt(w->octets.n, sizeof(joined));
	memcpy(joined, w->octets.p, w->octets.n);
	joined[w->octets.n] = '\0';
	joined_parts = w->parts;
}

static void add(struct joiner *j, struct strv text, uint8_t esm_class)
{
	struct sm sm = an_sm(text, esm_class);
	struct part p;

	joined[0] = '\0';
	ck_assert(part_of(&sm, &p));
	joiner_add(j, &sm, &p, GSM7, keep, NULL);
}

START_TEST(parts_join_in_any_order)
{
	struct joiner j = { 0 };

	add(&j, STRV("\x05\x00\x03\x07\x03\x03" "c"), ESM_UDHI);
	add(&j, STRV("\x05\x00\x03\x07\x03\x01" "a"), ESM_UDHI);
	add(&j, STRV("\x05\x00\x03\x07\x03\x01" "A"), ESM_UDHI);
	ck_assert_str_eq(joined, "");
	add(&j, STRV("\x05\x00\x03\x07\x03\x02" "b"), ESM_UDHI);
	ck_assert_str_eq(joined, "Abc");
	ck_assert_int_eq(joined_parts, 3);
	ck_assert(j.sets == NULL);
	joiner_free(&j);
}
END_TEST

START_TEST(another_reference_is_another_message)
{
	struct joiner j = { 0 };

	add(&j, STRV("\x05\x00\x03\x07\x02\x01" "a"), ESM_UDHI);
	add(&j, STRV("\x05\x00\x03\x08\x02\x02" "x"), ESM_UDHI);
	add(&j, STRV("\x06\x08\x04\x00\x07\x02\x02" "y"), ESM_UDHI);
	ck_assert_str_eq(joined, "");
	add(&j, STRV("\x05\x00\x03\x07\x02\x02" "b"), ESM_UDHI);
	ck_assert_str_eq(joined, "ab");
	joiner_free(&j);
}
END_TEST

START_TEST(parts_numbered_by_tlv_join)
{
	struct joiner j = { 0 };

	for (int i = 1; i <= 2; i++) {
		struct sm sm = an_sm(i == 1 ? STRV("a") : STRV("b"), 0);
		char seq = (char)i;
		struct part p;

		sm.tlvs[0] = (struct tlv){ TLV_SAR_REF, STRV("\x12\x34") };
		sm.tlvs[1] = (struct tlv){ TLV_SAR_TOTAL, STRV("\x02") };
		sm.tlvs[2] = (struct tlv){ TLV_SAR_SEQ, { &seq, 1 } };
		sm.tlvs_n = 3;
		ck_assert(part_of(&sm, &p));
		ck_assert_int_eq(p.kind, PART_SAR);
		joiner_add(&j, &sm, &p, GSM7, keep, NULL);
	}
	ck_assert_str_eq(joined, "ab");
	joiner_free(&j);
}
END_TEST

START_TEST(a_payload_replaces_an_empty_text)
{
	struct sm sm = an_sm(STRV(""), 0);
	struct part p;

	sm.tlvs[0] = (struct tlv){ TLV_PAYLOAD, STRV("long text") };
	sm.tlvs_n = 1;
	ck_assert(part_of(&sm, &p));
	ck_assert_int_eq(p.kind, PART_PAYLOAD);
	ck_assert(strv_eq(p.text, STRV("long text")));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sim parts");
	TCase *tc = tcase_create("parts");

	tcase_add_rows(tc, a_long_text_is_cut_where_it_must, cuts);
	tcase_add_rows(tc, a_header_says_which_part_it_is, headers);
	tcase_add_test(tc, parts_join_in_any_order);
	tcase_add_test(tc, another_reference_is_another_message);
	tcase_add_test(tc, parts_numbered_by_tlv_join);
	tcase_add_test(tc, a_payload_replaces_an_empty_text);
	suite_add_tcase(s, tc);
	return s;
}
