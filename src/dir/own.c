/* own.c - what subscribers change themselves: documents, blocks, groups. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/now.h"
#include "conf/conf.h"
#include "dir/groups_priv.h"
#include "dir/own.h"
#include "dir/screening_priv.h"
#include "store/audit.h"
#include "store/documents.h"
#include "store/screens.h"

/* --- turns ---------------------------------------------------------------- */

struct own_turn {
	struct turn turn;
	void (*run)(void *arg);
	void *arg;
};

static void turned(struct turn *t)
{
	struct own_turn *o = LIST_ENTRY(t, struct own_turn, turn);

	o->run(o->arg);
}

void own_begin(struct own_turn **out, void (*run)(void *arg), void *arg)
{
	struct own_turn *o = xalloc(sizeof(*o));

	o->run = run;
	o->arg = arg;
	o->turn.run = turned;
	*out = o;
	turn(&o->turn);
}

void own_end(struct own_turn *o)
{
	turn_end(&o->turn);
	free(o);
}

/* --- documents ------------------------------------------------------------ */

static bool is_block(enum screen_effect e)
{
	return e == SCREEN_SILENT || e == SCREEN_REFUSED;
}

static enum err put_block(struct db *db, const struct own_document *d,
    const struct own_block *b)
{
	return is_block(b->effect) ?
	    screen_rule_put(db, d->user, b->key, b->effect) :
	    screen_rule_delete(db, d->user, b->key);
}

static enum err note_document(struct db *db, const struct own_document *d)
{
	struct buf detail;
	enum err e;

	buf_init(&detail, 4096);
	if (d->detail.p)
		buf_adds(&detail, d->detail);
	else
		buf_addf(&detail, "%.*s/%.*s", STRV_ARG(d->usage),
		    STRV_ARG(d->name));
	buf_addf(&detail, ", %zu blocks changed", d->nblocks);
	e = audit_put(db, d->actor, d->action.p ? d->action : d->text.p ?
	    STRV("document put") : STRV("document delete"), d->object,
	    buf_strv(&detail));
	buf_deinit(&detail);
	return e;
}

static enum err document_run(struct write *w, struct db *db)
{
	const struct own_document *d = LIST_ENTRY(w, struct own_document, w);
	enum err e = d->text.p ?
	    document_put(db, d->user, d->usage, d->name, d->text) :
	    document_delete(db, d->user, d->usage, d->name);

	for (size_t i = 0; i < d->nblocks && e == ERR_OK; i++)
		e = put_block(db, d, &d->blocks[i]);
	return e == ERR_OK ? note_document(db, d) : e;
}

static void document_done(struct write *w)
{
	struct own_document *d = LIST_ENTRY(w, struct own_document, w);

	for (size_t i = 0; i < d->nblocks && w->err == ERR_OK; i++) {
		const struct own_block *b = &d->blocks[i];

		if (is_block(b->effect))
			screening_put(d->user, b->key, b->effect);
		else
			screening_delete(d->user, b->key);
	}
	d->done(d, w->err);
}

void own_document_write(struct own_document *d)
{
	d->w = (struct write){ .db = DB_CONFIG, .run = document_run,
		.done = document_done };
	writer_put(&d->w);
}

/* --- groups --------------------------------------------------------------- */

/* A group as it is on its way to the writer. */
struct job {
	struct group_write w;
	struct own_group *g;
	struct arena arena;
	struct group_change *changes;
	struct group_member *members;	/* as they shall be, sorted */
	size_t n;
};

static int compare(const void *a, const void *b)
{
	const struct group_member *x = a, *y = b;
	int c = memcmp(x->key.p, y->key.p,
	    x->key.n < y->key.n ? x->key.n : y->key.n);

	return c ? c : (x->key.n > y->key.n) - (x->key.n < y->key.n);
}

static void job_free(struct job *j)
{
	arena_deinit(&j->arena);
	free(j);
}

static void group_done(struct group_write *w, enum err e)
{
	struct job *j = LIST_ENTRY(w, struct job, w);
	struct own_group *g = j->g;

	job_free(j);
	g->done(g, e);
}

/* Those wanted, the admins there are and the owner; each once. */
static void gather(struct job *j, const struct group *was)
{
	const struct own_group *g = j->g;
	size_t all = g->nmembers + 1 + (was ? was->roster->n : 0), n = 0;
	int64_t now = now_ms();

	j->members = arena_alloc(&j->arena, all * sizeof(*j->members));
	for (size_t i = 0; was && i < was->roster->n; i++)
		if (was->roster->member[i].role == ROLE_OF_ADMIN)
			j->members[j->n++] = was->roster->member[i];
	if (!was)
		j->members[j->n++] = (struct group_member){ g->owner,
			ROLE_OF_ADMIN, now };
	for (size_t i = 0; i < g->nmembers; i++) {
		const struct group_member *m = was ?
		    group_find_member(was, g->members[i]) : NULL;

		if (m ? m->role == ROLE_OF_ADMIN :
		    !was && strv_eq(g->members[i], g->owner))
			continue;
		j->members[j->n++] = m ? *m : (struct group_member){
			g->members[i], ROLE_OF_MEMBER, now };
	}
	qsort(j->members, j->n, sizeof(*j->members), compare);
	for (size_t i = 0; i < j->n; i++)
		if (n == 0 || !strv_eq(j->members[n - 1].key,
		    j->members[i].key))
			j->members[n++] = j->members[i];
	j->n = n;
}

static void change_member(struct job *j, uint64_t id,
    const struct group_member *m, enum group_change_kind kind)
{
	j->changes[j->w.n++] = (struct group_change){ .kind = kind,
		.member = { id, arena_str(&j->arena, m->key), m->role,
		m->added } };
}

/* In the order of keys: who goes, and who comes. */
static void change_members(struct job *j, const struct group *was,
    uint64_t id)
{
	size_t n = was ? was->roster->n : 0, at = 0;

	for (size_t i = 0; i < j->n; i++) {
		while (at < n && compare(&was->roster->member[at],
		    &j->members[i]) < 0)
			change_member(j, id, &was->roster->member[at++],
			    MEMBER_DELETE);
		if (at < n && compare(&was->roster->member[at],
		    &j->members[i]) == 0)
			at++;
		else
			change_member(j, id, &j->members[i], MEMBER_PUT);
	}
	while (at < n)
		change_member(j, id, &was->roster->member[at++],
		    MEMBER_DELETE);
}

static enum err make_row(struct job *j, const struct group *was,
    struct group_row *r)
{
	const struct own_group *g = j->g;
	int64_t most = conf_int("policy group", "", "max-size");

	if (was)
		*r = was->row;
	else
		groups_defaults(r);
	if (g->max_size > most && g->max_size > r->max_size)
		return ERR_TOO_BIG;
	if (g->max_size)
		r->max_size = g->max_size;
	if ((int64_t)j->n > r->max_size)
		return ERR_TOO_BIG;
	r->subject = g->subject;
	r->changed = now_ms();
	if (was)
		return ERR_OK;
	r->id = groups_next_id();
	r->key = r->written = g->key;
	r->created = r->changed;
	return ERR_OK;
}

static bool contains_itself(const struct own_group *g)
{
	for (size_t i = 0; i < g->nmembers; i++)
		if (strv_eq(g->members[i], g->key))
			return true;
	return false;
}

static enum err plan_group(struct job *j, const struct group *was)
{
	struct group_change *first;
	enum err e;

	if (contains_itself(j->g) || !profile_is_text(j->g->subject,
	    GROUP_SUBJECT_MAX))
		return ERR_BAD_SYNTAX;
	gather(j, was);
	j->changes = arena_alloc(&j->arena, (1 + j->n +
	    (was ? was->roster->n : 0)) * sizeof(*j->changes));
	first = &j->changes[j->w.n++];
	first->kind = was ? GROUP_SET : GROUP_ADD;
	e = make_row(j, was, &first->row);
	if (e == ERR_OK)
		change_members(j, was, first->row.id);
	return e;
}

static void plan_end(struct job *j, const struct group *was)
{
	j->changes = arena_alloc(&j->arena, sizeof(*j->changes));
	j->changes[j->w.n++] = (struct group_change){ .kind = GROUP_DELETE,
		.row.id = was->row.id };
}

/* A new address may be nobody's, and a name in the home domain. */
static bool is_free(struct strv key)
{
	return !user_find(key) && !addr_is_number(key) &&
	    dir_is_home(addr_host(key)) && !groups_is_exploder(key);
}

static enum err plan_job(struct job *j)
{
	const struct group *was = group_find(j->g->key);
	const struct group_member *m = was ?
	    group_find_member(was, j->g->owner) : NULL;

	if (was ? !m || m->role != ROLE_OF_ADMIN : !is_free(j->g->key))
		return ERR_FORBIDDEN;
	if (!j->g->gone)
		return plan_group(j, was);
	if (!was)
		return ERR_NO_USER;
	plan_end(j, was);
	return ERR_OK;
}

enum err own_group_write(struct own_group *g)
{
	struct job *j = xalloc(sizeof(*j));
	bool new = !group_find(g->key);
	enum err e;

	arena_init(&j->arena);
	j->g = g;
	e = plan_job(j);
	if (e != ERR_OK) {
		job_free(j);
		return e;
	}
	j->w.actor = g->actor;
	j->w.action = g->gone ? STRV("group delete") : new ?
	    STRV("group add") : STRV("group set");
	j->w.object = g->key;
	j->w.detail = g->gone ? STRV("") : g->subject;
	j->w.changes = j->changes;
	j->w.done = group_done;
	groups_write(&j->w);
	return ERR_OK;
}

static enum err may_move(const struct group *g, const struct group_member *m,
    bool come)
{
	if (!come)
		return m && m->role == ROLE_OF_ADMIN ? ERR_FORBIDDEN : ERR_OK;
	if (m)
		return ERR_OK;
	if (g->row.closed)
		return ERR_FORBIDDEN;
	return (int64_t)g->roster->n < g->row.max_size ? ERR_OK : ERR_TOO_BIG;
}

enum err own_group_self(struct own_group *g, bool come)
{
	const struct group *was = group_find(g->key);
	const struct group_member *m = was ?
	    group_find_member(was, g->owner) : NULL;
	enum err e = was ? may_move(was, m, come) : ERR_NO_USER;
	struct job *j;

	if (e != ERR_OK)
		return e;
	j = xalloc(sizeof(*j));
	arena_init(&j->arena);
	j->g = g;
	j->changes = arena_alloc(&j->arena, sizeof(*j->changes));
	j->changes[0] = (struct group_change){ .kind = come ? MEMBER_PUT :
		MEMBER_DELETE, .member = { was->row.id, g->owner,
		ROLE_OF_MEMBER, now_ms() } };
	j->w = (struct group_write){ .actor = g->actor, .object = g->key,
		.action = come ? STRV("group member add") :
		STRV("group member remove"), .detail = g->owner,
		.changes = j->changes, .n = come != (m != NULL) ? 1 : 0,
		.done = group_done };
	groups_write(&j->w);
	return ERR_OK;
}

size_t own_groups(struct strv key)
{
	const struct group *g;
	size_t at = 0, n = 0;

	while ((g = groups_next(&at)) != NULL) {
		const struct group_member *m = group_find_member(g, key);

		n += m && m->role == ROLE_OF_ADMIN;
	}
	return n;
}
