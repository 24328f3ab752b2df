/* integrity.c - look for damage in a database (PRAGMA quick_check). */

#include <stdio.h>

#include "loop/work.h"
#include "store/db_priv.h"
#include "store/integrity.h"

#define STEPS	10000	/* of SQLite's machine: a millisecond */

static int given_up(void *arg)
{
	(void)arg;
	return work_is_stopping();
}

/* The first thing it says: "ok", or what is wrong. */
static enum err ask(sqlite3 *h, struct buf *why)
{
	sqlite3_stmt *s = NULL;
	enum err e = ERR_STORAGE;
	int rc = sqlite3_prepare_v2(h, "PRAGMA quick_check(1)", -1, &s, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		const char *said = (const char *)sqlite3_column_text(s, 0);

		e = said && strcmp(said, "ok") == 0 ? ERR_OK :
		    ERR_BAD_CONTENT;
		if (e != ERR_OK)
			buf_addz(why, said ? said : "no answer");
	} else if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB) {
		e = ERR_BAD_CONTENT;
		buf_addz(why, sqlite3_errmsg(h));
	}
	(void)sqlite3_finalize(s);
	return e;
}

enum err integrity_check(enum db_which which, struct buf *why)
{
	char path[4200];
	struct db *db;
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/%s.db", db_dir(),
	    db_name(which));
	db = db_connect(path, which, false, why);
	if (!db)
		return ERR_STORAGE;
	sqlite3_progress_handler(db->h, STEPS, given_up, NULL);
	e = ask(db->h, why);
	db_disconnect(db);
	return e;
}
