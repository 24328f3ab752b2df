/* fuzz_inflate.c - wire/inflate.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/inflate.h"

#define LIMIT	(1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv in = { (const char *)data, size };
	struct buf out;
	enum err e;

	buf_init(&out, LIMIT);
	e = inflate_decode(STRV("deflate"), in, &out);
	assert(e == ERR_OK || e == ERR_BAD_SYNTAX || e == ERR_TOO_BIG);
	assert(out.n <= LIMIT);
	assert(out.n <= size * INFLATE_RATIO + 2 * INFLATE_FREE);
	buf_deinit(&out);
	return 0;
}
