/* access.c - what was last heard of subscribers' phones, on disk. */

#include "store/access.h"

enum err access_row_put(struct db *db, const struct access_row *r)
{
	struct stmt *s = stmt(db, "INSERT INTO access (subscriber, state, "
	    "since, heard, silent) VALUES (?, ?, ?, ?, ?) "
	    "ON CONFLICT (subscriber) DO UPDATE SET state = excluded.state, "
	    "since = excluded.since, heard = excluded.heard, "
	    "silent = excluded.silent");

	stmt_int(s, (int64_t)r->subscriber);
	stmt_int(s, r->state);
	stmt_int(s, r->since);
	stmt_int(s, r->heard);
	stmt_int(s, r->silent);
	return stmt_end(s) == ERR_OK ? ERR_OK : ERR_STORAGE;
}

enum err access_rows_each(int64_t since, access_row_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_writer(DB_STORE),
	    "DELETE FROM access WHERE heard < ?");
	struct access_row r;
	enum err e;

	stmt_int(s, since);
	e = stmt_end(s);
	if (e != ERR_OK)
		return e;
	s = stmt(db_writer(DB_STORE), "SELECT subscriber, state, since, "
	    "heard, silent FROM access ORDER BY heard");
	while (stmt_row(s)) {
		r.subscriber = (uint64_t)col_int(s);
		r.state = (int)col_int(s);
		r.since = col_int(s);
		r.heard = col_int(s);
		r.silent = col_int(s);
		fn(&r, arg);
	}
	return stmt_end(s);
}
