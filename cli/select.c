/* select.c - which columns and rows of an answer, and in which order. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonw.h"
#include "base/near.h"
#include "cli/select.h"
#include "wire/json.h"

#define SIZE_LIMIT	((size_t)80 << 20)
#define NAME		80	/* bytes of a column's name with its NUL */

struct row {
	const struct json *row, *key;
	size_t at;		/* equal ones keep their order */
};

static void value(struct jsonw *w, const char *name, const struct json *v)
{
	struct strv s;
	char text[40];
	int64_t n;
	double d;
	bool b;

	if (json_as_string(v, &s)) {
		jsonw_str(w, name, s);
	} else if (json_as_bool(v, &b)) {
		jsonw_bool(w, name, b);
	} else if (json_as_int(v, &n)) {
		jsonw_int(w, name, n);
	} else if (json_as_double(v, &d)) {
		(void)snprintf(text, sizeof(text), "%.17g", d);
		jsonw_raw(w, name, strv(text));
	} else if (json_type(v) == JSON_NULL) {
		jsonw_null(w, name);
	} else {
		bool object = json_type(v) == JSON_OBJECT;

		object ? jsonw_object(w, name) : jsonw_array(w, name);
		for (const struct json *m = json_first(v); m;
		    m = json_next(m))
			value(w, object ? json_name(m).p : NULL, m);
		jsonw_end(w);
	}
}

/* --- columns ------------------------------------------------------------- */

/* The next name of a list; it was cut to fit. */
static const char *next_name(struct strv *list, char name[NAME])
{
	struct strv one = strv_split(*list, ',', list);
	size_t n = one.n < NAME ? one.n : NAME - 1;

	memcpy(name, one.p, n);
	name[n] = 0;
	return name;
}

static void object(struct jsonw *w, const char *name, const struct json *o,
    struct strv columns)
{
	char column[NAME];

	if (!columns.p || json_type(o) != JSON_OBJECT) {
		value(w, name, o);
		return;
	}
	jsonw_object(w, name);
	while (columns.n) {
		const struct json *m = json_member(o, next_name(&columns,
		    column));

		if (m)
			value(w, column, m);
		else
			jsonw_null(w, column);
	}
	jsonw_end(w);
}

static bool has(const struct json *items, const char *name)
{
	for (const struct json *r = json_first(items); r; r = json_next(r))
		if (json_member(r, name))
			return true;
	return false;
}

/* One object has columns too. */
static bool column_ok(const struct json *root, const struct json *items,
    const char *name, struct buf *why)
{
	struct near near = near_to(strv(name));

	if (items ? !json_first(items) || has(items, name) :
	    json_member(root, name) != NULL)
		return true;
	for (const struct json *m = json_first(items ? json_first(items) :
	    root); m; m = json_next(m))
		near_offer(&near, json_name(m).p);
	buf_addf(why, "there is no column \"%s\"", name);
	if (near.best)
		buf_addf(why, " (did you mean %s?)", near.best);
	else
		buf_addz(why, "; there are");
	for (const struct json *m = near.best ? NULL : json_first(items ?
	    json_first(items) : root); m; m = json_next(m))
		buf_addf(why, " %s", json_name(m).p);
	return false;
}

static bool columns_ok(const struct selection *s, const struct json *root,
    const struct json *items, struct buf *why)
{
	struct strv list = s->columns, sort = s->sort;
	char name[NAME];

	while (list.n)
		if (!column_ok(root, items, next_name(&list, name), why))
			return false;
	if (!sort.n || !items)
		return true;
	if (sort.p[0] == '-')
		sort = (struct strv){ sort.p + 1, sort.n - 1 };
	return column_ok(root, items, next_name(&sort, name), why);
}

/* --- rows ---------------------------------------------------------------- */

/* Nothing stands before numbers, numbers before text. */
static int rank(const struct json *v)
{
	if (!v || json_type(v) == JSON_NULL)
		return 0;
	return json_type(v) == JSON_STRING ? 2 : 1;
}

static double figure(const struct json *v)
{
	bool b = false;
	double d = 0;

	if (json_as_bool(v, &b))
		return b;
	(void)json_as_double(v, &d);
	return d;
}

static int compare(const struct json *a, const struct json *b)
{
	struct strv s = STRV(""), t = STRV("");

	if (rank(a) != rank(b))
		return rank(a) - rank(b);
	if (rank(a) == 1)
		return (figure(a) > figure(b)) - (figure(a) < figure(b));
	(void)json_as_string(a, &s);
	(void)json_as_string(b, &t);
	return strcmp(s.p, t.p);
}

static int up(const void *a, const void *b)
{
	const struct row *r = a, *q = b;
	int n = compare(r->key, q->key);

	return n ? n : (r->at > q->at) - (r->at < q->at);
}

static int down(const void *a, const void *b)
{
	const struct row *r = a, *q = b;
	int n = compare(q->key, r->key);

	return n ? n : (r->at > q->at) - (r->at < q->at);
}

static bool is_ok(const struct json *row)
{
	struct strv state;

	return json_as_string(json_member(row, "state"), &state) &&
	    strv_eq(state, STRV("ok"));
}

static void rows(struct jsonw *w, const struct selection *s,
    const struct json *items)
{
	struct strv sort = s->sort;
	bool falls = sort.n && sort.p[0] == '-';
	size_t n = json_count(items), i = 0;
	struct row *all = xalloc((n + 1) * sizeof(*all));
	char name[NAME] = "";

	if (falls)
		sort = (struct strv){ sort.p + 1, sort.n - 1 };
	if (sort.n)
		next_name(&sort, name);
	for (const struct json *r = json_first(items); r; r = json_next(r)) {
		if (s->trouble && is_ok(r))
			continue;
		all[i] = (struct row){ r, json_member(r, name), i };
		i++;
	}
	n = i;
	if (s->sort.n)
		qsort(all, n, sizeof(*all), falls ? down : up);
	if (s->limit && (size_t)s->limit < n)
		n = (size_t)s->limit;
	jsonw_array(w, "items");
	for (i = 0; i < n; i++)
		object(w, NULL, all[i].row, s->columns);
	jsonw_end(w);
	free(all);
}

bool select_rows(const struct selection *s, struct strv json, struct buf *out,
    struct buf *why)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, SIZE_LIMIT, &e);
	const struct json *items = json_opt_array(root, "items", SIZE_LIMIT,
	    &e);
	struct jsonw w;
	bool ok;

	if (!root) {	/* a file, not a list */
		buf_adds(out, json);
		return true;
	}
	ok = columns_ok(s, root, items, why);
	jsonw_init(&w, out);
	if (ok && !items)
		object(&w, NULL, root, s->columns);
	if (ok && items) {
		jsonw_object(&w, NULL);
		for (const struct json *m = json_first(root); m;
		    m = json_next(m))
			if (m == items)
				rows(&w, s, items);
			else
				value(&w, json_name(m).p, m);
		jsonw_end(&w);
	}
	json_free(root);
	return ok;
}
