/* settings.h - the settings on disk: load, commit as revisions, undo. */

#ifndef STORE_SETTINGS_H
#define STORE_SETTINGS_H

#include "conf/conf.h"
#include "store/db.h"

#define REVISIONS_KEPT	200	/* older ones go, unless they are pinned */

enum revision_kind {
	REVISION_COMMIT, REVISION_ROLLBACK, REVISION_UNDO, REVISION_RESCUE
};

enum revision_state {
	REVISION_KEPT,
	REVISION_PENDING,	/* undone unless somebody keeps it */
	REVISION_UNDONE,
	REVISION_FAILED		/* the daemon did not start with it */
};

/*
 * At start, after db_open_all(), conf_seal_open() and all conf_register():
 * load what is stored, then every section's apply().  In the core.
 */
enum err settings_load(void);
void settings_unload(void);	/* forget what it keeps; after the last use */

/*
 * Before settings_load() of a start proper, and before writer_start(): a
 * revision that nobody kept is undone, and after STARTS_FAILED starts in a
 * row that did not become ready, each within STARTS_MS of the first, the
 * last kept revision comes back.
 */
#define STARTS_FAILED	3
#define STARTS_MS	60000
void settings_guard(void);
void settings_started(void);	/* it became ready */

/* The newest revision; 0: nothing was ever set.  Core only. */
int64_t settings_revision(void);
/* Why an older revision is in force than was asked for; NULL: it is not. */
const char *settings_rescue(void);

/* The revision that last changed a path, as long as it is kept; 0: none.
 * *actor lives until the next commit.  Core only. */
int64_t settings_author(struct strv path, struct strv *actor);

struct settings_commit {
	struct strv actor, comment;
	struct strv via;	/* "socket", "https": how they came */
	enum revision_kind kind;
	int64_t until;		/* ms: undone then unless kept; 0: final */
	int64_t draft;		/* id of a draft that goes with it; 0: none */
};

/*
 * Make an edit durable (settings, revision, audit in one transaction) and
 * then apply it.  The edit is taken over in every case.
 *
 * done is called exactly once, from the loop and never inside this call:
 *	ERR_OK		on disk and in force as revision; an edit without
 *			a change makes no revision and says the newest
 *	ERR_BUSY	another edit was on its way to the disk, or a revision
 *			waits to be kept; try again
 *	ERR_STORAGE	nothing was changed
 */
typedef void settings_saved_fn(enum err e, int64_t revision, void *arg);
void settings_commit(struct conf_edit *edit, const struct settings_commit *how,
    settings_saved_fn *done, void *arg);
void settings_save(struct conf_edit *edit, struct strv actor,
    struct strv comment, settings_saved_fn *done, void *arg);

/*
 * What lives by the name of an instance of a section and is no setting
 * itself: it follows a rename, also one that is undone or rolled back.  run
 * is called in the writer, in the transaction of the commit, and for changes
 * that nobody sees when it fails; moved in the core after the commit, before
 * any apply().  Either may be NULL.  The whole list of the commit at once,
 * whatever the section, since two may have changed their names with each
 * other.  Not called for what is taken back before the daemon was ready:
 * moved.  Borrowed for ever.
 */
struct settings_rename {
	struct settings_rename *next;
	struct strv section, from, to;
};
struct settings_follower {
	enum err (*run)(struct db *db, const struct settings_rename *r);
	void (*moved)(const struct settings_rename *r);
};
void settings_follow(const struct settings_follower *f);
/*
 * The renames of the newest revision, in the core: for what is kept in
 * another database and is perhaps only half done.  r lives until fn returns.
 */
void settings_renamed(void (*fn)(const struct settings_rename *r));

/* The revision that waits to be kept; NULL: none.  Core only. */
struct settings_pending {
	int64_t revision;
	int64_t until;		/* ms */
	int64_t since;		/* now_mono() when it was in force */
	char *actor;
	struct buf back;	/* the content before it */
	struct buf renamed;	/* by it: settings_renames_text() */
};
const struct settings_pending *settings_pending(void);
/* done as above; ERR_BUSY also when nothing waits. */
void settings_keep(struct strv actor, struct strv via,
    settings_saved_fn *done, void *arg);
/* The content before it again, as a new revision; comment says why. */
void settings_undo(const struct settings_commit *how,
    settings_saved_fn *done, void *arg);

#endif
