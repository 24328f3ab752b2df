/* admins.h - administrators on disk: the security plane. */

#ifndef STORE_ADMINS_H
#define STORE_ADMINS_H

#include "store/db.h"

#define ADMIN_NAME	33	/* bytes with the NUL */
#define ADMIN_HASH	256
#define ADMIN_SEALED	200
#define ADMIN_KEY	32	/* bytes of a SHA-256 */

struct admin {
	int64_t id;
	char name[ADMIN_NAME];
	char unix_user[ADMIN_NAME];	/* "": not linked */
	char password[ADMIN_HASH];	/* crypt(3); "": none */
	unsigned roles;			/* mask, enum role of op/role.h */
	char totp[ADMIN_SEALED];	/* sealed; "": none */
	int64_t totp_step;
	int64_t created, changed;	/* ms */
};

struct admin_token {
	char id[13];
	int64_t admin;
	char name[ADMIN_NAME];
	unsigned char hash[ADMIN_KEY];
	unsigned roles;
	char source[200];		/* IP[/LEN],...; "": any */
	int64_t created, expires, used;
};

/* At start, or any thread.  A row that cannot be ours is left out. */
typedef void admin_fn(const struct admin *a, void *arg);
enum err admins_each(admin_fn *fn, void *arg);
typedef void admin_token_fn(const struct admin_token *t, void *arg);
enum err admin_tokens_each(admin_token_fn *fn, void *arg);

/*
 * In run() of a write to DB_CONFIG.  ERR_BUSY: the name or the user of the
 * system is another's; nothing was changed.  admin_set() changes only what
 * fields say, so that two changes at a time keep both; ERR_NO_USER: gone.
 */
enum admin_field {
	ADMIN_PASSWORD	= 1 << 0,
	ADMIN_ROLES	= 1 << 1,
	ADMIN_UNIX	= 1 << 2,
	ADMIN_TOTP	= 1 << 3,
	ADMIN_STEP	= 1 << 4
};
enum err admin_add(struct db *db, const struct admin *a);
enum err admin_set(struct db *db, const struct admin *a, unsigned fields);
enum err admin_delete(struct db *db, int64_t id);
enum err admins_count(struct db *db, int64_t *n);
/* Those other than id whose roles have this bit. */
enum err admins_count_others(struct db *db, int64_t id, unsigned role,
    int64_t *n);
enum err admin_token_add(struct db *db, const struct admin_token *t);
/* When it was used last; of one that is gone nothing comes back. */
enum err admin_token_used(struct db *db, const struct admin_token *t);
enum err admin_token_delete(struct db *db, const char *id);

/* Recovery codes: all new ones at once; n 0: none from now on. */
enum err admin_recovery_set(struct db *db, int64_t admin,
    const unsigned char (*hashes)[ADMIN_KEY], size_t n);
/* ERR_NO_USER: no such code, or used already. */
enum err admin_recovery_use(struct db *db, int64_t admin,
    const unsigned char hash[ADMIN_KEY]);

#endif
