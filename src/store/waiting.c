/* waiting.c - legs that wait in one queue, chosen by what they are. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "store/waiting.h"
#include "store/writer.h"

/* --- looking ---------------------------------------------------------------- */

#define FITS \
	"WHERE leg.hop = ?1 AND leg.state <= 1 AND leg.id > ?2 " \
	"AND leg.id <= ?3 AND (?4 < 0 OR leg.state = ?4) " \
	"AND (?5 IS NULL OR leg.why = ?5) " \
	"AND (?6 IS NULL OR leg.recipient = ?6) " \
	"AND (?7 IS NULL OR EXISTS (SELECT 1 FROM message " \
	"WHERE message.id = leg.id >> 8 AND message.sender = ?7)) "

static void bind(struct stmt *s, const struct waiting_filter *f,
    uint64_t after)
{
	stmt_text(s, f->hop);
	stmt_int(s, (int64_t)after);
	stmt_int(s, f->upto ? (int64_t)f->upto : INT64_MAX);
	stmt_int(s, f->state);
	stmt_text(s, f->why);
	stmt_text(s, f->to);
	stmt_text(s, f->from);
}

enum err waiting_count(const struct waiting_filter *f,
    struct waiting_count *out)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT count(*), "
	    "min(leg.id), max(leg.id) FROM leg INDEXED BY leg_waiting " FITS);

	*out = (struct waiting_count){ .n = 0 };
	bind(s, f, 0);
	if (stmt_row(s)) {
		out->n = col_int(s);
		out->oldest = (uint64_t)col_int(s);
		out->newest = (uint64_t)col_int(s);
	}
	return stmt_end(s);
}

enum err waiting_find(const struct waiting_filter *f, uint64_t after,
    uint64_t *ids, size_t max, size_t *n)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT leg.id FROM leg "
	    "INDEXED BY leg_waiting " FITS "ORDER BY leg.id");

	*n = 0;
	bind(s, f, after);
	while (*n < max && stmt_row(s))
		ids[(*n)++] = (uint64_t)col_int(s);
	return stmt_stop(s);
}

/* --- retry ------------------------------------------------------------------ */

struct retry {
	struct write w;
	uint64_t first, last;	/* of a message; last 0: ids */
	struct arena arena;	/* of the hops */
	size_t n_hops, n;
	struct strv *hops;	/* as many as ids */
	journal_hops_fn *done;
	void *arg;
	uint64_t ids[];
};

#define OF_MESSAGE 256

static void add_hop(struct retry *r, struct strv hop)
{
	for (size_t i = 0; i < r->n_hops; i++)
		if (strv_eq(r->hops[i], hop))
			return;
	r->hops[r->n_hops++] = arena_str(&r->arena, hop);
}

static enum err retry_one(struct retry *r, struct db *db, uint64_t id)
{
	struct stmt *s = stmt(db, "UPDATE leg SET due = 0 WHERE id = ? "
	    "AND state = 1 RETURNING hop");

	stmt_int(s, (int64_t)id);
	if (stmt_row(s))
		add_hop(r, col_text(s));
	return stmt_end(s);
}

static enum err find_legs(struct retry *r, struct db *db)
{
	struct stmt *s = stmt(db, "SELECT id FROM leg WHERE id BETWEEN ? "
	    "AND ? AND state = 1");

	stmt_int(s, (int64_t)r->first);
	stmt_int(s, (int64_t)r->last);
	r->n = 0;
	while (r->n < OF_MESSAGE && stmt_row(s))
		r->ids[r->n++] = (uint64_t)col_int(s);
	return stmt_stop(s);
}

static enum err retry_run(struct write *w, struct db *db)
{
	struct retry *r = (struct retry *)(void *)w;
	enum err e = r->last ? find_legs(r, db) : ERR_OK;

	r->n_hops = 0;
	if (e == ERR_OK && r->n == 0)
		return ERR_NO_USER;
	for (size_t i = 0; i < r->n && e == ERR_OK; i++)
		e = retry_one(r, db, r->ids[i]);
	return e;
}

static void retry_done(struct write *w)
{
	struct retry *r = (struct retry *)(void *)w;

	r->done(w->err, r->hops, w->err == ERR_OK ? r->n_hops : 0, r->arg);
	arena_deinit(&r->arena);
	free(r->hops);
	free(r);
}

static struct retry *retry_new(size_t n, journal_hops_fn *done, void *arg)
{
	struct retry *r = xalloc(sizeof(*r) + n * sizeof(r->ids[0]));

	r->w = (struct write){ .db = DB_STORE, .run = retry_run,
		.done = retry_done };
	arena_init(&r->arena);
	r->hops = xalloc((n + 1) * sizeof(*r->hops));
	r->n = n;
	r->done = done;
	r->arg = arg;
	return r;
}

void waiting_retry(const uint64_t *ids, size_t n, journal_hops_fn *done,
    void *arg)
{
	struct retry *r = retry_new(n, done, arg);

	memcpy(r->ids, ids, n * sizeof(*ids));
	writer_put(&r->w);
}

void waiting_retry_message(uint64_t first, uint64_t last,
    journal_hops_fn *done, void *arg)
{
	struct retry *r = retry_new(OF_MESSAGE, done, arg);

	r->first = first;
	r->last = last;
	writer_put(&r->w);
}
