/* test_segment.c - wire/segment.h. */

#include "base/utf8.h"
#include "runner.h"
#include "wire/segment.h"
#include "wire/udh.h"

#define ZHE	0x416	/* a Cyrillic letter: one unit of UCS-2 */
#define GRIN	0x1f600	/* an emoji: a pair of surrogates */
#define EURO	0x20ac	/* an escape pair in GSM 7 bit */

/* A text of runs: n times c. */
struct run {
	size_t n;
	uint32_t c;
};

/* sizes without UDH, septets or octets; 0 ends; 9: room for most rows */
struct vector {
	const char *name;
	struct run text[4];
	size_t udh8[9], udh16[9];
};

static const struct vector vectors[] = {
	{ "empty", { { 0 } }, { 0 }, { 0 } },
	{ "one", { { 1, 'a' } }, { 1 }, { 1 } },
	{ "160 a", { { 160, 'a' } }, { 160 }, { 160 } },
	{ "161 a", { { 161, 'a' } }, { 153, 8 }, { 152, 9 } },
	{ "an escape at the edge", { { 152, 'a' }, { 1, EURO }, { 20, 'a' } },
	  { 152, 22 }, { 152, 22 } },
	{ "an escape at the end", { { 159, 'a' }, { 1, EURO } },
	  { 153, 8 }, { 152, 9 } },
	{ "158 and an escape", { { 158, 'a' }, { 1, EURO } }, { 160 },
	  { 160 } },
	{ "307 a", { { 307, 'a' } }, { 153, 153, 1 }, { 152, 152, 3 } },
	{ "306 a", { { 306, 'a' } }, { 153, 153 }, { 152, 152, 2 } },
	{ "80 escapes", { { 80, EURO } }, { 160 }, { 160 } },
	{ "81 escapes", { { 81, EURO } }, { 152, 10 }, { 152, 10 } },
	{ "70 zhe", { { 70, ZHE } }, { 140 }, { 140 } },
	{ "71 zhe", { { 71, ZHE } }, { 134, 8 }, { 132, 10 } },
	{ "a pair at the edge", { { 66, ZHE }, { 1, GRIN }, { 10, ZHE } },
	  { 132, 24 }, { 132, 24 } },
	{ "a pair at the end", { { 69, 'a' }, { 1, GRIN } },
	  { 134, 8 }, { 132, 10 } },
	{ "35 pairs", { { 35, GRIN } }, { 140 }, { 140 } },
	{ "36 pairs", { { 36, GRIN } }, { 132, 12 }, { 132, 12 } },
};

static void build(const struct run *runs, struct buf *out)
{
	for (int i = 0; i < 4; i++)
		for (size_t n = 0; n < runs[i].n; n++)
			utf8_add(out, runs[i].c);
}

static struct segment_opt options(struct strv text,
    enum segment_carriage carriage)
{
	return (struct segment_opt){
		.alphabet = segment_alphabet(text, GSM7_EXACT),
		.carriage = carriage, .ref = 0x1234,
	};
}

/* Check the UDH of part i and return the text behind it. */
static struct strv behind_udh(const struct segments *s, unsigned i,
    const struct segment_opt *opt)
{
	struct strv part = segments_part(s, i), text;
	struct udh h;

	if (!s->udhi)
		return part;
	ck_assert(udh_decode(part, &h, &text) == ERR_OK);
	ck_assert_uint_eq(h.total, s->total);
	ck_assert_uint_eq(h.seq, i + 1);
	ck_assert_uint_eq(h.wide, opt->carriage == SEGMENT_UDH16);
	ck_assert_uint_eq(h.ref, h.wide ? opt->ref : opt->ref & 0xff);
	return text;
}

static void check_sizes(const struct vector *v, const struct segment_opt *opt,
    struct strv text, const size_t *sizes)
{
	struct segments s;
	unsigned i;

	segments_init(&s);
	ck_assert_msg(segment_split(text, opt, &s) == ERR_OK, "%s", v->name);
	ck_assert_uint_eq(segment_count(text, opt), s.total);
	for (i = 0; i < s.total; i++)
		ck_assert_msg(behind_udh(&s, i, opt).n == sizes[i],
		    "%s: part %u: %zu", v->name, i,
		    behind_udh(&s, i, opt).n);
	ck_assert_msg(sizes[i] == 0, "%s: %u parts", v->name, i);
	ck_assert(s.udhi == (s.total > 1 && opt->carriage != SEGMENT_SAR));
	segments_deinit(&s);
}

START_TEST(texts_are_cut_as_in_the_vectors)
{
	const struct vector *v = &vectors[_i];
	struct segment_opt opt;
	struct buf text;

	buf_init(&text, BUF_NO_LIMIT);
	build(v->text, &text);
	opt = options(buf_strv(&text), SEGMENT_UDH8);
	check_sizes(v, &opt, buf_strv(&text), v->udh8);
	opt.carriage = SEGMENT_UDH16;
	check_sizes(v, &opt, buf_strv(&text), v->udh16);
	opt.carriage = SEGMENT_SAR;
	check_sizes(v, &opt, buf_strv(&text), v->udh8);
	buf_deinit(&text);
}
END_TEST

/* The parts of a text, put together again, are the text. */
static void round_trip(struct strv text, const struct segment_opt *opt)
{
	struct segment_piece pieces[SEGMENT_MAX];
	struct segments s;
	struct buf out;

	segments_init(&s);
	buf_init(&out, BUF_NO_LIMIT);
	ck_assert(segment_split(text, opt, &s) == ERR_OK);
	for (unsigned i = 0; i < s.total; i++) {
		struct strv body = behind_udh(&s, i, opt);

		ck_assert(opt->carriage == SEGMENT_PAYLOAD ||
		    segments_part(&s, i).n <= 160);
		pieces[i] = (struct segment_piece){
			.seq = (uint8_t)(i + 1), .alphabet = opt->alphabet,
			.udh = (uint8_t)(segments_part(&s, i).n - body.n),
			.octets = body,
		};
	}
	ck_assert(segment_join(pieces, s.total, s.total, &out) == ERR_OK);
	ck_assert(strv_eq(buf_strv(&out), text));
	buf_deinit(&out);
	segments_deinit(&s);
}

START_TEST(what_was_cut_joins_to_the_same_text)
{
	struct segment_opt opt;
	struct buf text;

	buf_init(&text, BUF_NO_LIMIT);
	build(vectors[_i].text, &text);
	for (int c = SEGMENT_UDH8; c <= SEGMENT_PAYLOAD; c++) {
		opt = options(buf_strv(&text), (enum segment_carriage)c);
		round_trip(buf_strv(&text), &opt);
		opt.clusters = true;
		round_trip(buf_strv(&text), &opt);
		if (opt.alphabet != DCS_GSM7)
			continue;
		opt.alphabet = DCS_GSM7_PACKED;
		round_trip(buf_strv(&text), &opt);
	}
	buf_deinit(&text);
}
END_TEST

START_TEST(packed_parts_are_140_octets_on_a_septet_boundary)
{
	struct segment_opt opt = { .alphabet = DCS_GSM7_PACKED };
	struct segments s;
	struct buf text;

	buf_init(&text, BUF_NO_LIMIT);
	segments_init(&s);
	/* '@' is 0: at the end of a full part it must not look like padding */
	build((struct run[4]){ { 152, 'a' }, { 1, '@' }, { 8, 'b' } }, &text);
	ck_assert(segment_split(buf_strv(&text), &opt, &s) == ERR_OK);
	ck_assert_uint_eq(s.total, 2);
	ck_assert_uint_eq(segments_part(&s, 0).n, 140);
	ck_assert_uint_eq(segments_part(&s, 1).n, 6 + 8);
	/* one fill bit, then 'a' */
	ck_assert_uint_eq((uint8_t)segments_part(&s, 0).p[6] & 1, 0);
	ck_assert_uint_eq((uint8_t)segments_part(&s, 0).p[6] >> 1, 'a');
	round_trip(buf_strv(&text), &opt);
	segments_deinit(&s);
	buf_deinit(&text);
}
END_TEST

START_TEST(octet_alphabets_have_134_or_133)
{
	struct segment_opt opt = { .alphabet = DCS_LATIN1 };
	struct buf text;

	buf_init(&text, BUF_NO_LIMIT);
	build((struct run[4]){ { 141, 0xe9 } }, &text);
	check_sizes(&vectors[0], &opt, buf_strv(&text),
	    (size_t[]){ 134, 7, 0 });
	opt.carriage = SEGMENT_UDH16;
	check_sizes(&vectors[0], &opt, buf_strv(&text),
	    (size_t[]){ 133, 8, 0 });
	buf_deinit(&text);
}
END_TEST

START_TEST(clusters_stay_whole_if_they_fit)
{
	/* 66 units, then 'e' with an accent: 67 units end inside it */
	static const struct {
		const char *name;
		const char *cluster;
		size_t units;
	} rows[] = {
		{ "accent", "e\u0301", 2 },
		{ "family", "👨\u200d👩\u200d👧", 8 },
		{ "flag", "🇫🇷", 4 },
		{ "skin", "👍🏽", 4 },
		{ "selector", "❤\ufe0f", 2 },
		{ "keycap", "1\ufe0f\u20e3", 3 },
		{ "line end", "\r\n", 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = rows[i].units;
		struct segment_opt opt = { .alphabet = DCS_UCS2 };
		struct buf text;

		buf_init(&text, BUF_NO_LIMIT);
		build((struct run[4]){ { 67 - n + 1, ZHE } }, &text);
		buf_addz(&text, rows[i].cluster);
		build((struct run[4]){ { 10, ZHE } }, &text);
		opt.clusters = true;
		check_sizes(&(struct vector){ .name = rows[i].name }, &opt,
		    buf_strv(&text), (size_t[]){ (67 - n + 1) * 2,
		    (n + 10) * 2, 0 });
		round_trip(buf_strv(&text), &opt);
		buf_deinit(&text);
	}
}
END_TEST

START_TEST(flags_in_a_row_pair_up_two_by_two)
{
	struct segment_opt opt = { .alphabet = DCS_UCS2, .clusters = true };
	struct buf text;

	buf_init(&text, BUF_NO_LIMIT);
	/* 65 units before; the first flag would end at 69 */
	build((struct run[4]){ { 65, ZHE } }, &text);
	buf_addz(&text, "🇫🇷🇩🇪");
	check_sizes(&vectors[0], &opt, buf_strv(&text),
	    (size_t[]){ 130, 16, 0 });
	buf_deinit(&text);
}
END_TEST

START_TEST(a_cluster_longer_than_a_part_is_cut)
{
	struct segment_opt opt = { .alphabet = DCS_UCS2, .clusters = true };
	struct buf text;

	buf_init(&text, BUF_NO_LIMIT);
	build((struct run[4]){ { 1, 'e' }, { 99, 0x301 } }, &text);
	check_sizes(&vectors[0], &opt, buf_strv(&text),
	    (size_t[]){ 134, 66, 0 });
	round_trip(buf_strv(&text), &opt);
	buf_deinit(&text);
}
END_TEST

START_TEST(a_replacement_of_several_septets_is_not_torn)
{
	struct segment_opt opt = { .alphabet = DCS_GSM7,
	    .mode = GSM7_PUNCTUATION };
	struct buf text;

	buf_init(&text, BUF_NO_LIMIT);
	build((struct run[4]){ { 151, 'a' }, { 1, 0x2026 }, { 10, 'b' } },
	    &text);
	check_sizes(&vectors[0], &opt, buf_strv(&text),
	    (size_t[]){ 151, 13, 0 });
	buf_deinit(&text);
}
END_TEST

START_TEST(too_much_is_refused_whole)
{
	struct segment_opt opt = { .alphabet = DCS_GSM7, .max_parts = 2 };
	struct segments s;
	struct buf text;

	buf_init(&text, BUF_NO_LIMIT);
	segments_init(&s);
	build((struct run[4]){ { 306, 'a' } }, &text);
	ck_assert(segment_split(buf_strv(&text), &opt, &s) == ERR_OK);
	buf_addc(&text, 'a');
	ck_assert(segment_split(buf_strv(&text), &opt, &s) == ERR_TOO_BIG);
	ck_assert_uint_eq(s.total, 0);
	ck_assert_uint_eq(segment_count(buf_strv(&text), &opt), 3);

	opt.max_parts = 0;
	buf_clear(&text);
	build((struct run[4]){ { 255 * 153, 'a' } }, &text);
	ck_assert(segment_split(buf_strv(&text), &opt, &s) == ERR_OK);
	ck_assert_uint_eq(s.total, 255);
	ck_assert(!s.octets.full);
	buf_addc(&text, 'a');
	ck_assert(segment_split(buf_strv(&text), &opt, &s) == ERR_TOO_BIG);
	ck_assert_uint_eq(segment_count(buf_strv(&text), &opt), 256);

	opt.carriage = SEGMENT_PAYLOAD;
	buf_clear(&text);
	build((struct run[4]){ { 65535, 'a' } }, &text);
	ck_assert(segment_split(buf_strv(&text), &opt, &s) == ERR_OK);
	buf_addc(&text, 'a');
	ck_assert(segment_split(buf_strv(&text), &opt, &s) == ERR_TOO_BIG);
	segments_deinit(&s);
	buf_deinit(&text);
}
END_TEST

START_TEST(a_text_the_alphabet_lacks_is_refused)
{
	struct segment_opt opt = { .alphabet = DCS_GSM7 };
	struct segments s;

	segments_init(&s);
	ck_assert(segment_split(STRV("ж"), &opt, &s) == ERR_BAD_CONTENT);
	ck_assert_uint_eq(segment_count(STRV("ж"), &opt), 0);
	opt.mode = GSM7_FORCE;
	ck_assert(segment_split(STRV("ж"), &opt, &s) == ERR_OK);
	opt.alphabet = DCS_BINARY;
	ck_assert(segment_split(STRV(""), &opt, &s) == ERR_BAD_CONTENT);
	ck_assert_uint_eq(segment_count(STRV(""), &opt), 0);
	segments_deinit(&s);
}
END_TEST

START_TEST(the_alphabet_is_7_bit_where_it_can_be)
{
	ck_assert(segment_alphabet(STRV("€ ok"), GSM7_EXACT) == DCS_GSM7);
	ck_assert(segment_alphabet(STRV("it’s"), GSM7_EXACT) == DCS_UCS2);
	ck_assert(segment_alphabet(STRV("it’s"), GSM7_PUNCTUATION) ==
	    DCS_GSM7);
	ck_assert(segment_alphabet(STRV("ж"), GSM7_LOSSY) == DCS_UCS2);
	ck_assert(segment_alphabet(STRV("ж"), GSM7_FORCE) == DCS_GSM7);
	ck_assert(segment_alphabet(STRV(""), GSM7_EXACT) == DCS_GSM7);
}
END_TEST

/* --- joining --- */

static const struct {
	unsigned total, seq, max;
	enum err err;
} checks[] = {
	{ 1, 1, 20, ERR_OK }, { 20, 1, 20, ERR_OK }, { 20, 20, 20, ERR_OK },
	{ 0, 0, 20, ERR_BAD_SYNTAX }, { 0, 1, 20, ERR_BAD_SYNTAX },
	{ 2, 0, 20, ERR_BAD_SYNTAX }, { 2, 3, 20, ERR_BAD_SYNTAX },
	{ 21, 1, 20, ERR_TOO_BIG }, { 255, 255, 255, ERR_OK },
	{ 255, 255, 254, ERR_TOO_BIG },
};

START_TEST(part_numbers_are_checked)
{
	ck_assert(segment_check(checks[_i].total, checks[_i].seq,
	    checks[_i].max) == checks[_i].err);
}
END_TEST

START_TEST(every_member_of_the_key_tells_messages_apart)
{
	const struct segment_key a = {
		STRV("link1"), STRV("336"), STRV("491"), 7, 2, SEGMENT_UDH8,
	};
	struct segment_key b[7];

	for (int i = 0; i < 7; i++)
		b[i] = a;
	b[1].link = STRV("link2");
	b[2].src = STRV("3361");
	b[3].dst = STRV("490");
	b[4].ref = 8;
	b[5].total = 3;
	b[6].kind = SEGMENT_UDH16;
	ck_assert_int_eq(segment_key_cmp(&a, &b[0]), 0);
	for (int i = 1; i < 7; i++) {
		int d = segment_key_cmp(&a, &b[i]);

		ck_assert_msg(d != 0, "%d", i);
		ck_assert((d < 0) == (segment_key_cmp(&b[i], &a) > 0));
	}
}
END_TEST

#define S(s) { s, sizeof(s) - 1 }
#define P(seq, alphabet, s)	{ seq, 0, alphabet, S(s) }

static const struct {
	const char *name;
	struct segment_piece pieces[3];
	size_t n;
	unsigned total;
	enum err err;
	const char *text;
} joins[] = {
	{ "whole", { P(1, DCS_GSM7, "ab"), P(2, DCS_GSM7, "cd") }, 2, 2,
	  ERR_OK, "abcd" },
	{ "a torn pair", { P(1, DCS_UCS2, "\xd8\x3d"),
	  P(2, DCS_UCS2, "\xde\x00") }, 2, 2, ERR_OK, "😀" },
	{ "a torn unit", { P(1, DCS_UCS2, "\x04"), P(2, DCS_UCS2, "\x16") },
	  2, 2, ERR_OK, "Ж" },
	{ "a torn escape", { P(1, DCS_GSM7, "a\x1b"),
	  P(2, DCS_GSM7, "\x65" "b") }, 2, 2, ERR_OK, "a€b" },
	{ "first missing", { P(2, DCS_GSM7, "cd") }, 1, 2, ERR_OK, "[…]cd" },
	{ "last missing", { P(1, DCS_GSM7, "ab") }, 1, 2, ERR_OK, "ab[…]" },
	{ "two in the middle missing", { P(1, DCS_GSM7, "ab"),
	  P(4, DCS_GSM7, "gh") }, 2, 4, ERR_OK, "ab[…]gh" },
	{ "torn at a gap", { P(1, DCS_UCS2, "\x00" "a\xd8\x3d"),
	  P(3, DCS_UCS2, "\xde\x00") }, 2, 3, ERR_OK,
	  "a\ufffd[…]\ufffd" },
	{ "two alphabets", { P(1, DCS_GSM7, "a"),
	  P(2, DCS_UCS2, "\x04\x16") }, 2, 2, ERR_OK, "aЖ" },
	{ "none at all", { P(0, DCS_GSM7, "") }, 0, 3, ERR_OK, "[…]" },
	{ "no order", { P(2, DCS_GSM7, "b"), P(1, DCS_GSM7, "a") }, 2, 2,
	  ERR_BAD_SYNTAX, NULL },
	{ "twice", { P(1, DCS_GSM7, "b"), P(1, DCS_GSM7, "a") }, 2, 2,
	  ERR_BAD_SYNTAX, NULL },
	{ "part 0", { P(0, DCS_GSM7, "b") }, 1, 2, ERR_BAD_SYNTAX, NULL },
	{ "beyond total", { P(3, DCS_GSM7, "b") }, 1, 2, ERR_BAD_SYNTAX,
	  NULL },
	{ "binary", { P(1, DCS_BINARY, "b") }, 1, 1, ERR_BAD_CONTENT, NULL },
};

START_TEST(pieces_are_joined)
{
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	ck_assert_msg(segment_join(joins[_i].pieces, joins[_i].n,
	    joins[_i].total, &out) == joins[_i].err, "%s", joins[_i].name);
	if (joins[_i].text)
		ck_assert_str_eq(out.p, joins[_i].text);
	buf_deinit(&out);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("segment");
	TCase *tc = tcase_create("split");

	tcase_add_rows(tc, texts_are_cut_as_in_the_vectors, vectors);
	tcase_add_rows(tc, what_was_cut_joins_to_the_same_text, vectors);
	tcase_add_test(tc, packed_parts_are_140_octets_on_a_septet_boundary);
	tcase_add_test(tc, octet_alphabets_have_134_or_133);
	tcase_add_test(tc, clusters_stay_whole_if_they_fit);
	tcase_add_test(tc, flags_in_a_row_pair_up_two_by_two);
	tcase_add_test(tc, a_cluster_longer_than_a_part_is_cut);
	tcase_add_test(tc, a_replacement_of_several_septets_is_not_torn);
	tcase_add_test(tc, too_much_is_refused_whole);
	tcase_add_test(tc, a_text_the_alphabet_lacks_is_refused);
	tcase_add_test(tc, the_alphabet_is_7_bit_where_it_can_be);
	suite_add_tcase(s, tc);

	tc = tcase_create("join");
	tcase_add_rows(tc, part_numbers_are_checked, checks);
	tcase_add_test(tc, every_member_of_the_key_tells_messages_apart);
	tcase_add_rows(tc, pieces_are_joined, joins);
	suite_add_tcase(s, tc);
	return s;
}
