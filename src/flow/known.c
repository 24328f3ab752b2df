/* known.c - devices that come to be known, and those that are no more. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/id.h"
#include "base/now.h"
#include "conf/conf.h"
#include "core/message.h"
#include "dir/bindings.h"
#include "dir/devices.h"
#include "flow/flow_priv.h"
#include "flow/sched.h"
#include "loop/work.h"
#include "store/journal.h"
#include "store/query.h"

#define BATCH		64	/* legs looked at at once */
#define NEWCOMER	200	/* messages for a device that is new */

/* --- no more -------------------------------------------------------------- */

/* A device without an instance id is known by its contact while it is there. */
bool known_is_gone(const struct leg *l)
{
	const struct user *u = l->device.n && l->role == LEG_WHOLE &&
	    l->message->kind != MESSAGE_REPORT ? user_find(l->hop) : NULL;
	const struct device *d = u ? device_find(u, l->device) : NULL;

	return u && (d ? d->blocked : !user_has(u, l->device));
}

/* The legs of a device on their way out, one batch after the other. */
struct leaving {
	struct arena arena;
	struct strv hop, device;
	uint64_t after;
};

static void leaving_free(struct leaving *g)
{
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

static void gone(const struct user *u, struct strv instance)
{
	struct leaving *g = xalloc(sizeof(*g));

	arena_init(&g->arena);
	g->hop = arena_str(&g->arena, u->key);
	g->device = arena_str(&g->arena, instance);
	look(g);
	sched_wake(u->key);	/* reports may go to another one now */
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
}

void known_stop(void)
{
	devices_watch(NULL);
}
