/* devices.h - the devices that subscribers are known to have, on disk. */

#ifndef STORE_DEVICES_H
#define STORE_DEVICES_H

#include "store/db.h"

struct device_row {
	uint64_t subscriber;
	struct strv instance, name, agent;
	bool primary, blocked;
	int64_t added, seen;	/* ms */
};

/* Any thread; by subscriber, then in the order in which they were added.
 * The texts live until fn returns. */
typedef void device_fn(const struct device_row *r, void *arg);
enum err devices_each(device_fn *fn, void *arg);

/*
 * In run() of a write to DB_CONFIG.  device_see() writes a new row, or of one
 * that is there only when and as what it was seen; of a subscriber that is
 * gone nothing.  device_put() writes all; a primary one makes the others of
 * its subscriber secondary.
 */
enum err device_see(struct db *db, const struct device_row *r);
enum err device_put(struct db *db, const struct device_row *r);
enum err device_delete(struct db *db, uint64_t subscriber,
    struct strv instance);

#endif
