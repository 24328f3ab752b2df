/* check.c - can a server use a chain, and will clients take it? */

#include <inttypes.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "cert/chain_priv.h"

#define RSA_BITS	2048
#define EC_BITS		256

static enum err refuse(struct buf *why, const char *what)
{
	buf_addz(why, what);
	ERR_clear_error();
	return ERR_BAD_SYNTAX;
}

static void add_date(struct buf *b, const ASN1_TIME *t)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) == 1)
		buf_addf(b, "%04d-%02d-%02d", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday);
}

static enum err check_time(X509 *x, unsigned at, int64_t now,
    struct buf *why)
{
	time_t t = (time_t)now;

	if (X509_cmp_time(X509_get0_notAfter(x), &t) < 0) {
		buf_addf(why, "certificate %u ended on ", at + 1);
		add_date(why, X509_get0_notAfter(x));
		return ERR_BAD_SYNTAX;
	}
	if (X509_cmp_time(X509_get0_notBefore(x), &t) > 0) {
		buf_addf(why, "certificate %u begins only on ", at + 1);
		add_date(why, X509_get0_notBefore(x));
		buf_addz(why, "; is the clock of this machine right?");
		return ERR_BAD_SYNTAX;
	}
	return ERR_OK;
}

/* What every library that serves or checks a chain knows. */
static bool is_known(EVP_PKEY *key)
{
	static const char *const groups[] = { "prime256v1", "secp384r1",
		"secp521r1" };
	char group[64] = "";
	int spelled = 0;	/* the curve as numbers, without its name */

	if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "ED25519"))
		return true;
	if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_group_name(key, group,
	    sizeof(group), NULL) != 1)
		return false;
	(void)EVP_PKEY_get_int_param(key,
	    OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &spelled);
	if (spelled > 0)
		return false;
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (strcmp(group, groups[i]) == 0)
			return true;
	return false;
}

static enum err check_strength(X509 *x, unsigned at, struct buf *why)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	int digest = NID_undef;

	if (key && ((EVP_PKEY_is_a(key, "RSA") &&
	    EVP_PKEY_get_bits(key) < RSA_BITS) ||
	    (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_bits(key) < EC_BITS))) {
		buf_addf(why, "the key of certificate %u is too weak: RSA of "
		    "%d bits or EC of %d are the least", at + 1, RSA_BITS,
		    EC_BITS);
		return ERR_BAD_SYNTAX;
	}
	if (!key || !is_known(key)) {
		buf_addf(why, "the key of certificate %u is of a kind that "
		    "cannot be used here: take RSA, Ed25519, or EC P-256, "
		    "P-384 or P-521", at + 1);
		ERR_clear_error();
		return ERR_BAD_SYNTAX;
	}
	(void)X509_get_signature_info(x, &digest, NULL, NULL, NULL);
	if (digest == NID_sha1 || digest == NID_md5) {
		buf_addf(why, "the signature of certificate %u is too weak: "
		    "clients refuse SHA-1 and MD5", at + 1);
		return ERR_BAD_SYNTAX;
	}
	return ERR_OK;
}

static enum err check_purpose(X509 *x, struct buf *why)
{
	EXTENDED_KEY_USAGE *use;
	bool server = false;

	if (X509_check_ca(x) == 1 && X509_self_signed(x, 0) != 1)
		return refuse(why, "the first certificate is one of an "
		    "authority: put the server's own before it");
	use = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
	for (int i = 0; i < sk_ASN1_OBJECT_num(use); i++) {
		int nid = OBJ_obj2nid(sk_ASN1_OBJECT_value(use, i));

		server = server || nid == NID_server_auth ||
		    nid == NID_anyExtendedKeyUsage;
	}
	if (use && !server) {
		EXTENDED_KEY_USAGE_free(use);
		return refuse(why, "the first certificate is not for servers: "
		    "its extended key usage has no serverAuth");
	}
	EXTENDED_KEY_USAGE_free(use);
	return ERR_OK;
}

static enum err check_names(const struct chain *c, struct buf *why)
{
	struct cert_about about;

	chain_about(c, 0, &about);
	if (about.names[0])
		return ERR_OK;
	return refuse(why, "the first certificate has no names of its own: "
	    "clients look at subjectAltName alone, and take no CN");
}

/* Each is signed by the one behind it. */
static enum err check_order(const struct chain *c, struct buf *why)
{
	for (unsigned i = 0; i + 1 < c->n; i++) {
		X509 *x = c->certs[i], *by = c->certs[i + 1];

		if (X509_check_issued(by, x) == X509_V_OK &&
		    X509_verify(x, X509_get0_pubkey(by)) == 1)
			continue;
		buf_addf(why, "certificate %u is not signed by certificate "
		    "%u: order them from the server's own to the one below "
		    "its authority", i + 1, i + 2);
		ERR_clear_error();
		return ERR_BAD_SYNTAX;
	}
	return ERR_OK;
}

enum err chain_check(const struct chain *c, int64_t now, struct buf *why)
{
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i < c->n; i++) {
		e = check_time(c->certs[i], i, now, why);
		if (e == ERR_OK)
			e = check_strength(c->certs[i], i, why);
	}
	if (e == ERR_OK)
		e = check_purpose(c->certs[0], why);
	if (e == ERR_OK)
		e = check_names(c, why);
	if (e == ERR_OK)
		e = check_order(c, why);
	ERR_clear_error();
	return e;
}
