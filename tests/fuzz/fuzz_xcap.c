/* fuzz_xcap.c - wire/xcap.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/xcap.h"

/* The first line is the path, the second the query. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv query, rest, path = strv_split((struct strv){
	    (const char *)data, size }, '\n', &query);
	struct xcap_uri u;
	struct arena a;

	query = strv_split(query, '\n', &rest);
	arena_init(&a);
	if (xcap_uri_decode(STRV("/"), path, query, &a, &u) == ERR_OK) {
		assert(!u.why && u.auid.n && u.document.n);
		assert(u.global == !u.user.p);
		assert(u.nsteps <= XCAP_STEPS);
		assert((u.nsteps == 0) == (u.what == XCAP_DOCUMENT));
		assert((u.what == XCAP_ATTRIBUTE) == (u.attr.local.n > 0));
	} else {
		assert(u.why);
	}
	arena_deinit(&a);
	return 0;
}
