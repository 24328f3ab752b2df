/* chain.h - a certificate with its chain and key, from PEM (RFC 7468). */

#ifndef CERT_CHAIN_H
#define CERT_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define CHAIN_TEXT	((size_t)64 << 10)	/* bytes of PEM */
#define CHAIN_KEY	((size_t)16 << 10)
#define CHAIN_MAX	10			/* certificates */

struct chain;

/*
 * All certificates in a text, the first one the server's own; other PEM
 * blocks and text between them are passed over.  ERR_BAD_SYNTAX with one
 * sentence in why: none is there, one cannot be read, or more than the
 * limits.  Any thread; a millisecond or two: not for the core when the text
 * is somebody else's.
 */
enum err chain_read(struct strv pem, struct chain **out, struct buf *why);
void chain_free(struct chain *c);	/* NULL is fine; wipes the key */

/*
 * The private key in a text, which must be the one of the first
 * certificate.  An encrypted key is refused: nobody is there to be asked
 * for its passphrase.
 */
enum err chain_key(struct chain *c, struct strv pem, struct buf *why);
bool chain_has_key(struct strv pem);	/* does a text have one, readable? */

/*
 * Can a server use it: in force at now (s since the epoch), names of its
 * own, each certificate signed by the next, strong keys and signatures, not
 * a certificate of an authority or for other purposes.  The first thing
 * that is wrong is the one sentence in why.
 */
enum err chain_check(const struct chain *c, int64_t now, struct buf *why);

struct cert_about {
	char subject[256], issuer[256];	/* "CN=sip.example.org, O=Example" */
	char names[2048];		/* with commas between */
	char key[24];			/* "EC P-256", "RSA 3072" */
	char fingerprint[65];		/* SHA-256, in hex */
	int64_t not_before, not_after;	/* s since the epoch */
	bool self_signed;
	bool ours;			/* made by cert_self_sign() */
	unsigned length;		/* of the chain */
};

unsigned chain_length(const struct chain *c);
/* Of the i-th certificate; one that is ours is the first. */
void chain_about(const struct chain *c, unsigned i, struct cert_about *out);

/* As PEM: the certificates in order, the key (PKCS #8, not encrypted). */
enum err chain_write(const struct chain *c, struct buf *out);
enum err chain_write_key(const struct chain *c, struct buf *out);

/* "EC P-256" of the key in a text; false: there is none. */
bool chain_key_name(struct strv pem, char out[24]);

#endif
