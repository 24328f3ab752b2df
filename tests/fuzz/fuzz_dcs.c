/* fuzz_dcs.c - wire/dcs.h; the first octet is the data_coding. */

#include <assert.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "wire/dcs.h"

static void decode(enum dcs_alphabet a, struct strv octets)
{
	struct buf out;
	enum err e;

	buf_init(&out, BUF_NO_LIMIT);
	e = dcs_decode(a, octets, &out);
	assert(e == (a == DCS_BINARY ? ERR_BAD_CONTENT : ERR_OK));
	assert(utf8_valid(buf_strv(&out)));
	buf_deinit(&out);
}

static void encode(enum dcs_alphabet a, struct strv text)
{
	bool fits = dcs_fits(a, text, GSM7_LOSSY);
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	assert((dcs_encode(a, text, GSM7_LOSSY, &out) == ERR_OK) == fits);
	buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv in = { (const char *)data, size };
	struct dcs d;

	if (size == 0)
		return 0;
	d = dcs_parse(data[0], DCS_GSM7_PACKED);
	assert(d.alphabet <= DCS_BINARY && d.cls >= -1 && d.cls <= 3);
	in = (struct strv){ in.p + 1, in.n - 1 };
	decode(d.alphabet, in);
	for (int a = DCS_GSM7; a <= DCS_BINARY; a++) {
		decode((enum dcs_alphabet)a, in);
		encode((enum dcs_alphabet)a, in);
	}
	return 0;
}
