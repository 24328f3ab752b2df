/* mask.c - numbers and addresses made unreadable, for pictures of screens. */

#include <ctype.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/mask.h"

#define DOT	0x2022

#define KEPT	3	/* digits at the beginning of a number */
#define ENDS	2	/* and at its end */
#define SURE	8	/* digits that are a number wherever they stand */
#define LEAST	6	/* behind a + or a scheme */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Of a number, a user part, a host: ends at all that separates these. */
static bool is_token(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 ||
	    (c && strchr("._%+~-*!=", c));
}

static bool digits_only(struct strv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

static struct strv without_plus(struct strv s)
{
	bool plus = s.n && s.p[0] == '+';

	return (struct strv){ s.p + plus, s.n - plus };
}

static void number(struct buf *out, struct strv s)
{
	struct strv d = without_plus(s);

	if (d.n < s.n)
		buf_addc(out, '+');
	for (size_t i = 0; i < d.n; i++)
		if (i < KEPT || i + ENDS >= d.n)
			buf_addc(out, d.p[i]);
		else
			utf8_add(out, DOT);
}

static void user(struct buf *out, struct strv s)
{
	struct strv d = without_plus(s);
	bool first = true;

	if (digits_only(d) && d.n >= LEAST) {
		number(out, s);
		return;
	}
	while (s.n) {
		uint32_t c = utf8_next(&s, NULL);

		utf8_add(out, first ? c : DOT);
		first = false;
	}
}

/* "192.0.2.7": four numbers of at most three digits. */
static bool is_ipv4(struct strv s)
{
	struct strv part;
	size_t n = 0;

	while (s.p) {
		part = strv_split(s, '.', &s);
		if (!digits_only(part) || part.n > 3)
			return false;
		n++;
	}
	return n == 4;
}

/* All digits behind so many marks. */
static void behind(struct buf *out, struct strv s, char mark, size_t n)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == mark && n)
			n--;
		if (n == 0 && isxdigit((unsigned char)s.p[i]))
			utf8_add(out, DOT);
		else
			buf_addc(out, s.p[i]);
	}
}

/* before: what stands at the left of it, or 0. */
static void token(struct buf *out, struct strv s, char before, char after)
{
	struct strv end = { s.p + s.n, 0 }, d;

	if (after == '@' && s.n) {
		user(out, s);
		return;
	}
	while (s.n && strchr(".-*!=", s.p[s.n - 1])) {
		s.n--;
		end.p--;
		end.n++;
	}
	d = without_plus(s);
	if (is_ipv4(s))
		behind(out, s, '.', 2);
	else if (digits_only(d) && (d.n >= SURE || (d.n >= LEAST &&
	    (d.n < s.n || before == ':'))))
		number(out, s);
	else
		buf_adds(out, s);
	buf_adds(out, end);
}

/* "[2001:db8::1]"; its length, or 0. */
static size_t ipv6_length(struct strv s)
{
	size_t i = 1, colons = 0;

	while (i < s.n && (isxdigit((unsigned char)s.p[i]) || s.p[i] == ':' ||
	    s.p[i] == '.'))
		colons += s.p[i++] == ':';
	return i < s.n && s.p[i] == ']' && colons > 1 ? i + 1 : 0;
}

void mask_text(struct buf *out, struct strv text)
{
	size_t i = 0, n;

	while (i < text.n) {
		struct strv rest = { text.p + i, text.n - i };
		char before = i ? text.p[i - 1] : 0;

		n = rest.p[0] == '[' ? ipv6_length(rest) : 0;
		if (n) {
			behind(out, (struct strv){ rest.p, n }, ':', 2);
			i += n;
			continue;
		}
		while (n < rest.n && is_token(rest.p[n]))
			n++;
		if (n)
			token(out, (struct strv){ rest.p, n }, before,
			    n < rest.n ? rest.p[n] : 0);
		else
			buf_addc(out, rest.p[n++]);
		i += n;
	}
}

/* --- JSON ---------------------------------------------------------------- */

/* One string without its quotes: escapes stay as they are. */
static void string(struct buf *out, struct strv s)
{
	size_t from = 0, i = 0, n;

	while (i < s.n) {
		if (s.p[i] != '\\') {
			i++;
			continue;
		}
		mask_text(out, (struct strv){ s.p + from, i - from });
		n = i + 1 < s.n && s.p[i + 1] == 'u' ? 6 : 2;
		n = n > s.n - i ? s.n - i : n;
		buf_add(out, s.p + i, n);
		i += n;
		from = i;
	}
	mask_text(out, (struct strv){ s.p + from, s.n - from });
}

void mask_json(struct buf *out, struct strv json)
{
	size_t i = 0, end;

	while (i < json.n) {
		if (json.p[i] != '"') {
			buf_addc(out, json.p[i++]);
			continue;
		}
		for (end = i + 1; end < json.n && json.p[end] != '"'; end++)
			end += json.p[end] == '\\';
		if (end >= json.n)
			end = json.n - 1;
		buf_addc(out, '"');
		if (end + 1 < json.n && json.p[end + 1] == ':')
			buf_add(out, json.p + i + 1, end - i - 1);
		else if (end > i)
			string(out, (struct strv){ json.p + i + 1,
			    end - i - 1 });
		buf_addc(out, '"');
		i = end + 1;
	}
}
