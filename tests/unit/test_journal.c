/* test_journal.c - store/journal.h: acceptance, moves, loading, recovery. */

#include <sched.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/id.h"
#include "base/now.h"
#include "core/content.h"
#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "loop/loop.h"
#include "runner.h"
#include "store/blob.h"
#include "store/db.h"
#include "store/journal.h"
#include "store/writer.h"

#define BOB	"tel:+15550100002"

static const char *dir;

static void open_dir(const char *at)
{
	struct buf why;

	buf_init(&why, 1000);
	dir = at;
	ck_assert_msg(db_open_all(dir, &why) == ERR_OK, "%s", why.p);
}

static void setup(void)
{
	faultfs_install();
	open_dir(scratch_new());
}

static void drain(void)
{
	writer_drain();
	loop_drain();
}

static int64_t number(const char *sql)
{
	struct stmt *s = stmt(db_reader(DB_STORE), sql);
	int64_t v = stmt_row(s) ? col_int(s) : -1;

	ck_assert_int_eq(stmt_end(s), ERR_OK);
	return v;
}

/* --- builders ------------------------------------------------------------- */

struct want {
	const char *imdn;
	const char *hop;
	enum leg_state state;
	size_t bytes;
	size_t legs;
	int64_t due, expires;
	enum leg_role role;
};

static struct message *a_message(const char *imdn, size_t bytes)
{
	struct message *m = message_new();
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	for (size_t i = 0; i < bytes; i++)
		buf_addc(&b, (char)('a' + i % 26));
	m->id = id_new();
	m->wants = WANTS_DELIVERED | WANTS_DISPLAYED;
	m->from = STRV("sip:alice@example.org");
	m->to = STRV(BOB);
	m->device = STRV("urn:uuid:alice-1");
	m->conversation = STRV("conversation-1");
	m->contribution = STRV("contribution-1");
	m->imdn_id = strv(imdn);
	m->headers = STRV("Subject: x\r\n");
	m->content = content_new(STRV("text/plain;charset=UTF-8"), STRV_NONE,
	    buf_strv(&b));
	m->received = now_ms();
	m->in = "sip";
	m->in_ref = STRV("call-1@host");
	m->hops = 1;
	buf_deinit(&b);
	return m;
}

static struct leg *a_leg(struct message *m, unsigned n, const char *hop,
    enum leg_state state)
{
	struct leg *l = leg_new(m, n);

	l->state = state;
	l->port = "sip";
	l->recipient = STRV(BOB);
	l->hop = message_str(m, strv(hop));
	l->expires = m->received + 1000000;
	return l;
}

static struct {
	int calls;
	enum err err;
	struct journal_accepted a;
} last;

static void accepted(enum err e, const struct journal_accepted *a, void *arg)
{
	last.calls++;
	last.err = e;
	last.a = *a;
	if (arg)
		*(uint64_t *)arg = a->id;
}

/* One message with one leg; gives the leg, freed by the caller. */
static struct leg *put(const struct want *w)
{
	struct message *m = a_message(w->imdn, w->bytes);
	struct leg *l = a_leg(m, 1, w->hop ? w->hop : BOB, w->state);

	l->due = w->due;
	l->role = w->role;
	if (w->expires)
		l->expires = w->expires;
	journal_accept(m, &l, 1, accepted, NULL);
	message_unref(m);
	return l;
}
#define PUT(...) put(&(struct want){ __VA_ARGS__ })

static struct {
	int calls;
	enum err err;
	struct leg *legs[2000];
	size_t n;
	bool more;
} got;

static void loaded(enum err e, struct leg **legs, size_t n, bool more,
    void *arg)
{
	(void)arg;
	got.calls++;
	got.err = e;
	got.n = n;
	got.more = more;
	for (size_t i = 0; i < n; i++)
		got.legs[i] = legs[i];
}

static void load(const char *hop, uint64_t after, size_t limit)
{
	journal_load(strv(hop), after, INT64_MAX, limit, loaded, NULL);
	drain();
}

static void free_got(void)
{
	for (size_t i = 0; i < got.n; i++)
		leg_free(got.legs[i]);
	got.n = 0;
}

/* --- acceptance ----------------------------------------------------------- */

START_TEST(nothing_is_answered_before_the_commit)
{
	struct leg *l = PUT(.imdn = "1", .state = LEG_HELD, .bytes = 10);

	ck_assert_int_eq(last.calls, 0);
	writer_drain();
	ck_assert_int_eq(last.calls, 0);
	ck_assert_int_eq(number("SELECT count(*) FROM leg"), 1);
	loop_drain();
	ck_assert_int_eq(last.calls, 1);
	ck_assert_int_eq(last.err, ERR_OK);
	ck_assert(!last.a.duplicate);
	ck_assert_uint_eq(last.a.id, l->message->id);
	leg_free(l);
}
END_TEST

#define SAME_STR(a, b) ck_assert_msg((a).n == (b).n && \
	((a).p == NULL) == ((b).p == NULL) && strv_eq(a, b), \
	"%s: '%.*s' and '%.*s'", #a, STRV_ARG(a), STRV_ARG(b))

static void same_message(const struct message *a, const struct message *b)
{
	ck_assert_uint_eq(a->id, b->id);
	ck_assert_int_eq(a->kind, b->kind);
	ck_assert_int_eq(a->origin, b->origin);
	ck_assert_uint_eq(a->wants, b->wants);
	SAME_STR(a->from, b->from);
	SAME_STR(a->to, b->to);
	SAME_STR(a->device, b->device);
	SAME_STR(a->subject, b->subject);
	SAME_STR(a->conversation, b->conversation);
	SAME_STR(a->contribution, b->contribution);
	SAME_STR(a->imdn_id, b->imdn_id);
	SAME_STR(a->replies_to, b->replies_to);
	SAME_STR(a->service, b->service);
	SAME_STR(a->headers, b->headers);
	SAME_STR(a->in_ref, b->in_ref);
	ck_assert_int_eq(a->received, b->received);
	ck_assert_int_eq(a->expires, b->expires);
	ck_assert_str_eq(a->in, b->in);
	ck_assert_uint_eq(a->hops, b->hops);
	ck_assert_uint_eq(a->report.of, b->report.of);
	ck_assert_int_eq(a->report.kind, b->report.kind);
	ck_assert_int_eq(a->report.status, b->report.status);
	SAME_STR(a->report.imdn_id, b->report.imdn_id);
	SAME_STR(a->report.recipient, b->report.recipient);
	ck_assert_int_eq(a->report.sent, b->report.sent);
	SAME_STR(a->content->type, b->content->type);
	SAME_STR(a->content->encoding, b->content->encoding);
	SAME_STR(a->content->bytes, b->content->bytes);
}

static void same_leg(const struct leg *a, const struct leg *b)
{
	ck_assert_uint_eq(a->id, b->id);
	ck_assert_int_eq(a->state, b->state);
	ck_assert_int_eq(a->why, b->why);
	ck_assert_uint_eq(a->tries, b->tries);
	ck_assert_int_eq(a->due, b->due);
	ck_assert_int_eq(a->expires, b->expires);
	ck_assert_str_eq(a->port, b->port);
	SAME_STR(a->recipient, b->recipient);
	SAME_STR(a->hop, b->hop);
	SAME_STR(a->device, b->device);
	SAME_STR(a->reached, b->reached);
	SAME_STR(a->ref, b->ref);
	ck_assert_int_eq(a->answered, b->answered);
}

START_TEST(what_was_stored_comes_back_whole)
{
	struct message *m = a_message("all", 1000);
	struct leg *l;

	m->kind = MESSAGE_REPORT;
	m->origin = FROM_SYSTEM;
	m->subject = STRV("");
	m->service = STRV("sms;via=smsc1");
	m->expires = 77;
	m->report = (struct report){ .of = 5, .kind = REPORT_DISPLAY,
		.status = STATUS_ERROR, .imdn_id = STRV("x"),
		.recipient = STRV("tel:1"), .sent = 9 };
	l = a_leg(m, 3, "smsc1", LEG_HELD);
	l->why = ERR_BUSY;
	l->tries = 7;
	l->due = 1234;
	l->device = STRV("urn:d");
	l->reached = STRV("a b");
	l->ref = STRV("00ff");
	l->answered = LEG_ANSWERED_TAKEN;
	journal_accept(m, &l, 1, accepted, NULL);
	drain();
	load("smsc1", 0, 10);
	ck_assert_uint_eq(got.n, 1);
	same_leg(got.legs[0], l);
	same_message(got.legs[0]->message, m);
	free_got();
	leg_free(l);
	message_unref(m);
}
END_TEST

START_TEST(a_large_content_lives_in_a_file)
{
	static const size_t sizes[] = { 0, 1, BLOB_MIN, BLOB_MIN + 1, 300000 };
	struct leg *l = PUT(.imdn = "1", .state = LEG_HELD,
	    .bytes = sizes[_i]);

	drain();
	ck_assert_int_eq(number("SELECT count(*) FROM file"),
	    sizes[_i] > BLOB_MIN);
	load(BOB, 0, 10);
	ck_assert_uint_eq(got.n, 1);
	ck_assert_uint_eq(got.legs[0]->message->content->bytes.n, sizes[_i]);
	ck_assert(strv_eq(got.legs[0]->message->content->bytes,
	    l->message->content->bytes));
	free_got();
	leg_free(l);
}
END_TEST

START_TEST(a_lost_content_is_not_delivered_but_expires)
{
	char command[400];

	leg_free(PUT(.imdn = "1", .state = LEG_HELD, .bytes = 100000,
	    .expires = 5));
	drain();
	(void)snprintf(command, sizeof(command), "rm -r %s/content", dir);
	ck_assert_int_eq(system(command), 0);
	load(BOB, 0, 10);
	ck_assert_uint_eq(got.n, 0);
	journal_expired(5, 10, loaded, NULL);
	drain();
	ck_assert_uint_eq(got.n, 1);
	ck_assert_ptr_null(got.legs[0]->message->content);
	free_got();
}
END_TEST

START_TEST(a_duplicate_gets_the_first_answer_and_writes_nothing)
{
	struct leg *l = PUT(.imdn = "same", .state = LEG_SENDING, .bytes = 9);
	uint64_t first = l->message->id;

	leg_move(l, LEG_SENT, ERR_OK);
	l->answered = LEG_ANSWERED_TAKEN;
	journal_move(l);
	leg_free(PUT(.imdn = "same", .state = LEG_SENDING, .bytes = 9));
	drain();
	ck_assert_int_eq(last.calls, 2);
	ck_assert_int_eq(last.err, ERR_OK);
	ck_assert(last.a.duplicate);
	ck_assert_uint_eq(last.a.id, first);
	ck_assert_int_eq(last.a.state, LEG_SENT);
	ck_assert(last.a.answered);
	ck_assert_int_eq(number("SELECT count(*) FROM message"), 1);
	ck_assert_int_eq(number("SELECT count(*) FROM leg"), 1);
	leg_free(l);
}
END_TEST

START_TEST(other_senders_recipients_and_old_ones_are_no_duplicates)
{
	struct message *m;
	struct leg *l;

	leg_free(PUT(.imdn = "same", .state = LEG_HELD));
	m = a_message("same", 0);
	m->from = STRV("sip:carol@example.org");
	l = a_leg(m, 1, BOB, LEG_HELD);
	journal_accept(m, &l, 1, accepted, NULL);
	leg_free(l);
	message_unref(m);
	m = a_message("same", 0);
	l = a_leg(m, 1, BOB, LEG_HELD);
	l->recipient = STRV("tel:+15550100003");
	journal_accept(m, &l, 1, accepted, NULL);
	leg_free(l);
	message_unref(m);
	leg_free(PUT(.imdn = NULL, .state = LEG_HELD));
	leg_free(PUT(.imdn = NULL, .state = LEG_HELD));
	leg_free(PUT(.imdn = "", .state = LEG_HELD));
	leg_free(PUT(.imdn = "", .state = LEG_HELD));
	drain();
	ck_assert_int_eq(number("SELECT count(*) FROM message"), 7);
	now_freeze(now_ms() + INT64_C(7) * 24 * 3600 * 1000 + 1000);
	leg_free(PUT(.imdn = "same", .state = LEG_HELD));
	drain();
	ck_assert(!last.a.duplicate);
	ck_assert_int_eq(number("SELECT count(*) FROM message"), 8);
}
END_TEST

START_TEST(a_race_of_duplicates_has_one_winner)
{
	uint64_t ids[200] = { 0 };

	writer_start();
	for (int i = 0; i < 200; i++) {
		struct message *m = a_message("race", 10);
		struct leg *l = a_leg(m, 1, BOB, LEG_HELD);

		journal_accept(m, &l, 1, accepted, &ids[i]);
		leg_free(l);
		message_unref(m);
	}
	writer_stop();
	loop_drain();
	ck_assert_int_eq(last.calls, 200);
	for (int i = 1; i < 200; i++)
		ck_assert_uint_eq(ids[i], ids[0]);
	ck_assert_int_eq(number("SELECT count(*) FROM leg"), 1);
}
END_TEST

START_TEST(a_full_disk_stores_nothing_and_says_so)
{
	leg_free(PUT(.imdn = "1", .state = LEG_HELD, .bytes = 10));
	drain();
	faultfs_fail(_i, SQLITE_FULL);
	leg_free(PUT(.imdn = "2", .state = LEG_HELD, .bytes = 20000));
	load(BOB, 0, 10);
	ck_assert_int_eq(last.err, ERR_STORAGE);
	ck_assert_int_eq(got.err, ERR_STORAGE);
	ck_assert_uint_eq(got.n, 0);
	faultfs_heal();
	ck_assert_int_eq(number("SELECT count(*) FROM message"), 1);
	load(BOB, 0, 10);
	ck_assert_uint_eq(got.n, 1);
	free_got();
	leg_free(PUT(.imdn = "2", .state = LEG_HELD, .bytes = 20000));
	drain();
	ck_assert_int_eq(last.err, ERR_OK);
}
END_TEST

START_TEST(a_kill_before_the_commit_loses_it_and_after_keeps_it)
{
	const char *before, *after;

	leg_free(PUT(.imdn = "1", .state = LEG_HELD, .bytes = 10));
	before = scratch_crash(dir);
	drain();
	ck_assert_int_eq(last.err, ERR_OK);
	after = scratch_crash(dir);
	db_close_all();
	open_dir(before);
	ck_assert_int_eq(number("SELECT count(*) FROM leg"), 0);
	db_close_all();
	open_dir(after);
	load(BOB, 0, 10);
	ck_assert_uint_eq(got.n, 1);
	free_got();
}
END_TEST

/* --- transitions ---------------------------------------------------------- */

START_TEST(a_move_is_written_whole)
{
	struct leg *l = PUT(.imdn = "1", .state = LEG_SENDING, .bytes = 1);

	drain();
	leg_move(l, LEG_HELD, ERR_BUSY);
	l->due = 99;
	l->tries = 4;
	l->reached = STRV("dev-1");
	l->port = "sms";
	l->hop = STRV("smsc9");
	l->ref = STRV("77");
	l->answered = LEG_ANSWERED_TAKEN;
	journal_move(l);
	l->tries = 1000;	/* later changes are not part of it */
	drain();
	load("smsc9", 0, 10);
	ck_assert_uint_eq(got.n, 1);
	l->tries = 4;
	same_leg(got.legs[0], l);
	free_got();
	load(BOB, 0, 10);
	ck_assert_uint_eq(got.n, 0);
	leg_free(l);
}
END_TEST

static const struct {
	const char *name;
	enum leg_state disk, move, after;
} races[] = {
	{ "sent after delivered", LEG_DELIVERED, LEG_SENT, LEG_DELIVERED },
	{ "held after delivered", LEG_DELIVERED, LEG_HELD, LEG_DELIVERED },
	{ "failed after displayed", LEG_DISPLAYED, LEG_FAILED, LEG_DISPLAYED },
	{ "displayed after delivered", LEG_DELIVERED, LEG_DISPLAYED,
	  LEG_DISPLAYED },
	{ "delivered after displayed", LEG_DISPLAYED, LEG_DELIVERED,
	  LEG_DISPLAYED },
	{ "delivered after sent", LEG_SENT, LEG_DELIVERED, LEG_DELIVERED },
	{ "held after sending", LEG_SENDING, LEG_HELD, LEG_HELD },
};

START_TEST(a_report_that_came_first_is_not_undone)
{
	struct leg *l = PUT(.imdn = "1", .state = races[_i].disk);

	l->state = races[_i].move;
	journal_move(l);
	drain();
	ck_assert_msg(number("SELECT state FROM leg") == races[_i].after,
	    "%s", races[_i].name);
	leg_free(l);
}
END_TEST

START_TEST(an_early_leg_is_under_way_on_disk_until_it_waits)
{
	struct message *m = a_message("early", 9);
	struct leg *l = a_leg(m, 1, BOB, LEG_READY);
	int64_t waiting;
	uint64_t id;

	l->early = true;
	journal_accept(m, &l, 1, accepted, NULL);
	message_unref(m);
	drain();
	ck_assert_int_eq(number("SELECT state FROM leg"), LEG_SENDING);
	load(BOB, 0, 9);
	ck_assert_uint_eq(got.n, 0);
	journal_move(l);
	drain();
	load(BOB, 0, 9);
	ck_assert_uint_eq(got.n, 1);
	free_got();
	/* what a kill leaves under way waits and is due, as ever */
	ck_assert_int_eq(db_exec(db_writer(DB_STORE),
	    "UPDATE leg SET state = 2"), ERR_OK);
	ck_assert_int_eq(journal_recover(&id, &waiting), ERR_OK);
	load(BOB, 0, 9);
	ck_assert_uint_eq(got.n, 1);
	ck_assert_int_eq(got.legs[0]->state, LEG_HELD);
	free_got();
	leg_free(l);
}
END_TEST

/* --- what waits ----------------------------------------------------------- */

START_TEST(legs_are_loaded_oldest_first_in_pieces)
{
	uint64_t ids[5];

	for (int i = 0; i < 5; i++) {
		struct leg *l = PUT(.imdn = NULL,
		    .state = i % 2 ? LEG_READY : LEG_HELD);

		ids[i] = l->id;
		leg_free(l);
	}
	leg_free(PUT(.imdn = NULL, .hop = "tel:+1", .state = LEG_HELD));
	leg_free(PUT(.imdn = NULL, .state = LEG_SENDING));
	leg_free(PUT(.imdn = NULL, .state = LEG_SENT));
	load(BOB, 0, 3);
	ck_assert_uint_eq(got.n, 3);
	ck_assert(got.more);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(got.legs[i]->id, ids[i]);
	free_got();
	load(BOB, ids[2], 3);
	ck_assert_uint_eq(got.n, 2);
	ck_assert(!got.more);
	ck_assert_uint_eq(got.legs[1]->id, ids[4]);
	free_got();
	load("nobody", 0, 3);
	ck_assert_uint_eq(got.n, 0);
	ck_assert_int_eq(got.err, ERR_OK);
}
END_TEST

static struct {
	size_t n;
	char text[400];
} hops;

static void due_found(enum err e, const struct strv *h, size_t n, void *arg)
{
	(void)arg;
	ck_assert_int_eq(e, ERR_OK);
	hops.n = n;
	hops.text[0] = 0;
	for (size_t i = 0; i < n; i++) {
		(void)strncat(hops.text, h[i].p, h[i].n);
		(void)strcat(hops.text, " ");
	}
}

START_TEST(hops_with_a_due_leg_are_found_once)
{
	leg_free(PUT(.hop = "a", .state = LEG_HELD, .due = 10));
	leg_free(PUT(.hop = "a", .state = LEG_HELD, .due = 11));
	leg_free(PUT(.hop = "b", .state = LEG_HELD, .due = 20));
	leg_free(PUT(.hop = "c", .state = LEG_HELD, .due = 21));
	leg_free(PUT(.hop = "d", .state = LEG_HELD, .due = 0));
	leg_free(PUT(.hop = "e", .state = LEG_READY, .due = 5));
	journal_due(20, 10, due_found, NULL);
	drain();
	ck_assert_str_eq(hops.text, "a b ");
	journal_due(20, 10, due_found, NULL);
	drain();
	ck_assert_uint_eq(hops.n, 0);
	ck_assert_int_eq(number("SELECT count(*) FROM leg WHERE hop = 'a' "
	    "AND state = 1 AND due = 0"), 2);
	journal_due(21, 10, due_found, NULL);
	drain();
	ck_assert_str_eq(hops.text, "c ");
}
END_TEST

START_TEST(no_more_legs_are_due_than_asked_for)
{
	leg_free(PUT(.hop = "a", .state = LEG_HELD, .due = 10));
	leg_free(PUT(.hop = "b", .state = LEG_HELD, .due = 20));
	journal_due(20, 1, due_found, NULL);
	drain();
	ck_assert_str_eq(hops.text, "a ");
	journal_due(20, 1, due_found, NULL);
	drain();
	ck_assert_str_eq(hops.text, "b ");
}
END_TEST

START_TEST(a_leg_due_far_ahead_is_due_since_the_clock_was_set_back)
{
	leg_free(PUT(.hop = "a", .state = LEG_HELD,
	    .due = 20 + JOURNAL_DUE_MAX));
	leg_free(PUT(.hop = "b", .state = LEG_HELD,
	    .due = 21 + JOURNAL_DUE_MAX));
	journal_due(20, 10, due_found, NULL);
	drain();
	ck_assert_str_eq(hops.text, "b ");
}
END_TEST

static unsigned n_rested;

static void rested(struct strv hop)
{
	ck_assert(strv_eq(hop, STRV("a")));
	n_rested++;
}

START_TEST(a_hop_at_rest_has_no_due_legs)
{
	leg_free(PUT(.hop = "a", .state = LEG_HELD, .due = 10));
	journal_rest(STRV("a"), rested);
	journal_due(20, 10, due_found, NULL);
	drain();
	ck_assert_uint_eq(hops.n, 0);
	ck_assert_uint_eq(n_rested, 1);
}
END_TEST

START_TEST(a_hop_comes_to_rest_in_steps)
{
	for (int i = 0; i < 1201; i++)
		leg_free(PUT(.hop = "a", .imdn = NULL, .state = LEG_HELD,
		    .due = 10 + i / 400));
	leg_free(PUT(.hop = "b", .state = LEG_HELD, .due = 10));
	journal_rest(STRV("a"), rested);
	for (int i = 0; i < 4; i++)
		drain();
	ck_assert_uint_eq(n_rested, 1);
	journal_due(20, 10, due_found, NULL);
	drain();
	ck_assert_str_eq(hops.text, "b ");
}
END_TEST

START_TEST(legs_due_later_are_not_loaded)
{
	leg_free(PUT(.imdn = NULL, .state = LEG_HELD, .due = 30));
	leg_free(PUT(.imdn = NULL, .state = LEG_HELD, .due = 20));
	journal_load(STRV(BOB), 0, 20, 10, loaded, NULL);
	drain();
	ck_assert_uint_eq(got.n, 1);
	ck_assert_int_eq(got.legs[0]->due, 20);
	free_got();
}
END_TEST

/* --- the primary device --------------------------------------------------- */

/* proves MLD-034 */
START_TEST(who_gets_the_message_after_its_notification_has_it_replaced)
{
	struct leg *ucn = PUT(.imdn = "1", .state = LEG_SENDING,
	    .role = LEG_UCN, .hop = "smsc1", .bytes = 10);
	struct journal_late late = { .message = ucn->message->id,
		.recipient = STRV(BOB), .hop = STRV(BOB), .port = "sip",
		.devices = STRV("urn:x:1"), .expires = INT64_MAX };
	struct leg *l;

	drain();
	ucn->recipient = STRV(BOB);
	ucn->device = STRV("urn:x:1");
	journal_late(&late);
	load(BOB, 0, 10);
	ck_assert_uint_eq(got.n, 1);
	l = got.legs[0];
	ck_assert_int_eq(l->role, LEG_WHOLE);
	leg_move(l, LEG_READY, ERR_OK);
	leg_move(l, LEG_SENDING, ERR_OK);
	leg_move(l, LEG_SENT, ERR_OK);
	l->replaces = true;
	journal_move(l);
	drain();
	ck_assert_int_eq(number("SELECT role FROM leg WHERE hop = 'smsc1'"),
	    LEG_UCN_REPLACED);
	/* an answer that comes behind it does not take that back */
	leg_move(ucn, LEG_SENT, ERR_OK);
	ucn->ref = STRV("7");
	journal_move(ucn);
	drain();
	ck_assert_int_eq(number("SELECT role FROM leg WHERE ref = '7'"),
	    LEG_UCN_REPLACED);
	leg_free(ucn);
	free_got();
}
END_TEST

/* proves MLD-028 MLD-029 */
START_TEST(a_device_has_one_leg_for_the_message_and_one_for_its_notification)
{
	struct leg *l = PUT(.imdn = "1", .state = LEG_SENDING, .bytes = 10);
	static const enum leg_role order[] = { LEG_COPY, LEG_WHOLE, LEG_UCN,
		LEG_UCN, LEG_COPY };

	drain();
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		const struct journal_late late = { .message = l->message->id,
			.recipient = STRV(BOB), .hop = STRV("smsc1"),
			.port = "sms", .devices = STRV("urn:x:1"),
			.role = order[i], .due = 9, .expires = INT64_MAX };

		journal_late(&late);
	}
	drain();
	ck_assert_int_eq(number("SELECT count(*) FROM leg WHERE device = "
	    "'urn:x:1' AND role = 1 AND due = 9"), 1);
	ck_assert_int_eq(number("SELECT count(*) FROM leg WHERE device = "
	    "'urn:x:1' AND role = 2"), 1);
	ck_assert_int_eq(number("SELECT count(*) FROM leg"), 3);
	leg_free(l);
}
END_TEST

/* proves MLD-035 */
START_TEST(copies_that_wait_are_found_by_their_recipient)
{
	struct leg *held = PUT(.imdn = "1", .state = LEG_HELD,
	    .role = LEG_COPY, .hop = "smsc1", .bytes = 10);
	struct leg *ready = PUT(.imdn = "2", .state = LEG_READY,
	    .role = LEG_COPY, .hop = "smsc2", .bytes = 10);
	struct leg *sent = PUT(.imdn = "3", .state = LEG_SENT,
	    .role = LEG_COPY, .hop = "smsc1", .bytes = 10);
	struct leg *ucn = PUT(.imdn = "4", .state = LEG_HELD,
	    .role = LEG_UCN, .hop = "smsc1", .bytes = 10);

	drain();
	journal_copies(STRV(BOB), 0, 10, loaded, NULL);
	drain();
	ck_assert_uint_eq(got.n, 2);
	ck_assert_uint_eq(got.legs[0]->id, held->id);
	ck_assert_uint_eq(got.legs[1]->id, ready->id);
	ck_assert_int_eq(got.legs[0]->role, LEG_COPY);
	free_got();
	journal_copies(STRV(BOB), held->id, 10, loaded, NULL);
	drain();
	ck_assert_uint_eq(got.n, 1);
	free_got();
	journal_copies(STRV("tel:+1"), 0, 10, loaded, NULL);
	drain();
	ck_assert_uint_eq(got.n, 0);
	leg_free(held);
	leg_free(ready);
	leg_free(sent);
	leg_free(ucn);
}
END_TEST

static struct journal_ucn ucns[4];
static size_t n_ucns;

static void each_ucn(const struct journal_ucn *u)
{
	ck_assert(strv_eq(u->recipient, STRV(BOB)));
	ck_assert(u->sender.n > 0);
	ucns[n_ucns++] = *u;
}

START_TEST(notifications_that_wait_and_that_went_are_found_at_start)
{
	struct leg *old = PUT(.imdn = "1", .state = LEG_SENT,
	    .role = LEG_UCN, .bytes = 10);
	struct leg *waits = PUT(.imdn = "2", .state = LEG_HELD,
	    .role = LEG_UCN, .due = INT64_MAX - 1, .bytes = 10);
	struct leg *failed = PUT(.imdn = "3", .state = LEG_FAILED,
	    .role = LEG_UCN, .bytes = 10);
	struct leg *whole = PUT(.imdn = "4", .state = LEG_HELD, .bytes = 10);
	int64_t came = id_ms(old->message->id);

	drain();
	ck_assert_int_eq(journal_ucns(came, each_ucn), ERR_OK);
	ck_assert_uint_eq(n_ucns, 2);
	ck_assert(!ucns[0].waits && ucns[0].at == came);
	ck_assert(ucns[1].waits && ucns[1].at == INT64_MAX - 1);
	ck_assert_uint_eq(ucns[1].leg, waits->id);
	n_ucns = 0;
	ck_assert_int_eq(journal_ucns(came + 1000000, each_ucn), ERR_OK);
	ck_assert_uint_eq(n_ucns, 1);	/* what waits, whenever it came */
	leg_free(old);
	leg_free(waits);
	leg_free(failed);
	leg_free(whole);
}
END_TEST

START_TEST(the_length_of_a_text_and_the_wish_for_privacy_are_kept)
{
	struct message *m = a_message("1", 10);
	struct leg *l = a_leg(m, 1, BOB, LEG_HELD);

	m->text_chars = 4711;
	m->anonymous = true;
	journal_accept(m, &l, 1, accepted, NULL);
	drain();
	load(BOB, 0, 10);
	ck_assert_uint_eq(got.legs[0]->message->text_chars, 4711);
	ck_assert(got.legs[0]->message->anonymous);
	free_got();
	leg_free(l);
	message_unref(m);
}
END_TEST

/* --- a full disk ---------------------------------------------------------- */

#define START	INT64_C(1800000000000)

static void late(int64_t ms)
{
	now_freeze(START + ms);
	for (int i = 0; i < 3; i++)
		drain();
}

/* --- devices -------------------------------------------------------------- */

/* proves MLD-018 */
START_TEST(a_move_makes_one_leg_for_each_late_device)
{
	struct leg *l = PUT(.imdn = "1", .state = LEG_SENDING, .bytes = 10);

	drain();
	l->late = STRV("urn:x:1 urn:x:2");
	leg_move(l, LEG_SENT, ERR_OK);
	journal_move(l);
	journal_move(l);	/* written twice makes them once */
	drain();
	ck_assert_int_eq(number("SELECT count(*) FROM leg"), 3);
	ck_assert_int_eq(number("SELECT count(*) FROM leg WHERE state = 1 "
	    "AND due = 0 AND why = 'OFFLINE' AND recipient = hop AND "
	    "port = 'sip' AND device IN ('urn:x:1', 'urn:x:2')"), 2);
	ck_assert_int_eq(number("SELECT max(id) & 255 FROM leg"), 3);
	ck_assert_int_eq(number("SELECT count(*) FROM leg WHERE expires = "
	    "(SELECT min(expires) FROM leg)"), 3);
	leg_free(l);
}
END_TEST

START_TEST(a_missed_device_gets_one_leg)
{
	struct leg *l = PUT(.imdn = "1", .state = LEG_SENDING, .bytes = 10);
	struct journal_late late = { .message = l->message->id,
		.recipient = STRV(BOB), .hop = STRV(BOB), .port = "sip",
		.devices = STRV("urn:x:1"), .why = ERR_TIMEOUT, .due = 7,
		.expires = 99 };

	drain();
	journal_late(&late);
	journal_late(&late);
	late.message++;		/* there is no such message */
	journal_late(&late);
	drain();
	ck_assert_int_eq(number("SELECT count(*) FROM leg"), 2);
	ck_assert_int_eq(number("SELECT count(*) FROM leg WHERE due = 7 AND "
	    "expires = 99 AND why = 'TIMEOUT'"), 1);
	leg_free(l);
}
END_TEST

static const struct {
	const char *name, *online, *awaited;
	size_t n;		/* of the legs: for all, for 1, for 2 */
} online[] = {
	{ "nobody is there", "", NULL, 1 },
	{ "one", "urn:x:1", NULL, 2 },
	{ "both", "urn:x:2 urn:x:1", NULL, 3 },
	{ "the beginning of a name is none", "urn:x:11 urn:x", NULL, 1 },
	{ "a message falls back to nobody", "", "", 1 },
};

START_TEST(a_user_loads_what_is_for_the_devices_that_are_there)
{
	struct leg *l = PUT(.imdn = "1", .state = LEG_HELD, .bytes = 10);

	drain();
	l->late = STRV("urn:x:1 urn:x:2");
	journal_move(l);
	drain();
	journal_load_user(STRV(BOB), 0, strv(online[_i].online),
	    strv(online[_i].awaited), 10, loaded, NULL);
	drain();
	ck_assert_msg(got.n == online[_i].n, "%s: %zu", online[_i].name,
	    got.n);
	free_got();
	leg_free(l);
}
END_TEST

START_TEST(moves_that_a_full_disk_refused_are_written_later)
{
	struct leg *l[3];

	now_freeze(START);
	for (int i = 0; i < 3; i++)
		l[i] = PUT(.imdn = NULL, .state = LEG_READY);
	drain();
	faultfs_fail(0, SQLITE_FULL);
	for (int i = 0; i < 3; i++) {
		l[i]->state = LEG_SENT;
		journal_move(l[i]);
	}
	drain();
	for (int i = 0; i < 3; i++)
		ck_assert(journal_is_unsaved(l[i]->id));
	late(5000);
	ck_assert(journal_is_unsaved(l[0]->id));
	faultfs_heal();
	late(6000);
	for (int i = 0; i < 3; i++) {
		ck_assert(!journal_is_unsaved(l[i]->id));
		leg_free(l[i]);
	}
	ck_assert_int_eq(number("SELECT count(*) FROM leg WHERE state = 3"),
	    3);
	now_freeze(-1);
}
END_TEST

START_TEST(of_unsaved_moves_of_a_leg_the_newest_counts)
{
	struct leg *l = PUT(.imdn = NULL, .state = LEG_READY);

	now_freeze(START);
	drain();
	faultfs_fail(0, SQLITE_FULL);
	l->state = LEG_HELD;
	journal_move(l);
	drain();
	journal_move(l);	/* queued, and outdated before it runs */
	l->state = LEG_FAILED;
	journal_move(l);
	drain();
	faultfs_heal();
	late(1000);
	ck_assert_int_eq(number("SELECT state FROM leg"), LEG_FAILED);
	ck_assert(!journal_is_unsaved(l->id));
	leg_free(l);
	now_freeze(-1);
}
END_TEST

START_TEST(a_held_leg_that_was_saved_late_is_due)
{
	struct leg *l = PUT(.imdn = NULL, .state = LEG_READY);

	now_freeze(START);
	drain();
	faultfs_fail(0, SQLITE_FULL);
	l->state = LEG_HELD;
	l->due = 0;
	journal_move(l);
	drain();
	faultfs_heal();
	late(1000);
	journal_due(START, 10, due_found, NULL);
	drain();
	ck_assert_str_eq(hops.text, BOB " ");
	leg_free(l);
	now_freeze(-1);
}
END_TEST

START_TEST(an_early_leg_that_is_ready_again_late_is_held_and_due)
{
	struct message *m = a_message("early", 9);
	struct leg *l = a_leg(m, 1, BOB, LEG_READY);

	now_freeze(START);
	l->early = true;
	journal_accept(m, &l, 1, accepted, NULL);
	message_unref(m);
	drain();
	ck_assert_int_eq(number("SELECT state FROM leg"), LEG_SENDING);
	faultfs_fail(0, SQLITE_FULL);
	l->early = false;
	journal_move(l);
	drain();
	faultfs_heal();
	late(1000);
	ck_assert_int_eq(number("SELECT state FROM leg"), LEG_HELD);
	journal_due(START, 10, due_found, NULL);
	drain();
	ck_assert_str_eq(hops.text, BOB " ");
	leg_free(l);
	now_freeze(-1);
}
END_TEST

START_TEST(expired_legs_are_found)
{
	leg_free(PUT(.state = LEG_HELD, .expires = 100));
	leg_free(PUT(.state = LEG_READY, .expires = 50));
	leg_free(PUT(.state = LEG_HELD, .expires = 101));
	leg_free(PUT(.state = LEG_SENT, .expires = 10));
	journal_expired(100, 10, loaded, NULL);
	drain();
	ck_assert_uint_eq(got.n, 2);
	ck_assert_int_eq(got.legs[0]->expires, 50);
	ck_assert_int_eq(got.legs[1]->expires, 100);
	free_got();
}
END_TEST

START_TEST(legs_in_flight_are_held_and_due_after_a_kill)
{
	uint64_t id;
	int64_t n;
	struct leg *l;

	leg_free(PUT(.state = LEG_SENDING, .bytes = 3));
	leg_free(PUT(.state = LEG_READY, .bytes = 3));
	leg_free(PUT(.state = LEG_HELD, .bytes = 3));
	l = PUT(.state = LEG_DELIVERED);
	drain();
	open_dir((db_close_all(), scratch_crash(dir)));
	ck_assert_int_eq(journal_recover(&id, &n), ERR_OK);
	ck_assert_uint_eq(id, l->message->id);
	ck_assert_int_eq(n, 3);
	load(BOB, 0, 10);
	ck_assert_uint_eq(got.n, 3);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(got.legs[i]->state, LEG_HELD);
		ck_assert_int_eq(got.legs[i]->due > 0, i < 2);
	}
	free_got();
	journal_due(now_ms(), 10, due_found, NULL);
	drain();
	ck_assert_str_eq(hops.text, BOB " ");
	leg_free(l);
}
END_TEST

START_TEST(an_empty_store_recovers)
{
	uint64_t id = 1;
	int64_t n = 1;

	ck_assert_int_eq(journal_recover(&id, &n), ERR_OK);
	ck_assert_uint_eq(id, 0);
	ck_assert_int_eq(n, 0);
}
END_TEST

/* --- retention ------------------------------------------------------------ */

START_TEST(old_messages_go_with_their_files_but_open_ones_stay)
{
	char path[400];
	struct stat st;
	int64_t later;

	leg_free(PUT(.state = LEG_DELIVERED, .bytes = 100000));
	leg_free(PUT(.state = LEG_FAILED, .bytes = 100000));
	leg_free(PUT(.state = LEG_HELD, .bytes = 5));
	leg_free(PUT(.state = LEG_SENT, .bytes = 5));
	drain();
	ck_assert_int_eq(number("SELECT refs FROM file"), 2);
	(void)snprintf(path, sizeof(path), "%s/content", dir);
	ck_assert_int_eq(stat(path, &st), 0);
	later = now_ms() + 1000;
	journal_purge(later - 100000, later, 100);	/* nothing is that old */
	drain();
	ck_assert_int_eq(number("SELECT count(*) FROM message"), 4);
	journal_purge(later, later, 1);
	drain();
	ck_assert_int_eq(number("SELECT refs FROM file"), 1);
	journal_purge(later, later, 100);
	drain();
	drain();	/* the file goes after the commit */
	ck_assert_int_eq(number("SELECT count(*) FROM message"), 1);
	ck_assert_int_eq(number("SELECT count(*) FROM leg"), 1);
	ck_assert_int_eq(number("SELECT count(*) FROM file"), 0);
	(void)snprintf(path, sizeof(path),
	    "test -z \"$(find %s/content -type f)\"", dir);
	ck_assert_int_eq(system(path), 0);
}
END_TEST

/* proves MLD-033 */
START_TEST(what_a_notification_was_sent_about_stays_while_its_link_works)
{
	int64_t now = now_ms(), later = now + 1000, day = 86400000;

	leg_free(PUT(.state = LEG_SENT, .role = LEG_UCN, .expires = now));
	leg_free(PUT(.state = LEG_DELIVERED, .role = LEG_UCN_REPLACED,
	    .expires = now));
	leg_free(PUT(.state = LEG_FAILED, .role = LEG_UCN, .expires = now));
	leg_free(PUT(.state = LEG_SENT, .role = LEG_COPY, .expires = now));
	leg_free(PUT(.state = LEG_SENT, .role = LEG_UCN,
	    .expires = now + day));
	drain();
	journal_purge(later, now - day, 100);
	drain();
	ck_assert_int_eq(number("SELECT count(*) FROM message"), 3);
	journal_purge(later, later, 100);
	drain();
	ck_assert_int_eq(number("SELECT count(*) FROM message"), 1);
	ck_assert_int_eq(number("SELECT role FROM leg"), LEG_UCN);
}
END_TEST

START_TEST(a_content_that_comes_again_keeps_its_file)
{
	leg_free(PUT(.state = LEG_DELIVERED, .bytes = 100000));
	drain();
	journal_purge(now_ms() + 1000, now_ms() + 1000, 100);
	writer_drain();		/* committed, the file not removed yet */
	leg_free(PUT(.state = LEG_HELD, .bytes = 100000));
	loop_drain();
	drain();
	load(BOB, 0, 10);
	ck_assert_uint_eq(got.n, 1);
	ck_assert_uint_eq(got.legs[0]->message->content->bytes.n, 100000);
	free_got();
}
END_TEST

/* --- parts ---------------------------------------------------------------- */

static struct {
	int n;
	char text[400];
} parts;

static void part(const struct journal_part *p)
{
	size_t at = strlen(parts.text);

	parts.n++;
	(void)snprintf(parts.text + at, sizeof(parts.text) - at,
	    "%.*s/%u/%u/%u/%.*s/%d ", STRV_ARG(p->key), p->seq, p->total,
	    p->data_coding, STRV_ARG(p->bytes), (int)p->received);
}

static const char *parts_now(void)
{
	parts.n = 0;
	parts.text[0] = 0;
	ck_assert_int_eq(journal_parts_load(part), ERR_OK);
	return parts.text;
}

static int part_done;

static void part_added(enum err e, void *arg)
{
	(void)arg;
	part_done++;
	ck_assert_int_eq(e, ERR_OK);
}

static void add_part(const char *key, uint8_t seq, const char *bytes)
{
	struct journal_part p = { .key = strv(key), .seq = seq, .total = 3,
		.data_coding = 8, .bytes = strv(bytes), .received = 7 };

	journal_part_add(&p, part_added, NULL);
}

START_TEST(parts_survive_until_their_message_is_accepted)
{
	const char *crashed;

	add_part("k", 2, "two");
	add_part("k", 1, "one");
	add_part("other", 1, "x");
	drain();
	ck_assert_int_eq(part_done, 3);
	ck_assert_str_eq(parts_now(),
	    "k/1/3/8/one/7 k/2/3/8/two/7 other/1/3/8/x/7 ");
	add_part("k", 2, "again");
	drain();
	ck_assert_str_eq(parts_now(),
	    "k/1/3/8/one/7 k/2/3/8/again/7 other/1/3/8/x/7 ");

	journal_parts_drop(STRV("k"));
	leg_free(PUT(.state = LEG_HELD));
	writer_drain();
	/* in one transaction: there is no moment with both or with none */
	crashed = scratch_crash(dir);
	loop_drain();
	db_close_all();
	open_dir(crashed);
	ck_assert_str_eq(parts_now(), "other/1/3/8/x/7 ");
	ck_assert_int_eq(number("SELECT count(*) FROM leg"), 1);
}
END_TEST

START_TEST(a_message_that_is_not_stored_keeps_its_parts)
{
	add_part("k", 1, "one");
	drain();
	faultfs_fail(0, SQLITE_FULL);
	journal_parts_drop(STRV("k"));
	leg_free(PUT(.state = LEG_HELD));
	drain();
	faultfs_heal();
	ck_assert_int_eq(last.err, ERR_STORAGE);
	ck_assert_str_eq(parts_now(), "k/1/3/8/one/7 ");
}
END_TEST

START_TEST(parts_can_be_dropped_without_a_message)
{
	add_part("k", 1, "one");
	add_part("l", 1, "one");
	journal_parts_drop(STRV("k"));
	journal_parts_drop(STRV("l"));
	loop_drain();
	drain();
	ck_assert_str_eq(parts_now(), "");
}
END_TEST

/* --- in numbers ----------------------------------------------------------- */

static void fill(int n, enum leg_state state, size_t bytes)
{
	char hop[40];

	for (int i = 0; i < n; i++) {
		(void)snprintf(hop, sizeof(hop), "tel:+1555%07d", i % 100000);
		leg_free(PUT(.hop = hop, .state = state, .bytes = bytes,
		    .expires = now_ms() + 1000000));
		while (writer_busy()) {
			loop_drain();
			(void)sched_yield();
		}
	}
}

START_TEST(a_hundred_thousand_legs_recover_quickly)
{
	uint64_t id;
	int64_t n, began;

	writer_start();
	fill(100000, LEG_SENDING, 20);
	writer_stop();
	loop_drain();
	began = now_us();
	ck_assert_int_eq(journal_recover(&id, &n), ERR_OK);
	fprintf(stderr, "recover: 100000 in flight in %.0f ms\n",
	    (double)(now_us() - began) / 1000);
	ck_assert_int_eq(n, 100000);
}
END_TEST

/* The rate is printed, not judged. */
START_TEST(messages_are_accepted_at_some_rate)
{
	static const struct {
		const char *name;
		enum leg_state state;
	} rows[] = { { "offline", LEG_HELD }, { "online", LEG_SENDING } };
	int n = 50000;
	int64_t began;

	writer_start();
	began = now_us();
	fill(n, rows[_i].state, 300);
	writer_stop();
	loop_drain();
	fprintf(stderr, "accept %s: %.0f/s\n", rows[_i].name,
	    n * 1e6 / (double)(now_us() - began));
	ck_assert_int_eq(last.calls, n);
	ck_assert_int_eq(number("SELECT count(*) FROM leg"), n);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("journal");
	TCase *tc = tcase_create("acceptance");

	tcase_add_checked_fixture(tc, setup, db_close_all);
	tcase_add_test(tc, nothing_is_answered_before_the_commit);
	tcase_add_test(tc, what_was_stored_comes_back_whole);
	tcase_add_loop_test(tc, a_large_content_lives_in_a_file, 0, 5);
	tcase_add_test(tc, a_lost_content_is_not_delivered_but_expires);
	tcase_add_test(tc,
	    a_duplicate_gets_the_first_answer_and_writes_nothing);
	tcase_add_test(tc,
	    other_senders_recipients_and_old_ones_are_no_duplicates);
	tcase_add_test(tc, a_race_of_duplicates_has_one_winner);
	tcase_add_loop_test(tc, a_full_disk_stores_nothing_and_says_so, 0, 5);
	tcase_add_test(tc, a_kill_before_the_commit_loses_it_and_after_keeps_it);
	suite_add_tcase(s, tc);

	tc = tcase_create("moves");
	tcase_add_checked_fixture(tc, setup, db_close_all);
	tcase_add_test(tc, a_move_is_written_whole);
	tcase_add_rows(tc, a_report_that_came_first_is_not_undone, races);
	suite_add_tcase(s, tc);

	tc = tcase_create("waiting");
	tcase_add_checked_fixture(tc, setup, db_close_all);
	tcase_add_test(tc,
	    an_early_leg_is_under_way_on_disk_until_it_waits);
	tcase_add_test(tc, legs_are_loaded_oldest_first_in_pieces);
	tcase_add_test(tc, hops_with_a_due_leg_are_found_once);
	tcase_add_test(tc, no_more_legs_are_due_than_asked_for);
	tcase_add_test(tc,
	    a_leg_due_far_ahead_is_due_since_the_clock_was_set_back);
	tcase_add_test(tc, a_hop_at_rest_has_no_due_legs);
	tcase_add_test(tc, a_hop_comes_to_rest_in_steps);
	tcase_add_test(tc, legs_due_later_are_not_loaded);
	tcase_add_test(tc, a_move_makes_one_leg_for_each_late_device);
	tcase_add_test(tc, a_missed_device_gets_one_leg);
	tcase_add_test(tc,
	    who_gets_the_message_after_its_notification_has_it_replaced);
	tcase_add_test(tc,
	    a_device_has_one_leg_for_the_message_and_one_for_its_notification);
	tcase_add_test(tc,
	    notifications_that_wait_and_that_went_are_found_at_start);
	tcase_add_test(tc, the_length_of_a_text_and_the_wish_for_privacy_are_kept);
	tcase_add_test(tc, copies_that_wait_are_found_by_their_recipient);
	tcase_add_rows(tc,
	    a_user_loads_what_is_for_the_devices_that_are_there, online);
	tcase_add_test(tc, moves_that_a_full_disk_refused_are_written_later);
	tcase_add_test(tc, of_unsaved_moves_of_a_leg_the_newest_counts);
	tcase_add_test(tc, a_held_leg_that_was_saved_late_is_due);
	tcase_add_test(tc,
	    an_early_leg_that_is_ready_again_late_is_held_and_due);
	tcase_add_test(tc, expired_legs_are_found);
	tcase_add_test(tc, legs_in_flight_are_held_and_due_after_a_kill);
	tcase_add_test(tc, an_empty_store_recovers);
	suite_add_tcase(s, tc);

	tc = tcase_create("retention");
	tcase_add_checked_fixture(tc, setup, db_close_all);
	tcase_add_test(tc, old_messages_go_with_their_files_but_open_ones_stay);
	tcase_add_test(tc,
	    what_a_notification_was_sent_about_stays_while_its_link_works);
	tcase_add_test(tc, a_content_that_comes_again_keeps_its_file);
	suite_add_tcase(s, tc);

	tc = tcase_create("parts");
	tcase_add_checked_fixture(tc, setup, db_close_all);
	tcase_add_test(tc, parts_survive_until_their_message_is_accepted);
	tcase_add_test(tc, a_message_that_is_not_stored_keeps_its_parts);
	tcase_add_test(tc, parts_can_be_dropped_without_a_message);
	suite_add_tcase(s, tc);

	tc = tcase_create("numbers");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, db_close_all);
	tcase_add_test(tc, a_hundred_thousand_legs_recover_quickly);
	tcase_add_loop_test(tc, messages_are_accepted_at_some_rate, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
