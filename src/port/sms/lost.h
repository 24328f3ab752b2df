/* lost.h - messages whose answer was lost: nobody knows if they went out. */

#ifndef PORT_SMS_LOST_H
#define PORT_SMS_LOST_H

#include "port/sms/link.h"

/*
 * Such a message is not sent again, since it may have gone out.  It counts
 * as sent under a name of ours (ref).  If the answer comes after all, its
 * message id stands for that name; if none comes until the message expires,
 * it is reported as failed.  In memory, bounded: the oldest gives way.
 */
#define SMS_LOST_MAX	10000

/* bind 0: its connection is closed, no answer can come.  until: now_ms(). */
void sms_lost_add(struct sms_link *k, uint64_t bind, uint32_t seq,
    struct strv ref, int64_t until);
/* A late answer; false: not to one of these. */
bool sms_lost_answered(struct sms_bind *b, const struct smpp_pdu *p);
/* Our name for the message that the gateway calls id; absent: none. */
struct strv sms_lost_ref(const struct sms_link *k, const char *id);

void sms_lost_tick(void);	/* once a second */
void sms_lost_fini(void);

#endif
