/* secret.c - random secrets of 256 bits, and what is kept of them. */

#include "admin/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/rand.h"

void secret_new(char text[SECRET_TEXT])
{
	rand_hex(text, SECRET_TEXT - 1);
}

void secret_hash(struct strv text, unsigned char hash[SECRET_HASH])
{
	unsigned n = 0;

	if (EVP_Digest(text.p ? text.p : "", text.n, hash, &n, EVP_sha256(),
	    NULL) != 1)
		memset(hash, 0, SECRET_HASH);
}

bool secret_equal(struct strv a, struct strv b)
{
	return a.n == b.n && a.n > 0 && CRYPTO_memcmp(a.p, b.p, a.n) == 0;
}
