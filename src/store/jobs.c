/* jobs.c - long operations at work, on disk: which of them were cut short. */

#include "store/jobs.h"

enum err job_row_put(struct db *db, const struct job_row *r)
{
	struct stmt *s = stmt(db, "INSERT INTO job (id, kind, action, object, "
	    "who, means, began, ended) VALUES (?, ?, ?, ?, ?, ?, ?, 0)");

	stmt_int(s, r->id);
	stmt_text(s, r->kind);
	stmt_text(s, r->action);
	stmt_text(s, r->object);
	stmt_text(s, r->who);
	stmt_text(s, r->means);
	stmt_int(s, r->began);
	return stmt_end(s);
}

enum err job_row_drop(struct db *db, int64_t id)
{
	struct stmt *s = stmt(db, "DELETE FROM job WHERE id = ?");

	stmt_int(s, id);
	return stmt_end(s);
}

enum err job_rows_end(struct db *db, int64_t now, int64_t before)
{
	struct stmt *s = stmt(db, "DELETE FROM job WHERE ended > 0 AND "
	    "ended < ?");
	enum err e;

	stmt_int(s, before);
	e = stmt_end(s);
	if (e != ERR_OK)
		return e;
	s = stmt(db, "UPDATE job SET ended = ? WHERE ended = 0");
	stmt_int(s, now);
	return stmt_end(s);
}

enum err job_rows_read(job_row_fn *fn)
{
	struct stmt *s = stmt(db_writer(DB_CONFIG), "SELECT id, kind, action, "
	    "object, who, means, began, ended FROM job ORDER BY id");
	struct job_row r;

	while (stmt_row(s)) {
		r.id = col_int(s);
		r.kind = col_text(s);
		r.action = col_text(s);
		r.object = col_text(s);
		r.who = col_text(s);
		r.means = col_text(s);
		r.began = col_int(s);
		r.ended = col_int(s);
		fn(&r);
	}
	return stmt_end(s);
}
