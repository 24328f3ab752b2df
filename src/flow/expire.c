/* expire.c - looks for legs that are due or have run out of time. */

#include "base/id.h"
#include "base/now.h"
#include "conf/conf.h"
#include "flow/flow_priv.h"
#include "flow/sched.h"
#include "flow/trace.h"
#include "loop/timer.h"
#include "store/journal.h"

#define EVERY_MS	1000
#define PURGE_MS	60000
#define BATCH		200
#define PURGE_BATCH	20000

static struct timer look, purge;
static bool asking_due, asking_expired;

static void due_hops(enum err e, const struct strv *hops, size_t n, void *arg)
{
	(void)e;
	(void)arg;
	asking_due = false;
	for (size_t i = 0; i < n; i++)
		sched_wake(hops[i]);
	if (n == BATCH)
		timer_set(&look, 0);
}

static void expire(struct leg *l)
{
	if (sched_is_held_in_memory(l->id))
		return;		/* in flight: its outcome decides */
	metric_inc(&flow_metrics[M_EXPIRED]);
	trace_step(trace_of(l->message), LANE_STORE, LANE_PF, "expired");
	leg_move(l, LEG_EXPIRED, ERR_EXPIRED);
	journal_move(l);
	if (l->message->kind != MESSAGE_REPORT)
		report_leg(l, STATUS_FAILED, LEG_EXPIRED, ERR_EXPIRED);
}

static void expired_legs(enum err e, struct leg **legs, size_t n, bool more,
    void *arg)
{
	(void)e;
	(void)more;
	(void)arg;
	asking_expired = false;
	for (size_t i = 0; i < n; i++) {
		expire(legs[i]);
		leg_free(legs[i]);
	}
	if (n == BATCH)
		timer_set(&look, 0);
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
	if (!asking_expired) {
		asking_expired = true;
		journal_expired(now, BATCH, expired_legs, NULL);
	}
}

static void purge_now(void *arg)
{
	(void)arg;
	timer_set(&purge, PURGE_MS);
	journal_purge(now_ms() - conf_int("policy delivery", "", "retention"),
	    PURGE_BATCH);
}

void expire_start(void)
{
	asking_due = asking_expired = false;
	timer_init(&look, "due and expired", look_now, NULL);
	timer_init(&purge, "purge", purge_now, NULL);
	timer_set(&look, 0);
	timer_set(&purge, PURGE_MS);
}

void expire_stop(void)
{
	timer_cancel(&look);
	timer_cancel(&purge);
}
