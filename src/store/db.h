/* db.h - the databases: connections, migrations, and a small statement. */

#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum db_which {
	DB_CONFIG,	/* revisions, subscribers, admins, audit */
	DB_STORE,	/* messages, legs, reports, registrations */
	DB_TRACE,	/* ring of events; loses its tail in a crash */
	DB_N
};

struct db;	/* one connection and its prepared statements */

/*
 * Open DIR/config.db, store.db and trace.db, create or migrate them forward;
 * DIR is made if it is missing and locked against a second daemon.
 * ERR_OK, ERR_STORAGE (why says what), or ERR_FORBIDDEN: a database is newer
 * than this program or a migration failed; nothing was changed (exit 78).
 * A database with rows is copied (VACUUM INTO DIR/backup) before it is
 * migrated.
 */
enum err db_open_all(const char *dir, struct buf *why);
/*
 * Before that: keep other daemons away from DIR until *fd is closed, which is
 * the caller's also after a failure (-1: none).  ERR_STORAGE: one is there.
 */
enum err db_lock_dir(const char *dir, int *fd, struct buf *why);
/* Other threads have ended, or use their readers no more. */
void db_close_all(void);

const char *db_name(enum db_which which);	/* "store" */
const char *db_engine(void);			/* SQLite's version */
int db_schema(enum db_which which);	/* the newest migration: 16 */
const char *db_dir(void);			/* of db_open_all() */

/* A read-only connection of the calling thread, opened at its first use. */
struct db *db_reader(enum db_which which);
/*
 * The writing connection: run() of a write gets it; all others may use it
 * only at start, before writer_start().
 */
struct db *db_writer(enum db_which which);

/*
 * A statement, prepared once per connection and text.  The first failure
 * sticks: bind and step as one pleases, then look at stmt_end() once.
 * sql is a literal (its address is the cache key).  What was bound stays
 * untouched until stmt_end(); to step with a parameter unbound, or to use a
 * statement that has not ended, is a bug and aborts.
 */
struct stmt;
struct stmt *stmt(struct db *db, const char *sql);
void stmt_int(struct stmt *s, int64_t v);	/* binds the next parameter */
void stmt_text(struct stmt *s, struct strv v);	/* absent: NULL */
void stmt_blob(struct stmt *s, struct strv v);
bool stmt_row(struct stmt *s);			/* step: a row is there */
int64_t col_int(struct stmt *s);		/* reads the next column */
struct strv col_text(struct stmt *s);		/* until the next step */
/*
 * Run to the end and reset.  ERR_OK; ERR_BUSY: a constraint refused the row
 * (nothing else of this statement happened); ERR_STORAGE: disk or database
 * fault, logged once in a while.
 */
enum err stmt_end(struct stmt *s);
/* The same without running on: for a query whose other rows do not matter. */
enum err stmt_stop(struct stmt *s);
/* stmt() and stmt_end() of a statement without parameters. */
enum err db_exec(struct db *db, const char *sql);
int64_t db_changes(struct db *db);	/* rows of the last statement */

#endif
