/* test_recent.c - store/recent.h: names of the newest messages. */

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/id.h"
#include "runner.h"
#include "store/recent.h"

#define NONE	UINT64_MAX
#define ROOM	((size_t)256 * 512)

static uint64_t ids[RECENT_MAX], from;

static void fresh(void)
{
	recent_reset();
}

static struct message named(uint64_t id, const char *sender,
    const char *imdn_id)
{
	return (struct message){ .id = id, .from = strv(sender),
		.to = STRV("sip:bob@example.org"), .imdn_id = strv(imdn_id) };
}

static void write_one(uint64_t id, const char *sender, const char *imdn_id)
{
	const struct message m = named(id, sender, imdn_id);

	recent_message(&m);
}

static size_t find_text(const char *text)
{
	return recent_find(strv(text), STRV_NONE, STRV_NONE, NONE, ids, &from);
}

static size_t find_key(const char *key, uint64_t before)
{
	return recent_find(STRV_NONE, strv(key), STRV_NONE, before, ids,
	    &from);
}

START_TEST(before_the_first_message_nothing_was_looked_at)
{
	ck_assert_uint_eq(find_text("x"), 0);
	ck_assert(from == UINT64_MAX);
	recent_name(5, STRV("smsc-1"), STRV_NONE);
	ck_assert_uint_eq(find_text("smsc-1"), 0);
	ck_assert(from == UINT64_MAX);
}
END_TEST

START_TEST(each_name_finds_its_message)
{
	const struct message m = { .id = 77, .from = STRV("sip:a@x"),
		.to = STRV("sip:b@x"), .imdn_id = STRV("imdn"),
		.in_ref = STRV("call"), .conversation = STRV("conv"),
		.contribution = STRV("contr"), .replies_to = STRV("reply"),
		.report = { .imdn_id = STRV("about") } };
	static const char *const texts[] = { "imdn", "call", "conv", "contr",
		"reply", "about" };

	recent_message(&m);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		ck_assert_msg(find_text(texts[i]) == 1, "%s", texts[i]);
		ck_assert_uint_eq(ids[0], 77);
		ck_assert_uint_eq(from, 77);
	}
	ck_assert_uint_eq(find_key("sip:a@x", NONE), 1);
	ck_assert_uint_eq(find_key("sip:b@x", NONE), 1);
	/* an address is no name, and a name no address */
	ck_assert_uint_eq(find_text("sip:a@x"), 0);
	ck_assert_uint_eq(find_key("imdn", NONE), 0);
	ck_assert_uint_eq(find_text(""), 0);
}
END_TEST

START_TEST(a_leg_has_names_of_its_own)
{
	const struct message m = named(9, "sip:a@x", "i");
	struct leg l = { .id = id_leg(9, 1), .ref = STRV("4711"),
		.recipient = STRV("tel:+1") };

	recent_message(&m);
	recent_leg(&m, &l);
	ck_assert_uint_eq(find_text("4711"), 1);
	ck_assert_uint_eq(recent_find(STRV_NONE, STRV_NONE, STRV("4711"),
	    NONE, ids, &from), 1);
	ck_assert_uint_eq(find_key("tel:+1", NONE), 1);
	ck_assert_uint_eq(ids[0], 9);
}
END_TEST

START_TEST(the_newest_come_first_once_each_and_page_by_page)
{
	uint64_t before = NONE, expect = 300;

	for (uint64_t id = 101; id <= 300; id += 2) {	/* out of order */
		write_one(id + 1, "sip:a@x", "");
		write_one(id, "sip:a@x", "");
		recent_name(id, STRV_NONE, STRV("sip:a@x"));
	}
	for (size_t n = RECENT_MAX; n == RECENT_MAX; before = ids[n - 1]) {
		n = find_key("sip:a@x", before);
		for (size_t i = 0; i < n; i++)
			ck_assert_uint_eq(ids[i], expect--);
	}
	/* 101 came after 102, the first: it is the disk's */
	ck_assert_uint_eq(expect, 101);
	ck_assert_uint_eq(from, 102);
	ck_assert_uint_eq(find_key("sip:a@x", 102), 0);
}
END_TEST

START_TEST(what_is_written_over_is_said_to_be_gone)
{
	char name[24];

	for (size_t i = 1; i <= 2 * ROOM + 5; i++) {
		(void)snprintf(name, sizeof(name), "n%zu", i);
		write_one(i, "sip:a@x", name);
		if (i % 1000 && i < 2 * ROOM)
			continue;
		(void)snprintf(name, sizeof(name), "n%zu", i > ROOM ?
		    i - ROOM + 300 : 1);
		ck_assert_msg(find_text(name) == 1, "%s of %zu", name, i);
		ck_assert_uint_le(from, i > ROOM ? i - ROOM + 300 : 1);
		if (i <= ROOM)
			continue;
		(void)snprintf(name, sizeof(name), "n%zu", i - ROOM);
		ck_assert(find_text(name) == 1 || from > i - ROOM);
	}
}
END_TEST

static atomic_bool over;

static void *writes(void *arg)
{
	char name[24];

	(void)arg;
	for (size_t i = 2; i < 3 * ROOM; i++) {
		(void)snprintf(name, sizeof(name), "n%zu", i);
		write_one(i, "sip:a@x", name);
	}
	over = true;
	return NULL;
}

/* Every message that is said to have been looked at is found. */
START_TEST(one_thread_writes_while_another_looks)
{
	pthread_t t;
	uint64_t seen = 1;

	over = false;
	write_one(1, "sip:a@x", "n1");
	ck_assert_int_eq(pthread_create(&t, NULL, writes, NULL), 0);
	while (!over) {
		char name[24];
		bool found;

		ck_assert_uint_ge(find_key("sip:a@x", NONE), 1);
		ck_assert_uint_ge(ids[0], seen);
		seen = ids[0];
		(void)snprintf(name, sizeof(name), "n%zu",
		    (size_t)(seen > ROOM / 2 ? seen - ROOM / 2 : seen));
		found = find_text(name) > 0;
		ck_assert_msg(found || from > seen - ROOM / 2, "%s", name);
	}
	(void)pthread_join(t, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("recent");
	TCase *tc = tcase_create("names");

	/* hundreds of thousands are written: seconds where all is busy */
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, fresh, NULL);
	tcase_add_test(tc, before_the_first_message_nothing_was_looked_at);
	tcase_add_test(tc, each_name_finds_its_message);
	tcase_add_test(tc, a_leg_has_names_of_its_own);
	tcase_add_test(tc, the_newest_come_first_once_each_and_page_by_page);
	tcase_add_test(tc, what_is_written_over_is_said_to_be_gone);
	tcase_add_test(tc, one_thread_writes_while_another_looks);
	suite_add_tcase(s, tc);
	return s;
}
