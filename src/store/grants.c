/* grants.c - who may read messages for a while: personal, and they expire. */

#include "store/admins.h"
#include "store/grants.h"

/* Somebody else has to do it, as soon as there is somebody else. */
static enum err by_another(struct db *db, int64_t admin, int64_t granter)
{
	int64_t n = 0;
	enum err e = admin == granter ? admins_count(db, &n) : ERR_OK;

	return e != ERR_OK ? e : n > 1 ? ERR_FORBIDDEN : ERR_OK;
}

enum err grant_put(struct db *db, const struct grant *g, int64_t granter)
{
	enum err e = by_another(db, g->admin, granter);
	struct stmt *s;

	if (e != ERR_OK)
		return e;
	s = stmt(db, "INSERT OR REPLACE INTO content_grant (admin, actor, "
	    "reason, since, until) VALUES (?, ?, ?, ?, ?)");
	stmt_int(s, g->admin);
	stmt_text(s, g->actor);
	stmt_text(s, g->reason);
	stmt_int(s, g->since);
	stmt_int(s, g->until);
	e = stmt_end(s);
	/* an administrator who was removed a moment ago */
	return e == ERR_BUSY ? ERR_NO_USER : e;
}

enum err grant_delete(struct db *db, int64_t admin)
{
	struct stmt *s = stmt(db, "DELETE FROM content_grant WHERE admin = ?");
	enum err e;

	stmt_int(s, admin);
	e = stmt_end(s);
	return e == ERR_OK && db_changes(db) == 0 ? ERR_NO_USER : e;
}

enum err grant_check(struct db *db, int64_t admin, int64_t now)
{
	struct stmt *s = stmt(db, "SELECT 1 FROM content_grant "
	    "WHERE admin = ? AND until > ?");
	enum err e;
	bool good;

	stmt_int(s, admin);
	stmt_int(s, now);
	good = stmt_row(s);
	e = stmt_stop(s);
	return e != ERR_OK ? e : good ? ERR_OK : ERR_FORBIDDEN;
}

enum err grants_each(grant_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT admin.id, "
	    "admin.name, actor, reason, since, until FROM content_grant "
	    "JOIN admin ON admin.id = content_grant.admin ORDER BY since");

	while (stmt_row(s)) {
		struct grant g = { .admin = col_int(s) };

		g.name = col_text(s);
		g.actor = col_text(s);
		g.reason = col_text(s);
		g.since = col_int(s);
		g.until = col_int(s);
		fn(&g, arg);
	}
	return stmt_end(s);
}
