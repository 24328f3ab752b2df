/* depth.h - how much waits, for whom, since when; how large the files are. */

#ifndef STORE_DEPTH_H
#define STORE_DEPTH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Keep gauges of the queues (parley_queue_messages and
 * parley_queue_oldest_age_seconds for users and for each gateway) and of the
 * databases (parley_db_bytes, parley_db_wal_bytes).  Counted by the workers
 * every five seconds, less often when counting takes long.  Core.
 */
void depth_start(void);
void depth_stop(void);

/* The gateway whose oldest message waits longest; false: none has any. */
struct depth {
	const char *queue;	/* lives on */
	int64_t waiting, age_s;
};
bool depth_of_gateways(struct depth *d);

#endif
