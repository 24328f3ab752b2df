/* series.h - the past of a few figures in fixed memory, for charts. */

#ifndef BASE_SERIES_H
#define BASE_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/metric.h"
#include "base/strv.h"

/*
 * Each series is kept at four steps: the last 10 minutes by the second, 3
 * hours by 10 s, a day by the minute, a week by 10 minutes; 33 kB each and
 * never more than SERIES_MAX.  Past that the series that is silent for the
 * longest time gives way, or the new one is left out and counted.
 *
 * One thread samples, any other reads.
 */
#define SERIES_MAX	200
#define SERIES_NAME	80	/* bytes of a name, with its NUL */

enum series_range {
	SERIES_10M, SERIES_3H, SERIES_1D, SERIES_7D, SERIES_RANGES
};

struct series_step {
	const char *name;	/* "10m" */
	int64_t s;		/* seconds of one value */
	size_t n;		/* values kept */
};
extern const struct series_step series_steps[SERIES_RANGES];

struct series_store;
struct series_store *series_new(void);
void series_free(struct series_store *ss);	/* NULL is fine */

/*
 * One sample of everything: begin, then one of the three for each figure,
 * then end.  second counts up, by one if the core is in time; what is left
 * out has no value.  Names are copied; unit is borrowed for ever.
 */
void series_begin(struct series_store *ss, int64_t second);
/* A total that only grows: kept as its growth per second. */
void series_count(struct series_store *ss, const char *name,
    const char *unit, double total);
/* What it is now: of each step the highest is kept. */
void series_level(struct series_store *ss, const char *name,
    const char *unit, double value);
/* The quantiles of what a histogram observed, in ms: name.p50, .p95, .p99;
 * no value where it observed nothing. */
void series_times(struct series_store *ss, const char *name,
    const struct metric *m);
void series_end(struct series_store *ss);
int64_t series_left_out(const struct series_store *ss);

/*
 * The values of one series, the oldest first; NAN: none.  The last one ended
 * age seconds before the newest sample (all series of a range: the same).
 */
struct series_view {
	const char *name, *unit;
	const double *values;
	size_t n;
};
typedef void series_fn(const struct series_view *v, void *arg);
/*
 * Each series that one of the patterns means (all: patterns is absent):
 * names between commas, "*" at the end stands for anything.  In the order of
 * names; fn runs without the lock.
 */
void series_read(struct series_store *ss, enum series_range range,
    struct strv patterns, series_fn *fn, void *arg);
/* Values there can be in the range by now, and how long ago the last ended. */
size_t series_span(struct series_store *ss, enum series_range range,
    int64_t *age_s);

#endif
