/* fuzz_addr.c - core/addr.h under libFuzzer or replay.c. */

#include <assert.h>

#include "core/addr.h"
#include "fuzz.h"

static void check(const struct addr_rules *r, struct strv uri)
{
	struct buf key, again;

	buf_init(&key, 4096);
	buf_init(&again, 4096);
	if (addr_key(r, uri, &key) == ERR_OK) {
		assert(key.n > 0 && key.n <= ADDR_MAX);
		assert(addr_key(r, buf_strv(&key), &again) == ERR_OK);
		assert(strv_eq(buf_strv(&key), buf_strv(&again)));
		assert(addr_is_number(buf_strv(&key)) ==
		    strv_eq(addr_scheme(buf_strv(&key)), STRV("tel")));
		for (size_t i = 0; i < key.n; i++)
			assert(key.p[i] > ' ' && key.p[i] < 0x7f);
	} else {
		assert(key.n == 0);
	}
	buf_deinit(&key);
	buf_deinit(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const codes[] = { "1", "49", "39", "45", "7", "" };
	struct strv s = { (const char *)data, size }, name, uri;
	struct addr_rules r;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		addr_rules_init(&r, STRV("cpm.example"), strv(codes[i]));
		check(&r, s);
	}
	if (addr_name(s, &name, &uri) == ERR_OK) {
		assert(uri.n && uri.p >= s.p && uri.p + uri.n <= s.p + s.n);
		check(&r, uri);
	}
	(void)addr_param(s, STRV("user"));
	return 0;
}
