/* stats.h - counts of everything, for "stats" and for benchmarks. */

#ifndef SIM_STATS_H
#define SIM_STATS_H

#include <stdint.h>

#define STATS(X) \
	X(binds) X(closed) X(pdus) X(nacks) \
	X(submits) X(submit_errors) X(responses) \
	X(texts) X(receipts) X(mos) X(deliver_resps) X(deliver_errors) \
	X(sip_sent) X(sip_received) X(sip_retransmitted) X(sip_repeated) \
	X(sip_timeouts) X(registers) X(messages_out) X(messages_in) X(imdns)

struct stats {
#define X(name) uint64_t name;
	STATS(X)
#undef X
};

extern struct stats stats;

void stats_event(void);		/* {"event":"stats",...}, even when off */

#endif
