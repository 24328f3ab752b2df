/* describe.c - what an edit means: sentences, diffs, the plan of a commit. */

#include <assert.h>

#include "conf/conf_priv.h"
#include "conf/draft.h"

#define TRIALS 16

/* --- value by value ------------------------------------------------------ */

struct each {
	conf_each_change_fn *fn;
	void *arg;
};

static void each_value(const struct instance *any, size_t r, const char *was,
    const char *will, void *arg)
{
	const struct conf_row *row = &any->sect->def->rows[r];
	char a[SECRET_REF], b[SECRET_REF];
	const struct each *e = arg;

	e->fn(&(struct conf_change){ any->sect->def, any->name, row,
	    value_shown(row, was, a), value_shown(row, will, b) }, e->arg);
}

void conf_edit_each(const struct conf_edit *e, conf_each_change_fn *fn,
    void *arg)
{
	struct each each = { fn, arg };

	edit_values(e, each_value, &each);
}

void conf_each_of(struct conf_edit *e, bool all, conf_entry_fn *fn, void *arg)
{
	struct set *saved = conf_now;

	if (e)
		conf_now = &e->will;
	conf_each(all, fn, arg);
	conf_now = saved;
}

/* --- for people ---------------------------------------------------------- */

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static const char *text_of(const struct instance *i, size_t r)
{
	return i ? i->text[r] : NULL;
}

static void value_add(struct buf *out, const struct conf_row *row,
    const char *text)
{
	if (text && row->type == CONF_SECRET)
		buf_addz(out, "(set)");
	else if (text)
		buf_addz(out, *text ? text : "\"\"");
	else if (row->fallback)
		buf_addf(out, "default %s", *row->fallback ? row->fallback :
		    "\"\"");
	else
		buf_addz(out, "unset");
}

static void sentence_value(struct buf *out, const struct conf_row *row,
    const char *was, const char *will)
{
	if (row->type == CONF_SECRET && was && will) {
		buf_addf(out, "%s changed", row->name);
		return;
	}
	buf_addf(out, "%s ", row->name);
	value_add(out, row, was);
	buf_addz(out, " -> ");
	value_add(out, row, will);
}

static size_t given(const struct instance *i)
{
	size_t n = 0;

	for (size_t r = 0; r < i->sect->def->n; r++)
		n += i->text[r] != NULL;
	return n;
}

static enum err sentence(const struct instance *was,
    const struct instance *will, void *arg)
{
	const struct instance *any = will ? will : was;
	struct buf *out = arg;
	size_t n = 0;

	path_add(out, any->sect, any->name, NULL);
	buf_addz(out, ": ");
	if (any->sect->def->named && !will) {
		buf_addz(out, "deleted\n");
		return ERR_OK;
	}
	if (any->sect->def->named && !was)
		buf_addf(out, "new, %zu value%s: ", given(will),
		    given(will) == 1 ? "" : "s");
	for (size_t r = 0; r < any->sect->def->n; r++) {
		const char *a = text_of(was, r), *b = text_of(will, r);
		const struct conf_row *row = &any->sect->def->rows[r];

		if (same(a, b))
			continue;
		if (n++)
			buf_addz(out, ", ");
		if (any->sect->def->named && !was) {
			buf_addf(out, "%s ", row->name);
			value_add(out, row, b);
		} else {
			sentence_value(out, row, a, b);
		}
	}
	buf_addc(out, '\n');
	return ERR_OK;
}

void conf_edit_sentences(const struct conf_edit *e, struct buf *out)
{
	(void)edit_changed(e, sentence, out);
}

static void compare_line(struct buf *out, char sign,
    const struct conf_row *row, const char *text)
{
	buf_addf(out, "%c   %s ", sign, row->name);
	value_add(out, row, text);
	buf_addc(out, '\n');
}

static enum err compare(const struct instance *was,
    const struct instance *will, void *arg)
{
	const struct instance *any = will ? will : was;
	bool named = any->sect->def->named;
	struct buf *out = arg;

	buf_addf(out, "%c ", !will && named ? '-' : !was && named ? '+' : ' ');
	path_add(out, any->sect, any->name, NULL);
	buf_addc(out, '\n');
	for (size_t r = 0; r < any->sect->def->n; r++) {
		const char *a = text_of(was, r), *b = text_of(will, r);
		const struct conf_row *row = &any->sect->def->rows[r];

		if (same(a, b))
			continue;
		if (row->type == CONF_SECRET && a && b) {
			buf_addf(out, "~   %s changed\n", row->name);
			continue;
		}
		if (a)
			compare_line(out, '-', row, a);
		if (b)
			compare_line(out, '+', row, b);
	}
	return ERR_OK;
}

void conf_edit_compare(const struct conf_edit *e, struct buf *out)
{
	(void)edit_changed(e, compare, out);
}

static enum err lines(const struct instance *was,
    const struct instance *will, void *arg)
{
	const struct instance *any = will ? will : was;
	struct buf *out = arg;
	char ref[SECRET_REF];

	if (!will) {
		buf_addz(out, "delete ");
		path_add(out, any->sect, any->name, NULL);
		buf_addc(out, '\n');
		return ERR_OK;
	}
	for (size_t r = 0; r < any->sect->def->n; r++) {
		const struct conf_row *row = &any->sect->def->rows[r];

		if (same(text_of(was, r), will->text[r]))
			continue;
		if (will->text[r]) {
			line_add(out, any->sect, any->name, row,
			    value_shown(row, will->text[r], ref));
			continue;
		}
		buf_addz(out, "delete ");
		path_add(out, any->sect, any->name, row->name);
		buf_addc(out, '\n');
	}
	return ERR_OK;
}

void conf_edit_lines(const struct conf_edit *e, struct buf *out)
{
	(void)edit_changed(e, lines, out);
}

/* --- the plan ------------------------------------------------------------ */

static const char *const names[] = {
	[CONF_LIVE] = "live", [CONF_RELINK] = "relink",
	[CONF_REBIND] = "rebind", [CONF_RESTART] = "restart",
	[CONF_LOCKOUT] = "lockout",
};

const char *conf_impact_name(enum conf_impact i)
{
	return names[i];
}

/* made, gone, changed; what follows each is the path */
static const char *const says[][3] = {
	[CONF_LIVE]	= { "from the next message on: ",
			    "from the next message on, without ",
			    "from the next message on: " },
	[CONF_RELINK]	= { "connects ", "disconnects ", "reconnects " },
	[CONF_REBIND]	= { "opens ", "closes ", "closes and opens again " },
	[CONF_RESTART]	= { "in force after the next start of the daemon: ",
			    "in force after the next start of the daemon: ",
			    "in force after the next start of the daemon: " },
	[CONF_LOCKOUT]	= { "you may lose this connection: ",
			    "you may lose this connection: ",
			    "you may lose this connection: " },
};

struct planning {
	conf_step_fn *fn;
	void *arg;
	enum conf_impact worst;
};

static enum err step(const struct instance *was, const struct instance *will,
    void *arg)
{
	const struct instance *any = will ? will : was;
	struct planning *p = arg;
	struct conf_step s = { any->sect->def, any->name, CONF_LIVE,
	    !was && any->sect->def->named, !will && any->sect->def->named,
	    NULL };
	size_t n = 0;
	struct buf b;

	for (size_t r = 0; r < any->sect->def->n; r++) {
		if (same(text_of(was, r), text_of(will, r)))
			continue;
		n++;
		if (any->sect->def->rows[r].impact > s.impact)
			s.impact = any->sect->def->rows[r].impact;
	}
	if (n == 0 && !s.gone)
		return ERR_OK;
	if (s.impact > p->worst)
		p->worst = s.impact;
	buf_init(&b, 512);
	buf_addz(&b, says[s.impact][s.made ? 0 : s.gone ? 1 : 2]);
	path_add(&b, any->sect, any->name, NULL);
	s.says = b.p;
	if (p->fn)
		p->fn(&s, p->arg);
	buf_deinit(&b);
	return ERR_OK;
}

enum conf_impact conf_edit_plan(const struct conf_edit *e, conf_step_fn *fn,
    void *arg)
{
	struct planning p = { fn, arg, CONF_LIVE };

	(void)edit_changed(e, step, &p);
	return p.worst;
}

/* --- trials -------------------------------------------------------------- */

static const struct conf_trial *trials[TRIALS];
static size_t n_trials;

void conf_trials_register(const struct conf_trial *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert(n_trials < TRIALS);
		trials[n_trials++] = &rows[i];
	}
}

void trials_forget(void)
{
	n_trials = 0;
}

void conf_edit_under(struct conf_edit *e, void (*fn)(void *arg), void *arg)
{
	struct set *saved = conf_now;

	conf_now = &e->will;
	fn(arg);
	conf_now = saved;
}

struct trying {
	conf_trial_fn *fn;
	void *arg;
};

static enum err try_instance(const struct instance *was,
    const struct instance *will, void *arg)
{
	const struct trying *t = arg;
	struct buf path, text;

	(void)was;
	buf_init(&path, 512);
	buf_init(&text, 4096);
	for (size_t i = 0; will && i < n_trials; i++) {
		bool ok;

		if (strcmp(trials[i]->section, will->sect->def->name) != 0)
			continue;
		buf_clear(&path);
		buf_clear(&text);
		path_add(&path, will->sect, will->name, NULL);
		ok = trials[i]->run(will->name, &text) == ERR_OK;
		if (text.n)
			t->fn(path.p, ok, text.p, t->arg);
	}
	buf_deinit(&path);
	buf_deinit(&text);
	return ERR_OK;
}

void conf_edit_try(struct conf_edit *e, conf_trial_fn *fn, void *arg)
{
	struct set *saved = conf_now;
	struct trying t = { fn, arg };

	conf_now = &e->will;
	(void)edit_changed(e, try_instance, &t);
	conf_now = saved;
}
