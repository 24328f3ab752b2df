/* fuzz_ucn.c - dir/ucn.h under libFuzzer or replay.c: what passes the check
 * of a template can be filled in. */

#include <assert.h>

#include "base/utf8.h"
#include "dir/ucn.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool once;
	struct strv text = { (const char *)data, size };
	struct ucn_facts f = { .sender = STRV("tel:+15550100001"),
		.type = STRV("image/jpeg"), .size = 5000,
		.expires = INT64_C(1800000000000) };
	struct buf why, out;

	if (!once)
		ucn_register();
	once = true;
	buf_init(&why, 4096);
	buf_init(&out, UCN_TEXT);
	if (ucn_check(text, &why) == ERR_OK) {
		assert(why.n == 0);
		ucn_text_of(&out, text, &f);
		assert(out.full || utf8_valid(buf_strv(&out)));
	} else {
		assert(why.n > 0);
	}
	buf_deinit(&why);
	buf_deinit(&out);
	return 0;
}
