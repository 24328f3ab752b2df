/* trace.h - the story of each message, step by step, for people. */

#ifndef FLOW_TRACE_H
#define FLOW_TRACE_H

#include <stdint.h>

#include "core/message.h"

/* The functional entities of CPM; columns of the ladder. */
enum lane {
	LANE_SENDER,	/* the sending client or network */
	LANE_EDGE,	/* SIP edge, registrar */
	LANE_PF,	/* participating function */
	LANE_IWF,	/* interworking function */
	LANE_STORE,
	LANE_FAR,	/* the receiving client or network */
	LANE_N
};

/* Steps of a report belong to the story of the message it is about. */
static inline uint64_t trace_of(const struct message *m)
{
	return m->kind == MESSAGE_REPORT && m->report.of ? m->report.of :
	    m->id;
}

/*
 * Note one step of a message: an arrow, or with from == to a thought.  The
 * text names methods, codes and refs; never content.  Cheap: kept in memory
 * and written in batches; past the limit steps are dropped and counted.
 */
void trace_step(uint64_t message, enum lane from, enum lane to,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
