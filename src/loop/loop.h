/* loop.h - the core's event loop on Sofia's su_root, and posts to it. */

#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

void loop_init(void);
void loop_run(void);		/* until loop_stop(); may run again */
void loop_stop(void);		/* any thread, also a signal handler */
void loop_deinit(void);

/* The su_root_t for port/sip; opaque to everyone else. */
void *loop_su_root(void);

typedef void loop_fn(void *arg);

/*
 * Call fn(arg) in the core, soon, in the order of the posts, never inside
 * this call.  Any thread.
 */
void loop_post(loop_fn *fn, void *arg);

/* The same from the core itself: before the next wait, without a wake-up. */
void loop_defer(loop_fn *fn, void *arg);

/*
 * Tests: no su_root and no waiting; run what is posted and due at the frozen
 * clock until nothing is left.
 */
void loop_drain(void);

bool loop_is_core(void);	/* the calling thread runs the loop */

/*
 * From now on the calling thread gives way to the core and the writer where
 * there are too few processors for all: for what people ask, not phones.  It
 * may be off the processor for long with a lock in hand: the core takes none
 * that such a thread keeps for more than a few instructions.
 */
void loop_give_way(void);

#endif
