/* series.c - rings of values, each at four steps of time. */

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/series.h"

const struct series_step series_steps[SERIES_RANGES] = {
	[SERIES_10M] = { "10m", 1, 600 },
	[SERIES_3H] = { "3h", 10, 1080 },
	[SERIES_1D] = { "1d", 60, 1440 },
	[SERIES_7D] = { "7d", 600, 1008 },
};

#define QUANTILES 3
static const struct {
	const char *name;
	double q;
} quantiles[QUANTILES] = { { ".p50", 0.5 }, { ".p95", 0.95 },
	{ ".p99", 0.99 } };

enum kind { COUNT, LEVEL, TIMES };

/* What the open step of one range knows so far. */
struct open {
	double from;		/* COUNT: the total when it began */
	double level;		/* LEVEL: the highest; NAN: none */
	int64_t *buckets;	/* TIMES: the histogram when it began */
};

struct series {
	char name[SERIES_NAME];
	const char *unit;
	enum kind kind;
	int64_t sampled;	/* second; -1: never */
	struct open open[SERIES_RANGES];
	double *ring[SERIES_RANGES][QUANTILES];	/* TIMES: all; else one */
};

struct series_store {
	pthread_mutex_t lock;
	struct series *all[SERIES_MAX];	/* in order of name */
	size_t n;
	size_t columns;		/* at most SERIES_MAX */
	int64_t first, now, before;	/* seconds; -1: none */
	int64_t left_out;
};

struct series_store *series_new(void)
{
	struct series_store *ss = xalloc(sizeof(*ss));

	(void)pthread_mutex_init(&ss->lock, NULL);
	ss->first = ss->now = ss->before = -1;
	return ss;
}

static size_t columns_of(enum kind kind)
{
	return kind == TIMES ? QUANTILES : 1;
}

static void series_drop(struct series *s)
{
	for (int r = 0; r < SERIES_RANGES; r++) {
		for (size_t c = 0; c < QUANTILES; c++)
			free(s->ring[r][c]);
		free(s->open[r].buckets);
	}
	free(s);
}

void series_free(struct series_store *ss)
{
	if (!ss)
		return;
	for (size_t i = 0; i < ss->n; i++)
		series_drop(ss->all[i]);
	(void)pthread_mutex_destroy(&ss->lock);
	free(ss);
}

/* --- names ---------------------------------------------------------------- */

/* Where name is, or where it belongs. */
static size_t place_of(const struct series_store *ss, const char *name)
{
	size_t low = 0, high = ss->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (strcmp(ss->all[mid]->name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static double *ring_new(size_t n)
{
	double *ring = xalloc(n * sizeof(*ring));

	for (size_t i = 0; i < n; i++)
		ring[i] = NAN;
	return ring;
}

static struct series *series_make(const char *name, const char *unit,
    enum kind kind)
{
	struct series *s = xalloc(sizeof(*s));

	(void)snprintf(s->name, sizeof(s->name), "%s", name);
	s->unit = unit;
	s->kind = kind;
	s->sampled = -1;
	for (int r = 0; r < SERIES_RANGES; r++) {
		for (size_t c = 0; c < columns_of(kind); c++)
			s->ring[r][c] = ring_new(series_steps[r].n);
		s->open[r].level = NAN;
		if (kind == TIMES)
			s->open[r].buckets = xalloc((METRIC_BUCKETS + 1) *
			    sizeof(int64_t));
	}
	return s;
}

static void take_out(struct series_store *ss, size_t i)
{
	ss->columns -= columns_of(ss->all[i]->kind);
	series_drop(ss->all[i]);
	memmove(&ss->all[i], &ss->all[i + 1],
	    (--ss->n - i) * sizeof(*ss->all));
}

/* The longest silent ones give way; false: all of them still speak. */
static bool make_room(struct series_store *ss, size_t columns)
{
	while (ss->columns + columns > SERIES_MAX) {
		size_t oldest = 0;

		for (size_t i = 1; i < ss->n; i++)
			if (ss->all[i]->sampled < ss->all[oldest]->sampled)
				oldest = i;
		if (ss->all[oldest]->sampled >= ss->before)
			return false;
		take_out(ss, oldest);
	}
	return true;
}

static struct series *get(struct series_store *ss, const char *name,
    const char *unit, enum kind kind)
{
	size_t i = place_of(ss, name);

	if (i < ss->n && strcmp(ss->all[i]->name, name) == 0 &&
	    ss->all[i]->kind == kind)
		return ss->all[i];
	if (strlen(name) >= SERIES_NAME || !make_room(ss, columns_of(kind))) {
		ss->left_out++;
		return NULL;
	}
	i = place_of(ss, name);
	memmove(&ss->all[i + 1], &ss->all[i],
	    (ss->n - i) * sizeof(*ss->all));
	ss->n++;
	ss->columns += columns_of(kind);
	return ss->all[i] = series_make(name, unit, kind);
}

/* --- sampling ------------------------------------------------------------- */

static int64_t bin_of(enum series_range r, int64_t second)
{
	return second / series_steps[r].s;
}

static size_t slot_of(enum series_range r, int64_t bin)
{
	return (size_t)bin % series_steps[r].n;
}

/* A step of r ended between the last sample and this one. */
static bool closes(const struct series_store *ss, enum series_range r)
{
	return ss->before >= 0 && bin_of(r, ss->now) != bin_of(r, ss->before);
}

/* Values of the steps that end now are none until somebody says them. */
static void clear_steps(const struct series_store *ss, struct series *s,
    enum series_range r)
{
	int64_t from = bin_of(r, ss->before), to = bin_of(r, ss->now);

	if (to - from > (int64_t)series_steps[r].n)
		from = to - (int64_t)series_steps[r].n;
	for (int64_t bin = from; bin < to; bin++)
		for (size_t c = 0; c < columns_of(s->kind); c++)
			s->ring[r][c][slot_of(r, bin)] = NAN;
}

void series_begin(struct series_store *ss, int64_t second)
{
	pthread_mutex_lock(&ss->lock);
	ss->before = ss->now;
	ss->now = second > ss->before ? second : ss->before + 1;
	if (ss->first < 0)
		ss->first = ss->now;
	for (enum series_range r = 0; r < SERIES_RANGES; r++)
		for (size_t i = 0; closes(ss, r) && i < ss->n; i++)
			clear_steps(ss, ss->all[i], r);
}

void series_end(struct series_store *ss)
{
	pthread_mutex_unlock(&ss->lock);
}

int64_t series_left_out(const struct series_store *ss)
{
	return ss->left_out;
}

/* Where the step that ends now puts its value. */
static double *ended(const struct series_store *ss, struct series *s,
    enum series_range r, size_t column)
{
	return &s->ring[r][column][slot_of(r, bin_of(r, ss->before))];
}

/* The seconds of r's step that were seen, from its begin to now. */
static double seconds_of(const struct series_store *ss, enum series_range r)
{
	int64_t begin = bin_of(r, ss->before) * series_steps[r].s;

	return (double)(ss->now - (begin > ss->first ? begin : ss->first));
}

/*
 * true: it was not there last time, so there is nothing to compare with.
 * What begins while we sample began at 0.
 */
static bool sampled(const struct series_store *ss, struct series *s)
{
	bool gap = s->sampled < 0 ? ss->before < 0 : s->sampled != ss->before;

	s->sampled = ss->now;
	return gap;
}

void series_count(struct series_store *ss, const char *name,
    const char *unit, double total)
{
	struct series *s = get(ss, name, unit, COUNT);
	bool gap;

	if (!s)
		return;
	gap = sampled(ss, s);
	for (enum series_range r = 0; r < SERIES_RANGES; r++) {
		struct open *o = &s->open[r];

		if (gap || total < o->from) {
			o->from = total;
		} else if (closes(ss, r)) {
			*ended(ss, s, r, 0) = (total - o->from) /
			    seconds_of(ss, r);
			o->from = total;
		}
	}
}

void series_level(struct series_store *ss, const char *name,
    const char *unit, double value)
{
	struct series *s = get(ss, name, unit, LEVEL);
	bool gap;

	if (!s)
		return;
	gap = sampled(ss, s);
	for (enum series_range r = 0; r < SERIES_RANGES; r++) {
		struct open *o = &s->open[r];

		if (gap || !(o->level >= value))	/* NAN: none yet */
			o->level = value;
		if (!closes(ss, r))
			continue;
		*ended(ss, s, r, 0) = o->level;
		o->level = NAN;
	}
}

/* The step's quantiles in ms, from the buckets' growth since it began. */
static void end_times(const struct series_store *ss, struct series *s,
    enum series_range r, const int64_t *now)
{
	int64_t grown[METRIC_BUCKETS + 1], total = 0;

	for (size_t i = 0; i <= METRIC_BUCKETS; i++) {
		grown[i] = now[i] - s->open[r].buckets[i];
		total += grown[i];
	}
	for (size_t c = 0; c < QUANTILES && total > 0; c++)
		*ended(ss, s, r, c) = metric_quantile_of(grown,
		    quantiles[c].q) / 1e3;
}

void series_times(struct series_store *ss, const char *name,
    const struct metric *m)
{
	struct series *s = get(ss, name, "ms", TIMES);
	int64_t now[METRIC_BUCKETS + 1];
	bool gap;

	if (!s)
		return;
	gap = sampled(ss, s);
	metric_buckets(m, now);
	for (enum series_range r = 0; r < SERIES_RANGES; r++) {
		if (!gap && closes(ss, r))
			end_times(ss, s, r, now);
		if (gap || closes(ss, r))
			memcpy(s->open[r].buckets, now, sizeof(now));
	}
}

/* --- reading -------------------------------------------------------------- */

static bool means(struct strv pattern, const char *name)
{
	size_t n = strlen(name);

	if (pattern.n && pattern.p[pattern.n - 1] == '*')
		return n >= pattern.n - 1 &&
		    memcmp(name, pattern.p, pattern.n - 1) == 0;
	return n == pattern.n && memcmp(name, pattern.p, n) == 0;
}

static bool is_wanted(struct strv patterns, const char *name)
{
	if (!patterns.p)
		return true;
	while (patterns.p)
		if (means(strv_split(patterns, ',', &patterns), name))
			return true;
	return false;
}

/* Under lock: full steps since the first sample, at most the ring. */
static size_t span(const struct series_store *ss, enum series_range r)
{
	int64_t n = ss->now < 0 ? 0 : bin_of(r, ss->now) -
	    bin_of(r, ss->first);

	return n < (int64_t)series_steps[r].n ? (size_t)n :
	    series_steps[r].n;
}

size_t series_span(struct series_store *ss, enum series_range range,
    int64_t *age_s)
{
	size_t n;

	pthread_mutex_lock(&ss->lock);
	n = span(ss, range);
	*age_s = ss->now < 0 ? 0 : ss->now % series_steps[range].s;
	pthread_mutex_unlock(&ss->lock);
	return n;
}

struct copy {
	char name[SERIES_NAME + 8];
	const char *unit;
	size_t n;
	double *values;
};

static void copy_one(const struct series_store *ss, enum series_range r,
    const struct series *s, size_t column, struct copy *to)
{
	int64_t end = bin_of(r, ss->now);

	(void)snprintf(to->name, sizeof(to->name), "%s%s", s->name,
	    s->kind == TIMES ? quantiles[column].name : "");
	to->unit = s->unit;
	to->n = span(ss, r);
	for (size_t i = 0; i < to->n; i++)
		to->values[i] = s->ring[r][column][slot_of(r, end -
		    (int64_t)(to->n - i))];
}

/* The first series behind after, and its columns; 0: no more. */
static size_t copy_next(struct series_store *ss, enum series_range r,
    char after[SERIES_NAME], struct copy copies[QUANTILES])
{
	size_t n = 0, i;

	pthread_mutex_lock(&ss->lock);
	i = place_of(ss, after);
	if (i < ss->n && strcmp(ss->all[i]->name, after) == 0)
		i++;
	if (i < ss->n) {
		n = columns_of(ss->all[i]->kind);
		for (size_t c = 0; c < n; c++)
			copy_one(ss, r, ss->all[i], c, &copies[c]);
		memcpy(after, ss->all[i]->name, SERIES_NAME);
	}
	pthread_mutex_unlock(&ss->lock);
	return n;
}

void series_read(struct series_store *ss, enum series_range range,
    struct strv patterns, series_fn *fn, void *arg)
{
	struct copy copies[QUANTILES];
	char after[SERIES_NAME] = "";
	size_t n;

	for (size_t c = 0; c < QUANTILES; c++)
		copies[c].values = xalloc(series_steps[range].n *
		    sizeof(double));
	while ((n = copy_next(ss, range, after, copies)) > 0)
		for (size_t c = 0; c < n; c++) {
			const struct series_view v = { copies[c].name,
				copies[c].unit, copies[c].values,
				copies[c].n };

			if (is_wanted(patterns, v.name))
				fn(&v, arg);
		}
	for (size_t c = 0; c < QUANTILES; c++)
		free(copies[c].values);
}
