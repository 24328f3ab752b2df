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

/* Names have no ">": those that move are told from those that were there. */
static enum err move(struct db *db, const char *sql, struct strv a,
    struct strv b)
{
	struct stmt *s = stmt(db, sql);

	stmt_text(s, a);
	if (b.p)
		stmt_text(s, b);
	return stmt_end(s);
}

enum err overrides_rename(struct db *db, const struct settings_rename *r,
    struct strv section)
{
	enum err e = ERR_OK;

	for (const struct settings_rename *i = r; i && e == ERR_OK;
	    i = i->next)
		if (strv_eq(i->section, section))
			e = move(db, "UPDATE override SET name = '>' || ?2 "
			    "WHERE name = ?1", i->from, i->to);
	for (const struct settings_rename *i = r; i && e == ERR_OK;
	    i = i->next) {
		if (!strv_eq(i->section, section))
			continue;
		e = move(db, "DELETE FROM override WHERE name = ?1", i->to,
		    STRV_NONE);
		if (e == ERR_OK)
			e = move(db, "UPDATE override SET name = ?1 "
			    "WHERE name = '>' || ?1", i->to, STRV_NONE);
	}
	return e;
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
