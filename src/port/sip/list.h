/* list.h - a MESSAGE with the list of its recipients (RFC 5365). */

#ifndef PORT_SIP_LIST_H
#define PORT_SIP_LIST_H

#include "port/sip/sip_priv.h"

/* It requires recipient-list-message, or is for the exploder (a key). */
bool list_is(const struct request *r, struct strv to);

/*
 * Check the list in a body, which stays whole: to becomes the exploder's key,
 * part what the recipients shall get, n how many they are.  false: answered.
 */
bool list_read(struct request *r, const struct sipbody_in *body,
    struct arena *a, struct buf *to, struct sipbody_in *part,
    uint32_t *n);

#endif
