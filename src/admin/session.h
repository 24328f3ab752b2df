/* session.h - who is logged in at the console; ends with the daemon. */

#ifndef ADMIN_SESSION_H
#define ADMIN_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "admin/secret.h"

#define SESSION_IDLE_MS		(30 * 60 * 1000)
#define SESSION_MAX_MS		(12 * 60 * 60 * 1000)
#define SESSION_FRESH_MS	(5 * 60 * 1000)	/* since the password */

/* Of the cookie only the hash is kept; id is for people and logs. */
struct session {
	unsigned char hash[SECRET_HASH];
	char id[13];
	char csrf[33];
	int64_t admin;
	char peer[46], agent[121];
	int64_t created, used;		/* ms, for people */
	int64_t born, seen, proved;	/* ms, monotonic */
};

/*
 * Any thread.  All are copies.  What happens to sessions is the topic
 * "sessions" of op/event.h; what session_each() finds expired is told at the
 * next session_find() or sessions_tell(), since fn may hold locks.
 */
void sessions_tell(void);
void session_new(int64_t admin, struct strv peer, struct strv agent,
    char cookie[SECRET_TEXT], struct session *out);
/* Notes that it was used.  false: there is none, or it has ended. */
bool session_find(struct strv cookie, struct session *out);
/* The password was said again: a new cookie for the same session. */
bool session_prove(const char *id, char cookie[SECRET_TEXT],
    struct session *out);
bool session_is_fresh(const struct session *s);
/* admin 0: whoever's it is.  false: there is no such session. */
bool session_end(struct strv id, int64_t admin);
/* All of one administrator but one; keep may be "". */
void session_end_all(int64_t admin, const char *keep);
typedef void session_fn(const struct session *s, void *arg);
/* The oldest first; admin 0: all.  fn calls nothing here. */
void session_each(int64_t admin, session_fn *fn, void *arg);
void sessions_unload(void);
void sessions_register(void);	/* their figures */

#endif
