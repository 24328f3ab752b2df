/* digest_header.c - the headers of digest authentication (RFC 7616 3.3). */

#include "base/hex.h"
#include "wire/digest.h"

enum param {
	USERNAME, REALM, NONCE, URI, RESPONSE, CNONCE, OPAQUE, QOP, NC,
	ALGORITHM, USERHASH, PARAMS
};

static const char *const names[PARAMS] = {
	[USERNAME] = "username", [REALM] = "realm", [NONCE] = "nonce",
	[URI] = "uri", [RESPONSE] = "response", [CNONCE] = "cnonce",
	[OPAQUE] = "opaque", [QOP] = "qop", [NC] = "nc",
	[ALGORITHM] = "algorithm", [USERHASH] = "userhash",
};

static struct strv after(struct strv s, size_t n)
{
	return (struct strv){ s.p + n, s.n - n };
}

/* Folded header lines keep their line ends. */
static void skip_space(struct strv *s)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t' ||
	    s->p[0] == '\r' || s->p[0] == '\n'))
		*s = after(*s, 1);
}

/* RFC 7230 3.2.6 */
static struct strv token(struct strv *s)
{
	struct strv t = { s->p, 0 };

	while (t.n < s->n && (uint8_t)s->p[t.n] > ' ' &&
	    (uint8_t)s->p[t.n] < 0x7f &&
	    !strchr("()<>@,;:\\\"/[]?={}", s->p[t.n]))
		t.n++;
	*s = after(*s, t.n);
	return t;
}

/* Between quotes; controls have no business there. */
static bool quoted(struct strv *s, struct strv *out)
{
	for (size_t i = 1; i < s->n; i++) {
		if ((uint8_t)s->p[i] < ' ' || s->p[i] == 0x7f)
			return false;
		if (s->p[i] == '\\') {
			i++;
		} else if (s->p[i] == '"') {
			*out = (struct strv){ s->p + 1, i - 1 };
			*s = after(*s, i + 1);
			return true;
		}
	}
	return false;
}

/* name = value; what we do not know is skipped. */
static bool param(struct strv *s, struct strv value[PARAMS])
{
	struct strv name = token(s), v;

	skip_space(s);
	if (name.n == 0 || s->n == 0 || s->p[0] != '=')
		return false;
	*s = after(*s, 1);
	skip_space(s);
	if (s->n && s->p[0] == '"') {
		if (!quoted(s, &v))
			return false;
	} else {
		v = token(s);
		if (v.n == 0)
			return false;
	}
	for (int i = 0; i < PARAMS; i++) {
		if (!strv_caseeq(name, strv(names[i])))
			continue;
		if (value[i].p)
			return false;
		value[i] = v;
	}
	return true;
}

/* Comma separated; a comma too many does no harm (RFC 7230 7). */
static bool params(struct strv s, struct strv value[PARAMS])
{
	bool comma = true;

	for (skip_space(&s); s.n; skip_space(&s)) {
		if (s.p[0] == ',') {
			s = after(s, 1);
			comma = true;
			continue;
		}
		if (!comma || !param(&s, value))
			return false;
		comma = false;
	}
	return true;
}

static bool is_hex(struct strv s, size_t n)
{
	for (size_t i = 0; i < s.n; i++) {
		if (hex_digit(s.p[i]) < 0)
			return false;
	}
	return s.n == n;
}

static void algorithm(struct digest_credentials *c)
{
	struct strv name = c->algorithm.p ? c->algorithm : STRV("MD5");

	for (int a = 0; a < DIGEST_ALGS; a++) {
		if (strv_caseeq(name,
		    strv(digest_alg_name((enum digest_alg)a)))) {
			c->alg_known = true;
			c->alg = (enum digest_alg)a;
		}
	}
}

static bool complete(struct digest_credentials *c)
{
	if (!c->username.p || !c->realm.p || !c->nonce.p || !c->uri.p ||
	    !c->response.p)
		return false;
	if (c->alg_known && !is_hex(c->response, digest_hex_size(c->alg)))
		return false;
	if (!c->qop.p)
		return true;
	if (!c->cnonce.p || !is_hex(c->nc, 8))
		return false;
	for (size_t i = 0; i < 8; i++)
		c->nc_value = c->nc_value << 4 |
		    (uint32_t)hex_digit(c->nc.p[i]);
	return true;
}

enum err digest_parse(struct strv value, struct digest_credentials *out)
{
	struct strv v[PARAMS] = { STRV_NONE };
	size_t before;

	*out = (struct digest_credentials){ .alg_known = false };
	if (value.n > DIGEST_MAX)
		return ERR_TOO_BIG;
	skip_space(&value);
	if (!strv_caseeq(token(&value), STRV("Digest")))
		return ERR_BAD_SYNTAX;
	before = value.n;
	skip_space(&value);
	if (before == value.n || !params(value, v))
		return ERR_BAD_SYNTAX;
	*out = (struct digest_credentials){
	    .username = v[USERNAME], .realm = v[REALM], .nonce = v[NONCE],
	    .uri = v[URI], .response = v[RESPONSE], .cnonce = v[CNONCE],
	    .opaque = v[OPAQUE], .qop = v[QOP], .nc = v[NC],
	    .algorithm = v[ALGORITHM],
	    .userhash = strv_caseeq(v[USERHASH], STRV("true")) };
	algorithm(out);
	return complete(out) ? ERR_OK : ERR_BAD_SYNTAX;
}

void digest_challenge(enum digest_alg a, struct strv realm,
    struct strv nonce, bool stale, struct buf *out)
{
	buf_addz(out, "Digest realm=\"");
	for (size_t i = 0; i < realm.n; i++) {
		if (realm.p[i] == '"' || realm.p[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, realm.p[i]);
	}
	buf_addz(out, "\", nonce=\"");
	buf_adds(out, nonce);
	buf_addf(out, "\", algorithm=%s, qop=\"auth\"%s",
	    digest_alg_name(a), stale ? ", stale=true" : "");
}
