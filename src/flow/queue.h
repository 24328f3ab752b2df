/* queue.h - what operators do with what waits: hold, release, retry, purge. */

#ifndef FLOW_QUEUE_H
#define FLOW_QUEUE_H

#include "op/op.h"
#include "store/waiting.h"

/*
 * queue_work.c: retry or purge what fits the filter now, which is copied, in
 * small steps; answers the call.
 */
enum queue_work { QUEUE_RETRY, QUEUE_PURGE };
void queue_work(struct op_call *c, enum queue_work kind,
    const struct waiting_filter *f);

void queue_register(void);	/* operations */

#endif
