/* limit.h - how often one address may ask: a table of fixed size. */

#ifndef PORT_LINK_LIMIT_H
#define PORT_LINK_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strv.h"

#define LIMIT_SLOTS	4096
#define LIMIT_WINDOW	60000	/* ms */

struct limit {
	struct limit_slot {
		uint64_t who;
		int64_t since;		/* now_mono() of its first request */
		uint32_t n;
	} slots[LIMIT_SLOTS];
};

/*
 * Count cost more for the peer ("192.0.2.1"; of IPv6 the network of 64 bits);
 * false: that is over max in this minute.  Peers that share a slot forget
 * each other, and never pay for each other.
 */
bool limit_take(struct limit *l, struct strv peer, uint32_t cost,
    uint32_t max);

#endif
