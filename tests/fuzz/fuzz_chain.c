/* fuzz_chain.c - cert/chain.h under libFuzzer or replay.c. */

#include <assert.h>

#include "cert/chain.h"
#include "fuzz.h"

#define NOW INT64_C(1800000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv pem = { (const char *)data, size };
	struct cert_about about;
	struct buf why, out;
	struct chain *c;

	buf_init(&why, 1024);
	buf_init(&out, (size_t)1 << 20);
	if (chain_read(pem, &c, &why) == ERR_OK) {
		assert(chain_length(c) > 0 && chain_length(c) <= CHAIN_MAX);
		for (unsigned i = 0; i < chain_length(c); i++)
			chain_about(c, i, &about);
		if (chain_key(c, pem, &why) == ERR_OK)
			assert(chain_write_key(c, &out) == ERR_OK);
		buf_clear(&why);
		if (chain_check(c, NOW, &why) != ERR_OK)
			assert(why.n > 0);
		buf_clear(&out);
		assert(chain_write(c, &out) == ERR_OK);
	} else {
		assert(!c && why.n > 0);
	}
	chain_free(c);
	buf_deinit(&out);
	buf_deinit(&why);
	return 0;
}
