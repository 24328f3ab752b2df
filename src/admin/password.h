/* password.h - passwords of administrators: slow hashes, in their own thread. */

#ifndef ADMIN_PASSWORD_H
#define ADMIN_PASSWORD_H

#include <stdbool.h>

#include "base/buf.h"
#include "store/admins.h"

/* A password that may be set; false with one sentence in why. */
bool password_acceptable(struct strv password, struct strv name,
    struct buf *why);

/* 75 ms and 64 MiB each: not for the core.  false: the library refuses. */
bool password_hash(const char *password, char out[ADMIN_HASH]);
/* hash "": no password fits, and to see that takes as long. */
bool password_matches(const char *password, const char *hash);
/* The hash is weaker than new ones are. */
bool password_is_old(const char *hash);

/*
 * One job at a time, in WORK_HASH.  The job is the caller's until
 * hasher_put() and again from done(), which is called in the core; at the
 * end of the daemon those that wait are never done.
 */
struct hash_job {
	struct strv password;	/* the caller's, untouched until done() */
	char hash[ADMIN_HASH];	/* to compare with */
	bool make;		/* a new hash, into fresh */
	bool matches;
	char fresh[ADMIN_HASH];	/* "": none was asked for or needed */
	void (*done)(struct hash_job *j);
};

bool hasher_put(struct hash_job *j);	/* false: too many are waiting */

#endif
