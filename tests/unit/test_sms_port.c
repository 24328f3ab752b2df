/* test_sms_port.c - port/sms against a service centre of hand-made octets. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/now.h"
#include "conf/conf.h"
#include "core/content.h"
#include "core/leg.h"
#include "core/message.h"
#include "dir/gateways.h"
#include "dir/jobs.h"
#include "dir/overrides.h"
#include "dir/sticky.h"
#include "dir/users.h"
#include "flow/access.h"
#include "flow/flow.h"
#include "flow/port.h"
#include "flow/trace.h"
#include "loop/loop.h"
#include "loop/watch.h"
#include "op/op.h"
#include "runner.h"
#include "store/audit.h"
#include "store/drafts.h"
#include "store/jobs.h"
#include "store/journal.h"
#include "store/writer.h"

extern const struct port sms_port;

/* --- the rest of the daemon, faked -------------------------------------- */

static struct {
	unsigned n;
	struct flow_outcome last;
	char ref[80];
} results;

void flow_result(struct leg *l, const struct flow_outcome *o)
{
	results.n++;
	results.last = *o;
	(void)snprintf(results.ref, sizeof(results.ref), "%.*s",
	    STRV_ARG(o->ref));
	leg_free(l);
}

static unsigned wakes;

void flow_wake(struct strv hop)
{
	(void)hop;
	wakes++;
}

static struct {
	unsigned n;
	char from[100], to[100], text[700], service[40], subject[40];
	char imdn_id[64];
	unsigned wants;
	enum err refuse_with;	/* ERR_OK: stored */
	flow_answer_fn *done;
	void *arg;
} taken;

static void copy(char *to, size_t size, struct strv s)
{
	(void)snprintf(to, size, "%.*s", STRV_ARG(s));
}
#define COPY(field, s) copy(field, sizeof(field), s)

static void accepted(void *arg)
{
	struct flow_answer a = {
		.kind = taken.refuse_with ? FLOW_REFUSED : FLOW_STORED,
		.err = taken.refuse_with,
	};
	(void)arg;
	taken.done(&a, taken.arg);
}

void flow_submit(struct message *m, int64_t wait_ms, flow_answer_fn *done,
    void *arg)
{
	ck_assert_int_eq(wait_ms, 0);
	ck_assert_int_eq(m->kind, MESSAGE_TEXT);
	ck_assert_int_eq(m->origin, FROM_NETWORK);
	ck_assert(m->conversation.n && m->contribution.n && m->imdn_id.n);
	taken.n++;
	COPY(taken.from, m->from);
	COPY(taken.to, m->to);
	COPY(taken.text, m->content->bytes);
	COPY(taken.service, m->service);
	COPY(taken.subject, m->subject);
	COPY(taken.imdn_id, m->imdn_id);
	taken.wants = m->wants;
	taken.done = done;
	taken.arg = arg;
	message_unref(m);
	loop_defer(accepted, NULL);
}

static struct {
	unsigned n;
	enum report_status status;
	char refs[4][80], recipient[80], hop[40];
	size_t nrefs;
	const char *known;	/* the ref that is found */
	enum err broken;	/* ERR_OK: the store works */
} reports;

struct telling {
	flow_reported_fn *done;
	void *arg;
	enum err err;
};

static void reported(void *arg)
{
	struct telling *t = arg;

	t->done(t->err, t->arg);
	free(t);
}

void flow_report(const struct flow_report *r, flow_reported_fn *done,
    void *arg)
{
	struct telling *t = xalloc(sizeof(*t));

	*t = (struct telling){ done, arg, ERR_NO_USER };
	reports.n++;
	reports.status = r->status;
	reports.nrefs = r->nrefs;
	COPY(reports.recipient, r->recipient);
	COPY(reports.hop, r->hop);
	for (size_t i = 0; i < r->nrefs && i < 4; i++) {
		COPY(reports.refs[i], r->refs[i]);
		if (reports.known &&
		    strcmp(reports.known, reports.refs[i]) == 0)
			t->err = ERR_OK;
	}
	if (reports.broken)
		t->err = reports.broken;
	loop_defer(reported, t);
}

void trace_step(uint64_t message, enum lane from, enum lane to,
    const char *fmt, ...)
{
	(void)message;
	(void)from;
	(void)to;
	(void)fmt;
}

static struct strv alice_aliases[] = { { "tel:+15550100001", 16 } };
static struct user alice = { .key = { "sip:alice@example.org", 21 },
	.aliases = alice_aliases, .naliases = 1 };

struct user *user_find(struct strv key)
{
	return strv_eq(key, alice.key) || strv_eq(key, alice_aliases[0]) ?
	    &alice : NULL;
}

struct strv user_number(const struct user *u)
{
	return u->aliases[0];
}

static unsigned heard[HEARD_N];

void access_heard(struct strv key, enum access_signal what, int64_t at)
{
	ck_assert(strv_eq(key, STRV("tel:+15550100002")));
	ck_assert_int_eq(at, now_ms());
	heard[what]++;
}

static unsigned stickies;

void sticky_note(struct strv user, struct strv peer, struct strv service,
    struct strv contribution)
{
	(void)user;
	(void)peer;
	(void)service;
	(void)contribution;
	stickies++;
}

static struct gateway *gateway;

void gateway_add(struct gateway *g)
{
	gateway = g;
}

void gateway_remove(struct gateway *g)
{
	if (gateway == g)
		gateway = NULL;
}

static unsigned parts_added, parts_dropped;
static enum err parts_fail;

static void part_added(void *arg)
{
	struct telling *t = arg;

	((journal_done_fn *)t->done)(t->err, t->arg);
	free(t);
}

void journal_part_add(const struct journal_part *p, journal_done_fn *done,
    void *arg)
{
	struct telling *t = xalloc(sizeof(*t));

	ck_assert(p->bytes.n > 0);
	parts_added++;
	*t = (struct telling){ done, arg, parts_fail };
	loop_defer(part_added, t);
}

void journal_parts_drop(struct strv key)
{
	ck_assert(key.n > 0);
	parts_dropped++;
}

enum err journal_parts_load(void (*each)(const struct journal_part *p))
{
	(void)each;
	return ERR_OK;
}

/* What an operator wants of the gateway. */
static struct override wants_link = { .kind = OVERRIDE_LINK,
	.who = "alice" };
static struct override wants_rate = { .kind = OVERRIDE_RATE,
	.who = "alice" };
static override_changed_fn *operated;

const struct override *override_find(enum override_kind kind,
    struct strv name)
{
	(void)name;
	if (kind == OVERRIDE_LINK && wants_link.value)
		return &wants_link;
	return kind == OVERRIDE_RATE && wants_rate.value ? &wants_rate : NULL;
}

void override_watch(unsigned kinds, override_changed_fn *fn)
{
	ck_assert_uint_eq(kinds, 3);
	operated = fn;
}

const struct draft *draft_find(struct strv owner, struct strv name)
{
	(void)owner;
	(void)name;
	return NULL;
}

/* Of the SIP edge, which has a hand in every accept() and TLS session. */
void silent_watch(int fd);
void silent_forget(void);

void silent_watch(int fd)
{
	(void)fd;
}

void silent_forget(void)
{
}

static unsigned audits;

void audit_event(struct strv actor, struct strv action, struct strv object,
    struct strv result, struct strv detail)
{
	(void)actor;
	(void)result;
	(void)detail;
	ck_assert(strv_eq(object, STRV("smsc1")));
	if (strv_eq(action, STRV("job cancel")))
		return;
	ck_assert(strv_eq(action, STRV("test gateway")));
	audits++;
}

struct strv audit_name(struct strv actor)
{
	return actor;
}

/* What a start would find. */
static int noted;

void writer_put(struct write *w)
{
	noted++;
	w->done(w);
}

enum err job_row_put(struct db *db, const struct job_row *r)
{
	(void)db;
	(void)r;
	return ERR_OK;
}

enum err job_row_drop(struct db *db, int64_t id)
{
	(void)db;
	(void)id;
	return ERR_OK;
}

enum err job_rows_end(struct db *db, int64_t now, int64_t before)
{
	(void)db;
	(void)now;
	(void)before;
	return ERR_OK;
}

enum err job_rows_read(job_row_fn *fn)
{
	(void)fn;
	return ERR_OK;
}

/* --- the service centre ------------------------------------------------- */

#define CONNS 4

static int listener;
static struct watch accepting;
static struct {
	int fd;
	struct watch watch;
	struct buf in;
	bool closed;
} conns[CONNS];
static unsigned nconns;		/* so far */
static unsigned now_at;		/* the connection the script speaks on */
static uint32_t last_seq;	/* of the last PDU that EXPECT took */
static struct strv last_body;
static char last_copy[1000];
static int64_t clock_ms;

enum act { ACCEPT, ON, EXPECT, SEND, RAW, CLOSED, HANG_UP, LATER, WAIT, DO,
	END };

#define ANY	0xffffffffu	/* EXPECT: any status; SEND: last_seq */

struct step {
	enum act op;
	uint32_t id, status, seq;
	struct strv body;
	bool (*until)(void);
	int64_t ms;
};

static const struct step *script;

static void be32(struct buf *b, uint32_t v)
{
	buf_u32(b, v);
}

static void send_pdu(const struct step *s)
{
	struct buf b;

	buf_init(&b, 8192);
	be32(&b, (uint32_t)(16 + s->body.n));
	be32(&b, s->id);
	be32(&b, s->status);
	be32(&b, s->seq == ANY ? last_seq : s->seq);
	buf_adds(&b, s->body);
	ck_assert_int_eq(write(conns[now_at].fd, b.p, b.n), b.n);
	buf_deinit(&b);
}

static uint32_t rd32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 |
	    (uint32_t)u[2] << 8 | u[3];
}

/* false: not there yet. */
static bool expect_pdu(const struct step *s)
{
	struct buf *in = &conns[now_at].in;
	uint32_t n;

	if (in->n < 16 || in->n < (n = rd32(in->p)))
		return false;
	ck_assert_msg(rd32(in->p + 4) == s->id, "step %td: expected %x, got "
	    "%x", s - script, s->id, rd32(in->p + 4));
	if (s->status != ANY)
		ck_assert_uint_eq(rd32(in->p + 8), s->status);
	if (s->seq != ANY)
		ck_assert_uint_eq(rd32(in->p + 12), s->seq);
	if (s->body.p) {
		ck_assert_msg(n - 16 == s->body.n && memcmp(in->p + 16,
		    s->body.p, s->body.n) == 0, "step %td: the body differs "
		    "(%u octets)", s - script, n - 16);
	}
	last_seq = rd32(in->p + 12);
	ck_assert(n <= sizeof(last_copy));
	memcpy(last_copy, in->p + 16, n - 16);
	last_body = (struct strv){ last_copy, n - 16 };
	buf_drop(in, n);
	return true;
}

/* false: the step waits for something. */
static bool run_step(const struct step *s)
{
	switch (s->op) {
	case ACCEPT:
		if (nconns <= s->seq)
			return false;
		now_at = s->seq;
		return true;
	case ON:
		now_at = s->seq;
		return true;
	case EXPECT:
		return expect_pdu(s);
	case SEND:
		send_pdu(s);
		return true;
	case RAW:
		ck_assert_int_eq(write(conns[now_at].fd, s->body.p, s->body.n),
		    s->body.n);
		return true;
	case CLOSED:
		return conns[now_at].closed;
	case HANG_UP:
		watch_close(&conns[now_at].watch);
		(void)close(conns[now_at].fd);
		return true;
	case LATER:
		clock_ms += s->ms;
		now_freeze(clock_ms);
		return true;
	case WAIT:
		return s->until();
	case DO:
		(void)s->until();
		return true;
	case END:
		loop_stop();
		return false;
	}
	return true;
}

static void run_script(void *arg)
{
	(void)arg;
	while (run_step(script))
		script++;
	if (script->op != END)
		loop_post(run_script, NULL);
}

static void readable(int fd, int events, void *arg)
{
	unsigned i = (unsigned)(uintptr_t)arg;
	char chunk[4096];
	ssize_t n = read(fd, chunk, sizeof(chunk));

	(void)events;
	if (n > 0) {
		buf_add(&conns[i].in, chunk, (size_t)n);
		return;
	}
	conns[i].closed = true;
	watch_close(&conns[i].watch);
}

static void incoming(int fd, int events, void *arg)
{
	(void)events;
	(void)arg;
	ck_assert_uint_lt(nconns, CONNS);
	conns[nconns].fd = accept4(fd, NULL, NULL, 0);
	buf_init(&conns[nconns].in, 1 << 20);
	ck_assert(watch_open(&conns[nconns].watch, conns[nconns].fd, WATCH_IN,
	    readable, (void *)(uintptr_t)nconns));
	nconns++;
}

/* --- settings ----------------------------------------------------------- */

static const struct conf_row site_rows[] = {
	{ .name = "domain", .type = CONF_DOMAIN, .fallback = "example.org" },
	{ .name = "country-code", .type = CONF_TEXT, .fallback = "1" },
};
static const struct conf_section site = { .name = "site", .help = "site",
	.rows = site_rows, .n = 2 };

static void set(const char *line)
{
	struct conf_edit *e = conf_edit_new();
	struct buf why;

	buf_init(&why, 1000);
	ck_assert_msg(conf_edit_line(e, strv(line), &why) == ERR_OK, "%s",
	    why.p);
	ck_assert_msg(conf_edit_check(e, &why) == ERR_OK, "%s", why.p);
	conf_edit_apply(e);
	buf_deinit(&why);
}

static void set_gateway(unsigned port, const char *extra)
{
	struct conf_edit *e = conf_edit_new();
	struct buf why;
	char line[100];

	buf_init(&why, 1000);
	(void)snprintf(line, sizeof(line), "set gateway smsc1 address "
	    "127.0.0.1:%u", port);
	ck_assert(conf_edit_line(e, strv(line), &why) == ERR_OK);
	ck_assert(conf_edit_line(e, STRV("set gateway smsc1 system-id parley"),
	    &why) == ERR_OK);
	ck_assert_msg(conf_edit_line(e, STRV("set gateway smsc1 password pw"),
	    &why) == ERR_OK, "%s", why.p);
	for (struct strv rest = strv(extra), one; rest.p; ) {
		one = strv_split(rest, ';', &rest);
		(void)snprintf(line, sizeof(line), "set gateway smsc1 %.*s",
		    STRV_ARG(one));
		ck_assert_msg(conf_edit_line(e, strv(line), &why) == ERR_OK,
		    "%s", why.p);
	}
	ck_assert_msg(conf_edit_check(e, &why) == ERR_OK, "%s", why.p);
	conf_edit_apply(e);
	buf_deinit(&why);
}

static bool is_stopped;

static void stopped(void)
{
	is_stopped = true;
}

static void play_with(const char *extra, const struct step *steps)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);
	char key[] = "/tmp/test_sms_port.XXXXXX";
	int fd = mkstemp(key);

	(void)close(fd);
	(void)unlink(key);
	log_max = LOG_ERR_;
	clock_ms = 1750000000000;
	now_freeze(clock_ms);
	loop_init();
	ck_assert_int_eq(conf_seal_open(key), ERR_OK);
	conf_register(&site);
	sms_port.init(".");
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, n), 0);
	ck_assert_int_eq(listen(listener, 8), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&at, &n), 0);
	ck_assert(watch_open(&accepting, listener, WATCH_IN, incoming, NULL));
	set_gateway(ntohs(at.sin_port), extra);
	ck_assert_int_eq(sms_port.start(), ERR_OK);
	script = steps;
	loop_post(run_script, NULL);
	loop_run();
	sms_port.fini();
	loop_drain();
	watch_close(&accepting);
	(void)close(listener);
	for (unsigned i = 0; i < nconns; i++) {
		watch_close(&conns[i].watch);
		buf_deinit(&conns[i].in);
	}
	conf_reset();
	(void)unlink(key);
	loop_deinit();
}

static void play(const struct step *steps)
{
	play_with(NULL, steps);
}

/* --- what scripts are made of ------------------------------------------- */

#define BYTES(lit) ((struct strv){ "" lit, sizeof(lit) - 1 })
#define BIND_BODY "parley\0" "pw\0" "\0" "\x34" "\0" "\0" "\0"
#define RESP 0x80000000u

#define S_ACCEPT(n)		{ .op = ACCEPT, .seq = n }
#define S_EXPECT(i, st, b)	{ .op = EXPECT, .id = i, .status = st, \
				  .seq = ANY, .body = b }
#define S_ANSWER(i, st, b)	{ .op = SEND, .id = (i) | RESP, .status = st, \
				  .seq = ANY, .body = b }
#define S_SEND(i, s, b)		{ .op = SEND, .id = i, .seq = s, .body = b }
#define S_ANSWERED(i, st, s)	{ .op = EXPECT, .id = (i) | RESP, \
				  .status = st, .seq = s }
#define S_WAIT(f)		{ .op = WAIT, .until = f }
#define S_DO(f)			{ .op = DO, .until = f }
#define S_LATER(n)		{ .op = LATER, .ms = n }
#define S_CLOSED		{ .op = CLOSED }
#define S_END			{ .op = END }

#define BIND	0x09u
#define SUBMIT	0x04u
#define DELIVER	0x05u
#define ENQUIRE	0x15u
#define UNBIND	0x06u
#define NONE	((struct strv){ NULL, 0 })

#define S_BIND	S_ACCEPT(0), S_EXPECT(BIND, 0, BYTES(BIND_BODY)), \
		S_ANSWER(BIND, 0, BYTES("smsc\0")), S_WAIT(is_up)

static bool is_up(void)
{
	return gateway && gateway->state == GATEWAY_UP;
}

static bool is_down(void)
{
	return gateway->state == GATEWAY_DOWN;
}

static bool is_throttled(void)
{
	return gateway->state == GATEWAY_THROTTLED;
}

static bool one_result(void)
{
	return results.n == 1;
}

static struct leg *a_leg(const char *text, unsigned wants)
{
	struct message *m = message_new();
	static uint64_t id = 100;
	struct leg *l;

	m->id = id++;
	m->from = message_str(m, alice.key);
	m->to = message_str(m, STRV("tel:+15550100002"));
	m->wants = wants;
	m->content = content_new(STRV("text/plain; charset=utf-8"), STRV_NONE,
	    strv(text));
	l = leg_new(m, 0);
	l->recipient = m->to;
	l->hop = message_str(m, STRV("smsc1"));
	l->expires = now_ms() + 7200000;
	message_unref(m);
	return l;
}

static bool send_hi(void)
{
	sms_port.deliver(a_leg("hi", WANTS_DELIVERED));
	return true;
}

static bool send_notification(void)
{
	struct leg *l = a_leg("not this", WANTS_DELIVERED);

	l->role = LEG_UCN;
	l->text = message_str(l->message, STRV("hi"));
	sms_port.deliver(l);
	return true;
}

static bool send_161(void)
{
	char text[162];

	memset(text, 'a', 161);
	text[161] = 0;
	sms_port.deliver(a_leg(text, WANTS_DELIVERED));
	return true;
}

/* service_type, source, destination, esm_class, protocol_id, priority,
 * schedule, validity 2 h, registered_delivery, replace, coding, default */
#define HEAD(esm, registered, coding) "\0" "\x01\x01" "15550100001\0" \
	"\x01\x01" "15550100002\0" esm "\0\0" "\0" "000000020000000R\0" \
	registered "\0" coding "\0"
#define SUBMIT_HI HEAD("\0", "\x01", "\0") "\x02" "hi"

/* --- the link ----------------------------------------------------------- */

START_TEST(a_link_binds_and_shows_itself)
{
	static const struct step steps[] = { S_BIND, S_END };

	play(steps);
	ck_assert_uint_ge(wakes, 1);
}
END_TEST

/* proves MLD-035 */
START_TEST(an_alert_is_heard_and_then_wakes_what_waits)
{
	static const struct step steps[] = {
		S_BIND, S_SEND(0x102, 9, BYTES("\x01\x01" "15550100002\0"
		    "\x01\x01" "15550100001\0")), S_SEND(ENQUIRE, 7, NONE),
		S_ANSWERED(ENQUIRE, 0, 7), S_END,
	};

	play(steps);
	ck_assert_uint_eq(heard[HEARD_ALERT], 1);
	ck_assert_uint_ge(wakes, 2);
}
END_TEST

#define ALERT "\x01\x01" "15550100002\0" "\x01\x01" "15550100001\0"

/* SMPP 5.3.2.30: ms_availability_status */
static const struct {
	struct strv pdu;
	enum access_signal heard;
} availabilities[] = {
	{ BYTES(ALERT "\x04\x22\0\x01\0"), HEARD_ALERT },
	{ BYTES(ALERT "\x04\x22\0\x01\x01"), HEARD_ABSENT },
	{ BYTES(ALERT "\x04\x22\0\x01\x02"), HEARD_ABSENT },
};

START_TEST(an_alert_may_say_that_the_phone_is_not_there)
{
	const struct step steps[] = {
		S_BIND, S_SEND(0x102, 9, availabilities[_i].pdu),
		S_SEND(ENQUIRE, 7, NONE), S_ANSWERED(ENQUIRE, 0, 7), S_END,
	};

	play(steps);
	for (int i = 0; i < HEARD_N; i++)
		ck_assert_uint_eq(heard[i],
		    i == (int)availabilities[_i].heard);
}
END_TEST

static bool says_password(void)
{
	ck_assert_ptr_nonnull(strstr(gateway->why, "password"));
	return true;
}

START_TEST(a_refused_bind_waits_a_minute_and_says_what_to_mend)
{
	static const struct step steps[] = {
		S_ACCEPT(0), S_EXPECT(BIND, 0, NONE),
		S_ANSWER(BIND, 0x0e, NONE), S_CLOSED, S_DO(says_password),
		S_LATER(59999), S_LATER(1), S_ACCEPT(1),
		S_EXPECT(BIND, 0, NONE), S_END,
	};

	play(steps);
	ck_assert_uint_eq(nconns, 2);
}
END_TEST

START_TEST(without_transceiver_it_binds_transmitter_and_receiver)
{
	static const struct step steps[] = {
		S_ACCEPT(0), S_EXPECT(BIND, 0, NONE),
		S_ANSWER(BIND, 0x03, NONE), S_CLOSED,
		S_ACCEPT(2), { .op = ON, .seq = 1 },
		S_EXPECT(0x02, 0, BYTES(BIND_BODY)),
		S_ANSWER(0x02, 0, BYTES("smsc\0")), S_WAIT(is_up),
		{ .op = ON, .seq = 2 },
		S_EXPECT(0x01, 0, BYTES(BIND_BODY)),
		S_ANSWER(0x01, 0, BYTES("smsc\0")), S_END,
	};

	play(steps);
}
END_TEST

START_TEST(silence_is_tested_and_two_misses_end_the_session)
{
	static const struct step steps[] = {
		S_BIND, S_LATER(30000), S_EXPECT(ENQUIRE, 0, NONE),
		S_ANSWER(ENQUIRE, 0, NONE), S_SEND(ENQUIRE, 77, NONE),
		S_ANSWERED(ENQUIRE, 0, 77),
		S_LATER(30000), S_EXPECT(ENQUIRE, 0, NONE),
		S_LATER(10000), S_EXPECT(ENQUIRE, 0, NONE),
		S_LATER(10000), S_CLOSED, S_WAIT(is_down), S_END,
	};

	play(steps);
}
END_TEST

START_TEST(the_peer_may_unbind_and_is_called_again)
{
	static const struct step steps[] = {
		S_BIND, S_SEND(UNBIND, 5, NONE), S_ANSWERED(UNBIND, 0, 5),
		S_CLOSED, S_WAIT(is_down), S_LATER(1200),
		S_ACCEPT(1), S_EXPECT(BIND, 0, BYTES(BIND_BODY)), S_END,
	};

	play(steps);
}
END_TEST

static bool stop(void)
{
	sms_port.stop(stopped);
	return true;
}

static bool has_stopped(void)
{
	return is_stopped;
}

START_TEST(stopping_unbinds_first)
{
	static const struct step steps[] = {
		S_BIND, S_DO(stop), S_EXPECT(UNBIND, 0, NONE),
		S_ANSWER(UNBIND, 0, NONE), S_CLOSED, S_WAIT(has_stopped),
		S_END,
	};

	play(steps);
}
END_TEST

START_TEST(stopping_waits_five_seconds_at_the_most)
{
	static const struct step steps[] = {
		S_BIND, S_DO(stop), S_EXPECT(UNBIND, 0, NONE),
		S_LATER(5000), S_WAIT(has_stopped), S_END,
	};

	play(steps);
}
END_TEST

/* --- bad input ---------------------------------------------------------- */

static const struct {
	const char *name;
	struct strv octets;
	uint32_t seq, status;
} malformed[] = {
	{ "length below a header", BYTES("\0\0\0\x0f\0\0\0\x05"), 0, 0x02 },
	{ "length beyond all bounds", BYTES("\0\1\0\0\0\0\0\x05"), 0, 0x02 },
	{ "sm_length beyond the PDU", BYTES("\0\0\0\x23\0\0\0\x05\0\0\0\0"
	    "\0\0\0\x09" "\0" "\1\1" "2\0" "\1\1" "1\0" "\0\0\0" "\0" "\0"
	    "\0\0\0\0" "\x50"), 9, 0x01 },
	{ "text that never ends", BYTES("\0\0\0\x18\0\0\0\x05\0\0\0\0"
	    "\0\0\0\x0a" "xxxxxxxx"), 10, 0xc2 },
	{ "half a TLV", BYTES("\0\0\0\x27\0\0\0\x05\0\0\0\0"
	    "\0\0\0\x0b" "\0" "\1\1" "2\0" "\1\1" "1\0" "\0\0\0" "\0" "\0"
	    "\0\0\0\0" "\0" "\x04\x24\0\x09"), 11, 0xc0 },
};

START_TEST(a_malformed_pdu_is_nacked_and_ends_the_session)
{
	const struct step steps[] = {
		S_BIND, { .op = RAW, .body = malformed[_i].octets },
		{ .op = EXPECT, .id = RESP, .status = malformed[_i].status,
		  .seq = malformed[_i].seq },
		S_CLOSED, S_WAIT(is_down), S_END,
	};

	play(steps);
	ck_assert_uint_eq(taken.n, 0);
}
END_TEST

START_TEST(a_thousand_tlvs_are_one_nack)
{
	static char octets[16 + 19 + 4000] = "\0\0\x0f\xc3\0\0\0\x05\0\0\0\0"
	    "\0\0\0\x0c" "\0" "\1\1" "2\0" "\1\1" "1\0" "\0\0\0" "\0" "\0"
	    "\0\0\0\0" "\0";
	const struct step steps[] = {
		S_BIND, { .op = RAW, .body = { octets, sizeof(octets) } },
		{ .op = EXPECT, .id = RESP, .status = 0xc0, .seq = 12 },
		S_CLOSED, S_END,
	};

	play(steps);
	ck_assert_uint_eq(taken.n, 0);
}
END_TEST

START_TEST(an_unknown_command_is_nacked_and_the_session_stays)
{
	static const struct step steps[] = {
		S_BIND, S_SEND(0x77, 6, NONE),
		{ .op = EXPECT, .id = RESP, .status = 3, .seq = 6 },
		S_SEND(ENQUIRE, 7, NONE), S_ANSWERED(ENQUIRE, 0, 7), S_END,
	};

	play(steps);
}
END_TEST

START_TEST(an_answer_to_nothing_changes_nothing)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, BYTES(SUBMIT_HI)),
		S_SEND(SUBMIT | RESP, 4711, BYTES("x\0")),
		S_SEND(ENQUIRE, 7, NONE), S_ANSWERED(ENQUIRE, 0, 7), S_END,
	};

	play(steps);
	/* the end of the test took it back */
	ck_assert_uint_eq(results.n, 1);
	ck_assert_str_eq(results.ref, "?0000000000006400");
}
END_TEST

/* --- messages out ------------------------------------------------------- */

/* proves MLD-029 */
START_TEST(a_notification_goes_out_with_its_own_text)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_notification),
		S_EXPECT(SUBMIT, 0, BYTES(SUBMIT_HI)),
		S_ANSWER(SUBMIT, 0, BYTES("00AB12\0")), S_WAIT(one_result),
		S_END,
	};

	play(steps);
	ck_assert_str_eq(results.ref, "ab12");
}
END_TEST

START_TEST(a_message_goes_out_and_its_id_is_kept)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, BYTES(SUBMIT_HI)),
		S_ANSWER(SUBMIT, 0, BYTES("00AB12\0")), S_WAIT(one_result),
		S_END,
	};

	play(steps);
	ck_assert_int_eq(results.last.err, ERR_OK);
	ck_assert(results.last.interworked);
	ck_assert_str_eq(results.ref, "ab12");
}
END_TEST

static const struct {
	uint32_t status;
	enum err err;
	bool hold;
} refusals[] = {
	{ 0x0b, ERR_NO_USER, false },
	{ 0x08, ERR_OFFLINE, false },
	{ 0x64, ERR_OFFLINE, false },
	{ 0x45, ERR_OFFLINE, false },	/* the first time */
	{ 0x66, ERR_FORBIDDEN, false },
	{ 0x0a, ERR_UNAUTHORISED, false },	/* no fallback is set */
	{ 0x400, ERR_NO_SERVICE, false },
	{ 0x01, ERR_TOO_BIG, false },
	{ 0x58, ERR_BUSY, true },
	{ 0x14, ERR_BUSY, true },
	{ 0x04, ERR_OFFLINE, true },
};

START_TEST(a_refused_message_has_the_outcome_of_the_table)
{
	const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, BYTES(SUBMIT_HI)),
		S_ANSWER(SUBMIT, refusals[_i].status, NONE),
		S_WAIT(one_result), S_END,
	};

	play(steps);
	ck_assert_int_eq(results.last.err, refusals[_i].err);
	ck_assert(results.last.hold == refusals[_i].hold);
}
END_TEST

START_TEST(a_generic_nack_is_an_answer_too)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, BYTES(SUBMIT_HI)),
		{ .op = SEND, .id = RESP, .status = 0x03, .seq = ANY },
		S_WAIT(one_result), S_END,
	};

	play(steps);
	ck_assert_int_eq(results.last.err, ERR_NO_SERVICE);
}
END_TEST

static bool window_is_0(void)
{
	ck_assert_uint_eq(sms_port.window(STRV("smsc1")), 0);
	ck_assert_uint_eq(sms_port.window(STRV("nobody")), 0);
	return true;
}

START_TEST(throttling_pauses_the_gateway_for_a_second_and_then_wakes_it)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, NONE),
		S_ANSWER(SUBMIT, 0x58, NONE), S_WAIT(is_throttled),
		S_DO(window_is_0), S_LATER(1000), S_WAIT(is_up), S_END,
	};

	play(steps);
	ck_assert_uint_ge(wakes, 2);
	ck_assert_uint_eq(results.n, 1);
}
END_TEST

static uint8_t udh_ref;

static bool note_ref(void)
{
	/* 67 octets before sm_length; then UDH 05 00 03 ref 02 01 */
	const char *udh = last_body.p + sizeof(HEAD("\x40", "\0", "\0"));

	ck_assert_int_eq(udh[-1], (char)159);
	ck_assert_int_eq(memcmp(udh, "\x05\0\x03", 3), 0);
	ck_assert_int_eq(udh[4], 2);
	udh_ref = (uint8_t)udh[3];
	return true;
}

static bool same_ref(void)
{
	const char *udh = last_body.p + sizeof(HEAD("\x40", "\0", "\0"));

	ck_assert_int_eq(udh[-1], 6 + 8);
	ck_assert_int_eq((uint8_t)udh[3], udh_ref);
	ck_assert_int_eq(udh[5], 2);
	return true;
}

#define A10 "aaaaaaaaaa"
#define A160 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10

static const char *text_out;

static bool send_text(void)
{
	sms_port.deliver(a_leg(text_out, 0));
	return true;
}

static const struct {
	const char *name, *extra, *text;
	struct strv body;
} writings[] = {
	{ "escape", NULL, "\xe2\x82\xac",
	  BYTES(HEAD("\0", "\0", "\0") "\x02" "\x1b\x65") },
	{ "UCS-2", NULL, "\xd0\xb6",
	  BYTES(HEAD("\0", "\0", "\x08") "\x02" "\x04\x36") },
	{ "surrogates", NULL, "\xf0\x9f\x98\x80",
	  BYTES(HEAD("\0", "\0", "\x08") "\x04" "\xd8\x3d\xde\0") },
	{ "no UCS-2", "ucs2 off", "a\xd0\xb6",
	  BYTES(HEAD("\0", "\0", "\0") "\x02" "a?") },
	{ "quotes", NULL, "\xe2\x80\x9c" "a\xe2\x80\x9d",
	  BYTES(HEAD("\0", "\0", "\0") "\x03" "\"a\"") },
	{ "quotes as they are", "transliterate off", "\xe2\x80\x9c",
	  BYTES(HEAD("\0", "\0", "\x08") "\x02" "\x20\x1c") },
	{ "Latin-1 link", "alphabet latin1", "\xc3\xa9@",
	  BYTES(HEAD("\0", "\0", "\0") "\x02" "\xe9@") },
	{ "ASCII link", "alphabet ascii", "\xc3\xa9",
	  BYTES(HEAD("\0", "\0", "\x08") "\x02" "\0\xe9") },
	{ "packed", "alphabet gsm7-packed", "hellohello",
	  BYTES(HEAD("\0", "\0", "\0") "\x09"
	    "\xe8\x32\x9b\xfd\x46\x97\xd9\xec\x37") },
	{ "160 letters", NULL, A160,
	  BYTES(HEAD("\0", "\0", "\0") "\xa0" A160) },
	{ "payload", "concat payload", A160 "a",
	  BYTES(HEAD("\0", "\0", "\0") "\0" "\x04\x24\0\xa1" A160 "a") },
	{ "service_type", "service-type CMT", "x",
	  BYTES("CMT" HEAD("\0", "\0", "\0") "\x01" "x") },
	{ "source", "source 12345", "x",
	  BYTES("\0" "\x03\0" "12345\0" "\x01\x01" "15550100002\0" "\0\0\0"
	    "\0" "000000020000000R\0" "\0\0\0\0" "\x01" "x") },
	{ "no validity", "validity off", "x",
	  BYTES("\0" "\x01\x01" "15550100001\0" "\x01\x01" "15550100002\0"
	    "\0\0\0" "\0" "\0" "\0\0\0\0" "\x01" "x") },
	{ "alerts", "alerts on", "x",
	  BYTES(HEAD("\0", "\0", "\0") "\x01" "x" "\x04\x21\0\x01\x01") },
	{ "national", "number-format national", "x",
	  BYTES("\0" "\x01\x01" "15550100001\0" "\x02\x01" "5550100002\0"
	    "\0\0\0" "\0" "000000020000000R\0" "\0\0\0\0" "\x01" "x") },
};

START_TEST(a_text_is_written_as_the_link_wants_it)
{
	const struct step steps[] = {
		S_BIND, S_DO(send_text),
		S_EXPECT(SUBMIT, 0, writings[_i].body),
		S_ANSWER(SUBMIT, 0, BYTES("1\0")), S_WAIT(one_result), S_END,
	};

	text_out = writings[_i].text;
	play_with(writings[_i].extra, steps);
}
END_TEST

static const struct {
	const char *extra, *text;
	enum err err;
} hopeless[] = {
	{ "max-segments 1", A160 "a", ERR_TOO_BIG },
	{ "network fixed", A160 A160 "a", ERR_TOO_BIG },
	{ NULL, "", ERR_BAD_CONTENT },
};

START_TEST(what_cannot_be_an_sms_is_refused_at_once)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_text), S_WAIT(one_result), S_END,
	};

	text_out = hopeless[_i].text;
	play_with(hopeless[_i].extra, steps);
	ck_assert_int_eq(results.last.err, hopeless[_i].err);
}
END_TEST

static bool first_of_two_by_tlvs(void)
{
	/* behind 153 letters: sar_msg_ref_num (drawn by lot), total, seq */
	const char *tlvs = last_body.p + last_body.n - 16;

	ck_assert_int_eq(memcmp(tlvs, "\x02\x0c\0\x02", 4), 0);
	ck_assert_int_eq(memcmp(tlvs + 6, "\x02\x0e\0\x01\x02"
	    "\x02\x0f\0\x01\x01", 10), 0);
	return true;
}

START_TEST(a_refused_concatenation_is_tried_in_another_way)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_161), S_EXPECT(SUBMIT, 0, NONE),
		S_ANSWER(SUBMIT, 0x43, NONE),
		S_EXPECT(SUBMIT, 0, NONE),	/* the second part of before */
		S_EXPECT(SUBMIT, 0, NONE), S_DO(first_of_two_by_tlvs),
		S_ANSWER(SUBMIT, 0, BYTES("1\0")),
		S_EXPECT(SUBMIT, 0, NONE), S_ANSWER(SUBMIT, 0, BYTES("2\0")),
		S_WAIT(one_result), S_END,
	};

	play(steps);
	ck_assert_int_eq(results.last.err, ERR_OK);
	ck_assert_str_eq(results.ref, "2");
}
END_TEST

START_TEST(a_long_message_goes_in_parts_and_the_last_id_counts)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_161), S_EXPECT(SUBMIT, 0, NONE),
		S_DO(note_ref), S_ANSWER(SUBMIT, 0, BYTES("id1\0")),
		S_EXPECT(SUBMIT, 0, NONE), S_DO(same_ref),
		S_ANSWER(SUBMIT, 0, BYTES("id2\0")), S_WAIT(one_result),
		S_END,
	};

	play(steps);
	ck_assert_int_eq(results.last.err, ERR_OK);
	ck_assert_str_eq(results.ref, "id2");
}
END_TEST

START_TEST(a_part_that_was_throttled_is_sent_again_after_the_pause)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_161), S_EXPECT(SUBMIT, 0, NONE),
		S_ANSWER(SUBMIT, 0, BYTES("id1\0")),
		S_EXPECT(SUBMIT, 0, NONE), S_ANSWER(SUBMIT, 0x58, NONE),
		S_WAIT(is_throttled), S_LATER(1000),
		S_EXPECT(SUBMIT, 0, NONE),
		S_ANSWER(SUBMIT, 0, BYTES("id2\0")), S_WAIT(one_result),
		S_END,
	};

	play(steps);
	ck_assert_int_eq(results.last.err, ERR_OK);
	ck_assert_str_eq(results.ref, "id2");
}
END_TEST

START_TEST(a_refused_validity_is_left_out_the_second_time)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, BYTES(SUBMIT_HI)),
		S_ANSWER(SUBMIT, 0x62, NONE),
		S_EXPECT(SUBMIT, 0, BYTES("\0" "\x01\x01" "15550100001\0"
		    "\x01\x01" "15550100002\0" "\0\0\0" "\0" "\0" "\x01\0\0\0"
		    "\x02" "hi")),
		S_ANSWER(SUBMIT, 0, BYTES("z\0")), S_WAIT(one_result), S_END,
	};

	play(steps);
	ck_assert_int_eq(results.last.err, ERR_OK);
}
END_TEST

START_TEST(a_refused_source_is_replaced_by_the_fallback)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, BYTES(SUBMIT_HI)),
		S_ANSWER(SUBMIT, 0x0a, NONE),
		S_EXPECT(SUBMIT, 0, BYTES("\0" "\x05\0" "Parley\0"
		    "\x01\x01" "15550100002\0" "\0\0\0" "\0"
		    "000000020000000R\0" "\x01\0\0\0" "\x02" "hi")),
		S_ANSWER(SUBMIT, 0, BYTES("z\0")), S_WAIT(one_result), S_END,
	};

	play_with("fallback-source Parley", steps);
	ck_assert_int_eq(results.last.err, ERR_OK);
}
END_TEST

START_TEST(a_lost_answer_is_not_sent_again)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, NONE),
		S_LATER(10000), S_WAIT(one_result),
		S_EXPECT(ENQUIRE, 0, NONE), S_ANSWER(ENQUIRE, 0, NONE), S_END,
	};

	play(steps);
	ck_assert_int_eq(results.last.err, ERR_OK);
	ck_assert(!results.last.interworked);
	ck_assert_str_eq(results.ref, "?0000000000006400");
}
END_TEST

START_TEST(a_lost_answer_is_sent_again_where_that_is_wanted)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, NONE),
		S_LATER(10000), S_WAIT(one_result), S_END,
	};

	play_with("retry-on-timeout on", steps);
	ck_assert_int_eq(results.last.err, ERR_TIMEOUT);
}
END_TEST

/* service_type, source, destination, ... as a receipt of "hi" */
#define RECEIPT(text) BYTES("\0" "\x01\x01" "15550100002\0" "\x01\x01" \
	"15550100001\0" "\x04\0\0" "\0" "\0" "\0\0\0\0" text)

static bool reported_failed(void)
{
	return reports.n == 1;
}

START_TEST(a_late_answer_still_names_the_message_for_its_receipt)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, NONE),
		S_LATER(10000), S_WAIT(one_result),
		{ .op = SEND, .id = SUBMIT | RESP, .seq = 2,
		  .body = BYTES("id9\0") },
		S_SEND(DELIVER, 8, RECEIPT("\x13" "id:id9 stat:DELIVRD")),
		S_EXPECT(ENQUIRE, 0, NONE),
		S_ANSWERED(DELIVER, 0, 8), S_END,
	};

	reports.known = "?0000000000006400";
	play(steps);
	ck_assert_uint_eq(reports.n, 1);
	ck_assert_int_eq(reports.status, STATUS_DELIVERED);
	ck_assert_str_eq(reports.refs[0], "?0000000000006400");
}
END_TEST

START_TEST(a_lost_message_fails_when_its_time_is_over)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, NONE),
		{ .op = HANG_UP }, S_WAIT(one_result),
		S_LATER(7201000), S_WAIT(reported_failed), S_END,
	};

	play(steps);
	ck_assert_int_eq(reports.status, STATUS_FAILED);
	ck_assert_str_eq(reports.refs[0], "?0000000000006400");
}
END_TEST

static bool five(void)
{
	for (int i = 0; i < 5; i++)
		send_hi();
	return true;
}

static bool five_results(void)
{
	return results.n == 5;
}

START_TEST(the_window_is_kept)
{
	static const struct step steps[] = {
		S_BIND, S_DO(five), S_EXPECT(SUBMIT, 0, NONE),
		S_EXPECT(SUBMIT, 0, NONE), S_SEND(ENQUIRE, 7, NONE),
		S_ANSWERED(ENQUIRE, 0, 7),	/* no third submit before */
		S_SEND(SUBMIT | RESP, 3, BYTES("a\0")),
		S_SEND(SUBMIT | RESP, 2, BYTES("b\0")),
		S_EXPECT(SUBMIT, 0, NONE), S_EXPECT(SUBMIT, 0, NONE),
		S_ANSWER(SUBMIT, 0, BYTES("d\0")),
		S_SEND(SUBMIT | RESP, 4, BYTES("c\0")),
		S_EXPECT(SUBMIT, 0, NONE), S_ANSWER(SUBMIT, 0, BYTES("e\0")),
		S_WAIT(five_results), S_END,
	};

	play_with("window 2", steps);
}
END_TEST

START_TEST(the_rate_is_kept)
{
	static const struct step steps[] = {
		S_BIND, S_DO(five), S_EXPECT(SUBMIT, 0, NONE),
		S_SEND(ENQUIRE, 7, NONE), S_ANSWERED(ENQUIRE, 0, 7),
		S_LATER(500), S_EXPECT(SUBMIT, 0, NONE),
		S_SEND(ENQUIRE, 8, NONE), S_ANSWERED(ENQUIRE, 0, 8),
		S_LATER(500), S_EXPECT(SUBMIT, 0, NONE), S_END,
	};

	play_with("rate 2", steps);
}
END_TEST

START_TEST(what_was_not_begun_goes_back_when_the_link_falls)
{
	static const struct step steps[] = {
		S_BIND, S_DO(five), S_EXPECT(SUBMIT, 0, NONE),
		{ .op = HANG_UP }, S_WAIT(five_results), S_END,
	};

	play_with("window 1;retry-on-timeout on", steps);
	ck_assert_int_eq(err_info(results.last.err)->class, ERR_CLASS_TEMP);
}
END_TEST

/* --- messages in -------------------------------------------------------- */

#define MO(esm, coding, text) BYTES("\0" "\x01\x01" "15550100002\0" \
	"\x01\x01" "15550100001\0" esm "\0\0" "\0" "\0" "\0\0" coding "\0" text)

static const struct {
	const char *name;
	struct strv pdu;
	const char *text, *subject;
} arrivals[] = {
	{ "default alphabet", MO("\0", "\0", "\x05" "hello"), "hello", "" },
	{ "at sign", MO("\0", "\0", "\x03" "a\0b"), "a@b", "" },
	{ "UCS-2", MO("\0", "\x08", "\x04" "\x04\x36\x04\x36"),
	  "\xd0\xb6\xd0\xb6", "" },
	{ "surrogates", MO("\0", "\x08", "\x04" "\xd8\x3d\xde\x00"),
	  "\xf0\x9f\x98\x80", "" },
	{ "Latin-1", MO("\0", "\x03", "\x01" "\xe9"), "\xc3\xa9", "" },
	{ "flash", MO("\0", "\x10", "\x02" "ho"), "ho", "Flash message" },
	{ "message_payload", MO("\0", "\0", "\0" "\x04\x24\0\x02" "ok"), "ok",
	  "" },
	{ "one part of one", MO("\x40", "\0", "\x08" "\x05\0\x03\x2a\1\1"
	    "ok"), "ok", "" },
};

START_TEST(a_message_in_is_answered_when_it_is_stored)
{
	const struct step steps[] = {
		S_BIND, S_SEND(DELIVER, 21, arrivals[_i].pdu),
		S_ANSWERED(DELIVER, 0, 21), S_END,
	};

	play(steps);
	ck_assert_uint_eq(taken.n, 1);
	ck_assert_str_eq(taken.text, arrivals[_i].text);
	ck_assert_str_eq(taken.from, "tel:+15550100002");
	ck_assert_str_eq(taken.to, "tel:+15550100001");
	ck_assert_str_eq(taken.service, "sms;via=smsc1");
	ck_assert_str_eq(taken.subject, arrivals[_i].subject);
	ck_assert_uint_eq(taken.wants, 0);
	ck_assert_uint_eq(stickies, 1);
}
END_TEST

static const struct {
	enum err err;
	const char *extra;
	uint32_t status;
} answers[] = {
	{ ERR_NO_USER, NULL, 0 },
	{ ERR_NO_USER, "nack-unknown on", 0x0b },
	{ ERR_FORBIDDEN, NULL, 0 },
	{ ERR_BUSY, NULL, 0x58 },
	{ ERR_STORAGE, NULL, 0x64 },
};

START_TEST(what_the_flow_refuses_is_answered_by_the_table)
{
	const struct step steps[] = {
		S_BIND, S_SEND(DELIVER, 21, arrivals[0].pdu),
		S_ANSWERED(DELIVER, answers[_i].status, 21), S_END,
	};

	taken.refuse_with = answers[_i].err;
	play_with(answers[_i].extra, steps);
	ck_assert_uint_eq(stickies, 0);
}
END_TEST

static const struct {
	const char *name;
	struct strv pdu;
	uint32_t status;
} oddities[] = {
	{ "UDH longer than the body", MO("\x40", "\0", "\x03" "\x09\0\x03"),
	  0x65 },
	{ "binary", MO("\0", "\x04", "\x02" "\1\2"), 0x65 },
	{ "no sender", BYTES("\0" "\0\0" "\0" "\1\1" "15550100001\0" "\0\0\0"
	    "\0" "\0" "\0\0\0\0" "\x02" "hi"), 0x65 },
	{ "part 3 of 2 by TLVs", MO("\0", "\0", "\x02" "hi"
	    "\x02\x0c\0\x02\0\x07" "\x02\x0e\0\x01\x02" "\x02\x0f\0\x01\x03"),
	  0x65 },
	{ "too many parts", MO("\x40", "\0", "\x08" "\x05\0\x03\x2a\x15\1"
	    "ok"), 0x65 },
	{ "to a port", MO("\x40", "\0", "\x09" "\x06\x05\x04\x23\xf4\0\0"
	    "ok"), 0 },
	{ "type 0", BYTES("\0" "\1\1" "15550100002\0" "\1\1" "15550100001\0"
	    "\0\x40\0" "\0" "\0" "\0\0\0\0" "\x02" "hi"), 0 },
	{ "a phone's acknowledgement", MO("\x08", "\0", "\x02" "hi"), 0 },
	{ "a receipt without id", RECEIPT("\x0c" "stat:DELIVRD"), 0x65 },
};

START_TEST(odd_messages_have_a_precise_answer_and_change_nothing)
{
	const struct step steps[] = {
		S_BIND, S_SEND(DELIVER, 21, oddities[_i].pdu),
		S_ANSWERED(DELIVER, oddities[_i].status, 21),
		S_SEND(ENQUIRE, 22, NONE), S_ANSWERED(ENQUIRE, 0, 22), S_END,
	};

	play(steps);
	ck_assert_msg(taken.n == 0 && reports.n == 0 && parts_added == 0,
	    "%s", oddities[_i].name);
}
END_TEST

#define PART1 MO("\x40", "\0", "\x08" "\x05\0\x03\x2a\2\1" "on")
#define PART2 MO("\x40", "\0", "\x08" "\x05\0\x03\x2a\2\2" "ce")

START_TEST(parts_are_stored_before_they_are_answered_and_joined)
{
	static const struct step steps[] = {
		S_BIND, S_SEND(DELIVER, 31, PART2),
		S_ANSWERED(DELIVER, 0, 31),
		S_SEND(DELIVER, 32, PART2), S_ANSWERED(DELIVER, 0, 32),
		S_SEND(DELIVER, 33, PART1), S_ANSWERED(DELIVER, 0, 33), S_END,
	};

	play(steps);
	ck_assert_uint_eq(parts_added, 2);	/* the same one twice */
	ck_assert_uint_eq(parts_dropped, 1);
	ck_assert_uint_eq(taken.n, 1);
	ck_assert_str_eq(taken.text, "once");
}
END_TEST

static bool store_works(void)
{
	taken.refuse_with = ERR_OK;
	return true;
}

START_TEST(the_last_part_is_asked_for_again_when_the_store_fails)
{
	static const struct step steps[] = {
		S_BIND, S_SEND(DELIVER, 31, PART1),
		S_ANSWERED(DELIVER, 0, 31),
		S_SEND(DELIVER, 32, PART2), S_ANSWERED(DELIVER, 0x64, 32),
		S_DO(store_works),
		S_SEND(DELIVER, 33, PART2), S_ANSWERED(DELIVER, 0, 33), S_END,
	};

	taken.refuse_with = ERR_STORAGE;
	play(steps);
	ck_assert_uint_eq(parts_added, 2);	/* the first, and once more */
	ck_assert_uint_eq(taken.n, 2);
	ck_assert_str_eq(taken.text, "once");
}
END_TEST

static bool one_taken(void)
{
	return taken.n == 1;
}

START_TEST(a_missing_part_becomes_a_gap_in_the_end)
{
	static const struct step steps[] = {
		S_BIND, S_SEND(DELIVER, 31, PART2),
		S_ANSWERED(DELIVER, 0, 31), S_LATER(301000),
		S_WAIT(one_taken), S_END,
	};

	play(steps);
	ck_assert_str_eq(taken.text, "[\xe2\x80\xa6]" "ce");
}
END_TEST

/* --- receipts ----------------------------------------------------------- */

static const struct {
	const char *state;
	enum report_status status;
} states[] = {
	{ "DELIVRD", STATUS_DELIVERED },
	{ "EXPIRED", STATUS_FAILED },
	{ "UNDELIV", STATUS_FAILED },
	{ "DELETED", STATUS_FAILED },
	{ "UNKNOWN", STATUS_ERROR },
	{ "REJECTD", STATUS_FORBIDDEN },
};

START_TEST(a_receipt_is_a_report_and_answered_after_it)
{
	char pdu[120];
	size_t n = sizeof(RECEIPT("\x13" "id:id9 stat:")) - 1;
	struct step steps[] = {
		S_BIND, S_SEND(DELIVER, 8, NONE), S_ANSWERED(DELIVER, 0, 8),
		S_END,
	};
	struct strv head = RECEIPT("\x13" "id:id9 stat:");

	n = head.n;
	memcpy(pdu, head.p, n);
	memcpy(pdu + n, states[_i].state, 7);
	steps[4].body = (struct strv){ pdu, n + 7 };
	reports.known = "id9";
	play(steps);
	ck_assert_uint_eq(reports.n, 1);
	ck_assert_int_eq(reports.status, states[_i].status);
	ck_assert_str_eq(reports.recipient, "tel:+15550100002");
	ck_assert_str_eq(reports.hop, "smsc1");
}
END_TEST

START_TEST(progress_is_no_report)
{
	static const struct step steps[] = {
		S_BIND, S_SEND(DELIVER, 8, RECEIPT("\x13"
		    "id:id9 stat:ENROUTE")),
		S_ANSWERED(DELIVER, 0, 8), S_END,
	};

	play(steps);
	ck_assert_uint_eq(reports.n, 0);
}
END_TEST

START_TEST(a_receipt_that_cannot_be_stored_is_asked_for_again)
{
	static const struct step steps[] = {
		S_BIND, S_SEND(DELIVER, 8, RECEIPT("\x13"
		    "id:id9 stat:DELIVRD")),
		S_ANSWERED(DELIVER, 0x64, 8), S_END,
	};

	reports.broken = ERR_STORAGE;
	play(steps);
}
END_TEST

static bool known_now(void)
{
	reports.known = "id9";
	return true;
}

START_TEST(a_receipt_may_come_before_the_answer)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, NONE),
		S_SEND(DELIVER, 8, RECEIPT("\x13" "id:id9 stat:DELIVRD")),
		S_ANSWERED(DELIVER, 0, 8), S_DO(known_now),
		{ .op = SEND, .id = SUBMIT | RESP, .seq = 2,
		  .body = BYTES("ID9\0") },
		S_WAIT(one_result), S_SEND(ENQUIRE, 9, NONE),
		S_ANSWERED(ENQUIRE, 0, 9), S_END,
	};

	play(steps);
	ck_assert_uint_eq(reports.n, 2);	/* unknown, then found */
}
END_TEST

static bool two_reports(void)
{
	return reports.n >= 2;
}

START_TEST(an_orphan_is_asked_for_again_every_second)
{
	static const struct step steps[] = {
		S_BIND,
		S_SEND(DELIVER, 8, RECEIPT("\x13" "id:id9 stat:DELIVRD")),
		S_ANSWERED(DELIVER, 0, 8), S_DO(known_now), S_LATER(1000),
		S_WAIT(two_reports), S_LATER(1000), S_SEND(ENQUIRE, 9, NONE),
		S_ANSWERED(ENQUIRE, 0, 9), S_END,
	};

	play(steps);
	ck_assert_uint_eq(reports.n, 2);
}
END_TEST

static bool no_report(void)
{
	ck_assert_uint_eq(reports.n, 0);
	return true;
}

START_TEST(with_receipts_of_all_parts_the_last_one_decides)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_161), S_EXPECT(SUBMIT, 0, NONE),
		S_ANSWER(SUBMIT, 0, BYTES("id1\0")),
		S_EXPECT(SUBMIT, 0, NONE),
		S_ANSWER(SUBMIT, 0, BYTES("id2\0")), S_WAIT(one_result),
		S_SEND(DELIVER, 8, RECEIPT("\x13" "id:id2 stat:DELIVRD")),
		S_ANSWERED(DELIVER, 0, 8), S_DO(no_report),
		S_SEND(DELIVER, 9, RECEIPT("\x13" "id:id1 stat:DELIVRD")),
		S_ANSWERED(DELIVER, 0, 9), S_END,
	};

	reports.known = "id2";
	play_with("receipt-all-segments on", steps);
	ck_assert_uint_eq(reports.n, 1);
	ck_assert_str_eq(reports.refs[0], "id2");
}
END_TEST

/* --- acknowledgements ---------------------------------------------------- */

#define MO_ASKS(registered) BYTES("\0" "\x01\x01" "15550100002\0" \
	"\x01\x01" "15550100001\0" "\0\0\0" "\0" "\0" registered "\0" \
	"\0\0" "\x02" "hi" "\x02\x04\0\x02\x1a\x2b")

static enum report_status acknowledged;

/* What the journal makes of an IMDN about the message. */
static bool send_ack(void)
{
	struct leg *l = a_leg("", 0);
	struct message *m = l->message;

	m->kind = MESSAGE_REPORT;
	m->report.status = acknowledged;
	m->report.imdn_id = message_str(m, strv(taken.imdn_id));
	sms_port.deliver(l);
	return true;
}

static const struct {
	const char *setting;
	struct strv pdu;
	unsigned wants;
	enum report_status status;
	struct strv ack;	/* absent: none goes out */
} acks[] = {
	{ "acknowledge on", MO_ASKS("\x04"), WANTS_DELIVERED,
	  STATUS_DELIVERED, BYTES(HEAD("\x08", "\0", "\0") "\x07" "DELIVRD"
	  "\x02\x04\0\x02\x1a\x2b") },
	{ "acknowledge on", MO_ASKS("\x0c"), WANTS_DELIVERED |
	  WANTS_DISPLAYED, STATUS_DISPLAYED, BYTES(HEAD("\x10", "\0", "\0")
	  "\x04" "READ" "\x02\x04\0\x02\x1a\x2b") },
	{ "acknowledge on", MO_ASKS("\x01"), WANTS_DELIVERED,
	  STATUS_FAILED, { NULL, 0 } },
	{ "acknowledge on", MO_ASKS("\0"), 0, STATUS_DELIVERED,
	  BYTES(HEAD("\x08", "\0", "\0") "\x07" "DELIVRD") },
	{ "acknowledge off", MO_ASKS("\x0c"), 0, STATUS_DELIVERED,
	  { NULL, 0 } },
};

START_TEST(a_message_is_acknowledged_as_it_asks_for)
{
	const struct step steps[] = {
		S_BIND, S_SEND(DELIVER, 21, acks[_i].pdu),
		S_ANSWERED(DELIVER, 0, 21), S_DO(send_ack),
		S_EXPECT(SUBMIT, 0, acks[_i].ack),
		S_ANSWER(SUBMIT, 0, BYTES("9\0")), S_WAIT(one_result), S_END,
	};
	const struct step none[] = {
		S_BIND, S_SEND(DELIVER, 21, acks[_i].pdu),
		S_ANSWERED(DELIVER, 0, 21), S_DO(send_ack),
		S_WAIT(one_result), S_END,
	};

	acknowledged = acks[_i].status;
	play_with(acks[_i].setting, acks[_i].ack.p ? steps : none);
	ck_assert_uint_eq(taken.wants, acks[_i].wants);
	ck_assert_int_eq(results.last.err, ERR_OK);
}
END_TEST

START_TEST(a_decimal_receipt_finds_its_hex_answer)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, NONE),
		S_ANSWER(SUBMIT, 0, BYTES("12345678\0")), S_WAIT(one_result),
		S_SEND(DELIVER, 8, RECEIPT("\x1a"
		    "id:0305419896 stat:DELIVRD")),
		S_ANSWERED(DELIVER, 0, 8), S_END,
	};

	reports.known = "12345678";
	play(steps);
	ck_assert_uint_eq(reports.n, 1);
}
END_TEST

static bool wider_window(void)
{
	set("set gateway smsc1 window 20");
	ck_assert_uint_eq(sms_port.window(STRV("smsc1")), 20);
	return true;
}

START_TEST(a_live_setting_applies_without_a_new_session)
{
	static const struct step steps[] = {
		S_BIND, S_DO(wider_window), S_SEND(ENQUIRE, 9, NONE),
		S_ANSWERED(ENQUIRE, 0, 9), S_END,
	};

	play(steps);
	ck_assert_uint_eq(nconns, 1);
}
END_TEST

static bool other_type(void)
{
	set("set gateway smsc1 system-type X");
	return true;
}

START_TEST(a_setting_of_the_bind_opens_a_new_session)
{
	static const struct step steps[] = {
		S_BIND, S_DO(other_type), S_EXPECT(UNBIND, 0, NONE), S_CLOSED,
		S_ACCEPT(1),
		S_EXPECT(BIND, 0, BYTES("parley\0" "pw\0" "X\0" "\x34" "\0"
		    "\0" "\0")), S_END,
	};

	play(steps);
}
END_TEST

/* --- what operators want -------------------------------------------------- */

static void want(enum override_link link, int64_t rate)
{
	wants_link.value = link;
	wants_rate.value = rate;
	operated(STRV("smsc1"));
}

static bool drain(void)
{
	want(LINK_DRAIN, 0);
	ck_assert(is_down());
	ck_assert_ptr_nonnull(strstr(gateway->aside, "drained by alice"));
	ck_assert_uint_eq(sms_port.window(STRV("smsc1")), 0);
	return true;
}

static bool disable(void)
{
	want(LINK_DISABLE, 0);
	return true;
}

static bool let_free(void)
{
	want(LINK_FREE, 0);
	return true;
}

START_TEST(a_drained_gateway_ends_what_is_out_and_then_unbinds)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, NONE), S_DO(drain),
		S_SEND(ENQUIRE, 7, NONE), S_ANSWERED(ENQUIRE, 0, 7),
		S_SEND(SUBMIT | RESP, 2, BYTES("a\0")),
		S_EXPECT(UNBIND, 0, NONE), S_ANSWER(UNBIND, 0, NONE), S_CLOSED,
		S_LATER(3600000), S_DO(let_free), S_ACCEPT(1),
		S_EXPECT(BIND, 0, NONE), S_END,
	};

	play(steps);
	ck_assert_uint_eq(results.n, 1);
	ck_assert_int_eq(results.last.err, ERR_OK);
	ck_assert_uint_eq(nconns, 2);
}
END_TEST

START_TEST(a_drained_gateway_gives_back_what_it_has_not_begun)
{
	static const struct step steps[] = {
		S_BIND, S_DO(five), S_EXPECT(SUBMIT, 0, NONE), S_DO(drain),
		S_ANSWER(SUBMIT, 0, BYTES("a\0")), S_EXPECT(UNBIND, 0, NONE),
		S_WAIT(five_results), S_END,
	};

	play_with("window 1", steps);
	ck_assert_int_eq(results.last.err, ERR_OK);
}
END_TEST

START_TEST(a_drained_gateway_sends_the_other_parts_of_what_it_began)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_161), S_EXPECT(SUBMIT, 0, NONE),
		S_ANSWER(SUBMIT, 0, BYTES("id1\0")), S_DO(drain),
		S_EXPECT(SUBMIT, 0, NONE),
		S_ANSWER(SUBMIT, 0, BYTES("id2\0")), S_WAIT(one_result),
		S_EXPECT(UNBIND, 0, NONE), S_END,
	};

	play_with("window 1", steps);
	ck_assert_str_eq(results.ref, "id2");
}
END_TEST

START_TEST(a_link_that_is_lost_while_it_drains_stays_away)
{
	static const struct step steps[] = {
		S_BIND, S_DO(five), S_EXPECT(SUBMIT, 0, NONE), S_DO(drain),
		{ .op = HANG_UP }, S_WAIT(five_results), S_LATER(3600000),
		S_END,
	};

	play_with("window 1;retry-on-timeout on", steps);
	ck_assert_uint_eq(nconns, 1);
}
END_TEST

START_TEST(a_drain_that_is_taken_back_in_time_keeps_the_session)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, NONE), S_DO(drain),
		S_DO(let_free), S_WAIT(is_up),
		S_ANSWER(SUBMIT, 0, BYTES("a\0")), S_WAIT(one_result),
		S_DO(send_hi), S_EXPECT(SUBMIT, 0, NONE), S_END,
	};

	play(steps);
	ck_assert_uint_eq(nconns, 1);
}
END_TEST

START_TEST(a_disabled_gateway_closes_at_once)
{
	static const struct step steps[] = {
		S_BIND, S_DO(send_hi), S_EXPECT(SUBMIT, 0, NONE),
		S_DO(disable), S_EXPECT(UNBIND, 0, NONE), S_CLOSED,
		S_WAIT(one_result), S_LATER(3600000), S_DO(let_free),
		S_ACCEPT(1), S_END,
	};

	play(steps);
	ck_assert_int_eq(results.ref[0], '?');	/* it may have gone out */
}
END_TEST

START_TEST(one_that_is_set_aside_is_not_opened_at_start)
{
	static const struct step steps[] = {
		S_LATER(3600000), S_DO(let_free), S_ACCEPT(0),
		S_EXPECT(BIND, 0, BYTES(BIND_BODY)), S_END,
	};

	wants_link.value = LINK_DRAIN;
	play(steps);
	ck_assert_uint_eq(nconns, 1);
}
END_TEST

static bool two_a_second(void)
{
	want(LINK_FREE, 2);
	return true;
}

START_TEST(a_rate_set_at_run_time_goes_before_the_settings)
{
	static const struct step steps[] = {
		S_BIND, S_DO(two_a_second), S_DO(five),
		S_EXPECT(SUBMIT, 0, NONE), S_SEND(ENQUIRE, 7, NONE),
		S_ANSWERED(ENQUIRE, 0, 7), S_LATER(500),
		S_EXPECT(SUBMIT, 0, NONE), S_SEND(ENQUIRE, 8, NONE),
		S_ANSWERED(ENQUIRE, 0, 8), S_DO(let_free),
		S_EXPECT(SUBMIT, 0, NONE), S_EXPECT(SUBMIT, 0, NONE),
		S_EXPECT(SUBMIT, 0, NONE), S_END,
	};

	play_with("rate 1000", steps);
}
END_TEST

/* --- the test of a link ----------------------------------------------------- */

static const char *test_state;	/* of the newest job, as show job says it */
static char test_body[4096];

static void answered(struct op_call *c, void *arg)
{
	(void)arg;
	ck_assert_int_eq(op_call_status(c), 200);
	(void)snprintf(test_body, sizeof(test_body), "%s", op_call_body(c).p);
}

static void call(const char *command, const char *arg, const char *value)
{
	size_t n;
	const struct op *const *ops = op_all(&n);
	struct op_call *c = NULL;

	for (size_t i = 0; i < n; i++)
		if (strcmp(ops[i]->command, command) == 0)
			c = op_call_new(ops[i], STRV("test"), AS_ALL, answered,
			    NULL);
	ck_assert_ptr_nonnull(c);
	ck_assert(op_call_arg(c, arg, strv(value)));
	op_call_run(c);
	op_call_free(c);
}

static bool begin_test(void)
{
	call("test gateway", "name", "smsc1");
	return true;
}

static bool test_is(void)
{
	call("show job", "id", "1");
	return strstr(test_body, test_state) != NULL;
}

static bool cancel_test(void)
{
	call("job cancel", "id", "1");
	return true;
}

#define TRANSMITTER 0x02u
#define S_TEST	S_BIND, S_DO(begin_test), S_ACCEPT(1), \
		S_EXPECT(TRANSMITTER, 0, BYTES(BIND_BODY))
#define S_TEST_BOUND S_TEST, S_ANSWER(TRANSMITTER, 0, BYTES("big\0")), \
		S_EXPECT(ENQUIRE, 0, NONE)

static void play_test(const struct step *steps, const char *state,
    const char *says)
{
	jobs_register();
	test_state = state;
	play(steps);
	ck_assert_msg(strstr(test_body, says) != NULL, "no \"%s\" in %s",
	    says, test_body);
	ck_assert_uint_eq(audits, 2);
}

START_TEST(a_link_is_tried_beside_the_session_there_is)
{
	static const struct step steps[] = {
		S_TEST_BOUND, S_ANSWER(ENQUIRE, 0, NONE),
		S_EXPECT(UNBIND, 0, NONE), S_ANSWER(UNBIND, 0, NONE), S_CLOSED,
		S_WAIT(test_is), { .op = ON, .seq = 0 }, S_DO(send_hi),
		S_EXPECT(SUBMIT, 0, NONE), S_END,
	};

	play_test(steps, "\"state\":\"done\"", "calls itself \\\"big\\\"");
}
END_TEST

START_TEST(a_message_that_comes_while_it_is_tried_stays_there)
{
	static const struct step steps[] = {
		S_TEST_BOUND, S_SEND(DELIVER, 77, MO("\0", "\0", "\1x")),
		S_ANSWERED(DELIVER, 0x64, 77), S_SEND(ENQUIRE, 78, NONE),
		S_ANSWERED(ENQUIRE, 0, 78), S_SEND(ENQUIRE | RESP, 2, NONE),
		S_EXPECT(UNBIND, 0, NONE), { .op = HANG_UP }, S_WAIT(test_is),
		S_END,
	};

	play_test(steps, "\"state\":\"done\"", "closed without an answer");
	ck_assert_uint_eq(taken.n, 0);
}
END_TEST

static const struct {
	const char *name;
	struct step step;
	const char *says;
} faults[] = {
	{ "garbage", { .op = RAW, .body = { "HTTP/1.1 400 Bad", 16 } },
	  "sent what is no PDU" },
	{ "a PDU cut short", { .op = RAW, .body = { "\0\0\0\x12\0\0\0\x05"
	  "\0\0\0\0\0\0\0\x01\0\0", 18 } }, "sent a malformed PDU" },
	{ "refused", S_ANSWER(TRANSMITTER, 0x0e, NONE),
	  "check its password" },
	{ "bound elsewhere", S_ANSWER(TRANSMITTER, 0x05, NONE),
	  "gateway drain it" },
	{ "a vendor's status", S_ANSWER(TRANSMITTER, 0x401, NONE),
	  "ask the service centre" },
	{ "nack", { .op = SEND, .id = RESP, .status = 3, .seq = ANY },
	  "refused" },
	{ "unbind", S_SEND(UNBIND, 5, NONE), "unbound by the service centre" },
	{ "hang up", { .op = HANG_UP }, "does the service centre allow" },
	{ "silence", S_LATER(10000), "no answer in 10 s" },
};

START_TEST(what_a_link_does_wrong_is_said_where_it_happens)
{
	const struct step steps[] = {
		S_TEST, faults[_i].step, S_WAIT(test_is), S_END,
	};

	play_test(steps, "\"state\":\"failed\"", faults[_i].says);
	ck_assert_ptr_nonnull(strstr(test_body, "\"why\":\"bind failed"));
	ck_assert_ptr_null(strstr(test_body, "\"running\""));
}
END_TEST

START_TEST(a_test_that_is_cancelled_says_good_bye)
{
	static const struct step steps[] = {
		S_TEST_BOUND, S_DO(cancel_test), S_EXPECT(UNBIND, 0, NONE),
		S_WAIT(test_is), S_END,
	};

	play_test(steps, "\"state\":\"cancelled\"", "\"echo\",\"result\":"
	    "\"skipped\"");
}
END_TEST

START_TEST(the_end_of_the_daemon_ends_a_test)
{
	static const struct step steps[] = {
		S_TEST_BOUND, S_DO(stop), S_EXPECT(UNBIND, 0, NONE),
		S_WAIT(test_is), S_END,
	};

	play_test(steps, "\"state\":\"cancelled\"", "gateway-test");
}
END_TEST

static void add_operated(Suite *su)
{
	TCase *tc = tcase_create("operated");

	tcase_add_test(tc,
	    a_drained_gateway_ends_what_is_out_and_then_unbinds);
	tcase_add_test(tc, a_drained_gateway_gives_back_what_it_has_not_begun);
	tcase_add_test(tc,
	    a_drained_gateway_sends_the_other_parts_of_what_it_began);
	tcase_add_test(tc, a_link_that_is_lost_while_it_drains_stays_away);
	tcase_add_test(tc, a_drain_that_is_taken_back_in_time_keeps_the_session);
	tcase_add_test(tc, a_disabled_gateway_closes_at_once);
	tcase_add_test(tc, one_that_is_set_aside_is_not_opened_at_start);
	tcase_add_test(tc, a_rate_set_at_run_time_goes_before_the_settings);
	tcase_add_test(tc, a_link_is_tried_beside_the_session_there_is);
	tcase_add_test(tc,
	    a_message_that_comes_while_it_is_tried_stays_there);
	tcase_add_rows(tc, what_a_link_does_wrong_is_said_where_it_happens,
	    faults);
	tcase_add_test(tc, a_test_that_is_cancelled_says_good_bye);
	tcase_add_test(tc, the_end_of_the_daemon_ends_a_test);
	suite_add_tcase(su, tc);
}

static void add_link(Suite *su)
{
	TCase *tc = tcase_create("link");

	tcase_add_test(tc, a_link_binds_and_shows_itself);
	tcase_add_test(tc, an_alert_is_heard_and_then_wakes_what_waits);
	tcase_add_rows(tc, an_alert_may_say_that_the_phone_is_not_there,
	    availabilities);
	tcase_add_test(tc, a_refused_bind_waits_a_minute_and_says_what_to_mend);
	tcase_add_test(tc,
	    without_transceiver_it_binds_transmitter_and_receiver);
	tcase_add_test(tc, silence_is_tested_and_two_misses_end_the_session);
	tcase_add_test(tc, the_peer_may_unbind_and_is_called_again);
	tcase_add_test(tc, stopping_unbinds_first);
	tcase_add_test(tc, stopping_waits_five_seconds_at_the_most);
	tcase_add_test(tc, a_live_setting_applies_without_a_new_session);
	tcase_add_test(tc, a_setting_of_the_bind_opens_a_new_session);
	tcase_add_rows(tc, a_malformed_pdu_is_nacked_and_ends_the_session,
	    malformed);
	tcase_add_test(tc, a_thousand_tlvs_are_one_nack);
	tcase_add_test(tc,
	    an_unknown_command_is_nacked_and_the_session_stays);
	tcase_add_test(tc, an_answer_to_nothing_changes_nothing);
	suite_add_tcase(su, tc);
}

static void add_out(Suite *su)
{
	TCase *tc = tcase_create("out");

	tcase_add_test(tc, a_message_goes_out_and_its_id_is_kept);
	tcase_add_test(tc, a_notification_goes_out_with_its_own_text);
	tcase_add_rows(tc, a_refused_message_has_the_outcome_of_the_table,
	    refusals);
	tcase_add_test(tc, a_generic_nack_is_an_answer_too);
	tcase_add_test(tc,
	    throttling_pauses_the_gateway_for_a_second_and_then_wakes_it);
	tcase_add_rows(tc, a_text_is_written_as_the_link_wants_it, writings);
	tcase_add_rows(tc, what_cannot_be_an_sms_is_refused_at_once, hopeless);
	tcase_add_test(tc, a_refused_concatenation_is_tried_in_another_way);
	tcase_add_test(tc, a_long_message_goes_in_parts_and_the_last_id_counts);
	tcase_add_test(tc,
	    a_part_that_was_throttled_is_sent_again_after_the_pause);
	tcase_add_test(tc, a_refused_validity_is_left_out_the_second_time);
	tcase_add_test(tc, a_refused_source_is_replaced_by_the_fallback);
	tcase_add_test(tc, a_lost_answer_is_not_sent_again);
	tcase_add_test(tc, a_lost_answer_is_sent_again_where_that_is_wanted);
	tcase_add_test(tc,
	    a_late_answer_still_names_the_message_for_its_receipt);
	tcase_add_test(tc, a_lost_message_fails_when_its_time_is_over);
	tcase_add_test(tc, the_window_is_kept);
	tcase_add_test(tc, the_rate_is_kept);
	tcase_add_test(tc, what_was_not_begun_goes_back_when_the_link_falls);
	suite_add_tcase(su, tc);
}

static void add_in(Suite *su)
{
	TCase *tc = tcase_create("in");

	tcase_add_rows(tc, a_message_in_is_answered_when_it_is_stored,
	    arrivals);
	tcase_add_rows(tc, what_the_flow_refuses_is_answered_by_the_table,
	    answers);
	tcase_add_rows(tc, odd_messages_have_a_precise_answer_and_change_nothing,
	    oddities);
	tcase_add_test(tc, parts_are_stored_before_they_are_answered_and_joined);
	tcase_add_test(tc,
	    the_last_part_is_asked_for_again_when_the_store_fails);
	tcase_add_test(tc, a_missing_part_becomes_a_gap_in_the_end);
	tcase_add_rows(tc, a_receipt_is_a_report_and_answered_after_it, states);
	tcase_add_test(tc, progress_is_no_report);
	tcase_add_test(tc,
	    a_receipt_that_cannot_be_stored_is_asked_for_again);
	tcase_add_test(tc, a_receipt_may_come_before_the_answer);
	tcase_add_loop_test(tc, a_message_is_acknowledged_as_it_asks_for, 0,
	    sizeof(acks) / sizeof(*acks));
	tcase_add_test(tc, an_orphan_is_asked_for_again_every_second);
	tcase_add_test(tc, with_receipts_of_all_parts_the_last_one_decides);
	tcase_add_test(tc, a_decimal_receipt_finds_its_hex_answer);
	suite_add_tcase(su, tc);
}

Suite *suite(void)
{
	Suite *su = suite_create("sms port");

	add_link(su);
	add_out(su);
	add_operated(su);
	add_in(su);
	return su;
}
