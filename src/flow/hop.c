/* hop.c - the queue in front of one user or gateway: sent, loaded, limited. */

#include <stdlib.h>

#define LOG_UNIT "hop"
#include "base/alloc.h"
#include "base/log.h"
#include "base/map.h"
#include "base/now.h"
#include "dir/bindings.h"
#include "dir/overrides.h"
#include "flow/flow_priv.h"
#include "flow/hop.h"
#include "flow/primary.h"
#include "loop/loop.h"
#include "store/journal.h"

#define HOP_LOAD	64	/* legs read from disk at once */
#define LOOK_AHEAD	32	/* queued legs looked at for one that may go */
#define UNREAD_MS	1000	/* the disk could not be read */
#define ALL_LEGS	50000	/* in memory, of all hops */

#define PORTS_MAX 16

static struct map hops, legs;
static struct out outs[PORTS_MAX];
static size_t nouts;
static struct list hungry;	/* hops that wait for room in memory */
static size_t loads;		/* under way */
static bool feeding;		/* feed() is deferred */
static bool stopped;

/* --- hops ----------------------------------------------------------------- */

struct out *out_of(const char *port)
{
	for (size_t i = 0; i < nouts; i++)
		if (strcmp(outs[i].port->name, port) == 0)
			return &outs[i];
	log_err("no such port name=%s", port);
	abort();
}

static void pause_over(void *arg);

struct hop *hop_find(struct strv name)
{
	return map_get(&hops, name);
}

struct hop *hop_get(struct strv name, const char *port)
{
	struct hop *h = hop_find(name);

	if (h)
		return h;
	h = xalloc(sizeof(*h) + name.n);
	memcpy(h + 1, name.p, name.n);
	h->name = (struct strv){ (char *)(h + 1), name.n };
	h->out = out_of(port);
	list_init(&h->queue);
	list_init(&h->sending);
	list_init(&h->full);
	list_init(&h->hungry);
	timer_init(&h->pause, "hop pause", pause_over, h);
	map_set(&hops, h->name, h);
	return h;
}

static void hop_free(struct hop *h)
{
	timer_cancel(&h->pause);
	list_del(&h->full);
	list_del(&h->hungry);
	map_del(&hops, h->name);
	free(h);
}

static bool hop_is_idle(const struct hop *h)
{
	return h->queued == 0 && h->in_flight == 0 && !h->more &&
	    !h->loading && !timer_is_set(&h->pause);
}

unsigned hop_window_of(struct strv name, const char *port)
{
	return override_hold(name) ? 0 : out_of(port)->port->window(name);
}

unsigned hop_window(const struct hop *h)
{
	if (stopped || timer_is_set(&h->pause) || override_hold(h->name))
		return 0;
	return h->out->port->window(h->name);
}

bool hop_is_user(const struct hop *h)
{
	return (h->out->port->caps & PORT_USERS) != 0;
}

void hop_look_anew(struct hop *h)
{
	h->more = true;
	h->after = 0;
	h->anew = h->loading;
	h->nresting = 0;
}

bool hop_has_room(void)
{
	return legs.n + loads * HOP_LOAD < ALL_LEGS;
}

static void feed(void *arg);

static void feed_soon(void)
{
	if (feeding || list_empty(&hungry) || !hop_has_room())
		return;
	feeding = true;
	loop_defer(feed, NULL);
}

static void leg_forget(struct leg *l)
{
	hop_forget(l->id);
	leg_free(l);
}

static void take(struct hop *h, struct leg *l)
{
	list_del(&l->hook);
	h->queued--;
}

void hop_waits(struct leg *l)
{
	if (!l || !l->early)
		return;
	l->early = false;
	journal_move(l);
}

/* What is queued goes back to where it came from. */
void hop_unload(struct hop *h)
{
	if (h->queued)
		h->more = true;
	LIST_FOR(at, &h->queue) {
		struct leg *l = LIST_ENTRY(at, struct leg, hook);

		take(h, l);
		hop_waits(l);
		submit_leg_waits(l);
		leg_forget(l);
	}
	h->after = 0;
}

void hop_rest(struct hop *h, struct strv device)
{
	hop_note_rest(h, device);
	LIST_FOR(at, &h->queue) {
		struct leg *l = LIST_ENTRY(at, struct leg, hook);

		if (!strv_eq(l->device, device))
			continue;
		take(h, l);
		hop_waits(l);
		submit_leg_waits(l);
		leg_forget(l);
	}
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
	take(h, l);
	list_push(&h->sending, &l->hook);
	h->in_flight++;
	h->out->in_flight++;
	metric_add(&flow_metrics[M_IN_FLIGHT], 1);
	l->early = false;
	leg_move(l, LEG_SENDING, ERR_OK);
	l->started = now_us();
	h->out->port->deliver(l);
}

static bool is_full(const struct out *o)
{
	return o->port->max_in_flight &&
	    o->in_flight >= o->port->max_in_flight;
}

void hop_end(struct hop *h, struct leg *l, void (*end)(struct leg *))
{
	take(h, l);
	end(l);
	leg_forget(l);
}


static void divert(struct hop *h, struct leg *l)
{
	take(h, l);
	hop_forget(l->id);
	primary_turn(l);
}

static void hop_send(struct hop *h, unsigned window)
{
	while (h->queued && h->in_flight < window) {
		struct leg *l;

		if (is_full(h->out)) {
			if (list_empty(&h->full))
				list_push(&h->out->full, &h->full);
			return;
		}
		l = hop_next(h);
		if (!l)
			return;
		if (l->expires <= now_ms())
			hop_end(h, l, result_over);
		else if (l->role == LEG_WHOLE || primary_goes(l))
			start(h, l);
		else
			divert(h, l);
	}
}

static void hop_load(struct hop *h);

void hop_pump(struct hop *h)
{
	unsigned window = hop_window(h);

	if (window == 0)
		hop_unload(h);
	hop_send(h, window);
	if (window && h->more && !h->loading && h->queued < HOP_QUEUE / 2)
		hop_load(h);
	if (window == 0 && !timer_is_set(&h->pause))
		h->more = false;	/* a wake will look again */
	if (hop_is_idle(h))
		hop_free(h);
}

static void pause_over(void *arg)
{
	struct hop *h = arg;

	hop_look_anew(h);
	hop_pump(h);
}

static void out_pump(struct out *o)
{
	while (!list_empty(&o->full) && !is_full(o)) {
		struct list *first = o->full.next;

		list_del(first);
		hop_pump(LIST_ENTRY(first, struct hop, full));
	}
}

void hop_go_on(struct hop *h)
{
	struct out *o = h->out;

	if (list_empty(&o->full)) {
		hop_pump(h);
		return;
	}
	if (list_empty(&h->full))
		list_push(&o->full, &h->full);
	out_pump(o);
}

/* --- from disk ---------------------------------------------------------------- */

static uint64_t order_of(const struct leg *l)
{
	return map_hash(l->message->from) ^ (map_hash(l->recipient) << 1);
}

void hop_queue(struct hop *h, struct leg *l)
{
	l->order = order_of(l);
	if (l->role != LEG_WHOLE)
		primary_loaded(l);
	list_push(&h->queue, &l->hook);
	h->queued++;
	map_set_u64(&legs, l->id, l);
}

static void loaded(enum err e, struct leg **found, size_t n, bool more,
    void *arg)
{
	struct hop *h = arg;

	loads--;
	h->loading = false;
	h->more = more || h->anew;
	h->after = more && n && !h->anew ? found[n - 1]->id : 0;
	h->anew = false;
	for (size_t i = 0; i < n; i++) {
		struct leg *l = found[i];

		reach_fall_back(l);
		if (!hop_wants(h, l)) {
			leg_free(l);
			continue;
		}
		if (l->state == LEG_HELD)
			leg_move(l, LEG_READY, ERR_OK);
		hop_queue(h, l);
	}
	h->appeared = h->appeared && h->more;
	if (e != ERR_OK) {
		log_warn("cannot read what waits hop=%.*s why=%s",
		    STRV_ARG(h->name), err_info(e)->name);
		timer_set(&h->pause, UNREAD_MS);
	}
	hop_pump(h);
	feed_soon();
}

/* What is for a device that is not there is not even read. */
static void load_user(struct hop *h)
{
	const struct user *u = user_find(h->name);
	struct buf devices, awaited;
	bool any = u && reach_any(u);

	buf_init(&devices, BUF_NO_LIMIT);
	buf_init(&awaited, BUF_NO_LIMIT);
	if (u)
		user_devices(u, &devices);
	if (any)
		reach_awaited(u, &awaited);
	journal_load_user(h->name, h->after, buf_strv(&devices), any ?
	    buf_strv(&awaited) : STRV_NONE, HOP_LOAD, loaded, h);
	buf_deinit(&devices);
	buf_deinit(&awaited);
}

static void hop_load(struct hop *h)
{
	if (!hop_has_room()) {
		if (list_empty(&h->hungry))
			list_push(&hungry, &h->hungry);
		return;
	}
	h->loading = true;
	loads++;
	if (hop_is_user(h))
		load_user(h);
	else
		journal_load(h->name, h->after, now_ms(), HOP_LOAD, loaded,
		    h);
}

static void feed(void *arg)
{
	(void)arg;
	feeding = false;
	while (!list_empty(&hungry) && hop_has_room()) {
		struct list *first = hungry.next;

		list_del(first);
		hop_pump(LIST_ENTRY(first, struct hop, hungry));
	}
}

struct hop *hop_leave(struct leg *l)
{
	struct hop *h = map_get(&hops, l->hop);

	list_del(&l->hook);
	h->in_flight--;
	h->out->in_flight--;
	metric_add(&flow_metrics[M_IN_FLIGHT], -1);
	return h;
}

struct leg *hop_leg(uint64_t id)
{
	return map_get_u64(&legs, id);
}

void hop_forget(uint64_t id)
{
	(void)map_del_u64(&legs, id);
	feed_soon();
}

/* --- start and stop --------------------------------------------------------------- */

struct out *out_next(struct out *o)
{
	size_t i = o ? (size_t)(o - outs) + 1 : 0;

	return i < nouts ? &outs[i] : NULL;
}

void hop_start(void)
{
	stopped = feeding = false;
	map_init(&hops);
	map_init(&legs);
	list_init(&hungry);
	nouts = loads = 0;
	for (const struct port *const *p = ports_all(); *p; p++) {
		if (nouts == PORTS_MAX)
			abort();
		outs[nouts] = (struct out){ *p, 0, { NULL, NULL } };
		list_init(&outs[nouts++].full);
	}
}

void hop_stop(void)
{
	struct hop *h;
	size_t at = 0;

	stopped = true;
	while ((h = map_next(&hops, &at)) != NULL)
		hop_pump(h);
}

bool hop_is_stopped(void)
{
	return stopped;
}
