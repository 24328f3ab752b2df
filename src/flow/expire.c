/* expire.c - looks for legs that are due or have run out of time. */

#include "base/id.h"
#include "base/now.h"
#include "conf/conf.h"
#include "dir/link.h"
#include "flow/flow_priv.h"
#include "flow/sched.h"
#include "flow/trace.h"
#include "loop/timer.h"
#include "store/journal.h"

#define EVERY_MS	1000
#define PURGE_MS	500
#define BATCH		200
#define PURGE_BATCH	2000

static struct timer look, purge;
static bool asking_due, asking_expired, running;

static void look_again(void)
{
	if (running)
		timer_set(&look, 0);
}

static void due_hops(enum err e, const struct strv *hops, size_t n, void *arg)
{
	(void)e;
	(void)arg;
	asking_due = false;
	for (size_t i = 0; i < n; i++)
		sched_due(hops[i]);
	if (n)
		look_again();
}

/* false: in flight, so that its outcome decides; or not written yet. */
static bool expire(struct leg *l)
{
	if (sched_has(l->id))
		return sched_end(l->id, result_over);
	if (journal_is_unsaved(l->id))
		return false;
	result_expired(l);
	return true;
}

static void expired_legs(enum err e, struct leg **legs, size_t n, bool more,
    void *arg)
{
	bool any = false;

	(void)e;
	(void)arg;
	asking_expired = false;
	for (size_t i = 0; i < n; i++) {
		any |= expire(legs[i]);
		leg_free(legs[i]);
	}
	if (any && more)
		look_again();
}

static void look_now(void *arg)
{
	int64_t now = now_ms();

	(void)arg;
	timer_set(&look, EVERY_MS);
	if (!asking_due) {
		asking_due = true;
		journal_due(now, BATCH, due_hops, NULL);
	}
	if (!asking_expired && !report_is_late()) {
		asking_expired = true;
		/* those in flight must not hide the others */
		journal_expired(now, BATCH + sched_in_flight(), expired_legs,
		    NULL);
	}
}

static void purge_now(void *arg)
{
	int64_t now = now_ms();

	(void)arg;
	timer_set(&purge, PURGE_MS);
	journal_purge(now - conf_int("policy delivery", "", "retention"),
	    now - link_days_ms(), PURGE_BATCH);
}

void expire_start(void)
{
	asking_due = asking_expired = false;
	running = true;
	timer_init(&look, "due and expired", look_now, NULL);
	timer_init(&purge, "purge", purge_now, NULL);
	timer_set(&look, 0);
	timer_set(&purge, PURGE_MS);
}

void expire_stop(void)
{
	running = false;
	timer_cancel(&look);
	timer_cancel(&purge);
}
