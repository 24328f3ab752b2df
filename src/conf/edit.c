/* edit.c - a change of settings: lines to a proposed set, checks, apply. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/near.h"
#include "base/words.h"
#include "conf/conf_priv.h"

#define WORDS 70	/* of a line: a path and a list of values */

struct conf_edit *conf_edit_new(void)
{
	struct conf_edit *e = xalloc(sizeof(*e));

	set_copy(&e->was, conf_now);
	set_copy(&e->will, conf_now);
	return e;
}

void conf_edit_free(struct conf_edit *e)
{
	if (!e)
		return;
	set_clear(&e->was);
	set_clear(&e->will);
	free(e);
}

/* --- paths --------------------------------------------------------------- */

static enum err unknown(struct buf *why, const char *best)
{
	if (best)
		buf_addf(why, " (did you mean %s?)", best);
	return ERR_BAD_SYNTAX;
}

/* One word of the name, or two: "policy delivery" beats "policy". */
static const struct sect *section_of(const struct word *w, size_t n,
    size_t *used)
{
	const struct sect *s = NULL;
	struct buf two;

	buf_init(&two, 128);
	if (n > 1) {
		buf_addf(&two, "%.*s %.*s", STRV_ARG(w[0].text),
		    STRV_ARG(w[1].text));
		s = two.full ? NULL : sect_find(buf_strv(&two));
	}
	*used = s ? 2 : 1;
	buf_deinit(&two);
	return s ? s : sect_find(w[0].text);
}

static enum err no_section(const struct word *w, size_t n, struct buf *why)
{
	struct near near;
	struct buf typed;
	const struct sect *s;
	char first[64];
	enum err e;

	buf_init(&typed, 256);
	for (size_t i = 0; i < n && i < 2; i++)
		buf_addf(&typed, i ? " %.*s" : "%.*s", STRV_ARG(w[i].text));
	near = near_to(buf_strv(&typed));
	for (size_t i = 0; (s = sect_at(i)) != NULL; i++)
		if (strchr(s->def->name, ' '))
			near_offer(&near, s->def->name);
	if (!near.best)
		near = near_to(w[0].text);
	for (size_t i = 0; !strchr(near.best ? near.best : "", ' ') &&
	    (s = sect_at(i)) != NULL; i++) {
		size_t len = strcspn(s->def->name, " ");

		if (len < sizeof(first)) {
			memcpy(first, s->def->name, len);
			first[len] = 0;
			if (strv_eq(w[0].text, strv(first)))
				near.best = s->def->name;
		}
		if (!near.best || strcmp(near.best, s->def->name) != 0)
			near_offer(&near, s->def->name);
	}
	buf_addf(why, "there are no settings called \"%.*s\"",
	    STRV_ARG(w[0].text));
	e = unknown(why, near.best);
	buf_deinit(&typed);
	return e;
}

static enum err no_row(const struct sect *s, struct strv word, struct buf *why)
{
	struct near near = near_to(word);

	for (size_t r = 0; r < s->def->n; r++)
		near_offer(&near, s->def->rows[r].name);
	buf_addf(why, "%s has no setting \"%.*s\"", s->def->name,
	    STRV_ARG(word));
	return unknown(why, near.best);
}

enum err target_find(const struct word *w, size_t n, struct target *t,
    struct buf *why)
{
	size_t at;

	*t = (struct target){ .name = STRV(""), .row = -1 };
	if (n == 0) {
		buf_addz(why, "a path is missing: gateway smsc1 window");
		return ERR_BAD_SYNTAX;
	}
	t->sect = section_of(w, n, &at);
	if (!t->sect)
		return no_section(w, n, why);
	if (t->sect->def->named) {
		if (at == n) {
			buf_addf(why, "a name is missing: %s NAME",
			    t->sect->def->name);
			return ERR_BAD_SYNTAX;
		}
		t->name = w[at++].text;
		if (!name_ok(t->name)) {
			buf_addf(why, "\"%.*s\" is not a name: a letter, then "
			    "letters, digits, - and _; at most 32",
			    STRV_ARG(t->name));
			return ERR_BAD_SYNTAX;
		}
	}
	if (at < n) {
		t->row = sect_row(t->sect, w[at].text);
		if (t->row < 0)
			return no_row(t->sect, w[at].text, why);
		at++;
	}
	t->words = at;
	return ERR_OK;
}

/* --- lines --------------------------------------------------------------- */

bool row_is_list(const struct conf_row *row)
{
	return row->type == CONF_NAMES || row->type == CONF_ADDRESSES;
}

/* "set PATH VALUE"; a list may also be given as several words. */
enum err edit_set(struct conf_edit *e, const struct word *w, size_t n,
    struct buf *why)
{
	const struct conf_row *row;
	struct buf typed, text, says;
	struct target t;
	enum err err = target_find(w, n, &t, why);

	if (err != ERR_OK)
		return err;
	if (t.row < 0 || t.words == n) {
		buf_addz(why, t.row < 0 ? "the name of a setting is missing: "
		    "set " : "a value is missing: set ");
		path_add(why, t.sect, t.name.p,
		    t.row < 0 ? "SETTING" : t.sect->def->rows[t.row].name);
		buf_addz(why, " VALUE");
		return ERR_BAD_SYNTAX;
	}
	row = &t.sect->def->rows[t.row];
	if (n > t.words + 1 && !row_is_list(row)) {
		buf_addf(why, "one value is expected after %s; put text with "
		    "blanks in quotes", row->name);
		return ERR_BAD_SYNTAX;
	}
	buf_init(&typed, BUF_NO_LIMIT);
	buf_init(&text, BUF_NO_LIMIT);
	buf_init(&says, 1024);
	for (size_t i = t.words; i < n; i++) {
		if (i > t.words)
			buf_addc(&typed, ',');
		buf_adds(&typed, w[i].text);
	}
	err = conf_value(row, buf_strv(&typed), &text, &says);
	if (err == ERR_OK)
		err = secret_place(t.sect, t.name.p, (size_t)t.row,
		    buf_strv(&typed), buf_strv(&text), &says);
	if (err == ERR_OK) {
		instance_put(set_own(&e->will, t.sect, t.name),
		    (size_t)t.row, text.p);
	} else {
		path_add(why, t.sect, t.name.p, row->name);
		buf_addf(why, ": %s", says.p);
	}
	explicit_bzero(typed.p, typed.size);
	buf_deinit(&typed);
	buf_deinit(&text);
	buf_deinit(&says);
	return err;
}

static void near_instance(const struct conf_edit *e, const struct target *t,
    struct buf *why)
{
	struct near near = near_to(t->name);

	for (size_t i = 0; i < e->will.n; i++)
		if (e->will.p[i]->sect == t->sect)
			near_offer(&near, e->will.p[i]->name);
	(void)unknown(why, near.best);
}

/* "delete PATH": one value, or all values of an instance or section. */
static enum err line_delete(struct conf_edit *e, const struct word *w,
    size_t n, struct buf *why)
{
	struct instance *i;
	struct target t;
	enum err err = target_find(w, n, &t, why);

	if (err != ERR_OK)
		return err;
	if (t.words != n) {
		buf_addf(why, "nothing may follow the path: \"%.*s\"",
		    STRV_ARG(w[t.words].text));
		return ERR_BAD_SYNTAX;
	}
	i = set_find(&e->will, t.sect, t.name);
	if (!i || (t.row >= 0 && !i->text[t.row])) {
		path_add(why, t.sect, t.name.p, t.row < 0 ? NULL :
		    t.sect->def->rows[t.row].name);
		buf_addz(why, " is not set");
		if (!i && t.sect->def->named)
			near_instance(e, &t, why);
		return ERR_NO_USER;
	}
	if (t.row >= 0) {
		i = set_own(&e->will, t.sect, t.name);
		instance_put(i, (size_t)t.row, NULL);
	}
	if (t.row < 0 || instance_empty(i))
		set_remove(&e->will, t.sect, t.name);
	return ERR_OK;
}

/* In whatever named the instance, alone or in a list. */
static void refer_to(struct conf_edit *e, const struct sect *to,
    struct strv name, struct strv now)
{
	for (size_t i = 0; i < e->will.n; i++) {
		const struct instance *one = e->will.p[i];

		for (size_t r = 0; r < one->sect->def->n; r++) {
			const struct conf_row *row = &one->sect->def->rows[r];
			struct strv rest = strv(one->text[r]);
			bool found = false;
			struct buf b;

			if (!rest.p || !row->choices ||
			    strcmp(row->choices, to->def->name) != 0 ||
			    (row->type != CONF_NAME &&
			    row->type != CONF_NAMES))
				continue;
			buf_init(&b, BUF_NO_LIMIT);
			while (rest.p) {
				struct strv part = strv_split(rest, ',', &rest);
				bool same = strv_eq(part, name);

				found = found || same;
				buf_adds(&b, same ? now : part);
				if (rest.p)
					buf_addc(&b, ',');
			}
			if (found) {
				struct instance *own = set_own(&e->will,
				    one->sect, strv(one->name));

				instance_put(own, r, b.p);
				one = own;
			}
			buf_deinit(&b);
		}
	}
}

/* "rename SECTION NAME NEW", "copy SECTION NAME NEW" */
static enum err line_move(struct conf_edit *e, const struct word *w, size_t n,
    bool rename, struct buf *why)
{
	const struct instance *from;
	struct instance *to;
	struct target t;
	enum err err;

	if (n < 3) {
		buf_addf(why, "usage: %s SECTION NAME NEW", rename ? "rename" :
		    "copy");
		return ERR_BAD_SYNTAX;
	}
	err = target_find(w, n - 1, &t, why);
	if (err != ERR_OK)
		return err;
	if (t.row >= 0 || t.words != n - 1 || !name_ok(w[n - 1].text)) {
		buf_addz(why, "a section, a name that is there and a new name "
		    "are expected: gateway smsc1 smsc2");
		return ERR_BAD_SYNTAX;
	}
	from = set_find(&e->will, t.sect, t.name);
	if (!from || set_find(&e->will, t.sect, w[n - 1].text)) {
		buf_addf(why, from ? "there is a %s \"%.*s\" already" :
		    "there is no %s \"%.*s\"", t.sect->def->name,
		    STRV_ARG(from ? w[n - 1].text : t.name));
		if (!from)
			near_instance(e, &t, why);
		return from ? ERR_BAD_SYNTAX : ERR_NO_USER;
	}
	to = set_own(&e->will, t.sect, w[n - 1].text);
	from = set_find(&e->will, t.sect, t.name);
	for (size_t r = 0; r < t.sect->def->n; r++) {
		if (!rename && t.sect->def->rows[r].type == CONF_SECRET)
			continue;	/* of another account, as a rule */
		instance_put(to, r, from->text[r]);
		if (from->text[r])
			(void)secret_place(t.sect, to->name, r, STRV(""),
			    strv(from->text[r]), why);
	}
	if (rename) {
		/* one that nobody has seen yet is new under any name */
		instance_came_from(to, from->from ? from->from :
		    set_find(&e->was, t.sect, t.name) ? from->name : NULL);
		refer_to(e, t.sect, t.name, w[n - 1].text);
		set_remove(&e->will, t.sect, t.name);
	}
	return ERR_OK;
}

enum err conf_edit_line(struct conf_edit *e, struct strv line,
    struct buf *why)
{
	struct word w[WORDS + 1];
	struct arena a;
	enum err err = ERR_BAD_SYNTAX;
	size_t n;

	arena_init(&a);
	n = words_split(line, &a, w, WORDS);
	if (n == 0)
		err = ERR_OK;	/* empty, or a comment */
	else if (n > WORDS)
		buf_addz(why, "this line has too many words");
	else if (w[n - 1].open)
		buf_addz(why, "a quote is not closed");
	else if (strv_eq(w[0].text, STRV("set")))
		err = edit_set(e, w + 1, n - 1, why);
	else if (strv_eq(w[0].text, STRV("delete")))
		err = line_delete(e, w + 1, n - 1, why);
	else if (strv_eq(w[0].text, STRV("rename")) ||
	    strv_eq(w[0].text, STRV("copy")))
		err = line_move(e, w + 1, n - 1, w[0].text.p[0] == 'r', why);
	else if (strv_eq(w[0].text, STRV("insert")))
		err = edit_insert(e, w + 1, n - 1, why);
	else
		buf_addf(why, "a line begins with set, insert, "
		    "delete, rename or copy, not \"%.*s\"",
		    STRV_ARG(w[0].text));
	arena_deinit(&a);
	return err;
}

/* --- checks -------------------------------------------------------------- */

struct checking {
	const struct set *set;	/* as proposed */
	conf_error_fn *fn;
	void *arg;
	struct buf path, why;	/* of one error */
	size_t n;
};

static void check_begin(struct checking *k, const struct instance *i,
    const char *row)
{
	buf_clear(&k->path);
	buf_clear(&k->why);
	path_add(&k->path, i->sect, i->name, row);
}

static void check_end(struct checking *k)
{
	k->n++;
	k->fn(k->path.p, k->why.p, k->arg);
}

static void check_required(struct checking *k, const struct instance *i)
{
	for (size_t r = 0; r < i->sect->def->n; r++) {
		const struct conf_row *row = &i->sect->def->rows[r];

		if (!row->required || i->text[r] || row->fallback)
			continue;
		check_begin(k, i, row->name);
		path_add(&k->why, i->sect, i->name, NULL);
		buf_addf(&k->why, " needs %s (%s): set %s VALUE", row->name,
		    row->help, k->path.p);
		check_end(k);
	}
}

static void check_reference(struct checking *k, const struct instance *i,
    size_t r)
{
	const struct conf_row *row = &i->sect->def->rows[r];
	const struct sect *to = sect_find(strv(row->choices));
	struct strv rest = strv(i->text[r]);

	while (to && rest.p) {
		struct strv name = strv_split(rest, ',', &rest);

		if (set_find(k->set, to, name))
			continue;
		check_begin(k, i, row->name);
		buf_addf(&k->why, "%s: there is no %s \"%.*s\"", k->path.p,
		    to->def->name, STRV_ARG(name));
		check_end(k);
	}
}

static void check_references(struct checking *k)
{
	for (size_t i = 0; i < k->set->n; i++)
		for (size_t r = 0; r < k->set->p[i]->sect->def->n; r++) {
			const struct conf_row *row =
			    &k->set->p[i]->sect->def->rows[r];

			if (k->set->p[i]->text[r] && row->choices &&
			    (row->type == CONF_NAME ||
			    row->type == CONF_NAMES))
				check_reference(k, k->set->p[i], r);
		}
}

/* A module's own check sees an instance that has all it needs. */
static enum err check_instance(const struct instance *was,
    const struct instance *will, void *arg)
{
	struct checking *k = arg;
	size_t before = k->n;

	(void)was;
	if (!will)
		return ERR_OK;
	check_required(k, will);
	if (k->n > before || !will->sect->def->check)
		return ERR_OK;
	check_begin(k, will, NULL);
	if (will->sect->def->check(will->name, &k->why) != ERR_OK)
		check_end(k);
	return ERR_OK;
}

size_t conf_edit_errors(struct conf_edit *e, conf_error_fn *fn, void *arg)
{
	struct checking k = { .set = &e->will, .fn = fn, .arg = arg };
	struct set *saved = conf_now;

	buf_init(&k.path, 1024);
	buf_init(&k.why, 4096);
	conf_now = &e->will;	/* the modules' checks see what is proposed */
	check_references(&k);
	(void)edit_changed(e, check_instance, &k);
	conf_now = saved;
	buf_deinit(&k.path);
	buf_deinit(&k.why);
	return k.n;
}

static void first_error(const char *path, const char *why, void *arg)
{
	struct buf *first = arg;

	(void)path;
	if (first->n == 0)
		buf_addz(first, why);
}

enum err conf_edit_check(struct conf_edit *e, struct buf *why)
{
	return conf_edit_errors(e, first_error, why) ? ERR_BAD_SYNTAX :
	    ERR_OK;
}
