/* fuzz_gsm7.c - wire/gsm7.h under libFuzzer or replay.c. */

#include <assert.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "wire/gsm7.h"

/* What fits exactly comes back; what is forced always fits. */
static void both_ways(struct strv text)
{
	struct buf septets, back;
	size_t n = 0;

	buf_init(&septets, BUF_NO_LIMIT);
	buf_init(&back, BUF_NO_LIMIT);
	assert(gsm7_encode(text, GSM7_FORCE, &septets) == ERR_OK);
	buf_clear(&septets);
	if (gsm7_fits(text, GSM7_EXACT, &n)) {
		assert(gsm7_encode(text, GSM7_EXACT, &septets) == ERR_OK);
		assert(septets.n == n);
		gsm7_decode(buf_strv(&septets), &back);
		assert(strv_eq(buf_strv(&back), text));
	}
	buf_deinit(&septets);
	buf_deinit(&back);
}

/* Packed and unpacked, at most the last septet is taken as padding. */
static void packing(struct strv septets, unsigned fill)
{
	struct buf packed, back;

	buf_init(&packed, BUF_NO_LIMIT);
	buf_init(&back, BUF_NO_LIMIT);
	gsm7_pack(septets, fill, &packed);
	gsm7_unpack(buf_strv(&packed), fill, false, &back);
	assert(back.n <= septets.n && back.n + 1 >= septets.n);
	for (size_t i = 0; i < back.n; i++)
		assert(back.p[i] == (septets.p[i] & 0x7f));
	buf_deinit(&packed);
	buf_deinit(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv in = { (const char *)data, size };
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	gsm7_decode(in, &out);
	assert(utf8_valid(buf_strv(&out)));
	both_ways(in);
	for (unsigned fill = 0; fill < 7; fill++) {
		packing(in, fill);
		buf_clear(&out);
		gsm7_unpack(in, fill, true, &out);
		assert(out.n * 7 <= size * 8);
	}
	buf_deinit(&out);
	return 0;
}
