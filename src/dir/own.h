/* own.h - what subscribers change themselves: documents, blocks, groups. */

#ifndef DIR_OWN_H
#define DIR_OWN_H

#include "dir/groups.h"
#include "dir/screening.h"
#include "store/writer.h"

/*
 * A turn, in *out: run comes inside this call or later, in the core, and
 * until own_end() nobody else changes a subscriber or a group.
 */
struct own_turn;
void own_begin(struct own_turn **out, void (*run)(void *arg), void *arg);
void own_end(struct own_turn *t);

/* --- documents and blocks ------------------------------------------------- */

/* One address that a subscriber blocks; NONE or ALLOW: not any more. */
struct own_block {
	struct strv key;
	enum screen_effect effect;
};

/* A document and the blocks it says, in one transaction, inside a turn; all
 * is borrowed until done. */
struct own_document {
	struct write w;
	uint64_t user;
	struct strv actor;	/* the subscriber's key, or an admin */
	struct strv object;	/* whose it is, as a key */
	struct strv action;	/* for the audit; absent: document put */
	struct strv detail;	/* of that; absent: which document */
	struct strv usage, name;
	struct strv text;	/* absent: delete it */
	const struct own_block *blocks;	/* those that change */
	size_t nblocks;
	/* after the commit, when memory has followed */
	void (*done)(struct own_document *d, enum err e);
	void *arg;
};
void own_document_write(struct own_document *d);

/* --- groups --------------------------------------------------------------- */

/* What an admin of a group wants it to be. */
struct own_group {
	struct strv actor;
	struct strv key;	/* of the group */
	struct strv owner;	/* a subscriber's key: admin of a new group */
	bool gone;		/* delete it; the rest does not matter */
	struct strv subject;
	int64_t max_size;	/* 0: as it is, or as the site has it */
	const struct strv *members;	/* keys, in any order */
	size_t nmembers;
	void (*done)(struct own_group *g, enum err e);
	void *arg;
};

/*
 * Inside a turn; all of g is borrowed until done.  Members keep their roles,
 * admins stay whatever the list says, and a new group has the rules that the
 * site has for new groups.
 * ERR_OK: done follows.  ERR_TOO_BIG: more members than it may have.
 * ERR_FORBIDDEN: somebody else's address.  ERR_BAD_SYNTAX: a group in itself,
 * or a subject that is none.
 */
enum err own_group_write(struct own_group *g);

/*
 * The same of g->owner alone, who comes into an open group or goes; the rest
 * of g does not matter.  ERR_OK: done follows, also when it is so already.
 * ERR_FORBIDDEN: it is closed, or an admin cannot go.  ERR_TOO_BIG: it is
 * full.  ERR_NO_USER: no such group.
 */
enum err own_group_self(struct own_group *g, bool come);

/* --- preferences ---------------------------------------------------------- */

/* What a subscriber prefers, as a whole. */
struct own_prefs {
	struct strv actor;
	uint64_t user;
	/* a name for each device there is, and no other */
	const struct own_device {
		struct strv instance, name;
	} *devices;
	size_t ndevices;
	struct strv quiet;	/* as screen_times() reads it, or empty */
	enum screen_effect anonymous;	/* NONE: as the site has it */
	bool reads_private;
	struct strv profile;	/* the active one; absent: none is */
	void (*done)(struct own_prefs *p, enum err e);
	void *arg;
};

/*
 * Inside a turn; all of p is borrowed until done.  ERR_OK: done follows.
 * ERR_NO_USER: devices or the profile are not those there are.
 * ERR_BAD_SYNTAX: a name or the times are none.  ERR_BUSY: two devices of
 * one name.
 */
enum err own_prefs_write(struct own_prefs *p);

/* Groups of which a subscriber with this key is an admin. */
size_t own_groups(struct strv key);

#endif
