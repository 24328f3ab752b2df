/* profiles.h - what subscribers want their devices to get, on disk. */

#ifndef STORE_PROFILES_H
#define STORE_PROFILES_H

#include <stdbool.h>

#include "store/db.h"

struct profile_row {
	uint64_t subscriber;
	struct strv name;
	bool active;
	struct strv rules;	/* a line each */
	struct strv copies;	/* empty: as the site has it */
};

/* Any thread; by subscriber and name.  Texts live until fn returns. */
typedef void profile_row_fn(const struct profile_row *r, void *arg);
enum err profiles_each(profile_row_fn *fn, void *arg);

/*
 * In run() of a write to DB_CONFIG.  An active one makes the others of its
 * subscriber inactive.  ERR_STORAGE: also when there is no such subscriber,
 * which the caller has checked.
 */
enum err profile_put(struct db *db, const struct profile_row *r);
enum err profile_delete(struct db *db, uint64_t subscriber,
    struct strv name);

#endif
