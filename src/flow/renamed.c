/* renamed.c - what waits for a gateway follows when that has a new name. */

#include <stdlib.h>
#include <string.h>

#define LOG_UNIT "flow"
#include "base/alloc.h"
#include "base/list.h"
#include "base/log.h"
#include "dir/gateways.h"
#include "flow/renamed.h"
#include "flow/sched.h"
#include "loop/loop.h"
#include "store/journal.h"
#include "store/settings.h"

/* Few, since people give names. */
struct renamed {
	struct list hook;
	struct strv from, to;
	bool busy;		/* the writer is at it */
	char bytes[];
};

static struct list all = { &all, &all };
static bool on;

static void done(enum err e, size_t n, void *arg)
{
	struct renamed *r = arg;

	r->busy = false;
	if (e != ERR_OK)
		log_warn("what waits for %.*s cannot be given to %.*s now",
		    STRV_ARG(r->from), STRV_ARG(r->to));
	if (n == 0)
		return;
	log_info("renamed gateway=%.*s was=%.*s legs=%zu", STRV_ARG(r->to),
	    STRV_ARG(r->from), n);
	sched_wake(r->to);
}

static void go(struct renamed *r)
{
	if (r->busy || !on || gateway_find(r->from) || !gateway_find(r->to))
		return;
	r->busy = true;
	journal_rename(r->from, r->to, done, r);
}

void renamed_look(struct strv name)
{
	LIST_FOR(h, &all) {
		struct renamed *r = LIST_ENTRY(h, struct renamed, hook);

		if (strv_eq(r->to, name))
			go(r);
	}
}

/* In the next turn the settings are in force. */
static void in_force(void *arg)
{
	struct renamed *r = arg;

	go(r);
}

static bool is_known(const struct settings_rename *r)
{
	LIST_FOR(h, &all) {
		const struct renamed *o = LIST_ENTRY(h, struct renamed, hook);

		if (strv_eq(o->from, r->from) && strv_eq(o->to, r->to)) {
			loop_defer(in_force, LIST_ENTRY(h, struct renamed,
			    hook));
			return true;
		}
	}
	return false;
}

static void note(const struct settings_rename *r)
{
	struct renamed *n;

	if (!strv_eq(r->section, STRV("gateway")) || is_known(r))
		return;
	n = xalloc(sizeof(*n) + r->from.n + r->to.n);
	memcpy(n->bytes, r->from.p, r->from.n);
	memcpy(n->bytes + r->from.n, r->to.p, r->to.n);
	n->from = (struct strv){ n->bytes, r->from.n };
	n->to = (struct strv){ n->bytes + r->from.n, r->to.n };
	list_push(&all, &n->hook);
	loop_defer(in_force, n);
}

static void moved(const struct settings_rename *r)
{
	for (; r; r = r->next)
		note(r);
}

void renamed_register(void)
{
	static const struct settings_follower follower = { NULL, moved };

	settings_follow(&follower);
}

void renamed_start(void)
{
	LIST_FOR(h, &all) {
		list_del(h);
		free(LIST_ENTRY(h, struct renamed, hook));
	}
	on = true;
	settings_renamed(note);
}

/* The writer may still be at some: they are freed at the next start, if any. */
void renamed_stop(void)
{
	on = false;
}
