/* rewrite_links.c - links in a text. */

#include "wire/rewrite.h"

#define SCHEME_MAX	16
#define HOST_MAX	253

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alnum(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

static bool ends_link(char c)
{
	return (unsigned char)c <= ' ' || c == 127 || c == '<' || c == '>' ||
	    c == '"';
}

static bool is_at(struct strv s, size_t i, const char *what)
{
	size_t n = strlen(what);

	return i + n <= s.n && strncasecmp(s.p + i, what, n) == 0;
}

/* "https://": its length, or 0 */
static size_t scheme(struct strv s)
{
	size_t n = 0;

	if (s.n == 0 || !is_letter(s.p[0]))
		return 0;
	while (n < s.n && n < SCHEME_MAX && (is_alnum(s.p[n]) ||
	    memchr("+-.", s.p[n], 3)))
		n++;
	return is_at(s, n, "://") ? n + 3 : 0;
}

/* "bit.ly/": its length, or 0 */
static size_t host(struct strv s)
{
	size_t n = 0, dot = 0;

	while (n < s.n && n < HOST_MAX && (is_alnum(s.p[n]) ||
	    s.p[n] == '-' || s.p[n] == '.')) {
		if (s.p[n] == '.')
			dot = n;
		n++;
	}
	if (dot == 0 || n - dot < 3 || !is_at(s, n, "/"))
		return 0;
	for (size_t i = dot + 1; i < n; i++)
		if (!is_letter(s.p[i]))
			return 0;
	return n + 1;
}

size_t rewrite_link(struct strv s)
{
	size_t least = scheme(s), n;

	if (least == 0 && is_at(s, 0, "www."))
		least = 4;
	if (least > 0 && (least == s.n || ends_link(s.p[least])))
		return 0;	/* nothing behind it */
	if (least == 0)
		least = host(s);
	if (least == 0)
		return 0;
	for (n = least; n < s.n && !ends_link(s.p[n]); n++)
		;
	while (n > least && memchr(".,;:!?)]}'", s.p[n - 1], 10))
		n--;
	return n;
}

bool rewrite_links(struct strv text, struct strv by, struct buf *out)
{
	bool any = false, inside = false;

	while (text.n > 0) {
		size_t n = inside ? 0 : rewrite_link(text);

		any |= n > 0;
		if (n > 0) {
			buf_adds(out, by);
		} else {
			buf_addc(out, text.p[0]);
			inside = is_alnum(text.p[0]);
			n = 1;
		}
		text.p += n;
		text.n -= n;
	}
	return any;
}
