/* digest.h - HTTP digest authentication as a client (RFC 7616, RFC 8760). */

#ifndef SIM_DIGEST_H
#define SIM_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

enum digest_algorithm { DIGEST_NONE, DIGEST_MD5, DIGEST_SHA256 };

/* A challenge, and how often its nonce was used. */
struct digest {
	char realm[128], nonce[256], opaque[128];
	enum digest_algorithm algorithm;	/* NONE: no challenge yet */
	bool named;		/* the challenge named its algorithm */
	bool qop, stale;
	uint32_t nc;
};

/*
 * Read a WWW-Authenticate or Proxy-Authenticate value.  False if it is no
 * digest we can answer (algorithm, qop without auth, no nonce).
 */
bool digest_read(struct strv challenge, struct digest *to);

/* The credentials of the next use of the nonce: "Digest username=...". */
void digest_write(struct digest *d, const char *user, const char *password,
	const char *method, const char *uri, const char *cnonce,
	struct buf *to);

/* The response value alone, 3.4.1; hex gets 64 digits at most and NUL. */
void digest_response(const struct digest *d, const char *user,
	const char *password, const char *method, const char *uri,
	const char *cnonce, char hex[65]);

#endif
