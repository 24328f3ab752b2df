/* parts.h - long messages: taking apart and joining (23.040 9.2.3.24). */

#ifndef SIM_PARTS_H
#define SIM_PARTS_H

#include <stdbool.h>

#include "alphabet.h"
#include "pdu.h"

enum part_kind { PART_SINGLE, PART_UDH8, PART_UDH16, PART_SAR, PART_PAYLOAD };

struct part {
	enum part_kind kind;
	uint16_t ref;
	uint8_t total, seq;	/* 1 of 1 for SINGLE and PAYLOAD */
	struct strv udh;	/* with its length octet, or absent */
	struct strv text;	/* user data behind the header */
};

const char *part_kind_name(enum part_kind kind);
bool part_kind_of(const char *name, enum part_kind *to);

/* What a PDU carries.  False if its user data header lies. */
bool part_of(const struct sm *sm, struct part *to);

/* A message with all its parts. */
struct whole {
	const char *src, *dst;
	int parts;
	enum part_kind kind;
	uint8_t dcs;
	struct strv octets;	/* one septet per octet when GSM */
	enum alphabet alphabet;	/* never GSM7_PACKED */
};
typedef void whole_fn(const struct whole *w, void *arg);

/*
 * Parts that wait for the rest, by addresses, kind, reference and total.
 * A part that comes twice replaces the earlier one.  Sets older than five
 * minutes are forgotten.  Zeroed is empty.
 */
struct joiner {
	struct part_set *sets;
};

/* done is called from inside, at most once, when the message is complete. */
void joiner_add(struct joiner *j, const struct sm *sm, const struct part *p,
	enum alphabet zero, whole_fn *done, void *arg);
void joiner_free(struct joiner *j);

/*
 * How many octets of rest the next part takes: at most max, no character
 * split.  part_room is the space of one part of a long message, in octets
 * as they stand in short_message (septets count one each).
 */
size_t part_take(enum alphabet a, struct strv rest, size_t max);
size_t part_room(enum alphabet a, enum part_kind kind, size_t n);

#endif
