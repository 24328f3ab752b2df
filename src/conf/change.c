/* change.c - what an edit changes, and putting it in force. */

#include "conf/conf_priv.h"

bool instance_same(const struct instance *a, const struct instance *b)
{
	for (size_t r = 0; a != b && r < a->sect->def->n; r++) {
		const char *x = a->text[r], *y = b->text[r];

		if (x != y && !(x && y && strcmp(x, y) == 0))
			return false;
	}
	return true;
}

enum err edit_changed(const struct conf_edit *e, pair_fn *fn, void *arg)
{
	const struct set *a = &e->was, *b = &e->will;
	size_t i = 0, j = 0;
	enum err err = ERR_OK;

	while (err == ERR_OK && (i < a->n || j < b->n)) {
		int c = i == a->n ? 1 : j == b->n ? -1 :
		    instance_order(a->p[i], b->p[j]);

		if (c < 0)
			err = fn(a->p[i++], NULL, arg);
		else if (c > 0)
			err = fn(NULL, b->p[j++], arg);
		else if (!instance_same(a->p[i], b->p[j]))
			err = fn(a->p[i++], b->p[j++], arg);
		else
			i++, j++;
	}
	return err;
}

struct visit {
	value_pair_fn *fn;
	void *arg;
};

static enum err visit_instance(const struct instance *was,
    const struct instance *will, void *arg)
{
	const struct instance *any = will ? will : was;
	const struct visit *v = arg;

	for (size_t r = 0; r < any->sect->def->n; r++) {
		const char *a = was ? was->text[r] : NULL;
		const char *b = will ? will->text[r] : NULL;

		if (a != b && !(a && b && strcmp(a, b) == 0))
			v->fn(any, r, a, b, v->arg);
	}
	return ERR_OK;
}

void edit_values(const struct conf_edit *e, value_pair_fn *fn, void *arg)
{
	struct visit v = { fn, arg };

	(void)edit_changed(e, visit_instance, &v);
}

struct report {
	conf_change_fn *fn;
	void *arg;
};

static void report_value(const struct instance *any, size_t row,
    const char *was, const char *will, void *arg)
{
	const struct conf_row *r = &any->sect->def->rows[row];
	const struct report *rep = arg;
	struct buf path;

	buf_init(&path, 512);
	path_add(&path, any->sect, any->name, r->name);
	rep->fn(path.p, was, will, r->type == CONF_SECRET, rep->arg);
	buf_deinit(&path);
}

void conf_edit_changes(const struct conf_edit *e, conf_change_fn *fn,
    void *arg)
{
	struct report rep = { fn, arg };

	edit_values(e, report_value, &rep);
}

static enum err apply_instance(const struct instance *was,
    const struct instance *will, void *arg)
{
	const struct instance *any = will ? will : was;

	(void)arg;
	if (any->sect->def->apply)
		any->sect->def->apply(any->name, !will && any->sect->def->named);
	return ERR_OK;
}

void conf_edit_apply(struct conf_edit *e)
{
	struct set old = *conf_now;

	*conf_now = e->will;
	set_settle(conf_now);
	e->will = (struct set){ 0 };
	set_copy(&e->will, conf_now);	/* an apply() may change conf_now */
	set_clear(&old);
	(void)edit_changed(e, apply_instance, NULL);
	conf_edit_free(e);
}
