/* out.h - a leg as parts of a short message, while it is ours. */

#ifndef PORT_SMS_OUT_H
#define PORT_SMS_OUT_H

#include "port/sms/link.h"
#include "wire/segment.h"

enum sms_part_state { PART_TODO, PART_SENT, PART_TAKEN, PART_LOST };

/* A leg while it is ours. */
struct sms_out {
	struct list hook;	/* link's queue while parts are PART_TODO */
	struct sms_link *link;
	struct leg *leg;
	struct buf text;	/* UTF-8 */
	struct smpp_addr src, dst;
	struct segment_opt opt;
	struct segments segments;
	uint8_t state[SEGMENT_MAX];	/* enum sms_part_state */
	unsigned todo, sent, taken, lost;
	uint64_t last_bind;	/* that the last part went out by */
	uint32_t last_seq;
	bool validity, other_concat, other_source;	/* not yet tried */
	char ref[RECEIPT_ID_SIZE];	/* the last part's id */
	char (*refs)[RECEIPT_ID_SIZE];	/* each part's id; or NULL */
	enum err refused;	/* before anything was sent */
};

struct sms_out *sms_out_new(struct sms_link *k, struct leg *l);
void sms_out_free(struct sms_out *o);
/*
 * Text, alphabet, addresses, parts.  ERR_OK, or why it can never go out by
 * this link.
 */
enum err sms_out_prepare(struct sms_out *o);
/* Cut the text as o->opt says; all parts are PART_TODO.  As above. */
enum err sms_out_cut(struct sms_out *o);
/* Send one part (from 0); errors as sms_bind_send(). */
enum err sms_out_send(struct sms_out *o, unsigned part);
/* registered_delivery of the last part, or of another. */
uint8_t sms_out_registered(const struct sms_out *o, bool last);

#endif
