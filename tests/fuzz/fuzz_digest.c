/* fuzz_digest.c - wire/digest.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/digest.h"

static void inside(struct strv all, struct strv s)
{
	assert(!s.p || (s.p >= all.p && s.p + s.n <= all.p + all.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[DIGEST_KEY];
	static struct digest *d;
	struct strv all = { (const char *)data, size };
	struct digest_credentials c;

	if (!d)
		d = digest_new();
	if (digest_parse(all, &c) != ERR_OK)
		return 0;
	assert(c.username.p && c.realm.p && c.nonce.p && c.uri.p);
	inside(all, c.username);
	inside(all, c.realm);
	inside(all, c.nonce);
	inside(all, c.uri);
	inside(all, c.opaque);
	inside(all, c.cnonce);
	assert(!c.alg_known || c.response.n == digest_hex_size(c.alg));
	assert(!c.qop.p || c.nc.n == 8);
	assert(digest_nonce_check(d, key, c.nonce, 0, 1) == DIGEST_FORGED);
	return 0;
}
