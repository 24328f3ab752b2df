/* metric.c - the register of series and its Prometheus text form. */

#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/metric.h"

static const int64_t bounds_us[METRIC_BUCKETS] = {
	50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 100000, 500000,
	2500000, 10000000, 30000000,
};

static struct metric *all;	/* in order of name, then labels */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int order(const struct metric *a, const struct metric *b)
{
	int c = strcmp(a->name, b->name);

	return c ? c : strcmp(a->labels ? a->labels : "",
	    b->labels ? b->labels : "");
}

static void insert(struct metric *m)
{
	struct metric **at = &all;

	if (m->kind == METRIC_HISTOGRAM && !m->buckets)
		m->buckets = xalloc(sizeof(*m->buckets) * (METRIC_BUCKETS + 1));
	while (*at && *at != m && order(*at, m) <= 0)
		at = &(*at)->next;
	if (*at == m)
		return;
	m->next = *at;
	*at = m;
}

void metric_register(struct metric *m, size_t n)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n; i++)
		insert(&m[i]);
	pthread_mutex_unlock(&lock);
}

void metric_forget(struct metric *m, size_t n)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n; i++) {
		struct metric **at = &all;

		while (*at && *at != &m[i])
			at = &(*at)->next;
		if (*at)
			*at = m[i].next;
	}
	pthread_mutex_unlock(&lock);
}

void metric_observe(struct metric *m, int64_t us)
{
	size_t i = 0;

	while (i < METRIC_BUCKETS && us > bounds_us[i])
		i++;
	metric_add(m, us);
	if (m->buckets)
		atomic_fetch_add_explicit(&m->buckets[i], 1,
		    memory_order_relaxed);
}

static int64_t bucket(const struct metric *m, size_t i)
{
	return m->buckets ? atomic_load_explicit(&m->buckets[i],
	    memory_order_relaxed) : 0;
}

int64_t metric_quantile(const struct metric *m, double q)
{
	int64_t total = 0, seen = 0;

	for (size_t i = 0; i <= METRIC_BUCKETS; i++)
		total += bucket(m, i);
	for (size_t i = 0; i < METRIC_BUCKETS; i++) {
		seen += bucket(m, i);
		if (total && (double)seen >= q * (double)total)
			return bounds_us[i];
	}
	return total ? bounds_us[METRIC_BUCKETS - 1] : 0;
}

void metric_buckets(const struct metric *m, int64_t *counts)
{
	for (size_t i = 0; i <= METRIC_BUCKETS; i++)
		counts[i] = bucket(m, i);
}

double metric_quantile_of(const int64_t *counts, double q)
{
	double total = 0, seen = 0, low = 0;

	for (size_t i = 0; i <= METRIC_BUCKETS; i++)
		total += (double)counts[i];
	for (size_t i = 0; i < METRIC_BUCKETS; i++) {
		double n = (double)counts[i], width;

		width = (double)bounds_us[i] - low;
		if (n > 0 && seen + n >= q * total)
			return low + width * (q * total - seen) / n;
		seen += n;
		low = (double)bounds_us[i];
	}
	return total > 0 ? low : 0;
}

void metric_each(void (*each)(const struct metric *m, void *arg), void *arg)
{
	pthread_mutex_lock(&lock);
	for (const struct metric *m = all; m; m = m->next)
		each(m, arg);
	pthread_mutex_unlock(&lock);
}

static void histogram_text(const struct metric *m, struct buf *out)
{
	const char *labels = m->labels ? m->labels : "";
	const char *comma = m->labels ? "," : "";
	int64_t seen = 0;

	for (size_t i = 0; i < METRIC_BUCKETS; i++) {
		seen += bucket(m, i);
		buf_addf(out, "%s_bucket{%s%sle=\"%g\"} %" PRId64 "\n", m->name,
		    labels, comma, (double)bounds_us[i] / 1e6, seen);
	}
	seen += bucket(m, METRIC_BUCKETS);
	buf_addf(out, "%s_bucket{%s%sle=\"+Inf\"} %" PRId64 "\n", m->name,
	    labels, comma, seen);
	buf_addf(out, m->labels ? "%s_sum{%s} %.6f\n" : "%s_sum%s %.6f\n",
	    m->name, labels, (double)metric_get(m) / 1e6);
	buf_addf(out, m->labels ? "%s_count{%s} %" PRId64 "\n" :
	    "%s_count%s %" PRId64 "\n", m->name, labels, seen);
}

/* Of the series of one name one has it, and not always the first. */
static const char *help_of(const struct metric *m)
{
	const char *name = m->name;

	for (; m && strcmp(m->name, name) == 0; m = m->next)
		if (m->help[0])
			return m->help;
	return "";
}

struct text {
	struct buf *out;
	const char *last;	/* name whose HELP and TYPE are printed */
};

static void one_text(const struct metric *m, void *arg)
{
	static const char *const kinds[] = { "counter", "gauge", "histogram" };
	struct text *t = arg;

	if (!t->last || strcmp(t->last, m->name) != 0)
		buf_addf(t->out, "# HELP %s %s\n# TYPE %s %s\n", m->name,
		    help_of(m), m->name, kinds[m->kind]);
	t->last = m->name;
	if (m->kind == METRIC_HISTOGRAM) {
		histogram_text(m, t->out);
		return;
	}
	buf_addf(t->out, m->labels ? "%s{%s} %" PRId64 "\n" :
	    "%s%s %" PRId64 "\n", m->name, m->labels ? m->labels : "",
	    metric_get(m));
}

void metric_text(struct buf *out)
{
	struct text t = { out, NULL };

	metric_each(one_text, &t);
}
