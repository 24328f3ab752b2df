/* provision.c - changes of subscribers: one after the other, durable first. */

#include <assert.h>

#include "dir/groups_priv.h"
#include "store/audit.h"

/* --- turns ---------------------------------------------------------------- */

static struct turn *first, **end = &first;

void turn(struct turn *t)
{
	t->next = NULL;
	*end = t;
	end = &t->next;
	if (first == t)
		t->run(t);
}

void turn_end(struct turn *t)
{
	assert(first == t);
	first = t->next;
	if (!first)
		end = &first;
	else
		first->run(first);
}

/* --- one write ------------------------------------------------------------ */

static enum err delete_one(struct db *db, const struct account *a)
{
	enum err e = account_delete(db, a->id);

	for (size_t i = 0; i < a->n && e == ERR_OK; i++)
		e = member_delete_all(db, a->keys[i]);
	return e;
}

static enum err put_one(struct db *db, const struct account *a,
    enum provision_kind kind)
{
	switch (kind) {
	case PROVISION_ADD:
		return account_add(db, a);
	case PROVISION_SET:
		return account_set(db, a);
	case PROVISION_DELETE:
		return delete_one(db, a);
	}
	return ERR_STORAGE;
}

static enum err run(struct write *w, struct db *db)
{
	struct provision *p = (struct provision *)(void *)w;
	enum err e = ERR_OK;

	for (size_t i = 0; i < p->n && e == ERR_OK; i++)
		e = put_one(db, &p->accounts[i], p->kinds[i]);
	if (e == ERR_OK)
		e = audit_put(db, p->actor, p->action, p->object, p->detail);
	return e == ERR_OK ? ERR_OK : ERR_STORAGE;
}

static void follow(const struct account *a, enum provision_kind kind)
{
	struct user *u;

	if (kind == PROVISION_DELETE) {
		u = user_by_id(a->id);
		for (size_t i = 0; i < a->n; i++)
			groups_forget(a->keys[i]);
		if (u)
			users_drop(u);
		return;
	}
	u = users_put(a);
	if (u->state == USER_SUSPENDED)
		bindings_drop_all(u);
}

static void done(struct write *w)
{
	struct provision *p = (struct provision *)(void *)w;

	for (size_t i = 0; i < p->n && w->err == ERR_OK; i++)
		follow(&p->accounts[i], p->kinds[i]);
	p->done(p, w->err);
}

void provision_put(struct provision *p)
{
	p->w = (struct write){ .db = DB_CONFIG, .run = run, .done = done };
	writer_put(&p->w);
}
