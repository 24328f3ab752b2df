/* sms.c - short messages: the port, what it shows, its clock. */

#include <inttypes.h>
#include <stdio.h>

#define LOG_UNIT "sms"
#include "base/log.h"
#include "base/now.h"
#include "core/leg.h"
#include "flow/flow.h"
#include "flow/port.h"
#include "loop/loop.h"
#include "op/health.h"
#include "op/probe.h"
#include "op/op.h"
#include "port/sms/every.h"
#include "port/sms/link.h"
#include "port/sms/linktest.h"
#include "port/sms/lost.h"

#define TICK_MS 1000

static struct timer tick_timer;

/* --- the clock ------------------------------------------------------------- */

static void tick(void *arg)
{
	(void)arg;
	LIST_FOR(at, &sms_links)
		sms_count_tick(&LIST_ENTRY(at, struct sms_link, hook)->count);
	sms_receipt_tick();
	sms_lost_tick();
	sms_deliver_tick();
	timer_set(&tick_timer, TICK_MS);
}

/* --- what it shows --------------------------------------------------------- */

static const char *state(const struct sms_link *k)
{
	static const char *const names[] = {
		[GATEWAY_DOWN] = "down", [GATEWAY_UP] = "bound",
		[GATEWAY_THROTTLED] = "throttled",
	};

	if (!k->conf.peer.enabled || k->aside == LINK_DISABLE)
		return "disabled";
	if (k->aside == LINK_DRAIN)
		return k->in_flight ? "draining" : "drained";
	return names[k->gateway.state];
}

static void show(struct op_call *c, const struct sms_link *k)
{
	const struct metric *m = k->count.metrics;

	op_row(c);
	op_field(c, "name", strv(k->name));
	op_field(c, "kind", STRV("smpp"));
	op_field(c, "network", strv(k->conf.fixed ? "fixed" : "mobile"));
	op_field(c, "state", strv(state(k)));
	op_field_time(c, "since", k->since);
	op_fieldf(c, "in_rate", "%.1f", k->count.in_rate);
	op_fieldf(c, "out_rate", "%.1f", k->count.out_rate);
	op_field_int(c, "in_flight", k->in_flight);
	op_field_int(c, "window", k->conf.window);
	op_field_int(c, "throttled", metric_get(&m[SMS_THROTTLED]));
	op_field_int(c, "errors", k->count.errors);
	op_field(c, "why", strv(k->why));
	op_field_int(c, "rate", k->bucket.rate);
	override_fields(c, strv(k->name));
}

static void show_gateways(struct op_call *c)
{
	struct strv name = op_text(c, "name");
	struct sms_link *k = name.p ? sms_link_find(name) : NULL;

	if (name.p && !k) {
		op_fail(c, OP_NOT_FOUND, "there is no gateway \"%.*s\"",
		    STRV_ARG(name));
		return;
	}
	op_list(c);
	if (k)
		show(c, k);
	else
		LIST_FOR(at, &sms_links)
			show(c, LIST_ENTRY(at, struct sms_link, hook));
	op_done(c);
}

static const struct op_arg name_args[] = {
	{ "name", ARG_POSITION, "gateway", "one gateway; all without it",
	  IS_TEXT(0, 64) },
	{ 0 }
};

static const struct op ops[] = {
	{ "show gateways", "GET", "/gateways", CAP_VIEW, OP_CORE, name_args,
	    "Links to service centres, their state and load", show_gateways,
	    "[name kind network=mobile|fixed "
	    "state=down|bound|throttled|disabled|draining|drained "
	    "since:time? in_rate "
	    "out_rate in_flight:int window:int throttled:int "
	    "errors:int why rate:int " OVERRIDE_ANSWER "]" },
};

/* Each of them, as long as one can read it. */
#define NAMED	5

static enum health check_gateways(struct buf *says, struct buf *remedy)
{
	size_t n = 0, down = 0;
	struct buf bad;

	buf_init(&bad, 2048);

	LIST_FOR(at, &sms_links) {
		const struct sms_link *k = LIST_ENTRY(at, struct sms_link,
		    hook);

		if (!k->conf.peer.enabled || k->aside)
			continue;
		n++;
		if (k->gateway.state != GATEWAY_DOWN)
			continue;
		if (down++ < NAMED)
			buf_addf(&bad, "%s%s (%s)", down > 1 ? ", " : "",
			    k->name, k->why);
	}
	if (down == 0)
		buf_addf(says, "all of %zu gateways are up", n);
	else
		buf_addf(says, "%zu of %zu gateways are down: %s%s", down, n,
		    bad.p, down > NAMED ? " and others" : "");
	if (down)
		buf_addz(remedy, "look at `show gateways`; check address, "
		    "system-id and password of each, and whether its service "
		    "centre runs; parley test gateway tries it step by step");
	buf_deinit(&bad);
	return down ? HEALTH_WARN : HEALTH_OK;
}

static const struct health_check checks[] = {
	{ "gateways", false, check_gateways },
};

static enum probe_state probe_gateway(const char *name, struct buf *says)
{
	const struct sms_link *k = sms_link_find(strv(name));

	if (!k || !k->conf.peer.enabled || k->aside)
		return PROBE_OFF;
	if (sms_link_is_up(k))
		return PROBE_UP;
	buf_addz(says, k->why);
	return PROBE_DOWN;
}

static const struct probe probes[] = {
	{ "gateway", false, probe_gateway },
};

/* --- the port -------------------------------------------------------------- */

static void init(const char *dir)
{
	(void)dir;
	sms_settings_register(sms_link_applied);
	override_watch(1u << OVERRIDE_LINK | 1u << OVERRIDE_RATE,
	    sms_link_operated);
	op_register(ops, sizeof(ops) / sizeof(*ops));
	sms_linktest_register();
	health_register(checks, sizeof(checks) / sizeof(*checks));
	probe_register(probes, sizeof(probes) / sizeof(*probes));
}

static enum err start(void)
{
	sms_deliver_load();
	timer_init(&tick_timer, "sms tick", tick, NULL);
	timer_set(&tick_timer, TICK_MS);
	sms_links_start();
	return ERR_OK;
}

static void stop(void (*done)(void))
{
	timer_cancel(&tick_timer);
	sms_linktest_stop_all();
	sms_links_stop(done);
}

static void fini(void)
{
	timer_cancel(&tick_timer);
	sms_links_fini();
	sms_receipt_fini();
	sms_lost_fini();
	sms_every_fini();
	sms_deliver_fini();
	resolve_forget();
}

static unsigned window(struct strv hop)
{
	const struct sms_link *k = sms_link_find(hop);

	return k && k->gateway.state == GATEWAY_UP ? k->conf.window : 0;
}

static void removed(void *arg)
{
	const struct flow_outcome o = { .err = ERR_OFFLINE, .hold = true };

	flow_result(arg, &o);
}

static void deliver(struct leg *l)
{
	struct sms_link *k = sms_link_find(l->hop);

	if (k)
		sms_submit(k, l);
	else
		loop_defer(removed, l);
}

const struct port sms_port = {
	.name = "sms",
	.caps = PORT_TEXT | PORT_REPORTS,
	.init = init,
	.start = start,
	.stop = stop,
	.fini = fini,
	.window = window,
	.deliver = deliver,
};
