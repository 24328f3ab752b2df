/* quiet.c - messages for who is not to be disturbed wait for the end of it. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/list.h"
#include "base/map.h"
#include "dir/screening.h"
#include "dir/users.h"
#include "flow/quiet.h"
#include "flow/sched.h"
#include "flow/term.h"
#include "loop/timer.h"

/*
 * Many have the same times, so that those woken in one turn are few: each
 * costs the writer a look.
 */
#define EVERY_MS	1000
#define STEP_MS		20	/* when more are to be woken */
#define STEP_USERS	2000
#define STEP_WAKES	100

/* A user for whom something waits. */
struct waiting {
	struct list hook;
	struct strv key;
	char bytes[];
};

static struct map users;
static struct list queue = { &queue, &queue };
static struct timer timer;

static void add(struct strv key)
{
	struct waiting *w = xalloc(sizeof(*w) + key.n);

	memcpy(w->bytes, key.p, key.n);
	w->key = (struct strv){ w->bytes, key.n };
	list_push(&queue, &w->hook);
	(void)map_set(&users, w->key, w);
	if (!timer_is_set(&timer))
		timer_set(&timer, EVERY_MS);
}

static void forget(struct waiting *w)
{
	(void)map_del(&users, w->key);
	list_del(&w->hook);
	free(w);
}

bool quiet_keeps(const struct leg *l)
{
	const struct user *u;
	bool known;

	if ((!screen_any_quiet() && users.n == 0) ||
	    l->message->kind == MESSAGE_REPORT)
		return false;
	u = user_find(l->hop);
	known = u && map_get(&users, u->key);
	if (!u || (!known && !term_is_quiet(u)))
		return false;
	if (!known)
		add(u->key);
	return true;
}

/* true: a hop was woken */
static bool look(struct waiting *w)
{
	const struct user *u = user_find(w->key);

	if (u && term_is_quiet(u)) {
		list_del(&w->hook);
		list_push(&queue, &w->hook);
		return false;
	}
	forget(w);
	if (u)
		sched_due(u->key);
	return u != NULL;
}

static void step(void *arg)
{
	size_t n = users.n < STEP_USERS ? users.n : STEP_USERS, woken = 0;

	(void)arg;
	while (n-- > 0 && woken < STEP_WAKES)
		woken += look(LIST_ENTRY(queue.next, struct waiting,
		    hook));
	if (users.n)
		timer_set(&timer, woken ? STEP_MS : EVERY_MS);
}

void quiet_start(void)
{
	map_init(&users);
	timer_init(&timer, "quiet", step, NULL);
}

void quiet_stop(void)
{
	timer_cancel(&timer);
	while (!list_empty(&queue))
		forget(LIST_ENTRY(queue.next, struct waiting, hook));
	map_deinit(&users);
}
