/* table.c - rows of a JSON answer as columns on a screen. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "cli/table.h"

#define LEAST 10	/* places that a cut cell keeps */
#define LINES 6		/* of one row at most */
#define KEPT 3		/* columns that are always shown */

/* --- cells --------------------------------------------------------------- */

void table_spaces(FILE *out, size_t n)
{
	while (n--)
		fputc(' ', out);
}

bool table_is_nested(const struct json *v)
{
	const struct json *first = v && json_type(v) == JSON_ARRAY ?
	    json_first(v) : NULL;

	return (first && json_type(first) == JSON_OBJECT) ||
	    (v && json_type(v) == JSON_OBJECT);
}

static void list_text(const struct json *v, struct buf *out)
{
	struct strv s;
	size_t n = 0;

	for (const struct json *e = json_first(v); e; e = json_next(e))
		if (json_as_string(e, &s)) {
			buf_addz(out, n++ ? ", " : "");
			render_safe(out, s, false);
		}
	if (n == 0)
		buf_addz(out, json_count(v) ? "..." : "-");
}

void table_cell(const struct render *r, const struct json *v,
    struct buf *out)
{
	struct strv s;
	double d;
	bool b;

	buf_clear(out);
	if (json_as_string(v, &s) && r->width && render_time(r, s, out))
		return;
	if (json_as_string(v, &s))
		render_safe(out, s, false);
	else if (json_as_bool(v, &b))
		buf_addz(out, b ? "yes" : "no");
	else if (json_as_double(v, &d))
		buf_addf(out, "%.15g", d);
	else if (v && json_type(v) == JSON_ARRAY)
		list_text(v, out);
	else
		buf_addz(out, "-");
}

/* --- colour -------------------------------------------------------------- */

static const struct {
	const char *word, *glyph, *color;
} states[] = {
	{ "ok", "●", "32" }, { "active", "●", "32" }, { "bound", "●", "32" },
	{ "ready", "●", "32" }, { "up", "●", "32" },
	{ "registered", "●", "32" }, { "delivered", "●", "32" },
	{ "displayed", "●", "32" }, { "done", "●", "32" },
	{ "running", "◐", "33" }, { "warn", "◐", "33" },
	{ "held", "◐", "33" }, { "deferred", "◐", "33" },
	{ "throttled", "◐", "33" }, { "connecting", "◐", "33" },
	{ "binding", "◐", "33" }, { "sending", "◐", "33" },
	{ "draining", "◐", "33" }, { "drained", "◐", "33" },
	{ "preview", "◐", "33" }, { "disabled", "○", "33" },
	{ "waiting", "◐", "33" }, { "suspended", "○", "33" },
	{ "critical", "✗", "31" }, { "failed", "✗", "31" },
	{ "down", "✗", "31" }, { "unbound", "✗", "31" },
	{ "expired", "✗", "31" }, { "refused", "✗", "31" },
};

bool table_is_state(struct strv name)
{
	return strv_eq(name, STRV("state")) || strv_eq(name, STRV("status"));
}

/* Glyph and colour by the first word; state never by colour alone. */
void table_state(const struct render *r, struct strv text)
{
	struct strv rest, word = strv_split(text, ' ', &rest);

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strv_caseeq(word, strv(states[i].word))) {
			fprintf(r->out, "\033[%sm%s %.*s\033[0m",
			    states[i].color, states[i].glyph, STRV_ARG(text));
			return;
		}
	fprintf(r->out, "  %.*s", STRV_ARG(text));
}

/* --- columns ------------------------------------------------------------- */

struct column *table_column(struct table *t, struct strv name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strv_eq(t->columns[i].name, name))
			return &t->columns[i];
	if (t->n == TABLE_COLUMNS)
		return NULL;
	t->columns[t->n] = (struct column){ .name = name,
	    .width = render_width(name) };
	return &t->columns[t->n++];
}

static void measure_cell(struct table *t, const struct render *r,
    const struct json *m, struct buf *b)
{
	struct column *c = table_column(t, json_name(m));
	enum json_type type = json_type(m);
	size_t width;

	if (!c)
		return;
	table_cell(r, m, b);
	width = render_width(buf_strv(b)) +
	    (r->color && table_is_state(c->name) ? 2 : 0);
	if (width > c->width)
		c->width = width;
	c->text |= type != JSON_NUMBER && type != JSON_NULL;
	c->number |= type == JSON_NUMBER;
	c->counts |= b->n && strspn(b->p, "0.-") != b->n;
	c->said |= b->n && strcmp(b->p, "-") != 0 && !table_is_nested(m);
}

void table_measure(struct table *t, const struct render *r)
{
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	for (const struct json *row = json_first(t->items); row;
	    row = json_next(row))
		for (const struct json *m = json_first(row); m;
		    m = json_next(m))
			measure_cell(t, r, m, &b);
	for (size_t i = 0; i < t->n; i++)
		t->columns[i].number &= !t->columns[i].text;
	buf_deinit(&b);
}

/* As narrow as a column may become. */
static size_t least(const struct column *c)
{
	size_t name = render_width(c->name), n = name > LEAST ? name : LEAST;

	if (c->number || strv_eq(c->name, STRV("id")) || c->width < n)
		return c->width;
	return n;
}

static size_t width_of(const struct table *t, bool narrow)
{
	size_t width = 0;

	for (size_t i = 0; i < t->n; i++)
		if (!t->columns[i].hidden)
			width += TABLE_GAP + (narrow ? least(&t->columns[i]) :
			    t->columns[i].width);
	return width ? width - TABLE_GAP : 0;
}

/* What says nothing goes first, then zeros, then what stands last. */
static void leave_out(struct table *t, size_t room)
{
	for (size_t i = 0; width_of(t, false) > room && i < t->n; i++)
		t->columns[i].hidden = !t->columns[i].said;
	for (int all = 0; all < 2; all++)
		for (size_t i = t->n; i-- > KEPT &&
		    width_of(t, true) > room;) {
			struct column *c = &t->columns[i];

			if (c->hidden || (!all && c->counts))
				continue;
			c->hidden = true;
			t->left_out = true;
		}
}

static struct column *widest(struct table *t)
{
	struct column *found = NULL;

	for (size_t i = 0; i < t->n; i++) {
		struct column *c = &t->columns[i];

		if (!c->hidden && c->width > least(c) &&
		    (!found || c->width >= found->width))
			found = c;
	}
	return found;
}

/* Numbers, ids and names of columns are never cut. */
static void fit(struct table *t, const struct render *r)
{
	size_t room = (size_t)r->width;
	struct column *c;

	if (!room)
		return;
	leave_out(t, room);
	while (width_of(t, false) > room && (c = widest(t)) != NULL)
		c->width--;
}

/* --- lines --------------------------------------------------------------- */

static bool is_last(const struct table *t, size_t i)
{
	while (++i < t->n)
		if (!t->columns[i].hidden)
			return false;
	return true;
}

/* As much of the cell as its next line has: sentences go on below, anything
 * else is cut. */
static void piece_take(struct strv *rest, size_t width, bool last,
    struct buf *out)
{
	struct strv s = *rest, whole = *rest;
	size_t used = 0, end = 0;

	*rest = STRV("");
	if (render_width(whole) <= width) {
		buf_adds(out, whole);
		return;
	}
	while (s.n && used <= width) {
		struct strv at = s;

		if (*s.p == ' ')
			end = (size_t)(s.p - whole.p);
		(void)utf8_next(&s, NULL);
		used += render_width((struct strv){ at.p, at.n - s.n });
	}
	if (end == 0 || last) {
		render_cut(out, whole, width);
		return;
	}
	buf_adds(out, (struct strv){ whole.p, end });
	*rest = (struct strv){ whole.p + end + 1, whole.n - end - 1 };
}

static void put(const struct render *r, const struct table *t, size_t i,
    struct strv text)
{
	const struct column *c = &t->columns[i];
	bool state = r->color && table_is_state(c->name) && text.n;
	size_t width = render_width(text) + (state ? 2 : 0);
	size_t pad = width < c->width ? c->width - width : 0;

	if (c->number)
		table_spaces(r->out, pad);
	if (state)
		table_state(r, text);
	else
		fwrite(text.p, 1, text.n, r->out);
	if (!is_last(t, i))
		table_spaces(r->out, TABLE_GAP + (c->number ? 0 : pad));
}

/* The lines of one row; its cells are taken line by line. */
static void row_print(const struct render *r, const struct table *t,
    struct buf *cells)
{
	struct strv rest[TABLE_COLUMNS];
	bool more = true;
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	for (size_t i = 0; i < t->n; i++)
		rest[i] = buf_strv(&cells[i]);
	for (size_t line = 1; more; line++) {
		more = false;
		for (size_t i = 0; i < t->n; i++) {
			const struct column *c = &t->columns[i];
			bool glyph = r->color && table_is_state(c->name);

			if (c->hidden)
				continue;
			buf_clear(&b);
			piece_take(&rest[i], c->width - (glyph ? 2 : 0),
			    line == LINES, &b);
			put(r, t, i, buf_strv(&b));
			more |= rest[i].n > 0;
		}
		fputc('\n', r->out);
	}
	buf_deinit(&b);
}

void table_heading(const struct render *r)
{
	(void)fflush(r->out);
	if (r->heading)
		*r->heading = true;
}

static void head(const struct render *r, const struct table *t)
{
	char name[64];

	table_heading(r);
	if (r->color)
		fputs("\033[1m", r->out);
	for (size_t i = 0; i < t->n; i++) {
		const struct column *c = &t->columns[i];
		size_t n = c->name.n < sizeof(name) ? c->name.n :
		    sizeof(name) - 1;

		if (c->hidden)
			continue;
		for (size_t k = 0; k < n; k++)
			name[k] = c->name.p[k] == '_' ? ' ' :
			    (char)toupper((unsigned char)c->name.p[k]);
		if (c->number)
			table_spaces(r->out, c->width - n);
		fwrite(name, 1, n, r->out);
		if (!is_last(t, i))
			table_spaces(r->out, TABLE_GAP + (c->number ? 0 :
			    c->width - n));
	}
	fputs(r->color ? "\033[0m\n" : "\n", r->out);
	(void)fflush(r->out);
}

const struct json *table_member(const struct json *row, struct strv name)
{
	for (const struct json *m = json_first(row); m; m = json_next(m))
		if (strv_eq(json_name(m), name))
			return m;
	return NULL;
}

void table_print(const struct render *r, const struct json *items)
{
	struct table *t = xalloc(sizeof(*t));
	struct buf *cells;

	t->items = items;
	table_measure(t, r);
	fit(t, r);
	cells = xalloc((t->n + 1) * sizeof(*cells));
	for (size_t i = 0; i < t->n; i++)
		buf_init(&cells[i], BUF_NO_LIMIT);
	if (t->n)
		head(r, t);
	for (const struct json *row = t->n ? json_first(items) : NULL; row;
	    row = json_next(row)) {
		for (size_t i = 0; i < t->n; i++)
			table_cell(r, table_member(row, t->columns[i].name),
			    &cells[i]);
		row_print(r, t, cells);
	}
	if (t->left_out)
		fputs("(not all columns fit: --columns, --json or a wider "
		    "screen shows them)\n", r->out);
	for (size_t i = 0; i < t->n; i++)
		buf_deinit(&cells[i]);
	free(cells);
	free(t);
}
