/* recent.h - the names of the newest messages, in memory, for searches. */

#ifndef STORE_RECENT_H
#define STORE_RECENT_H

#include "core/leg.h"
#include "core/message.h"

/*
 * An index on each name that a message has would cost a sixth of all time;
 * here it costs some hashes.  What was written since the start is known,
 * back to about the 131,072nd record; older messages are the disk's.
 *
 * In the writer's thread, when it writes them; that a commit fails later does
 * no harm, as what is found is only a hint.
 */
void recent_message(const struct message *m);
/* What the leg is called beside its message; nothing new is nothing noted. */
void recent_leg(const struct message *m, const struct leg *l);
void recent_name(uint64_t message, struct strv name, struct strv key);

#define RECENT_MAX	64
/*
 * Messages below before that may have text as a name, key as an address or
 * other as an SMSC's id (each may be absent): at most RECENT_MAX, the newest
 * first; to be looked at on disk.  Any thread.  *from: all that is not below
 * it was looked at; UINT64_MAX: nothing was.
 */
size_t recent_find(struct strv text, struct strv key, struct strv other,
    uint64_t before, uint64_t ids[RECENT_MAX], uint64_t *from);

void recent_reset(void);	/* when the databases are opened */

#endif
