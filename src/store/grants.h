/* grants.h - who may read messages for a while: personal, and they expire. */

#ifndef STORE_GRANTS_H
#define STORE_GRANTS_H

#include "store/db.h"

struct grant {
	int64_t admin;			/* id */
	struct strv name;		/* his, when read */
	struct strv actor, reason;	/* who granted it, and why */
	int64_t since, until;		/* ms */
};

/*
 * In run() of a write to DB_CONFIG.  A new one takes the place of his older
 * one.  ERR_FORBIDDEN: granter (an id, 0: none of the administrators) would
 * grant it to himself, and there is somebody else who could.
 */
enum err grant_put(struct db *db, const struct grant *g, int64_t granter);
/* ERR_NO_USER: he has none. */
enum err grant_delete(struct db *db, int64_t admin);
/* ERR_FORBIDDEN: none that is good now (ms). */
enum err grant_check(struct db *db, int64_t admin, int64_t now);

/* Any thread that has a reader; also those that have expired. */
typedef void grant_fn(const struct grant *g, void *arg);
enum err grants_each(grant_fn *fn, void *arg);

#endif
