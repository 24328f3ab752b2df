/* timer.h - named one-shot timers of the core. */

#ifndef LOOP_TIMER_H
#define LOOP_TIMER_H

#include <stdbool.h>
#include <stdint.h>

typedef void timer_fn(void *arg);

/* Embedded in its owner; the owner cancels it before it dies. */
struct timer {
	const char *name;	/* for the lag warning; borrowed */
	timer_fn *fn;
	void *arg;
	int64_t at;		/* now_mono() ms */
	uint32_t slot;		/* 1..: place in the heap; 0: not set */
};

void timer_init(struct timer *t, const char *name, timer_fn *fn, void *arg);
void timer_set(struct timer *t, int64_t ms);	/* from now; moves a set one */
void timer_cancel(struct timer *t);		/* fine when not set */
static inline bool timer_is_set(const struct timer *t)
{
	return t->slot != 0;
}

/* For loop.c: run what is due; ms until the next one, or -1. */
int64_t timer_run(void);

#endif
