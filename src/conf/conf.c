/* conf.c - the register of sections and the values in force. */

#define LOG_UNIT "conf"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/words.h"
#include "conf/conf_priv.h"

#define SECTIONS 64

static struct sect sects[SECTIONS];
static size_t n_sects;
static const struct conf_section *defs[SECTIONS];
static struct set in_force;
struct set *conf_now = &in_force;

/* --- the register ------------------------------------------------------- */

static void fallback_parse(const struct conf_row *row, int64_t *number)
{
	struct buf text, why;

	if (!row->fallback)
		return;
	buf_init(&text, BUF_NO_LIMIT);
	buf_init(&why, BUF_NO_LIMIT);
	if (row->type == CONF_SECRET ||
	    conf_value(row, strv(row->fallback), &text, &why) != ERR_OK) {
		log_err("bug: fallback of %s: %s", row->name, why.p);
		abort();
	}
	*number = value_number(row, text.p);
	buf_deinit(&text);
	buf_deinit(&why);
}

void conf_register(const struct conf_section *s)
{
	struct sect *sect = &sects[n_sects];

	assert(n_sects < SECTIONS);
	assert(!sect_find(strv(s->name)));
	sect->def = s;
	sect->order = n_sects;
	sect->fallback = xalloc(sizeof(*sect->fallback) * s->n);
	for (size_t r = 0; r < s->n; r++)
		fallback_parse(&s->rows[r], &sect->fallback[r]);
	defs[n_sects++] = s;
}

const struct sect *sect_find(struct strv name)
{
	for (size_t i = 0; i < n_sects; i++)
		if (strv_eq(strv(sects[i].def->name), name))
			return &sects[i];
	return NULL;
}

const struct sect *sect_at(size_t i)
{
	return i < n_sects ? &sects[i] : NULL;
}

int sect_row(const struct sect *s, struct strv name)
{
	for (size_t r = 0; r < s->def->n; r++)
		if (strv_eq(strv(s->def->rows[r].name), name))
			return (int)r;
	return -1;
}

const struct conf_section *conf_section_find(struct strv name)
{
	const struct sect *s = sect_find(name);

	return s ? s->def : NULL;
}

const struct conf_section *const *conf_sections(size_t *n)
{
	*n = n_sects;
	return defs;
}

/* --- values in force ------------------------------------------------------ */

struct place {
	const struct sect *sect;
	const struct instance *given;	/* NULL: nothing is given */
	int row;
};

static struct place look(const char *section, const char *name,
    const char *row)
{
	struct place p = { .sect = sect_find(strv(section)) };

	p.row = p.sect ? sect_row(p.sect, strv(row)) : -1;
	if (p.row < 0) {
		log_err("bug: no setting %s %s", section, row);
		abort();
	}
	p.given = set_find(conf_now, p.sect, strv(name));
	if (p.given && !p.given->text[p.row])
		p.given = NULL;
	return p;
}

const char *conf_text(const char *section, const char *name, const char *row)
{
	struct place p = look(section, name, row);
	const char *fallback = p.sect->def->rows[p.row].fallback;

	return p.given ? p.given->text[p.row] : fallback ? fallback : "";
}

int64_t conf_int(const char *section, const char *name, const char *row)
{
	struct place p = look(section, name, row);

	return p.given ? p.given->number[p.row] : p.sect->fallback[p.row];
}

bool conf_bool(const char *section, const char *name, const char *row)
{
	return conf_int(section, name, row) != 0;
}

bool conf_is_set(const char *section, const char *name, const char *row)
{
	return look(section, name, row).given != NULL;
}

enum err conf_secret(const char *section, const char *name, const char *row,
    struct buf *out)
{
	struct place p = look(section, name, row);
	enum err e;

	assert(p.sect->def->rows[p.row].type == CONF_SECRET);
	if (!p.given)
		return ERR_NO_USER;
	e = unseal(strv(p.given->text[p.row]), out);
	if (e != ERR_OK)
		log_err("%s %s %s cannot be opened with this key file: "
		    "set it again", section, name, row);
	return e;
}

size_t conf_names(const char *section, const char **names, size_t max)
{
	const struct sect *s = sect_find(strv(section));
	size_t n = 0;

	assert(s && s->def->named);
	for (size_t i = 0; i < conf_now->n; i++) {
		if (conf_now->p[i]->sect != s)
			continue;
		if (n < max)
			names[n] = conf_now->p[i]->name;
		n++;
	}
	return n < max ? n : max;
}

/* --- loading ------------------------------------------------------------- */

static enum err load_value(const struct conf_row *row, struct strv value,
    struct buf *text, struct buf *why)
{
	if (row->type != CONF_SECRET)
		return conf_value(row, value, text, why);
	if (!seal_looks_so(value)) {
		buf_addz(why, "this is not a sealed secret");
		return ERR_BAD_SYNTAX;
	}
	buf_adds(text, value);
	return ERR_OK;
}

void conf_load_row(const char *path, const char *value)
{
	struct word w[5];
	struct arena a;
	struct target t;
	struct buf text, why;
	size_t n;
	enum err e;

	arena_init(&a);
	buf_init(&text, BUF_NO_LIMIT);
	buf_init(&why, 1024);
	n = words_split(strv(path), &a, w, 4);
	e = n > 4 ? ERR_BAD_SYNTAX : target_find(w, n, &t, &why);
	if (e == ERR_OK && (t.row < 0 || t.words != n))
		e = ERR_BAD_SYNTAX;
	if (e == ERR_OK)
		e = load_value(&t.sect->def->rows[t.row], strv(value), &text,
		    &why);
	if (e == ERR_OK)
		e = secret_place(t.sect, t.name.p, (size_t)t.row,
		    strv(value), buf_strv(&text), &why);
	if (e == ERR_OK)
		instance_put(set_own(&in_force, t.sect, t.name),
		    (size_t)t.row, text.p);
	else
		log_warn("stored setting kept out path=%s: %s", path, why.p);
	buf_deinit(&why);
	buf_deinit(&text);
	arena_deinit(&a);
}

void conf_load_done(void)
{
	for (size_t s = 0; s < n_sects; s++) {
		const struct conf_section *def = sects[s].def;

		if (!def->apply)
			continue;
		if (!def->named) {
			def->apply("", false);
			continue;
		}
		for (size_t i = 0; i < in_force.n; i++)
			if (in_force.p[i]->sect == &sects[s])
				def->apply(in_force.p[i]->name, false);
	}
}

/* --- listing ------------------------------------------------------------- */

void path_add(struct buf *b, const struct sect *s, const char *name,
    const char *row)
{
	buf_addz(b, s->def->name);
	if (s->def->named)
		buf_addf(b, " %s", name);
	if (row)
		buf_addf(b, " %s", row);
}

bool path_below(const struct sect *s, const char *name, const char *row,
    struct strv path)
{
	struct buf b;
	bool yes;

	buf_init(&b, 512);
	path_add(&b, s, name, row);
	yes = path.n == 0 || (b.n >= path.n &&
	    memcmp(b.p, path.p, path.n) == 0 &&
	    (b.n == path.n || b.p[path.n] == ' '));
	buf_deinit(&b);
	return yes;
}

/* "set PATH VALUE\n" */
void line_add(struct buf *b, const struct sect *s, const char *name,
    const struct conf_row *row, const char *shown)
{
	buf_addz(b, "set ");
	path_add(b, s, name, row->name);
	buf_addc(b, ' ');
	words_quote(b, strv(shown));
	buf_addc(b, '\n');
}

static void rows_each(const struct sect *s, const struct instance *i,
    bool all, conf_entry_fn *fn, void *arg)
{
	for (size_t r = 0; r < s->def->n; r++) {
		const struct conf_row *row = &s->def->rows[r];
		bool given = i && i->text[r];
		const char *text = given ? i->text[r] : row->fallback;

		if (given || (all && text))
			fn(s->def, i ? i->name : "", row, text, given, arg);
	}
}

void conf_each(bool all, conf_entry_fn *fn, void *arg)
{
	for (size_t s = 0; s < n_sects; s++) {
		if (!sects[s].def->named) {
			rows_each(&sects[s], set_find(conf_now, &sects[s],
			    STRV("")), all, fn, arg);
			continue;
		}
		for (size_t i = 0; i < conf_now->n; i++)
			if (conf_now->p[i]->sect == &sects[s])
				rows_each(&sects[s], conf_now->p[i], all, fn,
				    arg);
	}
}

static void dump_line(const struct conf_section *s, const char *name,
    const struct conf_row *row, const char *text, bool given, void *arg)
{
	char ref[SECRET_REF];

	(void)given;
	line_add(arg, sect_find(strv(s->name)), name, row,
	    value_shown(row, text, ref));
}

void conf_dump(struct buf *out, bool all)
{
	conf_each(all, dump_line, out);
}

void conf_reset(void)
{
	set_clear(&in_force);
	secrets_forget();
	trials_forget();
	for (size_t i = 0; i < n_sects; i++)
		free(sects[i].fallback);
	n_sects = 0;
}
