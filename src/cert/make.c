/* make.c - keys, self-signed certificates and requests (RFC 5280, 2986). */

#include "cert/make.h"

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/rand.h"
#include "cert/chain_priv.h"

#define DAY		86400
#define RSA_BITS	3072
#define NAME_MAX_	253	/* of a host */
#define CN_MAX		64	/* RFC 5280 ub-common-name */
#define ORG_MAX		64

/* --- names ------------------------------------------------------------------ */

static bool address_ok(struct strv s)
{
	char text[64];
	unsigned char ip[16];

	if (s.n == 0 || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	return inet_pton(AF_INET, text, ip) == 1 ||
	    inet_pton(AF_INET6, text, ip) == 1;
}

static bool label_ok(struct strv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
		    (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		    (s.p[i] >= '0' && s.p[i] <= '9') ||
		    (s.p[i] == '-' && i > 0 && i + 1 < s.n)))
			return false;
	return s.n > 0 && s.n <= 63;
}

bool cert_host_ok(struct strv name)
{
	struct strv rest = name;

	if (address_ok(name))
		return true;
	if (name.n == 0 || name.n > NAME_MAX_)
		return false;
	if (name.n > 2 && name.p[0] == '*' && name.p[1] == '.')
		rest = (struct strv){ name.p + 2, name.n - 2 };
	while (rest.p)
		if (!label_ok(strv_split(rest, '.', &rest)))
			return false;
	return true;
}

/* "DNS:a,IP:b" for OpenSSL; each has been looked at, so no other kind of
 * extension can come in by a name. */
static void alternatives(struct strv names, struct buf *out)
{
	while (names.p) {
		struct strv one = strv_split(names, ',', &names);

		if (cert_host_ok(one))
			buf_addf(out, "%s%s:%.*s", out->n ? "," : "",
			    address_ok(one) ? "IP" : "DNS", STRV_ARG(one));
	}
}

/* --- parts ------------------------------------------------------------------ */

static X509_EXTENSION *extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	return X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
}

static bool extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = extension(x, nid, value);
	bool ok = e && X509_add_ext(x, e, -1) == 1;

	X509_EXTENSION_free(e);
	return ok;
}

static bool number(X509 *x)
{
	unsigned char serial[16];
	BIGNUM *n;
	bool ok;

	rand_bytes(serial, sizeof(serial));
	serial[0] = (unsigned char)((serial[0] & 0x7f) | 0x40);
	n = BN_bin2bn(serial, sizeof(serial), NULL);
	ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));
	BN_free(n);
	return ok;
}

static bool describe(X509 *x, EVP_PKEY *key, const char *names,
    unsigned days)
{
	X509_NAME *name = X509_get_subject_name(x);
	struct buf san;
	bool ok;

	buf_init(&san, 4096);
	alternatives(strv(names), &san);
	ok = number(x) && X509_set_version(x, X509_VERSION_3) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -DAY) &&
	    X509_time_adj_ex(X509_getm_notAfter(x), (int)days - 1, 0,
	    NULL) &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)CERT_CN, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, name) == 1 &&
	    X509_set_pubkey(x, key) == 1 &&
	    extend(x, NID_basic_constraints, "critical,CA:FALSE") &&
	    extend(x, NID_key_usage, "critical,digitalSignature") &&
	    extend(x, NID_ext_key_usage, "serverAuth") &&
	    extend(x, NID_subject_key_identifier, "hash") &&
	    (!san.n || extend(x, NID_subject_alt_name, san.p)) &&
	    X509_sign(x, key, EVP_sha256()) > 0;
	buf_deinit(&san);
	return ok;
}

enum err cert_self_sign(const char *names, unsigned days, struct buf *cert,
    struct buf *key)
{
	EVP_PKEY *k = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	struct chain c = { .certs = { x }, .n = 1, .key = k };
	enum err e = ERR_STORAGE;

	if (k && x && describe(x, k, names, days))
		e = chain_write(&c, cert);
	if (e == ERR_OK)
		e = chain_write_key(&c, key);
	X509_free(x);
	EVP_PKEY_free(k);
	ERR_clear_error();
	return e;
}

/* --- requests --------------------------------------------------------------- */

static enum err wish_check(const struct cert_wish *w, struct buf *why)
{
	struct strv rest = w->names;

	do {
		struct strv one = strv_split(rest, ',', &rest);

		if (cert_host_ok(one))
			continue;
		buf_addf(why, "\"%.*s\" is neither a host name nor an IP "
		    "address: sip.example.org, *.example.org, 192.0.2.1",
		    STRV_ARG(one));
		return ERR_BAD_SYNTAX;
	} while (rest.p);
	if (w->organization.n <= ORG_MAX)
		return ERR_OK;
	buf_addf(why, "the name of an organization has at most %d bytes",
	    ORG_MAX);
	return ERR_BAD_SYNTAX;
}

/* The first host that is short enough is also the CN. */
static bool subject(X509_REQ *r, const struct cert_wish *w)
{
	X509_NAME *name = X509_REQ_get_subject_name(r);
	struct strv one, rest = w->names;

	one = strv_split(rest, ',', &rest);
	if (one.n <= CN_MAX && X509_NAME_add_entry_by_txt(name, "CN",
	    MBSTRING_UTF8, (const unsigned char *)one.p, (int)one.n, -1,
	    0) != 1)
		return false;
	return !w->organization.n || X509_NAME_add_entry_by_txt(name, "O",
	    MBSTRING_UTF8, (const unsigned char *)w->organization.p,
	    (int)w->organization.n, -1, 0) == 1;
}

static bool ask_for_names(X509_REQ *r, const struct cert_wish *w)
{
	STACK_OF(X509_EXTENSION) *all = sk_X509_EXTENSION_new_null();
	X509_EXTENSION *e;
	struct buf san;
	bool ok;

	buf_init(&san, 8192);
	alternatives(w->names, &san);
	e = san.full ? NULL : extension(NULL, NID_subject_alt_name, san.p);
	ok = all && e && sk_X509_EXTENSION_push(all, e) > 0 &&
	    X509_REQ_add_extensions(r, all) == 1;
	if (!all || sk_X509_EXTENSION_num(all) == 0)
		X509_EXTENSION_free(e);
	sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
	buf_deinit(&san);
	return ok;
}

enum err cert_request(const struct cert_wish *w, struct buf *request,
    struct buf *key, struct buf *why)
{
	EVP_PKEY *k;
	X509_REQ *r;
	BIO *b;
	struct chain c = { .n = 0 };
	enum err e = wish_check(w, why);

	if (e != ERR_OK)
		return e;
	k = w->rsa ? EVP_RSA_gen(RSA_BITS) : EVP_EC_gen("P-256");
	r = X509_REQ_new();
	b = BIO_new(BIO_s_mem());
	c.key = k;
	e = ERR_STORAGE;
	if (k && r && b && X509_REQ_set_version(r, X509_REQ_VERSION_1) == 1 &&
	    subject(r, w) && X509_REQ_set_pubkey(r, k) == 1 &&
	    ask_for_names(r, w) && X509_REQ_sign(r, k, EVP_sha256()) > 0 &&
	    PEM_write_bio_X509_REQ(b, r) == 1) {
		bio_text(b, request);
		e = request->full ? ERR_STORAGE : chain_write_key(&c, key);
	}
	if (e != ERR_OK)
		buf_addz(why, "no key or request could be made");
	BIO_free(b);
	X509_REQ_free(r);
	EVP_PKEY_free(k);
	ERR_clear_error();
	return e;
}
