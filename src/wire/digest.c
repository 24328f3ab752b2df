/* digest.c - the hashes of digest authentication (RFC 7616, 8760). */

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "wire/digest.h"

#define MAC_CUT	16	/* bytes of the HMAC in a nonce */
#define SIGNED	(8 + DIGEST_RANDOM)	/* bytes the HMAC is made of */

static const struct {
	const char *name;	/* in the header */
	const char *fetch;	/* to OpenSSL */
	size_t size;		/* bytes */
} algs[DIGEST_ALGS] = {
	[DIGEST_MD5] = { "MD5", "MD5", 16 },
	[DIGEST_SHA256] = { "SHA-256", "SHA2-256", 32 },
};

struct digest {
	EVP_MD *md[DIGEST_ALGS];
	EVP_MD_CTX *ctx;
	EVP_MAC *hmac;
	EVP_MAC_CTX *mac;
};

const char *digest_alg_name(enum digest_alg a)
{
	return algs[a].name;
}

size_t digest_hex_size(enum digest_alg a)
{
	return algs[a].size * 2;
}

struct digest *digest_new(void)
{
	static char sha256[] = "SHA2-256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string("digest", sha256, sizeof(sha256) - 1),
		OSSL_PARAM_END
	};
	struct digest *d = xalloc(sizeof(*d));
	int ok;

	for (int a = 0; a < DIGEST_ALGS; a++) {
		d->md[a] = EVP_MD_fetch(NULL, algs[a].fetch, NULL);
		assert(d->md[a]);
	}
	d->ctx = EVP_MD_CTX_new();
	d->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	assert(d->ctx && d->hmac);
	d->mac = EVP_MAC_CTX_new(d->hmac);
	assert(d->mac);
	ok = EVP_MAC_CTX_set_params(d->mac, params);
	assert(ok == 1);
	return d;
}

void digest_free(struct digest *d)
{
	if (!d)
		return;
	for (int a = 0; a < DIGEST_ALGS; a++)
		EVP_MD_free(d->md[a]);
	EVP_MD_CTX_free(d->ctx);
	EVP_MAC_CTX_free(d->mac);
	EVP_MAC_free(d->hmac);
	free(d);
}

/* --- hashes ----------------------------------------------------------- */

/* H(a:b:c...) of n parts, as hex.  A hash of memory cannot fail. */
static void hash(struct digest *d, enum digest_alg alg,
    const struct strv *part, size_t n, char hex[DIGEST_HEX])
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	int ok = EVP_DigestInit_ex2(d->ctx, d->md[alg], NULL);

	for (size_t i = 0; i < n; i++) {
		if (i)
			ok &= EVP_DigestUpdate(d->ctx, ":", 1);
		ok &= EVP_DigestUpdate(d->ctx, part[i].p, part[i].n);
	}
	ok &= EVP_DigestFinal_ex(d->ctx, raw, NULL);
	assert(ok == 1);
	hex_encode(raw, algs[alg].size, hex);
}

void digest_ha1(struct digest *d, enum digest_alg a, struct strv user,
    struct strv realm, struct strv password, char hex[DIGEST_HEX])
{
	struct strv part[] = { user, realm, password };

	hash(d, a, part, 3, hex);
}

void digest_response(struct digest *d, const struct digest_input *in,
    char hex[DIGEST_HEX])
{
	char ha2[DIGEST_HEX];
	struct strv a2[] = { in->method, in->uri };
	struct strv all[] = { in->ha1, in->nonce, in->nc, in->cnonce,
	    in->qop, STRV_NONE };

	hash(d, in->alg, a2, 2, ha2);
	all[5] = strv(ha2);
	if (in->qop.p) {
		hash(d, in->alg, all, 6, hex);
		return;
	}
	all[2] = all[5];
	hash(d, in->alg, all, 3, hex);
}

bool digest_equal(struct strv a, struct strv b)
{
	unsigned char diff = 0;

	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		unsigned char c = (unsigned char)a.p[i];

		/* A-F to a-f; no other byte becomes a hex digit by it */
		c |= (unsigned char)((c >= 'A' && c <= 'F') << 5);
		diff |= (unsigned char)(c ^ (unsigned char)b.p[i]);
	}
	return diff == 0;
}

/* --- nonces ----------------------------------------------------------- */

static void sign(struct digest *d, const uint8_t *key,
    const uint8_t data[SIGNED], uint8_t mac[MAC_CUT])
{
	uint8_t all[EVP_MAX_MD_SIZE];
	size_t n;
	int ok = EVP_MAC_init(d->mac, key, DIGEST_KEY, NULL) &&
	    EVP_MAC_update(d->mac, data, SIGNED) &&
	    EVP_MAC_final(d->mac, all, &n, sizeof(all));

	assert(ok && n >= MAC_CUT);
	memcpy(mac, all, MAC_CUT);
}

void digest_nonce_make(struct digest *d, const uint8_t *key, int64_t now_ms,
    const uint8_t random[DIGEST_RANDOM], char nonce[DIGEST_NONCE])
{
	uint8_t all[SIGNED + MAC_CUT];

	for (int i = 0; i < 8; i++)
		all[i] = (uint8_t)((uint64_t)now_ms >> (56 - 8 * i));
	memcpy(all + 8, random, DIGEST_RANDOM);
	sign(d, key, all, all + SIGNED);
	hex_encode(all, sizeof(all), nonce);
}

enum digest_nonce digest_nonce_check(struct digest *d, const uint8_t *key,
    struct strv nonce, int64_t now_ms, int64_t max_age_ms)
{
	uint8_t all[SIGNED + MAC_CUT], mac[MAC_CUT];
	uint64_t made = 0;
	int64_t age;

	if (!hex_decode(nonce, all, sizeof(all)))
		return DIGEST_FORGED;
	sign(d, key, all, mac);
	if (CRYPTO_memcmp(mac, all + SIGNED, MAC_CUT) != 0)
		return DIGEST_FORGED;
	for (int i = 0; i < 8; i++)
		made = made << 8 | all[i];
	age = now_ms - (int64_t)made;
	return age >= 0 && age <= max_age_ms ? DIGEST_FRESH : DIGEST_STALE;
}
