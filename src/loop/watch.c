/* watch.c - wait for a descriptor in the core. */

#include <sofia-sip/su_wait.h>

#include "loop/loop.h"
#include "loop/loop_priv.h"
#include "loop/watch.h"

static int to_su(int events)
{
	return (events & WATCH_IN ? SU_WAIT_IN : 0) |
	    (events & WATCH_OUT ? SU_WAIT_OUT : 0);
}

static int ready(su_root_magic_t *magic, su_wait_t *wait, su_wakeup_arg_t *arg)
{
	struct watch *w = (struct watch *)arg;
	int got = su_wait_events(wait, w->fd), events = 0;

	(void)magic;
	if (got & (SU_WAIT_IN | SU_WAIT_HUP))
		events |= WATCH_IN;
	if (got & SU_WAIT_OUT)
		events |= WATCH_OUT;
	if (got & (SU_WAIT_ERR | SU_WAIT_HUP))
		events |= WATCH_ERR;
	loop_doing("descriptor");
	if (w->index && events)
		w->fn(w->fd, events, w->arg);
	return 0;
}

bool watch_open(struct watch *w, int fd, int events, watch_fn *fn, void *arg)
{
	su_wait_t wait[1] = { SU_WAIT_INIT };
	int index;

	*w = (struct watch){ .fd = fd, .fn = fn, .arg = arg };
	if (su_wait_create(wait, fd, to_su(events)) != 0)
		return false;
	index = su_root_register(loop_su_root(), wait, ready,
	    (su_wakeup_arg_t *)w, 0);
	if (index <= 0) {
		su_wait_destroy(wait);
		return false;
	}
	w->index = index;
	return true;
}

void watch_mask(struct watch *w, int events)
{
	if (w->index)
		(void)su_root_eventmask(loop_su_root(), w->index, w->fd,
		    to_su(events));
}

void watch_close(struct watch *w)
{
	if (w->index)
		(void)su_root_deregister(loop_su_root(), w->index);
	w->index = 0;
}
