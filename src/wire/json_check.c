/* json_check.c - whether bytes are JSON, to the letter (RFC 8259, 7493). */

#include "base/hex.h"
#include "base/utf8.h"
#include "wire/json_priv.h"

struct scan {
	struct strv text;
	size_t at;
	unsigned depth;
	char open[JSON_MAX_DEPTH];	/* '{' or '[' at each depth */
	const char *why;
};

static bool fail(struct scan *s, const char *why)
{
	if (!s->why)
		s->why = why;
	return false;
}

/* The next byte, or -1 at the end. */
static int peek(const struct scan *s)
{
	return s->at < s->text.n ? (uint8_t)s->text.p[s->at] : -1;
}

static bool take(struct scan *s, int c)
{
	if (peek(s) != c)
		return false;
	s->at++;
	return true;
}

static void space(struct scan *s)
{
	while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\r' ||
	    peek(s) == '\n')
		s->at++;
}

static size_t digits(struct scan *s)
{
	size_t from = s->at;

	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return s->at - from;
}

static bool number(struct scan *s)
{
	take(s, '-');
	if (!take(s, '0') && digits(s) == 0)
		return fail(s, "expected a value");
	if (peek(s) >= '0' && peek(s) <= '9')
		return fail(s, "a number begins with 0");
	if (take(s, '.') && digits(s) == 0)
		return fail(s, "a number without digits behind the point");
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+'))
			take(s, '-');
		if (digits(s) == 0)
			return fail(s, "a number without exponent");
	}
	return true;
}

/* Four hex digits behind \u, or -1. */
static int unit(struct scan *s)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		int d = peek(s) < 0 ? -1 : hex_digit((char)peek(s));

		if (d < 0)
			return -1;
		v = v << 4 | d;
		s->at++;
	}
	return v;
}

static bool unicode(struct scan *s)
{
	int u = unit(s);

	if (u < 0)
		return fail(s, "\\u without four hex digits");
	if (u == 0)
		return fail(s, "a NUL in a string");
	if (u >= 0xdc00 && u <= 0xdfff)
		return fail(s, "half a surrogate pair");
	if (u < 0xd800 || u > 0xdbff)
		return true;
	u = take(s, '\\') && take(s, 'u') ? unit(s) : -1;
	if (u < 0xdc00 || u > 0xdfff)
		return fail(s, "half a surrogate pair");
	return true;
}

static bool string(struct scan *s)
{
	if (!take(s, '"'))
		return fail(s, "expected a string");
	while (!take(s, '"')) {
		int c = peek(s);

		if (c < 0)
			return fail(s, "a string without end");
		if (c < ' ')
			return fail(s, "a control character in a string");
		s->at++;
		if (c != '\\')
			continue;
		c = peek(s);
		if (c <= 0 || !strchr("\"\\/bfnrtu", c))
			return fail(s, "an unknown escape");
		s->at++;
		if (c == 'u' && !unicode(s))
			return false;
	}
	return true;
}

static bool word(struct scan *s, const char *w)
{
	size_t n = strlen(w);

	if (s->text.n - s->at < n || memcmp(s->text.p + s->at, w, n) != 0)
		return fail(s, "expected a value");
	s->at += n;
	return true;
}

static bool scalar(struct scan *s)
{
	switch (peek(s)) {
	case '"':
		return string(s);
	case 't':
		return word(s, "true");
	case 'f':
		return word(s, "false");
	case 'n':
		return word(s, "null");
	default:
		return number(s);
	}
}

static bool name(struct scan *s)
{
	space(s);
	if (!string(s))
		return false;
	space(s);
	return take(s, ':') || fail(s, "expected a colon");
}

/* Open the value that begins here; *done: it is complete already. */
static bool begin(struct scan *s, bool *done)
{
	int c;

	space(s);
	c = peek(s);
	*done = true;
	if (c != '{' && c != '[')
		return scalar(s);
	if (s->depth == JSON_MAX_DEPTH)
		return fail(s, "nested too deep");
	s->at++;
	space(s);
	if (take(s, c == '{' ? '}' : ']'))
		return true;
	s->open[s->depth++] = (char)c;
	*done = false;
	return c == '[' || name(s);
}

/* Behind a complete value: close what ends here; *more: another follows. */
static bool end(struct scan *s, bool *more)
{
	while (s->depth) {
		char open = s->open[s->depth - 1];

		space(s);
		*more = take(s, ',');
		if (*more)
			return open == '[' || name(s);
		if (!take(s, open == '{' ? '}' : ']'))
			return fail(s, "expected a comma or an end");
		s->depth--;
	}
	*more = false;
	return true;
}

static bool value(struct scan *s)
{
	bool done, more = true;

	while (more) {
		if (!begin(s, &done))
			return false;
		if (done && !end(s, &more))
			return false;
	}
	space(s);
	return s->at == s->text.n || fail(s, "something behind the value");
}

const char *json_check(struct strv text, size_t *at)
{
	struct scan s = { .text = text };

	*at = 0;
	if (!utf8_valid(text))
		return "invalid UTF-8";
	(void)value(&s);
	*at = s.at;
	return s.why;
}
