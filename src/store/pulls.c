/* pulls.c - devices that asked for what they were only notified of, on disk. */

#include "store/pulls.h"

enum err pull_put(struct db *db, struct strv user, struct strv device,
    int64_t at)
{
	struct stmt *s = stmt(db, "INSERT INTO pull (user, device, at) "
	    "VALUES (?, ?, ?) ON CONFLICT (user, device) DO UPDATE SET "
	    "at = excluded.at");

	stmt_text(s, user);
	stmt_text(s, device);
	stmt_int(s, at);
	return stmt_end(s) == ERR_OK ? ERR_OK : ERR_STORAGE;
}

enum err pulls_prune(struct db *db, int64_t before)
{
	struct stmt *s = stmt(db, "DELETE FROM pull WHERE at < ?");

	stmt_int(s, before);
	return stmt_end(s) == ERR_OK ? ERR_OK : ERR_STORAGE;
}

enum err pulls_each(int64_t since, pull_fn *fn)
{
	enum err e = pulls_prune(db_writer(DB_STORE), since);
	struct stmt *s;

	if (e != ERR_OK)
		return e;
	s = stmt(db_writer(DB_STORE), "SELECT user, device, at FROM pull "
	    "ORDER BY at");
	while (stmt_row(s)) {
		struct strv user = col_text(s), device = col_text(s);

		fn(user, device, col_int(s));
	}
	return stmt_end(s);
}
