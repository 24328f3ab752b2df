/* users_priv.h - what the files of the users share. */

#ifndef DIR_USERS_PRIV_H
#define DIR_USERS_PRIV_H

#include "dir/site.h"
#include "dir/users.h"
#include "op/op.h"
#include "store/accounts.h"
#include "store/writer.h"
#include "wire/digest.h"

/* --- users.c: memory follows what was committed --------------------------- */

/* Make or replace the user of a->id. */
struct user *users_put(const struct account *a);
/* Its bindings go too; it is freed when the last pin is gone. */
void users_drop(struct user *u);
uint64_t users_next_id(void);

/* Keep u's address valid across turns of the loop; is it still there? */
void user_pin(struct user *u);
void user_unpin(struct user *u);
bool user_is_gone(const struct user *u);

/* What is stored of u; the texts are borrowed from it. */
void user_account(const struct user *u, struct account *out);

/* --- profile.c: what is provisioned --------------------------------------- */

/* Bytes of each. */
#define USER_NAME_MAX		200
#define USER_CLASS_MAX		32
#define USER_PASSWORD_MAX	128

/* One subscriber as somebody typed it; absent: as it is, or the default. */
struct profile {
	struct strv address, name, klass, password;
	struct strv read_reports;	/* "on" or "off" */
	struct strv language;	/* empty: the site's */
	struct strv aliases[ACCOUNT_ADDRESSES];
	size_t naliases;
	bool has_aliases;	/* they replace those there are */
};

/* At most max bytes of UTF-8 without controls. */
bool profile_is_text(struct strv s, size_t max);

/* With what it is made: each thread has its own. */
struct maker {
	const struct site *site;
	struct digest *digest;
	struct arena *arena;
};

/*
 * Check it and make the keys; no I/O, any thread.  The account's texts are
 * borrowed or in the arena.  Fills all but id, state and times; secrets only
 * from the password.  ERR_BAD_SYNTAX with a sentence in why.
 */
enum err profile_account(const struct profile *p, const struct maker *k,
    struct account *out, struct buf *why);

/*
 * Core: complete it by what u has (NULL: a new user) where the profile is
 * silent; id, state and times too.  ERR_BUSY: an address is somebody else's,
 * why says which.
 */
enum err profile_merge(const struct profile *p, const struct maker *k,
    const struct user *u, struct account *out, struct buf *why);

/* --- provision.c: one change after the other ------------------------------ */

/* A turn: from turn() until turn_end() nobody else changes a user. */
struct turn {
	struct turn *next;
	void (*run)(struct turn *t);
};
void turn(struct turn *t);	/* run comes now or later, in the core */
void turn_end(struct turn *t);

enum provision_kind { PROVISION_ADD, PROVISION_SET, PROVISION_DELETE };

/* A durable change of n users with one line in the audit. */
struct provision {
	struct write w;
	struct arena arena;	/* of everything below; freed by its owner */
	struct strv actor, action, object, detail;
	struct account *accounts;
	enum provision_kind *kinds;
	size_t n;
	void (*done)(struct provision *p, enum err e);
	void *arg;
};
/* done comes after the commit, when memory has followed. */
void provision_put(struct provision *p);

/* --- users_ops.c ---------------------------------------------------------- */

const char *user_state_name(int state);	/* enum user_state: "active" */
/* By the argument "state"; -1: any. */
int user_state_wanted(const struct op_call *c);

/* --- tables of operations ------------------------------------------------- */

void users_ops_register(void);
void import_register(void);
void show_register(void);
void dir_complete_register(void);	/* complete.c */
void export_register(void);		/* export.c */

/* --- bindings.c ----------------------------------------------------------- */

void bindings_drop_all(struct user *u);		/* on disk too */
void bindings_free_all(struct user *u);		/* in memory only */

#endif
