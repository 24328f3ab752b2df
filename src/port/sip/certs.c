/* certs.c - the files of a TLS listener in the form Sofia wants them. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_UNIT "sip"
#include "base/log.h"
#include "cert/chain.h"
#include "cert/make.h"
#include "port/sip/edge_priv.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

static bool refuse(const char *listener, const char *what, const char *file)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	log_err("listener %s: %s file=%s why=\"%s\"; TLS stays as it was",
	    listener, what, file, why ? why : strerror(errno));
	ERR_clear_error();
	return false;
}

/* The chain and the key must be readable and belong together. */
static bool fits(const char *listener, const char *certificate,
    const char *key)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	bool good = false;

	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1)
		refuse(listener, "cannot use the certificate", certificate);
	else if (SSL_CTX_use_PrivateKey_file(ctx, key,
	    SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(ctx) != 1)
		refuse(listener, "cannot use the key", key);
	else
		good = true;
	SSL_CTX_free(ctx);
	return good;
}

bool certs_usable(const char *certificate, const char *key, struct buf *says)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	bool good = false;

	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1)
		buf_addf(says, "%s is no certificate that can be read",
		    certificate);
	else if (SSL_CTX_use_PrivateKey_file(ctx, key,
	    SSL_FILETYPE_PEM) != 1)
		buf_addf(says, "%s is no private key that can be read", key);
	else if (SSL_CTX_check_private_key(ctx) != 1)
		buf_addf(says, "%s is not the key of %s", key, certificate);
	else
		good = true;
	SSL_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

static bool copy(FILE *to, const char *file)
{
	char part[4096];
	size_t n;
	FILE *from = fopen(file, "re");
	bool good = from != NULL;

	while (good && (n = fread(part, 1, sizeof(part), from)) > 0)
		good = fwrite(part, 1, n, to) == n;
	good = good && !ferror(from) && fputc('\n', to) != EOF;
	if (from)
		fclose(from);
	return good;
}

/* A new file beside the old one, so that nobody ever reads half of it. */
static FILE *begin(const char *path, char *tmp, size_t size)
{
	FILE *f;

	snprintf(tmp, size, "%s.new", path);
	unlink(tmp);
	f = fopen(tmp, "wxe");
	if (f)
		fchmod(fileno(f), 0600);
	return f;
}

static bool finish(FILE *f, bool good, const char *tmp, const char *path)
{
	good = fflush(f) == 0 && good;
	good = fclose(f) == 0 && good;
	if (good && rename(tmp, path) == 0)
		return true;
	unlink(tmp);
	return false;
}

static bool install(const char *path, const char *certificate,
    const char *key)
{
	char tmp[1400];
	FILE *f = begin(path, tmp, sizeof(tmp));
	bool good;

	if (!f)
		return false;
	good = copy(f, certificate) && (!key || copy(f, key));
	return finish(f, good, tmp, path);
}

static bool make_own(const char *path, const struct cert_use *u)
{
	struct buf cert, key;
	bool good;

	buf_init(&cert, CERT_FILE_MAX);
	buf_init(&key, CERT_FILE_MAX);
	good = cert_self_sign(u->names, u->days, &cert, &key) == ERR_OK;
	buf_adds(&cert, buf_strv(&key));
	good = good && !cert.full &&
	    cert_file_write(path, buf_strv(&cert)) == ERR_OK;
	explicit_bzero(cert.p, cert.size);
	explicit_bzero(key.p, key.size);
	buf_deinit(&cert);
	buf_deinit(&key);
	return good;
}

static bool is_usable(const char *agent)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	bool usable = SSL_CTX_use_certificate_chain_file(ctx, agent) == 1 &&
	    SSL_CTX_use_PrivateKey_file(ctx, agent, SSL_FILETYPE_PEM) == 1;

	SSL_CTX_free(ctx);
	ERR_clear_error();
	return usable;
}

bool certs_there(const char *dir)
{
	char agent[1300];

	snprintf(agent, sizeof(agent), "%s/agent.pem", dir);
	return is_usable(agent);
}

/* What the listener was given takes the place of what it had. */
static bool take_assigned(const struct cert_use *u,
    const struct cert_where *w, const char *agent)
{
	struct chain *c = NULL;
	struct buf text, why;
	bool good;

	buf_init(&text, CERT_FILE_MAX);
	buf_init(&why, 256);
	good = cert_where_read(u->dir, w, &text) == ERR_OK &&
	    chain_read(buf_strv(&text), &c, &why) == ERR_OK &&
	    chain_key(c, buf_strv(&text), &why) == ERR_OK &&
	    cert_file_write(agent, buf_strv(&text)) == ERR_OK;
	if (!good)
		log_err("certificate %s, which %s was given, cannot be used: "
		    "%s; TLS stays as it was", w->name, u->use, why.n ?
		    why.p : "it cannot be read");
	chain_free(c);
	explicit_bzero(text.p, text.size);
	buf_deinit(&text);
	buf_deinit(&why);
	return good;
}

bool certs_prepare(const char *dir, const char *listener,
    const struct cert_use *u)
{
	char agent[1300], cafile[1300];
	struct cert_where w;
	bool good = true;

	snprintf(agent, sizeof(agent), "%s/agent.pem", dir);
	snprintf(cafile, sizeof(cafile), "%s/cafile.pem", dir);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return refuse(listener, "cannot make the folder", dir);
	cert_use_where(u, &w);
	if (w.source == CERT_SETTING) {
		if (!fits(listener, w.pem, w.key))
			return false;
		if (!install(agent, w.pem, w.key))
			return refuse(listener, "cannot write", agent);
	} else if (w.source == CERT_ASSIGNED) {
		good = take_assigned(u, &w, agent);
	}
	if (!is_usable(agent)) {
		if (!make_own(agent, u))
			return refuse(listener, "cannot write", agent);
		log_warn("listener %s has a self-signed certificate; clients "
		    "will ask before they trust it file=%s", listener, agent);
	}
	/* Sofia insists on a list of authorities; ours is nobody else. */
	if (!install(cafile, agent, NULL))
		return refuse(listener, "cannot write", cafile);
	return good;
}
