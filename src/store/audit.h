/* audit.h - who changed what, in the same transaction as the change. */

#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/db.h"

/*
 * Inside the run() of a write to DB_CONFIG.  action is the operation's
 * command, object what it was done to; detail has no secrets.  A failure
 * is the db's: the batch is rolled back.
 */
enum err audit_put(struct db *db, struct strv actor, struct strv action,
    struct strv object, struct strv detail);

struct audit_row {
	int64_t id, time;	/* ms */
	struct strv actor, action, object, detail;
};

/*
 * The newest rows older than id before (0: all), newest first; any thread.
 * Texts live until fn returns.
 */
typedef void audit_fn(const struct audit_row *row, void *arg);
enum err audit_each(int64_t before, int64_t limit, audit_fn *fn, void *arg);

#endif
