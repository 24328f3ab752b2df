/* fuzz_link.c - port/link/shape.h under libFuzzer or replay.c: a path, and
 * behind a line end a Range header. */

#include <assert.h>

#include "fuzz.h"
#include "port/link/shape.h"

#define SIZE 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv in = { (const char *)data, size }, header, path;
	struct shape_path p;
	uint64_t from, n;

	path = strv_split(in, '\n', &header);
	shape_path(path, &p);
	assert(p.part < 100);
	assert(p.token.n == 0 || (p.token.p >= path.p &&
	    p.token.p + p.token.n <= path.p + path.n));
	assert(shape_of(path)->type[0]);
	if (shape_range(header, SIZE, &from, &n) == RANGE_PART)
		assert(n > 0 && from < SIZE && from + n <= SIZE);
	return 0;
}
