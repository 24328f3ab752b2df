/* drafts.c - each person's proposals of settings, kept on disk. */

#define LOG_UNIT "conf"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/jsonw.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/now.h"
#include "loop/loop.h"
#include "op/event.h"
#include "store/audit.h"
#include "store/drafts.h"
#include "store/settings.h"
#include "store/writer.h"

#define SAYS_MAX	((size_t)64 << 10)	/* bytes of an audit row */

/*
 * What is seen, and what is on disk: they differ while a write is under way,
 * and a write that fails brings the older one back.
 */
struct slot {
	struct list hook;
	struct draft d;
	struct conf_edit *durable;	/* NULL: not on disk */
	int64_t durable_base, durable_tag;
	unsigned writes;		/* under way */
};

struct op {
	struct op *next;
	struct strv path, was, will;
	bool whole;
};

struct put {
	struct write write;	/* first: run() and done() get it back */
	struct slot *slot;
	struct arena arena;
	struct strv actor, owner, name;
	struct op *ops, **end;
	int64_t id, base, tag, created, changed;
	struct conf_edit *edit;
	struct buf says;	/* for the audit */
	enum err err;
	draft_done_fn *done;
	void *arg;
};

static struct list slots = { &slots, &slots };
static int64_t last_id, last_tag;

/* --- slots --------------------------------------------------------------- */

static struct slot *slot_find(struct strv owner, struct strv name)
{
	LIST_FOR(h, &slots) {
		struct slot *s = LIST_ENTRY(h, struct slot, hook);

		if (strv_eq(strv(s->d.owner), owner) &&
		    strv_eq(strv(s->d.name), name))
			return s;
	}
	return NULL;
}

static struct slot *slot_new(struct strv owner, struct strv name)
{
	struct slot *s = xalloc(sizeof(*s));
	struct list *at = slots.next;

	s->d.owner = xstrndup(owner.p, owner.n);
	s->d.name = xstrndup(name.p, name.n);
	s->d.id = ++last_id;
	s->d.created = now_ms();
	while (at != &slots &&
	    strcmp(LIST_ENTRY(at, struct slot, hook)->d.name, s->d.name) < 0)
		at = at->next;
	list_add_before(at, &s->hook);
	return s;
}

static void slot_free(struct slot *s)
{
	list_del(&s->hook);
	conf_edit_free(s->d.edit);
	conf_edit_free(s->durable);
	free(s->d.owner);
	free(s->d.name);
	free(s);
}

/* Seen by nobody and not on disk: it can go. */
static void slot_sweep(struct slot *s)
{
	if (!s->d.edit && !s->durable && s->writes == 0)
		slot_free(s);
}

const struct draft *draft_find(struct strv owner, struct strv name)
{
	const struct slot *s = slot_find(owner, name);

	return s && s->d.edit ? &s->d : NULL;
}

const struct draft *draft_at(struct strv owner, size_t i)
{
	LIST_FOR(h, &slots) {
		const struct slot *s = LIST_ENTRY(h, struct slot, hook);

		if (s->d.edit && (!owner.p || strv_eq(strv(s->d.owner),
		    owner)) && i-- == 0)
			return &s->d;
	}
	return NULL;
}

void drafts_unload(void)
{
	LIST_FOR(h, &slots)
		slot_free(LIST_ENTRY(h, struct slot, hook));
	last_id = last_tag = 0;
}

/* --- loading ------------------------------------------------------------- */

static enum err ops_load(struct slot *slot)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT path, was, will, "
	    "whole FROM draft_op WHERE draft = ? ORDER BY whole DESC, path");

	slot->d.edit = conf_edit_new();
	stmt_int(s, slot->d.id);
	while (stmt_row(s)) {
		struct strv path = col_text(s), was = col_text(s);
		struct strv will = col_text(s);
		struct arena a;

		arena_init(&a);
		conf_edit_restore(slot->d.edit, arena_str(&a, path).p,
		    arena_str(&a, was).p, arena_str(&a, will).p,
		    col_int(s) != 0);
		arena_deinit(&a);
	}
	slot->durable = conf_edit_copy(slot->d.edit);
	slot->durable_base = slot->d.base;
	slot->durable_tag = slot->d.tag;
	return stmt_end(s);
}

enum err drafts_load(void)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT owner, name, id, "
	    "base, tag, created, changed FROM draft ORDER BY id");
	enum err e;

	drafts_unload();
	while (stmt_row(s)) {
		struct strv owner = col_text(s), name = col_text(s);
		struct draft *d = &slot_new(owner, name)->d;

		d->id = last_id = col_int(s);
		d->base = col_int(s);
		d->tag = col_int(s);
		d->created = col_int(s);
		d->changed = col_int(s);
		if (d->tag > last_tag)
			last_tag = d->tag;
	}
	e = stmt_end(s);
	LIST_FOR(h, &slots)
		if (e == ERR_OK)
			e = ops_load(LIST_ENTRY(h, struct slot, hook));
	return e;
}

/* --- writing ------------------------------------------------------------- */

static void collect(const char *path, const char *was, const char *will,
    bool whole, void *arg)
{
	struct put *p = arg;
	struct op *o = arena_alloc(&p->arena, sizeof(*o));

	o->path = arena_str(&p->arena, strv(path));
	o->was = arena_str(&p->arena, strv(was));
	o->will = arena_str(&p->arena, strv(will));
	o->whole = whole;
	*p->end = o;
	p->end = &o->next;
}

static enum err op_put(struct db *db, int64_t draft, const struct op *o)
{
	struct stmt *s = stmt(db, "INSERT INTO draft_op "
	    "(draft, path, whole, was, will) VALUES (?, ?, ?, ?, ?)");

	stmt_int(s, draft);
	stmt_text(s, o->path);
	stmt_int(s, o->whole);
	stmt_text(s, o->was);
	stmt_text(s, o->will);
	return stmt_end(s);
}

static enum err header_put(struct db *db, const struct put *p)
{
	struct stmt *s = stmt(db, "DELETE FROM draft WHERE id = ?");
	enum err e;

	stmt_int(s, p->id);
	e = stmt_end(s);
	if (e != ERR_OK || !p->ops)
		return e;
	s = stmt(db, "INSERT INTO draft (id, owner, name, base, tag, created, "
	    "changed) VALUES (?, ?, ?, ?, ?, ?, ?)");
	stmt_int(s, p->id);
	stmt_text(s, p->owner);
	stmt_text(s, p->name);
	stmt_int(s, p->base);
	stmt_int(s, p->tag);
	stmt_int(s, p->created);
	stmt_int(s, p->changed);
	return stmt_end(s);
}

static enum err put_run(struct write *w, struct db *db)
{
	struct put *p = (struct put *)w;
	enum err e = header_put(db, p);

	for (const struct op *o = p->ops; o && e == ERR_OK; o = o->next)
		e = op_put(db, p->id, o);
	return e != ERR_OK ? e : audit_put(db, p->actor, p->ops ?
	    STRV("configuration draft") : STRV("configuration discard"),
	    p->name, buf_strv(&p->says));
}

/* For who watches; the topic says whose it is (admin/topics.h). */
static void publish(const struct slot *s, const char *what)
{
	char at[NOW_TEXT], topic[EVENT_TOPIC];
	struct strv owner = strv(s->d.owner);
	struct jsonw w;
	struct buf b;

	(void)snprintf(topic, sizeof(topic), DRAFT_TOPIC "%016" PRIx64,
	    map_hash(owner));
	now_text(now_ms(), at);
	buf_init(&b, 4096);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "at", strv(at));
	jsonw_str(&w, "what", strv(what));
	jsonw_str(&w, "owner", owner);
	jsonw_str(&w, "draft", strv(s->d.name));
	jsonw_int(&w, "base", s->d.base);
	jsonw_int(&w, "tag", s->d.tag);
	jsonw_int(&w, "staged", s->d.edit ? (int64_t)conf_edit_size(
	    s->d.edit) : 0);
	jsonw_end(&w);
	event_publish(topic, buf_strv(&b));
	buf_deinit(&b);
}

static void put_end(struct put *p)
{
	p->done(p->err, p->arg);
	conf_edit_free(p->edit);
	buf_deinit(&p->says);
	arena_deinit(&p->arena);
	free(p);
}

/* The write failed: what is on disk is what there is. */
static void fall_back(struct slot *s)
{
	conf_edit_free(s->d.edit);
	s->d.edit = s->durable ? conf_edit_copy(s->durable) : NULL;
	s->d.base = s->durable_base;
	s->d.tag = s->durable_tag;
}

static void put_done(struct write *w)
{
	struct put *p = (struct put *)w;
	struct slot *s = p->slot;

	p->err = w->err == ERR_OK ? ERR_OK : ERR_STORAGE;
	s->writes--;
	if (p->err == ERR_OK) {
		publish(s, !p->ops ? "discarded" : s->durable ? "changed" :
		    "created");
		conf_edit_free(s->durable);
		s->durable = p->edit;
		p->edit = NULL;
		s->durable_base = p->base;
		s->durable_tag = p->tag;
	} else {
		fall_back(s);
	}
	slot_sweep(s);
	put_end(p);
}

static void put_idle(void *arg)
{
	put_end(arg);
}

static size_t drafts_of(struct strv owner)
{
	size_t n = 0;

	while (draft_at(owner, n))
		n++;
	return n;
}

static void put_start(struct put *p, struct slot *s, struct conf_edit *edit)
{
	bool any;

	conf_edit_ops(edit, collect, p);
	any = p->ops != NULL;
	if (!s->d.edit || conf_edit_conflicts(edit, NULL, NULL) == 0)
		s->d.base = settings_revision();
	p->base = s->d.base;
	s->d.tag = p->tag = ++last_tag;
	s->d.changed = p->changed = now_ms();
	p->created = s->d.created;
	p->id = s->d.id;
	p->slot = s;
	s->writes++;
	if (any)
		p->edit = conf_edit_copy(edit);
	conf_edit_free(s->d.edit);
	s->d.edit = any ? edit : NULL;
	if (!any)
		conf_edit_free(edit);
	p->write = (struct write){ .db = DB_CONFIG, .run = put_run,
		.done = put_done };
	writer_put(&p->write);
}

void draft_put(struct strv owner, struct strv name, struct conf_edit *edit,
    struct strv actor, draft_done_fn *done, void *arg)
{
	struct put *p = xalloc(sizeof(*p));
	struct slot *s = slot_find(owner, name);
	struct conf_edit *step;

	arena_init(&p->arena);
	buf_init(&p->says, SAYS_MAX);
	step = conf_edit_step(s ? s->d.edit : NULL, edit);
	conf_edit_sentences(step, &p->says);
	conf_edit_free(step);
	p->actor = arena_str(&p->arena, actor);
	p->owner = arena_str(&p->arena, owner);
	p->name = arena_str(&p->arena, name);
	p->end = &p->ops;
	p->done = done;
	p->arg = arg;
	if (!s && drafts_of(owner) < DRAFTS_MAX) {
		s = slot_new(owner, name);
	} else if (!s) {
		p->err = ERR_TOO_BIG;
		conf_edit_free(edit);
		loop_defer(put_idle, p);
		return;
	}
	put_start(p, s, edit);
}

void draft_committed(int64_t id)
{
	LIST_FOR(h, &slots) {
		struct slot *s = LIST_ENTRY(h, struct slot, hook);

		if (s->d.id != id)
			continue;
		publish(s, "committed");
		if (s->writes)
			return;		/* changed again since */
		conf_edit_free(s->d.edit);
		conf_edit_free(s->durable);
		s->d.edit = s->durable = NULL;
		slot_sweep(s);
		return;
	}
}
