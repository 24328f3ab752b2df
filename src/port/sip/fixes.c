/* fixes.c - faults of Sofia-SIP 1.12 mended from outside (libraries.md 1). */

#define LOG_UNIT "sip"
#include "base/log.h"
#include "port/sip/edge_priv.h"

#include <dlfcn.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sofia-sip/su.h>
#include <sofia-sip/sofia_features.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/now.h"

#define CONTEXTS	32
#define KEEP_PART	8	/* of all descriptors, for everything else */
#define KEEP_MOST	4096
#define SAY_MS		60000

/*
 * The dynamic linker finds these functions before those of the libraries, so
 * that libsofia's own calls come here.  Calls of everyone else pass through.
 */
int SSL_shutdown(SSL *s);
int SSL_CTX_use_certificate_file(SSL_CTX *ctx, const char *file, int type);

static struct context {
	SSL_CTX *ctx;		/* Sofia's; one reference */
	SSL_CTX *fresh;		/* holds what was read later, or NULL */
	char file[1300];
} contexts[CONTEXTS];

static bool by_sofia(void *caller)
{
	Dl_info info;

	return dladdr(caller, &info) != 0 && info.dli_fname &&
	    strstr(info.dli_fname, "libsofia-sip-ua") != NULL;
}

/* dlsym() gives an object pointer; C knows no cast from it to a function. */
static void *real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

#ifdef SOFIA_SIP_VERSION
#define SOFIA_1_12 (strncmp(SOFIA_SIP_VERSION, "1.12.", 5) == 0)
#else
#define SOFIA_1_12 false
#endif

/*
 * 1.12 calls this only from tls_free(), which then forgets the SSL object
 * (24 to 46 kB a connection), frees its BIO and gives back a reference to the
 * shared context that it does not hold.
 */
int SSL_shutdown(SSL *s)
{
	static int (*next)(SSL *);
	BIO *bio;
	int result;

	if (!next)
		*(void **)&next = real("SSL_shutdown");
	result = next(s);
	if (!SOFIA_1_12 || !by_sofia(__builtin_return_address(0)))
		return result;
	bio = SSL_get_rbio(s);
	if (bio)
		BIO_up_ref(bio);
	SSL_CTX_up_ref(SSL_get_SSL_CTX(s));
	SSL_free(s);
	return result;
}

/* fixes.c is in every program that speaks TLS, the edge is not. */
static void (*watch)(int fd);

void fixes_accepted(void (*fn)(int fd))
{
	watch = fn;
}

/* The lowest free number is given, so a high one means that few are left. */
static bool is_last(int fd)
{
	struct rlimit l;
	rlim_t keep;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur == RLIM_INFINITY)
		return false;
	keep = l.rlim_cur / KEEP_PART;
	if (keep > KEEP_MOST)
		keep = KEEP_MOST;
	return (rlim_t)fd >= l.rlim_cur - keep;
}

/*
 * Without a descriptor left 1.12 would ask for the same connection again and
 * again, and the databases could open nothing: the last ones are not for
 * clients.
 */
int accept(int s, struct sockaddr *from, socklen_t *n)
{
	static int (*next)(int, struct sockaddr *, socklen_t *);
	static int64_t said;
	int fd;

	if (!next)
		*(void **)&next = real("accept");
	fd = next(s, from, n);
	if (fd < 0 || !by_sofia(__builtin_return_address(0)))
		return fd;
	if (!is_last(fd)) {
		if (watch)
			watch(fd);
		return fd;
	}
	close(fd);
	if (said == 0 || now_mono() - said > SAY_MS) {
		said = now_mono();
		log_warn("connections of clients are refused: too few "
		    "descriptors are left; raise LimitNOFILE of the service");
	}
	errno = ECONNABORTED;
	return -1;
}

/* A name in a Via is looked up in the SIP thread: numbers only. */
int su_getaddrinfo(const char *node, const char *service,
    const su_addrinfo_t *hints, su_addrinfo_t **result)
{
	static int (*next)(const char *, const char *,
	    const su_addrinfo_t *, su_addrinfo_t **);
	su_addrinfo_t numeric = { 0 };

	if (!next)
		*(void **)&next = real("su_getaddrinfo");
	if (hints)
		numeric = *hints;
	numeric.ai_flags |= AI_NUMERICHOST | AI_NUMERICSERV;
	return next(node, service, &numeric, result);
}

/* What was read later takes the place of every certificate read before. */
static int choose(SSL *s, void *arg)
{
	const struct context *c = arg;
	STACK_OF(X509) *chain = NULL;

	if (!c->fresh)
		return 1;
	SSL_certs_clear(s);
	SSL_CTX_get0_chain_certs(c->fresh, &chain);
	return SSL_use_cert_and_key(s, SSL_CTX_get0_certificate(c->fresh),
	    SSL_CTX_get0_privatekey(c->fresh), chain, 1) == 1;
}

static void remember(SSL_CTX *ctx, const char *file)
{
	for (int i = 0; i < CONTEXTS; i++) {
		if (contexts[i].ctx)
			continue;
		SSL_CTX_up_ref(ctx);
		contexts[i].ctx = ctx;
		snprintf(contexts[i].file, sizeof(contexts[i].file), "%s",
		    file);
		SSL_CTX_set_cert_cb(ctx, choose, &contexts[i]);
		return;
	}
}

/*
 * 1.12 reads one certificate without its chain, accepts TLS 1.0, and cannot
 * read it again later: give it the chain, set the floor, keep the context.
 */
int SSL_CTX_use_certificate_file(SSL_CTX *ctx, const char *file, int type)
{
	static int (*next)(SSL_CTX *, const char *, int);

	if (!next)
		*(void **)&next = real("SSL_CTX_use_certificate_file");
	if (!by_sofia(__builtin_return_address(0)))
		return next(ctx, file, type);
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
	remember(ctx, file);
	return SSL_CTX_use_certificate_chain_file(ctx, file);
}

static bool load(SSL_CTX *ctx, const char *file)
{
	return SSL_CTX_use_certificate_chain_file(ctx, file) == 1 &&
	    SSL_CTX_use_PrivateKey_file(ctx, file, SSL_FILETYPE_PEM) == 1 &&
	    SSL_CTX_check_private_key(ctx) == 1;
}

static void replace(const char *file, SSL_CTX *fresh)
{
	for (int i = 0; i < CONTEXTS; i++) {
		struct context *c = &contexts[i];

		if (!c->ctx || strcmp(c->file, file) != 0)
			continue;
		SSL_CTX_free(c->fresh);
		SSL_CTX_up_ref(fresh);
		c->fresh = fresh;
	}
}

bool fixes_reload(const char *dir)
{
	SSL_CTX *fresh = SSL_CTX_new(TLS_server_method());
	char file[1300];
	bool good;

	snprintf(file, sizeof(file), "%s/agent.pem", dir);
	good = fresh && load(fresh, file);
	if (good)
		replace(file, fresh);
	else
		log_err("certificate not taken file=%s why=\"%s\"; put a "
		    "certificate and its key there and reload", file,
		    ERR_reason_error_string(ERR_peek_last_error()));
	SSL_CTX_free(fresh);
	ERR_clear_error();
	return good;
}

void fixes_forget(void)
{
	for (int i = 0; i < CONTEXTS; i++) {
		struct context *c = &contexts[i];

		if (c->ctx)
			SSL_CTX_set_cert_cb(c->ctx, NULL, NULL);
		SSL_CTX_free(c->ctx);
		SSL_CTX_free(c->fresh);
		c->ctx = c->fresh = NULL;
	}
}
