/* registrations.h - where users are, on disk; and what peers write by. */

#ifndef STORE_REGISTRATIONS_H
#define STORE_REGISTRATIONS_H

#include "store/db.h"

struct registration_row {
	uint64_t id;
	uint64_t subscriber;
	struct strv contact, instance, path, source, features, agent, call_id;
	uint32_t cseq, reg_id;
	uint16_t q;
	int64_t expires, seen;		/* ms */
};

/* At start: all of them.  The texts live until fn returns. */
typedef void registration_fn(const struct registration_row *r, void *arg);
enum err registrations_each(registration_fn *fn, void *arg);

/* In run() of a write to DB_STORE; put replaces the row of its id. */
enum err registration_put(struct db *db, const struct registration_row *r);
enum err registration_delete(struct db *db, uint64_t id);

struct sticky_row {
	struct strv user, peer, service, contribution;
	int64_t at;			/* ms */
};

/* The newest limit of those noted since a time, oldest first. */
typedef void sticky_fn(const struct sticky_row *r, void *arg);
enum err stickies_each(int64_t since, size_t limit, sticky_fn *fn, void *arg);
enum err sticky_put(struct db *db, const struct sticky_row *r);
enum err stickies_expire(struct db *db, int64_t before);

#endif
