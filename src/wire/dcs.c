/* dcs.c - data coding of a short message (SMPP v3.4 5.2.19, TS 23.038 4). */

#include "base/utf8.h"
#include "wire/dcs.h"

/* SMPP v3.4 table 5-19 below 0x10; 0 is the link's own */
static const uint8_t smpp_codes[16] = {
	[0x01] = DCS_ASCII, [0x02] = DCS_BINARY, [0x03] = DCS_LATIN1,
	[0x04] = DCS_BINARY, [0x05] = DCS_BINARY, [0x06] = DCS_CYRILLIC,
	[0x07] = DCS_HEBREW, [0x08] = DCS_UCS2, [0x09] = DCS_BINARY,
	[0x0a] = DCS_BINARY, [0x0b] = DCS_BINARY, [0x0c] = DCS_BINARY,
	[0x0d] = DCS_BINARY, [0x0e] = DCS_BINARY, [0x0f] = DCS_BINARY,
};

/* bits 3 and 2 of the general group; the reserved value is read as 7 bit */
static enum dcs_alphabet general(uint8_t dc, enum dcs_alphabet seven)
{
	if (dc & 0x20)
		return DCS_BINARY;	/* compressed */
	switch (dc >> 2 & 3) {
	case 1: return DCS_BINARY;
	case 2: return DCS_UCS2;
	default: return seven;
	}
}

struct dcs dcs_parse(uint8_t data_coding, enum dcs_alphabet seven)
{
	uint8_t dc = data_coding, group = dc >> 4;
	struct dcs d = { .alphabet = seven, .cls = -1 };

	if (group == 0x0) {
		if (dc)
			d.alphabet = smpp_codes[dc];
	} else if (group <= 0x7) {
		d.alphabet = general(dc, seven);
		if (dc & 0x10)
			d.cls = dc & 3;
	} else if (group >= 0xc && group <= 0xe) {
		if (group == 0xe)
			d.alphabet = DCS_UCS2;
		d.waiting = true;
		d.active = (dc & 8) != 0;
		d.kind = dc & 3;
		d.discard = group == 0xc;
	} else if (group == 0xf) {
		if (dc & 4)
			d.alphabet = DCS_BINARY;
		d.cls = dc & 3;
	}
	return d;
}

uint8_t dcs_value(enum dcs_alphabet alphabet, int cls)
{
	static const struct { uint8_t plain, classed; } value[] = {
		[DCS_GSM7]	  = { 0x00, 0x10 },
		[DCS_GSM7_PACKED] = { 0x00, 0x10 },
		[DCS_ASCII]	  = { 0x01, 0x00 },
		[DCS_LATIN1]	  = { 0x03, 0x00 },
		[DCS_CYRILLIC]	  = { 0x06, 0x00 },
		[DCS_HEBREW]	  = { 0x07, 0x00 },
		[DCS_UCS2]	  = { 0x08, 0x18 },
		[DCS_BINARY]	  = { 0x04, 0x14 },
	};

	if (cls < 0 || !value[alphabet].classed)
		return value[alphabet].plain;
	return (uint8_t)(value[alphabet].classed | (cls & 3));
}

/* --- alphabets of one octet per character --------------------------------- */

/* first..last are the code points from c on */
struct range {
	uint8_t first, last;
	uint16_t c;
};

static const struct range ascii[] = { { 0x00, 0x7f, 0x00 }, { 0 } };
static const struct range latin1[] = { { 0x00, 0xff, 0x00 }, { 0 } };
static const struct range cyrillic[] = {
	{ 0x00, 0xa0, 0x00 }, { 0xa1, 0xac, 0x401 }, { 0xad, 0xad, 0xad },
	{ 0xae, 0xef, 0x40e }, { 0xf0, 0xf0, 0x2116 }, { 0xf1, 0xfc, 0x451 },
	{ 0xfd, 0xfd, 0xa7 }, { 0xfe, 0xff, 0x45e }, { 0 }
};
static const struct range hebrew[] = {
	{ 0x00, 0xa0, 0x00 }, { 0xa2, 0xa9, 0xa2 }, { 0xaa, 0xaa, 0xd7 },
	{ 0xab, 0xb9, 0xab }, { 0xba, 0xba, 0xf7 }, { 0xbb, 0xbe, 0xbb },
	{ 0xdf, 0xdf, 0x2017 }, { 0xe0, 0xfa, 0x5d0 },
	{ 0xfd, 0xfe, 0x200e }, { 0 }
};

static const struct range *const octet_tables[] = {
	[DCS_ASCII] = ascii, [DCS_LATIN1] = latin1,
	[DCS_CYRILLIC] = cyrillic, [DCS_HEBREW] = hebrew,
	[DCS_BINARY] = NULL,
};

static uint32_t from_octet(const struct range *r, uint8_t o)
{
	for (; r->last; r++)
		if (o >= r->first && o <= r->last)
			return (uint32_t)(r->c + (o - r->first));
	return UTF8_REPLACEMENT;
}

static size_t to_octet(const struct range *r, uint32_t c, uint8_t *out)
{
	for (; r->last; r++) {
		uint32_t at = c - r->c;

		if (c < r->c || at > (uint32_t)(r->last - r->first))
			continue;
		*out = (uint8_t)(r->first + at);
		return 1;
	}
	return 0;
}

/* --- UTF-16BE ------------------------------------------------------------- */

static uint16_t unit_at(struct strv s, size_t i)
{
	return i + 1 < s.n ? (uint16_t)((uint8_t)s.p[i] << 8 |
	    (uint8_t)s.p[i + 1]) : 0;
}

static void decode_ucs2(struct strv s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i += 2) {
		uint32_t c = unit_at(s, i), low = unit_at(s, i + 2);

		if (i + 1 == s.n)
			c = UTF8_REPLACEMENT;	/* half of a unit */
		if (c >> 10 == 0x36 && low >> 10 == 0x37) {
			c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
			i += 2;
		}
		utf8_add(out, c);	/* a lone surrogate is replaced */
	}
}

static void put_unit(uint8_t *out, uint32_t unit)
{
	out[0] = (uint8_t)(unit >> 8);
	out[1] = (uint8_t)unit;
}

static size_t unit_ucs2(uint32_t c, uint8_t *out)
{
	if (c < 0x10000) {
		put_unit(out, c);
		return 2;
	}
	c -= 0x10000;
	put_unit(out, 0xd800 | c >> 10);
	put_unit(out + 2, 0xdc00 | (c & 0x3ff));
	return 4;
}

/* --- all of them ---------------------------------------------------------- */

static void decode_packed(struct strv octets, struct buf *out)
{
	struct buf septets;

	buf_init(&septets, BUF_NO_LIMIT);
	gsm7_unpack(octets, 0, true, &septets);
	gsm7_decode(buf_strv(&septets), out);
	buf_deinit(&septets);
}

enum err dcs_decode(enum dcs_alphabet alphabet, struct strv octets,
    struct buf *out)
{
	switch (alphabet) {
	case DCS_BINARY:
		return ERR_BAD_CONTENT;
	case DCS_GSM7:
		gsm7_decode(octets, out);
		break;
	case DCS_GSM7_PACKED:
		decode_packed(octets, out);
		break;
	case DCS_UCS2:
		decode_ucs2(octets, out);
		break;
	default:
		for (size_t i = 0; i < octets.n; i++)
			utf8_add(out, from_octet(octet_tables[alphabet],
			    (uint8_t)octets.p[i]));
	}
	return out->full ? ERR_TOO_BIG : ERR_OK;
}

size_t dcs_unit(enum dcs_alphabet alphabet, uint32_t c, enum gsm7_mode mode,
    uint8_t out[GSM7_UNIT_MAX])
{
	size_t n;

	switch (alphabet) {
	case DCS_BINARY:
		return 0;
	case DCS_GSM7:
	case DCS_GSM7_PACKED:
		return gsm7_unit(c, mode, out);
	case DCS_UCS2:
		return unit_ucs2(c, out);
	default:
		n = to_octet(octet_tables[alphabet], c, out);
		if (n == 0 && mode == GSM7_FORCE) {
			out[0] = '?';
			n = 1;
		}
		return n;
	}
}

bool dcs_fits(enum dcs_alphabet alphabet, struct strv utf8,
    enum gsm7_mode mode)
{
	uint8_t unit[GSM7_UNIT_MAX];

	while (utf8.n > 0)
		if (dcs_unit(alphabet, utf8_next(&utf8, NULL), mode, unit) == 0)
			return false;
	return alphabet != DCS_BINARY;
}

static enum err encode_units(enum dcs_alphabet alphabet, struct strv utf8,
    enum gsm7_mode mode, struct buf *out)
{
	uint8_t unit[GSM7_UNIT_MAX];

	while (utf8.n > 0) {
		size_t n = dcs_unit(alphabet, utf8_next(&utf8, NULL), mode,
		    unit);

		if (n == 0)
			return ERR_BAD_CONTENT;
		buf_add(out, unit, n);
	}
	return out->full ? ERR_TOO_BIG : ERR_OK;
}

enum err dcs_encode(enum dcs_alphabet alphabet, struct strv utf8,
    enum gsm7_mode mode, struct buf *out)
{
	struct buf septets;
	enum err e;

	if (alphabet == DCS_BINARY)
		return ERR_BAD_CONTENT;
	if (alphabet != DCS_GSM7_PACKED)
		return encode_units(alphabet, utf8, mode, out);
	buf_init(&septets, BUF_NO_LIMIT);
	e = encode_units(alphabet, utf8, mode, &septets);
	if (!e)
		gsm7_pack(buf_strv(&septets), 0, out);
	buf_deinit(&septets);
	return e ? e : out->full ? ERR_TOO_BIG : ERR_OK;
}
