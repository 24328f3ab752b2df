/* restart.c - after a start: wake whoever is online already, and all groups. */

#include "base/arena.h"
#include "dir/bindings.h"
#include "dir/groups.h"
#include "dir/users.h"
#include "flow/flow_priv.h"
#include "flow/sched.h"
#include "loop/timer.h"

/*
 * Registrations outlive us, so no REGISTER may come for an hour, and what
 * waited for one before the end would wait on.  In small steps, since each
 * online user costs the writer a look.  Groups and the exploder are always
 * there, so that nothing but this would ever wake what waits for them.
 */
#define STEP_MS		10
#define STEP_USERS	2000
#define STEP_ONLINE	100

static struct timer step_timer;
static size_t at;
static bool on;

/* The keys of the groups that were there at the start, and the exploder's. */
static struct {
	struct arena arena;
	struct strv *keys;
	size_t n, at;
} groups;

static void groups_collect(void)
{
	const struct group *g;
	struct buf exploder;
	size_t walk = 0;

	arena_init(&groups.arena);
	groups.keys = arena_alloc(&groups.arena,
	    (groups_count() + 1) * sizeof(*groups.keys));
	groups.n = groups.at = 0;
	while ((g = groups_next(&walk)) != NULL)
		groups.keys[groups.n++] = arena_str(&groups.arena,
		    g->row.key);
	buf_init(&exploder, BUF_NO_LIMIT);
	if (groups_exploder(&exploder))
		groups.keys[groups.n++] = arena_str(&groups.arena,
		    buf_strv(&exploder));
	buf_deinit(&exploder);
}

static void end(void)
{
	if (on)
		arena_deinit(&groups.arena);
	on = false;
}

/* false: there are no more */
static bool wake_users(void)
{
	unsigned online = 0;

	for (int i = 0; i < STEP_USERS && online < STEP_ONLINE; i++) {
		const struct user *u = users_next(&at);

		if (!u)
			return false;
		if (!user_is_online(u))
			continue;
		online++;
		sched_wake(u->key);
	}
	return true;
}

static bool wake_groups(void)
{
	for (int i = 0; i < STEP_ONLINE && groups.at < groups.n; i++)
		sched_due(groups.keys[groups.at++]);
	return groups.at < groups.n;
}

static void step(void *arg)
{
	(void)arg;
	if (wake_users() || wake_groups())
		timer_set(&step_timer, STEP_MS);
	else
		end();
}

void restart_start(void)
{
	at = 0;
	groups_collect();
	on = true;
	timer_init(&step_timer, "wake the online", step, NULL);
	timer_set(&step_timer, 0);
}

void restart_stop(void)
{
	timer_cancel(&step_timer);
	end();
}

bool restart_is_on(void)
{
	return on;
}
