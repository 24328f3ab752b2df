/* timer.c - named one-shot timers in a binary heap. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/now.h"
#include "loop/loop_priv.h"
#include "loop/timer.h"

/* heap[1] is the earliest; heap[0] is not used */
static struct timer **heap;
static uint32_t n, size;

void timer_init(struct timer *t, const char *name, timer_fn *fn, void *arg)
{
	*t = (struct timer){ .name = name, .fn = fn, .arg = arg };
}

static void put(uint32_t slot, struct timer *t)
{
	heap[slot] = t;
	t->slot = slot;
}

static void up(uint32_t slot, struct timer *t)
{
	while (slot > 1 && heap[slot / 2]->at > t->at) {
		put(slot, heap[slot / 2]);
		slot /= 2;
	}
	put(slot, t);
}

static void down(uint32_t slot, struct timer *t)
{
	for (;;) {
		uint32_t child = slot * 2;

		if (child < n && heap[child + 1]->at < heap[child]->at)
			child++;
		if (child > n || heap[child]->at >= t->at)
			break;
		put(slot, heap[child]);
		slot = child;
	}
	put(slot, t);
}

void timer_cancel(struct timer *t)
{
	uint32_t slot = t->slot;
	struct timer *last;

	if (!slot)
		return;
	t->slot = 0;
	last = heap[n--];
	if (last == t)
		return;
	if (slot > 1 && heap[slot / 2]->at > last->at)
		up(slot, last);
	else
		down(slot, last);
}

void timer_set(struct timer *t, int64_t ms)
{
	timer_cancel(t);
	t->at = now_mono() + (ms > 0 ? ms : 0);
	if (n + 1 >= size) {
		size = size ? size * 2 : 64;
		heap = xrealloc(heap, size * sizeof(*heap));
	}
	up(++n, t);
}

int64_t timer_run(void)
{
	int64_t now = now_mono();

	while (n && heap[1]->at <= now) {
		struct timer *t = heap[1];

		timer_cancel(t);
		loop_doing(t->name);
		t->fn(t->arg);
	}
	if (n)
		return heap[1]->at - now;
	free(heap);
	heap = NULL;
	size = 0;
	return -1;
}
