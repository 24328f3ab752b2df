/* notify.h - at most one UCN of a sender to a recipient in a time. */

#ifndef FLOW_NOTIFY_H
#define FLOW_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strv.h"

/*
 * "policy ucn interval".  The first notification goes at once, the next one
 * when the interval is over, and stands for all that come until then.  What
 * was sent and what waits is found on disk again after a start; how many
 * messages one stands for is not.
 */

/*
 * A message from sender to recipient (keys) needs a UCN, at the earliest at
 * (ms).  Gives when it shall go; 0: none of its own, one that waits says it.
 * peek: changes nothing.
 */
int64_t notify_plan(struct strv sender, struct strv recipient, int64_t at,
    bool peek);
/* leg is the one that was planned last. */
void notify_is(struct strv sender, struct strv recipient, uint64_t leg);
/* It shall go now: 0, or ms when it may.  0: *count is how many messages it
 * stands for. */
int64_t notify_go(struct strv sender, struct strv recipient, uint64_t leg,
    unsigned *count);
/* It will never go; one that went is not this one any more. */
void notify_drop(struct strv sender, struct strv recipient, uint64_t leg);

/* The recipient's phone has the original of message: its own is not needed. */
void notify_replaced(struct strv sender, struct strv recipient,
    uint64_t message);

void notify_start(void);	/* reads the journal */
void notify_stop(void);

#endif
