/* gsm7.h - the GSM 7 bit default alphabet (3GPP TS 23.038 6.2). */

#ifndef WIRE_GSM7_H
#define WIRE_GSM7_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strv.h"

/*
 * Text in this alphabet is a string of septets, here one per octet
 * (0x00..0x7f; '@' is 0x00).  Packed is the form on the air: 8 septets in 7
 * octets.
 */

/* How far we may change a text to make it fit. */
enum gsm7_mode {
	GSM7_EXACT,		/* not at all */
	GSM7_PUNCTUATION,	/* quotes, dashes, dots, spaces to plain ones */
	GSM7_LOSSY,		/* also letters to their base letter */
	GSM7_FORCE,		/* also '?' for all else: always fits */
};

#define GSM7_UNIT_MAX	4	/* septets one code point can become */

/*
 * The septets of one code point, an escape and its character among them.
 * Returns how many, 1..GSM7_UNIT_MAX, or 0 if the mode has none.
 */
size_t gsm7_unit(uint32_t c, enum gsm7_mode mode, uint8_t out[GSM7_UNIT_MAX]);

/* Whether all of the text has septets; *n, unless NULL, is how many. */
bool gsm7_fits(struct strv utf8, enum gsm7_mode mode, size_t *n);

/* ERR_OK, ERR_BAD_CONTENT (does not fit; out holds a part), ERR_TOO_BIG. */
enum err gsm7_encode(struct strv utf8, enum gsm7_mode mode, struct buf *out);

/*
 * Append as UTF-8.  An escape before a septet the extension table lacks is
 * passed over; escape twice, or at the end, is a space; an octet over 0x7f
 * is U+FFFD.
 */
void gsm7_decode(struct strv septets, struct buf *out);

/* Fill bits that bring the text behind n octets of UDH to a septet. */
static inline unsigned gsm7_fill(size_t n)
{
	return (unsigned)((7 - n * 8 % 7) % 7);
}

/*
 * Append packed, after 0..6 fill bits of 0.  Seven bits left over are filled
 * with CR (6.1.2.3.1): who counts only octets would read zeroes as '@'.
 */
void gsm7_pack(struct strv septets, unsigned fill, struct buf *out);

/*
 * Append as septets all that the octets hold behind the fill bits.  A CR in
 * the last seven bits is that padding.  Zeroes there are a last '@' or the
 * padding of a sender who did not care: padded takes them as padding, the
 * usual case but in a part that another one follows.
 */
void gsm7_unpack(struct strv packed, unsigned fill, bool padded,
    struct buf *out);

#endif
