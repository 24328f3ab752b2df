/* test_waiting.c - store/waiting.h. */

#include <stdio.h>

#include "base/id.h"
#include "base/now.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"
#include "store/waiting.h"

#define NOW	INT64_C(1800000000000)
#define ALICE	"sip:alice@example.org"
#define BOB	"tel:+15550100002"

static void setup(void)
{
	now_freeze(NOW);
	world_open(scratch_new());
}

struct want {
	const char *from, *to, *hop;
	enum leg_state state;
	enum err why;
	int64_t due;
};

static uint64_t newest;		/* leg */

static void stored(enum err e, const struct journal_accepted *a, void *arg)
{
	(void)a;
	(void)arg;
	ck_assert_int_eq(e, ERR_OK);
}

static void put(const struct want *w)
{
	struct message *m = message_new();
	struct leg *l;

	m->id = id_new();
	m->from = strv(w->from ? w->from : ALICE);
	m->to = strv(w->to ? w->to : BOB);
	m->in = "sip";
	m->received = now_ms();
	l = leg_new(m, 1);
	l->state = w->state;
	l->why = w->why;
	l->port = "sms";
	l->recipient = m->to;
	l->hop = strv(w->hop ? w->hop : "smsc1");
	l->due = w->due;
	l->expires = NOW + 1000;
	newest = l->id;
	journal_accept(m, &l, 1, stored, NULL);
	world_drain();
	leg_free(l);
	message_unref(m);
}
#define PUT(...) put(&(struct want){ __VA_ARGS__ })

static uint64_t third;

static void fill(void)
{
	PUT(.state = LEG_HELD, .why = ERR_OFFLINE);
	PUT(.state = LEG_HELD, .why = ERR_BUSY, .due = NOW + 9000);
	now_freeze(NOW + 60000);
	PUT(.state = LEG_READY, .from = "sip:dave@example.org");
	third = newest;
	PUT(.state = LEG_HELD, .to = "tel:+15550100003", .why = ERR_BUSY,
	    .due = NOW + 9000);
	PUT(.state = LEG_SENT);
	PUT(.state = LEG_HELD, .hop = "smsc2", .due = NOW + 9000);
	PUT(.state = LEG_FAILED);
}

static const struct {
	const char *name, *hop, *why, *from, *to;
	int state;
	bool upto;	/* up to the third */
	int64_t n;
} filters[] = {
	{ .name = "all of it", .hop = "smsc1", .state = -1, .n = 4 },
	{ .name = "another", .hop = "smsc2", .state = -1, .n = 1 },
	{ .name = "none", .hop = "smsc3", .state = -1, .n = 0 },
	{ .name = "by state", .hop = "smsc1", .state = LEG_READY, .n = 1 },
	{ .name = "by reason", .hop = "smsc1", .state = -1, .why = "BUSY",
	  .n = 2 },
	{ .name = "by sender", .hop = "smsc1", .state = -1, .from = ALICE,
	  .n = 3 },
	{ .name = "by recipient", .hop = "smsc1", .state = -1, .to = BOB,
	  .n = 3 },
	{ .name = "by age", .hop = "smsc1", .state = -1, .upto = true,
	  .n = 3 },
	{ .name = "by everything", .hop = "smsc1", .state = LEG_HELD,
	  .why = "BUSY", .from = ALICE, .to = BOB, .upto = true, .n = 1 },
};

static struct waiting_filter filter(int i)
{
	return (struct waiting_filter){ .hop = strv(filters[i].hop),
		.state = filters[i].state, .why = strv(filters[i].why),
		.from = strv(filters[i].from), .to = strv(filters[i].to),
		.upto = filters[i].upto ? third : 0 };
}

START_TEST(what_waits_is_counted_and_found_alike)
{
	struct waiting_filter f;
	struct waiting_count k;
	uint64_t ids[2], after = 0;
	int64_t n = 0;
	size_t got;

	fill();
	f = filter(_i);
	ck_assert_int_eq(waiting_count(&f, &k), ERR_OK);
	ck_assert_msg(k.n == filters[_i].n, "%s: %d", filters[_i].name,
	    (int)k.n);
	do {
		ck_assert_int_eq(waiting_find(&f, after, ids, 2, &got),
		    ERR_OK);
		for (size_t i = 0; i < got; i++) {
			ck_assert_uint_gt(ids[i], after);
			ck_assert_uint_ge(ids[i], k.oldest);
			ck_assert_uint_le(ids[i], k.newest);
			after = ids[i];
		}
		n += (int64_t)got;
	} while (got == 2);
	ck_assert_int_eq(n, k.n);
}
END_TEST

static char hops_text[100];
static enum err last;

static void retried(enum err e, const struct strv *hops, size_t n, void *arg)
{
	size_t at = 0;

	(void)arg;
	last = e;
	hops_text[0] = 0;
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(hops_text + at,
		    sizeof(hops_text) - at, "%.*s ", STRV_ARG(hops[i]));
}

static size_t due_now;

static void loaded(enum err e, struct leg **legs, size_t n, bool more,
    void *arg)
{
	(void)more;
	(void)arg;
	ck_assert_int_eq(e, ERR_OK);
	due_now = n;
	for (size_t i = 0; i < n; i++)
		leg_free(legs[i]);
}

static size_t due(void)
{
	journal_load(STRV("smsc1"), 0, NOW, 10, loaded, NULL);
	world_drain();
	return due_now;
}

START_TEST(what_is_tried_again_is_due_at_once)
{
	struct waiting_filter f = { .hop = STRV("smsc1"), .state = -1 };
	uint64_t ids[10];
	size_t n;

	fill();
	ck_assert_uint_eq(due(), 2);
	ck_assert_int_eq(waiting_find(&f, 0, ids, 10, &n), ERR_OK);
	waiting_retry(ids, n, retried, NULL);
	world_drain();
	ck_assert_int_eq(last, ERR_OK);
	ck_assert_str_eq(hops_text, "smsc1 ");
	ck_assert_uint_eq(due(), 4);
}
END_TEST

START_TEST(a_message_is_tried_again_by_its_id)
{
	PUT(.state = LEG_HELD, .due = NOW + 9000);
	ck_assert_uint_eq(due(), 0);
	waiting_retry_message(newest, newest, retried, NULL);
	world_drain();
	ck_assert_str_eq(hops_text, "smsc1 ");
	ck_assert_uint_eq(due(), 1);
	PUT(.state = LEG_SENT);
	waiting_retry_message(newest, newest, retried, NULL);
	world_drain();
	ck_assert_int_eq(last, ERR_NO_USER);
}
END_TEST

START_TEST(legs_are_picked_while_they_wait)
{
	uint64_t ids[2];

	PUT(.state = LEG_SENT);
	ids[0] = newest;
	PUT(.state = LEG_READY);
	ids[1] = newest;
	journal_pick(ids, 2, loaded, NULL);
	world_drain();
	ck_assert_uint_eq(due_now, 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("waiting");
	TCase *tc = tcase_create("waiting");

	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_rows(tc, what_waits_is_counted_and_found_alike, filters);
	tcase_add_test(tc, what_is_tried_again_is_due_at_once);
	tcase_add_test(tc, a_message_is_tried_again_by_its_id);
	tcase_add_test(tc, legs_are_picked_while_they_wait);
	suite_add_tcase(s, tc);
	return s;
}
