/* share.c - what of the core's time requests may take. */

#include <stdlib.h>

#include "admin/share.h"
#include "base/alloc.h"
#include "base/now.h"
#include "loop/timer.h"

#define PART	25		/* of the core's time */
#define AT_ONCE_US	1000000	/* so long it may be ahead: 40 ms of work */
#define CALL_US	5		/* to come here and back, beside the work */

struct turn {
	struct turn *next;
	loop_fn *fn;
	void *arg;
};

static struct turn *first, **end = &first;
static int64_t paid;		/* us; all before is paid for */
static void go_on(void *arg);
static struct timer timer = { .name = "requests", .fn = go_on };

static void run(struct turn *t)
{
	int64_t began = now_us(), took;

	if (paid < began - AT_ONCE_US)
		paid = began - AT_ONCE_US;
	t->fn(t->arg);
	free(t);
	took = now_us() - began;
	paid += ((took > 0 ? took : 0) + CALL_US) * PART;
}

static void go_on(void *arg)
{
	(void)arg;
	while (first && paid <= now_us()) {
		struct turn *t = first;

		first = t->next;
		if (!first)
			end = &first;
		run(t);
	}
	if (first)
		timer_set(&timer, (paid - now_us()) / 1000 + 1);
}

static void arrived(void *arg)
{
	struct turn *t = arg;

	*end = t;
	end = &t->next;
	if (!timer_is_set(&timer))
		go_on(NULL);
}

void share_post(loop_fn *fn, void *arg)
{
	struct turn *t = xalloc(sizeof(*t));

	*t = (struct turn){ NULL, fn, arg };
	loop_post(arrived, t);
}

void share_stop(void)
{
	timer_cancel(&timer);
	while (first) {
		struct turn *t = first;

		first = t->next;
		t->fn(t->arg);
		free(t);
	}
	end = &first;
}
