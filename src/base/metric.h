/* metric.h - counters, gauges and histograms that any thread may change. */

#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

#define METRIC_BUCKETS	14	/* bounds in metric.c, 50 us to 30 s, and more */

/*
 * One series.  Usually static, one table per file, made known once by
 * metric_register().  Names follow Prometheus (parley_..._total); labels are
 * bounded sets, never an address, a device or an id.
 */
struct metric {
	const char *name;
	const char *labels;	/* edge="sip",result="ok"; or NULL */
	const char *help;
	enum metric_kind kind;
	_Atomic int64_t value;	/* histogram: sum in us */
	_Atomic int64_t *buckets;	/* histogram only; made by register */
	struct metric *next;	/* metric.c's */
};

#define COUNTER(name, labels, help) \
	{ name, labels, help, METRIC_COUNTER, 0, NULL, NULL }
#define GAUGE(name, labels, help) \
	{ name, labels, help, METRIC_GAUGE, 0, NULL, NULL }
#define HISTOGRAM(name, labels, help) \
	{ name, labels, help, METRIC_HISTOGRAM, 0, NULL, NULL }

/* Make n series known; they are borrowed until metric_forget(). */
void metric_register(struct metric *m, size_t n);
void metric_forget(struct metric *m, size_t n);

static inline void metric_add(struct metric *m, int64_t n)
{
	atomic_fetch_add_explicit(&m->value, n, memory_order_relaxed);
}

static inline void metric_inc(struct metric *m)
{
	metric_add(m, 1);
}

static inline void metric_set(struct metric *m, int64_t v)
{
	atomic_store_explicit(&m->value, v, memory_order_relaxed);
}

static inline int64_t metric_get(const struct metric *m)
{
	return atomic_load_explicit(&m->value, memory_order_relaxed);
}

void metric_observe(struct metric *m, int64_t us);

/* The upper bound of the bucket that holds quantile q (0..1), in us. */
int64_t metric_quantile(const struct metric *m, double q);

/* What a histogram's buckets hold now: METRIC_BUCKETS + 1 counts. */
void metric_buckets(const struct metric *m, int64_t *counts);
/* The quantile of such counts in us, as if each bucket were filled evenly. */
double metric_quantile_of(const int64_t *counts, double q);

/* Call each once per series, in order of name; any thread. */
void metric_each(void (*each)(const struct metric *m, void *arg), void *arg);

/* Append the Prometheus text form of all series. */
void metric_text(struct buf *out);

#endif
