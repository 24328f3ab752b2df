/* fuzz_imdn.c - wire/imdn.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/imdn.h"

/* What was read can be written, and says the same when read again. */
static void back(const struct imdn *m, struct arena *a)
{
	struct imdn again;
	struct buf out;

	buf_init(&out, 1 << 16);
	if (imdn_encode(m, &out) == ERR_OK) {
		assert(imdn_decode(buf_strv(&out), a, &again) == ERR_OK);
		assert(strv_eq(again.message_id, m->message_id));
		assert(strv_eq(again.recipient, m->recipient));
		assert(again.kind == m->kind && again.status == m->status);
	}
	buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv xml = { (const char *)data, size };
	struct imdn m;
	struct arena a;

	imdn_init();
	arena_init(&a);
	if (imdn_decode(xml, &a, &m) == ERR_OK) {
		assert(m.message_id.n && m.message_id.n <= IMDN_MAX_TEXT);
		assert(!m.why);
		back(&m, &a);
	} else {
		assert(m.why);
	}
	arena_deinit(&a);
	return 0;
}
