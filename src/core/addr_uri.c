/* addr_uri.c - SIP and tel URIs taken apart (RFC 3261 19.1 and 20.10). */

#include "core/addr_priv.h"

static const char *const schemes[] = {
	"tel", "sip", "sips", "im", "pres", "mailto", "xmpp",
};

static bool known_scheme(struct strv s)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (strv_caseeq(s, strv(schemes[i])))
			return true;
	}
	return false;
}

static bool is_tel(struct strv scheme)
{
	return strv_caseeq(scheme, STRV("tel"));
}

static struct strv after(struct strv s, size_t n)
{
	return (struct strv){ s.p + n, s.n - n };
}

static struct strv trim(struct strv s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = after(s, 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* --- a URI taken apart --------------------------------------------- */

static size_t span_until(struct strv s, char stop, char other)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != stop && s.p[n] != other)
		n++;
	return n;
}

/* Without a scheme: a number, or user@host[:port]. */
static bool split_scheme(struct strv *uri, struct strv *scheme)
{
	size_t n = span_until(*uri, ':', '@');

	*scheme = STRV_NONE;
	if (n == uri->n || uri->p[n] == '@')
		return true;
	*scheme = (struct strv){ uri->p, n };
	*uri = after(*uri, n + 1);
	return known_scheme(*scheme);
}

static bool split_host(struct strv s, struct addr_parts *out)
{
	size_t n = 0;

	if (s.n && s.p[0] == '[') {
		n = span_until(s, ']', ']') + 1;
		if (n > s.n)
			return false;
	} else {
		n = span_until(s, ':', ':');
	}
	out->host = (struct strv){ s.p, n };
	s = after(s, n);
	if (s.n && s.p[0] != ':')
		return false;
	if (s.n)
		out->port = after(s, 1);
	return true;
}

bool addr_split(struct strv uri, struct addr_parts *out)
{
	struct strv info, rest, password;

	*out = (struct addr_parts){ .scheme = STRV_NONE };
	uri = trim(uri);
	if (!split_scheme(&uri, &out->scheme) || uri.n == 0)
		return false;
	info = strv_split(uri, '@', &rest);
	if (is_tel(out->scheme) || (!out->scheme.p && !rest.p)) {
		out->user = strv_split(uri, ';', &out->params);
		return true;
	}
	if (rest.p) {
		out->user = strv_split(info, ':', &password);
		if (out->user.n == 0 || memchr(rest.p, '@', rest.n))
			return false;
		uri = rest;
	}
	/* headers and an XMPP resource are of no use to us */
	uri.n = span_until(uri, '?', '/');
	return split_host(strv_split(uri, ';', &out->params), out);
}

struct strv addr_param_in(struct strv params, struct strv name)
{
	struct strv one, value;

	while (params.p) {
		one = strv_split(params, ';', &params);
		one = strv_split(one, '=', &value);
		if (strv_caseeq(one, name))
			return value.p ? value : (struct strv){ one.p, 0 };
	}
	return STRV_NONE;
}

struct strv addr_scheme(struct strv uri)
{
	struct addr_parts p;

	return addr_split(uri, &p) ? p.scheme : STRV_NONE;
}

struct strv addr_user(struct strv uri)
{
	struct addr_parts p;

	return addr_split(uri, &p) ? p.user : STRV_NONE;
}

struct strv addr_host(struct strv uri)
{
	struct addr_parts p;

	return addr_split(uri, &p) ? p.host : STRV_NONE;
}

struct strv addr_param(struct strv uri, struct strv name)
{
	struct addr_parts p;

	if (!addr_split(uri, &p))
		return STRV_NONE;
	return addr_param_in(p.params, name);
}

/* --- name-addr ----------------------------------------------------- */

/* The part in quotes at the start of *s, which then begins behind it. */
static bool quoted(struct strv *s, struct strv *out)
{
	for (size_t i = 1; i < s->n; i++) {
		if (s->p[i] == '\\') {
			i++;
		} else if (s->p[i] == '"') {
			*out = (struct strv){ s->p + 1, i - 1 };
			*s = trim(after(*s, i + 1));
			return true;
		}
	}
	return false;
}

enum err addr_name(struct strv value, struct strv *name, struct strv *uri)
{
	struct strv display = STRV_NONE, s = trim(value), rest;

	if (s.n && s.p[0] == '"') {
		if (!quoted(&s, &display) || s.n == 0 || s.p[0] != '<')
			return ERR_BAD_SYNTAX;
	}
	if (s.n && memchr(s.p, '<', s.n)) {
		struct strv words = trim(strv_split(s, '<', &s));

		if (words.n)
			display = words;
		s = strv_split(s, '>', &rest);
		if (!rest.p)
			return ERR_BAD_SYNTAX;
	} else {
		s = strv_split(s, ';', &rest);
	}
	s = trim(s);
	if (s.n == 0)
		return ERR_BAD_SYNTAX;
	if (name)
		*name = display;
	if (uri)
		*uri = s;
	return ERR_OK;
}
