/* bind.h - what bind.c and peer.c share: one session, both its sides. */

#ifndef PORT_SMS_BIND_H
#define PORT_SMS_BIND_H

#include "port/sms/link.h"

/* bind.c: times were set anew. */
void sms_bind_settings(struct sms_bind *b);
/* bind.c: the service centre accepted the bind; the unbind is done. */
void sms_bind_bound(struct sms_bind *b);
void sms_bind_gone(struct sms_bind *b);

/*
 * peer.c: one PDU as it was framed.  Any of them may close the session: then
 * b->id is another one.
 */
void sms_peer_pdu(struct sms_bind *b, struct strv bytes);
/*
 * Octets that are no PDU: generic_nack with why, then the session is closed,
 * for what follows cannot be trusted.  An unknown command alone is only
 * refused.
 */
void sms_peer_malformed(struct sms_bind *b, uint32_t seq, uint32_t fault);

#endif
