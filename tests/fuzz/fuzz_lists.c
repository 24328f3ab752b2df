/* fuzz_lists.c - wire/lists.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/imdn.h"
#include "wire/lists.h"

#define MAX	10

/* What is shown of a list is a list, without what shall stay hidden. */
static void check_history(const struct lists *l, struct arena *a)
{
	struct lists shown;
	struct buf out;

	buf_init(&out, LISTS_MAX_SIZE);
	if (lists_history(l, &out)) {
		assert(lists_decode(buf_strv(&out), MAX + 2, a, &shown) ==
		    ERR_OK);
		assert(shown.n <= l->n);
		for (size_t i = 0; i < shown.n; i++)
			assert(shown.entry[i].copy != LISTS_BCC);
	} else {
		assert(out.n == 0);
	}
	buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv xml = { (const char *)data, size };
	struct lists l;
	struct arena a;

	imdn_init();
	arena_init(&a);
	if (lists_decode(xml, MAX, &a, &l) == ERR_OK) {
		assert(!l.why && l.n > 0 && l.n <= MAX);
		for (size_t i = 0; i < l.n; i++)
			assert(l.entry[i].uri.n > 0 &&
			    l.entry[i].uri.n <= LISTS_MAX_TEXT);
		check_history(&l, &a);
	} else {
		assert(l.why);
	}
	arena_deinit(&a);
	return 0;
}
