/* certs.c - the files of a TLS listener in the form Sofia wants them. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_UNIT "sip"
#include "base/log.h"
#include "base/rand.h"
#include "port/sip/edge_priv.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#define SELF_SIGNED_DAYS	3650

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

static bool name_it(X509 *x, const char *host)
{
	X509_NAME *name = X509_get_subject_name(x);
	const char *address = host;
	char text[300], bare[256];
	X509_EXTENSION *san;
	size_t n = strlen(host);
	bool numeric, good;

	if (n > 2 && host[0] == '[') {
		snprintf(bare, sizeof(bare), "%.*s", (int)n - 2, host + 1);
		address = bare;
	}
	numeric = strspn(address, "0123456789.") == strlen(address) ||
	    strchr(address, ':');
	snprintf(text, sizeof(text), "%s:%s", numeric ? "IP" : "DNS",
	    address);
	san = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, text);
	good = san && X509_add_ext(x, san, -1) == 1;
	X509_EXTENSION_free(san);
	return good && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)"Parley", -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, name) == 1;
}

static X509 *self_sign(EVP_PKEY *key, const char *host)
{
	X509 *x = X509_new();
	uint64_t serial = rand_u64() >> 1;

	if (x && X509_set_version(x, 2) == 1 &&
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -86400) &&
	    X509_gmtime_adj(X509_getm_notAfter(x),
	    86400L * SELF_SIGNED_DAYS) &&
	    X509_set_pubkey(x, key) == 1 && name_it(x, host) &&
	    X509_sign(x, key, EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

static bool make_own(const char *path, const char *host)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = key ? self_sign(key, host) : NULL;
	char tmp[1400];
	FILE *f = x ? begin(path, tmp, sizeof(tmp)) : NULL;
	bool good = false;

	if (f)
		good = finish(f, PEM_write_X509(f, x) == 1 &&
		    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL,
		    NULL) == 1, tmp, path);
	X509_free(x);
	EVP_PKEY_free(key);
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

bool certs_prepare(const char *dir, const char *listener,
    const char *certificate, const char *key, const char *host)
{
	char agent[1300], cafile[1300];

	snprintf(agent, sizeof(agent), "%s/agent.pem", dir);
	snprintf(cafile, sizeof(cafile), "%s/cafile.pem", dir);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return refuse(listener, "cannot make the folder", dir);
	if (certificate[0] && key[0]) {
		if (!fits(listener, certificate, key))
			return false;
		if (!install(agent, certificate, key))
			return refuse(listener, "cannot write", agent);
	} else if (!is_usable(agent)) {
		if (!make_own(agent, host))
			return refuse(listener, "cannot write", agent);
		log_warn("listener %s has a self-signed certificate; clients "
		    "will ask before they trust it file=%s", listener, agent);
	}
	/* Sofia insists on a list of authorities; ours is nobody else. */
	if (!install(cafile, agent, NULL))
		return refuse(listener, "cannot write", cafile);
	return true;
}
