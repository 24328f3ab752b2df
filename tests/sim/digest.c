/* digest.c - HTTP digest authentication as a client (RFC 7616, RFC 8760). */

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "digest.h"
#include "sipmsg.h"

static const char *const names[] = {
	[DIGEST_MD5] = "MD5", [DIGEST_SHA256] = "SHA-256",
};

static void hash(enum digest_algorithm a, const struct buf *in, char hex[65])
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(in->p, in->n, md, &n,
	    a == DIGEST_MD5 ? EVP_md5() : EVP_sha256(), NULL) != 1)
		n = 0;
	for (unsigned i = 0; i < n && i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", md[i]);
	if (n == 0)
		hex[0] = '\0';
}

/* The next "name=value" of a comma list; quotes taken off. */
static bool pair(struct strv *s, struct strv *name, struct strv *value)
{
	bool quoted = false;
	size_t i;

	*s = strv_trim(*s);
	if (s->n == 0)
		return false;
	for (i = 0; i < s->n && (quoted || s->p[i] != ','); i++)
		quoted ^= s->p[i] == '"';
	*name = strv_trim(strv_split((struct strv){ s->p, i }, '=', value));
	*value = strv_trim(*value);
	if (value->n >= 2 && value->p[0] == '"')
		*value = (struct strv){ value->p + 1, value->n - 2 };
	i += i < s->n;
	*s = (struct strv){ s->p + i, s->n - i };
	return true;
}

static bool offers_auth(struct strv qops)
{
	while (qops.p)
		if (strv_caseeq(strv_trim(strv_split(qops, ',', &qops)),
		    STRV("auth")))
			return true;
	return false;
}

static enum digest_algorithm algorithm_of(struct strv name)
{
	for (int a = DIGEST_MD5; a <= DIGEST_SHA256; a++)
		if (strv_caseeq(name, strv(names[a])))
			return (enum digest_algorithm)a;
	return DIGEST_NONE;
}

static void keep(char *to, size_t size, struct strv s)
{
	snprintf(to, size, "%.*s", STRV_ARG(s));
}

bool digest_read(struct strv challenge, struct digest *to)
{
	struct strv rest, name, value;
	bool auth = true;

	*to = (struct digest){ .algorithm = DIGEST_MD5 };
	if (!strv_caseeq(strv_split(strv_trim(challenge), ' ', &rest),
	    STRV("Digest")))
		return false;
	while (pair(&rest, &name, &value)) {
		if (strv_caseeq(name, STRV("realm")))
			keep(to->realm, sizeof(to->realm), value);
		else if (strv_caseeq(name, STRV("nonce")))
			keep(to->nonce, sizeof(to->nonce), value);
		else if (strv_caseeq(name, STRV("opaque")))
			keep(to->opaque, sizeof(to->opaque), value);
		else if (strv_caseeq(name, STRV("stale")))
			to->stale = strv_caseeq(value, STRV("true"));
		else if (strv_caseeq(name, STRV("qop")))
			to->qop = auth = offers_auth(value);
		else if (strv_caseeq(name, STRV("algorithm"))) {
			to->algorithm = algorithm_of(value);
			to->named = true;
		}
	}
	return to->nonce[0] && auth && to->algorithm != DIGEST_NONE;
}

void digest_response(const struct digest *d, const char *user,
	const char *password, const char *method, const char *uri,
	const char *cnonce, char hex[65])
{
	struct buf b = BUF_EMPTY;
	char ha1[65], ha2[65];

	buf_addf(&b, "%s:%s:%s", user, d->realm, password);
	hash(d->algorithm, &b, ha1);
	buf_clear(&b);
	buf_addf(&b, "%s:%s", method, uri);
	hash(d->algorithm, &b, ha2);
	buf_clear(&b);
	buf_addf(&b, "%s:%s:", ha1, d->nonce);
	if (d->qop)
		buf_addf(&b, "%08" PRIx32 ":%s:auth:", d->nc, cnonce);
	buf_addz(&b, ha2);
	hash(d->algorithm, &b, hex);
	buf_deinit(&b);
}

void digest_write(struct digest *d, const char *user, const char *password,
	const char *method, const char *uri, const char *cnonce,
	struct buf *to)
{
	char hex[65];

	d->nc++;
	digest_response(d, user, password, method, uri, cnonce, hex);
	buf_addf(to, "Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", "
	    "uri=\"%s\", response=\"%s\"", user, d->realm, d->nonce, uri, hex);
	if (d->named)
		buf_addf(to, ", algorithm=%s", names[d->algorithm]);
	if (d->opaque[0])
		buf_addf(to, ", opaque=\"%s\"", d->opaque);
	if (d->qop)
		buf_addf(to, ", qop=auth, nc=%08" PRIx32 ", cnonce=\"%s\"",
		    d->nc, cnonce);
}
