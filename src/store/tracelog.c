/* tracelog.c - steps of messages on disk. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "store/tracelog.h"
#include "store/writer.h"

#define TRIM_MESSAGES	20000	/* forgotten at once when it grew too big */

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

struct trim {
	struct write write;
	int64_t before, max_bytes;
};

static enum err trim_run(struct write *w, struct db *db)
{
	const struct trim *t = (const struct trim *)w;
	struct stmt *s = stmt(db, "DELETE FROM event WHERE at < ?");
	int64_t pages;

	stmt_int(s, t->before * 1000);
	if (stmt_end(s) != ERR_OK)
		return ERR_STORAGE;
	s = stmt(db, "SELECT (page_count - freelist_count) * page_size FROM "
	    "pragma_page_count, pragma_freelist_count, pragma_page_size");
	pages = stmt_row(s) ? col_int(s) : 0;
	(void)stmt_end(s);
	if (pages <= t->max_bytes)
		return ERR_OK;
	s = stmt(db, "DELETE FROM event WHERE message IN (SELECT DISTINCT "
	    "message FROM event ORDER BY message LIMIT ?)");
	stmt_int(s, TRIM_MESSAGES);
	return stmt_end(s);
}

void tracelog_trim(int64_t before, int64_t max_bytes)
{
	struct trim *t = xalloc(sizeof(*t));

	t->write = (struct write){ .db = DB_TRACE, .run = trim_run,
	    .done = batch_done };
	t->before = before;
	t->max_bytes = max_bytes;
	writer_put(&t->write);
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
