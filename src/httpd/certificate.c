/* certificate.c - the certificate of a server, also a new one while it runs. */

#define LOG_UNIT "httpd"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "cert/chain.h"
#include "cert/make.h"
#include "httpd/httpd_priv.h"

#define DAYS		397	/* longer ones are refused by browsers */
#define RENEW_DAYS	30
#define DAY		86400
#define HANDSHAKE_MS	60000	/* slow.c ends it long before */

/* What handshakes are given; those of before live on until theirs are over. */
struct credentials {
	struct list hook;
	gnutls_pcert_st certs[CHAIN_MAX];
	unsigned n;
	gnutls_privkey_t key;
	int64_t until;		/* ms, monotonic; 0: in force */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Each server has a thread of its own. */
static _Thread_local struct httpd *here;

/* --- credentials -------------------------------------------------------------- */

static void credentials_free(struct credentials *c)
{
	for (unsigned i = 0; i < c->n; i++)
		gnutls_pcert_deinit(&c->certs[i]);
	if (c->key)
		gnutls_privkey_deinit(c->key);
	list_del(&c->hook);
	free(c);
}

static struct credentials *credentials_new(struct strv text)
{
	struct credentials *c = xalloc(sizeof(*c));
	gnutls_datum_t pem = { (unsigned char *)(uintptr_t)text.p,
		(unsigned)text.n };

	list_init(&c->hook);
	c->n = CHAIN_MAX;
	if (gnutls_pcert_list_import_x509_raw(c->certs, &c->n, &pem,
	    GNUTLS_X509_FMT_PEM, 0) < 0)
		c->n = 0;
	else if (gnutls_privkey_init(&c->key) == 0 &&
	    gnutls_privkey_import_x509_raw(c->key, &pem, GNUTLS_X509_FMT_PEM,
	    NULL, 0) == 0)
		return c;
	credentials_free(c);
	return NULL;
}

void certificate_here(struct httpd *h)
{
	here = h;
}

int certificate_choose(gnutls_session_t session,
    const struct gnutls_cert_retr_st *info, gnutls_pcert_st **certs,
    unsigned *n, gnutls_ocsp_data_st **ocsp, unsigned *n_ocsp,
    gnutls_privkey_t *key, unsigned *flags)
{
	struct credentials *c;

	(void)session;
	(void)info;
	if (!here)
		return -1;
	pthread_mutex_lock(&lock);
	c = here->credentials;
	pthread_mutex_unlock(&lock);
	*certs = c->certs;
	*n = c->n;
	*ocsp = NULL;
	*n_ocsp = 0;
	*key = c->key;
	*flags = 0;	/* they stay ours */
	return 0;
}

/* Under lock. */
static void forget_old(struct httpd *h, int64_t now)
{
	LIST_FOR(l, &h->superseded) {
		struct credentials *c = LIST_ENTRY(l, struct credentials,
		    hook);

		if (c->until <= now)
			credentials_free(c);
	}
}

static void put_in_force(struct httpd *h, struct credentials *c)
{
	int64_t now = now_mono();

	pthread_mutex_lock(&lock);
	forget_old(h, now);
	if (h->credentials) {
		h->credentials->until = now + HANDSHAKE_MS;
		list_push(&h->superseded, &h->credentials->hook);
	}
	h->credentials = c;
	pthread_mutex_unlock(&lock);
}

void certificate_forget(struct httpd *h)
{
	forget_old(h, INT64_MAX);
	if (h->credentials)
		credentials_free(h->credentials);
	h->credentials = NULL;
}

/* --- making one ------------------------------------------------------------------ */

/* Under what names and addresses a browser may come. */
static void names(const char *address, struct buf *out)
{
	const char *colon = strrchr(address, ':');
	char host[256] = "";
	struct strv ip = { address, colon ? (size_t)(colon - address) : 0 };

	buf_addz(out, "localhost,127.0.0.1,::1");
	if (gethostname(host, sizeof(host) - 1) == 0 &&
	    cert_host_ok(strv(host)))
		buf_addf(out, ",%s", host);
	if (ip.n > 2 && ip.p[0] == '[')
		ip = (struct strv){ ip.p + 1, ip.n - 2 };
	if (cert_host_ok(ip) && !strv_eq(ip, STRV("localhost")) &&
	    !strv_eq(ip, STRV("127.0.0.1")) && !strv_eq(ip, STRV("::1")))
		buf_addf(out, ",%.*s", STRV_ARG(ip));
}

static enum err make(const struct cert_use *u)
{
	struct cert_about about;
	struct chain *c = NULL;
	struct buf text, key, why;
	enum err e;

	buf_init(&text, CERT_FILE_MAX);
	buf_init(&key, CERT_FILE_MAX);
	buf_init(&why, 256);
	e = cert_self_sign(u->names, u->days, &text, &key);
	if (e == ERR_OK)
		e = cert_write(u->dir, u->use, buf_strv(&text),
		    buf_strv(&key));
	if (e == ERR_OK && chain_read(buf_strv(&text), &c, &why) == ERR_OK) {
		chain_about(c, 0, &about);
		log_info("certificate made for=%s sha256=%s", u->use,
		    about.fingerprint);
	}
	chain_free(c);
	explicit_bzero(key.p, key.size);
	buf_deinit(&key);
	buf_deinit(&text);
	buf_deinit(&why);
	return e;
}

/* --- loading --------------------------------------------------------------------- */

/* Ours and near its end.  Somebody else's is kept, whatever it is. */
static bool is_stale(const struct cert_use *u, struct strv text)
{
	struct cert_about about;
	struct chain *c;
	struct buf why;
	bool soon;

	buf_init(&why, 256);
	if (chain_read(text, &c, &why) != ERR_OK) {
		buf_deinit(&why);
		return false;
	}
	buf_deinit(&why);
	chain_about(c, 0, &about);
	chain_free(c);
	soon = about.not_after < time(NULL) + (int64_t)RENEW_DAYS * DAY;
	if (soon && !about.ours)
		log_warn("the certificate of %s ends within %d days: replace "
		    "it", u->use, RENEW_DAYS);
	return soon && about.ours;
}

static enum err load_own(const struct cert_use *u, struct buf *text)
{
	enum err e = cert_read(u->dir, u->use, text);

	if (e == ERR_NO_USER || (e == ERR_OK &&
	    is_stale(u, buf_strv(text)))) {
		e = make(u);
		buf_clear(text);
		if (e == ERR_OK)
			e = cert_read(u->dir, u->use, text);
	}
	if (e != ERR_OK)
		log_err("no %s: cannot read or make %s/tls/%s.pem and %s.key",
		    u->use, u->dir, u->use, u->use);
	return e;
}

static enum err load(const struct cert_use *u, struct buf *text)
{
	struct cert_where w;

	cert_use_where(u, &w);
	if (w.source != CERT_ASSIGNED)
		return load_own(u, text);
	if (cert_where_read(u->dir, &w, text) == ERR_OK)
		return ERR_OK;
	log_err("certificate %s, which %s was given, cannot be read; it goes "
	    "on with its own", w.name, u->use);
	buf_clear(text);
	return load_own(u, text);
}

/* Whether a browser may hold us to HTTPS from now on. */
static bool is_self_signed(struct strv text)
{
	struct cert_about about = { .self_signed = true };
	struct chain *c = NULL;
	struct buf why;

	buf_init(&why, 256);
	if (chain_read(text, &c, &why) == ERR_OK)
		chain_about(c, 0, &about);
	chain_free(c);
	buf_deinit(&why);
	return about.self_signed;
}

static enum err take(struct httpd *h,
    enum err (*from)(const struct cert_use *u, struct buf *text),
    struct buf *why)
{
	struct credentials *c = NULL;
	struct buf text;
	enum err e;

	buf_init(&text, CERT_FILE_MAX);
	e = from(&h->use, &text);
	if (e == ERR_OK)
		c = credentials_new(buf_strv(&text));
	if (c) {
		put_in_force(h, c);
		atomic_store(&h->self_signed, is_self_signed(
		    buf_strv(&text)));
	} else {
		buf_addf(why, "the certificate of %s, or its key, cannot be "
		    "used", h->use.use);
		e = ERR_BAD_SYNTAX;
	}
	explicit_bzero(text.p, text.size);
	buf_deinit(&text);
	return e;
}

/* --- as a use --------------------------------------------------------------------- */

static void use_where(const struct cert_use *u, struct cert_where *out)
{
	cert_path(out->pem, u->dir, u->use, "pem");
	cert_path(out->key, u->dir, u->use, "key");
}

static enum err use_take(struct cert_use *u, struct buf *why)
{
	return take(LIST_ENTRY(u, struct httpd, use), load, why);
}

/* A console with its own certificate is better than none. */
static enum err take_first(struct httpd *h, struct buf *why)
{
	enum err e = take(h, load, why);
	struct cert_where w;

	cert_use_where(&h->use, &w);
	if (e == ERR_OK || w.source != CERT_ASSIGNED)
		return e;
	log_err("certificate %s, which %s was given, cannot be used; it goes "
	    "on with its own", w.name, h->use.use);
	buf_clear(why);
	return take(h, load_own, why);
}

static const struct cert_use_class class = { use_where, use_take };

enum err certificate_init(struct httpd *h, const char *dir,
    const char *address)
{
	struct cert_use *u = &h->use;
	struct buf text, why;
	enum err e;

	buf_init(&text, sizeof(u->names) - 1);
	buf_init(&why, 256);
	names(address, &text);
	*u = (struct cert_use){ .class = &class, .dir = dir, .days = DAYS };
	list_init(&u->hook);
	(void)snprintf(u->use, sizeof(u->use), "%s", h->setup.name);
	(void)snprintf(u->names, sizeof(u->names), "%s", text.p);
	e = take_first(h, &why);
	if (e != ERR_OK)
		log_err("no %s: %s; remove %s/tls/%s.pem to get a new one",
		    u->use, why.p, dir, u->use);
	else
		cert_use_add(u);
	buf_deinit(&text);
	buf_deinit(&why);
	return e;
}
