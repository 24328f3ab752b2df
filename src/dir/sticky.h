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
 * "policy sticky time"; the newest STICKY_MAX; written behind, so a crash
 * forgets the last second.
 */
#define STICKY_MAX	100000

void sticky_register(void);	/* the settings "policy sticky" */
enum err sticky_load(void);	/* forgets what was in memory */
void sticky_stop(void);		/* before the writer stops: write all */
void sticky_note(struct strv user, struct strv peer, struct strv service,
    struct strv contribution);
/* Absent when unknown or too old.  Lives until the next sticky_note(). */
struct strv sticky_find(struct strv user, struct strv peer);
/* The Contribution-ID of that message, the same way. */
struct strv sticky_contribution(struct strv user, struct strv peer);

#endif
