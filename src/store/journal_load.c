/* journal_load.c - what waits: loaded for its hop, due, expired, recovered. */

#define LOG_UNIT "journal"
#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/log.h"
#include "base/map.h"
#include "base/now.h"
#include "store/journal_priv.h"

/* --- legs ----------------------------------------------------------------- */

struct loading {
	struct write w;
	struct strv hop;	/* or recipient; absent: the expired ones */
	struct strv devices, awaited;
	uint64_t after;
	int64_t now;		/* due or expired by then */
	size_t limit;
	journal_legs_fn *done;
	void *arg;
	bool more;
	size_t n;
	struct leg **legs;	/* room for limit */
	size_t npicked;
	uint64_t picked[JOURNAL_PICK];
	char bytes[];
};

/* The strings of a leg live in the arena of its message. */
static struct leg *leg_of(struct stmt *s, bool *lost)
{
	struct message *m = message_new();
	struct leg *l = leg_new(m, 0);

	row_leg(s, &m->arena, l);
	row_message(s, m, lost);
	message_unref(m);	/* the leg has its own reference */
	return l;
}

/*
 * A leg whose content cannot be read is not delivered empty: it stays until
 * it expires.
 */
static enum err take_legs(struct loading *q, struct stmt *s, bool whole)
{
	while (q->n < q->limit && stmt_row(s)) {
		bool lost;
		struct leg *l = leg_of(s, &lost);

		if (lost && whole)
			leg_free(l);
		else
			q->legs[q->n++] = l;
	}
	q->more = q->n == q->limit;
	return stmt_stop(s);
}

static enum err load_run(struct write *w, struct db *db)
{
	struct loading *q = (struct loading *)(void *)w;
	struct stmt *s = stmt(db, "SELECT " LEG_COLUMNS ", " MESSAGE_COLUMNS
	    " FROM leg INDEXED BY leg_waiting "
	    "JOIN message ON message.id = leg.id >> 8 "
	    "WHERE leg.hop = ? AND leg.id > ? AND leg.state <= 1 "
	    "AND leg.due <= ? ORDER BY leg.id");

	stmt_text(s, q->hop);
	stmt_int(s, (int64_t)q->after);
	stmt_int(s, q->now);
	return take_legs(q, s, true);
}

static enum err load_user_run(struct write *w, struct db *db)
{
	struct loading *q = (struct loading *)(void *)w;
	struct stmt *s = stmt(db, "SELECT " LEG_COLUMNS ", " MESSAGE_COLUMNS
	    " FROM leg INDEXED BY leg_waiting "
	    "JOIN message ON message.id = leg.id >> 8 "
	    "WHERE leg.hop = ?1 AND leg.id > ?2 AND leg.state <= 1 "
	    "AND (leg.device IS NULL OR leg.device = '' OR "
	    "instr(' ' || ?3 || ' ', ' ' || leg.device || ' ') > 0 OR "
	    "(?4 IS NOT NULL AND message.kind = 3 AND (leg.id & 255) = 1 "
	    "AND instr(' ' || ?4 || ' ', ' ' || leg.device || ' ') = 0)) "
	    "ORDER BY leg.id");

	stmt_text(s, q->hop);
	stmt_int(s, (int64_t)q->after);
	stmt_text(s, q->devices);
	stmt_text(s, q->awaited);
	return take_legs(q, s, true);
}

static enum err copies_run(struct write *w, struct db *db)
{
	struct loading *q = (struct loading *)(void *)w;
	struct stmt *s = stmt(db, "SELECT " LEG_COLUMNS ", " MESSAGE_COLUMNS
	    " FROM leg INDEXED BY leg_copy "
	    "JOIN message ON message.id = leg.id >> 8 "
	    "WHERE leg.recipient = ? AND leg.id > ? AND leg.role = 1 "
	    "AND leg.state <= 1 ORDER BY leg.id");

	stmt_text(s, q->hop);
	stmt_int(s, (int64_t)q->after);
	return take_legs(q, s, true);
}

static enum err expired_run(struct write *w, struct db *db)
{
	struct loading *q = (struct loading *)(void *)w;
	struct stmt *s = stmt(db, "SELECT " LEG_COLUMNS ", " MESSAGE_COLUMNS
	    " FROM leg INDEXED BY leg_expires "
	    "JOIN message ON message.id = leg.id >> 8 "
	    "WHERE leg.expires <= ? AND leg.state <= 1 "
	    "ORDER BY leg.expires");

	stmt_int(s, q->now);
	return take_legs(q, s, false);
}

static enum err pick_run(struct write *w, struct db *db)
{
	struct loading *q = (struct loading *)(void *)w;
	enum err e = ERR_OK;

	for (size_t i = 0; i < q->npicked && e == ERR_OK; i++) {
		struct stmt *s = stmt(db, "SELECT " LEG_COLUMNS ", "
		    MESSAGE_COLUMNS " FROM leg "
		    "JOIN message ON message.id = leg.id >> 8 "
		    "WHERE leg.id = ? AND leg.state <= 1");

		stmt_int(s, (int64_t)q->picked[i]);
		e = take_legs(q, s, false);
	}
	return e;
}

static void load_done(struct write *w)
{
	struct loading *q = (struct loading *)(void *)w;

	if (q->w.err != ERR_OK) {
		while (q->n > 0)
			leg_free(q->legs[--q->n]);
		q->more = false;
	}
	q->done(q->w.err, q->legs, q->n, q->more, q->arg);
	free(q->legs);
	free(q);
}

static struct loading *loading_new(struct strv hop, struct strv devices,
    struct strv awaited, size_t limit, journal_legs_fn *done, void *arg)
{
	struct loading *q = xalloc(sizeof(*q) + hop.n + devices.n +
	    awaited.n);

	q->w = (struct write){ .db = DB_STORE, .done = load_done };
	q->hop = (struct strv){ q->bytes, hop.n };
	if (hop.n)
		memcpy(q->bytes, hop.p, hop.n);
	q->devices = (struct strv){ q->bytes + hop.n, devices.n };
	if (devices.n)
		memcpy(q->bytes + hop.n, devices.p, devices.n);
	if (awaited.p)
		q->awaited = (struct strv){ q->bytes + hop.n + devices.n,
			awaited.n };
	if (awaited.n)
		memcpy(q->bytes + hop.n + devices.n, awaited.p, awaited.n);
	q->legs = xalloc((limit + 1) * sizeof(struct leg *));
	q->limit = limit;
	q->done = done;
	q->arg = arg;
	return q;
}

void journal_load(struct strv hop, uint64_t after, int64_t due, size_t limit,
    journal_legs_fn *done, void *arg)
{
	struct loading *q = loading_new(hop, STRV_NONE, STRV_NONE, limit,
	    done, arg);

	q->after = after;
	q->now = due;
	q->w.run = load_run;
	writer_put(&q->w);
}

void journal_load_user(struct strv hop, uint64_t after, struct strv devices,
    struct strv awaited, size_t limit, journal_legs_fn *done, void *arg)
{
	struct loading *q = loading_new(hop, devices, awaited, limit, done,
	    arg);

	q->after = after;
	q->w.run = load_user_run;
	writer_put(&q->w);
}

void journal_pick(const uint64_t *ids, size_t n, journal_legs_fn *done,
    void *arg)
{
	struct loading *q = loading_new(STRV_NONE, STRV_NONE, STRV_NONE, n,
	    done, arg);

	q->npicked = n;
	memcpy(q->picked, ids, n * sizeof(*ids));
	q->w.run = pick_run;
	writer_put(&q->w);
}

void journal_copies(struct strv recipient, uint64_t after, size_t limit,
    journal_legs_fn *done, void *arg)
{
	struct loading *q = loading_new(recipient, STRV_NONE, STRV_NONE,
	    limit, done, arg);

	q->after = after;
	q->w.run = copies_run;
	writer_put(&q->w);
}

void journal_expired(int64_t now, size_t limit, journal_legs_fn *done,
    void *arg)
{
	struct loading *q = loading_new(STRV_NONE, STRV_NONE, STRV_NONE,
	    limit, done, arg);

	q->now = now;
	q->w.run = expired_run;
	writer_put(&q->w);
}

/* --- hops ----------------------------------------------------------------- */

struct due {
	struct write w;
	int64_t now;
	size_t limit, n;
	struct arena arena;	/* of the hops */
	struct map seen;	/* them */
	struct strv *hops;
	size_t n_legs;
	int64_t *legs;
	journal_hops_fn *done;
	void *arg;
};

static void add_hop(struct due *d, struct strv hop)
{
	if (map_get(&d->seen, hop))
		return;
	d->hops[d->n] = arena_str(&d->arena, hop);
	(void)map_set(&d->seen, d->hops[d->n], d);
	d->n++;
}

static enum err find_due(struct due *d, struct db *db, int64_t above,
    int64_t upto)
{
	struct stmt *s = stmt(db, "SELECT id, hop FROM leg "
	    "INDEXED BY leg_due WHERE state = 1 AND due > 0 AND due > ? "
	    "AND due <= ?");

	stmt_int(s, above);
	stmt_int(s, upto);
	while (d->n_legs < d->limit && stmt_row(s)) {
		d->legs[d->n_legs++] = col_int(s);
		add_hop(d, col_text(s));
	}
	return stmt_stop(s);
}

static enum err due_run(struct write *w, struct db *db)
{
	struct due *d = (struct due *)(void *)w;
	enum err e = find_due(d, db, 0, d->now);

	if (e == ERR_OK)
		e = find_due(d, db, d->now + JOURNAL_DUE_MAX, INT64_MAX);
	for (size_t i = 0; i < d->n_legs && e == ERR_OK; i++) {
		struct stmt *s = stmt(db, "UPDATE leg SET due = 0 "
		    "WHERE id = ?");

		stmt_int(s, d->legs[i]);
		e = stmt_end(s);
	}
	return e;
}

static void due_done(struct write *w)
{
	struct due *d = (struct due *)(void *)w;

	d->done(w->err, d->hops, w->err == ERR_OK ? d->n : 0, d->arg);
	map_deinit(&d->seen);
	arena_deinit(&d->arena);
	free(d->hops);
	free(d->legs);
	free(d);
}

void journal_due(int64_t now, size_t limit, journal_hops_fn *done, void *arg)
{
	struct due *d = xalloc(sizeof(*d));

	d->w = (struct write){ .db = DB_STORE, .run = due_run,
		.done = due_done };
	d->now = now;
	d->limit = limit;
	arena_init(&d->arena);
	map_init(&d->seen);
	d->hops = xalloc((limit + 1) * sizeof(*d->hops));
	d->legs = xalloc((limit + 1) * sizeof(*d->legs));
	d->done = done;
	d->arg = arg;
	writer_put(&d->w);
}

/* --- start ---------------------------------------------------------------- */

static enum err hold_flying(struct db *db, int64_t *n)
{
	struct stmt *s = stmt(db, "UPDATE leg INDEXED BY leg_flight "
	    "SET state = 1, due = ? WHERE state IN (0, 2)");
	enum err e;

	stmt_int(s, now_ms());
	e = stmt_end(s);
	*n = db_changes(db);
	return e;
}

enum err journal_ucns(int64_t since,
    void (*each)(const struct journal_ucn *u))
{
	struct stmt *s = stmt(db_writer(DB_STORE), "SELECT leg.id, leg.state, "
	    "leg.due, leg.recipient, message.sender FROM leg "
	    "INDEXED BY leg_ucn JOIN message ON message.id = leg.id >> 8 "
	    "WHERE leg.role >= 2 AND leg.state <= 5 AND "
	    "(leg.id >= ? OR leg.state <= 2) "
	    "ORDER BY leg.id");
	struct journal_ucn u;

	stmt_int(s, (int64_t)id_leg(id_at(since), 0));
	while (stmt_row(s)) {
		int64_t came, due;

		u.leg = (uint64_t)col_int(s);
		came = id_ms(id_message_of(u.leg));
		u.waits = col_int(s) <= LEG_SENDING;
		due = col_int(s);
		u.at = u.waits && due > came ? due : came;
		u.recipient = col_text(s);
		u.sender = col_text(s);
		each(&u);
	}
	return stmt_end(s);
}

/* sql gives one number; NULL counts as 0 */
static enum err one_number(struct stmt *s, int64_t *v)
{
	*v = stmt_row(s) ? col_int(s) : 0;
	return stmt_end(s);
}

enum err journal_recover(uint64_t *last_id, int64_t *waiting)
{
	struct db *db = db_writer(DB_STORE);
	int64_t held, last = 0;
	enum err e = hold_flying(db, &held);

	journal_metrics();
	journal_purge_metrics();
	*waiting = 0;
	if (e == ERR_OK)
		e = one_number(stmt(db, "SELECT max(id) FROM message"), &last);
	if (e == ERR_OK)
		e = one_number(stmt(db, "SELECT count(*) FROM leg "
		    "INDEXED BY leg_expires WHERE state <= 1"), waiting);
	*last_id = (uint64_t)last;
	if (e == ERR_OK)
		log_info("recovered waiting=%" PRId64 " in_flight=%" PRId64,
		    *waiting, held);
	return e;
}
