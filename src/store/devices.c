/* devices.c - the devices that subscribers are known to have, on disk. */

#include "store/devices.h"

enum err devices_each(device_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT subscriber, "
	    "instance, name, agent, is_primary, blocked, added, seen "
	    "FROM device ORDER BY subscriber, added, instance");
	struct device_row r;

	while (stmt_row(s)) {
		r.subscriber = (uint64_t)col_int(s);
		r.instance = col_text(s);
		r.name = col_text(s);
		r.agent = col_text(s);
		r.primary = col_int(s) != 0;
		r.blocked = col_int(s) != 0;
		r.added = col_int(s);
		r.seen = col_int(s);
		fn(&r, arg);
	}
	return stmt_end(s);
}

static enum err end(struct stmt *s)
{
	return stmt_end(s) == ERR_OK ? ERR_OK : ERR_STORAGE;
}

static void bind(struct stmt *s, const struct device_row *r)
{
	stmt_int(s, (int64_t)r->subscriber);
	stmt_text(s, r->instance);
	stmt_text(s, r->name.p ? r->name : STRV(""));
	stmt_text(s, r->agent.p ? r->agent : STRV(""));
	stmt_int(s, r->primary);
	stmt_int(s, r->blocked);
	stmt_int(s, r->added);
	stmt_int(s, r->seen);
}

enum err device_see(struct db *db, const struct device_row *r)
{
	struct stmt *s = stmt(db, "INSERT INTO device (subscriber, instance, "
	    "name, agent, is_primary, blocked, added, seen) "
	    "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 "
	    "FROM subscriber WHERE id = ?1 "
	    "ON CONFLICT (subscriber, instance) DO UPDATE SET "
	    "agent = excluded.agent, seen = excluded.seen");

	bind(s, r);
	return end(s);
}

static enum err only_primary(struct db *db, const struct device_row *r)
{
	struct stmt *s = stmt(db, "UPDATE device SET is_primary = 0 "
	    "WHERE subscriber = ? AND instance <> ? AND is_primary = 1");

	stmt_int(s, (int64_t)r->subscriber);
	stmt_text(s, r->instance);
	return end(s);
}

enum err device_put(struct db *db, const struct device_row *r)
{
	enum err e = r->primary ? only_primary(db, r) : ERR_OK;
	struct stmt *s;

	if (e != ERR_OK)
		return e;
	s = stmt(db, "INSERT INTO device (subscriber, instance, "
	    "name, agent, is_primary, blocked, added, seen) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
	    "ON CONFLICT (subscriber, instance) DO UPDATE SET "
	    "name = excluded.name, agent = excluded.agent, "
	    "is_primary = excluded.is_primary, blocked = excluded.blocked, "
	    "seen = excluded.seen");
	bind(s, r);
	return end(s);
}

enum err device_delete(struct db *db, uint64_t subscriber,
    struct strv instance)
{
	struct stmt *s = stmt(db, "DELETE FROM device WHERE subscriber = ? "
	    "AND instance = ?");

	stmt_int(s, (int64_t)subscriber);
	stmt_text(s, instance);
	return end(s);
}
