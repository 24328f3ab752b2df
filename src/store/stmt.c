/* stmt.c - statements: prepared once, first failure sticks. */

#include <assert.h>
#include <stdlib.h>

#define LOG_UNIT "store"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "store/db_priv.h"

#define FAULT_PAUSE	10000	/* ms between two lines about one database */

void db_fault(struct db *db, const char *what, int rc)
{
	int64_t now = now_mono();

	if (db->logged && now - db->logged < FAULT_PAUSE)
		return;
	db->logged = now;
	log_err("database fault db=%s rc=%d text=\"%s\" while=\"%.60s\"",
	    db_name(db->which), rc, sqlite3_errmsg(db->h), what);
}

static struct stmt *prepare(struct db *db, const char *sql)
{
	sqlite3_stmt *h = NULL;
	int rc = sqlite3_prepare_v3(db->h, sql, -1, SQLITE_PREPARE_PERSISTENT,
	    &h, NULL);
	struct stmt *s;

	if (rc != SQLITE_OK) {
		db_fault(db, sql, rc);
		db->broken = (struct stmt){ .db = db, .rc = rc };
		return &db->broken;
	}
	s = xalloc(sizeof(*s));
	s->db = db;
	s->s = h;
	s->params = sqlite3_bind_parameter_count(h);
	map_set_u64(&db->stmts, (uintptr_t)sql, s);
	return s;
}

struct stmt *stmt(struct db *db, const char *sql)
{
	struct stmt *s = map_get_u64(&db->stmts, (uintptr_t)sql);

	if (!s)
		s = prepare(db, sql);
	assert(!s->active);
	if (!s->s)
		return s;
	s->active = true;
	s->done = false;
	s->bound = s->col = 0;
	s->rc = SQLITE_OK;
	return s;
}

void stmt_free_all(struct db *db)
{
	struct stmt *s;
	size_t at = 0;

	while ((s = map_next(&db->stmts, &at)) != NULL) {
		(void)sqlite3_finalize(s->s);
		free(s);
	}
	map_deinit(&db->stmts);
}

static void bound(struct stmt *s, int rc)
{
	if (s->rc == SQLITE_OK)
		s->rc = rc;
}

void stmt_int(struct stmt *s, int64_t v)
{
	if (s->s)
		bound(s, sqlite3_bind_int64(s->s, ++s->bound, v));
}

void stmt_text(struct stmt *s, struct strv v)
{
	if (s->s)
		bound(s, sqlite3_bind_text64(s->s, ++s->bound, v.p, v.n,
		    SQLITE_STATIC, SQLITE_UTF8));
}

void stmt_blob(struct stmt *s, struct strv v)
{
	if (s->s)
		bound(s, sqlite3_bind_blob64(s->s, ++s->bound, v.p, v.n,
		    SQLITE_STATIC));
}

bool stmt_row(struct stmt *s)
{
	int rc;

	if (s->rc != SQLITE_OK || s->done)
		return false;
	assert(s->active && s->bound == s->params);
	s->col = 0;
	rc = sqlite3_step(s->s);
	if (rc == SQLITE_ROW)
		return true;
	s->done = true;
	if (rc != SQLITE_DONE)
		s->rc = rc;
	return false;
}

int64_t col_int(struct stmt *s)
{
	return s->s ? sqlite3_column_int64(s->s, s->col++) : 0;
}

/* an empty blob has no address, which would look absent */
struct strv col_text(struct stmt *s)
{
	int i = s->col++;
	const char *p = s->s ? sqlite3_column_blob(s->s, i) : NULL;

	if (!p && (!s->s || sqlite3_column_type(s->s, i) == SQLITE_NULL))
		return STRV_NONE;
	return (struct strv){ p ? p : "",
		(size_t)sqlite3_column_bytes(s->s, i) };
}

enum err stmt_end(struct stmt *s)
{
	while (stmt_row(s))
		;
	return stmt_stop(s);
}

enum err stmt_stop(struct stmt *s)
{
	int rc = s->rc;

	s->active = false;
	if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_CONSTRAINT)
		db_fault(s->db, s->s ? sqlite3_sql(s->s) : "prepare", rc);
	if (s->s)
		(void)sqlite3_reset(s->s);
	if (rc == SQLITE_OK)
		return ERR_OK;
	return (rc & 0xff) == SQLITE_CONSTRAINT ? ERR_BUSY : ERR_STORAGE;
}

enum err db_exec(struct db *db, const char *sql)
{
	return stmt_end(stmt(db, sql));
}

int64_t db_changes(struct db *db)
{
	return sqlite3_changes(db->h);
}

int64_t db_total_changes(struct db *db)
{
	return sqlite3_total_changes(db->h);
}

bool db_in_transaction(struct db *db)
{
	return !sqlite3_get_autocommit(db->h);
}
