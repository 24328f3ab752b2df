/* drafts.h - each person's proposals of settings, kept on disk. */

#ifndef STORE_DRAFTS_H
#define STORE_DRAFTS_H

#include "conf/draft.h"

#define DRAFTS_MAX	16	/* of one person */

/* Core only.  One without a change is none: it is deleted. */
struct draft {
	int64_t id;
	char *owner;		/* as actors are named */
	char *name;
	int64_t base;		/* the revision it stands on */
	int64_t tag;		/* grows with each change; unique */
	int64_t created, changed;	/* ms */
	struct conf_edit *edit;
};

/*
 * What happens to drafts is published (op/event.h) once it is on disk, under
 * this and the hash of the owner in hex.
 */
#define DRAFT_TOPIC	"drafts:"

enum err drafts_load(void);	/* after settings_load() */
void drafts_unload(void);	/* before the sections are forgotten */

const struct draft *draft_find(struct strv owner, struct strv name);
/* In order of name; owner absent: everybody's.  NULL: past the last. */
const struct draft *draft_at(struct strv owner, size_t i);

/*
 * The draft has this edit now, which is taken over, on the revision in
 * force; without a change in it, it is deleted.  Audited with what this step
 * changes.  done is called exactly once, from the loop and never inside
 * this call:
 *	ERR_OK		on disk
 *	ERR_TOO_BIG	this person has DRAFTS_MAX others
 *	ERR_STORAGE	nothing was changed
 * It is seen by draft_find() at once; after ERR_STORAGE no more.
 */
typedef void draft_done_fn(enum err e, void *arg);
void draft_put(struct strv owner, struct strv name, struct conf_edit *edit,
    struct strv actor, draft_done_fn *done, void *arg);
/* It was committed: the commit's transaction deleted it on disk. */
void draft_committed(int64_t id);

#endif
