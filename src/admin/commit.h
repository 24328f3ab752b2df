/* commit.h - put an edit in force: plan, window to undo, the answer. */

#ifndef ADMIN_COMMIT_H
#define ADMIN_COMMIT_H

#include "base/jsonw.h"
#include "conf/draft.h"
#include "op/op.h"
#include "store/settings.h"

/*
 * Check the edit, commit and apply it, and answer the call: revision, plan,
 * state; or fail it.  The edit has no conflicts and is taken over.
 * Arguments of the call: comment, revert_in_s, expect_running (commit_args).
 * draft: the draft that goes with it, or 0.
 */
void commit_run(struct op_call *c, struct conf_edit *edit,
    enum revision_kind kind, int64_t draft);

#define COMMIT_WINDOW_MAX_S	3600

#define COMMIT_ARGS \
	{ "comment", 0, NULL, "why, for those who read the revisions", \
	  IS_LINES(0, 4000) }, \
	{ "revert_in_s", 0, NULL, "undone after so many seconds unless it is " \
	  "kept; 0: never, on this machine only", \
	  IS_INT(0, COMMIT_WINDOW_MAX_S, "s") }, \
	{ "expect_running", 0, NULL, "refuse unless this revision is in " \
	  "force", IS_INT(0, INT64_MAX, NULL) }

/* false: the call has failed, because a revision waits to be kept. */
bool commit_allowed(struct op_call *c);

/* The plan as a JSON array; true: it can cut off who commits it. */
bool plan_json(const struct conf_edit *e, struct buf *out);
/* The plan as lines for people. */
void plan_text(const struct conf_edit *e, struct buf *out);

/* Seconds that a commit waits when it can cut off who made it. */
int64_t commit_window_s(void);

void commit_register(void);	/* the section "policy commit", operations */
void commit_start(void);	/* after settings_load(): a window goes on */
void commit_stop(void);

#define COMMIT_ANSWER \
	"revision:int~ state~ applied_ms:ms~ plan:[section name? " \
	"change=new|changed|deleted " \
	"impact=live|relink|rebind|restart|lockout says]~ " \
	"pending_until:time~ undone_by:int~ reason~ exit:int~ text~"

#endif
