/* cursor.c - places in lists, as clients carry them: opaque and signed. */

#include "admin/cursor.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>

#include "base/base64.h"
#include "base/rand.h"

#define MAC 12	/* bytes of the HMAC that are kept */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned char key[32];

static void key_make(void)
{
	rand_bytes(key, sizeof(key));
}

static void sign(const struct op_call *c, struct strv place,
    unsigned char mac[EVP_MAX_MD_SIZE])
{
	struct buf b;
	unsigned n = 0;

	(void)pthread_once(&once, key_make);
	buf_init(&b, BUF_NO_LIMIT);
	op_call_print(c, &b);
	buf_addc(&b, '\n');
	buf_adds(&b, place);
	(void)HMAC(EVP_sha256(), key, sizeof(key),
	    (const unsigned char *)b.p, b.n, mac, &n);
	buf_deinit(&b);
}

/* RFC 4648 section 5 from section 4 and back: fit for a query. */
static void swap(char *s, size_t n, const char *from, const char *to)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; from[k]; k++)
			if (s[i] == from[k]) {
				s[i] = to[k];
				break;
			}
}

void cursor_seal(const struct op_call *c, struct strv place,
    struct buf *out)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	struct buf b;

	sign(c, place, mac);
	buf_init(&b, BUF_NO_LIMIT);
	buf_add(&b, mac, MAC);
	buf_adds(&b, place);
	buf_clear(out);
	base64_encode(buf_strv(&b), out);
	swap(out->p, out->n, "+/=", "-_.");
	buf_deinit(&b);
}

bool cursor_open(const struct op_call *c, struct strv cursor,
    struct buf *place)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	struct buf text, b;
	struct strv is;
	bool ok;

	buf_init(&text, 4096);
	buf_init(&b, 4096);
	buf_adds(&text, cursor);
	swap(text.p, text.n, "-_.", "+/=");
	ok = !text.full && base64_decode(buf_strv(&text), &b) && b.n > MAC;
	if (ok) {
		is = (struct strv){ b.p + MAC, b.n - MAC };
		sign(c, is, mac);
		ok = CRYPTO_memcmp(mac, b.p, MAC) == 0;
		if (ok)
			buf_adds(place, is);
	}
	buf_deinit(&text);
	buf_deinit(&b);
	return ok;
}
