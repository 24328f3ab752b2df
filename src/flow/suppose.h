/* suppose.h - explain what would be: by a draft, at another time of the day. */

#ifndef FLOW_SUPPOSE_H
#define FLOW_SUPPOSE_H

#include "op/op.h"

struct draft;

struct suppose {
	const struct draft *draft;	/* NULL: what is in force */
	int minute;			/* of the day; -1: now */
};

/* From the arguments draft and at.  false: the call has been failed. */
bool suppose_read(struct op_call *c, struct suppose *s);
/* What is supposed, in a line; nothing if nothing is. */
void suppose_say(const struct suppose *s, struct buf *out);
/*
 * fn sees the routes and policies of the draft, its new gateways as down, and
 * the rules with times as of that minute; who is registered and which links
 * are up stays.  Nothing of it is left behind.
 */
void suppose_run(const struct suppose *s, void (*fn)(void *arg), void *arg);

#endif
