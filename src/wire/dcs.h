/* dcs.h - data coding of a short message (SMPP v3.4 5.2.19, TS 23.038 4). */

#ifndef WIRE_DCS_H
#define WIRE_DCS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strv.h"
#include "wire/gsm7.h"

enum dcs_alphabet {
	DCS_GSM7,		/* a septet per octet */
	DCS_GSM7_PACKED,	/* 8 septets in 7 octets */
	DCS_ASCII,
	DCS_LATIN1,		/* ISO 8859-1 */
	DCS_CYRILLIC,		/* ISO 8859-5 */
	DCS_HEBREW,		/* ISO 8859-8 */
	DCS_UCS2,		/* UTF-16BE: pairs of surrogates are taken */
	DCS_BINARY,		/* no text, or none we read (JIS, Kanji, KS C) */
};

struct dcs {
	enum dcs_alphabet alphabet;
	int cls;		/* message class 0..3 (0: flash), -1: none */
	bool waiting;		/* a message waiting indication: */
	bool active;		/*	set or clear the lamp */
	uint8_t kind;		/*	0 voice, 1 fax, 2 e-mail, 3 other */
	bool discard;		/*	the text need not be kept */
};

/*
 * Read a data_coding octet.  seven is what the link means by "7 bit", in 0
 * and in every GSM group: DCS_GSM7, _GSM7_PACKED, _ASCII or _LATIN1.
 * Compressed text is DCS_BINARY.
 */
struct dcs dcs_parse(uint8_t data_coding, enum dcs_alphabet seven);

/*
 * The octet to send for an alphabet and class (-1: none).  A class has a
 * coding for 7 bit, binary and UCS-2 alone; others go without.
 */
uint8_t dcs_value(enum dcs_alphabet alphabet, int cls);

/*
 * Append the octets as UTF-8; what is invalid becomes U+FFFD.
 * ERR_OK, ERR_BAD_CONTENT (DCS_BINARY), ERR_TOO_BIG (out is full).
 * Packed octets begin at a septet: use gsm7_unpack() behind a UDH.
 */
enum err dcs_decode(enum dcs_alphabet alphabet, struct strv octets,
    struct buf *out);

/*
 * The octets of one code point.  Returns how many, or 0 if the alphabet
 * has none.  Packed is counted as DCS_GSM7 (septets); mode is for these
 * two, others take none or the exact character, and with GSM7_FORCE '?'.
 */
size_t dcs_unit(enum dcs_alphabet alphabet, uint32_t c, enum gsm7_mode mode,
    uint8_t out[GSM7_UNIT_MAX]);

/* Whether each code point has octets in that alphabet. */
bool dcs_fits(enum dcs_alphabet alphabet, struct strv utf8,
    enum gsm7_mode mode);

/* ERR_OK, ERR_BAD_CONTENT (does not fit; out holds a part), ERR_TOO_BIG. */
enum err dcs_encode(enum dcs_alphabet alphabet, struct strv utf8,
    enum gsm7_mode mode, struct buf *out);

#endif
