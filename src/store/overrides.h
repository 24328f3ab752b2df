/* overrides.h - what operators set at run time, on disk. */

#ifndef STORE_OVERRIDES_H
#define STORE_OVERRIDES_H

#include "store/settings.h"

/* Numbers are stored. */
enum override_kind {
	OVERRIDE_LINK,		/* of a gateway: enum override_link */
	OVERRIDE_RATE,		/* of a gateway: messages/s, 1.. */
	OVERRIDE_HOLD,		/* of a queue, by its hop; no value */
	OVERRIDE_KINDS
};
enum override_link { LINK_FREE, LINK_DRAIN, LINK_DISABLE };

struct override_row {
	enum override_kind kind;
	int64_t value;
	int64_t since, until;	/* ms; until 0: until it is lifted */
	struct strv name, who, reason;
};

/*
 * In run() of a write to DB_CONFIG.  One replaces that of its kind and name;
 * a drop is of all kinds whose bits are set, and with until only of what ends
 * then.
 */
enum err override_put(struct db *db, const struct override_row *r);
enum err override_drop(struct db *db, unsigned kinds, struct strv name,
    int64_t until);

/*
 * In run() of a commit: what there is of the renamed instances of a section
 * has their new names, and takes the place of what was left under those.
 */
enum err overrides_rename(struct db *db, const struct settings_rename *r,
    struct strv section);

/* At start, in this thread. */
typedef void override_row_fn(const struct override_row *r);
enum err overrides_read(override_row_fn *fn);

#endif
