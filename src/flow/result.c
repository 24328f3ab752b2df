/* result.c - what became of a leg: transitions, retries, reports. */

#define LOG_UNIT "flow"
#include "base/log.h"
#include "base/now.h"
#include "conf/conf.h"
#include "flow/flow_priv.h"
#include "flow/give.h"
#include "flow/primary.h"
#include "flow/sched.h"
#include "flow/tally.h"
#include "flow/trace.h"
#include "store/journal.h"

/* Pauses before the second and later tries, while the hop is reachable. */
static const int64_t pauses_ms[] = { FLOW_PAUSE_MIN, 60000, 300000,
	FLOW_PAUSE_MAX };
#define PAUSES (sizeof(pauses_ms) / sizeof(*pauses_ms))

static int64_t pause_ms(const struct leg *l, const struct flow_outcome *o)
{
	size_t i = l->tries ? l->tries - 1u : 0;

	if (o->retry_after > FLOW_PAUSE_MAX / 1000)
		return FLOW_PAUSE_MAX;
	if (o->retry_after > 0)
		return (int64_t)o->retry_after * 1000;
	return pauses_ms[i < PAUSES ? i : PAUSES - 1];
}

static void taken(struct leg *l, const struct flow_outcome *o)
{
	struct message *m = l->message;
	bool delivered = o->delivered || primary_is_delivered(l);

	(void)primary_result(l, o);
	l->ref = message_str(m, o->ref);
	(void)late_find(l, o);
	l->reached = message_str(m, o->reached);
	leg_move(l, delivered ? LEG_DELIVERED : LEG_SENT, ERR_OK);
	(void)submit_leg_taken(l);
	metric_inc(&flow_metrics[delivered ? M_DELIVERED : M_TAKEN]);
	metric_observe(&flow_metrics[M_DELIVERY_TIME], now_us() - l->started);
	tally_out(l);
	if (o->interworked && l->role != LEG_UCN &&
	    (m->wants & WANTS_INTERWORKED))
		report_leg(l, STATUS_INTERWORKED, LEG_SENT, ERR_OK);
	if (delivered && (m->wants & WANTS_DELIVERED))
		report_leg(l, STATUS_DELIVERED, LEG_DELIVERED, ERR_OK);
	journal_move(l);
	sched_ended(l);
}

/* The report first: it is owed by the end of the leg. */
static void end(struct leg *l, enum err why, enum leg_state state)
{
	bool told = submit_leg_failed(l, why);

	if (l->role != LEG_WHOLE)
		primary_ended(l);
	metric_inc(&flow_metrics[state == LEG_EXPIRED ? M_EXPIRED : M_FAILED]);
	trace_step(trace_of(l->message), LANE_PF, LANE_PF, "failed: %s",
	    err_info(why)->text);
	leg_move(l, state, why);
	tally_failed(l);
	if (!told && l->message->kind != MESSAGE_REPORT)
		report_leg(l, why == ERR_FORBIDDEN || why == ERR_REJECTED ?
		    STATUS_FORBIDDEN : STATUS_FAILED, state, why);
	journal_move(l);
}

static void failed(struct leg *l, enum err why, enum leg_state state)
{
	end(l, why, state);
	sched_ended(l);
}

/* Other devices may still take it: nothing to report yet. */
static void passed_on(struct leg *l, enum err why)
{
	metric_inc(&flow_metrics[M_FAILED]);
	trace_step(trace_of(l->message), LANE_PF, LANE_STORE,
	    "failed: %s; waits for other devices", err_info(why)->text);
	leg_move(l, LEG_FAILED, why);
	tally_failed(l);
	submit_leg_waits(l);
	journal_move(l);
	sched_ended(l);
}

void result_expired(struct leg *l)
{
	end(l, ERR_EXPIRED, LEG_EXPIRED);
}

void result_cancelled(struct leg *l)
{
	end(l, ERR_NO_USER, LEG_CANCELLED);
}

void result_over(struct leg *l)
{
	if (known_is_gone(l))
		result_cancelled(l);
	else
		result_expired(l);
}

void result_purged(struct leg *l)
{
	end(l, ERR_PURGED, LEG_CANCELLED);
}

/* Its leg moves nowhere by the report: none goes to SPAM. */
static void noticed(struct leg *l)
{
	metric_inc(&flow_metrics[M_NOTICED]);
	trace_step(trace_of(l->message), LANE_PF, LANE_STORE,
	    "notification sent to %.*s; the message waits",
	    STRV_ARG(l->device));
	if (give_notice_counts() && (l->message->wants & WANTS_DELIVERED))
		report_leg(l, STATUS_DELIVERED, LEG_SPAM, ERR_OK);
	sched_noticed(l);
}

static void later(struct leg *l, const struct flow_outcome *o)
{
	int64_t now = now_ms();

	if (o->err == ERR_NOTICED) {
		noticed(l);
		return;
	}
	if (now >= l->expires) {
		failed(l, ERR_EXPIRED, LEG_EXPIRED);
		return;
	}
	(void)primary_result(l, o);
	if (known_is_gone(l)) {
		failed(l, ERR_NO_USER, LEG_FAILED);
		return;
	}
	l->why = o->err;
	late_apart(l, o);
	l->reached = message_str(l->message, o->reached.n ? o->reached :
	    l->reached);
	metric_inc(&flow_metrics[M_DEFERRED]);
	trace_step(trace_of(l->message), LANE_PF, LANE_STORE,
	    o->hold ? "waits: %s" : "tries again later: %s",
	    err_info(o->err)->text);
	sched_again(l, o->hold ? 0 : now + pause_ms(l, o));
}

static void refused(struct leg *l, const struct flow_outcome *o)
{
	bool by_phone = primary_result(l, o), by_others = late_find(l, o);

	if (by_phone || by_others)
		passed_on(l, o->err);
	else if (!primary_failed(l, o->err))
		failed(l, o->err, LEG_FAILED);
}

void flow_result(struct leg *l, const struct flow_outcome *o)
{
	switch (err_info(o->err)->class) {
	case ERR_CLASS_OK:
		taken(l, o);
		break;
	case ERR_CLASS_TEMP:
		later(l, o);
		break;
	case ERR_CLASS_PERM:
		refused(l, o);
		break;
	}
}

void flow_wake(struct strv hop)
{
	primary_woken(hop);
	sched_wake(hop);
}
