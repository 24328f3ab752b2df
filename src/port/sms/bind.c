/* bind.c - one session with a service centre (SMPP v3.4 2.2, 4.1 to 4.3). */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "sms"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "base/rand.h"
#include "conf/conf.h"
#include "loop/loop.h"
#include "port/sms/bind.h"

#define CONNECT_MS	10000	/* TCP and TLS */
#define BIND_MS		10000
#define UNBIND_MS	5000
#define FLUSH_MS	2000	/* for a last answer before we close */
#define STABLE_MS	10000	/* bound so long: the next try is at once */
#define MISSES_MAX	2
#define MAX_UNBOUND	512	/* bytes of a PDU before the bind */
#define MAX_BOUND	8192
#define MAX_SENT	70000	/* a message_payload and its fields */
#define MAX_OUT		(1024 * 1024)

static struct map binds;	/* by id */
static uint64_t last_id;

const char *sms_state_name(enum sms_state s)
{
	static const char *const names[SMS_NSTATES] = {
		"closed", "connecting", "binding", "bound", "unbinding"
	};

	return names[s];
}

static void move(struct sms_bind *b, enum sms_state to, const char *why)
{
	b->state = to;
	sms_link_changed(b, why);
}

struct sms_bind *sms_bind_find(uint64_t id)
{
	return map_get_u64(&binds, id);
}

/* --- sending --------------------------------------------------------------- */

enum err sms_bind_send(struct sms_bind *b, const struct smpp_pdu *p)
{
	struct buf out;
	enum err e;

	if (!b->stream)
		return ERR_BUSY;
	buf_init(&out, MAX_SENT);
	e = smpp_encode(p, &out);
	if (e == ERR_OK && !stream_write(b->stream, buf_strv(&out)))
		e = ERR_BUSY;
	buf_deinit(&out);
	return e;
}

static void request(struct sms_bind *b, uint32_t command)
{
	struct smpp_pdu p = { .id = command };

	p.seq = sms_window_seq(&b->window);
	if (command == SMPP_ENQUIRE_LINK)
		b->enquire_seq = p.seq;
	(void)sms_bind_send(b, &p);
}

void sms_bind_answer(uint64_t bind, uint32_t command, uint32_t seq,
    uint32_t status)
{
	struct sms_bind *b = sms_bind_find(bind);
	const struct smpp_pdu to = { .id = command, .seq = seq };
	struct smpp_pdu p;

	if (!b)
		return;
	smpp_answer(&to, status, &p);
	(void)sms_bind_send(b, &p);
}

/* --- closing --------------------------------------------------------------- */

/* What waited for answers learns that none will come. */
static void abandon(struct sms_bind *b)
{
	struct sms_sent s;

	while (sms_window_late(&b->window, INT64_MAX, &s))
		sms_submit_lost(b, &s);
}

/* Back to CLOSED; bytes already written still go out if flush. */
static void let_go(struct sms_bind *b, bool flush)
{
	timer_cancel(&b->timer);
	timer_cancel(&b->watch);
	resolve_cancel(b->resolve);
	b->resolve = NULL;
	if (flush && b->stream)
		stream_finish(b->stream, FLUSH_MS);
	else
		stream_free(b->stream);
	b->stream = NULL;
	b->enquire_seq = 0;
	b->misses = 0;
	/* answers of the old connection go to nobody */
	(void)map_del_u64(&binds, b->id);
	b->id = ++last_id;
	(void)map_set_u64(&binds, b->id, b);
}

static void again(void *arg)
{
	sms_bind_open(arg);
}

void sms_bind_drop(struct sms_bind *b, enum sms_drop reason, int64_t pause,
    const char *why)
{
	const struct sms_conf *c = &b->link->conf;
	char text[96];

	if (b->state == SMS_CLOSED)
		return;
	(void)snprintf(text, sizeof(text), "%s", why);
	if (b->bound_at && now_mono() - b->bound_at >= STABLE_MS)
		b->tries = 0;
	b->bound_at = 0;
	let_go(b, reason == SMS_DROP_MALFORMED || reason == SMS_DROP_PEER);
	sms_count(&b->link->count, SMS_LOST_UNREACHABLE +
	    (enum sms_series)reason);
	if (!pause)
		pause = sms_reconnect_ms(b->tries, c->reconnect_min,
		    c->reconnect_max, (uint32_t)rand_u64());
	b->tries++;
	timer_init(&b->timer, "reconnect", again, b);
	if (!b->stopping)
		timer_set(&b->timer, pause);
	move(b, SMS_CLOSED, text);
	abandon(b);
}

void sms_bind_gone(struct sms_bind *b)
{
	b->bound_at = 0;
	let_go(b, true);
	move(b, SMS_CLOSED, "unbound");
	abandon(b);
}

/* --- watching -------------------------------------------------------------- */

static void look(void *arg);

/* Wait for whatever is next: an answer that is late, or silence. */
static void watch_next(struct sms_bind *b)
{
	const struct sms_conf *c = &b->link->conf;
	int64_t at = b->heard + c->enquire_ms;
	int64_t oldest = sms_window_oldest(&b->window);

	if (b->enquire_seq)
		at = b->enquired + c->response_ms;
	if (oldest >= 0 && oldest + c->response_ms < at)
		at = oldest + c->response_ms;
	timer_set(&b->watch, at - now_mono());
}

static void enquire(struct sms_bind *b, int64_t now)
{
	b->enquired = now;
	request(b, SMPP_ENQUIRE_LINK);
}

static void late_answers(struct sms_bind *b, int64_t now)
{
	struct sms_sent s;

	while (b->state == SMS_BOUND && sms_window_late(&b->window,
	    now - b->link->conf.response_ms, &s)) {
		sms_submit_late(b, &s);
		if (!b->enquire_seq && b->heard <= s.at)
			enquire(b, now);
	}
}

static void look(void *arg)
{
	struct sms_bind *b = arg;
	const struct sms_conf *c = &b->link->conf;
	int64_t now = now_mono();

	late_answers(b, now);
	if (b->state != SMS_BOUND)
		return;
	if (b->enquire_seq && now - b->enquired >= c->response_ms) {
		if (++b->misses >= MISSES_MAX) {
			sms_bind_drop(b, SMS_DROP_TIMEOUT, 0,
			    "does not answer enquire_link");
			return;
		}
		enquire(b, now);
	} else if (!b->enquire_seq && now - b->heard >= c->enquire_ms) {
		enquire(b, now);
	}
	watch_next(b);
}

void sms_bind_sent(struct sms_bind *b, uint32_t seq, void *owner,
    unsigned part)
{
	bool first = b->window.n == 0;

	sms_window_add(&b->window, seq, owner, part, now_mono());
	if (first)
		watch_next(b);
}

void sms_bind_settings(struct sms_bind *b)
{
	if (b && b->state == SMS_BOUND)
		watch_next(b);
}

void sms_bind_bound(struct sms_bind *b)
{
	timer_cancel(&b->timer);
	b->bound_at = b->heard;
	watch_next(b);
	move(b, SMS_BOUND, "");
}

/* --- the connection -------------------------------------------------------- */

static size_t input(struct strv bytes, void *arg)
{
	struct sms_bind *b = arg;
	uint64_t id = b->id;
	size_t done = 0;

	b->heard = now_mono();
	while (done < bytes.n) {
		struct strv rest = { bytes.p + done, bytes.n - done };
		size_t n;

		if (smpp_frame(rest, b->state >= SMS_BOUND ? MAX_BOUND :
		    MAX_UNBOUND, &n) != ERR_OK) {
			sms_peer_malformed(b, 0, SMPP_RINVCMDLEN);
			break;
		}
		if (n == 0)
			break;
		sms_peer_pdu(b, (struct strv){ rest.p, n });
		if (b->id != id)
			break;		/* closed: b may be gone from the map,
					 * never from memory within this turn */
		done += n;
	}
	return done;
}

static void bind_late(void *arg)
{
	sms_bind_drop(arg, SMS_DROP_TIMEOUT, 0, "does not answer the bind");
}

/* The password's clear text lives no longer than the PDU that carries it. */
static void send_bind(struct sms_bind *b)
{
	const struct sms_peer *peer = &b->link->conf.peer;
	struct smpp_pdu p = { .id = b->mode, .interface_version = SMPP_V34 };
	struct buf secret;

	buf_init(&secret, 64);
	p.seq = sms_window_seq(&b->window);
	(void)SMPP_SET(p.system_id, strv(peer->system_id));
	(void)SMPP_SET(p.system_type, strv(peer->system_type));
	(void)SMPP_SET(p.range.addr, strv(peer->address_range));
	if (conf_secret("gateway", b->link->name, "password", &secret) ==
	    ERR_OK)
		(void)SMPP_SET(p.password, buf_strv(&secret));
	(void)sms_bind_send(b, &p);
	explicit_bzero(p.password, sizeof(p.password));
	explicit_bzero(secret.p, secret.n);
	buf_deinit(&secret);
}

static void opened(void *arg)
{
	struct sms_bind *b = arg;

	b->heard = now_mono();
	timer_init(&b->timer, "bind", bind_late, b);
	timer_set(&b->timer, BIND_MS);
	move(b, SMS_BINDING, "");
	send_bind(b);
}

static void closed(const char *why, void *arg)
{
	struct sms_bind *b = arg;

	if (b->state == SMS_UNBINDING)
		sms_bind_gone(b);
	else
		sms_bind_drop(b, b->state == SMS_CONNECTING ?
		    SMS_DROP_UNREACHABLE : SMS_DROP_PEER, 0, why);
}

static const struct stream_handler handler = { opened, input, closed };

static void resolved(const struct resolved *r, void *arg)
{
	struct sms_bind *b = arg;
	const struct sms_peer *peer = &b->link->conf.peer;
	struct stream_opt opt = {
		.max_in = MAX_BOUND * 2, .max_out = MAX_OUT,
		.connect_ms = CONNECT_MS, .secure = b->link->secure,
		.host = peer->hosts[b->host].name,
	};
	size_t i;

	b->resolve = NULL;
	if (r->n == 0) {
		b->host++;
		sms_bind_drop(b, SMS_DROP_UNREACHABLE, 0, r->why);
		return;
	}
	i = b->address++ % r->n;
	if (i + 1 == r->n) {	/* the next try asks the next host */
		b->address = 0;
		b->host++;
	}
	b->stream = stream_connect((const struct sockaddr *)&r->address[i].sa,
	    r->address[i].n, &opt, &handler, b);
}

void sms_bind_open(struct sms_bind *b)
{
	const struct sms_peer *peer = &b->link->conf.peer;

	if (b->state != SMS_CLOSED || b->stopping || peer->nhosts == 0)
		return;
	timer_cancel(&b->timer);
	b->host %= peer->nhosts;
	move(b, SMS_CONNECTING, "");
	b->resolve = resolve_host(strv(peer->hosts[b->host].name),
	    peer->hosts[b->host].port, resolved, b);
}

static void unbind_late(void *arg)
{
	sms_bind_gone(arg);
}

void sms_bind_unbind(struct sms_bind *b)
{
	b->stopping = true;
	timer_cancel(&b->timer);
	if (b->state != SMS_BOUND) {
		if (b->state != SMS_CLOSED && b->state != SMS_UNBINDING)
			sms_bind_gone(b);
		return;
	}
	timer_cancel(&b->watch);
	timer_init(&b->timer, "unbind", unbind_late, b);
	timer_set(&b->timer, UNBIND_MS);
	request(b, SMPP_UNBIND);
	move(b, SMS_UNBINDING, "unbinding");
}

/* --- life ------------------------------------------------------------------ */

struct sms_bind *sms_bind_new(struct sms_link *k, uint32_t mode)
{
	struct sms_bind *b = xalloc(sizeof(*b));

	b->link = k;
	b->mode = mode;
	b->id = ++last_id;
	(void)map_set_u64(&binds, b->id, b);
	sms_window_init(&b->window);
	timer_init(&b->timer, "reconnect", again, b);
	timer_init(&b->watch, "enquire_link", look, b);
	return b;
}

static void release(void *arg)
{
	free(arg);
}

void sms_bind_free(struct sms_bind *b)
{
	if (!b)
		return;
	b->stopping = true;
	if (b->state == SMS_BOUND)
		request(b, SMPP_UNBIND);	/* we do not wait for its answer */
	b->state = SMS_CLOSED;
	let_go(b, true);
	abandon(b);
	(void)map_del_u64(&binds, b->id);
	if (binds.n == 0)
		map_deinit(&binds);
	sms_window_deinit(&b->window);
	b->link = NULL;
	loop_defer(release, b);
}
