/* logring.c - the newest lines of the log, bounded by number and by bytes. */

#include "admin/logring.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/metric.h"
#include "base/now.h"

struct line {
	int64_t time;
	enum log_level level;
	const char *unit;	/* a literal */
	char *text;
	size_t n;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* under lock; line i is ring[i % LOGRING_LINES], first <= i < end */
static struct line *ring;
static uint64_t first = 1, end = 1;
static size_t bytes;
static _Atomic(log_tap_fn *) teller;

static const char *const names[] = { "error", "warn", "info", "debug" };

#define LINES(level) \
	COUNTER("parley_log_events_total", "level=\"" level "\"", \
	    "Lines of the log.")

static struct metric counts[] = {
	LINES("error"), LINES("warn"), LINES("info"), LINES("debug"),
};

const char *logring_level(enum log_level level)
{
	return names[level];
}

bool logring_level_of(struct strv name, enum log_level *level)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strv_eq(name, strv(names[i]))) {
			*level = (enum log_level)i;
			return true;
		}
	return false;
}

static struct line *at(uint64_t i)
{
	return &ring[i % LOGRING_LINES];
}

static void drop_first(void)
{
	struct line *l = at(first++);

	bytes -= l->n;
	free(l->text);
	l->text = NULL;
}

/* Nothing here logs. */
static void take(enum log_level level, const char *unit, const char *text)
{
	size_t n = strlen(text);
	log_tap_fn *fn = atomic_load(&teller);

	metric_inc(&counts[level]);
	pthread_mutex_lock(&lock);
	if (ring) {
		while (end - first == LOGRING_LINES ||
		    (end > first && bytes + n > LOGRING_BYTES))
			drop_first();
		*at(end++) = (struct line){ now_ms(), level, unit,
			xstrndup(text, n), n };
		bytes += n;
	}
	pthread_mutex_unlock(&lock);
	if (fn)
		fn(level, unit, text);
}

void logring_tell(log_tap_fn *fn)
{
	atomic_store(&teller, fn);
}

void logring_start(void)
{
	metric_register(counts, sizeof(counts) / sizeof(*counts));
	pthread_mutex_lock(&lock);
	if (!ring)
		ring = xalloc(LOGRING_LINES * sizeof(*ring));
	pthread_mutex_unlock(&lock);
	log_tap(take);
}

void logring_stop(void)
{
	log_tap(NULL);
	pthread_mutex_lock(&lock);
	while (first < end)
		drop_first();
	free(ring);
	ring = NULL;
	pthread_mutex_unlock(&lock);
}

uint64_t logring_newest(void)
{
	uint64_t n;

	pthread_mutex_lock(&lock);
	n = end - 1;
	pthread_mutex_unlock(&lock);
	return n;
}

bool logring_read(uint64_t number, struct logring_line *out)
{
	bool there;

	pthread_mutex_lock(&lock);
	there = number >= first && number < end;
	if (there) {
		const struct line *l = at(number);

		out->time = l->time;
		out->level = l->level;
		(void)snprintf(out->unit, sizeof(out->unit), "%s", l->unit);
		(void)snprintf(out->text, sizeof(out->text), "%s", l->text);
	}
	pthread_mutex_unlock(&lock);
	return there;
}
