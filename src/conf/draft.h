/* draft.h - edits that live on while others commit. */

#ifndef CONF_DRAFT_H
#define CONF_DRAFT_H

#include "conf/conf.h"

/*
 * A draft is a struct conf_edit: what was in force when it began, and what it
 * proposes.  It is never overwritten by what others commit: the two are put
 * together path by path, and where both changed the same path, that is a
 * conflict until somebody chooses.  Core only.
 */
struct conf_edit *conf_edit_copy(const struct conf_edit *e);
/* From what one proposes (NULL: from what is in force) to what another does;
 * only to look at. */
struct conf_edit *conf_edit_step(const struct conf_edit *from,
    const struct conf_edit *to);
/*
 * The same changes on top of what is in force now.  A path in conflict keeps
 * the value that was in force when the draft changed it.
 */
struct conf_edit *conf_edit_rebase(const struct conf_edit *e);

/* A path that both changed; texts as others may see them, NULL: unset. */
struct conf_conflict {
	const char *path;
	const char *base, *mine, *theirs;
	bool secret;
};
typedef void conf_conflict_fn(const struct conf_conflict *c, void *arg);
/* How many there are; fn may be NULL. */
size_t conf_edit_conflicts(const struct conf_edit *e, conf_conflict_fn *fn,
    void *arg);
/* Of a rebased edit: mine, or what is in force.  ERR_NO_USER: no conflict. */
enum err conf_edit_choose(struct conf_edit *e, struct strv path, bool mine,
    struct buf *why);
/* Forget the changes below a path.  ERR_NO_USER: there are none. */
enum err conf_edit_discard(struct conf_edit *e, struct strv path);
size_t conf_edit_size(const struct conf_edit *e);	/* paths changed */

/*
 * To keep a draft on disk: its changes, as stored (secrets sealed).  whole:
 * the path names an instance, and comes before its values: it is deleted, or
 * was is there and the name it is renamed from.
 */
typedef void conf_op_fn(const char *path, const char *was, const char *will,
    bool whole, void *arg);
void conf_edit_ops(const struct conf_edit *e, conf_op_fn *fn, void *arg);
/* Onto conf_edit_new(), in the same order.  An unknown path is left out. */
void conf_edit_restore(struct conf_edit *e, const char *path,
    const char *was, const char *will, bool whole);

/*
 * All given values as "set PATH VALUE" lines in their canonical order,
 * secrets as references: what a revision keeps, and what an export is.
 * e NULL: those in force.
 */
void conf_content(const struct conf_edit *e, struct buf *out);
/* The same of what was in force when the edit began.  Both of an edit that
 * nobody changes meanwhile may be read in any thread. */
void conf_content_before(const struct conf_edit *e, struct buf *out);
/*
 * Propose what such a text has below a path (empty: everything), and nothing
 * else there.  left_out gets a line for each path that cannot be set any
 * more; with NULL the first of them fails the whole with ERR_BAD_SYNTAX, and
 * why says which.
 */
enum err conf_edit_take(struct conf_edit *e, struct strv content,
    struct strv path, struct buf *left_out, struct buf *why);
/* Between two such texts; only to look at.  Any thread. */
struct conf_edit *conf_edit_between(struct strv was, struct strv will);
/* Propose nothing: every path is deleted. */
void conf_edit_clear(struct conf_edit *e);
/* Put it in force without any apply(); before conf_load_done(). */
void conf_edit_install(struct conf_edit *e);

/* conf_each() of what is proposed; e NULL: of what is in force. */
void conf_each_of(struct conf_edit *e, bool all, conf_entry_fn *fn,
    void *arg);

/* In the core: fn sees what is proposed as if it were in force. */
void conf_edit_under(struct conf_edit *e, void (*fn)(void *arg), void *arg);

/*
 * What lives by the name of an instance follows when it is renamed (see
 * settings_follow()).  Each rename of the edit, all at once: two may have
 * changed their names with each other.
 */
typedef void conf_rename_fn(const char *section, const char *from,
    const char *to, void *arg);
void conf_edit_renames(const struct conf_edit *e, conf_rename_fn *fn,
    void *arg);
/*
 * The edit brings an older content back.  renamed: what was renamed since,
 * "SECTION FROM TO" lines, the oldest first, an empty line between one
 * revision and the next; it is renamed back.
 */
void conf_edit_unrename(struct conf_edit *e, struct strv renamed);

/* --- what an edit means --------------------------------------------------- */

struct conf_change {
	const struct conf_section *section;
	const char *name;		/* "" in sections without names */
	const struct conf_row *row;
	const char *was, *will;		/* shown texts; NULL: unset */
};
typedef void conf_each_change_fn(const struct conf_change *c, void *arg);
void conf_edit_each(const struct conf_edit *e, conf_each_change_fn *fn,
    void *arg);

/* "gateway smsc1: window 10 -> 20, password changed", one per instance. */
void conf_edit_sentences(const struct conf_edit *e, struct buf *out);
/* The same as a text diff, and as lines that bring it about. */
void conf_edit_compare(const struct conf_edit *e, struct buf *out);
void conf_edit_lines(const struct conf_edit *e, struct buf *out);

/* What a commit does to one instance: from the impact of its rows. */
struct conf_step {
	const struct conf_section *section;
	const char *name;
	enum conf_impact impact;	/* the worst of its changes */
	bool made, gone;
	const char *says;		/* "reconnects gateway smsc1" */
};
typedef void conf_step_fn(const struct conf_step *s, void *arg);
/* In order; returns the worst impact. */
enum conf_impact conf_edit_plan(const struct conf_edit *e, conf_step_fn *fn,
    void *arg);
const char *conf_impact_name(enum conf_impact i);	/* "relink" */

/*
 * What can be tried without doing it: can the address be bound, can the
 * certificate be read.  run() sees the proposed values of one instance, in
 * the core, under 10 ms; it adds to says what was tried, or what is wrong and
 * what to do.  Rows are borrowed for ever.
 */
struct conf_trial {
	const char *section;
	enum err (*run)(const char *name, struct buf *says);
};
void conf_trials_register(const struct conf_trial *rows, size_t n);
/* Each trial of an instance that the edit makes or changes. */
typedef void conf_trial_fn(const char *path, bool ok, const char *says,
    void *arg);
void conf_edit_try(struct conf_edit *e, conf_trial_fn *fn, void *arg);

#endif
