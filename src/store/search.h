/* search.h - messages by any of the names they have. */

#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "store/db.h"

/*
 * text is an id: of ours, the Message-ID of IMDN, the name the message came
 * in by (Call-ID), its Conversation-ID or Contribution-ID, or the name the
 * next hop gave it (an SMSC's id, in decimal or in hex).  key, if any, is an
 * address: of the sender, of a recipient, or of a leg.
 *
 * Looks from the newest message back, or from before on (0: the newest), for
 * about budget_ms; not much further than where text was the Message-ID, the
 * Call-ID or the next hop's id.  In a thread that may read.
 */
struct search {
	struct strv text, key;
	uint64_t before;
	int64_t budget_ms;
};
/* by: "Message-ID"; until it returns false. */
typedef bool search_fn(uint64_t message, const char *by, void *arg);
/*
 * Only what is found at once: by our own id, or among the messages whose
 * names are in memory.  *rest: older ones are on disk, go on with this
 * before; 0: that was all, or fn has enough.  *own: one had text as its
 * Message-ID, Call-ID or next hop's id, so that there is little to go on for.
 */
enum err search_recent(const struct search *s, search_fn *fn, void *arg,
    uint64_t *rest, bool *own);
/* The whole.  *stopped: nothing older was looked at, ask on from here; 0: all of it. */
enum err search_messages(const struct search *s, search_fn *fn, void *arg,
    uint64_t *stopped);

#endif
