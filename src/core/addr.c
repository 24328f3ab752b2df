/* addr.c - the one normal form of an address (RFC 3261 19.1, 3966). */

#include "base/hex.h"
#include "base/utf8.h"
#include "core/addr_priv.h"

#define ALPHA	"sms-alpha."	/* domain of senders without a number */

static struct strv after(struct strv s, size_t n)
{
	return (struct strv){ s.p + n, s.n - n };
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
