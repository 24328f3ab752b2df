/* audit.c - who changed what. */

#include "base/now.h"
#include "store/audit.h"

enum err audit_put(struct db *db, struct strv actor, struct strv action,
    struct strv object, struct strv detail)
{
	struct stmt *s = stmt(db, "INSERT INTO audit "
	    "(time, actor, action, object, detail) VALUES (?, ?, ?, ?, ?)");

	stmt_int(s, now_ms());
	stmt_text(s, actor.p ? actor : STRV(""));
	stmt_text(s, action.p ? action : STRV(""));
	stmt_text(s, object.p ? object : STRV(""));
	stmt_text(s, detail.p ? detail : STRV(""));
	return stmt_end(s);
}

enum err audit_each(int64_t before, int64_t limit, audit_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT id, time, actor, "
	    "action, object, detail FROM audit WHERE id < ? "
	    "ORDER BY id DESC LIMIT ?");
	struct audit_row row;

	stmt_int(s, before ? before : INT64_MAX);
	stmt_int(s, limit);
	while (stmt_row(s)) {
		row.id = col_int(s);
		row.time = col_int(s);
		row.actor = col_text(s);
		row.action = col_text(s);
		row.object = col_text(s);
		row.detail = col_text(s);
		fn(&row, arg);
	}
	return stmt_end(s);
}
