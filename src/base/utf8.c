/* utf8.c - RFC 3629 text. */

#include "base/utf8.h"

static bool surrogate(uint32_t c)
{
	return c >= 0xd800 && c <= 0xdfff;
}

static uint32_t invalid(struct strv *s, bool *bad)
{
	s->p++;
	s->n--;
	if (bad)
		*bad = true;
	return UTF8_REPLACEMENT;
}

uint32_t utf8_next(struct strv *s, bool *bad)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint8_t first = (uint8_t)s->p[0];
	size_t more = first < 0x80 ? 0 : first >> 5 == 6 ? 1 :
	    first >> 4 == 14 ? 2 : first >> 3 == 30 ? 3 : 4;
	uint32_t c = more ? first & (0x3fu >> more) : first;

	if (more == 4 || s->n <= more)
		return invalid(s, bad);
	for (size_t i = 1; i <= more; i++) {
		uint8_t b = (uint8_t)s->p[i];

		if (b >> 6 != 2)
			return invalid(s, bad);
		c = c << 6 | (b & 0x3f);
	}
	if (c < least[more] || c > UTF8_MAX || surrogate(c))
		return invalid(s, bad);
	s->p += more + 1;
	s->n -= more + 1;
	return c;
}

void utf8_add(struct buf *out, uint32_t c)
{
	if (c > UTF8_MAX || surrogate(c))
		c = UTF8_REPLACEMENT;
	if (c < 0x80) {
		buf_addc(out, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_u8(out, (uint8_t)(0xc0 | c >> 6));
	} else if (c < 0x10000) {
		buf_u8(out, (uint8_t)(0xe0 | c >> 12));
		buf_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
	} else {
		buf_u8(out, (uint8_t)(0xf0 | c >> 18));
		buf_u8(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		buf_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
}

/* Eight bytes at once: most texts are nothing else. */
size_t utf8_ascii(struct strv s)
{
	size_t n = 0;
	uint64_t eight;

	for (; n + sizeof(eight) <= s.n; n += sizeof(eight)) {
		memcpy(&eight, s.p + n, sizeof(eight));
		if (eight & UINT64_C(0x8080808080808080))
			break;
	}
	while (n < s.n && (uint8_t)s.p[n] < 0x80)
		n++;
	return n;
}

size_t utf8_count(struct strv s)
{
	size_t count = 0;

	while (s.n) {
		size_t n = utf8_ascii(s);

		s = (struct strv){ s.p + n, s.n - n };
		count += n;
		if (s.n) {
			(void)utf8_next(&s, NULL);
			count++;
		}
	}
	return count;
}

bool utf8_valid(struct strv s)
{
	bool bad = false;

	while (s.n && !bad)
		(void)utf8_next(&s, &bad);
	return !bad;
}
