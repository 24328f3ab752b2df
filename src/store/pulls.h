/* pulls.h - devices that asked for what they were only notified of, on disk. */

#ifndef STORE_PULLS_H
#define STORE_PULLS_H

#include "store/db.h"

/* In run() of a write to DB_STORE; ERR_STORAGE when it fails. */
enum err pull_put(struct db *db, struct strv user, struct strv device,
    int64_t at);

/* As pull_put(): those before then (ms) are deleted. */
enum err pulls_prune(struct db *db, int64_t before);

/* At start, in this thread: those since then (ms), the oldest first; the
 * others are deleted. */
typedef void pull_fn(struct strv user, struct strv device, int64_t at);
enum err pulls_each(int64_t since, pull_fn *fn);

#endif
