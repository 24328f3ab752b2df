/* addr.c - SIP and tel URIs and their one normal form (RFC 3261, 3966). */

#include "base/hex.h"
#include "base/utf8.h"
#include "core/addr_priv.h"

#define ALPHA	"sms-alpha."	/* domain of senders without a number */

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

static size_t span_until(struct strv s, const char *stop)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] == 0 || !strchr(stop, s.p[n])))
		n++;
	return n;
}

/* Without a scheme: a number, or user@host[:port]. */
static bool split_scheme(struct strv *uri, struct strv *scheme)
{
	size_t n = span_until(*uri, ":@");

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
		n = span_until(s, "]") + 1;
		if (n > s.n)
			return false;
	} else {
		n = span_until(s, ":");
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
	uri.n = span_until(uri, "?/");
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

/* --- escapes ------------------------------------------------------- */

static bool alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

static bool one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* RFC 3261 25.1: means the same escaped and unescaped. */
static bool unreserved(char c)
{
	return alnum(c) || one_of(c, "-_.!~*'()");
}

static void escape(struct buf *out, char c)
{
	static const char hex[] = "0123456789ABCDEF";

	buf_addc(out, '%');
	buf_addc(out, hex[(uint8_t)c >> 4]);
	buf_addc(out, hex[(uint8_t)c & 15]);
}

void addr_escape(struct strv s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		if (unreserved(s.p[i]))
			buf_addc(out, s.p[i]);
		else
			escape(out, s.p[i]);
	}
}

int addr_char(struct strv *s)
{
	int hi, lo, c = (uint8_t)s->p[0];

	if (c != '%') {
		*s = after(*s, 1);
		return c;
	}
	hi = s->n > 2 ? hex_digit(s->p[1]) : -1;
	lo = hi >= 0 ? hex_digit(s->p[2]) : -1;
	if (lo < 0)
		return -1;
	*s = after(*s, 3);
	return hi << 4 | lo;
}

bool addr_unescape(struct strv s, struct buf *out)
{
	while (s.n) {
		int c = addr_char(&s);

		if (c < 0)
			return false;
		buf_addc(out, (char)c);
	}
	return true;
}

/*
 * Only unreserved characters mean the same with and without escape (RFC 3261
 * 19.1.4), so the reserved ones stay as they were written.
 */
static bool user_add(struct strv user, struct buf *key)
{
	while (user.n) {
		bool escaped = user.p[0] == '%';
		int u = addr_char(&user);
		char c = (char)u;

		if (u < 0)
			return false;
		if (!escaped && (u <= ' ' || u == 0x7f || one_of(c, "\"<>")))
			return false;
		if (unreserved(c) || (!escaped && one_of(c, "&=+$,;?/")))
			buf_addc(key, c);
		else
			escape(key, c);
	}
	return true;
}

/* --- hosts --------------------------------------------------------- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool host_valid(struct strv h)
{
	if (h.n > 2 && h.p[0] == '[' && h.p[h.n - 1] == ']') {
		for (size_t i = 1; i < h.n - 1; i++) {
			if (hex_digit(h.p[i]) < 0 && !one_of(h.p[i], ":."))
				return false;
		}
		return true;
	}
	for (size_t i = 0; i < h.n; i++) {
		if (!alnum(h.p[i]) && !one_of(h.p[i], ".-_"))
			return false;
		if (h.p[i] == '.' && (i == 0 || h.p[i - 1] == '.'))
			return false;
	}
	return h.n > 0;
}

/* A final dot only says that the name is complete. */
static struct strv host_trim(struct strv h)
{
	if (h.n > 1 && h.p[h.n - 1] == '.')
		h.n--;
	return h;
}

static bool host_add(struct strv h, struct buf *key)
{
	if (!host_valid(h))
		return false;
	h = host_trim(h);
	for (size_t i = 0; i < h.n; i++)
		buf_addc(key, lower(h.p[i]));
	return true;
}

static bool port_add(struct strv port, struct buf *key)
{
	unsigned n = 0;

	if (!port.p)
		return true;
	if (port.n == 0 || port.n > 5)
		return false;
	for (size_t i = 0; i < port.n; i++) {
		if (port.p[i] < '0' || port.p[i] > '9')
			return false;
		n = n * 10 + (unsigned)(port.p[i] - '0');
	}
	if (n == 0 || n > 65535)
		return false;
	if (n != 5060)
		buf_addf(key, ":%u", n);
	return true;
}

static bool is_home(const struct addr_rules *r, struct strv host)
{
	return r->domain.n && strv_caseeq(host_trim(host), r->domain);
}

/* --- the normal form ----------------------------------------------- */

/* A number private to another domain is a user there (RFC 3966 5.1.5). */
static bool private_key(struct strv user, struct strv domain,
    struct buf *key)
{
	bool plus;

	buf_adds(key, STRV("sip:"));
	if (!addr_digits(user, &plus, key) || plus) {
		buf_clear(key);
		return false;
	}
	buf_addc(key, '@');
	return host_add(domain, key);
}

static bool tel_key(const struct addr_rules *r, const struct addr_parts *p,
    struct buf *key)
{
	struct strv context = addr_param_in(p->params, STRV("phone-context"));

	if (context.n && host_valid(context) && !is_home(r, context) &&
	    private_key(p->user, context, key))
		return true;
	return addr_number_key(r, p->user, context, key);
}

/* Whether the user of this sip URI may be a telephone number. */
static bool is_phone(const struct addr_rules *r, const struct addr_parts *p)
{
	if (!strv_caseeq(p->scheme, STRV("sip")) &&
	    !strv_caseeq(p->scheme, STRV("sips")) && p->scheme.p)
		return false;
	return is_home(r, p->host) || strv_caseeq(
	    addr_param_in(p->params, STRV("user")), STRV("phone"));
}

static bool phone_key(const struct addr_rules *r, const struct addr_parts *p,
    struct buf *key)
{
	struct strv params;

	(void)strv_split(p->user, ';', &params);
	return addr_number_key(r, p->user,
	    addr_param_in(params, STRV("phone-context")), key);
}

static void scheme_add(struct strv s, struct buf *key)
{
	if (!s.p || strv_caseeq(s, STRV("sips")))
		s = STRV("sip");
	for (size_t i = 0; i < s.n; i++)
		buf_addc(key, lower(s.p[i]));
	buf_addc(key, ':');
}

static bool key_add(const struct addr_rules *r, struct strv uri,
    struct buf *key)
{
	struct addr_parts p;

	if (!addr_split(uri, &p))
		return false;
	if (!p.host.p)
		return tel_key(r, &p, key);
	if (!host_valid(p.host))
		return false;
	if (p.user.p && is_phone(r, &p) && phone_key(r, &p, key))
		return true;
	scheme_add(p.scheme, key);
	if (p.user.p) {
		if (!user_add(p.user, key))
			return false;
		buf_addc(key, '@');
	}
	return host_add(p.host, key) && port_add(p.port, key);
}

enum err addr_key(const struct addr_rules *r, struct strv uri,
    struct buf *key)
{
	buf_clear(key);
	if (uri.n > ADDR_MAX)
		return ERR_TOO_BIG;
	if (!key_add(r, uri, key)) {
		buf_clear(key);
		return ERR_BAD_SYNTAX;
	}
	if (!key->full && key->n <= ADDR_MAX)
		return ERR_OK;
	buf_clear(key);
	return ERR_TOO_BIG;
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

enum err addr_name_key(const struct addr_rules *r, struct strv value,
    struct buf *key)
{
	struct strv uri;
	enum err e = addr_name(value, NULL, &uri);

	if (e == ERR_OK)
		return addr_key(r, uri, key);
	buf_clear(key);
	return e;
}

/* --- keys ---------------------------------------------------------- */

bool addr_is_number(struct strv key)
{
	return key.n > 4 && memcmp(key.p, "tel:", 4) == 0;
}

bool addr_is_short(struct strv key)
{
	return addr_is_number(key) && key.p[4] != '+';
}

struct strv addr_number(struct strv key)
{
	if (!addr_is_number(key))
		return STRV_NONE;
	return after(key, key.p[4] == '+' ? 5 : 4);
}

enum err addr_alpha(const struct addr_rules *r, struct strv text,
    struct buf *key)
{
	buf_clear(key);
	if (text.n == 0 || !utf8_valid(text))
		return ERR_BAD_SYNTAX;
	for (size_t i = 0; i < text.n; i++) {
		if ((uint8_t)text.p[i] < ' ' || text.p[i] == 0x7f)
			return ERR_BAD_SYNTAX;
	}
	buf_adds(key, STRV("sip:"));
	addr_escape(text, key);
	buf_adds(key, STRV("@" ALPHA));
	if (!host_add(r->domain, key) || key->full || key->n > ADDR_MAX) {
		buf_clear(key);
		return ERR_TOO_BIG;
	}
	return ERR_OK;
}

bool addr_is_alpha(const struct addr_rules *r, struct strv key)
{
	struct strv host = addr_host(key);
	size_t n = sizeof(ALPHA) - 1;

	return host.n > n && memcmp(host.p, ALPHA, n) == 0 &&
	    is_home(r, after(host, n));
}
