/* blast_digest.c - the client's side of HTTP digest (RFC 7616, RFC 8760). */

#include <openssl/evp.h>
#include <stdio.h>

#include "blast.h"

static const EVP_MD *algorithm(bool sha256)
{
	static EVP_MD *md5, *sha;

	if (!md5) {
		md5 = EVP_MD_fetch(NULL, "MD5", NULL);
		sha = EVP_MD_fetch(NULL, "SHA256", NULL);
	}
	return sha256 ? sha : md5;
}

static void hash_hex(bool sha256, const char *text, size_t n, char out[65])
{
	static const char hex[] = "0123456789abcdef";
	static EVP_MD_CTX *ctx;
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!ctx)
		ctx = EVP_MD_CTX_new();
	EVP_DigestInit_ex2(ctx, algorithm(sha256), NULL);
	EVP_DigestUpdate(ctx, text, n);
	EVP_DigestFinal_ex(ctx, sum, &len);
	for (unsigned i = 0; i < len && i < 32; i++) {
		out[2 * i] = hex[sum[i] >> 4];
		out[2 * i + 1] = hex[sum[i] & 15];
	}
	out[2 * (len < 32 ? len : 32)] = 0;
}

/* The value of one parameter, quotes taken off; none when absent. */
static struct strv parameter(struct strv in, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i + len + 1 < in.n; i++) {
		struct strv v, rest;

		if (strncasecmp(in.p + i, name, len) != 0 ||
		    in.p[i + len] != '=' ||
		    (i > 0 && !strchr(" ,\t", in.p[i - 1])))
			continue;
		v = (struct strv){ in.p + i + len + 1, in.n - i - len - 1 };
		if (v.n && *v.p == '"')
			return strv_split((struct strv){ v.p + 1, v.n - 1 },
			    '"', &rest);
		return strv_split(v, ',', &rest);
	}
	return STRV_NONE;
}

static bool copy(struct strv from, char *out, size_t size)
{
	if (from.n >= size)
		return false;
	if (from.n)
		memcpy(out, from.p, from.n);
	out[from.n] = 0;
	return true;
}

bool challenge_parse(struct strv value, bool proxy, struct challenge *out)
{
	struct strv alg = parameter(value, "algorithm");

	*out = (struct challenge){ .proxy = proxy };
	out->sha256 = strv_caseeq(alg, STRV("SHA-256"));
	if (alg.p && !out->sha256 && !strv_caseeq(alg, STRV("MD5")))
		return false;
	return parameter(value, "nonce").p != NULL &&
	    parameter(value, "qop").p != NULL &&
	    copy(parameter(value, "realm"), out->realm, sizeof(out->realm)) &&
	    copy(parameter(value, "nonce"), out->nonce, sizeof(out->nonce)) &&
	    copy(parameter(value, "opaque"), out->opaque, sizeof(out->opaque));
}

static void secret(struct challenge *c, const char *user, const char *password)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "%s:%s:%s", user, c->realm,
	    password);

	hash_hex(c->sha256, text, (size_t)n, c->ha1);
}

size_t challenge_answer(struct challenge *c, char *out, size_t size,
    const char *user, const char *password, const char *method,
    const char *uri)
{
	char text[512], ha2[65], response[65];
	int n;

	if (!*c->ha1)
		secret(c, user, password);
	c->nc++;
	n = snprintf(text, sizeof(text), "%s:%s", method, uri);
	hash_hex(c->sha256, text, (size_t)n, ha2);
	n = snprintf(text, sizeof(text), "%s:%s:%08x:b1a57:auth:%s", c->ha1,
	    c->nonce, c->nc, ha2);
	hash_hex(c->sha256, text, (size_t)n, response);
	n = snprintf(out, size, "%s: Digest username=\"%s\", realm=\"%s\", "
	    "nonce=\"%s\", uri=\"%s\", response=\"%s\", algorithm=%s, "
	    "cnonce=\"b1a57\", qop=auth, nc=%08x%s%s%s\r\n",
	    c->proxy ? "Proxy-Authorization" : "Authorization", user,
	    c->realm, c->nonce, uri, response, c->sha256 ? "SHA-256" : "MD5",
	    c->nc, *c->opaque ? ", opaque=\"" : "", c->opaque,
	    *c->opaque ? "\"" : "");
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}
