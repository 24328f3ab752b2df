/* bindings_edit.c - the changes of one REGISTER: durable, then in memory. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/map.h"
#include "base/now.h"
#include "conf/conf.h"
#include "dir/bindings_priv.h"
#include "dir/devices_priv.h"
#include "loop/loop.h"

struct change {
	struct binding *b;	/* a copy; its id is set at the commit */
	bool put;
	bool alive;		/* of a del: it was there */
};

struct bindings_edit {
	struct write w;
	struct bindings_edit *next;	/* of the same user, waiting */
	struct user *user;		/* pinned */
	struct change *changes;
	size_t n, size;
	bindings_done_fn *done;
	void *arg;
	enum err err;			/* of a refusal */
};

/* The edit on its way for each user; the others wait behind it. */
static struct map running;

struct bindings_edit *bindings_edit_new(struct user *u)
{
	struct bindings_edit *e = xalloc(sizeof(*e));

	e->user = u;
	user_pin(u);
	return e;
}

static void add(struct bindings_edit *e, const struct binding *b, bool put)
{
	if (e->n == e->size) {
		e->size = e->size ? 2 * e->size : 4;
		e->changes = xrealloc(e->changes,
		    e->size * sizeof(*e->changes));
	}
	e->changes[e->n++] = (struct change){ binding_copy(b), put, false };
}

void bindings_edit_put(struct bindings_edit *e, const struct binding *b)
{
	add(e, b, true);
}

void bindings_edit_del(struct bindings_edit *e, const struct binding *b)
{
	add(e, b, false);
}

static void edit_free(struct bindings_edit *e)
{
	for (size_t i = 0; i < e->n; i++)
		free(e->changes[i].b);
	user_unpin(e->user);
	free(e->changes);
	free(e);
}

/* --- in the writer -------------------------------------------------------- */

static enum err put_row(struct db *db, const struct binding *b, uint64_t user)
{
	struct registration_row r = { .id = b->id, .subscriber = user,
		.contact = b->contact, .instance = b->instance,
		.path = b->path, .source = b->source,
		.features = b->features, .agent = b->agent,
		.call_id = b->call_id, .cseq = b->cseq, .reg_id = b->reg_id,
		.q = b->q, .expires = b->expires, .seen = b->seen };

	return registration_put(db, &r);
}

static enum err run(struct write *w, struct db *db)
{
	struct bindings_edit *e = (struct bindings_edit *)(void *)w;
	enum err err = ERR_OK;

	for (size_t i = 0; i < e->n && err == ERR_OK; i++) {
		const struct change *c = &e->changes[i];

		if (c->put)
			err = put_row(db, c->b, e->user->id);
		else if (c->alive)
			err = registration_delete(db, c->b->id);
	}
	return err == ERR_OK ? ERR_OK : ERR_STORAGE;
}

/* --- in memory ------------------------------------------------------------ */

static bool put(struct user *u, struct change *c)
{
	struct binding *was = binding_like(u, c->b), *b = c->b;
	bool moved = !was || !strv_eq(was->contact, b->contact) ||
	    !strv_eq(was->path, b->path) || !strv_eq(was->source, b->source);

	binding_event(was ? BINDING_REFRESHED : BINDING_NEW);
	if (!was || !binding_refresh(was, b)) {
		if (was)
			binding_remove(was);
		c->b = NULL;
		binding_insert(u, b);
		was = b;
	}
	if (device_registered(u, was))
		return moved;
	binding_drop(was);
	return false;
}

static bool apply(struct bindings_edit *e)
{
	bool appeared = false;

	for (size_t i = 0; i < e->n; i++) {
		struct change *c = &e->changes[i];
		struct binding *was;

		if (c->put) {
			appeared |= put(e->user, c);
			continue;
		}
		was = binding_like(e->user, c->b);
		if (was) {
			binding_event(BINDING_REMOVED);
			if (c->b->seen > was->seen)
				was->seen = c->b->seen;
			device_lapsed(was);
			binding_remove(was);
		}
	}
	return appeared;
}

/* The user was deleted while its rows were on their way to the disk. */
static void drop_rows(struct bindings_edit *e)
{
	struct ids ids = { .n = 0 };

	for (size_t i = 0; i < e->n; i++) {
		if (e->changes[i].put)
			ids_add(&ids, e->changes[i].b->id);
	}
	registrations_drop(&ids);
}

/* --- one after the other -------------------------------------------------- */

static void start(struct bindings_edit *e);

static void finish(struct bindings_edit *e, enum err err, bool appeared)
{
	struct bindings_edit *next = e->next;
	struct user *u = e->user;

	if (next)
		(void)map_set_u64(&running, u->id, next);
	else
		(void)map_del_u64(&running, u->id);
	if (e->done)
		e->done(err, u, appeared, e->arg);
	edit_free(e);
	if (next)
		start(next);
}

static void written(struct write *w)
{
	struct bindings_edit *e = (struct bindings_edit *)(void *)w;
	enum err err = w->err;
	bool appeared = false;

	if (err == ERR_OK && user_is_gone(e->user)) {
		drop_rows(e);
		err = ERR_NO_USER;
	} else if (err == ERR_OK) {
		appeared = apply(e);
	}
	finish(e, err, appeared);
}

static void refused(void *arg)
{
	struct bindings_edit *e = arg;

	finish(e, e->err, false);
}

/* Ids: of what is replaced; of an earlier change of this edit; or new. */
static uint64_t id_of(struct bindings_edit *e, size_t i)
{
	struct binding *was = binding_like(e->user, e->changes[i].b);

	if (was)
		return was->id;
	for (size_t j = 0; j < i; j++) {
		if (e->changes[j].put && binding_same_key(e->changes[j].b,
		    e->changes[i].b))
			return e->changes[j].b->id;
	}
	return 0;
}

/* How many there will be; each change gets its id. */
static int64_t number(struct bindings_edit *e)
{
	int64_t n = (int64_t)e->user->nbindings;

	for (size_t i = 0; i < e->n; i++) {
		struct change *c = &e->changes[i];
		uint64_t id = id_of(e, i);

		c->alive = id != 0;
		if (c->put && id == 0) {
			id = id_new();
			n++;
		} else if (!c->put && id != 0) {
			n--;
		}
		c->b->id = id;
	}
	return n;
}

static void start(struct bindings_edit *e)
{
	int64_t before = (int64_t)e->user->nbindings, after = number(e);

	if (user_is_gone(e->user))
		e->err = ERR_NO_USER;
	else if (after > before && after > conf_int("policy registration",
	    "", "max-contacts"))
		e->err = ERR_TOO_BIG;
	if (e->err != ERR_OK) {
		loop_defer(refused, e);
		return;
	}
	e->w = (struct write){ .db = DB_STORE, .run = run, .done = written };
	writer_put(&e->w);
}

void bindings_edit_commit(struct bindings_edit *e, bindings_done_fn *done,
    void *arg)
{
	struct bindings_edit *first = map_get_u64(&running, e->user->id);

	e->done = done;
	e->arg = arg;
	if (!first) {
		(void)map_set_u64(&running, e->user->id, e);
		start(e);
		return;
	}
	while (first->next)
		first = first->next;
	first->next = e;
}
