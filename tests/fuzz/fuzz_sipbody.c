/* fuzz_sipbody.c - wire/sipbody.h under libFuzzer or replay.c. */

#include <assert.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "wire/sipbody.h"

#define MAX	65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sipbody b;
	/* the first line is TYPE|ENCODING|TRANSFER, the rest the body */
	struct strv all = { (const char *)data, size }, head;
	struct sipbody_in in = { .max_size = MAX };
	struct arena a;
	struct buf text;

	head = strv_split(all, '\n', &in.body);
	in.type = strv_split(head, '|', &head);
	in.encoding = strv_split(head, '|', &in.transfer);
	imdn_init();
	arena_init(&a);
	buf_init(&text, 4 * MAX);
	if (sipbody_decode(&in, &a, &b) == ERR_OK) {
		assert(b.content.n <= MAX);
		assert((b.kind == SIPBODY_EMPTY) == (b.content.n == 0));
		if (sipbody_text(&b, &text) == ERR_OK)
			assert(utf8_valid(buf_strv(&text)));
	} else {
		assert(b.why);
	}
	buf_deinit(&text);
	arena_deinit(&a);
	return 0;
}
