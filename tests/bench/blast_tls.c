/* blast_tls.c - a client of TLS on a connection that does not block. */

#include <errno.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdlib.h>

#include "blast.h"

enum { PATIENCE_MS = 10000 };

struct tls {
	SSL *ssl;
};

static SSL_CTX *context;

/* What a call of the library means for a caller of read() or write(). */
static ssize_t outcome(struct tls *t, int n)
{
	int why = n > 0 ? SSL_ERROR_NONE : SSL_get_error(t->ssl, n);

	if (n > 0)
		return n;
	if (why == SSL_ERROR_ZERO_RETURN)
		return 0;
	errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ?
	    EAGAIN : ECONNRESET;
	return -1;
}

static bool handshake(struct tls *t, int fd)
{
	struct pollfd p = { .fd = fd };
	int n;

	while ((n = SSL_connect(t->ssl)) != 1) {
		int why = SSL_get_error(t->ssl, n);

		if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
			return false;
		p.events = why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
		if (poll(&p, 1, PATIENCE_MS) <= 0)
			return false;
	}
	return true;
}

struct tls *tls_new(int fd)
{
	struct tls *t = calloc(1, sizeof(*t));

	if (!context)
		context = SSL_CTX_new(TLS_client_method());
	if (!t || !context)
		abort();
	t->ssl = SSL_new(context);
	if (!t->ssl)
		abort();
	if (SSL_set_fd(t->ssl, fd) != 1 || !handshake(t, fd)) {
		tls_free(t);
		return NULL;
	}
	return t;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	free(t);
}

ssize_t tls_read(struct tls *t, char *p, size_t n)
{
	return outcome(t, SSL_read(t->ssl, p, (int)n));
}

ssize_t tls_write(struct tls *t, const char *p, size_t n)
{
	return outcome(t, SSL_write(t->ssl, p, (int)n));
}
