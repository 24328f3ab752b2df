/* digest.h - HTTP digest authentication as SIP uses it (RFC 7616, 8760). */

#ifndef WIRE_DIGEST_H
#define WIRE_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strv.h"

enum digest_alg { DIGEST_MD5, DIGEST_SHA256, DIGEST_ALGS };

#define DIGEST_HEX	65	/* hex of the longest hash and a NUL */
#define DIGEST_KEY	32	/* bytes of the server's nonce key */
#define DIGEST_RANDOM	8	/* bytes of chance in a nonce */
#define DIGEST_NONCE	65	/* bytes of a nonce with its NUL */
#define DIGEST_MAX	2048	/* bytes of a header value */

const char *digest_alg_name(enum digest_alg a);	/* "SHA-256" */
size_t digest_hex_size(enum digest_alg a);	/* 32 or 64 */

/* Fetched algorithms and a reused context: one per thread. */
struct digest;
struct digest *digest_new(void);	/* aborts if OpenSSL lacks one */
void digest_free(struct digest *d);	/* NULL is fine */

/* H(user:realm:password) as lower-case hex and a NUL. */
void digest_ha1(struct digest *d, enum digest_alg a, struct strv user,
    struct strv realm, struct strv password, char hex[DIGEST_HEX]);

/* RFC 7616 3.4.1; all as they stood in the header, without quotes. */
struct digest_input {
	enum digest_alg alg;
	struct strv ha1;	/* hex, lower case */
	struct strv method, uri, nonce;
	struct strv qop;	/* absent: the form of RFC 2069 */
	struct strv nc, cnonce;	/* only with qop */
};
void digest_response(struct digest *d, const struct digest_input *in,
    char hex[DIGEST_HEX]);

/* In a time that does not depend on where they differ; a's case of hex
 * letters is ignored. */
bool digest_equal(struct strv a, struct strv b);

/* An Authorization or Proxy-Authorization value, as views into it. */
struct digest_credentials {
	struct strv username, realm, nonce, uri, response, cnonce, opaque;
	struct strv qop, nc;	/* absent: not sent */
	uint32_t nc_value;
	struct strv algorithm;	/* as sent; absent means MD5 */
	bool alg_known;		/* MD5 or SHA-256, so that alg is valid */
	enum digest_alg alg;
	bool userhash;		/* userhash=true: username is a hash */
};

/*
 * ERR_TOO_BIG: over DIGEST_MAX.  ERR_BAD_SYNTAX: another scheme, a broken
 * parameter, the same one twice, one of username, realm, nonce, uri and
 * response missing, a response of the wrong form for its algorithm, qop
 * without cnonce or 8 hex digits of nc.  A backslash inside quotes is kept
 * as it stands.
 */
enum err digest_parse(struct strv value, struct digest_credentials *out);

/*
 * A nonce that needs no memory: time, chance, and an HMAC-SHA-256 of both
 * under key (DIGEST_KEY bytes), cut to 128 bits.  Who keeps the key across a
 * restart keeps the nonces valid.  Nonce counts are kept by the caller.
 */
enum digest_nonce { DIGEST_FRESH, DIGEST_STALE, DIGEST_FORGED };
void digest_nonce_make(struct digest *d, const uint8_t *key, int64_t now_ms,
    const uint8_t random[DIGEST_RANDOM], char nonce[DIGEST_NONCE]);
/* STALE: ours, but older than max_age_ms, or from the future. */
enum digest_nonce digest_nonce_check(struct digest *d, const uint8_t *key,
    struct strv nonce, int64_t now_ms, int64_t max_age_ms);

/* Append a WWW-Authenticate or Proxy-Authenticate value with qop="auth". */
void digest_challenge(enum digest_alg a, struct strv realm,
    struct strv nonce, bool stale, struct buf *out);

#endif
