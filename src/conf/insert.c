/* insert.c - the line "insert": a name put into a list at its place. */

#include "base/words.h"
#include "conf/conf_priv.h"

struct place {
	struct strv what;	/* the name */
	bool behind;		/* the other, or the whole list */
	struct strv other;	/* absent: the beginning or the end */
};

/* "VALUE before OTHER", "VALUE last"; false: it is neither. */
static bool place_read(const struct word *w, size_t n, struct place *p)
{
	bool beside;

	if (n < 2 || n > 3)
		return false;
	p->what = w[0].text;
	p->other = n == 3 ? w[2].text : STRV_NONE;
	p->behind = strv_eq(w[1].text, STRV("after")) ||
	    strv_eq(w[1].text, STRV("last"));
	beside = strv_eq(w[1].text, STRV("after")) ||
	    strv_eq(w[1].text, STRV("before"));
	return n == 3 ? beside : p->behind ? !beside :
	    strv_eq(w[1].text, STRV("first"));
}

static void add(struct buf *list, struct strv name)
{
	buf_addf(list, "%s%.*s", list->n ? "," : "", STRV_ARG(name));
}

/* false: the other one is not there.  What is there already moves. */
static bool put(struct strv list, const struct place *p, struct buf *out)
{
	bool found = !p->other.p;

	if (found && !p->behind)
		add(out, p->what);
	while (list.n) {
		struct strv one = strv_split(list, ',', &list);
		bool here = p->other.p && strv_eq(one, p->other);

		if (strv_eq(one, p->what))
			continue;
		found |= here;
		if (here && !p->behind)
			add(out, p->what);
		add(out, one);
		if (here && p->behind)
			add(out, p->what);
	}
	if (!p->other.p && p->behind)
		add(out, p->what);
	return found;
}

static enum err not_there(const struct target *t, const struct place *p,
    const char *now, struct buf *why)
{
	path_add(why, t->sect, t->name.p, t->sect->def->rows[t->row].name);
	if (now)
		buf_addf(why, " has no \"%.*s\" beside which it could stand: "
		    "it is %s", STRV_ARG(p->other), now);
	else
		buf_addf(why, " is not set: leave out \"%.*s\"",
		    STRV_ARG(p->other));
	return ERR_NO_USER;
}

enum err edit_insert(struct conf_edit *e, const struct word *w, size_t n,
    struct buf *why)
{
	const struct instance *i;
	struct word line[4];	/* a path, and the whole list */
	struct place p;
	struct target t;
	const char *now;
	struct buf list;
	enum err err = target_find(w, n, &t, why);

	if (err != ERR_OK)
		return err;
	if (t.row < 0 || !row_is_list(&t.sect->def->rows[t.row])) {
		buf_addf(why, "only lists have an order, such as via of a "
		    "route%s", strcmp(t.sect->def->name, "route") == 0 ?
		    ": of routes that match, the longest counts" : "");
		return ERR_BAD_SYNTAX;
	}
	if (!place_read(w + t.words, n - t.words, &p)) {
		buf_addz(why, "usage: insert PATH VALUE before|after OTHER, or "
		    "insert PATH VALUE first|last");
		return ERR_BAD_SYNTAX;
	}
	i = set_find(&e->will, t.sect, t.name);
	now = i ? i->text[t.row] : NULL;
	buf_init(&list, BUF_NO_LIMIT);
	if (put(strv(now), &p, &list)) {
		for (size_t k = 0; k < t.words; k++)
			line[k] = w[k];
		line[t.words] = (struct word){ .text = buf_strv(&list) };
		err = edit_set(e, line, t.words + 1, why);
	} else {
		err = not_there(&t, &p, now, why);
	}
	buf_deinit(&list);
	return err;
}
