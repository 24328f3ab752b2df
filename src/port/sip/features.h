/* features.h - which devices a caller's preferences allow (RFC 3840, 3841). */

#ifndef PORT_SIP_FEATURES_H
#define PORT_SIP_FEATURES_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/strv.h"

/*
 * features: the parameters of a registered Contact, joined by ";".
 * lines: the message's header lines (lines.h); Accept-Contact and
 * Reject-Contact are read, all others skipped.
 *
 * Names in any case; values are lists whose members are compared with their
 * escapes undone and in any case; an asked-for "a.b.group" also finds a
 * registered "a.b".  Without ;require a line only ranks, and we send to all
 * devices at once; without ;explicit a tag that is not stated matches.
 */
bool features_allow(struct strv features, struct strv lines);

/* Whether the tag's value has this member (absent: any value or none). */
bool features_have(struct strv features, struct strv tag, struct strv member);

/* It registered a service of OMA CPM, so it reads message/cpim. */
bool features_cpm(struct strv features);

/*
 * Add those feature tags of features to merged that it has not yet, lists
 * united.  Parameters of the one contact (expires, q, +sip.instance, reg-id
 * and other plain ones) stay out.
 */
void features_merge(struct buf *merged, struct strv features);

#endif
