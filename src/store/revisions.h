/* revisions.h - the revisions of the settings that are kept. */

#ifndef STORE_REVISIONS_H
#define STORE_REVISIONS_H

#include "store/settings.h"

struct revision_row {
	int64_t id, time;	/* ms */
	int64_t parent;		/* 0: none */
	enum revision_kind kind;
	enum revision_state state;
	bool pinned;
	struct strv actor, via, comment, digest;
	struct strv changes;	/* "gateway smsc1 window 10 -> 20; ..." */
	struct strv content;	/* revision_read() only; or absent */
};

const char *revision_kind_name(enum revision_kind k);	/* "rollback" */
const char *revision_state_name(enum revision_state s);	/* "kept" */

/* The newest revisions older than before (0: all), newest first; any thread.
 * Secrets are given as (set). Texts live until fn returns. */
typedef void revision_fn(const struct revision_row *row, void *arg);
enum err revision_each(int64_t before, int64_t limit, revision_fn *fn,
    void *arg);
/* One with its content; ERR_NO_USER: it is not kept.  Any thread. */
enum err revision_read(int64_t id, revision_fn *fn, void *arg);

/*
 * The content of one, read by the writer; in the core.  done is called once
 * from the loop: ERR_OK, ERR_NO_USER (not kept, or without a content),
 * ERR_STORAGE.  renamed is what conf_edit_unrename() takes.  Both live until
 * done returns.
 */
typedef void revision_content_fn(enum err e, struct strv content,
    struct strv renamed, void *arg);
void revision_fetch(int64_t id, revision_content_fn *done, void *arg);

/* Keep it for ever, or not; audited.  done as of revision_fetch(). */
typedef void revision_done_fn(enum err e, void *arg);
void revision_pin(int64_t id, bool pinned, struct strv actor,
    revision_done_fn *done, void *arg);

/* "gateway smsc1 window 10 -> 20" after what is in b; secrets as (set). */
void revision_change_text(struct buf *b, struct strv path, struct strv was,
    struct strv will, bool secret);

#endif
