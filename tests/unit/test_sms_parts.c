/* test_sms_parts.c - port/sms: parts in, receipts of parts, habits of ids. */

#include <stdio.h>
#include <string.h>

#include "port/sms/every.h"
#include "port/sms/habit.h"
#include "port/sms/parts.h"
#include "runner.h"

static struct sms_part a_part(uint8_t total, uint8_t seq, const char *text)
{
	return (struct sms_part){ .link = "smsc1", .src = "15550100002",
	    .dst = "15550100001", .src_ton = 1, .dst_ton = 1,
	    .kind = SEGMENT_UDH8, .ref = 42, .total = total, .seq = seq,
	    .octets = strv(text) };
}

static struct sms_set *set;
static bool restarted;

static enum sms_part_verdict add(struct sms_part p)
{
	return sms_parts_add(&p, 1000, &set, &restarted);
}

static void is_text(const char *text)
{
	struct buf out;

	buf_init(&out, 10000);
	ck_assert_int_eq(sms_set_text(set, DCS_GSM7, &out), ERR_OK);
	ck_assert_str_eq(out.p, text);
	buf_deinit(&out);
}

static const char *const orders[] = { "123", "132", "213", "231", "312",
	"321" };

START_TEST(parts_may_come_in_any_order)
{
	static const char *const texts[] = { "one", "two", "three" };

	for (int i = 0; i < 3; i++) {
		uint8_t seq = (uint8_t)(orders[_i][i] - '0');

		ck_assert_int_eq(add(a_part(3, seq, texts[seq - 1])),
		    i == 2 ? SMS_PART_LAST : SMS_PART_KEPT);
	}
	is_text("onetwothree");
	sms_parts_fini();
	ck_assert_ptr_null(sms_set_next(NULL));
}
END_TEST

START_TEST(a_part_that_comes_twice_counts_once)
{
	ck_assert_int_eq(add(a_part(2, 1, "x")), SMS_PART_KEPT);
	ck_assert_int_eq(add(a_part(2, 1, "x")), SMS_PART_KEPT);
	ck_assert(!restarted);
	ck_assert_uint_eq(set->have, 1);
	sms_parts_fini();
}
END_TEST

START_TEST(a_part_that_differs_starts_anew)
{
	ck_assert_int_eq(add(a_part(3, 1, "old")), SMS_PART_KEPT);
	ck_assert_int_eq(add(a_part(3, 2, "old")), SMS_PART_KEPT);
	ck_assert_int_eq(add(a_part(3, 1, "new")), SMS_PART_KEPT);
	ck_assert(restarted);
	ck_assert_uint_eq(set->have, 1);
	sms_parts_fini();
}
END_TEST

START_TEST(what_differs_in_the_key_is_another_message)
{
	struct sms_part p = a_part(2, 1, "x");
	struct sms_set *first;

	ck_assert_int_eq(add(p), SMS_PART_KEPT);
	first = set;
	p = a_part(2, 2, "y");
	p.ref = 43;
	ck_assert(add(p) == SMS_PART_KEPT && set != first);
	p = a_part(2, 2, "y");
	p.kind = SEGMENT_SAR;
	ck_assert(add(p) == SMS_PART_KEPT && set != first);
	p = a_part(2, 2, "y");
	p.src = "15550100003";
	ck_assert(add(p) == SMS_PART_KEPT && set != first);
	p = a_part(2, 2, "y");
	p.link = "smsc2";
	ck_assert(add(p) == SMS_PART_KEPT && set != first);
	p = a_part(3, 2, "y");
	ck_assert(add(p) == SMS_PART_KEPT && set != first);
	sms_parts_fini();
}
END_TEST

START_TEST(a_character_torn_in_two_is_whole_again)
{
	struct sms_part p = a_part(2, 1, "");

	p.coding = 8;
	p.octets = (struct strv){ "\xd8\x3d", 2 };
	ck_assert_int_eq(add(p), SMS_PART_KEPT);
	p.seq = 2;
	p.octets = (struct strv){ "\xde\x00", 2 };
	ck_assert_int_eq(add(p), SMS_PART_LAST);
	is_text("\xf0\x9f\x98\x80");
	sms_parts_fini();
}
END_TEST

START_TEST(one_sender_cannot_fill_the_table)
{
	struct sms_part p = a_part(2, 1, "x");

	for (unsigned i = 0; i < SMS_SETS_SOURCE; i++) {
		p.ref = (uint16_t)i;
		ck_assert_int_eq(add(p), SMS_PART_KEPT);
	}
	p.ref = 100;
	ck_assert_int_eq(add(p), SMS_PART_REFUSED);
	p.src = "15550100009";
	ck_assert_int_eq(add(p), SMS_PART_KEPT);
	sms_set_free(sms_set_next(NULL));
	p.src = "15550100002";
	ck_assert_int_eq(add(p), SMS_PART_KEPT);
	sms_parts_fini();
}
END_TEST

START_TEST(all_senders_together_cannot_fill_the_memory)
{
	struct sms_part p = a_part(2, 1, "x");
	char src[21];

	p.src = src;
	for (unsigned i = 0; i < SMS_SETS_MAX; i++) {
		(void)snprintf(src, sizeof(src), "%u", i);
		ck_assert_int_eq(add(p), SMS_PART_KEPT);
	}
	p.src = "one more";
	ck_assert_int_eq(add(p), SMS_PART_REFUSED);
	sms_parts_fini();
}
END_TEST

START_TEST(a_set_that_is_being_accepted_takes_no_parts)
{
	ck_assert_int_eq(add(a_part(2, 1, "x")), SMS_PART_KEPT);
	ck_assert_int_eq(add(a_part(2, 2, "y")), SMS_PART_LAST);
	set->busy = true;
	ck_assert_int_eq(add(a_part(2, 2, "y")), SMS_PART_REFUSED);
	set->busy = false;
	sms_set_remove(set, 2);
	ck_assert_int_eq(add(a_part(2, 2, "y")), SMS_PART_LAST);
	sms_parts_fini();
}
END_TEST

START_TEST(parts_survive_a_restart)
{
	struct journal_part p;
	char key[SMS_SET_KEY], bytes[10];

	ck_assert_int_eq(add(a_part(2, 1, "be")), SMS_PART_KEPT);
	sms_set_part(set, 1, &p);
	ck_assert_uint_eq(p.total, 2);
	memcpy(key, p.key.p, p.key.n);
	memcpy(bytes, p.bytes.p, p.bytes.n);
	p.key.p = key;
	p.bytes.p = bytes;
	sms_parts_fini();
	sms_parts_load(&p);
	ck_assert_int_eq(add(a_part(2, 2, "fore")), SMS_PART_LAST);
	ck_assert(strv_eq(strv(set->key), p.key));
	ck_assert_int_eq(set->started, 1000);
	is_text("before");
	sms_parts_fini();
}
END_TEST

START_TEST(a_stored_part_that_is_nonsense_is_left_out)
{
	static const struct strv keys[] = { { "", 0 }, { "smsc1", 5 },
	    { "a\x1f" "1\x1f" "b\x1f" "1\x1f" "c\x1f" "0\x1f" "7\x1f" "0", 15 },
	    { "a\x1f" "1\x1f" "b\x1f" "1\x1f" "c\x1f" "0\x1f" "7\x1f" "1",
	      15 } };

	for (size_t i = 0; i < 4; i++) {
		struct journal_part p = { .key = keys[i], .seq = 2,
		    .total = 2, .bytes = STRV("x") };

		sms_parts_load(&p);
		ck_assert_ptr_null(sms_set_next(NULL));
	}
}
END_TEST

/* --- receipts of every part --------------------------------------------------- */

static char refs[3][RECEIPT_ID_SIZE] = { "a1", "a2", "a3" };
static char message[RECEIPT_ID_SIZE];

START_TEST(delivered_is_when_all_parts_are)
{
	sms_every_add("g", STRV("a3"), refs, 3, 5000);
	ck_assert_int_eq(sms_every_receipt("g", "a3", true, 0, message),
	    SMS_EVERY_WAIT);
	ck_assert_int_eq(sms_every_receipt("g", "a1", true, 0, message),
	    SMS_EVERY_WAIT);
	ck_assert_int_eq(sms_every_receipt("g", "a1", true, 0, message),
	    SMS_EVERY_WAIT);
	ck_assert_int_eq(sms_every_receipt("h", "a2", true, 0, message),
	    SMS_EVERY_NONE);
	ck_assert_int_eq(sms_every_receipt("g", "a2", true, 0, message),
	    SMS_EVERY_DECIDED);
	ck_assert_str_eq(message, "a3");
	ck_assert_int_eq(sms_every_receipt("g", "a2", true, 0, message),
	    SMS_EVERY_NONE);
	sms_every_fini();
}
END_TEST

START_TEST(one_failed_part_fails_the_message)
{
	sms_every_add("g", STRV("a3"), refs, 3, 5000);
	ck_assert_int_eq(sms_every_receipt("g", "a1", false, 0, message),
	    SMS_EVERY_DECIDED);
	ck_assert_str_eq(message, "a3");
	sms_every_fini();
}
END_TEST

START_TEST(what_is_too_old_decides_nothing)
{
	sms_every_add("g", STRV("a3"), refs, 3, 5000);
	ck_assert_int_eq(sms_every_receipt("g", "a1", true, 5000, message),
	    SMS_EVERY_NONE);
	ck_assert_int_eq(sms_every_receipt("g", "a2", true, 0, message),
	    SMS_EVERY_NONE);
	for (unsigned i = 0; i < SMS_EVERY_MAX + 1; i++) {
		char own[1][RECEIPT_ID_SIZE];

		(void)snprintf(own[0], sizeof(own[0]), "%u", i);
		sms_every_add("g", strv(own[0]), own, 1, 5000);
	}
	ck_assert_int_eq(sms_every_receipt("g", "0", true, 0, message),
	    SMS_EVERY_NONE);
	ck_assert_int_eq(sms_every_receipt("g", "1", true, 0, message),
	    SMS_EVERY_DECIDED);
	sms_every_fini();
}
END_TEST

/* --- habits --------------------------------------------------------------------- */

static const struct {
	const char *response, *receipt;
	enum sms_id_mode response_mode, receipt_mode;
	bool found;
} ids[] = {
	{ "abc", "abc", SMS_ID_AUTO, SMS_ID_AUTO, true },
	{ "12345678", "0305419896", SMS_ID_AUTO, SMS_ID_AUTO, true },
	{ "305419896", "12345678", SMS_ID_AUTO, SMS_ID_AUTO, true },
	{ "00AB", "ab", SMS_ID_AUTO, SMS_ID_AUTO, true },
	{ "7", "8", SMS_ID_AUTO, SMS_ID_AUTO, false },
	{ "12345678", "0305419896", SMS_ID_HEX, SMS_ID_DEC, true },
	{ "305419896", "12345678", SMS_ID_DEC, SMS_ID_HEX, true },
	{ "10", "16", SMS_ID_STRING, SMS_ID_STRING, false },
	{ "10", "16", SMS_ID_DEC, SMS_ID_DEC, false },
	{ "10", "16", SMS_ID_HEX, SMS_ID_DEC, true },
};

START_TEST(a_receipt_finds_the_id_of_its_answer)
{
	struct sms_habit h;
	struct sms_refs found;
	char ref[RECEIPT_ID_SIZE];
	bool any = false;

	sms_habit_init(&h);
	sms_habit_ref(&h, strv(ids[_i].response), ids[_i].response_mode,
	    ids[_i].receipt_mode, ref);
	(void)sms_habit_refs(&h, strv(ids[_i].receipt), ids[_i].response_mode,
	    ids[_i].receipt_mode, &found);
	for (size_t i = 0; i < found.n; i++)
		any |= strcmp(found.s[i], ref) == 0;
	ck_assert_msg(any == ids[_i].found, "%s %s", ids[_i].response,
	    ids[_i].receipt);
	sms_habit_deinit(&h);
}
END_TEST

START_TEST(a_habit_is_known_after_twenty_equal_hits)
{
	struct sms_habit h;
	struct sms_refs found;
	char ref[RECEIPT_ID_SIZE], hex[20], dec[20];

	sms_habit_init(&h);
	for (unsigned i = 1; i <= 30; i++) {
		(void)snprintf(hex, sizeof(hex), "%x", 0xa0000 + i);
		(void)snprintf(dec, sizeof(dec), "%u", 0xa0000 + i);
		sms_habit_ref(&h, strv(hex), SMS_ID_AUTO, SMS_ID_AUTO, ref);
		ck_assert_msg(sms_habit_refs(&h, strv(dec), SMS_ID_AUTO,
		    SMS_ID_AUTO, &found) == (i == SMS_HABIT_SURE), "%u", i);
		ck_assert_str_eq(found.s[0], ref);
	}
	/* and then comes first even for ids never seen */
	(void)sms_habit_refs(&h, STRV("255"), SMS_ID_AUTO, SMS_ID_AUTO,
	    &found);
	ck_assert_str_eq(found.s[0], "ff");
	ck_assert_uint_gt(found.n, 1);
	sms_habit_deinit(&h);
}
END_TEST

START_TEST(a_hit_of_another_kind_starts_the_count_anew)
{
	struct sms_habit h;
	struct sms_refs found;
	char ref[RECEIPT_ID_SIZE];

	sms_habit_init(&h);
	sms_habit_ref(&h, STRV("abc"), SMS_ID_AUTO, SMS_ID_AUTO, ref);
	sms_habit_ref(&h, STRV("ff"), SMS_ID_AUTO, SMS_ID_AUTO, ref);
	for (int i = 0; i < 19; i++)
		ck_assert(!sms_habit_refs(&h, STRV("255"), SMS_ID_AUTO,
		    SMS_ID_AUTO, &found));
	ck_assert(!sms_habit_refs(&h, STRV("abc"), SMS_ID_AUTO, SMS_ID_AUTO,
	    &found));
	ck_assert(!sms_habit_refs(&h, STRV("255"), SMS_ID_AUTO, SMS_ID_AUTO,
	    &found));
	ck_assert_uint_eq(h.hits, 1);
	sms_habit_deinit(&h);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sms parts");
	TCase *tc = tcase_create("sms parts");

	tcase_add_rows(tc, parts_may_come_in_any_order, orders);
	tcase_add_test(tc, a_part_that_comes_twice_counts_once);
	tcase_add_test(tc, a_part_that_differs_starts_anew);
	tcase_add_test(tc, what_differs_in_the_key_is_another_message);
	tcase_add_test(tc, a_character_torn_in_two_is_whole_again);
	tcase_add_test(tc, one_sender_cannot_fill_the_table);
	tcase_add_test(tc, all_senders_together_cannot_fill_the_memory);
	tcase_add_test(tc, a_set_that_is_being_accepted_takes_no_parts);
	tcase_add_test(tc, parts_survive_a_restart);
	tcase_add_test(tc, a_stored_part_that_is_nonsense_is_left_out);
	tcase_add_test(tc, delivered_is_when_all_parts_are);
	tcase_add_test(tc, one_failed_part_fails_the_message);
	tcase_add_test(tc, what_is_too_old_decides_nothing);
	tcase_add_rows(tc, a_receipt_finds_the_id_of_its_answer, ids);
	tcase_add_test(tc, a_habit_is_known_after_twenty_equal_hits);
	tcase_add_test(tc, a_hit_of_another_kind_starts_the_count_anew);
	suite_add_tcase(s, tc);
	return s;
}
