/* users.h - who exists: subscribers and their addresses, in memory. */

#ifndef DIR_USERS_H
#define DIR_USERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"

enum user_state { USER_ACTIVE, USER_SUSPENDED };

#define USER_HA1_MD5	16
#define USER_HA1_SHA256	32

/* A digest credential (RFC 7616); the password itself is not kept. */
struct user_secret {
	uint8_t md5[USER_HA1_MD5];	/* H(username:realm:password) */
	uint8_t sha256[USER_HA1_SHA256];
};

/*
 * The strings may be replaced when a change of the user is committed, and
 * the user may be deleted: keep neither across turns of the loop.
 */
struct user {
	uint64_t id;
	struct strv key;	/* canonical address; the recipient's hop */
	struct strv address;	/* as provisioned: sip:+1555...@example.org */
	struct strv name;	/* or empty */
	struct strv klass;	/* class of service */
	struct strv language;	/* "de"; or empty: the site's */
	struct strv *aliases;	/* keys */
	size_t naliases;
	enum user_state state;
	bool has_secret;
	bool reads_private;	/* no display reports of his go out */
	struct known *known;	/* dir/devices.h; NULL: no device */
	struct list bindings;	/* dir/bindings.h */
	size_t nbindings;
};

/* Settings "site", "policy registration" and "policy devices", operations,
 * metrics. */
void users_register(void);
/* At start, when the settings are loaded: read all subscribers. */
enum err users_load(void);
void users_unload(void);	/* their bindings too */

/* By canonical key of the address or an alias; NULL: nobody here. */
struct user *user_find(struct strv key);
struct user *user_by_id(uint64_t id);

/*
 * The canonical key of any spelling of an address under the site's rules
 * (core/addr.h with settings site domain, site country-code); a host among
 * "site aliases" counts as the site's domain.  ERR_BAD_SYNTAX.
 */
enum err dir_key(struct strv address, struct buf *key);

/* Whether the host is one of this site's (site domain, site aliases). */
bool dir_is_home(struct strv host);

/*
 * The secret for a digest user name: the user part, or user@domain, of any
 * address of u.  false: no such name for u, or u has no password.
 */
bool user_secret(const struct user *u, struct strv username,
    struct user_secret *out);
/* The user that a digest user name belongs to (user or user@domain). */
struct user *user_by_username(struct strv username);
const char *dir_realm(void);	/* site domain */

size_t users_count(void);

/*
 * Walk all: at starts as 0; NULL: the end.  Over several turns of the loop
 * those added meanwhile may be met twice or not at all.
 */
struct user *users_next(size_t *at);

/* Its number: the first of its addresses that is one; absent: none. */
struct strv user_number(const struct user *u);

/*
 * u's addresses for P-Associated-URI and P-Asserted-Identity: its sip: URI
 * and, when it has a number, its tel: URI ("" when it has none).
 */
void user_uris(const struct user *u, struct buf *sip, struct buf *tel);

#endif
