/* tracelog.h - steps of messages on disk, a ring by age and by size. */

#ifndef STORE_TRACELOG_H
#define STORE_TRACELOG_H

#include <stdint.h>

#include "base/err.h"
#include "base/strv.h"
#include "store/db.h"

struct trace_event {
	uint64_t message;
	int64_t at;		/* us since the epoch */
	uint8_t from, to;	/* enum lane of flow/trace.h */
	char text[110];
};

/* Write n events behind everything that waits; copies them.  Core only. */
void tracelog_put(const struct trace_event *events, size_t n);

/*
 * Forget what is older than before (ms), and the oldest above max_bytes, so
 * many steps in one write and one write after the other; while they go on a
 * call does nothing.  Core only.
 */
#define TRACELOG_CHUNK	2000
void tracelog_trim(int64_t before, int64_t max_bytes);

/* The events of one message in order; on a reader's thread. */
enum err tracelog_read(uint64_t message,
    void (*each)(const struct trace_event *e, void *arg), void *arg);

/* The time of the oldest step (us, 0: none) and the bytes in use. */
enum err tracelog_status(int64_t *oldest, int64_t *bytes);

#endif
