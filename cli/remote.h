/* remote.h - a daemon on another machine: HTTPS, a token, whom to trust. */

#ifndef CLI_REMOTE_H
#define CLI_REMOTE_H

#include <openssl/ssl.h>

#include "base/buf.h"

#define REMOTE_PRINT 65		/* SHA-256 in hex with its NUL */

struct remote {
	char host[256], port[6];
	char place[264];	/* "cpm1:8443", "[::1]:8443" */
	char token[256];	/* wiped by remote_free() */
	char print[REMOTE_PRINT];	/* the only certificate to take, or "" */
	bool named;		/* print was named by the user, not kept */
	bool authority;		/* only those of a file are trusted */
	SSL_CTX *ctx;
};

/* What the user said; absent texts are NULL. */
struct remote_wish {
	const char *where;		/* "https://cpm1:8443", "cpm1" */
	const char *token_file;		/* NULL: $PARLEY_TOKEN */
	const char *ca, *fingerprint;
};

/*
 * false: why says what is wrong and r is empty.  The certificate that was
 * trusted before is read from the user's file of them.
 */
bool remote_open(struct remote *r, const struct remote_wish *wish,
    struct buf *why);
void remote_free(struct remote *r);

/*
 * After the handshake: is it the daemon that is meant?  false: why says what
 * is wrong; *seen gets its certificate if nobody has ever vouched for it.
 */
bool remote_trusted(const struct remote *r, SSL *ssl, char seen[REMOTE_PRINT],
    struct buf *why);
/* From now on this certificate is the one; kept in the user's file. */
bool remote_trust(struct remote *r, const char *print, struct buf *why);

/* "AB:CD:..." or "sha256:abcd..." to 64 small digits; for tests too. */
bool remote_print_read(const char *text, char print[REMOTE_PRINT]);
/* "https://[::1]:8443/" to its parts; for tests too. */
bool remote_where_read(const char *text, struct remote *r);

#endif
