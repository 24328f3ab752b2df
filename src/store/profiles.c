/* profiles.c - what subscribers want their devices to get, on disk. */

#include "store/profiles.h"

enum err profiles_each(profile_row_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT subscriber, name, "
	    "active, rules, copies FROM profile ORDER BY subscriber, name");
	struct profile_row r;

	while (stmt_row(s)) {
		r.subscriber = (uint64_t)col_int(s);
		r.name = col_text(s);
		r.active = col_int(s) != 0;
		r.rules = col_text(s);
		r.copies = col_text(s);
		fn(&r, arg);
	}
	return stmt_end(s);
}

static enum err end(struct stmt *s)
{
	return stmt_end(s) == ERR_OK ? ERR_OK : ERR_STORAGE;
}

static enum err only_active(struct db *db, const struct profile_row *r)
{
	struct stmt *s = stmt(db, "UPDATE profile SET active = 0 "
	    "WHERE subscriber = ? AND name <> ? AND active = 1");

	stmt_int(s, (int64_t)r->subscriber);
	stmt_text(s, r->name);
	return end(s);
}

enum err profile_put(struct db *db, const struct profile_row *r)
{
	enum err e = r->active ? only_active(db, r) : ERR_OK;
	struct stmt *s;

	if (e != ERR_OK)
		return e;
	s = stmt(db, "INSERT INTO profile (subscriber, name, active, rules, "
	    "copies) VALUES (?, ?, ?, ?, ?) "
	    "ON CONFLICT (subscriber, name) DO UPDATE SET "
	    "active = excluded.active, rules = excluded.rules, "
	    "copies = excluded.copies");
	stmt_int(s, (int64_t)r->subscriber);
	stmt_text(s, r->name);
	stmt_int(s, r->active);
	stmt_text(s, r->rules.p ? r->rules : STRV(""));
	stmt_text(s, r->copies.p ? r->copies : STRV(""));
	return end(s);
}

enum err profile_delete(struct db *db, uint64_t subscriber, struct strv name)
{
	struct stmt *s = stmt(db, "DELETE FROM profile WHERE subscriber = ? "
	    "AND name = ?");

	stmt_int(s, (int64_t)subscriber);
	stmt_text(s, name);
	return end(s);
}
