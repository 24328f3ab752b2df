/* sched.h - which leg goes out when: first tries, retries, wakes. */

#ifndef FLOW_SCHED_H
#define FLOW_SCHED_H

#include "core/leg.h"

struct gateway;

/*
 * The state a new leg shall be journaled in: READY when it can wait in
 * memory for its turn, HELD when its hop is offline, blocked or has older
 * legs on disk.  From this call on the hop knows of the leg.
 */
enum leg_state sched_state(const struct leg *l);

/*
 * l shall be HELD only until it is known whether older legs wait for its hop,
 * which came up a moment ago: its outcome may come soon.
 */
bool sched_is_waking(const struct leg *l);

/*
 * A leg for hop, a user, that is READY now will leave when it is committed, if
 * nothing comes between: such a one may be early.  In the queue of a gateway
 * also those count that are in flight.
 */
bool sched_is_free(struct strv hop, const char *port);

/* l is committed READY: queue it; takes it over. */
void sched_add(struct leg *l);

/* l is committed HELD; the caller still owns it.  Mends the race with a
 * hop that came up between sched_state() and the commit. */
void sched_held(const struct leg *l);

/* l, READY or HELD and in nobody's queue, leaves by this gateway: written,
 * and then queued or let wait on disk; takes it over. */
void sched_move(struct leg *l, const struct gateway *to);

/*
 * l, READY or HELD and in nobody's queue, is no SMS any more: it is the leg of
 * its device, which gets it in order, now or when it registers; takes it over.
 */
void sched_by_ip(struct leg *l);
/* The same of one whose delivery ended. */
void sched_return(struct leg *l);

/* l's delivery ended: it leaves the hop's in-flight count. */
void sched_ended(struct leg *l);

/*
 * l failed for a while: HELD until due; with due 0 until a wake, or when its
 * hop is open none the less, until another device comes.
 */
void sched_again(struct leg *l, int64_t due);

/* A notification of l went out: HELD until its device shall have it whole. */
void sched_noticed(struct leg *l);

/* See flow_wake(). */
void sched_wake(struct strv hop);
/* hop has legs whose time has come. */
void sched_due(struct strv hop);

unsigned sched_in_flight(void);
bool sched_has(uint64_t leg);	/* it is in memory, queued or in flight */
/* It ends so, and is freed.  false: it is not queued. */
bool sched_end(uint64_t leg, void (*end)(struct leg *));
/* Somebody holds the hop: what is queued goes back to the disk. */
void sched_hold(struct strv hop);

#endif
