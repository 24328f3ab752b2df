/* alphabet.c - the text of a short message (3GPP TS 23.038, SMPP 5.2.19). */

#include <errno.h>
#include <iconv.h>

#include "alphabet.h"
#include "base/hex.h"
#include "base/utf8.h"

/* GSM 7 bit default alphabet, 23.038 6.2.1; 0x1b leads to the extension. */
static const uint16_t basic[128] = {
	0x0040, 0x00a3, 0x0024, 0x00a5, 0x00e8, 0x00e9, 0x00f9, 0x00ec,
	0x00f2, 0x00c7, 0x000a, 0x00d8, 0x00f8, 0x000d, 0x00c5, 0x00e5,
	0x0394, 0x005f, 0x03a6, 0x0393, 0x039b, 0x03a9, 0x03a0, 0x03a8,
	0x03a3, 0x0398, 0x039e, 0x001b, 0x00c6, 0x00e6, 0x00df, 0x00c9,
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

/* 23.038 6.2.1.1 */
static const struct {
	uint8_t septet;
	uint16_t c;
} extension[] = {
	{ 0x0a, 0x000c }, { 0x14, '^' }, { 0x28, '{' }, { 0x29, '}' },
	{ 0x2f, '\\' }, { 0x3c, '[' }, { 0x3d, '~' }, { 0x3e, ']' },
	{ 0x40, '|' }, { 0x65, 0x20ac },
};

enum { ESCAPE = 0x1b, EXTENSIONS = sizeof(extension) / sizeof(extension[0]) };

static const struct {
	const char *name, *iconv;
} rows[] = {
	[GSM7] = { "gsm7", NULL },
	[GSM7_PACKED] = { "gsm7-packed", NULL },
	[ASCII] = { "ascii", "ASCII" },
	[LATIN1] = { "latin1", "ISO-8859-1" },
	[UCS2] = { "ucs2", NULL },
	[CYRILLIC] = { "iso-8859-5", "ISO-8859-5" },
	[HEBREW] = { "iso-8859-8", "ISO-8859-8" },
	[JIS] = { "jis", "SHIFT_JIS" },
	[ISO2022JP] = { "iso-2022-jp", "ISO-2022-JP" },
	[EXTENDED_KANJI] = { "jis-x-0212", "EUC-JP" },
	[KS_C_5601] = { "ks-c-5601", "EUC-KR" },
	[BINARY] = { "binary", NULL },
};

const char *alphabet_name(enum alphabet a)
{
	return rows[a].name;
}

/* 23.038 4: bits 3-2 of the general and the class groups */
static enum alphabet of_bits(uint8_t dcs, enum alphabet zero)
{
	switch (dcs >> 2 & 3) {
	case 0:
		return zero;
	case 2:
		return UCS2;
	default:
		return BINARY;
	}
}

enum alphabet alphabet_of_dcs(uint8_t dcs, enum alphabet zero)
{
	static const enum alphabet smpp[16] = {
		[0] = GSM7, [1] = ASCII, [2] = BINARY, [3] = LATIN1,
		[4] = BINARY, [5] = JIS, [6] = CYRILLIC, [7] = HEBREW,
		[8] = UCS2, [9] = BINARY, [10] = ISO2022JP, [11] = BINARY,
		[12] = BINARY, [13] = EXTENDED_KANJI, [14] = KS_C_5601,
		[15] = BINARY,
	};

	if (dcs == 0)
		return zero;
	if (dcs < 16)
		return smpp[dcs];
	if (dcs < 0xc0)
		return of_bits(dcs, zero);
	if (dcs < 0xe0)
		return zero;		/* message waiting, 7 bit */
	if (dcs < 0xf0)
		return UCS2;		/* message waiting, UCS2 */
	return dcs & 4 ? BINARY : zero;
}

int class_of_dcs(uint8_t dcs)
{
	if ((dcs & 0xd0) == 0x10 || dcs >= 0xf0)
		return dcs & 3;
	return -1;
}

static uint32_t extended(uint8_t septet)
{
	for (size_t i = 0; i < EXTENSIONS; i++)
		if (extension[i].septet == septet)
			return extension[i].c;
	/* a phone without this extension shows the basic character */
	return septet == ESCAPE ? ' ' : basic[septet & 0x7f];
}

static void gsm7_decode(struct strv in, struct buf *utf8)
{
	for (size_t i = 0; i < in.n; i++) {
		uint8_t c = (uint8_t)in.p[i];

		if (c > 0x7f)
			utf8_add(utf8, UTF8_REPLACEMENT);
		else if (c != ESCAPE)
			utf8_add(utf8, basic[c]);
		else if (i + 1 < in.n)
			utf8_add(utf8, extended((uint8_t)in.p[++i]));
	}
}

static bool gsm7_put(uint32_t c, struct buf *to)
{
	for (unsigned i = 0; i < 128; i++) {
		if (basic[i] == c && i != ESCAPE) {
			buf_u8(to, i);
			return true;
		}
	}
	for (size_t i = 0; i < EXTENSIONS; i++) {
		if (extension[i].c == c) {
			buf_u8(to, ESCAPE);
			buf_u8(to, extension[i].septet);
			return true;
		}
	}
	buf_u8(to, '?');
	return false;
}

static bool ucs2_put(uint32_t c, struct buf *to)
{
	if (c >= 0x10000) {
		buf_u16(to, 0xd800 + ((c - 0x10000) >> 10));
		c = 0xdc00 + (c & 0x3ff);
	}
	buf_u16(to, c);
	return true;
}

static void ucs2_decode(struct strv in, struct buf *utf8)
{
	const unsigned char *p = (const unsigned char *)in.p;

	for (size_t i = 0; i + 1 < in.n; i += 2) {
		uint32_t c = (uint32_t)p[i] << 8 | p[i + 1], low;

		if (c >> 10 == 0x36 && i + 3 < in.n) {
			low = (uint32_t)p[i + 2] << 8 | p[i + 3];
			if (low >> 10 == 0x37) {
				c = 0x10000 + ((c & 0x3ff) << 10) +
				    (low & 0x3ff);
				i += 2;
			}
		}
		utf8_add(utf8, c >> 11 == 0x1b ? UTF8_REPLACEMENT : c);
	}
	if (in.n % 2)
		utf8_add(utf8, UTF8_REPLACEMENT);
}

static bool convert(const char *to_set, const char *from_set, struct strv in,
	const char *bad, struct buf *out)
{
	iconv_t cd = iconv_open(to_set, from_set);
	char *p = (char *)(uintptr_t)in.p;
	size_t left = in.n;
	bool clean = true;

	if (cd == (iconv_t)-1)
		return false;
	while (left > 0) {
		char *to = buf_room(out, 4 * left + 8);
		size_t room = 4 * left + 8, most = room, got;

		got = iconv(cd, &p, &left, &to, &room);
		buf_wrote(out, most - room);
		if (got != (size_t)-1 || errno == E2BIG)
			continue;
		clean = false;
		buf_addz(out, bad);
		do {	/* of UTF-8 the whole character */
			p++;
			left--;
		} while (*bad == '?' && left > 0 && (*p & 0xc0) == 0x80);
	}
	iconv_close(cd);
	return clean;
}

static bool from_hex(struct strv hex, struct buf *to)
{
	size_t n = hex.n / 2;

	if (!hex_decode(hex, buf_room(to, n), n))
		return false;
	buf_wrote(to, n);
	return true;
}

void septets_pack(struct strv septets, unsigned fill, struct buf *to)
{
	unsigned acc = 0, bits = fill;

	for (size_t i = 0; i < septets.n; i++) {
		acc |= ((unsigned)septets.p[i] & 0x7f) << bits;
		for (bits += 7; bits >= 8; bits -= 8) {
			buf_u8(to, acc);
			acc >>= 8;
		}
	}
	if (bits > 0)
		buf_u8(to, acc);
}

void septets_unpack(struct strv octets, unsigned fill, size_t n,
	struct buf *to)
{
	unsigned acc = 0, bits = 0, skip = fill;

	for (size_t i = 0; i < octets.n && n > 0; i++) {
		acc |= (unsigned)(uint8_t)octets.p[i] << bits;
		bits += 8;
		if (skip > 0) {
			acc >>= skip;
			bits -= skip;
			skip = 0;
		}
		for (; bits >= 7 && n > 0; bits -= 7, n--) {
			buf_u8(to, acc & 0x7f);
			acc >>= 7;
		}
	}
}

static void packed_decode(struct strv octets, struct buf *utf8)
{
	struct buf septets = BUF_EMPTY;
	size_t n = octets.n * 8 / 7;

	septets_unpack(octets, 0, n, &septets);
	/* seven spare bits are a CR by custom, or '@' by accident */
	if (n > 0 && octets.n % 7 == 0 && strchr("\r@", septets.p[n - 1]))
		septets.n--;
	gsm7_decode(buf_strv(&septets), utf8);
	buf_deinit(&septets);
}

void text_decode(enum alphabet a, struct strv octets, struct buf *utf8)
{
	if (a == GSM7)
		gsm7_decode(octets, utf8);
	else if (a == GSM7_PACKED)
		packed_decode(octets, utf8);
	else if (a == UCS2)
		ucs2_decode(octets, utf8);
	else if (rows[a].iconv)
		convert("UTF-8", rows[a].iconv, octets, "\xef\xbf\xbd", utf8);
	else
		for (size_t i = 0; i < octets.n; i++)
			buf_addf(utf8, "%02x", (uint8_t)octets.p[i]);
}

bool text_encode(enum alphabet a, struct strv utf8, struct buf *octets)
{
	bool clean = true;

	if (a == BINARY)
		return from_hex(utf8, octets);
	if (rows[a].iconv)
		return convert(rows[a].iconv, "UTF-8", utf8, "?", octets);
	while (utf8.n > 0) {
		uint32_t c = utf8_next(&utf8, NULL);

		clean &= a == UCS2 ? ucs2_put(c, octets) : gsm7_put(c, octets);
	}
	return clean;
}

size_t text_unit(enum alphabet a, struct strv rest)
{
	size_t n = 1;

	if ((a == GSM7 || a == GSM7_PACKED) && rest.p[0] == ESCAPE)
		n = 2;
	else if (a == UCS2)
		n = ((uint8_t)rest.p[0] & 0xfc) == 0xd8 ? 4 : 2;
	return n < rest.n ? n : rest.n;
}
