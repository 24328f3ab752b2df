/* tracelog.c - steps of messages on disk. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "store/db_priv.h"
#include "store/tracelog.h"
#include "store/writer.h"

struct batch {
	struct write write;
	size_t n;
	struct trace_event events[];
};

static enum err batch_run(struct write *w, struct db *db)
{
	struct batch *b = (struct batch *)w;
	enum err e = ERR_OK;

	for (size_t i = 0; i < b->n && e == ERR_OK; i++) {
		const struct trace_event *t = &b->events[i];
		struct stmt *s = stmt(db, "INSERT INTO event (message, at, "
		    "lane_from, lane_to, text) VALUES (?, ?, ?, ?, ?)");

		stmt_int(s, (int64_t)t->message);
		stmt_int(s, t->at);
		stmt_int(s, t->from);
		stmt_int(s, t->to);
		stmt_text(s, strv(t->text));
		e = stmt_end(s);
	}
	return e;
}

static void batch_done(struct write *w)
{
	free(w);
}

void tracelog_put(const struct trace_event *events, size_t n)
{
	struct batch *b = xalloc(sizeof(*b) + n * sizeof(*events));

	b->write = (struct write){ .db = DB_TRACE, .run = batch_run,
	    .done = batch_done };
	b->n = n;
	memcpy(b->events, events, n * sizeof(*events));
	writer_put(&b->write);
}

/*
 * A little in each batch, so that no message waits for it, and again at once
 * until it is enough.
 */
static struct {
	struct write write;
	int64_t before, max_bytes;
	bool busy;	/* core */
	bool more;	/* of run(), for done() */
} trim;

/* 0: nothing was older, or the disk refuses */
static int64_t forget_old(struct db *db)
{
	int64_t was = db_total_changes(db);
	struct stmt *s = stmt(db, "DELETE FROM event WHERE rowid IN (SELECT "
	    "rowid FROM event WHERE at < ? ORDER BY at LIMIT ?)");

	stmt_int(s, trim.before * 1000);
	stmt_int(s, TRACELOG_CHUNK);
	trim.write.err = stmt_end(s);
	return db_total_changes(db) - was;
}

static int64_t bytes_used(struct db *db)
{
	struct stmt *s = stmt(db, "SELECT (page_count - freelist_count) * "
	    "page_size FROM pragma_page_count, pragma_freelist_count, "
	    "pragma_page_size");
	int64_t n = stmt_row(s) ? col_int(s) : 0;

	(void)stmt_end(s);
	return n;
}

/* By message, so that what stays is whole but for one story. */
static int64_t forget_first(struct db *db)
{
	int64_t was = db_total_changes(db);
	struct stmt *s = stmt(db, "DELETE FROM event WHERE rowid IN (SELECT "
	    "rowid FROM event ORDER BY message LIMIT ?)");

	stmt_int(s, TRACELOG_CHUNK);
	trim.write.err = stmt_end(s);
	return db_total_changes(db) - was;
}

static enum err trim_run(struct write *w, struct db *db)
{
	int64_t n = forget_old(db);

	trim.more = n != 0;
	if (w->err == ERR_OK && n == 0 && bytes_used(db) > trim.max_bytes)
		trim.more = forget_first(db) != 0;
	return w->err;
}

/* What the disk refuses is tried at the next tracelog_trim(). */
static void trim_done(struct write *w)
{
	trim.busy = w->err == ERR_OK && trim.more;
	if (trim.busy)
		writer_put(w);
}

void tracelog_trim(int64_t before, int64_t max_bytes)
{
	if (trim.busy)
		return;
	trim.write = (struct write){ .db = DB_TRACE, .run = trim_run,
	    .done = trim_done };
	trim.before = before;
	trim.max_bytes = max_bytes;
	trim.busy = true;
	writer_put(&trim.write);
}

enum err tracelog_read(uint64_t message,
    void (*each)(const struct trace_event *e, void *arg), void *arg)
{
	struct db *db = db_reader(DB_TRACE);
	struct stmt *s;

	if (!db)
		return ERR_STORAGE;
	s = stmt(db, "SELECT at, lane_from, lane_to, text FROM event "
	    "WHERE message = ? ORDER BY at, rowid");
	stmt_int(s, (int64_t)message);
	while (stmt_row(s)) {
		struct trace_event t = { .message = message };
		struct strv text;

		t.at = col_int(s);
		t.from = (uint8_t)col_int(s);
		t.to = (uint8_t)col_int(s);
		text = col_text(s);
		if (text.n >= sizeof(t.text))
			text.n = sizeof(t.text) - 1;
		memcpy(t.text, text.p, text.n);
		each(&t, arg);
	}
	return stmt_end(s);
}

enum err tracelog_status(int64_t *oldest, int64_t *bytes)
{
	struct stmt *s = stmt(db_reader(DB_TRACE), "SELECT "
	    "(SELECT coalesce(min(at), 0) FROM event), "
	    "(page_count - freelist_count) * page_size FROM "
	    "pragma_page_count, pragma_freelist_count, pragma_page_size");

	if (stmt_row(s)) {
		*oldest = col_int(s);
		*bytes = col_int(s);
	}
	return stmt_stop(s);
}
