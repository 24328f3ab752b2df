/* link.c - gateways: made from settings, opened, paced, shown to routing. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "sms"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "base/rand.h"
#include "flow/flow.h"
#include "loop/loop.h"
#include "port/sms/bind.h"
#include "port/sms/link.h"

struct list sms_links = { &sms_links, &sms_links };
static bool running;
static void (*stopped)(void);	/* told when the last session is unbound */

struct sms_link *sms_link_find(struct strv name)
{
	LIST_FOR(at, &sms_links) {
		struct sms_link *k = LIST_ENTRY(at, struct sms_link, hook);

		if (strv_eq(strv(k->name), name))
			return k;
	}
	return NULL;
}

bool sms_link_is_up(const struct sms_link *k)
{
	return k->out && k->out->state == SMS_BOUND && !k->out->stopping;
}

/* --- state, as routing and people see it ----------------------------------- */

static unsigned sessions(const struct sms_link *k)
{
	return (k->out && k->out->state == SMS_BOUND) +
	    (k->in && k->in->state == SMS_BOUND);
}

static void explain(struct sms_link *k, const char *why)
{
	if (!k->conf.peer.enabled)
		why = "disabled by its settings";
	if (k->aside)
		(void)snprintf(k->why, sizeof(k->why), "%s", k->aside_text);
	else if (sms_throttle_on(&k->throttle) && sms_link_is_up(k))
		(void)snprintf(k->why, sizeof(k->why), "the service centre is "
		    "congested (%s): paused for %" PRId64 " s",
		    smpp_status_name(k->congestion), k->throttle.pause / 1000);
	else if (sessions(k) == (k->in ? 2 : 1))
		(void)snprintf(k->why, sizeof(k->why), "bound %s",
		    k->in ? "as transmitter and receiver" : "as transceiver");
	else if (k->in)
		(void)snprintf(k->why, sizeof(k->why),
		    "transmitter %s, receiver %s%s%s",
		    k->out ? sms_state_name(k->out->state) : "closed",
		    sms_state_name(k->in->state), *why ? ": " : "", why);
	else
		(void)snprintf(k->why, sizeof(k->why), "%s%s%s",
		    k->out ? sms_state_name(k->out->state) : "closed",
		    *why ? ": " : "", why);
}

static enum gateway_state state_now(const struct sms_link *k)
{
	if (!sms_link_is_up(k) || k->aside)
		return GATEWAY_DOWN;
	return sms_throttle_on(&k->throttle) ? GATEWAY_THROTTLED : GATEWAY_UP;
}

/* What waited for this one may go by another. */
static void wake_others(void *arg)
{
	(void)arg;
	LIST_FOR(at, &sms_links) {
		struct sms_link *k = LIST_ENTRY(at, struct sms_link, hook);

		if (k->gateway.state == GATEWAY_UP)
			flow_wake(strv(k->name));
	}
}

static void log_state(const struct sms_link *k, enum gateway_state was)
{
	if (k->gateway.state == GATEWAY_UP)
		log_info("gateway is up gateway=%s why=%s", k->name, k->why);
	else if (!running)
		log_info("gateway ends gateway=%s", k->name);
	else if (k->gateway.state != was)
		log_warn("gateway %s gateway=%s why=%s",
		    k->gateway.state == GATEWAY_DOWN ? "is down" : "pauses",
		    k->name, k->why);
}

static void show_state(struct sms_link *k)
{
	static const enum sms_series series[] = {
		[GATEWAY_DOWN] = SMS_STATE_DOWN, [GATEWAY_UP] = SMS_STATE_UP,
		[GATEWAY_THROTTLED] = SMS_STATE_THROTTLED,
	};

	sms_gauge(&k->count, SMS_UP, k->gateway.state != GATEWAY_DOWN);
	for (unsigned s = GATEWAY_DOWN; s <= GATEWAY_THROTTLED; s++)
		sms_gauge(&k->count, series[s], k->gateway.state == s);
	sms_gauge(&k->count, SMS_STATE_ASIDE, k->aside != LINK_FREE);
	sms_gauge(&k->count, SMS_SESSIONS, sessions(k));
}

static void update(struct sms_link *k, const char *why)
{
	enum gateway_state was = k->gateway.state;

	k->gateway.state = state_now(k);
	explain(k, why);
	show_state(k);
	if (k->gateway.state == was) {
		if (k->aside && !sms_link_is_up(k))
			sms_submit_return(k);	/* lost while it drained */
		return;
	}
	k->since = now_ms();
	log_state(k, was);
	if (k->gateway.state == GATEWAY_UP) {
		flow_wake(strv(k->name));
		sms_submit_pump(k);
		return;
	}
	sms_submit_return(k);
	loop_defer(wake_others, NULL);
}

static void tell_stopped(void *arg)
{
	void (*done)(void) = stopped;

	(void)arg;
	stopped = NULL;
	if (done)
		done();
}

static void maybe_stopped(void)
{
	if (!stopped)
		return;
	LIST_FOR(at, &sms_links) {
		struct sms_link *k = LIST_ENTRY(at, struct sms_link, hook);

		if ((k->out && k->out->state != SMS_CLOSED) ||
		    (k->in && k->in->state != SMS_CLOSED))
			return;
	}
	loop_defer(tell_stopped, NULL);
}

void sms_link_changed(struct sms_bind *b, const char *why)
{
	struct sms_link *k = b->link;

	if (b->state == SMS_CLOSED && *why && !b->stopping)
		log_warn("session ended gateway=%s why=%s next_try=%" PRId64
		    "ms", k->name, why, b->timer.at - now_mono());
	else
		log_debug("session %s gateway=%s", sms_state_name(b->state),
		    k->name);
	update(k, why);
	maybe_stopped();
}

/* --- pace ------------------------------------------------------------------ */

static void pace_due(void *arg)
{
	struct sms_link *k = arg;

	if (sms_throttle_on(&k->throttle)) {
		sms_throttle_end(&k->throttle);
		update(k, "");
	}
	sms_submit_pump(k);
}

void sms_link_throttle(struct sms_link *k, uint32_t status)
{
	int64_t now = now_mono();

	if (sms_throttle_on(&k->throttle))
		return;
	sms_throttle_hit(&k->throttle, now);
	sms_count(&k->count, SMS_THROTTLED);
	k->congestion = status;
	timer_set(&k->pace, k->throttle.until - now);
	update(k, "");
}

/* --- made from settings ---------------------------------------------------- */

static void close_sessions(struct sms_link *k)
{
	sms_bind_free(k->out);
	sms_bind_free(k->in);
	k->out = k->in = NULL;
}

static void open_secure(struct sms_link *k)
{
	const struct sms_peer *peer = &k->conf.peer;
	char why[SECURE_WHY];

	secure_free(k->secure);
	k->secure = NULL;
	if (!peer->tls)
		return;
	if (!peer->tls_verify)
		log_warn("TLS without verification: anybody can be the "
		    "service centre; set gateway %s tls-verify on", k->name);
	k->secure = secure_new(peer->tls_ca, peer->tls_verify, why);
	if (!k->secure)
		log_err("%s: set gateway %s tls-ca to a readable PEM file",
		    why, k->name);
}

static void open_sessions(struct sms_link *k)
{
	const struct sms_peer *peer = &k->conf.peer;

	if (!running || !peer->enabled || k->aside ||
	    (peer->tls && !k->secure))
		return;
	k->out = sms_bind_new(k, k->pair ? SMPP_BIND_TRANSMITTER :
	    SMPP_BIND_TRANSCEIVER);
	if (k->pair)
		k->in = sms_bind_new(k, SMPP_BIND_RECEIVER);
	sms_bind_open(k->out);
	if (k->in)
		sms_bind_open(k->in);
}

void sms_link_use_pair(struct sms_link *k)
{
	k->pair = true;
	close_sessions(k);
	open_sessions(k);
	update(k, "no transceiver there");
}

/* Sessions of this gateway alone are closed and opened. */
static void relink(struct sms_link *k)
{
	if (k->out)
		sms_count(&k->count, SMS_LOST_OURS);
	close_sessions(k);
	open_secure(k);
	k->pair = k->conf.peer.pair;
	open_sessions(k);
	update(k, k->conf.peer.tls && !k->secure ? "its tls-ca cannot be read" :
	    "");
}

/* Code points at the most: of plain letters, since others need more room. */
static size_t max_text(const struct sms_conf *c)
{
	static const unsigned per_part[] = { [SEGMENT_UDH8] = 153,
	    [SEGMENT_UDH16] = 152, [SEGMENT_SAR] = 153,
	    [SEGMENT_PAYLOAD] = 153 };

	return c->max_segments == 1 ? 160 :
	    (size_t)c->max_segments * per_part[c->concat];
}

static void set_rate(struct sms_link *k)
{
	const struct override *o = override_find(OVERRIDE_RATE,
	    strv(k->name));
	unsigned rate = o ? (unsigned)o->value : k->conf.rate;

	sms_gauge(&k->count, SMS_RATE, rate);
	if (rate != k->bucket.rate)
		sms_bucket_set(&k->bucket, rate, now_mono());
}

static void set_aside(struct sms_link *k)
{
	const struct override *o = override_find(OVERRIDE_LINK,
	    strv(k->name));
	struct buf words;

	k->aside = o ? (enum override_link)o->value : LINK_FREE;
	k->gateway.aside = o ? k->aside_text : NULL;
	if (!o)
		return;
	buf_init(&words, sizeof(k->aside_text) - 1);
	override_words(o, &words);	/* a long reason is left out */
	memcpy(k->aside_text, words.p, words.n + 1);
	buf_deinit(&words);
}

static void load(struct sms_link *k)
{
	sms_settings_load(k->name, &k->conf);
	set_rate(k);
	k->gateway.service = k->conf.fixed ? "sms-fixed" : "sms";
	k->gateway.reports = k->conf.receipts;
	k->gateway.anonymous = *k->conf.source || *k->conf.anonymous_source;
	k->gateway.max_text = max_text(&k->conf);
}

static struct sms_link *link_new(const char *name)
{
	struct sms_link *k = xalloc(sizeof(*k));

	(void)snprintf(k->name, sizeof(k->name), "%s", name);
	list_init(&k->queue);
	rand_bytes(k->refs, sizeof(k->refs));
	timer_init(&k->pace, "sms pace", pace_due, k);
	sms_habit_init(&k->habit);
	sms_count_init(&k->count, k->name);
	k->since = now_ms();
	k->gateway = (struct gateway){ .name = k->name, .port = "sms",
	    .state = GATEWAY_DOWN, .why = k->why };
	load(k);
	set_aside(k);
	list_push(&sms_links, &k->hook);
	gateway_add(&k->gateway);
	return k;
}

static void release(void *arg)
{
	struct sms_link *k = arg;

	secure_free(k->secure);
	sms_habit_deinit(&k->habit);
	sms_count_deinit(&k->count);
	free(k);
}

static void link_free(struct sms_link *k)
{
	list_del(&k->hook);
	close_sessions(k);
	gateway_remove(&k->gateway);
	k->gateway.state = GATEWAY_DOWN;
	sms_submit_return(k);
	flow_wake(strv(k->name));	/* what waits may go by another */
	timer_cancel(&k->pace);
	log_info("gateway removed gateway=%s", k->name);
	loop_defer(release, k);
}

void sms_link_applied(const char *name, bool gone)
{
	struct sms_link *k = sms_link_find(strv(name));
	struct sms_peer was;	/* compared as bytes, so copied as bytes */

	if (gone) {
		if (k)
			link_free(k);
		return;
	}
	if (!k) {
		relink(link_new(name));
		return;
	}
	memcpy(&was, &k->conf.peer, sizeof(was));
	load(k);
	if (memcmp(&was, &k->conf.peer, sizeof(was)) != 0) {
		relink(k);
		return;
	}
	sms_bind_settings(k->out);
	sms_bind_settings(k->in);
	sms_submit_pump(k);
}

/* --- what operators want --------------------------------------------------- */

void sms_link_drain(struct sms_link *k)
{
	if (k->aside != LINK_DRAIN || k->in_flight)
		return;
	if (k->out)
		sms_bind_unbind(k->out);
	if (k->in)
		sms_bind_unbind(k->in);
}

/* It may be free again before its last leg ended: then it was never down. */
static void let_free(struct sms_link *k)
{
	if (k->out && !k->out->stopping)
		update(k, "");
	else
		relink(k);
}

void sms_link_operated(struct strv name)
{
	struct sms_link *k = sms_link_find(name);
	enum override_link was;

	if (!k)
		return;
	was = k->aside;
	set_aside(k);
	set_rate(k);
	if (k->aside == was)
		update(k, "");
	else if (k->aside == LINK_FREE)
		let_free(k);
	else if (k->aside == LINK_DISABLE)
		relink(k);
	else
		update(k, "");
	sms_link_drain(k);
	sms_submit_pump(k);
}

/* --- start and stop -------------------------------------------------------- */

void sms_links_start(void)
{
	running = true;
	LIST_FOR(at, &sms_links)
		relink(LIST_ENTRY(at, struct sms_link, hook));
}

void sms_links_stop(void (*done)(void))
{
	running = false;
	stopped = done;
	LIST_FOR(at, &sms_links) {
		struct sms_link *k = LIST_ENTRY(at, struct sms_link, hook);

		if (k->out)
			sms_bind_unbind(k->out);
		if (k->in)
			sms_bind_unbind(k->in);
	}
	maybe_stopped();
}

void sms_links_fini(void)
{
	LIST_FOR(at, &sms_links)
		link_free(LIST_ENTRY(at, struct sms_link, hook));
}
