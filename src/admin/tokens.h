/* tokens.h - bearer tokens of the API: parley_ID_SECRET. */

#ifndef ADMIN_TOKENS_H
#define ADMIN_TOKENS_H

#include "store/admins.h"

#define TOKEN_TEXT 85	/* bytes of a whole one with the NUL */

/* people_load() and people_unload() call these. */
enum err tokens_load(void);
void tokens_unload(void);
void tokens_forget_of(int64_t admin);

/*
 * The token that a request shows; notes that it was used.  false: unknown,
 * expired, or not from this address.  Any thread.
 */
bool token_find(struct strv bearer, struct strv peer,
    struct admin_token *out);

/* In order of their making; under a lock, so fn calls nothing here. */
void tokens_each(admin_token_fn *fn, void *arg);

/*
 * Core.  Fills in id, hash and times; text is shown once and never again.
 * done comes from the loop.
 */
typedef void token_done_fn(enum err e, void *arg);
void token_make(struct admin_token *t, char text[TOKEN_TEXT],
    struct strv actor, token_done_fn *done, void *arg);
/* false: there is no such token; nothing will be called. */
bool token_remove(struct strv id, struct strv actor, token_done_fn *done,
    void *arg);
/* Put the times of use on disk; every minute, and at the end.  Core. */
void tokens_flush(void);

#endif
