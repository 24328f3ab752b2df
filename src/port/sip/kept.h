/* kept.h - what of a MESSAGE travels on beside its content. */

#ifndef PORT_SIP_KEPT_H
#define PORT_SIP_KEPT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/strv.h"

#include <sofia-sip/sip.h>

/*
 * Append the header lines that the recipient's devices get again, parameters
 * byte for byte: Accept-Contact, Reject-Contact, Privacy, Priority, the
 * description of the content.  peer: Route values after ours are kept too.
 * Lines that do not fit lines->limit are left out.
 */
void kept_headers(const sip_t *sip, bool peer, struct buf *lines);

/*
 * The non-CPM service a client answers by, or none (spec/interworking.md 2):
 * the header, the parameter of the Request-URI uri, the tag in
 * Accept-Contact, in this order.
 */
void kept_service(const sip_t *sip, struct strv uri, struct buf *service);

#endif
