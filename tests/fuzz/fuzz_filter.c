/* fuzz_filter.c - op/filter.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "op/filter.h"

#define FIELDS STRV("name state=up|down size:bytes on:bool seen:time? " \
	"more:object")

/* Whether one condition alone holds for the row numbered i. */
static bool holds(struct term t, unsigned i)
{
	struct filter f = { .terms = { t }, .n = 1 };

	filter_row(&f);
	if (i % 3)
		filter_text(&f, "name", i % 2 ? STRV("bob") : STRV(""));
	filter_text(&f, "state", STRV("up"));
	filter_number(&f, "size", (int64_t)i * 1000 - 3);
	filter_number(&f, "on", i % 2);
	if (i % 2)
		filter_number(&f, "seen", INT64_C(1763629200000));
	else
		filter_text(&f, "seen", STRV_NONE);
	return filter_holds(&f);
}

/* Either a condition holds or its opposite; of null only = and != do. */
static void opposite(struct term t, unsigned i)
{
	static const enum filter_how other[] = { FILTER_NE, FILTER_EQ,
		FILTER_GE, FILTER_GT, FILTER_LE, FILTER_LT };
	struct term no = t;

	no.how = other[t.how];
	if (t.how <= FILTER_NE)
		assert(holds(t, i) != holds(no, i));
	else
		assert(!holds(t, i) || !holds(no, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct filter f = { .n = 0 };
	struct buf why;

	buf_init(&why, 4096);
	if (filter_parse(&f, FIELDS, (struct strv){ (const char *)data,
	    size }, &why)) {
		assert(f.n > 0 && f.n <= FILTER_MAX && why.n == 0);
		for (size_t k = 0; k < f.n; k++)
			for (unsigned i = 0; i < 6; i++)
				opposite(f.terms[k], i);
	} else {
		assert(why.n > 0);
	}
	buf_deinit(&why);
	return 0;
}
