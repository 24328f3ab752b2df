/* fuzz_group_doc.c - wire/group_doc.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/group_doc.h"
#include "wire/imdn.h"

#define MAX	10

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct group_doc g, again;
	struct arena a;
	struct buf out;

	imdn_init();
	arena_init(&a);
	buf_init(&out, 65536);
	if (group_doc_decode((struct strv){ (const char *)data, size }, MAX,
	    &a, &g) == XCAP_OK) {
		assert(g.uri.n && g.n <= MAX && g.max >= 0);
		group_doc_encode(&g, &out);
		assert(group_doc_decode(buf_strv(&out), MAX, &a, &again) ==
		    XCAP_OK);
		assert(strv_eq(g.uri, again.uri) && g.n == again.n &&
		    g.max == again.max);
	} else {
		assert(g.why);
	}
	buf_deinit(&out);
	arena_deinit(&a);
	return 0;
}
