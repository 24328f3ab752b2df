/* site.h - what is home here: the settings "site", and keys by them. */

#ifndef DIR_SITE_H
#define DIR_SITE_H

#include "base/arena.h"
#include "core/addr.h"

#define SITE_ALIASES	16

/* A copy of the settings; another thread may have one of its own. */
struct site {
	struct arena arena;
	struct addr_rules rules;
	struct strv aliases[SITE_ALIASES];
	size_t naliases;
};

/* The settings in force; core only, until they change. */
const struct site *site_now(void);
void site_copy(struct site *to, const struct site *from);
void site_snapshot(struct site *to);	/* of those in force; any thread */
void site_deinit(struct site *s);

/* dir_key() and dir_is_home() under s. */
enum err site_key(const struct site *s, struct strv address,
    struct buf *key);
bool site_is_home(const struct site *s, struct strv host);

void site_register(void);

#endif
