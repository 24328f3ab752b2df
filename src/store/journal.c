/* journal.c - messages accepted, legs moved. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/metric.h"
#include "base/now.h"
#include "store/journal_priv.h"

#define TWIN_MS	(INT64_C(7) * 24 * 3600 * 1000)	/* a duplicate's age */

static struct metric metrics[] = {
	COUNTER("parley_store_messages_total", "result=\"accepted\"",
	    "Messages offered to the journal."),
	COUNTER("parley_store_messages_total", "result=\"duplicate\"",
	    "Messages offered to the journal."),
	COUNTER("parley_store_messages_total", "result=\"failed\"",
	    "Messages offered to the journal."),
	COUNTER("parley_store_moves_lost_total", NULL,
	    "State changes that could not be written."),
};
enum { ACCEPTED, DUPLICATE, FAILED, LOST };

void journal_metrics(void)
{
	metric_register(metrics, sizeof(metrics) / sizeof(*metrics));
}

/* --- acceptance ----------------------------------------------------------- */

struct accept {
	struct write w;
	struct message *m;		/* one reference */
	struct part_drop *parts;
	journal_accepted_fn *done;
	void *arg;
	struct journal_accepted result;
	size_t n;
	struct leg legs[];	/* as they were at the call */
};

/* The twin's first leg went to recipient. */
static enum err check_twin(struct db *db, uint64_t id, struct strv recipient,
    struct journal_accepted *out)
{
	struct stmt *s = stmt(db, "SELECT state, why, answered, recipient "
	    "FROM leg WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1");

	stmt_int(s, (int64_t)id_leg(id, 0));
	stmt_int(s, (int64_t)id_leg(id, 255));
	if (stmt_row(s)) {
		out->state = (enum leg_state)col_int(s);
		out->why = err_by_name(col_text(s));
		out->answered = col_int(s) != 0;
		out->duplicate = strv_eq(col_text(s), recipient);
		out->id = id;
	}
	return stmt_end(s);
}

static enum err find_twin(struct db *db, const struct message *m,
    struct strv recipient, struct journal_accepted *out)
{
	struct stmt *s = stmt(db, "SELECT id, sender, imdn_id FROM message "
	    "INDEXED BY message_twin WHERE twin = ? AND id >= ? ORDER BY id");
	enum err e = ERR_OK, end;

	stmt_int(s, twin_hash(m->from, m->imdn_id, recipient));
	stmt_int(s, (int64_t)id_at(now_ms() - TWIN_MS));
	while (e == ERR_OK && !out->duplicate && stmt_row(s)) {
		uint64_t id = (uint64_t)col_int(s);
		bool same = strv_eq(col_text(s), m->from);

		if (same && strv_eq(col_text(s), m->imdn_id))
			e = check_twin(db, id, recipient, out);
	}
	end = stmt_stop(s);
	return e == ERR_OK ? end : e;
}

static enum err accept_run(struct write *w, struct db *db)
{
	struct accept *a = (struct accept *)(void *)w;
	const struct message *m = a->m;
	struct strv recipient = a->n ? a->legs[0].recipient : m->to;
	enum err e = ERR_OK;

	if (m->imdn_id.n > 0)
		e = find_twin(db, m, recipient, &a->result);
	if (e != ERR_OK)
		return ERR_STORAGE;
	if (!a->result.duplicate) {
		a->result.id = m->id;
		e = row_put_message(db, m, recipient);
		for (size_t i = 0; i < a->n && e == ERR_OK; i++)
			e = row_put_leg(db, &a->legs[i]);
	}
	return e == ERR_OK ? parts_delete(db, a->parts) : e;
}

static void accept_done(struct write *w)
{
	struct accept *a = (struct accept *)(void *)w;
	int what = w->err != ERR_OK ? FAILED :
	    a->result.duplicate ? DUPLICATE : ACCEPTED;

	metric_inc(&metrics[what]);
	a->done(w->err, &a->result, a->arg);
	parts_free(a->parts);
	message_unref(a->m);
	free(a);
}

void journal_accept(struct message *m, struct leg *const *legs, size_t n,
    journal_accepted_fn *done, void *arg)
{
	struct accept *a = xalloc(sizeof(*a) + n * sizeof(a->legs[0]));

	a->w = (struct write){ .db = DB_STORE, .run = accept_run,
		.done = accept_done };
	a->m = message_ref(m);
	a->parts = parts_take();
	a->done = done;
	a->arg = arg;
	a->n = n;
	for (size_t i = 0; i < n; i++)
		a->legs[i] = *legs[i];
	writer_put(&a->w);
}

/* --- transitions ---------------------------------------------------------- */

struct move {
	struct write w;
	struct message *m;	/* one reference: it has the strings */
	struct leg leg;
};

/*
 * A report may have come in before the answer to what it reports: a leg that
 * is DELIVERED (4) or DISPLAYED (5) on disk does not go back.
 */
#define MOVED \
	"state = CASE WHEN state IN (4, 5) AND ?1 <> 5 THEN state " \
	"ELSE ?1 END, " \
	"why = CASE WHEN state IN (4, 5) AND ?1 <> 5 THEN why ELSE ?2 END, " \
	"tries = ?3, due = ?4, answered = ?5, reached = ?6"

static void bind_move(struct stmt *s, const struct leg *l)
{
	stmt_int(s, l->state);
	stmt_text(s, strv(err_info(l->why)->name));
	stmt_int(s, l->tries);
	stmt_int(s, l->due);
	stmt_int(s, l->answered);
	stmt_text(s, l->reached);
	stmt_int(s, (int64_t)l->id);
	stmt_text(s, strv(l->port ? l->port : ""));
	stmt_text(s, l->hop.p ? l->hop : STRV(""));
	stmt_text(s, l->ref);
}

/* Mostly neither queue nor ref change, which spares two indexes. */
static enum err move_run(struct write *w, struct db *db)
{
	const struct leg *l = &((struct move *)(void *)w)->leg;
	struct stmt *s = stmt(db, "UPDATE leg SET " MOVED
	    " WHERE id = ?7 AND port = ?8 AND hop = ?9 AND ref IS ?10");
	enum err e;

	bind_move(s, l);
	e = stmt_end(s);
	if (e != ERR_OK || db_changes(db) > 0)
		return e;
	s = stmt(db, "UPDATE leg SET " MOVED ", port = ?8, hop = ?9, "
	    "ref = ?10 WHERE id = ?7");
	bind_move(s, l);
	return stmt_end(s);
}

static void move_done(struct write *w)
{
	struct move *v = (struct move *)(void *)w;

	if (w->err != ERR_OK)
		metric_inc(&metrics[LOST]);
	message_unref(v->m);
	free(v);
}

void journal_move(const struct leg *l)
{
	struct move *v = xalloc(sizeof(*v));

	v->w = (struct write){ .db = DB_STORE, .run = move_run,
		.done = move_done };
	v->m = message_ref(l->message);
	v->leg = *l;
	writer_put(&v->w);
}

/* --- rest ----------------------------------------------------------------- */

struct rest {
	struct write w;
	struct strv hop;
	char bytes[];
};

static enum err rest_run(struct write *w, struct db *db)
{
	struct stmt *s = stmt(db, "UPDATE leg INDEXED BY leg_due SET due = 0 "
	    "WHERE state = 1 AND due > 0 AND hop = ?");

	stmt_text(s, ((struct rest *)(void *)w)->hop);
	return stmt_end(s);
}

static void rest_done(struct write *w)
{
	free(w);
}

void journal_rest(struct strv hop)
{
	struct rest *r = xalloc(sizeof(*r) + hop.n);

	r->w = (struct write){ .db = DB_STORE, .run = rest_run,
		.done = rest_done };
	r->hop = (struct strv){ r->bytes, hop.n };
	if (hop.n)
		memcpy(r->bytes, hop.p, hop.n);
	writer_put(&r->w);
}
