/* fuzz_lists.c - wire/lists.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/imdn.h"
#include "wire/lists.h"

#define MAX	10

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
	} else {
		assert(l.why);
	}
	arena_deinit(&a);
	return 0;
}
