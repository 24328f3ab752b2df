/* screens.h - rules and wishes of screening on disk. */

#ifndef STORE_SCREENS_H
#define STORE_SCREENS_H

#include <stdbool.h>

#include "store/db.h"

/* One rule; subscriber 0: the site's.  effect: enum screen_effect. */
struct screen_row {
	int64_t id;
	uint64_t subscriber;
	struct strv address;	/* of the subscriber, as a key; or absent */
	struct strv pattern;
	int effect;
};

/*
 * Any thread; in the order of ids above after, until fn returns false.
 * Texts live until fn returns.
 */
typedef bool screen_row_fn(const struct screen_row *r, void *arg);
enum err screens_each_rule(int64_t after, screen_row_fn *fn, void *arg);

/* Those of one subscriber, in the order of patterns. */
enum err screens_of(uint64_t subscriber, screen_row_fn *fn, void *arg);

/* pattern is the times of quiet, effect what anonymous senders get. */
enum err screens_each_wish(screen_row_fn *fn, void *arg);

/*
 * In run() of a write to DB_CONFIG.  A rule replaces the one with its
 * pattern.  ERR_STORAGE: also when there is no such subscriber, which the
 * caller has checked.
 */
enum err screen_rule_put(struct db *db, uint64_t subscriber,
    struct strv pattern, int effect);
enum err screen_rule_delete(struct db *db, uint64_t subscriber,
    struct strv pattern);
enum err screen_wish_put(struct db *db, uint64_t subscriber,
    struct strv quiet, int anonymous);

#endif
