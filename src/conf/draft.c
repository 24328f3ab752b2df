/* draft.c - edits that live on while others commit: three ways by path. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/words.h"
#include "conf/conf_priv.h"
#include "conf/draft.h"

#define WORDS 5		/* of a path: two, a name, a row, and one too many */

static bool differ(const char *a, const char *b)
{
	return a != b && !(a && b && strcmp(a, b) == 0);
}

static const char *text_of(const struct instance *i, size_t row)
{
	return i ? i->text[row] : NULL;
}

static void put(struct set *s, const struct instance *like, size_t row,
    const char *text)
{
	if (text || set_find(s, like->sect, strv(like->name)))
		instance_put(set_own(s, like->sect, strv(like->name)), row,
		    text);
}

/* An instance without a value is none, in what is proposed. */
static void put_proposed(struct set *s, const struct instance *like,
    size_t row, const char *text)
{
	const struct instance *i;

	put(s, like, row, text);
	i = set_find(s, like->sect, strv(like->name));
	if (i && instance_empty(i))
		set_remove(s, like->sect, strv(like->name));
}

/* Of one that is there; from may be NULL. */
static void came_from(struct set *s, const struct instance *like,
    const char *from)
{
	if (from && set_find(s, like->sect, strv(like->name)))
		instance_came_from(set_own(s, like->sect, strv(like->name)),
		    from);
}

struct conf_edit *conf_edit_copy(const struct conf_edit *from)
{
	struct conf_edit *e = xalloc(sizeof(*e));

	set_copy(&e->was, &from->was);
	set_copy(&e->will, &from->will);
	return e;
}

struct conf_edit *conf_edit_step(const struct conf_edit *from,
    const struct conf_edit *to)
{
	struct conf_edit *e = xalloc(sizeof(*e));

	set_copy(&e->was, from ? &from->will : conf_now);
	set_copy(&e->will, &to->will);
	return e;
}

/* --- conflicts ----------------------------------------------------------- */

/* Did both change this value?  A deleted instance wants all its values. */
static bool conflicts(const struct instance *was, const struct instance *will,
    const struct instance *now, size_t row)
{
	const char *base = text_of(was, row), *mine = text_of(will, row);
	const char *theirs = text_of(now, row);

	return (!will || differ(base, mine)) && differ(base, theirs) &&
	    differ(mine, theirs);
}

static enum err rebase_instance(const struct instance *was,
    const struct instance *will, void *arg)
{
	const struct instance *any = will ? will : was;
	const struct instance *now = set_find(conf_now, any->sect,
	    strv(any->name));
	struct conf_edit *to = arg;

	for (size_t r = 0; r < any->sect->def->n; r++) {
		const char *base = text_of(was, r), *mine = text_of(will, r);

		if (conflicts(was, will, now, r))
			put(&to->was, any, r, base);
		if (!will || differ(base, mine))
			put_proposed(&to->will, any, r, mine);
	}
	came_from(&to->will, any, will ? will->from : NULL);
	return ERR_OK;
}

struct conf_edit *conf_edit_rebase(const struct conf_edit *e)
{
	struct conf_edit *to = conf_edit_new();

	(void)edit_changed(e, rebase_instance, to);
	return to;
}

struct finding {
	conf_conflict_fn *fn;
	void *arg;
	size_t n;
};

static enum err find_instance(const struct instance *was,
    const struct instance *will, void *arg)
{
	const struct instance *any = will ? will : was;
	const struct instance *now = set_find(conf_now, any->sect,
	    strv(any->name));
	struct finding *f = arg;
	char base[SECRET_REF], mine[SECRET_REF], theirs[SECRET_REF];
	struct buf path;

	buf_init(&path, 512);
	for (size_t r = 0; r < any->sect->def->n; r++) {
		const struct conf_row *row = &any->sect->def->rows[r];

		if (!conflicts(was, will, now, r))
			continue;
		f->n++;
		buf_clear(&path);
		path_add(&path, any->sect, any->name, row->name);
		if (f->fn)
			f->fn(&(struct conf_conflict){ path.p,
			    value_shown(row, text_of(was, r), base),
			    value_shown(row, text_of(will, r), mine),
			    value_shown(row, text_of(now, r), theirs),
			    row->type == CONF_SECRET }, f->arg);
	}
	buf_deinit(&path);
	return ERR_OK;
}

size_t conf_edit_conflicts(const struct conf_edit *e, conf_conflict_fn *fn,
    void *arg)
{
	struct finding f = { fn, arg, 0 };

	(void)edit_changed(e, find_instance, &f);
	return f.n;
}

/* --- paths --------------------------------------------------------------- */

/* The target of a path, whose texts live in a. */
static enum err target_of(struct strv path, struct arena *a,
    struct target *t, struct buf *why)
{
	struct word w[WORDS];
	size_t n = words_split(path, a, w, WORDS - 1);
	enum err e;

	if (n >= WORDS) {
		buf_addz(why, "a path has at most four words");
		return ERR_BAD_SYNTAX;
	}
	e = target_find(w, n, t, why);
	if (e != ERR_OK || t->words == n)
		return e;
	buf_addf(why, "nothing may follow the path: \"%.*s\"",
	    STRV_ARG(w[t->words].text));
	return ERR_BAD_SYNTAX;
}

static enum err no_conflict(struct strv path, struct buf *why)
{
	buf_addf(why, "there is no conflict about \"%.*s\"", STRV_ARG(path));
	return ERR_NO_USER;
}

enum err conf_edit_choose(struct conf_edit *e, struct strv path, bool mine,
    struct buf *why)
{
	const struct instance *was, *will, *now, *any;
	struct arena a;
	struct target t;
	enum err err;

	arena_init(&a);
	err = target_of(path, &a, &t, why);
	if (err == ERR_OK) {
		was = set_find(&e->was, t.sect, t.name);
		will = set_find(&e->will, t.sect, t.name);
		now = set_find(conf_now, t.sect, t.name);
		any = will ? will : was;
		if (!any || t.row < 0 ||
		    !conflicts(was, will, now, (size_t)t.row)) {
			err = no_conflict(path, why);
		} else {
			struct instance like = { .sect = t.sect,
			    .name = xstrndup(t.name.p, t.name.n) };
			size_t row = (size_t)t.row;
			const char *theirs = text_of(now, row);

			if (!mine)
				put_proposed(&e->will, &like, row, theirs);
			put(&e->was, &like, row, theirs);
			free(like.name);
		}
	}
	arena_deinit(&a);
	return err;
}

struct discarding {
	struct conf_edit *e;
	struct strv path;
	size_t n;
};

static void discard_value(const struct instance *any, size_t row,
    const char *was, const char *will, void *arg)
{
	struct discarding *d = arg;

	(void)will;
	if (!path_below(any->sect, any->name,
	    any->sect->def->rows[row].name, d->path))
		return;
	d->n++;
	put_proposed(&d->e->will, any, row, was);
}

enum err conf_edit_discard(struct conf_edit *e, struct strv path)
{
	struct conf_edit *seen = conf_edit_copy(e);
	struct discarding d = { e, path, 0 };

	while (path.n && path.p[path.n - 1] == ' ')
		d.path.n = --path.n;
	edit_values(seen, discard_value, &d);
	conf_edit_free(seen);
	return d.n ? ERR_OK : ERR_NO_USER;
}

static void count(const struct instance *any, size_t row, const char *was,
    const char *will, void *arg)
{
	(void)any;
	(void)row;
	(void)was;
	(void)will;
	++*(size_t *)arg;
}

size_t conf_edit_size(const struct conf_edit *e)
{
	size_t n = 0;

	edit_values(e, count, &n);
	return n;
}

/* --- on disk ------------------------------------------------------------- */

struct storing {
	conf_op_fn *fn;
	void *arg;
};

static enum err store_instance(const struct instance *was,
    const struct instance *will, void *arg)
{
	const struct instance *any = will ? will : was;
	const struct storing *s = arg;
	struct buf path;

	buf_init(&path, 512);
	if (!will) {
		path_add(&path, any->sect, any->name, NULL);
		s->fn(path.p, NULL, NULL, true, s->arg);
	} else if (will->from) {
		path_add(&path, any->sect, any->name, NULL);
		s->fn(path.p, will->from, NULL, true, s->arg);
	}
	for (size_t r = 0; r < any->sect->def->n; r++) {
		if (!differ(text_of(was, r), text_of(will, r)))
			continue;
		buf_clear(&path);
		path_add(&path, any->sect, any->name,
		    any->sect->def->rows[r].name);
		s->fn(path.p, text_of(was, r), text_of(will, r), false,
		    s->arg);
	}
	buf_deinit(&path);
	return ERR_OK;
}

void conf_edit_ops(const struct conf_edit *e, conf_op_fn *fn, void *arg)
{
	struct storing s = { fn, arg };

	(void)edit_changed(e, store_instance, &s);
}

static void know(const struct target *t, const char *sealed)
{
	struct buf why;

	buf_init(&why, 1024);
	if (sealed)
		(void)secret_place(t->sect, t->name.p, (size_t)t->row,
		    STRV(""), strv(sealed), &why);
	buf_deinit(&why);
}

void conf_edit_restore(struct conf_edit *e, const char *path,
    const char *was, const char *will, bool whole)
{
	struct instance like = { 0 };
	struct arena a;
	struct target t;
	struct buf why;

	arena_init(&a);
	buf_init(&why, 1024);
	if (target_of(strv(path), &a, &t, &why) == ERR_OK &&
	    whole == (t.row < 0)) {
		like.sect = t.sect;
		like.name = xstrndup(t.name.p, t.name.n);
		if (whole && was) {
			instance_came_from(set_own(&e->will, t.sect, t.name),
			    was);
		} else if (whole) {
			set_remove(&e->will, t.sect, t.name);
			set_remove(&e->was, t.sect, t.name);
			(void)set_own(&e->was, t.sect, t.name);
		} else {
			know(&t, was);
			know(&t, will);
			put(&e->was, &like, (size_t)t.row, was);
			put_proposed(&e->will, &like, (size_t)t.row, will);
		}
		free(like.name);
	}
	buf_deinit(&why);
	arena_deinit(&a);
}
