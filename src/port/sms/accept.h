/* accept.h - messages in on their way to the flow, and its answer back. */

#ifndef PORT_SMS_ACCEPT_H
#define PORT_SMS_ACCEPT_H

#include "port/sms/link.h"
#include "port/sms/parts.h"

#define SMS_LONG_TEXT	131072	/* bytes of UTF-8 of a message in */

struct message;

/* One that waits for the store. */
struct sms_waiting {
	uint64_t bind;		/* 0: nobody waits for an answer */
	uint32_t command, seq;
	char gateway[33];
	struct message *message;	/* NULL: a part */
	struct sms_set *set;	/* NULL: a message in one piece */
	uint8_t last;		/* the part that completed set; 0: late */
	bool nack_unknown;
};

/* A message as it came from that gateway; one reference. */
struct message *sms_accept_make(const struct sms_link *k, struct strv from,
    struct strv to, const struct dcs *dcs, struct strv text, uint32_t seq);
/*
 * What p, which brought m or its last part, asks of who gets it: a delivery
 * or a user acknowledgement, if the gateway has them on.
 */
void sms_accept_asked(struct message *m, const struct sms_link *k,
    const struct smpp_pdu *p);
/* Its user_message_reference, by m->imdn_id; false: it had none. */
bool sms_accept_ref(struct strv imdn_id, uint16_t *ref);
/* Offer m to the flow; the peer is answered, and w freed, when it has
 * decided.  Both are taken over. */
void sms_accept(struct sms_waiting *w, struct message *m);
/* Count a message in by what became of it. */
void sms_accept_count(struct sms_link *k, enum err e);

#endif
