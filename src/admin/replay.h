/* replay.h - answers kept for who asks the same again (Idempotency-Key). */

#ifndef ADMIN_REPLAY_H
#define ADMIN_REPLAY_H

#include <stdbool.h>

#include "admin/secret.h"
#include "base/buf.h"

enum replay {
	REPLAY_NEW,	/* go on, and call replay_keep() or replay_drop() */
	REPLAY_SAME,	/* *status and body are those of the first time */
	REPLAY_BUSY,	/* the first one is still at work */
	REPLAY_OTHER	/* another request had this key */
};

/* 24 hours, in memory; the oldest goes when there is no room.  Any thread. */
enum replay replay_find(struct strv actor, struct strv key,
    const unsigned char print[SECRET_HASH], unsigned *status,
    struct buf *body);
void replay_keep(struct strv actor, struct strv key, unsigned status,
    struct strv body);
void replay_drop(struct strv actor, struct strv key);	/* it may be tried */
void replay_reset(void);

#endif
