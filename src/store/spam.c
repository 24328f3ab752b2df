/* spam.c - legs in the spam folder, on disk. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/id.h"
#include "store/spam.h"
#include "store/writer.h"

#define LEGS	256	/* of one message, at the most */

struct moving {
	struct write w;
	uint64_t message;
	int64_t expires;
	enum leg_state to;
	journal_hops_fn *done;
	void *arg;
	struct arena arena;	/* of the hops */
	size_t n;
	struct strv hops[LEGS];
};

static enum err move_all(struct moving *v, struct db *db)
{
	struct stmt *s = stmt(db, "UPDATE leg SET state = ?, why = 'OK', "
	    "due = 0, expires = max(expires, ?) "
	    "WHERE id BETWEEN ? AND ? AND state = 9");

	stmt_int(s, v->to);
	stmt_int(s, v->expires);
	stmt_int(s, (int64_t)id_leg(v->message, 0));
	stmt_int(s, (int64_t)id_leg(v->message, LEGS - 1));
	return stmt_end(s);
}

static enum err run(struct write *w, struct db *db)
{
	struct moving *v = (struct moving *)(void *)w;
	struct stmt *s = stmt(db, "SELECT hop FROM leg "
	    "WHERE id BETWEEN ? AND ? AND state = 9");
	enum err e;

	v->n = 0;
	stmt_int(s, (int64_t)id_leg(v->message, 0));
	stmt_int(s, (int64_t)id_leg(v->message, LEGS - 1));
	while (v->n < LEGS && stmt_row(s))
		v->hops[v->n++] = arena_str(&v->arena, col_text(s));
	e = stmt_end(s);
	if (e == ERR_OK && v->n == 0)
		return ERR_NO_USER;
	return e == ERR_OK ? move_all(v, db) : e;
}

static void done(struct write *w)
{
	struct moving *v = (struct moving *)(void *)w;

	v->done(w->err, v->hops, w->err == ERR_OK ? v->n : 0, v->arg);
	arena_deinit(&v->arena);
	free(v);
}

static void move(uint64_t message, enum leg_state to, int64_t expires,
    journal_hops_fn *fn, void *arg)
{
	struct moving *v = xalloc(sizeof(*v));

	v->w = (struct write){ .db = DB_STORE, .run = run, .done = done };
	v->message = message;
	v->to = to;
	v->expires = expires;
	v->done = fn;
	v->arg = arg;
	arena_init(&v->arena);
	writer_put(&v->w);
}

void spam_release(uint64_t message, int64_t expires, journal_hops_fn *fn,
    void *arg)
{
	move(message, LEG_HELD, expires, fn, arg);
}

void spam_cancel(uint64_t message, journal_hops_fn *fn, void *arg)
{
	move(message, LEG_CANCELLED, 0, fn, arg);
}
