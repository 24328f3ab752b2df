/* gate.c - is everything up again that a commit has touched? */

#include <stdlib.h>

#include "admin/gate.h"
#include "base/alloc.h"
#include "base/list.h"
#include "base/now.h"
#include "loop/timer.h"
#include "op/probe.h"

#define EVERY_MS	50
#define CALM		2	/* looks in a row at which all is up */

struct watched {
	struct list hook;
	const struct probe *probe;
	char *name;
};

struct gate {
	struct list all;
	struct timer timer;
	int64_t end;
	int calm;
	gate_done_fn *done;
	void *arg;
};

static enum probe_state state_of(const struct probe *p, const char *name)
{
	enum probe_state state;
	struct buf says;

	buf_init(&says, 512);
	state = p->run(name, &says);
	buf_deinit(&says);
	return state;
}

static void watch_one(const struct conf_step *s, void *arg)
{
	const struct probe *p = probe_find(s->section->name);
	struct gate *g = arg;
	struct watched *w;
	enum probe_state was;

	if (!p || s->gone || s->impact == CONF_LIVE ||
	    s->impact == CONF_RESTART)
		return;
	/* what is down already cannot get worse */
	was = state_of(p, s->name);
	if (was != PROBE_UP && !(p->needed && was == PROBE_OFF))
		return;
	w = xalloc(sizeof(*w));
	w->probe = p;
	w->name = xstrndup(s->name, strlen(s->name));
	list_push(&g->all, &w->hook);
}

struct gate *gate_new(const struct conf_edit *e)
{
	struct gate *g = xalloc(sizeof(*g));

	list_init(&g->all);
	(void)conf_edit_plan(e, watch_one, g);
	if (!list_empty(&g->all))
		return g;
	gate_free(g);
	return NULL;
}

void gate_free(struct gate *g)
{
	if (!g)
		return;
	LIST_FOR(h, &g->all) {
		struct watched *w = LIST_ENTRY(h, struct watched, hook);

		list_del(&w->hook);
		free(w->name);
		free(w);
	}
	timer_cancel(&g->timer);
	free(g);
}

/* The worst of all; says about it what is down and why. */
static enum probe_state worst(const struct gate *g, struct buf *says)
{
	enum probe_state found = PROBE_UP;
	struct buf why;

	buf_init(&why, 512);
	LIST_FOR(h, &g->all) {
		const struct watched *w = LIST_ENTRY(h, struct watched, hook);
		enum probe_state s;

		buf_clear(&why);
		s = w->probe->run(w->name, &why);
		if (s == PROBE_UP || s == PROBE_OFF || found == PROBE_FAILED ||
		    (found == PROBE_DOWN && s == PROBE_DOWN))
			continue;
		found = s;
		buf_clear(says);
		buf_addf(says, "%s%s%s %s", w->probe->section, *w->name ? " " :
		    "", w->name, s == PROBE_FAILED ? "does not open" :
		    "does not come up");
		if (why.n)
			buf_addf(says, ": %s", why.p);
	}
	buf_deinit(&why);
	return found;
}

static void look(void *arg)
{
	struct gate *g = arg;
	gate_done_fn *done = g->done;
	enum probe_state state;
	struct buf says;

	buf_init(&says, 1024);
	state = worst(g, &says);
	g->calm = state == PROBE_UP ? g->calm + 1 : 0;
	if (g->calm < CALM && state != PROBE_FAILED && now_mono() < g->end) {
		timer_set(&g->timer, EVERY_MS);
	} else {
		arg = g->arg;
		gate_free(g);
		done(state == PROBE_UP ? NULL : says.p, arg);
	}
	buf_deinit(&says);
}

void gate_watch(struct gate *g, int64_t ms, gate_done_fn *done, void *arg)
{
	g->done = done;
	g->arg = arg;
	g->end = now_mono() + ms;
	timer_init(&g->timer, "health gate", look, g);
	timer_set(&g->timer, EVERY_MS);
}
