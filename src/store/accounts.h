/* accounts.h - subscribers on disk. */

#ifndef STORE_ACCOUNTS_H
#define STORE_ACCOUNTS_H

#include "store/db.h"

/* Bytes of digest secrets for one address: twice MD5 and SHA-256. */
#define ACCOUNT_SECRET	48
#define ACCOUNT_SECRETS	(2 * ACCOUNT_SECRET)
#define ACCOUNT_ADDRESSES 16	/* at the most, the primary one included */

struct account {
	uint64_t id;
	struct strv name, klass;
	int state;			/* enum user_state */
	bool reads_private;		/* no display reports go out */
	struct strv language;		/* "de"; none: the site's */
	int64_t created, changed;	/* ms */
	size_t n;			/* addresses; the first is primary */
	struct strv keys[ACCOUNT_ADDRESSES];
	struct strv written[ACCOUNT_ADDRESSES];
	struct strv secrets;		/* n * ACCOUNT_SECRETS bytes, or none */
};

/* Any thread; in the order of ids.  The texts live until fn returns. */
typedef void account_fn(const struct account *a, void *arg);
enum err accounts_each(account_fn *fn, void *arg);

/* Which, and in which order; each order has an index. */
enum account_order { ACCOUNT_BY_KEY, ACCOUNT_BY_NAME, ACCOUNT_BY_CREATED };
struct account_query {
	struct strv prefix;	/* of the primary key */
	struct strv klass;	/* absent or "": of any */
	int state;		/* -1: in any */
	int64_t most;		/* nobody asks for more of them */
	enum account_order order;
	bool down;
	bool behind;		/* only what comes behind this one: */
	struct strv key, name;	/* as the order needs them */
	int64_t created;
	uint64_t id;
};

/* Any thread: until fn returns false. */
typedef bool account_list_fn(const struct account *a, void *arg);
enum err accounts_list(const struct account_query *q, account_list_fn *fn,
    void *arg);

/*
 * In run() of a write to DB_CONFIG.  ERR_STORAGE also when an address is
 * another's already, which the caller has checked.
 */
enum err account_add(struct db *db, const struct account *a);
enum err account_set(struct db *db, const struct account *a);
enum err account_delete(struct db *db, uint64_t id);

#endif
