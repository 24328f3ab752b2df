/* db_priv.h - what the files of the database layer share. */

#ifndef STORE_DB_PRIV_H
#define STORE_DB_PRIV_H

#include <sqlite3.h>

#include "base/asset.h"
#include "base/map.h"
#include "store/db.h"

struct stmt {
	struct db *db;
	sqlite3_stmt *s;	/* NULL: it could not be prepared */
	int params, bound;	/* it has, and were bound since stmt() */
	int col;		/* the next one to read */
	bool active;		/* between stmt() and its end */
	bool done;		/* the last step gave no row */
	int rc;			/* the first failure, or SQLITE_OK */
};

struct db {
	sqlite3 *h;
	enum db_which which;
	struct map stmts;	/* by the address of their text */
	struct stmt broken;	/* stands in for what could not be prepared */
	int64_t logged;		/* now_mono() of the last fault in the log */
	struct db *next;	/* db.c's: the readers of all threads */
};

/* One connection with all pragmas; NULL: why says what. */
struct db *db_connect(const char *path, enum db_which which, bool write,
    struct buf *why);
void db_disconnect(struct db *db);

/* stmt.c: forget the prepared statements. */
void stmt_free_all(struct db *db);
/* A line about rc of what, at most one in ten seconds. */
void db_fault(struct db *db, const char *what, int rc);

/* Rows changed by this connection so far; inside a transaction. */
int64_t db_total_changes(struct db *db);
bool db_in_transaction(struct db *db);

/* As db_open_all(), with these migrations; for tests. */
enum err db_open_from(const char *dir, const struct asset *const sets[DB_N],
    struct buf *why);

/*
 * Bring the connected databases forward to the newest of their sets: all of
 * them or none.  Errors as of db_open_all().
 */
enum err migrate_all(struct db *const dbs[DB_N],
    const struct asset *const sets[DB_N], struct buf *why);

/* The same with one that is not in force, and has no copy made of it. */
enum err migrate_one(struct db *db, struct buf *why);

/* The newest version this program makes of a database. */
int migrate_newest(enum db_which which);
/* An empty database as the migrations up to version make it. */
bool migrate_empty(sqlite3 *h, enum db_which which, int version);

/* Flush the entries of a folder to disk. */
bool sync_dir(const char *path);

#endif
