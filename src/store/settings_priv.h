/* settings_priv.h - what the files about settings share. */

#ifndef STORE_SETTINGS_PRIV_H
#define STORE_SETTINGS_PRIV_H

#include "base/arena.h"
#include "store/settings.h"
#include "store/writer.h"

struct change {
	struct change *next;
	struct strv path, was, will;	/* absent: not set */
	bool secret;
};

struct save {
	struct write write;	/* first: run() and done() get it back */
	struct conf_edit *edit;	/* NULL: a pending revision is kept */
	struct arena arena;
	struct settings_commit how;
	struct strv name;	/* of its actor */
	struct change *changes, **end;
	struct settings_rename *renames, **renames_end;
	struct buf content, back;	/* after it and before: the writer's */
	int64_t revision;
	int64_t of;		/* taken back by this one; 0: none */
	enum revision_state of_state;
	enum err err;
	settings_saved_fn *done;
	void *arg;
};

/* settings_rename.c: of the edit, into save->renames. */
void renames_collect(struct save *s);
/* "SECTION FROM TO" lines. */
void renames_text(const struct settings_rename *r, struct buf *out);
/* run() and moved() of all that follow. */
enum err renames_run(struct db *db, const struct settings_rename *r);
void renames_moved(const struct settings_rename *r);
/* What was renamed after a revision, the oldest first; any thread. */
enum err renames_after(struct db *db, int64_t revision, struct buf *out);

/* settings_write.c: run() of a commit or an undo, of a keep, and of a commit
 * that changes nothing, so that only its draft goes. */
enum err save_run(struct write *w, struct db *db);
enum err keep_run(struct write *w, struct db *db);
enum err draft_run(struct write *w, struct db *db);
/* What a reference stands for. */
enum err secret_put(struct db *db, struct strv sealed);

/*
 * settings_fill.c: after the values were read.  The newest revision of a
 * program that kept no contents gets its own, so that one can come back to
 * it.
 */
enum err content_fill(int64_t newest);

/*
 * Before conf_load_done() and writer_start(): the edit is written in this
 * thread and is in force without any apply().  of: the revision it takes
 * back, which gets this state; 0: none.  Takes the edit over.
 */
enum err settings_force(struct conf_edit *edit,
    const struct settings_commit *how, int64_t of, enum revision_state state);

/* The window of what waits is over: it is undone, again and again. */
void pending_expire(void);

/* starts.c: after the values were read. */
enum err starts_check(void);

#endif
