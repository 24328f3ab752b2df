/* make.h - self-signed certificates, and requests for signed ones. */

#ifndef CERT_MAKE_H
#define CERT_MAKE_H

#include "base/buf.h"
#include "base/err.h"

/* "sip.example.org", "*.example.org", "192.0.2.1", "2001:db8::1". */
bool cert_host_ok(struct strv name);

/*
 * A new P-256 key and a certificate of it, signed by itself, as PEM.  names:
 * hosts and addresses with commas between; those that are neither are left
 * out.  days: 2 or more.  The caller wipes the key.
 */
enum err cert_self_sign(const char *names, unsigned days, struct buf *cert,
    struct buf *key);

struct cert_wish {
	struct strv names;		/* with commas between; one or more */
	struct strv organization;	/* or absent */
	bool rsa;			/* RSA 3072; otherwise ECDSA P-256 */
};
/*
 * A new key and a request for its certificate (PKCS #10), as PEM.  A second
 * or two for RSA: not for the core.  ERR_BAD_SYNTAX: a name is none; why
 * says which.
 */
enum err cert_request(const struct cert_wish *w, struct buf *request,
    struct buf *key, struct buf *why);

#endif
