/* journal.c - messages accepted. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/metric.h"
#include "base/now.h"
#include "store/journal_priv.h"
#include "store/recent.h"

#define TWIN_MS	(INT64_C(7) * 24 * 3600 * 1000)	/* a duplicate's age */

static struct metric metrics[] = {
	COUNTER("parley_store_messages_total", "result=\"accepted\"",
	    "Messages offered to the journal."),
	COUNTER("parley_store_messages_total", "result=\"duplicate\"",
	    "Messages offered to the journal."),
	COUNTER("parley_store_messages_total", "result=\"failed\"",
	    "Messages offered to the journal."),
};
enum { ACCEPTED, DUPLICATE, FAILED };

void journal_metrics(void)
{
	metric_register(metrics, sizeof(metrics) / sizeof(*metrics));
	journal_move_metrics();
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
		out->answered = (enum leg_answer)col_int(s);
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

static void note(const struct accept *a)
{
	recent_message(a->m);
	for (size_t i = 0; i < a->n; i++)
		recent_leg(a->m, &a->legs[i]);
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
		note(a);
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
