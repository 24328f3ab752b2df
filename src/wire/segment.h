/* segment.h - long texts in short messages (TS 23.040 9.2.3.24.1 and .8). */

#ifndef WIRE_SEGMENT_H
#define WIRE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strv.h"
#include "wire/dcs.h"

/* How the parts are tied together; also three separate reference spaces. */
enum segment_carriage {
	SEGMENT_UDH8,		/* user data header, 8-bit reference */
	SEGMENT_UDH16,		/* user data header, 16-bit reference */
	SEGMENT_SAR,		/* sar_* TLVs beside the text */
	SEGMENT_PAYLOAD,	/* one message_payload TLV; the SMSC cuts */
};

#define SEGMENT_MAX	255	/* parts */

struct segment_opt {
	enum dcs_alphabet alphabet;	/* not DCS_BINARY */
	enum gsm7_mode mode;
	enum segment_carriage carriage;
	bool clusters;		/* do not cut inside what people see as one
				 * character (joined emoji, accents, flags),
				 * if it fits in a part at all */
	uint8_t max_parts;	/* 0: SEGMENT_MAX */
	uint16_t ref;		/* UDH8 uses the lower 8 bits */
};

/*
 * The parts, back to back in octets: part i (from 0) is from start[i] to
 * start[i + 1].  Each begins with its UDH if udhi.  With PAYLOAD, and with
 * a text that fits in one message, total is 1 and udhi false.
 */
struct segments {
	struct buf octets;
	uint32_t start[SEGMENT_MAX + 1];
	unsigned total;		/* 1..255; an empty text has one empty part */
	bool udhi;		/* esm_class |= SMPP_ESM_UDHI */
};

void segments_init(struct segments *s);		/* caller's memory */
void segments_deinit(struct segments *s);
struct strv segments_part(const struct segments *s, unsigned i);

/*
 * GSM 7 bit if the text fits it in that mode, else UCS-2.  Links without
 * UCS-2 use GSM7_FORCE, which always fits.
 */
enum dcs_alphabet segment_alphabet(struct strv utf8, enum gsm7_mode mode);

/*
 * Cut a text.  A part holds at most 140 octets of user data, 160 septets
 * alone; what must not be torn (an escape and its character, a pair of
 * surrogates, a replacement of several septets) is in one part.  With SAR
 * the parts leave room for the 6 octets of UDH that the SMSC will add.
 *
 * ERR_OK; ERR_BAD_CONTENT: the alphabet lacks a character, or is binary;
 * ERR_TOO_BIG: more than max_parts, or over 65535 octets of payload.
 */
enum err segment_split(struct strv utf8, const struct segment_opt *opt,
    struct segments *out);

/*
 * How many parts that would be; 0 if segment_split() would refuse for the
 * alphabet.  Not bounded by max_parts.
 */
size_t segment_count(struct strv utf8, const struct segment_opt *opt);

/* --- joining: keeping the parts and watching the clock is the caller's --- */

/* The parts of one message have this in common. */
struct segment_key {
	struct strv link;	/* the connector they came by */
	struct strv src, dst;
	uint16_t ref;
	uint8_t total;
	enum segment_carriage kind;	/* never PAYLOAD */
};

/* < 0, 0 (same message) or > 0: an order for sorting and searching. */
int segment_key_cmp(const struct segment_key *a, const struct segment_key *b);

/*
 * Whether a part is acceptable: ERR_BAD_SYNTAX if total or seq is 0 or seq
 * is beyond total, ERR_TOO_BIG if total is over max_parts.
 */
enum err segment_check(unsigned total, unsigned seq, unsigned max_parts);

struct segment_piece {
	uint8_t seq;		/* from 1 */
	uint8_t udh;		/* octets of UDH it came behind, with its
				 * length octet: for packed text; or 0 */
	enum dcs_alphabet alphabet;
	struct strv octets;	/* without the UDH */
};

#define SEGMENT_GAP	"[\xe2\x80\xa6]"	/* stands for missing parts */

/*
 * Append the text of all pieces as UTF-8.  Pieces are in ascending order
 * of seq, each at most once.  Neighbours are put together before they are
 * decoded, since some senders tear characters apart.  Each run of missing
 * ones becomes one SEGMENT_GAP.
 *
 * ERR_OK; ERR_BAD_SYNTAX: out of order or beyond total; ERR_BAD_CONTENT:
 * a piece is binary; ERR_TOO_BIG: out is full.
 */
enum err segment_join(const struct segment_piece *pieces, size_t n,
    unsigned total, struct buf *out);

#endif
