/* secure.c - TLS of client connections, with OpenSSL between two buffers. */

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "loop/stream_priv.h"

#define CHUNK	4096

struct secure {
	SSL_CTX *ctx;
};

struct secure_session {
	SSL *ssl;
	BIO *from_peer, *to_peer;	/* owned by ssl */
};

/* --- whom we trust --------------------------------------------------------- */

struct secure *secure_new(const char *ca, bool verify, char *why)
{
	struct secure *s = xalloc(sizeof(*s));
	bool named = ca && *ca;

	s->ctx = SSL_CTX_new(TLS_client_method());
	if (!s->ctx)
		abort();
	(void)SSL_CTX_set_min_proto_version(s->ctx, TLS1_2_VERSION);
	SSL_CTX_set_verify(s->ctx, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
	    NULL);
	if (named ? SSL_CTX_load_verify_locations(s->ctx, ca, NULL) != 1 :
	    SSL_CTX_set_default_verify_paths(s->ctx) != 1) {
		(void)snprintf(why, SECURE_WHY, "cannot read certificates %s",
		    named ? ca : "of the system");
		ERR_clear_error();
		secure_free(s);
		return NULL;
	}
	return s;
}

void secure_free(struct secure *s)
{
	if (!s)
		return;
	SSL_CTX_free(s->ctx);
	free(s);
}

/* --- one session ----------------------------------------------------------- */

static void expect_name(SSL *ssl, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1)
		return;		/* no name to send for an address */
	(void)X509_VERIFY_PARAM_set1_host(param, host, 0);
	(void)SSL_set_tlsext_host_name(ssl, host);
}

struct secure_session *secure_open(struct secure *s, const char *host)
{
	struct secure_session *t = xalloc(sizeof(*t));

	t->ssl = SSL_new(s->ctx);
	t->from_peer = BIO_new(BIO_s_mem());
	t->to_peer = BIO_new(BIO_s_mem());
	if (!t->ssl || !t->from_peer || !t->to_peer)
		abort();
	(void)BIO_set_mem_eof_return(t->from_peer, -1);
	SSL_set_bio(t->ssl, t->from_peer, t->to_peer);
	SSL_set_connect_state(t->ssl);
	if (host)
		expect_name(t->ssl, host);
	return t;
}

void secure_close(struct secure_session *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	free(t);
}

void secure_feed(struct secure_session *t, const void *p, size_t n)
{
	(void)BIO_write(t->from_peer, p, (int)n);
}

static bool flush(struct secure_session *t, struct buf *out)
{
	char chunk[CHUNK];
	int n;

	while ((n = BIO_read(t->to_peer, chunk, sizeof(chunk))) > 0)
		buf_add(out, chunk, (size_t)n);
	return !out->full;
}

static enum secure_result failed(struct secure_session *t, char *why)
{
	long verified = SSL_get_verify_result(t->ssl);
	unsigned long e = ERR_peek_last_error();
	const char *text = verified != X509_V_OK ?
	    X509_verify_cert_error_string(verified) : ERR_reason_error_string(e);

	(void)snprintf(why, SECURE_WHY, "TLS: %s", text ? text : "broken");
	ERR_clear_error();
	return SECURE_FAILED;
}

static enum secure_result result(struct secure_session *t, int ret, char *why)
{
	switch (SSL_get_error(t->ssl, ret)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return SECURE_WAIT;
	case SSL_ERROR_ZERO_RETURN:
		return SECURE_ENDED;
	default:
		return failed(t, why);
	}
}

enum secure_result secure_handshake(struct secure_session *t,
    struct buf *out, char *why)
{
	int ret;
	enum secure_result r;

	ERR_clear_error();
	ret = SSL_do_handshake(t->ssl);
	r = ret == 1 ? SECURE_DONE : result(t, ret, why);
	(void)flush(t, out);
	return r;
}

enum secure_result secure_read(struct secure_session *t, struct buf *in,
    struct buf *out, char *why)
{
	enum secure_result r = SECURE_WAIT;
	char chunk[CHUNK];

	ERR_clear_error();
	while (r == SECURE_WAIT && in->n < in->limit) {
		size_t room = in->limit - in->n;
		int n = SSL_read(t->ssl, chunk,
		    (int)(room < sizeof(chunk) ? room : sizeof(chunk)));

		if (n <= 0) {
			r = result(t, n, why);
			break;
		}
		buf_add(in, chunk, (size_t)n);
	}
	(void)flush(t, out);
	return r;
}

bool secure_write(struct secure_session *t, struct strv s, struct buf *out)
{
	ERR_clear_error();
	if (s.n && SSL_write(t->ssl, s.p, (int)s.n) != (int)s.n)
		return false;
	return flush(t, out);
}

void secure_goodbye(struct secure_session *t, struct buf *out)
{
	(void)SSL_shutdown(t->ssl);
	(void)flush(t, out);
	ERR_clear_error();
}
