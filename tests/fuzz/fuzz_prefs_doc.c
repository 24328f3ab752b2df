/* fuzz_prefs_doc.c - wire/prefs_doc.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/imdn.h"
#include "wire/prefs_doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct prefs_doc p, again;
	struct arena a;
	struct buf out;

	imdn_init();
	arena_init(&a);
	buf_init(&out, (size_t)1 << 20);
	if (prefs_doc_decode((struct strv){ (const char *)data, size }, &a,
	    &p) == XCAP_OK) {
		assert(p.ndevices <= PREFS_DOC_MOST);
		assert(p.nprofiles <= PREFS_DOC_MOST);
		prefs_doc_encode(&p, &out);
		assert(prefs_doc_decode(buf_strv(&out), &a, &again) ==
		    XCAP_OK);
		assert(p.ndevices == again.ndevices &&
		    p.nprofiles == again.nprofiles &&
		    p.send_display == again.send_display &&
		    strv_eq(p.quiet, again.quiet) &&
		    strv_eq(p.anonymous, again.anonymous));
	} else {
		assert(p.why);
	}
	buf_deinit(&out);
	arena_deinit(&a);
	return 0;
}
