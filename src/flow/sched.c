/* sched.c - which leg goes out when: queues per hop, limits, retries. */

#include <stdlib.h>

#define LOG_UNIT "sched"
#include "base/alloc.h"
#include "base/log.h"
#include "base/map.h"
#include "base/now.h"
#include "dir/gateways.h"
#include "flow/flow_priv.h"
#include "flow/plan.h"
#include "flow/port.h"
#include "flow/sched.h"
#include "store/journal.h"

#define HOP_QUEUE	64	/* legs of one hop in memory; the rest on disk */
#define HOP_LOAD	64	/* legs read from disk at once */
#define LOOK_AHEAD	32	/* queued legs looked at for one that may go */
#define UNSURE_MS	1000	/* the port says wait, but its window is open */
#define ALL_LEGS	50000	/* in memory, of all hops */

/* A port and the hops that wait because it is full. */
struct out {
	const struct port *port;
	unsigned in_flight;
	struct list full;
};

/*
 * Exists while it has legs in memory, more on disk that may go, or a time to
 * wait for.  Legs go in the order of their ids, and never two of the same
 * sender to the same recipient at once, so a conversation keeps its order.
 */
struct hop {
	struct strv name;
	struct out *out;
	struct list queue, sending;
	size_t queued;
	unsigned in_flight;
	bool more;		/* the disk has legs that are not here */
	bool loading;
	uint64_t after;		/* loaded up to this id */
	int64_t blocked_until;	/* now_ms(); 0: not blocked */
	struct list full;	/* hook in out->full */
};

#define PORTS_MAX 16

static struct map hops, legs;
static struct out outs[PORTS_MAX];
static size_t nouts;
static bool stopped;

/* --- hops ----------------------------------------------------------------- */

static const char *port_of(struct strv hop)
{
	struct gateway *g = gateway_find(hop);

	return g ? g->port : "sip";
}

/* A leg's port is one of ports.def, or the database is not ours. */
static struct out *out_of(const char *port)
{
	for (size_t i = 0; i < nouts; i++)
		if (strcmp(outs[i].port->name, port) == 0)
			return &outs[i];
	log_err("no such port name=%s", port);
	abort();
}

static struct hop *hop_get(struct strv name, const char *port)
{
	struct hop *h = map_get(&hops, name);

	if (h)
		return h;
	h = xalloc(sizeof(*h) + name.n);
	memcpy(h + 1, name.p, name.n);
	h->name = (struct strv){ (char *)(h + 1), name.n };
	h->out = out_of(port);
	list_init(&h->queue);
	list_init(&h->sending);
	list_init(&h->full);
	map_set(&hops, h->name, h);
	return h;
}

static void hop_free(struct hop *h)
{
	list_del(&h->full);
	map_del(&hops, h->name);
	free(h);
}

static bool hop_is_idle(const struct hop *h)
{
	return h->queued == 0 && h->in_flight == 0 && !h->more &&
	    !h->loading && h->blocked_until == 0;
}

static unsigned hop_window(const struct hop *h)
{
	if (stopped || h->blocked_until > now_ms())
		return 0;
	return h->out->port->window(h->name);
}

static bool is_user_hop(const struct hop *h)
{
	return (h->out->port->caps & PORT_USERS) != 0;
}

static void leg_forget(struct leg *l)
{
	map_del_u64(&legs, l->id);
	leg_free(l);
}

/* What is queued goes back to where it came from: the disk has it. */
static void hop_unload(struct hop *h)
{
	LIST_FOR(at, &h->queue) {
		struct leg *l = LIST_ENTRY(at, struct leg, hook);

		submit_leg_waits(l);
		leg_forget(l);
	}
	if (h->queued)
		h->more = true;
	h->queued = 0;
	h->after = 0;
}

/* --- sending ---------------------------------------------------------------- */

static bool is_talking(const struct hop *h, uint64_t order)
{
	LIST_FOR(at, &h->sending)
		if (LIST_ENTRY(at, struct leg, hook)->order == order)
			return true;
	return false;
}

/* An earlier leg of the same order that is queued blocks the later ones. */
static struct leg *hop_next(struct hop *h)
{
	uint64_t seen[LOOK_AHEAD];
	size_t n = 0;

	LIST_FOR(at, &h->queue) {
		struct leg *l = LIST_ENTRY(at, struct leg, hook);
		bool free_to_go = !is_talking(h, l->order);

		for (size_t i = 0; free_to_go && i < n; i++)
			free_to_go = seen[i] != l->order;
		if (free_to_go)
			return l;
		if (n == LOOK_AHEAD)
			return NULL;
		seen[n++] = l->order;
	}
	return NULL;
}

static void start(struct hop *h, struct leg *l)
{
	list_del(&l->hook);
	h->queued--;
	list_push(&h->sending, &l->hook);
	h->in_flight++;
	h->out->in_flight++;
	metric_add(&flow_metrics[M_IN_FLIGHT], 1);
	leg_move(l, LEG_SENDING, ERR_OK);
	l->started = now_us();
	h->out->port->deliver(l);
}

static void hop_load(struct hop *h);

static void hop_pump(struct hop *h)
{
	const struct port *port = h->out->port;
	unsigned window = hop_window(h);
	struct leg *l;

	if (window == 0)
		hop_unload(h);
	while (h->queued && h->in_flight < window) {
		if (port->max_in_flight &&
		    h->out->in_flight >= port->max_in_flight) {
			if (list_empty(&h->full))
				list_push(&h->out->full, &h->full);
			return;
		}
		l = hop_next(h);
		if (!l)
			break;
		start(h, l);
	}
	if (window && h->more && !h->loading && h->queued < HOP_QUEUE / 2)
		hop_load(h);
	if (window == 0 && h->blocked_until <= now_ms()) {
		h->more = false;	/* a wake will look again */
		h->blocked_until = 0;
	}
	if (hop_is_idle(h))
		hop_free(h);
}

static void out_pump(struct out *o)
{
	struct list *first = list_first(&o->full);

	if (!first || o->in_flight >= o->port->max_in_flight)
		return;
	list_del(first);
	hop_pump(LIST_ENTRY(first, struct hop, full));
}

/* --- from disk ---------------------------------------------------------------- */

static bool is_wanted(const struct hop *h, const struct leg *l)
{
	int64_t now = now_ms();

	if (map_get_u64(&legs, l->id) || l->expires <= now)
		return false;
	return is_user_hop(h) || l->due <= now;
}

static uint64_t order_of(const struct leg *l)
{
	return map_hash(l->message->from) ^ (map_hash(l->recipient) << 1);
}

static void enqueue(struct hop *h, struct leg *l)
{
	l->order = order_of(l);
	list_push(&h->queue, &l->hook);
	h->queued++;
	map_set_u64(&legs, l->id, l);
}

static void loaded(enum err e, struct leg **found, size_t n, bool more,
    void *arg)
{
	struct hop *h = arg;

	h->loading = false;
	h->more = more;
	h->after = more && n ? found[n - 1]->id : 0;
	for (size_t i = 0; i < n; i++) {
		struct leg *l = found[i];

		if (!is_wanted(h, l)) {
			leg_free(l);
			continue;
		}
		if (l->state == LEG_HELD)
			leg_move(l, LEG_READY, ERR_OK);
		enqueue(h, l);
	}
	if (e != ERR_OK)
		log_warn("cannot read what waits hop=%.*s why=%s",
		    STRV_ARG(h->name), err_info(e)->name);
	hop_pump(h);
}

static void hop_load(struct hop *h)
{
	h->loading = true;
	journal_load(h->name, h->after, HOP_LOAD, loaded, h);
}

/* --- another gateway ------------------------------------------------------------ */

static void leg_to(struct leg *l, struct strv gateway)
{
	if (l->state == LEG_HELD)
		leg_move(l, LEG_READY, ERR_OK);
	l->hop = message_str(l->message, gateway);
	l->due = 0;
	journal_move(l);
	sched_add(l);
}

static void rerouted(enum err e, struct leg **found, size_t n, bool more,
    void *arg)
{
	uint64_t last = n ? found[n - 1]->id : 0;
	struct strv name = STRV_NONE;
	char hop[64];
	bool any = false;

	(void)e;
	(void)arg;
	if (n && found[0]->hop.n < sizeof(hop)) {
		memcpy(hop, found[0]->hop.p, found[0]->hop.n);
		name = (struct strv){ hop, found[0]->hop.n };
	}
	for (size_t i = 0; i < n; i++) {
		struct strv other = plan_other_gateway(found[i]->recipient,
		    found[i]->hop);

		if (!other.p || map_get_u64(&legs, found[i]->id)) {
			leg_free(found[i]);
			continue;
		}
		any = true;
		leg_to(found[i], other);
	}
	if (more && any && name.p)
		journal_load(name, last, HOP_LOAD, rerouted, NULL);
}

/* What waits for gateways that are down may go by one that came up. */
static void reroute_to(const struct gateway *up)
{
	for (struct gateway *g = gateway_next(NULL); g; g = gateway_next(g))
		if (g != up && g->state == GATEWAY_DOWN)
			journal_load(strv(g->name), 0, HOP_LOAD, rerouted,
			    NULL);
}

/* --- what the flow calls ---------------------------------------------------------- */

enum leg_state sched_state(const struct leg *l)
{
	struct out *o = out_of(l->port);
	struct hop *h = map_get(&hops, l->hop);

	if (stopped || o->port->window(l->hop) == 0)
		return LEG_HELD;
	if (!h)
		return legs.n < ALL_LEGS ? LEG_READY : LEG_HELD;
	if (!h->more && !h->loading && h->queued < HOP_QUEUE &&
	    h->blocked_until == 0 && legs.n < ALL_LEGS)
		return LEG_READY;
	h->more = true;
	return LEG_HELD;
}

void sched_add(struct leg *l)
{
	struct hop *h = hop_get(l->hop, l->port);

	enqueue(h, l);
	hop_pump(h);
}

void sched_held(const struct leg *l)
{
	struct hop *h = map_get(&hops, l->hop);

	if (!h && out_of(l->port)->port->window(l->hop) == 0)
		return;
	h = hop_get(l->hop, l->port);
	h->more = true;
	hop_pump(h);
}

static struct hop *leave(struct leg *l)
{
	struct hop *h = map_get(&hops, l->hop);

	list_del(&l->hook);
	h->in_flight--;
	h->out->in_flight--;
	metric_add(&flow_metrics[M_IN_FLIGHT], -1);
	return h;
}

static void go_on(struct hop *h)
{
	struct out *o = h->out;

	hop_pump(h);
	out_pump(o);
}

void sched_ended(struct leg *l)
{
	struct hop *h = leave(l);

	h->blocked_until = 0;
	leg_forget(l);
	go_on(h);
}

void sched_again(struct leg *l, int64_t due)
{
	struct hop *h = leave(l);
	struct strv other = STRV_NONE;

	if (due == 0 && hop_window(h) > 0)
		due = now_ms() + UNSURE_MS;
	if (due == 0 && !is_user_hop(h))
		other = plan_other_gateway(l->recipient, l->hop);
	leg_move(l, LEG_HELD, l->why);
	l->due = due;
	map_del_u64(&legs, l->id);
	if (other.p) {
		leg_to(l, other);
	} else {
		journal_move(l);
		submit_leg_waits(l);
		leg_free(l);
	}
	if (is_user_hop(h)) {
		h->blocked_until = due;
		hop_unload(h);
	}
	h->more |= due == 0;
	go_on(h);
}

void sched_wake(struct strv name)
{
	const char *port = port_of(name);
	struct out *o = out_of(port);
	struct gateway *g = gateway_find(name);
	struct hop *h;

	if (stopped)
		return;
	if (o->port->window(name) == 0) {
		journal_rest(name);
		return;
	}
	h = hop_get(name, port);
	h->blocked_until = 0;
	h->more = true;
	h->after = 0;
	hop_pump(h);
	if (g && g->state == GATEWAY_UP)
		reroute_to(g);
}

unsigned sched_in_flight(void)
{
	unsigned n = 0;

	for (size_t i = 0; i < nouts; i++)
		n += outs[i].in_flight;
	return n;
}

bool sched_is_held_in_memory(uint64_t leg)
{
	return map_get_u64(&legs, leg) != NULL;
}

void sched_start(void)
{
	stopped = false;
	map_init(&hops);
	map_init(&legs);
	nouts = 0;
	for (const struct port *const *p = ports_all(); *p; p++) {
		if (nouts == PORTS_MAX)
			abort();
		outs[nouts] = (struct out){ *p, 0, { NULL, NULL } };
		list_init(&outs[nouts++].full);
	}
}

void sched_stop(void)
{
	stopped = true;
}
