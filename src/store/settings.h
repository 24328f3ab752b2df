/* settings.h - the settings on disk: load, save as revisions. */

#ifndef STORE_SETTINGS_H
#define STORE_SETTINGS_H

#include "conf/conf.h"

/*
 * At start, after db_open_all(), conf_seal_open() and all conf_register():
 * load what is stored, then every section's apply().  In the core.
 */
enum err settings_load(void);

/* The newest revision; 0: nothing was ever set.  Core only. */
int64_t settings_revision(void);

/*
 * Make an edit durable (settings, revision, audit in one transaction) and
 * then apply it.  The edit is taken over in every case.
 *
 * done is called exactly once, from the loop and never inside this call:
 *	ERR_OK		on disk and in force as revision; an edit without
 *			a change makes no revision and says the newest
 *	ERR_BUSY	another edit was on its way to the disk; try again
 *	ERR_STORAGE	nothing was changed
 */
typedef void settings_saved_fn(enum err e, int64_t revision, void *arg);
void settings_save(struct conf_edit *edit, struct strv actor,
    struct strv comment, settings_saved_fn *done, void *arg);

struct revision_row {
	int64_t id, time;	/* ms */
	struct strv actor, comment;
	struct strv changes;	/* "gateway smsc1 window 10 -> 20; ..." */
};

/* The newest revisions older than before (0: all), newest first; any thread.
 * Secrets are given as (set). Texts live until fn returns. */
typedef void revision_fn(const struct revision_row *row, void *arg);
enum err revision_each(int64_t before, int64_t limit, revision_fn *fn,
    void *arg);

#endif
