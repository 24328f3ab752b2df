/* chain.c - certificates and keys: read from PEM, written, described. */

#include <arpa/inet.h>
#include <ctype.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "cert/chain_priv.h"

static enum err refuse(struct buf *why, const char *what)
{
	buf_addz(why, what);
	ERR_clear_error();
	return ERR_BAD_SYNTAX;
}

/* --- reading -------------------------------------------------------------- */

/* Nobody is there to type a passphrase. */
static int no_passphrase(char *to, int size, int writes, void *arg)
{
	(void)to;
	(void)size;
	(void)writes;
	(void)arg;
	return -1;
}

static BIO *reader(struct strv pem)
{
	return BIO_new_mem_buf(pem.n ? pem.p : "", (int)pem.n);
}

/* The end of the text, and no block that is broken. */
static bool at_end(void)
{
	unsigned long e = ERR_peek_last_error();

	return e == 0 || (ERR_GET_LIB(e) == ERR_LIB_PEM &&
	    ERR_GET_REASON(e) == PEM_R_NO_START_LINE);
}

static enum err read_all(BIO *b, struct chain *c, struct buf *why)
{
	X509 *x;

	ERR_clear_error();
	while ((x = PEM_read_bio_X509(b, NULL, no_passphrase, NULL)) !=
	    NULL) {
		if (c->n == CHAIN_MAX) {
			X509_free(x);
			buf_addf(why, "there are more than %d certificates: "
			    "give the server's own and those between it and "
			    "its authority", CHAIN_MAX);
			return ERR_BAD_SYNTAX;
		}
		c->certs[c->n++] = x;
	}
	if (!at_end()) {
		buf_addf(why, "certificate %u cannot be read: is all of it "
		    "there, from BEGIN CERTIFICATE to END CERTIFICATE?",
		    c->n + 1);
		ERR_clear_error();
		return ERR_BAD_SYNTAX;
	}
	if (c->n == 0)
		return refuse(why, "there is no certificate in this: PEM is "
		    "expected, -----BEGIN CERTIFICATE-----");
	ERR_clear_error();
	return ERR_OK;
}

enum err chain_read(struct strv pem, struct chain **out, struct buf *why)
{
	struct chain *c;
	enum err e;
	BIO *b;

	*out = NULL;
	if (pem.n > CHAIN_TEXT) {
		buf_addf(why, "these certificates have more than %zu KiB",
		    CHAIN_TEXT >> 10);
		return ERR_BAD_SYNTAX;
	}
	if (pem.n && memchr(pem.p, 0, pem.n))
		return refuse(why, "this is not PEM: it has a NUL in it");
	c = xalloc(sizeof(*c));
	b = reader(pem);
	e = b ? read_all(b, c, why) : ERR_STORAGE;
	BIO_free(b);
	if (e == ERR_OK)
		*out = c;
	else
		chain_free(c);
	return e;
}

void chain_free(struct chain *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < c->n; i++)
		X509_free(c->certs[i]);
	EVP_PKEY_free(c->key);
	free(c);
}

static bool has(struct strv text, const char *what)
{
	return text.n && memmem(text.p, text.n, what, strlen(what));
}

static EVP_PKEY *key_read(struct strv pem)
{
	BIO *b = pem.n <= CHAIN_KEY + CHAIN_TEXT ? reader(pem) : NULL;
	EVP_PKEY *k = b ? PEM_read_bio_PrivateKey(b, NULL, no_passphrase,
	    NULL) : NULL;

	BIO_free(b);
	ERR_clear_error();
	return k;
}

enum err chain_key(struct chain *c, struct strv pem, struct buf *why)
{
	if (pem.n > CHAIN_KEY + CHAIN_TEXT)
		return refuse(why, "this key is too large to be one");
	if (has(pem, "BEGIN ENCRYPTED PRIVATE KEY") ||
	    has(pem, "Proc-Type: 4,ENCRYPTED"))
		return refuse(why, "this key is encrypted and a daemon has "
		    "nobody to ask for its passphrase: decrypt it first, "
		    "openssl pkey -in KEY -out PLAIN");
	EVP_PKEY_free(c->key);
	c->key = key_read(pem);
	if (!c->key)
		return refuse(why, "there is no private key in this that can "
		    "be read: PEM is expected, -----BEGIN PRIVATE KEY-----");
	if (X509_check_private_key(c->certs[0], c->key) == 1)
		return ERR_OK;
	EVP_PKEY_free(c->key);
	c->key = NULL;
	return refuse(why, "the key does not belong to the first certificate "
	    "of the chain, which must be the server's own");
}

bool chain_has_key(struct strv pem)
{
	EVP_PKEY *k = key_read(pem);
	bool yes = k != NULL;

	EVP_PKEY_free(k);
	return yes;
}

bool chain_key_name(struct strv pem, char out[24])
{
	EVP_PKEY *k = key_read(pem);

	out[0] = 0;
	if (!k)
		return false;
	key_name(k, out);
	EVP_PKEY_free(k);
	return true;
}

/* --- describing ------------------------------------------------------------- */

void key_name(EVP_PKEY *key, char out[24])
{
	char group[64];

	if (EVP_PKEY_is_a(key, "RSA"))
		(void)snprintf(out, 24, "RSA %d", EVP_PKEY_get_bits(key));
	else if (EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1)
		(void)snprintf(out, 24, "EC %.20s",
		    strcmp(group, "prime256v1") == 0 ? "P-256" :
		    strcmp(group, "secp384r1") == 0 ? "P-384" :
		    strcmp(group, "secp521r1") == 0 ? "P-521" : group);
	else
		(void)snprintf(out, 24, "%.20s",
		    EVP_PKEY_get0_type_name(key) ?
		    EVP_PKEY_get0_type_name(key) : "?");
}

/* Only printable ASCII: what is not comes as \xx. */
static void name_text(const X509_NAME *name, char *out, size_t size)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n = 0;

	out[0] = 0;
	if (b && X509_NAME_print_ex(b, name, 0, XN_FLAG_ONELINE &
	    ~(unsigned long)XN_FLAG_SPC_EQ) >= 0)
		n = BIO_get_mem_data(b, &p);
	if (n > 0)
		(void)snprintf(out, size, "%.*s", (int)n, p);
	BIO_free(b);
}

static void one_name(const GENERAL_NAME *g, struct buf *out)
{
	size_t before = out->n;
	struct strv dns;

	if (g->type == GEN_DNS) {
		dns = (struct strv){ (const char *)ASN1_STRING_get0_data(
		    g->d.dNSName),
		    (size_t)ASN1_STRING_length(g->d.dNSName) };
		for (size_t i = 0; i < dns.n; i++)
			if (!isgraph((unsigned char)dns.p[i]) ||
			    dns.p[i] == ',')
				return;
		buf_addf(out, "%s%.*s", before ? "," : "", STRV_ARG(dns));
	} else if (g->type == GEN_IPADD) {
		int n = ASN1_STRING_length(g->d.iPAddress);
		char ip[INET6_ADDRSTRLEN];

		if ((n == 4 || n == 16) && inet_ntop(n == 4 ? AF_INET :
		    AF_INET6, ASN1_STRING_get0_data(g->d.iPAddress), ip,
		    sizeof(ip)))
			buf_addf(out, "%s%s", before ? "," : "", ip);
	}
}

static void names_text(X509 *x, char *out, size_t size)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL,
	    NULL);
	struct buf b;

	buf_init(&b, size - 1);
	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++)
		one_name(sk_GENERAL_NAME_value(all, i), &b);
	(void)snprintf(out, size, "%s", b.p);
	buf_deinit(&b);
	GENERAL_NAMES_free(all);
}

static int64_t seconds(const ASN1_TIME *t)
{
	struct tm tm;

	return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

unsigned chain_length(const struct chain *c)
{
	return c->n;
}

void chain_about(const struct chain *c, unsigned i, struct cert_about *out)
{
	X509 *x = c->certs[i];
	EVP_PKEY *key = X509_get0_pubkey(x);
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	*out = (struct cert_about){ .length = c->n };
	name_text(X509_get_subject_name(x), out->subject,
	    sizeof(out->subject));
	name_text(X509_get_issuer_name(x), out->issuer, sizeof(out->issuer));
	names_text(x, out->names, sizeof(out->names));
	if (key)
		key_name(key, out->key);
	if (X509_digest(x, EVP_sha256(), md, &n) == 1 && n == 32)
		hex_encode(md, n, out->fingerprint);
	out->not_before = seconds(X509_get0_notBefore(x));
	out->not_after = seconds(X509_get0_notAfter(x));
	out->self_signed = X509_self_signed(x, 0) == 1;
	out->ours = out->self_signed && c->n == 1 &&
	    strcmp(out->subject, "CN=" CERT_CN) == 0;
	ERR_clear_error();
}

/* --- writing ---------------------------------------------------------------- */

void bio_text(BIO *b, struct buf *out)
{
	char *p = NULL;
	long n = BIO_get_mem_data(b, &p);

	if (n > 0)
		buf_add(out, p, (size_t)n);
}

enum err chain_write(const struct chain *c, struct buf *out)
{
	BIO *b = BIO_new(BIO_s_mem());
	bool ok = b != NULL;

	for (unsigned i = 0; ok && i < c->n; i++)
		ok = PEM_write_bio_X509(b, c->certs[i]) == 1;
	if (ok)
		bio_text(b, out);
	BIO_free(b);
	return ok && !out->full ? ERR_OK : ERR_STORAGE;
}

enum err chain_write_key(const struct chain *c, struct buf *out)
{
	BIO *b = BIO_new(BIO_s_secmem());
	bool ok = b && c->key && PEM_write_bio_PrivateKey(b, c->key, NULL,
	    NULL, 0, NULL, NULL) == 1;

	if (ok)
		bio_text(b, out);
	BIO_free(b);
	return ok && !out->full ? ERR_OK : ERR_STORAGE;
}
