/* test_base.c - buf, map, list, utf8, base64, hex, id, arena, now. */

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/base64.h"
#include "base/hex.h"
#include "base/id.h"
#include "base/list.h"
#include "base/map.h"
#include "base/now.h"
#include "base/rand.h"
#include "base/rd.h"
#include "base/utf8.h"
#include "runner.h"

/* --- buf ------------------------------------------------------------------ */

START_TEST(a_buffer_takes_exactly_its_limit)
{
	struct buf b;

	buf_init(&b, 4);
	buf_addz(&b, "abcd");
	ck_assert(!b.full);
	buf_addz(&b, "");
	ck_assert(!b.full);
	buf_addc(&b, 'e');
	ck_assert(b.full);
	ck_assert_str_eq(b.p, "abcd");
	buf_deinit(&b);
}
END_TEST

START_TEST(a_full_buffer_stays_full_until_cleared)
{
	struct buf b;

	buf_init(&b, 3);
	buf_addz(&b, "abcd");
	buf_addc(&b, 'x');
	ck_assert(b.full && b.n == 0);
	buf_clear(&b);
	buf_addz(&b, "abc");
	ck_assert(!b.full);
	ck_assert_str_eq(b.p, "abc");
	buf_deinit(&b);
}
END_TEST

START_TEST(a_buffer_always_ends_in_nul)
{
	struct buf b;
	char *stolen;

	buf_init(&b, BUF_NO_LIMIT);
	ck_assert_str_eq(b.p, "");
	for (int i = 0; i < 1000; i++) {
		buf_addf(&b, "%d,", i);
		ck_assert_int_eq(b.p[b.n], 0);
	}
	buf_drop(&b, 2);
	ck_assert(strncmp(b.p, "1,2,", 4) == 0);
	buf_drop(&b, b.n + 10);
	ck_assert_str_eq(b.p, "");
	stolen = buf_steal(&b);
	ck_assert_str_eq(stolen, "");
	free(stolen);
	buf_u8(&b, 1);
	buf_u16(&b, 0x0203);
	buf_u32(&b, 0x04050607);
	ck_assert_int_eq(memcmp(b.p, "\1\2\3\4\5\6\7", 7), 0);
	buf_deinit(&b);
}
END_TEST

/* --- map -------------------------------------------------------------------- */

START_TEST(a_map_finds_what_was_set_and_not_what_was_removed)
{
	static char keys[5000][12];
	struct map m;

	map_init(&m);
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(keys[i], sizeof(keys[i]), "key-%d", i);
		ck_assert(!map_set(&m, strv(keys[i]), keys[i]));
	}
	for (int i = 0; i < 5000; i += 2)
		ck_assert_ptr_eq(map_del(&m, strv(keys[i])), keys[i]);
	for (int i = 0; i < 5000; i++)
		ck_assert_ptr_eq(map_get(&m, strv(keys[i])),
		    i % 2 ? keys[i] : NULL);
	ck_assert_uint_eq(m.n, 2500);
	ck_assert_ptr_eq(map_set(&m, strv(keys[1]), keys[3]), keys[1]);
	ck_assert_ptr_eq(map_get(&m, strv(keys[1])), keys[3]);
	map_deinit(&m);
}
END_TEST

START_TEST(a_map_of_numbers_walks_every_entry_once)
{
	struct map m;
	char seen[1000] = { 0 }, *v;
	size_t at = 0;

	map_init(&m);
	for (uint64_t i = 0; i < 1000; i++)
		map_set_u64(&m, i << 33, &seen[i]);
	while ((v = map_next(&m, &at)) != NULL) {
		*v += 1;
		map_del_u64(&m, (uint64_t)(v - seen) << 33);
	}
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(seen[i], 1);
	ck_assert_uint_eq(m.n, 0);
	map_deinit(&m);
}
END_TEST

START_TEST(an_empty_key_is_a_key)
{
	struct map m;
	int v;

	map_init(&m);
	ck_assert(!map_get(&m, STRV("")));
	map_set(&m, STRV(""), &v);
	ck_assert_ptr_eq(map_get(&m, STRV_NONE), &v);
	map_deinit(&m);
}
END_TEST

/* --- list --------------------------------------------------------------------- */

struct entry {
	int n;
	struct list hook;
};

START_TEST(a_list_keeps_order_while_its_walker_removes)
{
	struct entry e[5];
	struct list head;
	int digits = 0;

	list_init(&head);
	for (int i = 0; i < 5; i++) {
		e[i].n = i + 1;
		list_push(&head, &e[i].hook);
	}
	LIST_FOR(h, &head) {
		digits = digits * 10 + LIST_ENTRY(h, struct entry, hook)->n;
		list_del(h);
	}
	ck_assert_int_eq(digits, 12345);
	ck_assert(list_empty(&head));
	ck_assert_ptr_null(list_first(&head));
}
END_TEST

/* --- text ---------------------------------------------------------------------- */

static const struct {
	const char *name, *bytes;
	uint32_t first;
	bool valid;
} utf8_rows[] = {
	{ "ascii", "a", 'a', true },
	{ "two bytes", "\xc3\xa4", 0xe4, true },
	{ "three bytes", "\xe2\x82\xac", 0x20ac, true },
	{ "four bytes", "\xf0\x9f\x98\x80", 0x1f600, true },
	{ "last code point", "\xf4\x8f\xbf\xbf", 0x10ffff, true },
	{ "past the last", "\xf4\x90\x80\x80", UTF8_REPLACEMENT, false },
	{ "overlong slash", "\xc0\xaf", UTF8_REPLACEMENT, false },
	{ "overlong three", "\xe0\x80\xaf", UTF8_REPLACEMENT, false },
	{ "surrogate", "\xed\xa0\x80", UTF8_REPLACEMENT, false },
	{ "lone continuation", "\x80", UTF8_REPLACEMENT, false },
	{ "cut short", "\xe2\x82", UTF8_REPLACEMENT, false },
	{ "ff", "\xff", UTF8_REPLACEMENT, false },
};

/* Eight bytes are looked at together: one that is not ASCII, anywhere. */
START_TEST(utf8_is_counted_as_it_is_read)
{
	char text[21] = "aaaaaaaaaaaaaaaaaaaa";

	for (size_t n = 0; n <= 20; n++) {
		ck_assert_uint_eq(utf8_ascii((struct strv){ text, n }), n);
		ck_assert_uint_eq(utf8_count((struct strv){ text, n }), n);
		for (size_t at = 0; at + 2 <= n; at++) {
			memcpy(text + at, "\xc3\xa9", 2);
			ck_assert_uint_eq(utf8_ascii((struct strv){ text,
			    n }), at);
			ck_assert_uint_eq(utf8_count((struct strv){ text,
			    n }), n - 1);
			text[at + 1] = 'a';	/* each a replacement or an a */
			ck_assert_uint_eq(utf8_count((struct strv){ text,
			    n }), n);
			text[at] = 'a';
		}
	}
}
END_TEST

START_TEST(utf8_is_decoded)
{
	struct strv s = strv(utf8_rows[_i].bytes);
	bool bad = false;

	ck_assert_msg(utf8_valid(s) == utf8_rows[_i].valid, "%s",
	    utf8_rows[_i].name);
	ck_assert_msg(utf8_next(&s, &bad) == utf8_rows[_i].first, "%s",
	    utf8_rows[_i].name);
	ck_assert_int_eq(bad, !utf8_rows[_i].valid);
}
END_TEST

START_TEST(every_code_point_survives_a_round_trip)
{
	for (uint32_t c = 1; c <= UTF8_MAX; c += c < 0x3000 ? 1 : 97) {
		struct buf b;
		struct strv s;

		buf_init(&b, 8);
		utf8_add(&b, c);
		s = buf_strv(&b);
		ck_assert_uint_eq(utf8_next(&s, NULL),
		    c >= 0xd800 && c <= 0xdfff ? UTF8_REPLACEMENT : c);
		ck_assert_uint_eq(s.n, 0);
		buf_deinit(&b);
	}
}
END_TEST

/* RFC 4648 section 10 */
static const struct {
	const char *plain, *coded;
} base64_rows[] = {
	{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

START_TEST(base64_is_as_in_rfc_4648)
{
	struct buf b;

	buf_init(&b, 100);
	base64_encode(strv(base64_rows[_i].plain), &b);
	ck_assert_str_eq(b.p, base64_rows[_i].coded);
	buf_clear(&b);
	ck_assert(base64_decode(strv(base64_rows[_i].coded), &b));
	ck_assert_str_eq(b.p, base64_rows[_i].plain);
	buf_deinit(&b);
}
END_TEST

START_TEST(bad_base64_is_refused)
{
	static const char *const rows[] = {
		"Z", "Zg", "Zg=", "Zg===", "Zm9v=", "Z!==", "Zg==Zg==",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf b;

		buf_init(&b, 100);
		ck_assert_msg(!base64_decode(strv(rows[i]), &b), "%s", rows[i]);
		buf_deinit(&b);
	}
}
END_TEST

START_TEST(hex_goes_both_ways)
{
	uint8_t b[3];
	char s[7];

	ck_assert(hex_decode(STRV("00fFa5"), b, 3));
	hex_encode(b, 3, s);
	ck_assert_str_eq(s, "00ffa5");
	ck_assert(!hex_decode(STRV("00ff"), b, 3));
	ck_assert(!hex_decode(STRV("00ffag"), b, 3));
}
END_TEST

/* --- ids, arena, cursor ------------------------------------------------------------- */

START_TEST(ids_grow_even_when_the_clock_steps_back)
{
	uint64_t a, b, message;
	char text[ID_MESSAGE_TEXT], leg[ID_LEG_TEXT];

	now_freeze(INT64_C(1800000000000));
	a = id_new();
	now_freeze(INT64_C(1700000000000));
	b = id_new();
	ck_assert(b > a && id_new() > b);
	id_message_text(b, text);
	id_leg_text(id_leg(b, 3), leg);
	ck_assert_int_eq(strncmp(leg, text, 14), 0);
	ck_assert_str_eq(leg + 14, "03");
	ck_assert(id_parse(strv(text), &message) && message == b);
	ck_assert(id_parse(strv(leg), &message) && message == b);
	ck_assert(!id_parse(STRV("0061f3a2b4c5d"), &message));
	ck_assert(!id_parse(STRV("zz61f3a2b4c5d6"), &message));
	id_above(b + 1000);
	ck_assert(id_new() > b + 1000);
	now_freeze(-1);
}
END_TEST

START_TEST(an_arena_keeps_what_it_copied)
{
	struct arena a;
	struct strv s[300];
	char text[64];

	arena_init(&a);
	for (int i = 0; i < 300; i++) {
		(void)snprintf(text, sizeof(text), "text number %d", i);
		s[i] = arena_str(&a, strv(text));
	}
	for (int i = 0; i < 300; i++) {
		(void)snprintf(text, sizeof(text), "text number %d", i);
		ck_assert_str_eq(s[i].p, text);
	}
	ck_assert_ptr_null(arena_str(&a, STRV_NONE).p);
	ck_assert(arena_alloc(&a, 100000) != NULL);
	arena_deinit(&a);
}
END_TEST

START_TEST(a_cursor_remembers_its_failure)
{
	struct rd r = rd("\1\2\3\4\5", 5);

	ck_assert_uint_eq(rd_u32(&r), 0x01020304);
	ck_assert_uint_eq(rd_u16(&r), 0x0500);
	ck_assert(r.bad);
	ck_assert_uint_eq(rd_u8(&r), 0);
	ck_assert_uint_eq(rd_left(&r), 0);
}
END_TEST

START_TEST(times_are_written_as_rfc_3339)
{
	char s[NOW_TEXT];

	now_text(INT64_C(951782400123), s);	/* a leap day */
	ck_assert_str_eq(s, "2000-02-29T00:00:00.123Z");
}
END_TEST

START_TEST(random_ids_differ)
{
	char a[33], b[33];

	rand_hex(a, 32);
	rand_hex(b, 32);
	ck_assert_uint_eq(strlen(a), 32);
	ck_assert_str_ne(a, b);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("base");
	TCase *tc = tcase_create("tools");

	tcase_add_test(tc, a_buffer_takes_exactly_its_limit);
	tcase_add_test(tc, a_full_buffer_stays_full_until_cleared);
	tcase_add_test(tc, a_buffer_always_ends_in_nul);
	tcase_add_test(tc, a_map_finds_what_was_set_and_not_what_was_removed);
	tcase_add_test(tc, a_map_of_numbers_walks_every_entry_once);
	tcase_add_test(tc, an_empty_key_is_a_key);
	tcase_add_test(tc, a_list_keeps_order_while_its_walker_removes);
	tcase_add_test(tc, utf8_is_counted_as_it_is_read);
	tcase_add_rows(tc, utf8_is_decoded, utf8_rows);
	tcase_add_test(tc, every_code_point_survives_a_round_trip);
	tcase_add_rows(tc, base64_is_as_in_rfc_4648, base64_rows);
	tcase_add_test(tc, bad_base64_is_refused);
	tcase_add_test(tc, hex_goes_both_ways);
	tcase_add_test(tc, ids_grow_even_when_the_clock_steps_back);
	tcase_add_test(tc, an_arena_keeps_what_it_copied);
	tcase_add_test(tc, a_cursor_remembers_its_failure);
	tcase_add_test(tc, times_are_written_as_rfc_3339);
	tcase_add_test(tc, random_ids_differ);
	suite_add_tcase(s, tc);
	return s;
}
