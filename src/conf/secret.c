/* secret.c - references that stand for sealed secrets, and digests. */

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/map.h"
#include "conf/conf_priv.h"

#define PREFIX	"secret:"
enum { DIGEST = 32, REF_BYTES = 8 };

/* A reference and the sealed text behind it; the map's value and key. */
struct known {
	char ref[SECRET_REF];
	char *sealed;
};

static struct map all;

static void digest(struct strv s, unsigned char out[DIGEST])
{
	if (EVP_Digest(s.p, s.n, out, NULL, EVP_sha256(), NULL) != 1)
		abort();	/* OpenSSL without SHA-256 */
}

void conf_digest(struct strv content, char hex[CONF_DIGEST])
{
	unsigned char sum[DIGEST];

	digest(content, sum);
	hex_encode(sum, DIGEST, hex);
}

void secret_ref(const char *sealed, char ref[SECRET_REF])
{
	unsigned char sum[DIGEST];

	digest(strv(sealed), sum);
	memcpy(ref, PREFIX, sizeof(PREFIX) - 1);
	hex_encode(sum, REF_BYTES, ref + sizeof(PREFIX) - 1);
}

bool secret_looks_so(struct strv s)
{
	unsigned char bytes[REF_BYTES];

	return s.n == SECRET_REF - 1 &&
	    memcmp(s.p, PREFIX, sizeof(PREFIX) - 1) == 0 &&
	    hex_decode((struct strv){ s.p + sizeof(PREFIX) - 1,
	    2 * REF_BYTES }, bytes, REF_BYTES);
}

const char *secret_find(struct strv ref)
{
	const struct known *k = map_get(&all, ref);

	return k ? k->sealed : NULL;
}

void conf_secret_know(struct strv sealed)
{
	struct known *k = xalloc(sizeof(*k));

	k->sealed = xstrndup(sealed.p, sealed.n);
	secret_ref(k->sealed, k->ref);
	if (!map_get(&all, strv(k->ref))) {
		(void)map_set(&all, strv(k->ref), k);
		return;
	}
	free(k->sealed);
	free(k);
}

void conf_secret_ref(struct strv sealed, struct buf *out)
{
	char *text = xstrndup(sealed.p, sealed.n), ref[SECRET_REF];

	secret_ref(text, ref);
	buf_addz(out, ref);
	free(text);
}

const char *value_shown(const struct conf_row *row, const char *text,
    char ref[SECRET_REF])
{
	if (!text || row->type != CONF_SECRET || secret_looks_so(strv(text)))
		return text;
	secret_ref(text, ref);
	return ref;
}

void secrets_forget(void)
{
	struct known *k;
	size_t at = 0;

	while ((k = map_next(&all, &at)) != NULL) {
		free(k->sealed);
		free(k);
	}
	map_deinit(&all);
	map_init(&all);
}
