/* content.c - all given values as one canonical text, and back. */

#include "base/alloc.h"
#include "base/arena.h"
#include "base/words.h"
#include "conf/conf_priv.h"
#include "conf/draft.h"

#define WORDS 6		/* set, a path of four, a value */

static void content(const struct set *s, struct buf *out)
{
	char ref[SECRET_REF];

	for (size_t i = 0; i < s->n; i++) {
		const struct instance *one = s->p[i];

		for (size_t r = 0; r < one->sect->def->n; r++)
			if (one->text[r])
				line_add(out, one->sect, one->name,
				    &one->sect->def->rows[r], value_shown(
				    &one->sect->def->rows[r], one->text[r],
				    ref));
	}
}

void conf_content(const struct conf_edit *e, struct buf *out)
{
	content(e ? &e->will : conf_now, out);
}

void conf_content_before(const struct conf_edit *e, struct buf *out)
{
	content(&e->was, out);
}

void conf_edit_clear(struct conf_edit *e)
{
	set_clear(&e->will);
}

void conf_edit_install(struct conf_edit *e)
{
	set_clear(conf_now);
	*conf_now = e->will;
	set_settle(conf_now);
	e->will = (struct set){ 0 };
	conf_edit_free(e);
}

/* One line of a content: its value, in a.  ERR_BAD_SYNTAX: it has none. */
static enum err line_read(struct strv line, struct arena *a,
    struct target *t, struct strv *value, struct buf *why)
{
	struct word w[WORDS];
	size_t n = words_split(line, a, w, WORDS - 1);
	enum err e;

	if (n < 3 || n >= WORDS || !strv_eq(w[0].text, STRV("set"))) {
		buf_addz(why, "not a line of a configuration");
		return ERR_BAD_SYNTAX;
	}
	e = target_find(w + 1, n - 1, t, why);
	if (e != ERR_OK || (t->row >= 0 && t->words == n - 2)) {
		*value = w[n - 1].text;
		return e;
	}
	buf_addz(why, "not a line of a configuration");
	return ERR_BAD_SYNTAX;
}

/* --- two contents -------------------------------------------------------- */

static void read_raw(struct set *s, struct strv content)
{
	struct strv line, value;
	struct arena a;
	struct target t;
	struct buf why;

	buf_init(&why, 1024);
	while (content.n) {
		line = strv_split(content, '\n', &content);
		arena_init(&a);
		buf_clear(&why);
		if (line_read(line, &a, &t, &value, &why) == ERR_OK)
			instance_put(set_own(s, t.sect, t.name),
			    (size_t)t.row, value.p);
		arena_deinit(&a);
	}
	buf_deinit(&why);
}

struct conf_edit *conf_edit_between(struct strv was, struct strv will)
{
	struct conf_edit *e = xalloc(sizeof(*e));

	read_raw(&e->was, was);
	read_raw(&e->will, will);
	return e;
}

/* --- taking one ---------------------------------------------------------- */

static bool below(const struct target *t, struct strv path)
{
	return path_below(t->sect, t->name.p,
	    t->sect->def->rows[t->row].name, path);
}

/* Everything below the path goes. */
static void remove_below(struct conf_edit *e, struct strv path)
{
	for (size_t i = e->will.n; i-- > 0;) {
		const struct instance *one = e->will.p[i];
		struct target t = { one->sect, strv(one->name), 0, 0 };

		for (; (size_t)t.row < t.sect->def->n; t.row++)
			if (one->text[t.row] && below(&t, path)) {
				instance_put(set_own(&e->will, t.sect,
				    t.name), (size_t)t.row, NULL);
				one = set_find(&e->will, t.sect, t.name);
				t.name = strv(one->name);
			}
		if (instance_empty(one))
			set_remove(&e->will, t.sect, t.name);
	}
}

static enum err take_line(struct conf_edit *e, struct strv line,
    struct strv path, struct buf *why)
{
	struct strv value;
	struct arena a;
	struct target t;
	struct buf text;
	enum err err;

	arena_init(&a);
	buf_init(&text, BUF_NO_LIMIT);
	err = line_read(line, &a, &t, &value, why);
	if (err == ERR_OK && below(&t, path)) {
		err = conf_value(&t.sect->def->rows[t.row], value, &text, why);
		if (err == ERR_OK)
			err = secret_place(t.sect, t.name.p, (size_t)t.row,
			    value, buf_strv(&text), why);
		if (err == ERR_OK)
			instance_put(set_own(&e->will, t.sect, t.name),
			    (size_t)t.row, text.p);
	}
	buf_deinit(&text);
	arena_deinit(&a);
	return err;
}

enum err conf_edit_take(struct conf_edit *e, struct strv content,
    struct strv path, struct buf *left_out, struct buf *why)
{
	struct strv line;
	struct buf says;
	enum err err = ERR_OK;

	buf_init(&says, 1024);
	remove_below(e, path);
	while (err == ERR_OK && content.n) {
		line = strv_split(content, '\n', &content);
		buf_clear(&says);
		err = take_line(e, line, path, &says);
		if (err == ERR_OK)
			continue;
		buf_addf(left_out ? left_out : why, "%.*s: %s%s",
		    STRV_ARG(line), says.p, left_out ? "\n" : "");
		if (left_out)
			err = ERR_OK;
	}
	buf_deinit(&says);
	return err;
}
