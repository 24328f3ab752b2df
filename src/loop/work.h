/* work.h - pools of threads for what may block, in lanes. */

#ifndef LOOP_WORK_H
#define LOOP_WORK_H

#include <stdbool.h>

typedef void work_fn(void *arg);

/*
 * A lane has threads and a queue of its own, so that no lane waits for
 * another.  All but the first are for what people ask: their threads give
 * way (loop_give_way()).
 */
enum work_lane {
	WORK_CORE,	/* what messages and the core wait for */
	WORK_READ,	/* requests: milliseconds each */
	WORK_SLOW,	/* one at a time: a search may take a second */
	WORK_HASH,	/* one at a time: passwords, 75 ms and 64 MiB each */
	WORK_LANES
};

void work_start(unsigned threads);	/* of WORK_CORE */
void work_stop(void);	/* waits for what is running; drops the rest */

void work_people_start(void);	/* the other lanes */
/* The same; but what waits and has no done() is run: it must end itself. */
void work_people_stop(void);
/* Since work_people_stop(): end soon.  Any thread. */
bool work_is_stopping(void);

/*
 * Run fn(arg) in a thread of the lane on private data, then done(arg) in the
 * core; done NULL: nothing more.  Any thread.  false: too much is waiting
 * already; nothing will be called.
 */
bool work_put(enum work_lane lane, work_fn *fn, work_fn *done, void *arg);

static inline bool work_run(work_fn *fn, work_fn *done, void *arg)
{
	return work_put(WORK_CORE, fn, done, arg);
}

#endif
