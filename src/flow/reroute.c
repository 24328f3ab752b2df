/* reroute.c - another gateway for legs whose own one is down or gone. */

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/now.h"
#include "dir/gateways.h"
#include "dir/overrides.h"
#include "flow/hop.h"
#include "flow/plan.h"
#include "flow/renamed.h"
#include "flow/reroute.h"
#include "flow/sched.h"
#include "loop/timer.h"
#include "store/journal.h"

#define PAGE		64	/* legs read at once */
#define FLIGHT_MS	1000	/* to wait for legs under way */
#define PAUSE_MS	10000	/* between two long walks over a gateway's legs */

/* Over all that waits for one gateway, page by page. */
struct walk {
	struct strv name;
	bool again;		/* asked meanwhile */
	bool is_long;		/* more than a page */
	struct timer pause;
	char bytes[];
};

static struct map walks;

static void page(struct walk *w, uint64_t after);

/* What is queued goes back to the disk; what is under way ends first, so that
 * nothing overtakes it.  false: something is. */
static bool is_still(struct strv name)
{
	struct hop *h = hop_find(name);

	if (h)
		hop_pump(h);
	h = hop_find(name);
	return !h || h->in_flight == 0;
}

static void go_on(void *arg)
{
	struct walk *w = arg;

	if (!w->again) {
		map_del(&walks, w->name);
		free(w);
	} else if (is_still(w->name)) {
		page(w, 0);
	} else {
		timer_set(&w->pause, FLIGHT_MS);
	}
}

static void rerouted(enum err e, struct leg **found, size_t n, bool more,
    void *arg)
{
	struct walk *w = arg;
	uint64_t last = n ? found[n - 1]->id : 0;

	for (size_t i = 0; i < n; i++) {
		const struct gateway *to = sched_has(found[i]->id) ||
		    journal_is_unsaved(found[i]->id) ? NULL :
		    reroute_choice(found[i]);

		if (to)
			sched_move(found[i], to);
		else
			leg_free(found[i]);
	}
	w->again |= e != ERR_OK;
	if (more) {
		w->is_long = true;
		page(w, last);
	} else if (w->is_long || e != ERR_OK) {
		timer_set(&w->pause, PAUSE_MS);
	} else {
		go_on(w);
	}
}

static void page(struct walk *w, uint64_t after)
{
	if (after == 0)
		w->again = w->is_long = false;
	journal_load(w->name, after, INT64_MAX, PAGE, rerouted, w);
}

static void walk_over(struct strv name)
{
	struct walk *w = map_get(&walks, name);

	if (w) {
		w->again = true;
		return;
	}
	w = xalloc(sizeof(*w) + name.n);
	memcpy(w->bytes, name.p, name.n);
	w->name = (struct strv){ w->bytes, name.n };
	timer_init(&w->pause, "reroute", go_on, w);
	map_set(&walks, w->name, w);
	w->again = true;
	go_on(w);
}

static bool any_is_up(void)
{
	struct gateway *g = gateway_next(NULL);

	while (g && g->state != GATEWAY_UP)
		g = gateway_next(g);
	return g != NULL;
}

void reroute_look(struct strv name)
{
	struct gateway *g = gateway_find(name);

	/* an address is a user's or a group's, never a gateway's */
	if (!any_is_up() || (!g && memchr(name.p, ':', name.n)))
		return;
	renamed_look(name);
	if (!g)
		walk_over(name);
	for (g = gateway_next(NULL); g; g = gateway_next(g))
		if (g->state == GATEWAY_DOWN && !override_hold(strv(g->name)))
			walk_over(strv(g->name));
}

const struct gateway *reroute_choice(const struct leg *l)
{
	if (l->role != LEG_WHOLE && l->due > now_ms())
		return NULL;	/* it waits for something else */
	if (override_hold(l->hop))
		return NULL;
	return plan_other_gateway(l->message, l->recipient, l->hop);
}

void reroute_start(void)
{
	map_init(&walks);
}
