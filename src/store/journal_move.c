/* journal_move.c - legs moved; what a full disk refused is written later. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/list.h"
#include "base/map.h"
#include "base/metric.h"
#include "loop/timer.h"
#include "store/charging_fact.h"
#include "store/journal_priv.h"
#include "store/recent.h"

#define AGAIN_MS	1000

static struct metric metrics[] = {
	COUNTER("parley_store_moves_late_total", NULL,
	    "State changes that could not be written at once."),
	GAUGE("parley_store_moves_unsaved", NULL,
	    "State changes that are not written yet."),
};
enum { LATE, UNSAVED };

void journal_move_metrics(void)
{
	metric_register(metrics, sizeof(metrics) / sizeof(*metrics));
}

/* --- one move ------------------------------------------------------------------- */

struct move {
	struct write w;
	struct message *m;	/* one reference: it has the strings */
	struct leg leg;
	bool queued;		/* in the writer */
	bool outdated;		/* the leg moved on meanwhile */
	struct list hook;	/* of those unsaved */
};

/*
 * A report may have come in before the answer to what it reports: a leg that
 * is DELIVERED (4) or DISPLAYED (5) on disk does not go back.
 */
#define MOVED \
	"state = charge_move(?13, state, CASE WHEN state IN (4, 5) AND " \
	"?1 <> 5 THEN state ELSE ?1 END), " \
	"why = CASE WHEN state IN (4, 5) AND ?1 <> 5 THEN why ELSE ?2 END, " \
	"tries = ?3, due = ?4, answered = ?5, reached = ?6, segments = ?12"

static void bind_move(struct stmt *s, const struct message *m,
    const struct leg *l)
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
	stmt_int(s, l->role);
	stmt_int(s, l->segments);
	stmt_int(s, (int64_t)charging_leg(m, l));
}

/* The notification is not needed any more, and not sent if it waits. */
static enum err replace_ucn(struct db *db, const struct leg *l)
{
	struct stmt *s = stmt(db, "UPDATE leg SET role = 3, state = "
	    "charge_move(id, state, CASE WHEN state <= 1 THEN 8 ELSE state END) "
	    "WHERE id BETWEEN ? AND ? AND recipient = ? AND role = 2");
	uint64_t id = id_message_of(l->id);

	stmt_int(s, (int64_t)id_leg(id, 0));
	stmt_int(s, (int64_t)id_leg(id, 255));
	stmt_text(s, l->recipient);
	return stmt_end(s);
}

static enum err put_late(struct db *db, const struct leg *l)
{
	const struct journal_late late = {
		.message = id_message_of(l->id), .recipient = l->recipient,
		.hop = l->recipient, .devices = l->late,
		.port = l->late_port ? l->late_port : l->port,
		.why = ERR_OFFLINE, .expires = l->expires
	};

	return l->late.n ? late_put(db, &late) : ERR_OK;
}

static enum err put_rest(struct db *db, const struct leg *l)
{
	enum err e = put_late(db, l);

	return e == ERR_OK && l->replaces ? replace_ucn(db, l) : e;
}

/* Mostly neither queue nor ref change, which spares two indexes. */
static enum err move_run(struct write *w, struct db *db)
{
	const struct move *v = (struct move *)(void *)w;
	const struct leg *l = &v->leg;
	struct stmt *s = stmt(db, "UPDATE leg SET " MOVED
	    " WHERE id = ?7 AND port = ?8 AND hop = ?9 AND ref IS ?10 "
	    "AND role = ?11");
	enum err e;

	bind_move(s, v->m, l);
	e = stmt_end(s);
	if (e != ERR_OK || db_changes(db) > 0)
		return e == ERR_OK ? put_rest(db, l) : e;
	recent_name(id_message_of(l->id), l->ref, STRV_NONE);
	s = stmt(db, "UPDATE leg SET " MOVED ", port = ?8, hop = ?9, "
	    "ref = ?10, role = CASE WHEN role = 3 THEN 3 ELSE ?11 END "
	    "WHERE id = ?7");
	bind_move(s, v->m, l);
	e = stmt_end(s);
	return e == ERR_OK ? put_rest(db, l) : e;
}

static void put(struct move *v)
{
	v->queued = true;
	writer_put(&v->w);
}

/* --- what could not be written ---------------------------------------------------- */

/*
 * The newest move of each leg until it is written.  Those unsaved are no more
 * than legs were in memory, since what is unsaved is not sent again.
 */
static struct map newest;
static struct list unsaved = { &unsaved, &unsaved };
static size_t n_unsaved;
static struct timer timer;

static void move_free(struct move *v)
{
	if (!list_empty(&v->hook))
		metric_set(&metrics[UNSAVED], (int64_t)--n_unsaved);
	list_del(&v->hook);
	message_unref(v->m);
	free(v);
}

/* One is enough to see whether the disk takes writes again. */
static void again(void *arg)
{
	struct list *first = list_first(&unsaved);
	struct move *v;

	(void)arg;
	if (!first)
		return;
	timer_set(&timer, AGAIN_MS);
	v = LIST_ENTRY(first, struct move, hook);
	if (!v->queued)
		put(v);
}

static void put_all(void)
{
	LIST_FOR(at, &unsaved) {
		struct move *v = LIST_ENTRY(at, struct move, hook);

		if (!v->queued)
			put(v);
	}
}

/*
 * A wake may have missed the leg meanwhile: its time will find it, held, as
 * those that are ready have none.
 */
static void keep(struct move *v)
{
	if (!list_empty(&v->hook))
		return;
	if (v->leg.state <= LEG_HELD && v->leg.due == 0) {
		v->leg.state = LEG_HELD;
		v->leg.due = 1;
	}
	metric_inc(&metrics[LATE]);
	metric_set(&metrics[UNSAVED], (int64_t)++n_unsaved);
	list_push(&unsaved, &v->hook);
	if (timer_is_set(&timer))
		return;
	timer_init(&timer, "unsaved moves", again, NULL);
	timer_set(&timer, AGAIN_MS);
}

bool journal_is_unsaved(uint64_t leg)
{
	return map_get_u64(&newest, leg) != NULL;
}

/* --- the write ------------------------------------------------------------------- */

static void move_done(struct write *w)
{
	struct move *v = (struct move *)(void *)w;
	bool healed = w->err == ERR_OK && !list_empty(&v->hook);

	v->queued = false;
	if (w->err != ERR_OK && !v->outdated) {
		keep(v);
		return;
	}
	if (!v->outdated)
		(void)map_del_u64(&newest, v->leg.id);
	move_free(v);
	if (healed)
		put_all();
}

void journal_move(const struct leg *l)
{
	struct move *v = xalloc(sizeof(*v)), *was;

	v->w = (struct write){ .db = DB_STORE, .run = move_run,
		.done = move_done };
	v->m = message_ref(l->message);
	v->leg = *l;
	list_init(&v->hook);
	was = map_set_u64(&newest, l->id, v);
	if (was) {
		was->outdated = true;
		if (!was->queued)
			move_free(was);
	}
	put(v);
}

/* --- rest ----------------------------------------------------------------- */

#define REST	500	/* legs in one transaction */

struct rest {
	struct write w;
	struct strv hop;
	journal_rested_fn *done;
	int64_t due;		/* those before it rest */
	size_t n;
	int64_t ids[REST];
	char bytes[];
};

static enum err find_restless(struct rest *r, struct db *db)
{
	struct stmt *s = stmt(db, "SELECT id, due FROM leg INDEXED BY leg_due "
	    "WHERE state = 1 AND due > 0 AND due >= ? AND hop = ? "
	    "ORDER BY due");

	stmt_int(s, r->due);
	stmt_text(s, r->hop);
	r->n = 0;
	while (r->n < REST && stmt_row(s)) {
		r->ids[r->n++] = col_int(s);
		r->due = col_int(s);
	}
	return stmt_stop(s);
}

static enum err rest_run(struct write *w, struct db *db)
{
	struct rest *r = (struct rest *)(void *)w;
	enum err e = find_restless(r, db);

	for (size_t i = 0; i < r->n && e == ERR_OK; i++) {
		struct stmt *s = stmt(db, "UPDATE leg SET due = 0 "
		    "WHERE id = ?");

		stmt_int(s, r->ids[i]);
		e = stmt_end(s);
	}
	return e;
}

static void rest_done(struct write *w)
{
	struct rest *r = (struct rest *)(void *)w;

	if (w->err == ERR_OK && r->n == REST) {
		writer_put(w);
		return;
	}
	r->done(r->hop);
	free(r);
}

void journal_rest(struct strv hop, journal_rested_fn *done)
{
	struct rest *r = xalloc(sizeof(*r) + hop.n);

	r->w = (struct write){ .db = DB_STORE, .run = rest_run,
		.done = rest_done };
	r->hop = (struct strv){ r->bytes, hop.n };
	if (hop.n)
		memcpy(r->bytes, hop.p, hop.n);
	r->done = done;
	writer_put(&r->w);
}

/* --- another name --------------------------------------------------------- */

struct renaming {
	struct write w;
	struct strv from, to;
	journal_renamed_fn *done;
	void *arg;
	size_t n, all;
	char bytes[];
};

static enum err rename_run(struct write *w, struct db *db)
{
	struct renaming *r = (struct renaming *)(void *)w;
	static const char *const sqls[] = {
		"UPDATE leg SET hop = ? WHERE id IN (SELECT id FROM leg "
		"WHERE hop = ? AND state <= 1 LIMIT ?)",
		"UPDATE leg SET hop = ? WHERE id IN (SELECT id FROM leg "
		"WHERE hop = ? AND ref IS NOT NULL LIMIT ?)",
	};
	enum err e = ERR_OK;

	r->n = 0;
	for (size_t i = 0; i < 2 && e == ERR_OK && r->n < REST; i++) {
		struct stmt *s = stmt(db, sqls[i]);

		stmt_text(s, r->to);
		stmt_text(s, r->from);
		stmt_int(s, (int64_t)(REST - r->n));
		e = stmt_end(s);
		if (e == ERR_OK)
			r->n += (size_t)db_changes(db);
	}
	return e;
}

static void rename_done(struct write *w)
{
	struct renaming *r = (struct renaming *)(void *)w;

	r->all += w->err == ERR_OK ? r->n : 0;
	if (w->err == ERR_OK && r->n == REST) {
		writer_put(w);
		return;
	}
	r->done(w->err, r->all, r->arg);
	free(r);
}

void journal_rename(struct strv hop, struct strv to, journal_renamed_fn *done,
    void *arg)
{
	struct renaming *r = xalloc(sizeof(*r) + hop.n + to.n);

	memcpy(r->bytes, hop.p, hop.n);
	memcpy(r->bytes + hop.n, to.p, to.n);
	r->w = (struct write){ .db = DB_STORE, .run = rename_run,
		.done = rename_done };
	r->from = (struct strv){ r->bytes, hop.n };
	r->to = (struct strv){ r->bytes + hop.n, to.n };
	r->done = done;
	r->arg = arg;
	writer_put(&r->w);
}
