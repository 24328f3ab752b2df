/* parts.c - parts of long short messages that wait for the others. */

#include <stdlib.h>

#include "base/alloc.h"
#include "loop/loop.h"
#include "store/journal_priv.h"

/* --- add ------------------------------------------------------------------ */

struct part_add {
	struct write w;
	struct journal_part part;
	journal_done_fn *done;
	void *arg;
	char bytes[];
};

static enum err add_run(struct write *w, struct db *db)
{
	const struct journal_part *p = &((struct part_add *)(void *)w)->part;
	struct stmt *s = stmt(db, "INSERT INTO part (key, seq, total, "
	    "coding, bytes, received) VALUES (?, ?, ?, ?, ?, ?) "
	    "ON CONFLICT (key, seq) DO UPDATE SET total = excluded.total, "
	    "coding = excluded.coding, bytes = excluded.bytes, "
	    "received = excluded.received");

	stmt_blob(s, p->key);
	stmt_int(s, p->seq);
	stmt_int(s, p->total);
	stmt_int(s, p->data_coding);
	stmt_blob(s, p->bytes);
	stmt_int(s, p->received);
	return stmt_end(s);
}

static void add_done(struct write *w)
{
	struct part_add *a = (struct part_add *)(void *)w;

	a->done(w->err, a->arg);
	free(a);
}

void journal_part_add(const struct journal_part *p, journal_done_fn *done,
    void *arg)
{
	struct part_add *a = xalloc(sizeof(*a) + p->key.n + p->bytes.n);

	a->w = (struct write){ .db = DB_STORE, .run = add_run,
		.done = add_done };
	a->part = *p;
	a->part.key.p = a->bytes;
	a->part.bytes.p = a->bytes + p->key.n;
	if (p->key.n)
		memcpy(a->bytes, p->key.p, p->key.n);
	if (p->bytes.n)
		memcpy(a->bytes + p->key.n, p->bytes.p, p->bytes.n);
	a->done = done;
	a->arg = arg;
	writer_put(&a->w);
}

/* --- drop ----------------------------------------------------------------- */

struct dropping {
	struct write w;
	struct part_drop *list;
};

static struct part_drop *waiting;	/* for the acceptance of this turn */

struct part_drop *parts_take(void)
{
	struct part_drop *list = waiting;

	waiting = NULL;
	return list;
}

enum err parts_delete(struct db *db, const struct part_drop *list)
{
	enum err e = ERR_OK;

	for (; list && e == ERR_OK; list = list->next) {
		struct stmt *s = stmt(db, "DELETE FROM part WHERE key = ?");

		stmt_blob(s, (struct strv){ list->key, list->n });
		e = stmt_end(s);
	}
	return e;
}

void parts_free(struct part_drop *list)
{
	while (list) {
		struct part_drop *next = list->next;

		free(list);
		list = next;
	}
}

static enum err drop_run(struct write *w, struct db *db)
{
	return parts_delete(db, ((struct dropping *)(void *)w)->list);
}

static void drop_done(struct write *w)
{
	struct dropping *d = (struct dropping *)(void *)w;

	parts_free(d->list);
	free(d);
}

/* The turn has ended and no message took them along. */
static void drop_alone(void *arg)
{
	struct dropping *d;

	(void)arg;
	if (!waiting)
		return;
	d = xalloc(sizeof(*d));
	d->w = (struct write){ .db = DB_STORE, .run = drop_run,
		.done = drop_done };
	d->list = parts_take();
	writer_put(&d->w);
}

void journal_parts_drop(struct strv key)
{
	struct part_drop *p = xalloc(sizeof(*p) + key.n);

	p->n = key.n;
	if (key.n)
		memcpy(p->key, key.p, key.n);
	p->next = waiting;
	waiting = p;
	loop_defer(drop_alone, NULL);
}

/* --- load ----------------------------------------------------------------- */

enum err journal_parts_load(void (*each)(const struct journal_part *p))
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT key, seq, total, "
	    "coding, bytes, received FROM part ORDER BY key, seq");

	while (stmt_row(s)) {
		struct journal_part p;

		p.key = col_text(s);
		p.seq = (uint8_t)col_int(s);
		p.total = (uint8_t)col_int(s);
		p.data_coding = (uint8_t)col_int(s);
		p.bytes = col_text(s);
		p.received = col_int(s);
		each(&p);
	}
	return stmt_end(s);
}
