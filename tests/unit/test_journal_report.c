/* test_journal_report.c - store/journal.h: exactly one report of a kind. */

#include <sqlite3.h>

#include "base/id.h"
#include "base/now.h"
#include "core/content.h"
#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "loop/loop.h"
#include "runner.h"
#include "store/db.h"
#include "store/journal.h"
#include "store/recent.h"
#include "store/writer.h"

#define ALICE	"sip:alice@example.org"
#define BOB	"tel:+15550100002"
#define ALL	(WANTS_DELIVERED | WANTS_FAILED | WANTS_DISPLAYED)
#define HOLD	1000

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

static struct message *original;	/* the newest */
static uint64_t legs[4];

static void stored(enum err e, const struct journal_accepted *a, void *arg)
{
	(void)arg;
	ck_assert_int_eq(e, ERR_OK);
	ck_assert(!a->duplicate);
}

struct want {
	const char *imdn;
	unsigned wants;
	enum leg_state states[4];
	size_t n;		/* legs, all to Bob; 0: one */
	const char *ref;
	bool from_sms;
	enum leg_role role;
	const char *device;
};

/* Alice's message to Bob, or one of Bob's phone to Alice. */
static void put(const struct want *w)
{
	struct leg *l[4];
	struct message *m = message_new();
	size_t n = w->n ? w->n : 1;

	m->id = id_new();
	m->wants = w->wants;
	m->from = STRV(ALICE);
	m->to = STRV(BOB);
	m->device = STRV("urn:alice-1");
	m->conversation = STRV("conv");
	m->contribution = STRV("contrib");
	m->imdn_id = strv(w->imdn ? w->imdn : "id-1");
	m->content = content_new(STRV("text/plain"), STRV_NONE, STRV("hi"));
	m->received = 500;
	m->in = "sip";
	if (w->from_sms) {
		m->origin = FROM_NETWORK;
		m->in = "sms";
		m->device = STRV_NONE;
		m->service = STRV("sms;via=smsc1;acct=x");
	}
	for (size_t i = 0; i < n; i++) {
		l[i] = leg_new(m, (unsigned)i + 1);
		l[i]->state = w->states[i];
		l[i]->port = w->ref ? "sms" : "sip";
		l[i]->recipient = STRV(BOB);
		l[i]->hop = w->ref ? STRV("smsc1") : STRV(BOB);
		l[i]->ref = strv(w->ref);
		l[i]->role = w->role;
		l[i]->device = strv(w->device);
		l[i]->expires = INT64_MAX;
		legs[i] = l[i]->id;
	}
	journal_accept(m, l, n, stored, NULL);
	drain();
	for (size_t i = 0; i < n; i++)
		leg_free(l[i]);
	message_unref(original);
	original = m;
}
#define PUT(...) put(&(struct want){ __VA_ARGS__ })

static struct {
	int calls;
	enum err err;
	struct journal_reported r;
} got;

static void forget(void)
{
	for (size_t i = 0; i < got.r.n; i++)
		leg_free(got.r.legs[i]);
	got.r.n = 0;
}

static void reported(enum err e, struct journal_reported *r, void *arg)
{
	(void)arg;
	forget();
	got.calls++;
	got.err = e;
	got.r = *r;
}

static void finish(void)
{
	forget();
	message_unref(original);
	original = NULL;
	db_close_all();
}

static void ask(struct journal_report *r)
{
	if (r->ids[0] == 0) {
		r->ids[0] = id_new();
		r->ids[1] = id_new();
	}
	r->now = 2000;
	r->hold = HOLD;
	journal_report(r, reported, NULL);
}

static const enum leg_state after[] = {
	[STATUS_DELIVERED] = LEG_DELIVERED, [STATUS_DISPLAYED] = LEG_DISPLAYED,
	[STATUS_INTERWORKED] = LEG_SENT, [STATUS_FAILED] = LEG_FAILED,
	[STATUS_FORBIDDEN] = LEG_FAILED, [STATUS_ERROR] = LEG_FAILED
};

/* What a device of Bob says of the newest message. */
static enum journal_verdict imdn(enum report_status status)
{
	struct journal_report r = { .find = FIND_IMDN,
		.recipient = STRV(BOB), .sender = STRV(ALICE),
		.imdn_id = original->imdn_id, .status = status,
		.state = after[status] };

	ask(&r);
	drain();
	ck_assert_int_eq(got.err, ERR_OK);
	return got.r.verdict;
}

static enum journal_verdict of_leg(int i, enum report_status status)
{
	struct journal_report r = { .find = FIND_LEG, .leg = legs[i],
		.status = status, .state = after[status],
		.why = ERR_REJECTED };

	ask(&r);
	drain();
	ck_assert_int_eq(got.err, ERR_OK);
	return got.r.verdict;
}

static int64_t state_of(int i)
{
	struct stmt *s = stmt(db_reader(DB_STORE),
	    "SELECT state FROM leg WHERE id = ?");
	int64_t v;

	stmt_int(s, (int64_t)legs[i]);
	v = stmt_row(s) ? col_int(s) : -1;
	ck_assert_int_eq(stmt_end(s), ERR_OK);
	return v;
}

/* --- tables --------------------------------------------------------------- */

static const struct {
	const char *name;
	unsigned wants;
	enum leg_state from;
	enum report_status status;
	enum journal_verdict verdict;
	enum leg_state to;
	size_t made;
} rows[] = {
	{ "delivered as asked", ALL, LEG_SENT, STATUS_DELIVERED,
	  REPORT_OWED, LEG_DELIVERED, 1 },
	{ "delivered, not asked for", WANTS_DISPLAYED, LEG_SENT,
	  STATUS_DELIVERED, REPORT_NOTED, LEG_DELIVERED, 0 },
	{ "delivered, nothing asked for", 0, LEG_SENT, STATUS_DELIVERED,
	  REPORT_NOTED, LEG_DELIVERED, 0 },
	{ "delivered before the answer", ALL, LEG_SENDING, STATUS_DELIVERED,
	  REPORT_OWED, LEG_DELIVERED, 1 },
	{ "displayed brings delivered", ALL, LEG_SENT, STATUS_DISPLAYED,
	  REPORT_OWED, LEG_DISPLAYED, 2 },
	{ "displayed alone", WANTS_DISPLAYED, LEG_DELIVERED,
	  STATUS_DISPLAYED, REPORT_OWED, LEG_DISPLAYED, 1 },
	{ "displayed, only delivered asked for", WANTS_DELIVERED, LEG_SENT,
	  STATUS_DISPLAYED, REPORT_OWED, LEG_DISPLAYED, 1 },
	{ "displayed, not asked for", WANTS_FAILED, LEG_SENT,
	  STATUS_DISPLAYED, REPORT_NOTED, LEG_DISPLAYED, 0 },
	{ "failed as asked", ALL, LEG_SENT, STATUS_FAILED, REPORT_OWED,
	  LEG_FAILED, 1 },
	{ "failed, not asked for", WANTS_DELIVERED, LEG_SENT, STATUS_FAILED,
	  REPORT_NOTED, LEG_FAILED, 0 },
	{ "forbidden is a failure", WANTS_FAILED, LEG_SENT,
	  STATUS_FORBIDDEN, REPORT_OWED, LEG_FAILED, 1 },
	{ "failed after delivered", ALL, LEG_DELIVERED, STATUS_FAILED,
	  REPORT_REPEATED, LEG_DELIVERED, 0 },
	{ "failed of a held leg", ALL, LEG_HELD, STATUS_FAILED, REPORT_OWED,
	  LEG_FAILED, 1 },
	{ "interworked as asked", ALL | WANTS_INTERWORKED, LEG_SENDING,
	  STATUS_INTERWORKED, REPORT_OWED, LEG_SENT, 1 },
	{ "interworked, not asked for", ALL, LEG_SENDING,
	  STATUS_INTERWORKED, REPORT_NOTED, LEG_SENT, 0 },
	{ "nothing new", 0, LEG_DELIVERED, STATUS_DELIVERED,
	  REPORT_REPEATED, LEG_DELIVERED, 0 },
};

START_TEST(a_report_moves_the_leg_and_is_made_if_asked_for)
{
	PUT(.wants = rows[_i].wants, .states = { rows[_i].from });
	ck_assert_msg(of_leg(0, rows[_i].status) == rows[_i].verdict,
	    "%s: verdict %d", rows[_i].name, got.r.verdict);
	ck_assert_msg(state_of(0) == rows[_i].to, "%s: state %d",
	    rows[_i].name, (int)state_of(0));
	ck_assert_msg(got.r.n == rows[_i].made, "%s: %zu made",
	    rows[_i].name, got.r.n);
	ck_assert_int_eq(number("SELECT count(*) FROM report"),
	    (int)rows[_i].made);
	ck_assert_int_eq(number("SELECT count(*) FROM message"),
	    (int)rows[_i].made + 1);
	ck_assert_int_eq(number("SELECT count(*) FROM leg"),
	    (int)rows[_i].made + 1);
}
END_TEST

/* --- once ----------------------------------------------------------------- */

START_TEST(each_kind_is_reported_once)
{
	PUT(.wants = ALL, .states = { LEG_SENT });
	ck_assert_int_eq(imdn(STATUS_DELIVERED), REPORT_OWED);
	ck_assert_int_eq(imdn(STATUS_DELIVERED), REPORT_REPEATED);
	ck_assert_int_eq(imdn(STATUS_DISPLAYED), REPORT_OWED);
	ck_assert_uint_eq(got.r.n, 1);
	ck_assert_int_eq(got.r.legs[0]->message->report.status,
	    STATUS_DISPLAYED);
	ck_assert_int_eq(imdn(STATUS_DISPLAYED), REPORT_REPEATED);
	ck_assert_int_eq(imdn(STATUS_DELIVERED), REPORT_REPEATED);
	ck_assert_int_eq(imdn(STATUS_FAILED), REPORT_REPEATED);
	ck_assert_int_eq(number("SELECT count(*) FROM message"), 3);
}
END_TEST

START_TEST(delivered_after_displayed_is_a_repetition)
{
	PUT(.wants = ALL, .states = { LEG_SENT });
	ck_assert_int_eq(imdn(STATUS_DISPLAYED), REPORT_OWED);
	ck_assert_uint_eq(got.r.n, 2);
	ck_assert_int_eq(imdn(STATUS_DELIVERED), REPORT_REPEATED);
}
END_TEST

/* five devices, or five receipts, in one batch */
START_TEST(of_reports_at_the_same_time_one_wins)
{
	int owed = 0;

	PUT(.wants = ALL, .states = { LEG_SENT });
	for (int i = 0; i < 5; i++) {
		struct journal_report r = { .find = FIND_LEG,
			.leg = legs[0], .status = STATUS_DELIVERED,
			.state = LEG_DELIVERED };

		ask(&r);
	}
	writer_drain();
	loop_drain();
	ck_assert_int_eq(got.calls, 5);
	owed += (int)number("SELECT count(*) FROM report");
	ck_assert_int_eq(owed, 1);
	ck_assert_int_eq(number("SELECT count(*) FROM message "
	    "WHERE kind = 3"), 1);
	ck_assert_int_eq(got.r.verdict, REPORT_REPEATED);
}
END_TEST

START_TEST(a_kill_neither_loses_nor_doubles_the_report)
{
	const char *before, *later;

	PUT(.wants = ALL, .states = { LEG_SENT });
	before = scratch_crash(dir);
	ck_assert_int_eq(imdn(STATUS_DELIVERED), REPORT_OWED);
	later = scratch_crash(dir);
	db_close_all();
	open_dir(before);
	ck_assert_int_eq(imdn(STATUS_DELIVERED), REPORT_OWED);
	db_close_all();
	open_dir(later);
	ck_assert_int_eq(number("SELECT count(*) FROM leg WHERE state = 0"),
	    1);
	ck_assert_int_eq(imdn(STATUS_DELIVERED), REPORT_REPEATED);
}
END_TEST

START_TEST(a_full_disk_reports_nothing_and_may_be_asked_again)
{
	struct journal_report r = { .find = FIND_LEG,
		.status = STATUS_DISPLAYED, .state = LEG_DISPLAYED };

	PUT(.wants = ALL, .states = { LEG_SENT });
	r.leg = legs[0];
	faultfs_fail(_i, SQLITE_FULL);
	ask(&r);
	drain();
	ck_assert_int_eq(got.err, ERR_STORAGE);
	ck_assert_uint_eq(got.r.n, 0);
	faultfs_heal();
	ck_assert_int_eq(number("SELECT count(*) FROM report"), 0);
	ck_assert_int_eq(state_of(0), LEG_SENT);
	ck_assert_int_eq(of_leg(0, STATUS_DISPLAYED), REPORT_OWED);
	ck_assert_uint_eq(got.r.n, 2);
}
END_TEST

/* --- several legs --------------------------------------------------------- */

START_TEST(a_failure_waits_for_the_other_legs)
{
	PUT(.wants = ALL, .n = 3,
	    .states = { LEG_SENT, LEG_HELD, LEG_FAILED });
	ck_assert_int_eq(of_leg(0, STATUS_FAILED), REPORT_NOTED);
	ck_assert_int_eq(state_of(0), LEG_FAILED);
	ck_assert_int_eq(of_leg(1, STATUS_FAILED), REPORT_OWED);
	ck_assert_int_eq(got.r.legs[0]->message->report.status,
	    STATUS_FAILED);
}
END_TEST

START_TEST(a_failure_beside_a_success_is_swallowed)
{
	static const enum leg_state other[] = {
		LEG_SENT, LEG_DELIVERED, LEG_DISPLAYED, LEG_SENDING, LEG_READY
	};

	PUT(.wants = WANTS_FAILED, .n = 2, .states = { LEG_SENT, other[_i] });
	ck_assert_int_eq(of_leg(0, STATUS_FAILED), REPORT_NOTED);
	ck_assert_int_eq(number("SELECT count(*) FROM report"), 0);
}
END_TEST

START_TEST(two_legs_that_deliver_make_one_report)
{
	PUT(.wants = ALL, .n = 2, .states = { LEG_SENT, LEG_SENT });
	ck_assert_int_eq(of_leg(0, STATUS_DELIVERED), REPORT_OWED);
	ck_assert_int_eq(of_leg(1, STATUS_DELIVERED), REPORT_NOTED);
	ck_assert_int_eq(state_of(1), LEG_DELIVERED);
}
END_TEST

/* --- find ----------------------------------------------------------------- */

static enum journal_verdict by_ref(const char *port, const char *hop,
    const char *one, const char *two, struct strv recipient)
{
	struct strv refs[] = { strv(one), strv(two) };
	struct journal_report r = { .find = FIND_REF, .port = port,
		.hop = strv(hop), .refs = refs, .nrefs = two ? 2 : 1,
		.recipient = recipient, .status = STATUS_DELIVERED,
		.state = LEG_DELIVERED };

	ask(&r);
	drain();
	return got.r.verdict;
}

START_TEST(a_receipt_finds_its_leg_by_any_spelling)
{
	PUT(.imdn = "1", .wants = ALL, .states = { LEG_SENT }, .ref = "2a");
	ck_assert_int_eq(by_ref("sms", "smsc1", "zz", "2a", STRV(BOB)),
	    REPORT_OWED);
	ck_assert_uint_eq(got.r.leg, legs[0]);
	ck_assert_int_eq(got.r.kind, MESSAGE_TEXT);
}
END_TEST

/* An SMS that did not reach the phone: its device waits for the message. */
static const struct {
	const char *name, *device, *user_port;
	enum leg_role role;
	enum leg_state state;
	bool again;
} copies[] = {
	{ "a copy", "urn:x:1", "sip", LEG_COPY, LEG_SENT, true },
	{ "one for a phone that never registers", NULL, "sip", LEG_COPY,
	  LEG_SENT, false },
	{ "a notification", "urn:x:1", "sip", LEG_UCN, LEG_SENT, false },
	{ "not asked for", "urn:x:1", NULL, LEG_COPY, LEG_SENT, false },
	{ "it had arrived", "urn:x:1", "sip", LEG_COPY, LEG_DELIVERED,
	  false },
};

/* proves MLD-028 */
START_TEST(a_copy_that_failed_waits_for_its_device)
{
	struct strv ref = STRV("2a");
	struct journal_report r = { .find = FIND_REF, .port = "sms",
		.hop = STRV("smsc1"), .refs = &ref, .nrefs = 1,
		.status = STATUS_FAILED, .state = LEG_FAILED,
		.why = ERR_EXPIRED, .user_port = copies[_i].user_port };

	PUT(.wants = ALL, .states = { copies[_i].state }, .ref = "2a",
	    .role = copies[_i].role, .device = copies[_i].device);
	ask(&r);
	drain();
	ck_assert_msg(got.r.again == copies[_i].again, "%s", copies[_i].name);
	ck_assert_int_eq(got.r.role, copies[_i].role);
	ck_assert_int_eq(got.r.verdict, copies[_i].again ? REPORT_NOTED :
	    copies[_i].state == LEG_SENT ? REPORT_OWED : REPORT_REPEATED);
	ck_assert_int_eq(number("SELECT count(*) FROM leg WHERE state = 1 "
	    "AND role = 0 AND due = 0 AND port = 'sip' AND hop = recipient "
	    "AND ref IS NULL AND device = 'urn:x:1'"), copies[_i].again);
}
END_TEST

START_TEST(a_receipt_of_another_link_port_or_number_finds_nothing)
{
	PUT(.wants = ALL, .states = { LEG_SENT }, .ref = "2a");
	ck_assert_int_eq(by_ref("sms", "smsc2", "2a", NULL, STRV_NONE),
	    REPORT_UNKNOWN);
	ck_assert_int_eq(by_ref("sip", "smsc1", "2a", NULL, STRV_NONE),
	    REPORT_UNKNOWN);
	ck_assert_int_eq(by_ref("sms", "smsc1", "2a", NULL, STRV("tel:+1")),
	    REPORT_UNKNOWN);
	ck_assert_int_eq(by_ref("sms", "smsc1", "2b", NULL, STRV_NONE),
	    REPORT_UNKNOWN);
	ck_assert_int_eq(state_of(0), LEG_SENT);
	ck_assert_int_eq(by_ref("sms", "smsc1", "2a", NULL, STRV_NONE),
	    REPORT_OWED);
}
END_TEST

START_TEST(of_two_messages_with_one_ref_the_newer_is_meant)
{
	PUT(.imdn = "1", .wants = ALL, .states = { LEG_SENT }, .ref = "1");
	PUT(.imdn = "2", .wants = ALL, .states = { LEG_SENT }, .ref = "1");
	ck_assert_int_eq(by_ref("sms", "smsc1", "1", NULL, STRV(BOB)),
	    REPORT_OWED);
	ck_assert_uint_eq(got.r.leg, legs[0]);
	ck_assert(strv_eq(got.r.legs[0]->message->report.imdn_id, STRV("2")));
}
END_TEST

START_TEST(an_unknown_message_is_said_to_be_unknown)
{
	struct journal_report r = { .find = FIND_IMDN,
		.recipient = STRV(BOB), .sender = STRV(ALICE),
		.imdn_id = STRV("never"), .status = STATUS_DELIVERED };

	PUT(.wants = ALL, .states = { LEG_SENT });
	ask(&r);
	drain();
	ck_assert_int_eq(got.err, ERR_OK);
	ck_assert_int_eq(got.r.verdict, REPORT_UNKNOWN);
	/* nobody reports for others, nor to another than the sender */
	r.imdn_id = original->imdn_id;
	r.recipient = STRV("sip:mallory@example.org");
	ask(&r);
	drain();
	ck_assert_int_eq(got.r.verdict, REPORT_UNKNOWN);
	r.recipient = STRV(BOB);
	r.sender = STRV("sip:mallory@example.org");
	ask(&r);
	drain();
	ck_assert_int_eq(got.r.verdict, REPORT_UNKNOWN);
	r.find = FIND_LEG;
	ask(&r);
	drain();
	ck_assert_int_eq(got.r.verdict, REPORT_UNKNOWN);
}
END_TEST

/* --- the report itself ---------------------------------------------------- */

START_TEST(the_report_goes_to_the_device_that_sent)
{
	const struct message *m;
	const struct leg *l;

	PUT(.wants = ALL, .states = { LEG_SENT }, .ref = "1");
	ck_assert_int_eq(by_ref("sms", "smsc1", "1", NULL, STRV(BOB)),
	    REPORT_OWED);
	l = got.r.legs[0];
	m = l->message;
	ck_assert_int_eq(m->kind, MESSAGE_REPORT);
	ck_assert(strv_eq(m->from, STRV(BOB)));
	ck_assert(strv_eq(m->to, STRV(ALICE)));
	ck_assert(strv_eq(m->conversation, STRV("conv")));
	ck_assert_str_eq(m->in, "sip");
	ck_assert_ptr_null(m->content);
	ck_assert_uint_eq(m->wants, 0);
	ck_assert_uint_eq(m->report.of, original->id);
	ck_assert_int_eq(m->report.kind, REPORT_DELIVERY);
	ck_assert_int_eq(m->report.status, STATUS_DELIVERED);
	ck_assert(strv_eq(m->report.imdn_id, STRV("id-1")));
	ck_assert(strv_eq(m->report.recipient, STRV(BOB)));
	ck_assert_int_eq(m->report.sent, 500);
	ck_assert_int_eq(m->received, 2000);
	ck_assert_int_eq(m->expires, 2000 + HOLD);
	ck_assert_int_eq(l->state, LEG_READY);
	ck_assert_str_eq(l->port, "sip");
	ck_assert(strv_eq(l->hop, STRV(ALICE)));
	ck_assert(strv_eq(l->recipient, STRV(ALICE)));
	ck_assert(strv_eq(l->device, STRV("urn:alice-1")));
	ck_assert_int_eq(l->expires, 2000 + HOLD);
	ck_assert_int_eq(number("SELECT expires FROM leg WHERE state = 0"),
	    2000 + HOLD);
}
END_TEST

START_TEST(a_report_on_a_short_message_goes_back_by_its_link)
{
	PUT(.wants = ALL, .states = { LEG_SENT }, .from_sms = true);
	ck_assert_int_eq(imdn(STATUS_DELIVERED), REPORT_OWED);
	ck_assert_str_eq(got.r.legs[0]->port, "sms");
	ck_assert(strv_eq(got.r.legs[0]->hop, STRV("smsc1")));
	ck_assert_ptr_null(got.r.legs[0]->device.p);
}
END_TEST

static struct message *a_form(enum report_kind kind)
{
	struct message *f = message_new();

	f->kind = MESSAGE_REPORT;
	f->conversation = STRV("conv-form");
	f->contribution = STRV("contrib-form");
	f->imdn_id = STRV("imdn-of-the-form");
	f->headers = STRV("X: y\r\n");
	f->content = content_new(STRV("message/imdn+xml"), STRV("deflate"),
	    STRV("<imdn/>"));
	f->report.kind = kind;
	f->hops = 3;
	return f;
}

START_TEST(the_form_of_the_client_is_passed_on)
{
	struct message *form = a_form(REPORT_DISPLAY);
	struct journal_report r = { .find = FIND_IMDN,
		.recipient = STRV(BOB), .sender = STRV(ALICE),
		.imdn_id = STRV("id-1"), .status = STATUS_DISPLAYED,
		.state = LEG_DISPLAYED, .form = form };
	const struct message *m;

	PUT(.wants = ALL, .states = { LEG_SENT });
	ask(&r);
	drain();
	ck_assert_uint_eq(got.r.n, 2);
	/* the delivery that it brings is ours to write */
	m = got.r.legs[0]->message;
	ck_assert_int_eq(m->report.kind, REPORT_DELIVERY);
	ck_assert_int_eq(m->report.status, STATUS_DELIVERED);
	ck_assert_ptr_null(m->content);
	ck_assert(strv_eq(m->conversation, STRV("conv")));
	m = got.r.legs[1]->message;
	ck_assert_int_eq(m->report.kind, REPORT_DISPLAY);
	ck_assert_ptr_eq(m->content, form->content);
	ck_assert(strv_eq(m->conversation, STRV("conv-form")));
	ck_assert(strv_eq(m->contribution, STRV("contrib-form")));
	ck_assert(strv_eq(m->imdn_id, STRV("imdn-of-the-form")));
	ck_assert(strv_eq(m->headers, STRV("X: y\r\n")));
	ck_assert_uint_eq(m->hops, 3);
	ck_assert_uint_lt(got.r.legs[0]->id, got.r.legs[1]->id);
	message_unref(form);
	ck_assert(strv_eq(m->content->bytes, STRV("<imdn/>")));
	ck_assert_int_eq(number("SELECT count(*) FROM message "
	    "WHERE body = CAST('<imdn/>' AS BLOB)"), 1);
}
END_TEST

START_TEST(an_error_of_the_display_is_no_failed_delivery)
{
	struct message *form = a_form(REPORT_DISPLAY);
	struct journal_report r = { .find = FIND_IMDN,
		.recipient = STRV(BOB), .sender = STRV(ALICE),
		.imdn_id = STRV("id-1"), .status = STATUS_FORBIDDEN,
		.state = LEG_DELIVERED, .form = form };

	PUT(.wants = ALL, .states = { LEG_DELIVERED });
	ask(&r);
	drain();
	ck_assert_int_eq(got.r.verdict, REPORT_OWED);
	ck_assert_int_eq(got.r.legs[0]->message->report.kind, REPORT_DISPLAY);
	ck_assert_int_eq(state_of(0), LEG_DELIVERED);
	message_unref(form);
}
END_TEST

START_TEST(a_report_is_found_by_its_names_at_once)
{
	uint64_t ids[RECENT_MAX], from;

	PUT(.wants = ALL, .states = { LEG_SENT });
	ck_assert_int_eq(imdn(STATUS_DELIVERED), REPORT_OWED);
	ck_assert_uint_eq(recent_find(STRV("conv"), STRV_NONE, STRV_NONE,
	    UINT64_MAX, ids, &from), 2);
	ck_assert_uint_eq(ids[0], got.r.legs[0]->message->id);
	ck_assert_uint_eq(ids[1], original->id);
	ck_assert_uint_eq(recent_find(STRV_NONE, STRV(ALICE), STRV_NONE,
	    UINT64_MAX, ids, &from), 2);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("journal reports");
	TCase *tc = tcase_create("table");

	tcase_add_checked_fixture(tc, setup, finish);
	tcase_add_rows(tc, a_report_moves_the_leg_and_is_made_if_asked_for,
	    rows);
	suite_add_tcase(s, tc);

	tc = tcase_create("once");
	tcase_add_checked_fixture(tc, setup, finish);
	tcase_add_test(tc, each_kind_is_reported_once);
	tcase_add_test(tc, delivered_after_displayed_is_a_repetition);
	tcase_add_test(tc, of_reports_at_the_same_time_one_wins);
	tcase_add_test(tc, a_kill_neither_loses_nor_doubles_the_report);
	tcase_add_loop_test(tc,
	    a_full_disk_reports_nothing_and_may_be_asked_again, 0, 3);
	tcase_add_test(tc, a_failure_waits_for_the_other_legs);
	tcase_add_loop_test(tc, a_failure_beside_a_success_is_swallowed, 0, 5);
	tcase_add_test(tc, two_legs_that_deliver_make_one_report);
	suite_add_tcase(s, tc);

	tc = tcase_create("find");
	tcase_add_checked_fixture(tc, setup, finish);
	tcase_add_test(tc, a_receipt_finds_its_leg_by_any_spelling);
	tcase_add_loop_test(tc, a_copy_that_failed_waits_for_its_device, 0,
	    sizeof(copies) / sizeof(*copies));
	tcase_add_test(tc,
	    a_receipt_of_another_link_port_or_number_finds_nothing);
	tcase_add_test(tc, of_two_messages_with_one_ref_the_newer_is_meant);
	tcase_add_test(tc, an_unknown_message_is_said_to_be_unknown);
	tcase_add_test(tc, a_report_is_found_by_its_names_at_once);
	suite_add_tcase(s, tc);

	tc = tcase_create("form");
	tcase_add_checked_fixture(tc, setup, finish);
	tcase_add_test(tc, the_report_goes_to_the_device_that_sent);
	tcase_add_test(tc, a_report_on_a_short_message_goes_back_by_its_link);
	tcase_add_test(tc, the_form_of_the_client_is_passed_on);
	tcase_add_test(tc, an_error_of_the_display_is_no_failed_delivery);
	suite_add_tcase(s, tc);
	return s;
}
