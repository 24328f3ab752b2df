/* logring.h - the newest lines of the log, in memory. */

#ifndef ADMIN_LOGRING_H
#define ADMIN_LOGRING_H

#include <stdint.h>

#include "base/log.h"
#include "base/strv.h"

#define LOGRING_LINES	8192
#define LOGRING_BYTES	((size_t)2 << 20)

/* From now on every line is kept, the oldest go; any thread may log. */
void logring_start(void);
void logring_stop(void);	/* and forgets them */
/* Besides, tell each line to fn, in its thread.  NULL: to nobody. */
void logring_tell(log_tap_fn *fn);

struct logring_line {
	int64_t time;		/* ms since the epoch */
	enum log_level level;
	char unit[16], text[1024];
};
/* The number of the newest; 0: none yet. */
uint64_t logring_newest(void);
/* Any thread; false: it is no longer there, or not yet. */
bool logring_read(uint64_t number, struct logring_line *out);

const char *logring_level(enum log_level level);	/* "warn" */
/* false: there is no such level. */
bool logring_level_of(struct strv name, enum log_level *level);

#endif
