/* sipbody_text.c - content in its charset as UTF-8 (RFC 2046 4.1.2). */

#include "base/utf8.h"
#include "wire/sipbody.h"

enum charset { UTF_8, LATIN_1, LATIN_9, WINDOWS, UTF_16, UTF_16BE, UTF_16LE };

static const struct {
	const char *name;
	enum charset is;
} names[] = {
	{ "utf-8", UTF_8 }, { "utf8", UTF_8 }, { "us-ascii", UTF_8 },
	{ "ascii", UTF_8 },
	{ "iso-8859-1", LATIN_1 }, { "latin1", LATIN_1 },
	{ "iso-8859-15", LATIN_9 },
	{ "windows-1252", WINDOWS }, { "cp1252", WINDOWS },
	{ "utf-16", UTF_16 }, { "utf-16be", UTF_16BE },
	{ "utf-16le", UTF_16LE },
};

/* 0x80 to 0x9f of Windows-1252; 0: not assigned */
static const uint16_t windows[32] = {
	0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
	0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
};

/* where ISO-8859-15 differs from ISO-8859-1 */
static const struct {
	uint8_t byte;
	uint16_t c;
} latin9[] = {
	{ 0xa4, 0x20ac }, { 0xa6, 0x0160 }, { 0xa8, 0x0161 },
	{ 0xb4, 0x017d }, { 0xb8, 0x017e }, { 0xbc, 0x0152 },
	{ 0xbd, 0x0153 }, { 0xbe, 0x0178 },
};

static uint32_t single(enum charset cs, uint8_t b)
{
	if (cs == WINDOWS && b >= 0x80 && b < 0xa0)
		return windows[b - 0x80] ? windows[b - 0x80] :
		    UTF8_REPLACEMENT;
	for (size_t i = 0; cs == LATIN_9 &&
	    i < sizeof(latin9) / sizeof(latin9[0]); i++) {
		if (latin9[i].byte == b)
			return latin9[i].c;
	}
	return b;
}

static uint32_t unit(struct strv *s, bool little)
{
	uint8_t a = (uint8_t)s->p[0], b = (uint8_t)s->p[1];

	*s = (struct strv){ s->p + 2, s->n - 2 };
	return little ? (uint32_t)b << 8 | a : (uint32_t)a << 8 | b;
}

static bool surrogate(uint32_t c, uint32_t first)
{
	return c >= first && c < first + 0x400;
}

/* RFC 2781; half a pair and half a unit become U+FFFD. */
static void utf16(struct strv s, bool little, struct buf *out)
{
	while (s.n > 1) {
		uint32_t c = unit(&s, little);
		struct strv ahead = s;
		uint32_t low = s.n > 1 ? unit(&ahead, little) : 0;

		if (surrogate(c, 0xd800) && surrogate(low, 0xdc00)) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			s = ahead;
		}
		utf8_add(out, c);
	}
	if (s.n)
		utf8_add(out, UTF8_REPLACEMENT);
}

/* Without BOM UTF-16 is big endian (RFC 2781 4.3). */
static void utf16_bom(struct strv s, struct buf *out)
{
	struct strv rest = s;
	uint32_t first = s.n > 1 ? unit(&rest, false) : 0;

	if (first == 0xfffe)
		utf16(rest, true, out);
	else
		utf16(first == 0xfeff ? rest : s, false, out);
}

/* What is no UTF-8 is replaced. */
static void utf8(struct strv s, struct buf *out)
{
	while (s.n) {
		size_t n = utf8_ascii(s);

		buf_add(out, s.p, n);
		s = (struct strv){ s.p + n, s.n - n };
		if (s.n)
			utf8_add(out, utf8_next(&s, NULL));
	}
}

static void convert(enum charset cs, struct strv s, struct buf *out)
{
	switch (cs) {
	case UTF_8:
		utf8(s, out);
		break;
	case UTF_16:
		utf16_bom(s, out);
		break;
	case UTF_16BE:
	case UTF_16LE:
		utf16(s, cs == UTF_16LE, out);
		break;
	default:
		for (size_t i = 0; i < s.n; i++)
			utf8_add(out, single(cs, (uint8_t)s.p[i]));
		break;
	}
}

enum err sipbody_text(const struct sipbody *b, struct buf *out)
{
	struct strv name = sipbody_param(b->type, STRV("charset"));

	if (name.n == 0)
		name = STRV("utf-8");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strv_caseeq(name, strv(names[i].name)))
			continue;
		convert(names[i].is, b->content, out);
		return out->full ? ERR_TOO_BIG : ERR_OK;
	}
	return ERR_BAD_CONTENT;
}

uint32_t sipbody_chars(const struct sipbody *b, size_t max)
{
	struct buf text;
	uint32_t n = 0;

	buf_init(&text, max);
	if (b->kind == SIPBODY_TEXT && sipbody_text(b, &text) == ERR_OK)
		n = (uint32_t)utf8_count(buf_strv(&text));
	buf_deinit(&text);
	return n;
}
