/* sched.h - which leg goes out when: queues per hop, limits, retries. */

#ifndef FLOW_SCHED_H
#define FLOW_SCHED_H

#include "core/leg.h"

/*
 * The state a new leg shall be journaled in: READY when it can wait in
 * memory for its turn, HELD when its hop is offline, blocked or has older
 * legs on disk.  From this call on the hop knows of the leg.
 */
enum leg_state sched_state(const struct leg *l);

/* l is committed READY: queue it; takes it over. */
void sched_add(struct leg *l);

/* l is committed HELD; the caller still owns it.  Mends the race with a
 * hop that came up between sched_state() and the commit. */
void sched_held(const struct leg *l);

/* l's delivery ended: it leaves the hop's in-flight count. */
void sched_ended(struct leg *l);

/* l failed for a while: HELD until due, or until a wake when due is 0. */
void sched_again(struct leg *l, int64_t due);

/* See flow_wake(). */
void sched_wake(struct strv hop);

void sched_start(void);
void sched_stop(void);	/* nothing goes out any more */
unsigned sched_in_flight(void);
bool sched_is_held_in_memory(uint64_t leg);

#endif
