/* journal_purge.c - messages that nobody waits for any more are deleted. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/metric.h"
#include "base/now.h"
#include "store/journal_priv.h"

static struct metric purged = COUNTER("parley_store_purged_total", NULL,
    "Messages deleted after their retention time.");

struct purge {
	struct write w;
	uint64_t before, linked;	/* ids */
	int64_t now;
	size_t limit, n, nfiles;
	uint64_t *ids;		/* room for limit */
	uint8_t (*files)[BLOB_HASH];	/* of ids[0..nfiles), then: to remove */
};

/*
 * A leg READY, HELD or SENDING keeps its message; so does a UCN (role 2, or 3
 * when the message followed it) that is SENT, DELIVERED or DISPLAYED.
 */
static enum err choose(struct purge *p, struct db *db)
{
	struct stmt *s = stmt(db, "SELECT id, file FROM message "
	    "WHERE id < ? AND NOT EXISTS (SELECT 1 FROM leg WHERE leg.id "
	    "BETWEEN message.id << 8 AND message.id << 8 | 255 "
	    "AND (state <= 2 OR (role >= 2 AND state <= 5 AND "
	    "(message.id >= ? OR expires > ?)))) ORDER BY id LIMIT ?");

	stmt_int(s, (int64_t)p->before);
	stmt_int(s, (int64_t)p->linked);
	stmt_int(s, p->now);
	stmt_int(s, (int64_t)p->limit);
	while (p->n < p->limit && stmt_row(s)) {
		uint64_t id = (uint64_t)col_int(s);
		struct strv file = col_text(s);

		p->ids[p->n++] = id;
		if (file.n == BLOB_HASH)
			memcpy(p->files[p->nfiles++], file.p, BLOB_HASH);
	}
	return stmt_stop(s);
}

static enum err delete_one(struct db *db, uint64_t id)
{
	struct stmt *s;
	enum err e;

	s = stmt(db, "DELETE FROM leg WHERE id BETWEEN ? AND ?");
	stmt_int(s, (int64_t)id_leg(id, 0));
	stmt_int(s, (int64_t)id_leg(id, 255));
	e = stmt_end(s);
	if (e != ERR_OK)
		return e;
	s = stmt(db, "DELETE FROM report WHERE message = ?");
	stmt_int(s, (int64_t)id);
	e = stmt_end(s);
	if (e != ERR_OK)
		return e;
	s = stmt(db, "DELETE FROM message WHERE id = ?");
	stmt_int(s, (int64_t)id);
	return stmt_end(s);
}

/* Leaves in files[0..nfiles) those that nobody has any more. */
static enum err drop_files(struct purge *p, struct db *db)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nfiles; i++) {
		bool last = false;
		enum err e = blob_drop(db, (struct strv){
		    (const char *)p->files[i], BLOB_HASH }, &last);

		if (e != ERR_OK)
			return e;
		if (last)
			memmove(p->files[n++], p->files[i], BLOB_HASH);
	}
	p->nfiles = n;
	return ERR_OK;
}

static enum err purge_run(struct write *w, struct db *db)
{
	struct purge *p = (struct purge *)(void *)w;
	enum err e = choose(p, db);

	if (e == ERR_OK)
		e = drop_files(p, db);
	for (size_t i = 0; i < p->n && e == ERR_OK; i++)
		e = delete_one(db, p->ids[i]);
	return e;
}

static void purge_free(struct write *w)
{
	struct purge *p = (struct purge *)(void *)w;

	free(p->ids);
	free(p->files);
	free(p);
}

static enum err remove_run(struct write *w, struct db *db)
{
	struct purge *p = (struct purge *)(void *)w;

	for (size_t i = 0; i < p->nfiles; i++)
		blob_remove(db, (struct strv){ (const char *)p->files[i],
		    BLOB_HASH });
	return ERR_OK;
}

/* A file goes only when the commit that gave it up is on disk. */
static void purge_done(struct write *w)
{
	struct purge *p = (struct purge *)(void *)w;

	if (w->err != ERR_OK || p->nfiles == 0) {
		metric_add(&purged, w->err == ERR_OK ? (int64_t)p->n : 0);
		purge_free(w);
		return;
	}
	metric_add(&purged, (int64_t)p->n);
	w->run = remove_run;
	w->done = purge_free;
	writer_put(w);
}

void journal_purge_metrics(void)
{
	metric_register(&purged, 1);
}

void journal_purge(int64_t before, int64_t linked, size_t limit)
{
	struct purge *p = xalloc(sizeof(*p));

	p->w = (struct write){ .db = DB_STORE, .run = purge_run,
		.done = purge_done };
	p->before = id_at(before);
	p->linked = id_at(linked);
	p->now = now_ms();
	p->limit = limit;
	p->ids = xalloc((limit + 1) * sizeof(*p->ids));
	p->files = xalloc((limit + 1) * sizeof(*p->files));
	writer_put(&p->w);
}
