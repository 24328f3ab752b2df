/* known.c - devices that come to be known, and those that are no more. */

#include <stdlib.h>
#include <strings.h>

#define LOG_UNIT "flow"
#include "base/alloc.h"
#include "base/arena.h"
#include "base/id.h"
#include "base/log.h"
#include "base/now.h"
#include "conf/conf.h"
#include "core/message.h"
#include "dir/bindings.h"
#include "dir/devices.h"
#include "flow/flow_priv.h"
#include "flow/sched.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/work.h"
#include "store/journal.h"
#include "store/query.h"

#define BATCH		64	/* legs looked at at once */
#define NEWCOMER	200	/* messages for a device that is new */
#define SWEEP_MS	5000	/* after a start */

/* --- no more -------------------------------------------------------------- */

/* A device without an instance id is known by its contact while it is there. */
static bool is_gone(const struct user *u, struct strv device)
{
	const struct device *d = device_find(u, device);

	return d ? d->blocked : !user_has(u, device);
}

bool known_is_gone(const struct leg *l)
{
	const struct user *u = l->device.n && l->role == LEG_WHOLE &&
	    l->message->kind != MESSAGE_REPORT ? user_find(l->hop) : NULL;

	return u && is_gone(u, l->device);
}

/* The legs of a device on their way out, one batch after the other. */
struct leaving {
	struct arena arena;
	struct strv hop, device;
	uint64_t after;
	bool swept;		/* another one follows */
};

static void sweep_next(void *arg);

static void leaving_free(struct leaving *g)
{
	if (g->swept)
		loop_post(sweep_next, NULL);
	arena_deinit(&g->arena);
	free(g);
}

/* What is in flight ends by its outcome. */
static void cancel(const struct leaving *g, struct leg *l)
{
	if (!strv_eq(l->device, g->device) || l->role != LEG_WHOLE ||
	    journal_is_unsaved(l->id) ||
	    (l->message->kind == MESSAGE_REPORT ? !reach_is_copy(l) :
	    !known_is_gone(l)))
		return;
	if (sched_has(l->id))
		(void)sched_end(l->id, result_over);
	else
		result_cancelled(l);
}

static void look(struct leaving *g);

static void found(enum err e, struct leg **legs, size_t n, bool more,
    void *arg)
{
	struct leaving *g = arg;

	for (size_t i = 0; i < n; i++) {
		g->after = legs[i]->id;
		cancel(g, legs[i]);
		leg_free(legs[i]);
	}
	if (e == ERR_OK && more)
		look(g);
	else
		leaving_free(g);
}

static void look(struct leaving *g)
{
	journal_load_user(g->hop, g->after, g->device, STRV_NONE, BATCH,
	    found, g);
}

static void leave(const struct user *u, struct strv instance, bool swept)
{
	struct leaving *g = xalloc(sizeof(*g));

	arena_init(&g->arena);
	g->hop = arena_str(&g->arena, u->key);
	g->device = arena_str(&g->arena, instance);
	g->swept = swept;
	look(g);
}

static void gone(const struct user *u, struct strv instance)
{
	leave(u, instance, false);
	sched_wake(u->key);	/* reports may go to another one now */
}

/* --- gone before a crash --------------------------------------------------- */

/*
 * That a device is forgotten or blocked is on disk before its legs have ended.
 * Some time after a start all that waits for one device is looked at, which
 * is little unless very much waits: in a worker.
 */
struct pair {
	struct pair *next;
	struct strv hop, device;
};

static struct sweep {
	struct timer timer;
	struct arena arena;
	struct pair *first;
	bool on;
} sweep;

static void add_pair(struct strv hop, struct strv device, void *arg)
{
	struct pair *p = arena_alloc(&sweep.arena, sizeof(*p));

	(void)arg;
	p->hop = arena_str(&sweep.arena, hop);
	p->device = arena_str(&sweep.arena, device);
	p->next = sweep.first;
	sweep.first = p;
}

static void sweep_work(void *arg)
{
	(void)arg;
	(void)query_apart(add_pair, NULL);
}

/*
 * One known by its contact may be there again with its next REGISTER: that
 * it is not there says only that its registration ended while we were away.
 */
static bool was_left(const struct user *u, struct strv device)
{
	return is_gone(u, device) && (device_find(u, device) ||
	    device.n < 3 || strncasecmp(device.p, "sip", 3) != 0);
}

/* One after the other: each costs the writer a look. */
static void sweep_next(void *arg)
{
	struct pair *p;

	(void)arg;
	while (sweep.on && (p = sweep.first) != NULL) {
		const struct user *u = user_find(p->hop);

		sweep.first = p->next;
		if (!u || !was_left(u, p->device))
			continue;
		log_info("a device is gone, what waits for it ends user=%.*s "
		    "device=%.*s", STRV_ARG(p->hop), STRV_ARG(p->device));
		leave(u, p->device, true);
		return;
	}
	arena_deinit(&sweep.arena);
	arena_init(&sweep.arena);
}

static void sweep_start(void *arg)
{
	(void)arg;
	if (!work_put(WORK_SLOW, sweep_work, sweep_next, NULL))
		timer_set(&sweep.timer, SWEEP_MS);
}

/* --- new ------------------------------------------------------------------ */

/* Messages that came before a device was there for the first time. */
struct newcomer {
	struct arena arena;
	struct strv hop, device;
	int64_t since, now;
	uint64_t ids[NEWCOMER];		/* newest first */
	int64_t expires[NEWCOMER];
	size_t n;
};

static bool is_missed(const struct query_leg *l, const struct newcomer *g)
{
	return l->kind != MESSAGE_REPORT && l->role == LEG_WHOLE &&
	    l->device.n == 0 && l->expires > g->now &&
	    strv_eq(l->hop, g->hop) && (l->state == LEG_SENT ||
	    l->state == LEG_DELIVERED || l->state == LEG_DISPLAYED);
}

static bool take(const struct query_leg *l, void *arg)
{
	struct newcomer *g = arg;

	if (is_missed(l, g)) {
		g->ids[g->n] = id_message_of(l->leg);
		g->expires[g->n++] = l->expires;
	}
	return g->n < NEWCOMER;
}

/* In a worker: it may look at many. */
static void search(void *arg)
{
	struct newcomer *g = arg;
	const struct query_filter f = { .hop = g->hop, .state = -1,
		.since = g->since };

	(void)query_legs(&f, take, g);
}

static void searched(void *arg)
{
	struct newcomer *g = arg;

	while (g->n > 0) {
		struct journal_late late = {
			.message = g->ids[--g->n], .recipient = g->hop,
			.hop = g->hop, .port = "sip", .devices = g->device,
			.why = ERR_OFFLINE, .expires = g->expires[g->n]
		};

		journal_late(&late);
	}
	sched_due(g->hop);
	arena_deinit(&g->arena);
	free(g);
}

static void known(const struct user *u, struct strv instance)
{
	int64_t window = conf_int("policy devices", "", "new-window");
	struct newcomer *g;

	if (window == 0)
		return;
	g = xalloc(sizeof(*g));
	arena_init(&g->arena);
	g->hop = arena_str(&g->arena, u->key);
	g->device = arena_str(&g->arena, instance);
	g->now = now_ms();
	g->since = g->now - window;
	if (work_run(search, searched, g))
		return;
	arena_deinit(&g->arena);
	free(g);
}

/* --- life ----------------------------------------------------------------- */

void known_start(void)
{
	static const struct devices_listener listener = { known, gone };

	devices_watch(&listener);
	sweep.on = true;
	sweep.first = NULL;
	arena_init(&sweep.arena);
	timer_init(&sweep.timer, "devices gone", sweep_start, NULL);
	timer_set(&sweep.timer, SWEEP_MS);
}

void known_stop(void)
{
	devices_watch(NULL);
	sweep.on = false;
	timer_cancel(&sweep.timer);
}
