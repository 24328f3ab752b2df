/* work.h - a small pool of threads for what may block. */

#ifndef LOOP_WORK_H
#define LOOP_WORK_H

#include <stdbool.h>

typedef void work_fn(void *arg);

void work_start(unsigned threads);
void work_stop(void);	/* waits for what is running; drops the rest */

/*
 * Run fn(arg) in the pool on private data, then done(arg) in the core.
 * false: too much is waiting already; nothing will be called.
 */
bool work_run(work_fn *fn, work_fn *done, void *arg);

#endif
