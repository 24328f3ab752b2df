/* fuzz_rewrite.c - wire/rewrite.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/imdn.h"
#include "wire/rewrite.h"

#define MAX	65536

static struct rewrite_how how(struct strv type, size_t size, void *arg)
{
	static const enum rewrite_what all[] = { REWRITE_KEEP, REWRITE_LINKS,
		REWRITE_STRIP, REWRITE_REPLACE };
	unsigned *n = arg;

	assert(type.n > 0 && size <= MAX);
	return (struct rewrite_how){ *n < 4 ? all[*n] :
	    all[(type.n + size + (*n)++) % 4], STRV("--b http://x") };
}

/* The first line is TYPE|ENCODING|TRANSFER, the rest the body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv all = { (const char *)data, size }, head;
	struct rewrite_in in = { .max_size = MAX };

	if (size > MAX)
		return 0;
	head = strv_split(all, '\n', &in.body);
	in.type = strv_split(head, '|', &head);
	in.encoding = strv_split(head, '|', &in.transfer);
	imdn_init();
	for (unsigned i = 0; i < 6; i++) {
		struct rewritten out;
		unsigned n = i;
		enum err e = rewrite(&in, how, &n, &out);

		assert(e == ERR_OK || !(out.changed || out.nothing_left));
		assert(!(out.changed && out.nothing_left));
		assert(out.changed || out.body.n == 0);
		assert(i != 0 || !out.changed);
		assert(i != 2 || e != ERR_OK || out.nothing_left);
		assert(!out.changed || out.type.n > 0);
		rewritten_deinit(&out);
	}
	return 0;
}
