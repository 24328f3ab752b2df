/* sticky.h - which service a user's peer last wrote by (CSI memory). */

#ifndef DIR_STICKY_H
#define DIR_STICKY_H

#include <stdint.h>

#include "base/err.h"
#include "base/strv.h"

/*
 * Server memory of the non-CPM communication service identifier, for clients
 * that echo nothing (spec/interworking.md 2): per (user, peer) the service
 * "sms;via=smsc1" and the Contribution-ID of the last message in.  Kept for
 * "policy interworking sticky-time"; bounded; written behind.
 */
enum err sticky_load(void);
void sticky_note(struct strv user, struct strv peer, struct strv service,
    struct strv contribution);
/* Absent when unknown or too old.  Lives until the next sticky_note(). */
struct strv sticky_find(struct strv user, struct strv peer);

#endif
