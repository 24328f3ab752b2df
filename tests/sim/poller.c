/* poller.c - the event loop of the simulator: descriptors and timers. */

#include <stdio.h>
#include <stdlib.h>

#include "base/now.h"
#include "poller.h"

enum { BATCH = 256 };

static int epfd = -1;
static struct epoll_event batch[BATCH];
static int batch_n;
static bool stopped;

static struct timer **heap;	/* heap[1] is due first */
static size_t heap_n, heap_cap;

static void die(const char *what)
{
	perror(what);
	abort();
}

static int poller(void)
{
	if (epfd < 0)
		epfd = epoll_create1(EPOLL_CLOEXEC);
	if (epfd < 0)
		die("epoll_create1");
	return epfd;
}

void watch_start(struct watch *w, int fd, uint32_t events, watch_fn *ready,
	void *arg)
{
	struct epoll_event e = { .events = events, .data.ptr = w };

	*w = (struct watch){ ready, arg, fd, true };
	if (epoll_ctl(poller(), EPOLL_CTL_ADD, fd, &e) < 0)
		die("epoll_ctl add");
}

void watch_want(struct watch *w, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = w };

	if (w->on && epoll_ctl(epfd, EPOLL_CTL_MOD, w->fd, &e) < 0)
		die("epoll_ctl mod");
}

void watch_stop(struct watch *w)
{
	if (!w->on)
		return;
	w->on = false;
	if (epoll_ctl(epfd, EPOLL_CTL_DEL, w->fd, NULL) < 0)
		die("epoll_ctl del");
	/* an event of this round that has not been handed out yet */
	for (int i = 0; i < batch_n; i++)
		if (batch[i].data.ptr == w)
			batch[i].data.ptr = NULL;
}

uint64_t poller_us(void)
{
	static int64_t start;
	int64_t us = now_us();

	if (start == 0)
		start = us;
	return (uint64_t)(us - start);
}

static void put(size_t slot, struct timer *t)
{
	heap[slot] = t;
	t->slot = slot;
}

static void sift_up(size_t i)
{
	struct timer *t = heap[i];

	for (; i > 1 && heap[i / 2]->due_us > t->due_us; i /= 2)
		put(i, heap[i / 2]);
	put(i, t);
}

static void sift_down(size_t i)
{
	struct timer *t = heap[i];

	for (;;) {
		size_t c = 2 * i;

		if (c < heap_n && heap[c + 1]->due_us < heap[c]->due_us)
			c++;
		if (c > heap_n || heap[c]->due_us >= t->due_us)
			break;
		put(i, heap[c]);
		i = c;
	}
	put(i, t);
}

void timer_stop(struct timer *t)
{
	size_t i = t->slot;

	if (i == 0)
		return;
	t->slot = 0;
	put(i, heap[heap_n--]);
	if (i > heap_n) {
		t->slot = 0;
		return;
	}
	sift_up(i);
	sift_down(heap[i]->slot);
}

void timer_start(struct timer *t, unsigned ms, timer_fn *fire, void *arg)
{
	timer_stop(t);
	t->fire = fire;
	t->arg = arg;
	t->due_us = poller_us() + (uint64_t)ms * 1000;
	if (heap_n + 2 > heap_cap) {
		heap_cap = 2 * heap_cap + 64;
		heap = realloc(heap, heap_cap * sizeof(struct timer *));
		if (!heap)
			die("realloc");
	}
	put(++heap_n, t);
	sift_up(heap_n);
}

static int wait_ms(void)
{
	uint64_t now = poller_us(), due;

	if (heap_n == 0)
		return -1;
	due = heap[1]->due_us;
	return due <= now ? 0 : (int)((due - now) / 1000) + 1;
}

static void fire_due(void)
{
	uint64_t now = poller_us();

	/* a timer that starts another with 0 ms must not keep us here */
	while (heap_n > 0 && heap[1]->due_us <= now && !stopped) {
		struct timer *t = heap[1];

		timer_stop(t);
		t->fire(t->arg);
	}
}

void poller_run(void)
{
	poller();
	while (!stopped) {
		batch_n = epoll_wait(epfd, batch, BATCH, wait_ms());
		for (int i = 0; i < batch_n && !stopped; i++) {
			struct watch *w = batch[i].data.ptr;

			if (w)
				w->ready(w->arg, batch[i].events);
		}
		batch_n = 0;
		fire_due();
	}
}

void poller_stop(void)
{
	stopped = true;
}
