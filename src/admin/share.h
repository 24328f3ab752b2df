/* share.h - what of the core's time requests may take. */

#ifndef ADMIN_SHARE_H
#define ADMIN_SHARE_H

#include "loop/loop.h"

/*
 * loop_post() for requests: in the same order, but they take no more than a
 * twenty-fifth of the core's time, and 40 ms at once.  Any thread.
 */
void share_post(loop_fn *fn, void *arg);

void share_stop(void);		/* core: runs what waits */

#endif
