/* draft.h - inside of the mode configure: the draft and its verbs. */

#ifndef CLI_DRAFT_H
#define CLI_DRAFT_H

#include "cli/session.h"

#define DRAFT_TEXT	((size_t)1 << 20)	/* the daemon takes no more */
#define DRAFT_CONFIG	"/api/v1/config/"

/* A request of the mode: what the answer says unless quiet, and how much is
 * staged. */
int draft_request(struct session *s, const char *method, const char *where,
    struct strv body, bool quiet);
/* The same about the draft: what is behind "/api/v1/config/drafts/main". */
int draft_send(struct session *s, const char *method, const char *what,
    struct strv body, bool quiet);
/* "running?lines=on&draft=main": all settings as they would be. */
void draft_proposed(const struct session *s, struct buf *where);

/*
 * The text behind a verb with the place of the session before it, and at the
 * prompt with the words of its path in full; what is no path is left alone.
 */
void draft_whole(struct session *s, struct strv text, struct buf *out);
/* The words as a path, in the same way. */
void draft_path(struct session *s, const struct word *w, size_t n,
    struct buf *out);

/* Each of them gets the words behind its own. */
typedef int draft_verb(struct session *s, const struct word *w, size_t n);
draft_verb draft_show, draft_compare, draft_check, draft_commit, draft_keep,
	draft_undo, draft_rollback, draft_discard, draft_resolve, draft_leave;
draft_verb draft_edit, draft_up, draft_top;		/* place.c */
draft_verb draft_load, draft_save;			/* draft_file.c */

#endif
