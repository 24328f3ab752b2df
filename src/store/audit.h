/* audit.h - who changed what, in the same transaction as the change. */

#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/db.h"

#define AUDIT_HASH 32	/* bytes of a SHA-256 */

/*
 * Inside the run() of a write to DB_CONFIG.  actor is a name or op_who(),
 * action the operation's command, object what it was done to; detail (what
 * it was before and is now) has no secrets.  A failure is the db's: the batch
 * is rolled back.
 *
 * Each row has the SHA-256 of the row before it and of itself, so a row that
 * is changed, taken out or put in later is found by audit_verify().  Each
 * committed row is also a line of the log, where the newest ones outlive the
 * database.
 */
enum err audit_put(struct db *db, struct strv actor, struct strv action,
    struct strv object, struct strv detail);

/* Only the name in what op_who() packed. */
struct strv audit_name(struct strv actor);

/*
 * The same in a transaction of its own, for what changes no configuration:
 * refusals, logins, exports.  result: "ok" or what went wrong.  Any thread;
 * copies everything.  Refusals beyond AUDIT_REFUSALS a minute are only
 * counted, and the next one says how many.
 */
#define AUDIT_REFUSALS 120
void audit_event(struct strv actor, struct strv action, struct strv object,
    struct strv result, struct strv detail);

/* The writer's: the transaction of DB_CONFIG is over. */
void audit_ended(bool committed);

/* At start, before writer_start(): hashes for rows from before the chain. */
enum err audit_start(void);
/* Refusals and the newest row, as at start; tests. */
void audit_reset(void);

struct audit_row {
	int64_t id, time;	/* ms */
	struct strv actor, via, credential, peer, action, object, detail;
	struct strv result, request;
	struct strv former, hash;	/* AUDIT_HASH bytes, or absent */
};

struct audit_filter {	/* absent and 0: any */
	struct strv actor, action, object;	/* the text has this in it */
	struct strv result;			/* "ok", "refused" */
	int64_t since, until;			/* ms */
	bool up;				/* the oldest first */
};

/*
 * The rows that fit, the newest first and older than id before (0: all); up,
 * the oldest first and newer; until fn returns false; any thread.  Texts live until fn returns.
 */
typedef bool audit_fn(const struct audit_row *row, void *arg);
enum err audit_each(const struct audit_filter *f, int64_t before,
    audit_fn *fn, void *arg);

/*
 * Inside the run() of a write to DB_CONFIG: the oldest rows go that are older
 * than before (ms), at most AUDIT_PRUNE of them and never the newest.  A row
 * of its own then says in the chain which was the last that went, and its
 * hash: the anchor of what is left.
 */
#define AUDIT_PRUNE	10000
#define AUDIT_PRUNED	"audit prune"	/* the action of that row */
enum err audit_prune(struct db *db, int64_t before, int64_t *removed);
/* Whether r is the anchor for when all up to id went, the last with hash. */
bool audit_is_anchor(const struct audit_row *r, int64_t id,
    const uint8_t hash[AUDIT_HASH]);

/*
 * Look at every row; any thread that has a reader.  What is missing before
 * the first must have been taken out by audit_prune(), and the newest row
 * that this process wrote must be there.
 */
struct audit_verdict {
	int64_t rows, first, last;	/* ids; 0: no rows */
	bool anchored;			/* the rows before first went rightly */
	uint8_t before[AUDIT_HASH];	/* what first says was before it */
	uint8_t hash[AUDIT_HASH];	/* of the last one */
	int64_t broken;			/* the first id that is wrong; 0 */
	const char *why;		/* in words, or NULL */
};
enum err audit_verify(struct audit_verdict *v);
/* The same of a database that is not in force. */
enum err audit_verify_in(struct db *db, struct audit_verdict *v);

#endif
