/* poller.h - the event loop of the simulator: descriptors and timers. */

#ifndef SIM_POLLER_H
#define SIM_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

/*
 * Callbacks come from poller_run only, never from inside the call that
 * registered them and never after stop.  Both structs are embedded in the
 * object they belong to; zeroed means off.
 */
typedef void watch_fn(void *arg, uint32_t events);	/* EPOLLIN... */
typedef void timer_fn(void *arg);

struct watch {
	watch_fn *ready;
	void *arg;
	int fd;
	bool on;
};

struct timer {
	timer_fn *fire;
	void *arg;
	uint64_t due_us;
	size_t slot;		/* place in the heap; 0: off */
};

void watch_start(struct watch *w, int fd, uint32_t events, watch_fn *ready,
	void *arg);
void watch_want(struct watch *w, uint32_t events);
void watch_stop(struct watch *w);	/* does not close the descriptor */

/* One shot; starting a running timer moves it. */
void timer_start(struct timer *t, unsigned ms, timer_fn *fire, void *arg);
void timer_stop(struct timer *t);

uint64_t poller_us(void);			/* monotonic, since the program began */

/* Until poller_stop was called. */
void poller_run(void);
void poller_stop(void);

#endif
