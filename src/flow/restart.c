/* restart.c - after a start: wake whoever is online already. */

#include "dir/bindings.h"
#include "dir/users.h"
#include "flow/flow_priv.h"
#include "flow/sched.h"
#include "loop/timer.h"

/*
 * Registrations outlive us, so no REGISTER may come for an hour, and what
 * waited for one before the end would wait on.  In small steps, since each
 * online user costs the writer a look.
 */
#define STEP_MS		10
#define STEP_USERS	2000
#define STEP_ONLINE	100

static struct timer step_timer;
static size_t at;
static bool on;

static void step(void *arg)
{
	unsigned online = 0;

	(void)arg;
	for (int i = 0; i < STEP_USERS && online < STEP_ONLINE; i++) {
		const struct user *u = users_next(&at);

		if (!u) {
			on = false;
			return;
		}
		if (!user_is_online(u))
			continue;
		online++;
		sched_wake(u->key);
	}
	timer_set(&step_timer, STEP_MS);
}

void restart_start(void)
{
	at = 0;
	on = true;
	timer_init(&step_timer, "wake the online", step, NULL);
	timer_set(&step_timer, 0);
}

void restart_stop(void)
{
	timer_cancel(&step_timer);
	on = false;
}

bool restart_is_on(void)
{
	return on;
}
