/* overrides.c - what operators set at run time, on disk. */

#include "store/overrides.h"

enum err override_put(struct db *db, const struct override_row *r)
{
	struct stmt *s = stmt(db, "INSERT INTO override (kind, name, value, "
	    "who, reason, since, until) VALUES (?, ?, ?, ?, ?, ?, ?) "
	    "ON CONFLICT (kind, name) DO UPDATE SET value = excluded.value, "
	    "who = excluded.who, reason = excluded.reason, "
	    "since = excluded.since, until = excluded.until");

	stmt_int(s, r->kind);
	stmt_text(s, r->name);
	stmt_int(s, r->value);
	stmt_text(s, r->who);
	stmt_text(s, r->reason);
	stmt_int(s, r->since);
	stmt_int(s, r->until);
	return stmt_end(s);
}

enum err override_drop(struct db *db, unsigned kinds, struct strv name,
    int64_t until)
{
	struct stmt *s = stmt(db, "DELETE FROM override WHERE name = ?1 "
	    "AND (1 << kind) & ?2 AND (?3 = 0 OR until = ?3)");

	stmt_text(s, name);
	stmt_int(s, kinds);
	stmt_int(s, until);
	return stmt_end(s);
}

enum err overrides_read(override_row_fn *fn)
{
	struct stmt *s = stmt(db_writer(DB_CONFIG), "SELECT kind, value, "
	    "since, until, name, who, reason FROM override");
	struct override_row r;

	while (stmt_row(s)) {
		r.kind = (enum override_kind)col_int(s);
		r.value = col_int(s);
		r.since = col_int(s);
		r.until = col_int(s);
		r.name = col_text(s);
		r.who = col_text(s);
		r.reason = col_text(s);
		if (r.kind < OVERRIDE_KINDS)
			fn(&r);
	}
	return stmt_end(s);
}
