/* gsm7.c - the GSM 7 bit default alphabet (3GPP TS 23.038 6.2). */

#include "base/utf8.h"
#include "wire/gsm7.h"

enum { AT = 0x00, CR = 0x0d, ESC = 0x1b, NONE = 0xffff };

/* 6.2.1, by septet */
static const uint16_t basic[128] = {
	0x0040, 0x00a3, 0x0024, 0x00a5, 0x00e8, 0x00e9, 0x00f9, 0x00ec,
	0x00f2, 0x00c7, 0x000a, 0x00d8, 0x00f8, 0x000d, 0x00c5, 0x00e5,
	0x0394, 0x005f, 0x03a6, 0x0393, 0x039b, 0x03a9, 0x03a0, 0x03a8,
	0x03a3, 0x0398, 0x039e, NONE,   0x00c6, 0x00e6, 0x00df, 0x00c9,
	0x0020, 0x0021, 0x0022, 0x0023, 0x00a4, 0x0025, 0x0026, 0x0027,
	0x0028, 0x0029, 0x002a, 0x002b, 0x002c, 0x002d, 0x002e, 0x002f,
	0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x0035, 0x0036, 0x0037,
	0x0038, 0x0039, 0x003a, 0x003b, 0x003c, 0x003d, 0x003e, 0x003f,
	0x00a1, 0x0041, 0x0042, 0x0043, 0x0044, 0x0045, 0x0046, 0x0047,
	0x0048, 0x0049, 0x004a, 0x004b, 0x004c, 0x004d, 0x004e, 0x004f,
	0x0050, 0x0051, 0x0052, 0x0053, 0x0054, 0x0055, 0x0056, 0x0057,
	0x0058, 0x0059, 0x005a, 0x00c4, 0x00d6, 0x00d1, 0x00dc, 0x00a7,
	0x00bf, 0x0061, 0x0062, 0x0063, 0x0064, 0x0065, 0x0066, 0x0067,
	0x0068, 0x0069, 0x006a, 0x006b, 0x006c, 0x006d, 0x006e, 0x006f,
	0x0070, 0x0071, 0x0072, 0x0073, 0x0074, 0x0075, 0x0076, 0x0077,
	0x0078, 0x0079, 0x007a, 0x00e4, 0x00f6, 0x00f1, 0x00fc, 0x00e0,
};

/* 6.2.1.1, behind ESC */
static const struct { uint8_t septet; uint16_t c; } extension[] = {
	{ 0x0a, 0x000c }, { 0x14, '^' }, { 0x28, '{' }, { 0x29, '}' },
	{ 0x2f, '\\' }, { 0x3c, '[' }, { 0x3d, '~' }, { 0x3e, ']' },
	{ 0x40, '|' }, { 0x65, 0x20ac },
};

/*
 * What stands for each of first..last where the alphabet lacks it; in
 * septets, which for these are ASCII, or octal.
 */
static const struct {
	uint16_t first, last;
	enum gsm7_mode mode;
	const char *to;
} substitutes[] = {
	{ 0x0009, 0x0009, GSM7_PUNCTUATION, " " },
	{ 0x0060, 0x0060, GSM7_PUNCTUATION, "'" },
	{ 0x00a0, 0x00a0, GSM7_PUNCTUATION, " " },
	{ 0x00ab, 0x00ab, GSM7_PUNCTUATION, "\"" },
	{ 0x00b4, 0x00b4, GSM7_PUNCTUATION, "'" },
	{ 0x00bb, 0x00bb, GSM7_PUNCTUATION, "\"" },
	{ 0x2000, 0x200a, GSM7_PUNCTUATION, " " },
	{ 0x2010, 0x2015, GSM7_PUNCTUATION, "-" },
	{ 0x2018, 0x201b, GSM7_PUNCTUATION, "'" },
	{ 0x201c, 0x201f, GSM7_PUNCTUATION, "\"" },
	{ 0x2022, 0x2022, GSM7_PUNCTUATION, "*" },
	{ 0x2024, 0x2024, GSM7_PUNCTUATION, "." },
	{ 0x2025, 0x2025, GSM7_PUNCTUATION, ".." },
	{ 0x2026, 0x2026, GSM7_PUNCTUATION, "..." },
	{ 0x2028, 0x2029, GSM7_PUNCTUATION, "\n" },
	{ 0x202f, 0x202f, GSM7_PUNCTUATION, " " },
	{ 0x2032, 0x2032, GSM7_PUNCTUATION, "'" },
	{ 0x2033, 0x2033, GSM7_PUNCTUATION, "\"" },
	{ 0x2039, 0x203a, GSM7_PUNCTUATION, "'" },
	{ 0x205f, 0x205f, GSM7_PUNCTUATION, " " },
	{ 0x2212, 0x2212, GSM7_PUNCTUATION, "-" },
	{ 0x3000, 0x3000, GSM7_PUNCTUATION, " " },
	{ 0x00a9, 0x00a9, GSM7_LOSSY, "(C)" },
	{ 0x00ae, 0x00ae, GSM7_LOSSY, "(R)" },
	{ 0x00bc, 0x00bc, GSM7_LOSSY, "1/4" },
	{ 0x00bd, 0x00bd, GSM7_LOSSY, "1/2" },
	{ 0x00be, 0x00be, GSM7_LOSSY, "3/4" },
	{ 0x00de, 0x00de, GSM7_LOSSY, "TH" },
	{ 0x00fe, 0x00fe, GSM7_LOSSY, "th" },
	{ 0x0132, 0x0132, GSM7_LOSSY, "IJ" },
	{ 0x0133, 0x0133, GSM7_LOSSY, "ij" },
	{ 0x0149, 0x0149, GSM7_LOSSY, "'n" },
	{ 0x0152, 0x0152, GSM7_LOSSY, "OE" },
	{ 0x0153, 0x0153, GSM7_LOSSY, "oe" },
	{ 0x1e9e, 0x1e9e, GSM7_LOSSY, "\036" },
	{ 0x2122, 0x2122, GSM7_LOSSY, "TM" },
};

/* Base letters, one for each code point from first; blank: none. */
static const struct {
	uint16_t first;
	struct strv to;
} letters[] = {
	{ 0x00a2, STRV("c   |  a -  -o 23 u .,1o    ") },
	{ 0x00c0, STRV("AAAA   CEEEEIIIIDNOOOO x UUU Y  "
		       " aaa   c  ee iiid  ooo    uu y y") },
	{ 0x0100, STRV("AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIi"
		       "Ii  JjKkkLlLlLlLlLlNnNnNn NnOoOoOo  RrRrRrSsSsSs"
		       "SsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs") },
	{ 0x0218, STRV("SsTt") },
	/* Greek, as its capitals that the alphabet has or Latin looks like */
	{ 0x0386, STRV("A EHI O Y\025IAB\023\020EZH\031IK\024MN\032O\026P "
		       "\030TY\022X\027\025IYAEHIYAB\023\020EZH\031IK\024MN"
		       "\032O\026P\030\030TY\022X\027\025IYOY\025") },
	{ 0x1e00, STRV("AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIi"
		       "KkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRr"
		       "SsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYy"
		       "ZzZzZzhtwy") },
	{ 0x1ea0, STRV("AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOo"
		       "OoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy") },
};

#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))

static size_t exact(uint32_t c, uint8_t *out)
{
	if (c < 128 && basic[c] == c) {
		out[0] = (uint8_t)c;
		return 1;
	}
	for (size_t i = 0; i < ROWS(basic); i++) {
		if (basic[i] == c && i != ESC) {
			out[0] = (uint8_t)i;
			return 1;
		}
	}
	for (size_t i = 0; i < ROWS(extension); i++) {
		if (extension[i].c == c) {
			out[0] = ESC;
			out[1] = extension[i].septet;
			return 2;
		}
	}
	return 0;
}

static size_t substitute(uint32_t c, enum gsm7_mode mode, uint8_t *out)
{
	for (size_t i = 0; i < ROWS(substitutes); i++) {
		size_t n = strlen(substitutes[i].to);

		if (c < substitutes[i].first || c > substitutes[i].last ||
		    mode < substitutes[i].mode)
			continue;
		memcpy(out, substitutes[i].to, n);
		return n;
	}
	return 0;
}

static size_t letter(uint32_t c, uint8_t *out)
{
	for (size_t i = 0; i < ROWS(letters); i++) {
		uint32_t at = c - letters[i].first;

		if (c < letters[i].first || at >= letters[i].to.n)
			continue;
		out[0] = (uint8_t)letters[i].to.p[at];
		return out[0] == ' ' ? 0 : 1;
	}
	return 0;
}

size_t gsm7_unit(uint32_t c, enum gsm7_mode mode, uint8_t out[GSM7_UNIT_MAX])
{
	size_t n = exact(c, out);

	if (n == 0 && mode >= GSM7_PUNCTUATION)
		n = substitute(c, mode, out);
	if (n == 0 && mode >= GSM7_LOSSY)
		n = letter(c, out);
	if (n == 0 && mode == GSM7_FORCE) {
		out[0] = '?';
		n = 1;
	}
	return n;
}

bool gsm7_fits(struct strv utf8, enum gsm7_mode mode, size_t *n)
{
	uint8_t unit[GSM7_UNIT_MAX];
	size_t sum = 0;

	while (utf8.n > 0) {
		size_t one = gsm7_unit(utf8_next(&utf8, NULL), mode, unit);

		if (one == 0)
			return false;
		sum += one;
	}
	if (n)
		*n = sum;
	return true;
}

enum err gsm7_encode(struct strv utf8, enum gsm7_mode mode, struct buf *out)
{
	uint8_t unit[GSM7_UNIT_MAX];

	while (utf8.n > 0) {
		size_t n = gsm7_unit(utf8_next(&utf8, NULL), mode, unit);

		if (n == 0)
			return ERR_BAD_CONTENT;
		buf_add(out, unit, n);
	}
	return out->full ? ERR_TOO_BIG : ERR_OK;
}

static uint32_t plain(uint8_t septet)
{
	return septet == ESC ? ' ' :
	    septet < ROWS(basic) ? basic[septet] : UTF8_REPLACEMENT;
}

static uint32_t escaped(uint8_t septet)
{
	for (size_t i = 0; i < ROWS(extension); i++)
		if (extension[i].septet == septet)
			return extension[i].c;
	return plain(septet);
}

void gsm7_decode(struct strv septets, struct buf *out)
{
	for (size_t i = 0; i < septets.n; i++) {
		bool esc = septets.p[i] == ESC && i + 1 < septets.n;

		if (esc)
			i++;
		utf8_add(out, esc ? escaped((uint8_t)septets.p[i]) :
		    plain((uint8_t)septets.p[i]));
	}
}

static void pack_one(uint8_t septet, unsigned *acc, unsigned *bits,
    struct buf *out)
{
	*acc |= (unsigned)septet << *bits;
	*bits += 7;
	if (*bits < 8)
		return;
	buf_u8(out, (uint8_t)*acc);
	*acc >>= 8;
	*bits -= 8;
}

void gsm7_pack(struct strv septets, unsigned fill, struct buf *out)
{
	unsigned acc = 0, bits = fill;

	if (septets.n == 0)
		return;
	for (size_t i = 0; i < septets.n; i++)
		pack_one((uint8_t)septets.p[i] & 0x7f, &acc, &bits, out);
	if (bits == 1)
		pack_one(CR, &acc, &bits, out);
	if (bits > 0)
		buf_u8(out, (uint8_t)acc);
}

static uint8_t unpack_one(struct strv packed, size_t bit)
{
	size_t at = bit / 8;
	unsigned two = (uint8_t)packed.p[at];

	if (at + 1 < packed.n)
		two |= (unsigned)(uint8_t)packed.p[at + 1] << 8;
	return two >> bit % 8 & 0x7f;
}

void gsm7_unpack(struct strv packed, unsigned fill, bool padded,
    struct buf *out)
{
	size_t bits = packed.n * 8 < fill ? 0 : packed.n * 8 - fill;
	size_t n = bits / 7;

	if (n > 0 && bits % 7 == 0) {
		uint8_t end = unpack_one(packed, fill + (n - 1) * 7);

		if (end == CR || (end == AT && padded))
			n--;
	}
	for (size_t i = 0; i < n; i++)
		buf_u8(out, unpack_one(packed, fill + i * 7));
}
