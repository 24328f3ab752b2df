/* tally.c - messages counted by edge, gateway, technology and reason. */

#include <stdio.h>

#include "base/alloc.h"
#include "base/metric.h"
#include "base/now.h"
#include "dir/gateways.h"
#include "flow/tally.h"

#define GATEWAYS 64	/* with series of their own; more are "other" */
#define EDGES 8

enum way { IN, OUT, WAYS };
static const char *const ways[WAYS] = { "in", "out" };

/* One edge or gateway, made at its first message and kept. */
struct tally {
	char *name;
	struct metric messages[WAYS], reports[WAYS];
	struct metric took;	/* edges: from acceptance to the next hop */
};

static struct tally edges[EDGES], gateways[GATEWAYS + 1];
static struct metric reasons[ERR_N];

static char *labels(const char *what, const char *name, const char *way)
{
	char text[128];
	int n = snprintf(text, sizeof(text), "%s=\"%s\"%s%s%s", what, name,
	    way ? ",direction=\"" : "", way ? way : "", way ? "\"" : "");

	return xstrndup(text, (size_t)n < sizeof(text) ? (size_t)n :
	    sizeof(text) - 1);
}

/* All four directions of one row, so that a chart shows the zeroes too. */
static void make(struct tally *t, const char *what, const char *messages,
    const char *reports, struct strv name)
{
	t->name = xstrndup(name.p, name.n);
	for (int way = 0; way < WAYS; way++) {
		char *text = labels(what, t->name, ways[way]);

		t->messages[way] = (struct metric)COUNTER(messages, text,
		    "Messages that came in or that the next hop took.");
		t->reports[way] = (struct metric)COUNTER(reports, text,
		    "Reports that came in or that the next hop took.");
	}
	metric_register(t->messages, WAYS);
	metric_register(t->reports, WAYS);
}

static struct tally *find(struct tally *all, size_t n, struct strv name)
{
	for (size_t i = 0; i < n; i++)
		if (!all[i].name || strv_eq(strv(all[i].name), name))
			return &all[i];
	return NULL;
}

static const char *technology(const char *port)
{
	return strcmp(port, "sip") == 0 ? "ip" : port;
}

static struct tally *edge_of(const char *port)
{
	struct tally *t = port ? find(edges, EDGES, strv(port)) : NULL;

	if (!t || t->name)
		return t;
	make(t, "edge", "parley_edge_messages_total",
	    "parley_edge_reports_total", strv(port));
	t->took = (struct metric)HISTOGRAM("parley_delivery_duration_seconds",
	    labels("tech", technology(port), NULL),
	    "From acceptance to the answer of the next hop.");
	metric_register(&t->took, 1);
	return t;
}

static struct tally *gateway_of(struct strv name)
{
	struct tally *t;

	if (!name.n || !gateway_find(name))
		return NULL;
	t = find(gateways, GATEWAYS, name);
	if (!t) {
		t = &gateways[GATEWAYS];
		name = STRV("other");
	}
	if (!t->name)
		make(t, "gateway", "parley_gateway_messages_total",
		    "parley_gateway_reports_total", name);
	return t;
}

static void count(struct tally *t, enum way way, const struct message *m)
{
	if (t)
		metric_inc(m->kind == MESSAGE_REPORT ? &t->reports[way] :
		    &t->messages[way]);
}

/* "smsc1" of "sms;via=smsc1" */
static struct strv via(struct strv service)
{
	struct strv rest, key = STRV("via=");

	(void)strv_split(service, ';', &rest);
	if (!rest.p || rest.n < key.n || memcmp(rest.p, key.p, key.n) != 0)
		return STRV_NONE;
	return (struct strv){ rest.p + key.n, rest.n - key.n };
}

void tally_in(const struct message *m)
{
	count(edge_of(m->in), IN, m);
	if (m->origin == FROM_NETWORK)
		count(gateway_of(via(m->service)), IN, m);
}

void tally_out(const struct leg *l)
{
	const struct message *m = l->message;
	struct tally *t = edge_of(l->port);
	int64_t us;

	count(t, OUT, m);
	count(gateway_of(l->hop), OUT, m);
	if (!t || m->kind == MESSAGE_REPORT)
		return;
	us = (now_ms() - m->received) * 1000;
	if (us < 1000)	/* finer than the time of day is kept */
		us = now_us() - l->started;
	metric_observe(&t->took, us > 0 ? us : 0);
}

void tally_failed(const struct leg *l)
{
	struct metric *m = &reasons[l->why];

	if (!m->name) {
		*m = (struct metric)COUNTER("parley_failures_total",
		    labels("reason", err_info(l->why)->name, NULL),
		    "Legs that ended without success.");
		metric_register(m, 1);
	}
	metric_inc(m);
}
