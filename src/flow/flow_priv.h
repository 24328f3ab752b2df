/* flow_priv.h - what the files of flow/ share. */

#ifndef FLOW_FLOW_PRIV_H
#define FLOW_FLOW_PRIV_H

#include <stddef.h>

#include "base/metric.h"
#include "core/leg.h"
#include "dir/users.h"
#include "flow/flow.h"

#define FLOW_PAUSE_MIN	10000	/* ms between two tries, at the least */
#define FLOW_PAUSE_MAX	1800000	/* ms between two tries, at the most */
#define USER_PORT	"sip"	/* whose hops are users; see port_caps */
/* ms that one attempt may take: what lives no longer is now or never */
#define FLOW_ATTEMPT	40000

/* submit.c: a leg's outcome for a sender who still waits for the answer. */
bool submit_leg_taken(struct leg *l);	/* true: answered by this leg */
/* true: the sender waits and has been told; no report is owed */
bool submit_leg_failed(struct leg *l, enum err why);
void submit_leg_waits(struct leg *l);	/* HELD: maybe the last one open */
bool submit_is_stopping(void);
void submit_stop(void);			/* refuses what comes from now on */
size_t submit_unanswered(void);
void submit_answer_all(void);		/* who waits, STORED */

/* result.c: the time of l, in nobody's queue any more, has run out. */
void result_expired(struct leg *l);
/* The device of l, in nobody's queue, is no more. */
void result_cancelled(struct leg *l);
/* One of the two. */
void result_over(struct leg *l);
/* Somebody took l, in nobody's queue, out of the queue it waited in. */
void result_purged(struct leg *l);

/* late.c: devices that have not had what the others have. */

/*
 * l, for all devices of a user, ends as o says: l->late gets those that shall
 * have a leg of their own.  false: there is none.
 */
bool late_find(struct leg *l, const struct flow_outcome *o);
/* l goes on, but not for those apart: l->late gets them. */
void late_apart(struct leg *l, const struct flow_outcome *o);
/* Devices of u that are away and would get a message later. */
unsigned late_count(const struct user *u);
/* One of them, or online, but this one. */
bool late_any(const struct user *u, struct strv but);
/* One of l->late came online meanwhile. */
bool late_is_there(const struct leg *l);

/* known.c: devices that come to be known, and those that are no more. */

/* The device that l is for was forgotten or blocked; not of a report. */
bool known_is_gone(const struct leg *l);
void known_start(void);
void known_stop(void);

/* reach.c: which of the sender's devices a report goes to. */
/* If its device is gone, the next of u that registers. */
bool reach_any(const struct user *u);
/* u's devices that are away, but not gone; separated by spaces. */
void reach_awaited(const struct user *u, struct buf *names);
/* A report whose device is gone is for any device now. */
void reach_fall_back(struct leg *l);
bool reach_waits(const struct leg *l);	/* its device is not there */
bool reach_is_copy(const struct leg *l);
/* l, a report that was committed: legs for the sender's other devices. */
void reach_copy(struct leg *l);

/* report.c: a failure or success that the flow itself knows of. */
void report_leg(const struct leg *l, enum report_status status,
    enum leg_state state, enum err why);
size_t report_unanswered(void);
bool report_is_late(void);	/* some of ours are not written yet */

/* expire.c: looks for what is due and what has run out. */
void expire_start(void);
void expire_stop(void);

/* restart.c: wakes the users whose registrations outlived the last run. */
void restart_start(void);
void restart_stop(void);
bool restart_is_on(void);	/* not all of them are woken */

/* register.c */
enum flow_metric {
	M_ACCEPTED, M_DUPLICATE, M_REFUSED, M_BUSY,
	M_TAKEN, M_DELIVERED, M_NOTICED, M_DEFERRED, M_FAILED, M_EXPIRED,
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
