/* fuzz_sip_lines.c - header lines, lists and feature tags of any bytes. */

#include <assert.h>

#include "fuzz.h"
#include "port/sip/features.h"
#include "port/sip/lines.h"

/* The part before the first blank line is features, the rest lines. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv all = { (const char *)data, size };
	struct strv lines, features = strv_split(all, '\n', &lines);
	struct strv rest, item, name, value;
	struct buf out;

	buf_init(&out, 65536);
	features_allow(features, lines);
	features_cpm(features);
	features_have(features, STRV("+g.3gpp.icsi-ref"), lines);
	features_merge(&out, features);
	features_merge(&out, lines);
	buf_clear(&out);
	lines_add(&out, STRV("X"), all);
	/* one line, whatever came in */
	assert(out.full || memchr(out.p, '\n', out.n) == out.p + out.n - 1);
	for (rest = all; lines_item(&rest, ',', &item);) {
		assert(item.n <= size);
		lines_param(item, &name, &value);
	}
	lines_is_token(all);
	buf_deinit(&out);
	return 0;
}
