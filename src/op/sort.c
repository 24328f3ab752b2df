/* sort.c - the rows of a whole list in another order. */

#include "op/sort.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "op/filter.h"

void sort_init(struct sort *s, struct strv name, bool down)
{
	*s = (struct sort){ .down = down };
	arena_init(&s->keys);
	s->name = arena_str(&s->keys, name);
}

void sort_deinit(struct sort *s)
{
	if (!s->name.p)
		return;
	free(s->rows);
	arena_deinit(&s->keys);
}

void sort_row(struct sort *s, size_t at)
{
	if (s->n == s->size) {
		s->size = s->size ? 2 * s->size : 64;
		s->rows = xrealloc(s->rows, s->size * sizeof(*s->rows));
	}
	s->rows[s->n] = (struct sort_row){ .number = INT64_MIN, .at = at,
		.place = s->n };
}

void sort_text(struct sort *s, const char *name, struct strv v)
{
	if (v.p && strv_eq(s->name, strv(name)))
		s->rows[s->n].text = arena_str(&s->keys, v);
}

void sort_number(struct sort *s, const char *name, int64_t v)
{
	if (strv_eq(s->name, strv(name)))
		s->rows[s->n].number = v;
}

void sort_end(struct sort *s, size_t end, bool stays)
{
	s->rows[s->n].end = end;
	s->n += stays;
}

static int order(const void *a, const void *b)
{
	const struct sort_row *x = a, *y = b;
	int d = filter_order(x->text, y->text);

	if (d == 0)
		d = (x->number > y->number) - (x->number < y->number);
	return d ? d : (x->place > y->place) - (x->place < y->place);
}

static int order_down(const void *a, const void *b)
{
	return order(b, a);
}

void sort_finish(struct sort *s, struct strv bytes, struct buf *out)
{
	if (s->n)
		qsort(s->rows, s->n, sizeof(*s->rows),
		    s->down ? order_down : order);
	for (size_t i = 0; i < s->n; i++) {
		const struct sort_row *r = &s->rows[i];

		if (i)
			buf_addc(out, ',');
		buf_add(out, bytes.p + r->at, r->end - r->at);
	}
}
