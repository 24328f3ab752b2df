/* sipbody.c - what the body of a SIP MESSAGE is (RFC 3428, 3862, 5438). */

#include "base/base64.h"
#include "base/hex.h"
#include "wire/inflate.h"
#include "wire/lists.h"
#include "wire/sipbody.h"

static struct strv after(struct strv s, size_t n)
{
	return (struct strv){ s.p + n, s.n - n };
}

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct strv trim(struct strv s)
{
	while (s.n && space(s.p[0]))
		s = after(s, 1);
	while (s.n && space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* --- Content-Type ----------------------------------------------------- */

/* Up to a semicolon outside quotes; *s begins behind it then. */
static struct strv part(struct strv *s)
{
	struct strv p = { s->p, 0 };
	bool quoted = false;

	while (p.n < s->n && (quoted || s->p[p.n] != ';')) {
		if (s->p[p.n] == '"')
			quoted = !quoted;
		if (quoted && s->p[p.n] == '\\' && p.n + 1 < s->n)
			p.n++;
		p.n++;
	}
	*s = p.n < s->n ? after(*s, p.n + 1) : STRV_NONE;
	return trim(p);
}

bool sipbody_type_is(struct strv type, struct strv media)
{
	return strv_caseeq(part(&type), media);
}

struct strv sipbody_param(struct strv value, struct strv name)
{
	(void)part(&value);
	while (value.p) {
		struct strv v, one = part(&value);

		one = trim(strv_split(one, '=', &v));
		if (!v.p || !strv_caseeq(one, name))
			continue;
		v = trim(v);
		if (v.n > 1 && v.p[0] == '"' && v.p[v.n - 1] == '"')
			v = (struct strv){ v.p + 1, v.n - 2 };
		return v;
	}
	return STRV_NONE;
}

/* --- encodings -------------------------------------------------------- */

static enum err fail(struct sipbody *out, enum err e, const char *why)
{
	out->why = why;
	return e;
}

/* RFC 2045 6.7, rules 1, 3 and 5; false: a broken escape. */
static bool quoted_printable(struct strv s, struct buf *out)
{
	while (s.n) {
		struct strv rest, line = strv_split(s, '\n', &rest);
		bool cr = line.n && line.p[line.n - 1] == '\r';
		bool soft = false;

		while (line.n && space(line.p[line.n - 1]))
			line.n--;
		for (; line.n && !soft; line = after(line, 1)) {
			int hi, lo;

			if (line.p[0] != '=') {
				buf_addc(out, line.p[0]);
				continue;
			}
			soft = line.n == 1 && rest.p;
			if (soft)
				continue;
			hi = line.n > 2 ? hex_digit(line.p[1]) : -1;
			lo = line.n > 2 ? hex_digit(line.p[2]) : -1;
			if (hi < 0 || lo < 0)
				return false;
			buf_addc(out, (char)(hi << 4 | lo));
			line = after(line, 2);
		}
		if (rest.p && !soft)
			buf_addz(out, cr ? "\r\n" : "\n");
		s = rest;
	}
	return true;
}

/* Only what is encoded is copied; ok: it was not damaged. */
static enum err keep(bool ok, struct buf *b, struct arena *a, struct strv *s)
{
	enum err e = b->full ? ERR_TOO_BIG : ok ? ERR_OK : ERR_BAD_SYNTAX;

	if (e == ERR_OK)
		*s = arena_str(a, buf_strv(b));
	buf_deinit(b);
	return e;
}

static enum err untransfer(struct strv transfer, struct arena *a,
    struct strv *s, size_t max)
{
	struct buf b;
	bool ok;

	if (mime_is_plain(transfer))
		return ERR_OK;
	buf_init(&b, max);
	if (strv_caseeq(transfer, STRV("base64")))
		ok = base64_decode(*s, &b);
	else if (strv_caseeq(transfer, STRV("quoted-printable")))
		ok = quoted_printable(*s, &b);
	else
		return ERR_BAD_CONTENT;
	return keep(ok, &b, a, s);
}

static enum err unencode(struct strv encoding, struct arena *a,
    struct strv *s, size_t max)
{
	struct buf b;
	enum err e;

	if (encoding.n == 0 || strv_caseeq(encoding, STRV("identity")))
		return ERR_OK;
	buf_init(&b, max);
	e = inflate_decode(encoding, *s, &b);
	if (e == ERR_OK)
		return keep(true, &b, a, s);
	buf_deinit(&b);
	return e;
}

static enum err explain(struct sipbody *out, enum err e)
{
	switch (e) {
	case ERR_OK:
		return e;
	case ERR_TOO_BIG:
		return fail(out, e, "content too large");
	case ERR_BAD_CONTENT:
		return fail(out, e, "unknown encoding of the content");
	default:
		return fail(out, e, "damaged encoding of the content");
	}
}

/* The transfer encoding is the outer one. */
static enum err decode(struct strv transfer, struct strv encoding,
    struct arena *a, struct strv *s, size_t max, struct sipbody *out)
{
	enum err e = untransfer(trim(transfer), a, s, max);

	if (e == ERR_OK)
		e = unencode(trim(encoding), a, s, max);
	if (e == ERR_OK && s->n > max)
		e = ERR_TOO_BIG;
	return explain(out, e);
}

/* --- what it is ------------------------------------------------------- */

static enum err unwrap(struct arena *a, size_t max, struct sipbody *out)
{
	enum err e = cpim_decode(out->content, &out->cpim);

	out->wrapped = true;
	if (e != ERR_OK)
		return fail(out, e, out->cpim.why);
	out->type = out->cpim.type;
	out->content = out->cpim.content;
	return decode(out->cpim.transfer, out->cpim.encoding, a,
	    &out->content, max, out);
}

/* What others got it is beside what it is. */
static enum err unlist(struct arena *a, size_t max, struct sipbody *out)
{
	struct mime_part p;

	if (!lists_history_split(out->type, out->content, &p))
		return ERR_OK;
	out->type = p.type;
	out->content = p.body;
	return decode(p.transfer, p.encoding, a, &out->content, max, out);
}

static enum err classify(struct arena *a, struct sipbody *out)
{
	enum err e;

	if (out->content.n == 0)
		return ERR_OK;
	if (!out->type.n || sipbody_type_is(out->type, STRV("text/plain"))) {
		out->kind = SIPBODY_TEXT;
		return ERR_OK;
	}
	out->kind = SIPBODY_OTHER;
	if (!sipbody_type_is(out->type, STRV("message/imdn+xml")))
		return ERR_OK;
	out->kind = SIPBODY_IMDN;
	e = imdn_decode(out->content, a, &out->imdn);
	return e == ERR_OK ? e : fail(out, e, out->imdn.why);
}

enum err sipbody_decode(const struct sipbody_in *in, struct arena *a,
    struct sipbody *out)
{
	enum err e;

	out->kind = SIPBODY_EMPTY;
	out->wrapped = false;
	out->type = in->type;
	out->content = in->body;
	out->why = NULL;
	e = decode(in->transfer, in->encoding, a, &out->content, in->max_size,
	    out);
	if (e == ERR_OK)
		e = unlist(a, in->max_size, out);
	if (e == ERR_OK &&
	    sipbody_type_is(out->type, STRV("message/cpim")))
		e = unwrap(a, in->max_size, out);
	return e == ERR_OK ? classify(a, out) : e;
}
