/* flow_priv.h - what the files of flow/ share. */

#ifndef FLOW_FLOW_PRIV_H
#define FLOW_FLOW_PRIV_H

#include "base/metric.h"
#include "core/leg.h"
#include "flow/flow.h"

/* submit.c: a leg's outcome for a sender who still waits for the answer. */
bool submit_leg_taken(struct leg *l);	/* true: answered by this leg */
/* true: the sender waits and has been told; no report is owed */
bool submit_leg_failed(struct leg *l, enum err why);
void submit_leg_waits(struct leg *l);	/* HELD: maybe the last one open */
bool submit_is_stopping(void);
void submit_stop(void);

/* report.c: a failure or success that the flow itself knows of. */
void report_leg(const struct leg *l, enum report_status status,
    enum leg_state state, enum err why);

/* expire.c: looks for what is due and what has run out. */
void expire_start(void);
void expire_stop(void);

/* restart.c: wakes the users whose registrations outlived the last run. */
void restart_start(void);
void restart_stop(void);

/* register.c */
enum flow_metric {
	M_ACCEPTED, M_DUPLICATE, M_REFUSED, M_BUSY,
	M_TAKEN, M_DELIVERED, M_DEFERRED, M_FAILED, M_EXPIRED,
	M_REPORT_SENT, M_REPORT_REPEATED, M_REPORT_NOTED, M_REPORT_UNKNOWN,
	M_IN_FLIGHT, M_DELIVERY_TIME, M_COMMIT_TIME,
	M_TRACE_EVENTS, M_TRACE_DROPPED, M_N
};
extern struct metric flow_metrics[M_N];

/* Settings of "policy delivery", as ms. */
int64_t flow_max_deferral(void);
int64_t flow_report_hold(void);

/* explain.c, trace.c */
void explain_register(void);
void trace_register(void);
void trace_start(void);
void trace_stop(void);

#endif
