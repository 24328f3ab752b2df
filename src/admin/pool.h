/* pool.h - threads for requests that read the databases. */

#ifndef ADMIN_POOL_H
#define ADMIN_POOL_H

#include <stdbool.h>

#include "loop/loop.h"

void pool_start(void);
void pool_stop(void);	/* after what waits has been run */
/* false: too much is waiting already; nothing will be called. */
bool pool_run(loop_fn *fn, void *arg);

#endif
