/* origin.h - originating service: how much one sender may send. */

#ifndef FLOW_ORIGIN_H
#define FLOW_ORIGIN_H

#include "flow/plan.h"

/*
 * Count m, from a subscriber, against "policy screening" rate and
 * duplicate-texts.  ERR_OK: within them, or with p->spam over them.
 * ERR_BUSY: too fast, p->retry_after says when again; ERR_FORBIDDEN: too
 * many have got this text.  While explaining nothing is counted.  A list counts
 * as a message to each on it; one longer than a burst takes a whole burst.
 *
 * Memory is fixed: a table of senders and one of texts, made when a limit is
 * first set.  Past their size the one that matters least is forgotten, which
 * is in favour of the sender.
 */
enum err origin_limit(const struct message *m, struct plan *p);

void origin_apply(void);	/* the settings have changed */

#endif
