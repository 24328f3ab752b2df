/* hop.h - the queue in front of one user or gateway: sent, loaded, limited. */

#ifndef FLOW_HOP_H
#define FLOW_HOP_H

#include "core/leg.h"
#include "flow/port.h"
#include "loop/timer.h"

#define HOP_QUEUE	64	/* legs of one hop in memory; the rest on disk */
#define HOP_RESTING	16	/* devices of a user that do not answer */

/* A port and the hops that wait because it is full. */
struct out {
	const struct port *port;
	unsigned in_flight;
	struct list full;
};

/*
 * Exists while it has legs in memory, more on disk that may go, or a time to
 * wait for.  Legs go in the order of their ids, and never two of the same
 * sender to the same recipient at once, so a conversation keeps its order.
 */
struct hop {
	struct strv name;
	struct out *out;
	struct list queue, sending;
	size_t queued;
	unsigned in_flight;
	bool more;		/* the disk has legs that are not here */
	bool loading;
	bool anew;		/* asked while loading: from the first again */
	bool appeared;		/* what waits for a device may go, too */
	uint64_t after;		/* loaded up to this id */
	/* hashes of devices whose own legs stay on disk in this walk */
	uint64_t resting[HOP_RESTING];
	unsigned nresting;
	struct timer pause;	/* set: nothing goes out until then */
	struct list full;	/* hook in out->full */
	struct list hungry;	/* of those that wait for room in memory */
};

/* A leg's port is one of ports.def, or the database is not ours. */
struct out *out_of(const char *port);
struct out *out_next(struct out *o);		/* NULL: the first */

struct hop *hop_find(struct strv name);		/* NULL: none */
struct hop *hop_get(struct strv name, const char *port);
bool hop_is_user(const struct hop *h);
unsigned hop_window(const struct hop *h);	/* 0: nothing may go */
/* The same of one that may not exist; also 0: somebody holds it. */
unsigned hop_window_of(struct strv name, const char *port);
bool hop_has_room(void);			/* in memory, for any hop */

/* Send and load what may go; h is gone afterwards if it has nothing left. */
void hop_pump(struct hop *h);
/* A leg of h left: the same, but who waited for room in the port first. */
void hop_go_on(struct hop *h);

void hop_queue(struct hop *h, struct leg *l);	/* takes it over */
void hop_unload(struct hop *h);			/* the disk has it all */
/* If l, which may be NULL, is early, it is so no more: it waits. */
void hop_waits(struct leg *l);
/*
 * A device did not take a leg of its own: its others go back to the disk, so
 * that none overtakes, and stay there until the hop looks anew.
 */
void hop_rest(struct hop *h, struct strv device);
/* wanted.c: l, read from disk for h, goes now. */
bool hop_wants(struct hop *h, const struct leg *l);
/* Legs of this device stay on disk in this walk. */
void hop_note_rest(struct hop *h, struct strv device);
/* The disk has legs below what was loaded. */
void hop_look_anew(struct hop *h);
/* l is no longer in flight; it stays known. */
struct hop *hop_leave(struct leg *l);
/* l, queued, ends so and is freed. */
void hop_end(struct hop *h, struct leg *l, void (*end)(struct leg *));

struct leg *hop_leg(uint64_t id);		/* NULL: not in memory */
void hop_forget(uint64_t id);			/* it is not freed */

void hop_start(void);
void hop_stop(void);		/* nothing goes out any more */
bool hop_is_stopped(void);

#endif
