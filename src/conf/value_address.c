/* value_address.c - the types of settings that name places and peers. */

#include <arpa/inet.h>
#include <inttypes.h>

#include "conf/conf_priv.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* RFC 1123 labels; lower case to out. */
static bool domain(struct strv s, struct buf *out)
{
	size_t label = 0;

	if (s.n == 0 || s.n > 253)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool last = i + 1 == s.n || s.p[i + 1] == '.';

		if (c == '.') {
			if (label == 0 || last)
				return false;
			label = 0;
			continue;
		}
		if (!value_letter(c) && !value_digit(c) &&
		    (c != '-' || label == 0 || last))
			return false;
		if (++label > 63)
			return false;
	}
	for (size_t i = 0; i < s.n; i++)
		buf_addc(out, lower(s.p[i]));
	return true;
}

enum err domain_value(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why)
{
	(void)row;
	if (!domain(s, out))
		return value_refuse(why, "this must be a host name: example.org");
	return ERR_OK;
}

/* An IP address in its shortest form; the number of its bits, or 0. */
static int ip(struct strv s, struct buf *out)
{
	char text[INET6_ADDRSTRLEN], back[INET6_ADDRSTRLEN];
	unsigned char a[16];
	int family;

	if (s.n == 0 || s.n >= sizeof(text))
		return 0;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	family = memchr(s.p, ':', s.n) ? AF_INET6 : AF_INET;
	if (inet_pton(family, text, a) != 1)
		return 0;
	buf_addz(out, inet_ntop(family, a, back, sizeof(back)));
	return family == AF_INET6 ? 128 : 32;
}

static bool host(struct strv s, struct buf *out)
{
	if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']') {
		int bits;

		buf_addc(out, '[');
		bits = ip((struct strv){ s.p + 1, s.n - 2 }, out);
		buf_addc(out, ']');
		return bits == 128;
	}
	return ip(s, out) == 32 || (!memchr(s.p, ':', s.n) && domain(s, out));
}

enum err address_value(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why)
{
	const char *colon = s.n ? memrchr(s.p, ':', s.n) : NULL;
	struct strv name, port, rest;
	int64_t n = -1;

	(void)row;
	if (!colon || colon == s.p)
		return value_refuse(why, "an address is HOST:PORT or [IPV6]:PORT");
	name = (struct strv){ s.p, (size_t)(colon - s.p) };
	port = (struct strv){ colon + 1, s.n - name.n - 1 };
	if (!host(name, out))
		return value_refuse(why, "the part before the port must be an IP "
		    "address or a host name; IPv6 goes in brackets: [::1]:5060");
	if (!value_digits(port, &n, &rest) || rest.n || n > 65535)
		return value_refuse(why, "the port must lie between 0 and 65535");
	buf_addf(out, ":%" PRId64, n);
	return ERR_OK;
}

static enum err peer_value(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why)
{
	struct strv length, rest, name = strv_split(s, '/', &length);
	int bits = ip(name, out);
	int64_t n;

	(void)row;
	if (bits == 0)
		return value_refuse(why, "this must be IP addresses, each with or "
		    "without /LENGTH: 192.0.2.0/24,2001:db8::1");
	if (!length.p)
		return ERR_OK;
	if (!value_digits(length, &n, &rest) || rest.n || n > bits) {
		buf_addf(why, "the length must lie between 0 and %d", bits);
		return ERR_BAD_SYNTAX;
	}
	buf_addf(out, "/%" PRId64, n);
	return ERR_OK;
}

enum err addresses_value(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why)
{
	return value_list(row, s, out, why, peer_value);
}

/* +1555, +1555*, 1555, * */
static bool tel_pattern(struct strv s, struct buf *out)
{
	size_t i = s.n && s.p[0] == '+', from = i;

	while (i < s.n && value_digit(s.p[i]))
		i++;
	if (i < s.n && s.p[i] == '*')
		i++;
	else if (i == from)
		return false;
	if (i != s.n || i - from > 20)
		return false;
	buf_adds(out, s);
	return true;
}

/* *, user@example.org, user*@example.org, *@* */
static bool sip_pattern(struct strv s, struct buf *out)
{
	struct strv name, where;

	if (strv_eq(s, STRV("*"))) {
		buf_addz(out, "*");
		return true;
	}
	name = strv_split(s, '@', &where);
	if (name.n == 0 || name.n > 64 || !where.p)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c <= ' ' || c >= 0x7f || strchr("<>\"@:;?", c) ||
		    (c == '*' && i + 1 < name.n))
			return false;
	}
	buf_adds(out, name);
	buf_addc(out, '@');
	if (!strv_eq(where, STRV("*")))
		return domain(where, out);
	buf_addc(out, '*');
	return true;
}

enum err pattern_value(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why)
{
	struct strv rest, scheme = strv_split(s, ':', &rest);

	(void)row;
	if (rest.p && strv_caseeq(scheme, STRV("tel"))) {
		buf_addz(out, "tel:");
		if (tel_pattern(rest, out))
			return ERR_OK;
	} else if (rest.p && strv_caseeq(scheme, STRV("sip"))) {
		buf_addz(out, "sip:");
		if (sip_pattern(rest, out))
			return ERR_OK;
	}
	return value_refuse(why, "a pattern is tel:+1555*, tel:*, "
	    "sip:*@example.org or sip:bob@example.org; * stands at the end");
}
