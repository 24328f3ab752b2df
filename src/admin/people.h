/* people.h - administrators and their tokens, as the API knows them. */

#ifndef ADMIN_PEOPLE_H
#define ADMIN_PEOPLE_H

#include "op/role.h"
#include "store/admins.h"

/*
 * All are in memory; what is said to be in the core is only there, the rest
 * may be called in any thread.  Results are copies.
 */
enum err people_load(void);		/* at start */
void people_unload(void);

bool people_any(void);			/* somebody can log in: set up */
bool people_by_name(struct strv name, struct admin *out);
bool people_by_id(int64_t id, struct admin *out);
bool people_by_unix(const char *user, struct admin *out);
/* In order of name; fn is called under a lock and calls nothing here. */
void people_each(admin_fn *fn, void *arg);

/*
 * Make a change durable and then known; in the core.  done comes from the
 * loop: ERR_OK; ERR_BUSY: the name or unix user is taken, or (first) there
 * is somebody already; ERR_FORBIDDEN: nobody would be left who may manage
 * administrators; ERR_NO_USER: gone, or no such code; ERR_STORAGE.
 */
struct people_change {
	struct admin a;			/* as it shall be; id 0: a new one */
	unsigned fields;		/* enum admin_field; of one that is */
	bool first;			/* only if there is none yet */
	bool remove;
	const unsigned char (*recovery)[ADMIN_KEY];	/* new codes, or NULL */
	size_t n_recovery;
	const unsigned char *used;	/* a code that must be there, or NULL */
	struct strv actor, action, detail;	/* for the audit; copied */
};
typedef void people_done_fn(enum err e, const struct admin *a, void *arg);
void people_save(const struct people_change *c, people_done_fn *done,
    void *arg);

#endif
