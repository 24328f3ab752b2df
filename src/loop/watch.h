/* watch.h - wait for a descriptor in the core. */

#ifndef LOOP_WATCH_H
#define LOOP_WATCH_H

#include <stdbool.h>

enum { WATCH_IN = 1, WATCH_OUT = 2, WATCH_ERR = 4 };

typedef void watch_fn(int fd, int events, void *arg);

/* Embedded in its owner, who closes it before the descriptor. */
struct watch {
	int fd;
	int index;	/* su_root's; 0: not open */
	watch_fn *fn;
	void *arg;
};

/* events: WATCH_IN and WATCH_OUT; errors come as WATCH_ERR unasked. */
bool watch_open(struct watch *w, int fd, int events, watch_fn *fn, void *arg);
void watch_mask(struct watch *w, int events);
void watch_close(struct watch *w);	/* leaves fd open; fine when closed */

#endif
