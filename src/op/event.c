/* event.c - a ring of the newest events, bounded by number and by bytes. */

#include "op/event.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct event {
	char *topic;
	char *json;
	size_t n;		/* bytes of both */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* under lock; event i is ring[i % EVENT_RING], first <= i < end */
static struct event *ring;
static uint64_t first = 1, end = 1;
static size_t bytes;
static void (*listener)(const char *topic);

static struct event *at(uint64_t i)
{
	return &ring[i % EVENT_RING];
}

static void drop_first(void)
{
	struct event *e = at(first++);

	bytes -= e->n;
	free(e->topic);
	free(e->json);
	e->topic = e->json = NULL;
}

void event_publish(const char *topic, struct strv json)
{
	size_t n = strnlen(topic, EVENT_TOPIC - 1), all = n + json.n;
	void (*fn)(const char *);
	struct event *e;

	pthread_mutex_lock(&lock);
	fn = listener;
	if (fn && all < EVENT_BYTES) {
		while (end - first == EVENT_RING ||
		    (end > first && bytes + all > EVENT_BYTES))
			drop_first();
		e = at(end++);
		e->topic = xstrndup(topic, n);
		e->json = xstrndup(json.p, json.n);
		e->n = all;
		bytes += all;
	}
	pthread_mutex_unlock(&lock);
	if (fn)
		fn(topic);
}

void event_listen(void (*fn)(const char *topic))
{
	pthread_mutex_lock(&lock);
	if (!ring)
		ring = xalloc(EVENT_RING * sizeof(*ring));
	listener = fn;
	pthread_mutex_unlock(&lock);
}

uint64_t event_newest(void)
{
	uint64_t n;

	pthread_mutex_lock(&lock);
	n = end - 1;
	pthread_mutex_unlock(&lock);
	return n;
}

bool event_next(uint64_t *after, const struct event_reader *r, bool *lost)
{
	bool found = false;

	pthread_mutex_lock(&lock);
	*lost = *after + 1 < first;
	if (*lost)
		*after = first - 1;
	while (*after + 1 < end && !found) {
		const struct event *e = at(++*after);

		found = r->wants(e->topic, r->arg);
		if (found)
			r->give(*after, e->topic, strv(e->json), r->arg);
	}
	pthread_mutex_unlock(&lock);
	return found;
}

void event_reset(void)
{
	pthread_mutex_lock(&lock);
	while (first < end)
		drop_first();
	free(ring);
	ring = NULL;
	listener = NULL;
	pthread_mutex_unlock(&lock);
}
