/* parts.h - long messages on their way in: sets of parts, and their ends. */

#ifndef PORT_SMS_PARTS_H
#define PORT_SMS_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "store/journal.h"
#include "wire/segment.h"

#define SMS_SETS_MAX	10000
#define SMS_SETS_SOURCE	20	/* of one link and sender */
#define SMS_SET_KEY	256

/* One part as it came; views and strings are borrowed. */
struct sms_part {
	const char *link;
	const char *src, *dst;	/* as in the PDU */
	uint8_t src_ton, dst_ton;
	enum segment_carriage kind;
	uint16_t ref;
	uint8_t total, seq;	/* checked: segment_check() */
	uint8_t coding;		/* data_coding */
	struct strv octets;	/* behind the UDH; packed text is unpacked */
};

/* What has come of one message. */
struct sms_set {
	struct list hook;	/* oldest first */
	char key[SMS_SET_KEY];	/* of its parts in the journal */
	char link[33];
	char src[66], dst[66];
	uint8_t src_ton, dst_ton;
	uint8_t total, have;
	int64_t started;	/* now_ms() */
	bool busy;		/* being accepted: takes no parts */
	struct sms_source *source;
	struct {
		uint8_t coding;
		struct buf *octets;	/* NULL: not here */
	} parts[];	/* of total */
};

enum sms_part_verdict {
	SMS_PART_KEPT,		/* write it to the journal */
	SMS_PART_LAST,		/* *set is complete */
	SMS_PART_REFUSED	/* too many sets, or this one is busy */
};

/*
 * A part that differs from one that is here starts its set anew; *restarted
 * tells, and the journal's parts of (*set)->key must be dropped first.
 */
enum sms_part_verdict sms_parts_add(const struct sms_part *p, int64_t now,
    struct sms_set **set, bool *restarted);
/* As it stands in the journal; now and then key and bytes point into s. */
void sms_set_part(const struct sms_set *s, uint8_t seq,
    struct journal_part *out);
/* The text, with marks for what is missing; seven: see dcs_parse(). */
enum err sms_set_text(const struct sms_set *s, enum dcs_alphabet seven,
    struct buf *out);
/* data_coding of the first part that is here. */
uint8_t sms_set_coding(const struct sms_set *s);
/* Take a part out again: the peer will repeat it. */
void sms_set_remove(struct sms_set *s, uint8_t seq);
void sms_set_free(struct sms_set *s);

/* The oldest set, or the one after s; NULL: no more. */
struct sms_set *sms_set_next(struct sms_set *s);

/* At start: a part that the journal has. */
void sms_parts_load(const struct journal_part *p);
void sms_parts_fini(void);

#endif
