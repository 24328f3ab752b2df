/* set.c - all given values; copies share their instances until changed. */

#include <stdlib.h>

#include "base/alloc.h"
#include "conf/conf_priv.h"

static struct instance *instance_new(const struct sect *sect, struct strv name)
{
	struct instance *i = xalloc(sizeof(*i));

	i->refs = 1;
	i->sect = sect;
	i->name = xstrndup(name.p, name.n);
	i->text = xalloc(sizeof(*i->text) * sect->def->n);
	i->number = xalloc(sizeof(*i->number) * sect->def->n);
	return i;
}

static void instance_unref(struct instance *i)
{
	if (--i->refs)
		return;
	for (size_t r = 0; r < i->sect->def->n; r++)
		free(i->text[r]);
	free(i->text);
	free(i->number);
	free(i->from);
	free(i->name);
	free(i);
}

void instance_came_from(struct instance *i, const char *from)
{
	char *was = i->from;

	i->from = from && strcmp(from, i->name) != 0 ?
	    xstrndup(from, strlen(from)) : NULL;
	free(was);
}

void instance_put(struct instance *i, size_t row, const char *text)
{
	free(i->text[row]);
	i->text[row] = text ? xstrndup(text, strlen(text)) : NULL;
	i->number[row] = text ?
	    value_number(&i->sect->def->rows[row], text) : 0;
}

static struct instance *instance_clone(const struct instance *from)
{
	struct instance *i = instance_new(from->sect, strv(from->name));

	for (size_t r = 0; r < i->sect->def->n; r++)
		instance_put(i, r, from->text[r]);
	instance_came_from(i, from->from);
	return i;
}

bool instance_empty(const struct instance *i)
{
	for (size_t r = 0; r < i->sect->def->n; r++)
		if (i->text[r])
			return false;
	return true;
}

static int order(const struct instance *i, const struct sect *sect,
    struct strv name)
{
	size_t n = strlen(i->name);
	int c;

	if (i->sect->order != sect->order)
		return i->sect->order < sect->order ? -1 : 1;
	c = memcmp(i->name, name.p, n < name.n ? n : name.n);
	if (c)
		return c < 0 ? -1 : 1;
	return n == name.n ? 0 : n < name.n ? -1 : 1;
}

int instance_order(const struct instance *a, const struct instance *b)
{
	return order(a, b->sect, strv(b->name));
}

/* The place of the instance, or where it would be. */
static size_t place(const struct set *s, const struct sect *sect,
    struct strv name)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (order(s->p[mid], sect, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool is_at(const struct set *s, size_t at, const struct sect *sect,
    struct strv name)
{
	return at < s->n && order(s->p[at], sect, name) == 0;
}

struct instance *set_find(const struct set *s, const struct sect *sect,
    struct strv name)
{
	size_t at = place(s, sect, name);

	return is_at(s, at, sect, name) ? s->p[at] : NULL;
}

struct instance *set_own(struct set *s, const struct sect *sect,
    struct strv name)
{
	size_t at = place(s, sect, name);
	struct instance *i;

	if (is_at(s, at, sect, name)) {
		i = s->p[at];
		if (i->refs == 1)
			return i;
		s->p[at] = instance_clone(i);
		instance_unref(i);
		return s->p[at];
	}
	if (s->n == s->size) {
		s->size = s->size ? s->size * 2 : 16;
		s->p = xrealloc(s->p, s->size * sizeof(*s->p));
	}
	memmove(s->p + at + 1, s->p + at, (s->n - at) * sizeof(*s->p));
	s->n++;
	s->p[at] = instance_new(sect, name);
	return s->p[at];
}

void set_remove(struct set *s, const struct sect *sect, struct strv name)
{
	size_t at = place(s, sect, name);

	if (!is_at(s, at, sect, name))
		return;
	instance_unref(s->p[at]);
	s->n--;
	memmove(s->p + at, s->p + at + 1, (s->n - at) * sizeof(*s->p));
}

void set_copy(struct set *to, const struct set *from)
{
	*to = (struct set){ .n = from->n, .size = from->n };
	if (from->n == 0)
		return;
	to->p = xalloc(from->n * sizeof(*to->p));
	memcpy(to->p, from->p, from->n * sizeof(*to->p));
	for (size_t i = 0; i < to->n; i++)
		to->p[i]->refs++;
}

void set_clear(struct set *s)
{
	for (size_t i = 0; i < s->n; i++)
		instance_unref(s->p[i]);
	free(s->p);
	*s = (struct set){ 0 };
}

void set_settle(struct set *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->p[i]->from)
			instance_came_from(set_own(s, s->p[i]->sect,
			    strv(s->p[i]->name)), NULL);
}
