/* alphabet.h - the text of a short message (3GPP TS 23.038, SMPP 5.2.19). */

#ifndef SIM_ALPHABET_H
#define SIM_ALPHABET_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

enum alphabet {
	GSM7,		/* one septet per octet, with extension table */
	GSM7_PACKED,	/* 8 septets in 7 octets */
	ASCII,
	LATIN1,
	UCS2,		/* UTF-16 big endian, surrogates accepted */
	CYRILLIC,	/* ISO 8859-5 */
	HEBREW,		/* ISO 8859-8 */
	JIS, ISO2022JP, EXTENDED_KANJI, KS_C_5601,
	BINARY,		/* shown as hexadecimal digits */
};

const char *alphabet_name(enum alphabet a);

/* What a data_coding says; 0 gives what the service centre is set to. */
enum alphabet alphabet_of_dcs(uint8_t dcs, enum alphabet zero);
int class_of_dcs(uint8_t dcs);		/* 0 flash ... 3; -1 none */

/* Octets to UTF-8.  Never fails: what cannot be read becomes U+FFFD. */
void text_decode(enum alphabet a, struct strv octets, struct buf *utf8);

/*
 * UTF-8 to octets; a character the alphabet lacks becomes '?' and the
 * result false.  BINARY takes hexadecimal digits.
 */
bool text_encode(enum alphabet a, struct strv utf8, struct buf *octets);

/* Octets of the character at p that no part may split. */
size_t text_unit(enum alphabet a, struct strv rest);

/* 8 septets in 7 octets (23.038 6.1.2.1), after fill bits. */
void septets_pack(struct strv septets, unsigned fill, struct buf *to);
void septets_unpack(struct strv octets, unsigned fill, size_t n,
	struct buf *to);

#endif
