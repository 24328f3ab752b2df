/* render.c - answers for people and for programs. */

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "cli/render.h"
#include "wire/json.h"

#define SIZE_LIMIT	((size_t)80 << 20)
#define COLUMNS		64
#define GAP		2	/* blanks between columns */

struct column {
	struct strv name;
	size_t width;
	bool number;	/* all cells are, or say nothing */
	bool text;	/* one is not */
};

struct table {
	const struct json *items;
	struct column columns[COLUMNS];
	size_t n;
};

struct render render_to(FILE *out, enum render_color color)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
	const char *force = getenv("CLICOLOR_FORCE");
	struct render r = { .out = out, .tty = isatty(fileno(out)) };
	struct winsize size;

	r.color = r.tty && !(no && *no) && !(term && !strcmp(term, "dumb"));
	if (force && *force && strcmp(force, "0") != 0 && !(no && *no))
		r.color = true;
	if (color != COLOR_AUTO)
		r.color = color == COLOR_ALWAYS;
	if (r.tty && ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
		r.width = size.ws_col;
	return r;
}

/* --- text ---------------------------------------------------------------- */

bool render_steers(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
	    (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069) || c == 0x061c || c == 0xfeff;
}

/* A CR is one only before an LF: lines of CSV end so. */
static bool is_of_lines(uint32_t c, struct strv next)
{
	return c == '\n' || c == '\t' ||
	    (c == '\r' && next.n && next.p[0] == '\n');
}

void render_safe(struct buf *out, struct strv s, bool lines)
{
	while (s.n) {
		uint32_t c = utf8_next(&s, NULL);

		if (lines && is_of_lines(c, s))
			buf_addc(out, (char)c);
		else if (render_steers(c))
			utf8_add(out, UTF8_REPLACEMENT);
		else
			utf8_add(out, c);
	}
}

static size_t columns_of(uint32_t c)
{
	int n = wcwidth((wchar_t)c);

	return n < 0 ? 1 : (size_t)n;
}

size_t render_width(struct strv s)
{
	size_t n = 0;

	while (s.n)
		n += columns_of(utf8_next(&s, NULL));
	return n;
}

void render_cut(struct buf *out, struct strv s, size_t width)
{
	size_t used = 0;

	if (render_width(s) <= width) {
		buf_adds(out, s);
		return;
	}
	while (s.n) {
		uint32_t c = utf8_next(&s, NULL);

		used += columns_of(c);
		if (used + 1 > width)
			break;
		utf8_add(out, c);
	}
	if (width)
		utf8_add(out, 0x2026);
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

static void cell(const struct json *v, struct buf *out)
{
	struct strv s;
	double d;
	bool b;

	buf_clear(out);
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
	{ "waiting", "◐", "33" }, { "suspended", "○", "33" },
	{ "critical", "✗", "31" }, { "failed", "✗", "31" },
	{ "down", "✗", "31" }, { "unbound", "✗", "31" },
	{ "expired", "✗", "31" }, { "refused", "✗", "31" },
};

static bool is_state(struct strv name)
{
	return strv_eq(name, STRV("state")) || strv_eq(name, STRV("status"));
}

/* Glyph and colour by the first word; state never by colour alone. */
static void state_print(const struct render *r, struct strv text)
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

/* --- tables -------------------------------------------------------------- */

static struct column *column_of(struct table *t, struct strv name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strv_eq(t->columns[i].name, name))
			return &t->columns[i];
	if (t->n == COLUMNS)
		return NULL;
	t->columns[t->n] = (struct column){ .name = name,
	    .width = render_width(name) };
	return &t->columns[t->n++];
}

static void measure(struct table *t, const struct render *r)
{
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	for (const struct json *row = json_first(t->items); row;
	    row = json_next(row))
		for (const struct json *m = json_first(row); m;
		    m = json_next(m)) {
			struct column *c = column_of(t, json_name(m));
			enum json_type type = json_type(m);
			size_t width;

			if (!c)
				continue;
			cell(m, &b);
			width = render_width(buf_strv(&b)) +
			    (r->color && is_state(c->name) ? 2 : 0);
			if (width > c->width)
				c->width = width;
			c->text |= type != JSON_NUMBER && type != JSON_NULL;
			c->number |= type == JSON_NUMBER;
		}
	for (size_t i = 0; i < t->n; i++)
		t->columns[i].number &= !t->columns[i].text;
	buf_deinit(&b);
}

static void spaces(FILE *out, size_t n)
{
	while (n--)
		fputc(' ', out);
}

/* The last column is as wide as it likes, or as the screen has room. */
static void put(const struct render *r, const struct table *t, size_t i,
    size_t at, struct strv text)
{
	const struct column *c = &t->columns[i];
	bool last = i + 1 == t->n, state = r->color && is_state(c->name);
	size_t width = render_width(text) + (state ? 2 : 0);
	size_t pad = width < c->width ? c->width - width : 0;
	struct buf b;

	if (c->number)
		spaces(r->out, pad);
	if (state) {
		state_print(r, text);
	} else if (last && r->width && at + width > (size_t)r->width) {
		size_t room = (size_t)r->width > at ? (size_t)r->width - at :
		    0;

		buf_init(&b, BUF_NO_LIMIT);
		render_cut(&b, text, room > 8 ? room : 8);
		fputs(b.p, r->out);
		buf_deinit(&b);
	} else {
		fwrite(text.p, 1, text.n, r->out);
	}
	if (!last)
		spaces(r->out, GAP + (c->number ? 0 : pad));
}

/* Who reads what we write shall know which line is the heading. */
static void heading_begin(const struct render *r)
{
	(void)fflush(r->out);
	if (r->heading)
		*r->heading = true;
}

static void head(const struct render *r, const struct table *t)
{
	char name[64];

	heading_begin(r);
	if (r->color)
		fputs("\033[1m", r->out);
	for (size_t i = 0; i < t->n; i++) {
		size_t n = t->columns[i].name.n;

		n = n < sizeof(name) ? n : sizeof(name) - 1;
		for (size_t k = 0; k < n; k++) {
			char ch = t->columns[i].name.p[k];

			name[k] = ch == '_' ? ' ' :
			    (char)toupper((unsigned char)ch);
		}
		if (t->columns[i].number)
			spaces(r->out, t->columns[i].width - n);
		fwrite(name, 1, n, r->out);
		if (i + 1 < t->n)
			spaces(r->out, GAP + (t->columns[i].number ? 0 :
			    t->columns[i].width - n));
	}
	fputs(r->color ? "\033[0m\n" : "\n", r->out);
	(void)fflush(r->out);
}

static const struct json *member(const struct json *row, struct strv name)
{
	for (const struct json *m = json_first(row); m; m = json_next(m))
		if (strv_eq(json_name(m), name))
			return m;
	return NULL;
}

static void table_print(const struct render *r, const struct json *items)
{
	struct table t = { .items = items };
	struct buf b;

	measure(&t, r);
	if (t.n == 0)
		return;
	buf_init(&b, BUF_NO_LIMIT);
	head(r, &t);
	for (const struct json *row = json_first(items); row;
	    row = json_next(row)) {
		size_t at = 0;

		for (size_t i = 0; i < t.n; i++) {
			cell(member(row, t.columns[i].name), &b);
			put(r, &t, i, at, buf_strv(&b));
			at += t.columns[i].width + GAP;
		}
		fputc('\n', r->out);
	}
	buf_deinit(&b);
}

/* --- one object ---------------------------------------------------------- */

static bool hidden(struct strv name)
{
	return strv_eq(name, STRV("text")) || strv_eq(name, STRV("exit")) ||
	    strv_eq(name, STRV("next")) || strv_eq(name, STRV("items"));
}

static void object_print(const struct render *r, const struct json *o)
{
	struct buf b;
	size_t width = 0;

	for (const struct json *m = json_first(o); m; m = json_next(m))
		if (!hidden(json_name(m)) &&
		    render_width(json_name(m)) > width)
			width = render_width(json_name(m));
	buf_init(&b, BUF_NO_LIMIT);
	for (const struct json *m = json_first(o); m; m = json_next(m)) {
		struct strv name = json_name(m);

		if (hidden(name))
			continue;
		buf_clear(&b);
		render_safe(&b, name, false);
		fputs(b.p, r->out);
		cell(m, &b);
		spaces(r->out, width - render_width(name) + GAP);
		if (r->color && is_state(name))
			state_print(r, buf_strv(&b));
		else
			fputs(b.p, r->out);
		fputc('\n', r->out);
	}
	buf_deinit(&b);
}

bool render_people(const struct render *r, struct strv json, bool *next)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, SIZE_LIMIT, &e);
	const struct json *items, *more;
	struct strv said;
	struct buf b;

	*next = false;
	if (!root)
		return false;
	items = json_member(root, "items");
	if (items)
		table_print(r, items);
	object_print(r, root);
	if (json_as_string(json_member(root, "text"), &said)) {
		buf_init(&b, BUF_NO_LIMIT);
		render_safe(&b, said, true);
		if (b.n && b.p[b.n - 1] != '\n')
			buf_addc(&b, '\n');
		fputs(b.p, r->out);
		buf_deinit(&b);
	}
	more = json_member(root, "next");
	*next = more && json_type(more) != JSON_NULL;
	json_free(root);
	return true;
}

/* --- for programs -------------------------------------------------------- */

/* A spreadsheet would run it: =..., @..., and +... but for plain numbers. */
static bool is_formula(struct strv s)
{
	size_t i = 1;

	if (s.n == 0 || !strchr("=+-@\t\r", s.p[0]))
		return false;
	if (s.n == 1 || (s.p[0] != '+' && s.p[0] != '-'))
		return s.n > 1;
	while (i < s.n && isdigit((unsigned char)s.p[i]))
		i++;
	return i < s.n;
}

static void csv_cell(FILE *out, struct strv s, bool last)
{
	bool formula = is_formula(s);
	bool quote = formula;

	for (size_t i = 0; i < s.n && !quote; i++)
		quote = strchr("\",\r\n", s.p[i]) != NULL;
	if (quote)
		fputc('"', out);
	if (formula)
		fputc('\'', out);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			fputc('"', out);
		fputc(s.p[i], out);
	}
	if (quote)
		fputc('"', out);
	fputs(last ? "\r\n" : ",", out);
}

static void csv_row(FILE *out, const struct table *t, const struct json *row,
    struct buf *b)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct json *v = member(row, t->columns[i].name);

		cell(v, b);
		if (!v || json_type(v) == JSON_NULL)
			buf_clear(b);
		csv_cell(out, buf_strv(b), i + 1 == t->n);
	}
}

bool render_csv(const struct render *r, struct strv json)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, SIZE_LIMIT, &e);
	const struct json *items = root ? json_member(root, "items") : NULL;
	struct table t = { .items = items };
	struct buf b;

	if (!root)
		return false;
	buf_init(&b, BUF_NO_LIMIT);
	if (items) {
		measure(&t, r);
	} else {
		for (const struct json *m = json_first(root); m;
		    m = json_next(m))
			(void)column_of(&t, json_name(m));
	}
	heading_begin(r);
	for (size_t i = 0; i < t.n; i++)
		csv_cell(r->out, t.columns[i].name, i + 1 == t.n);
	(void)fflush(r->out);
	if (!items)
		csv_row(r->out, &t, root, &b);
	for (const struct json *row = json_first(items); row;
	    row = json_next(row))
		csv_row(r->out, &t, row, &b);
	buf_deinit(&b);
	json_free(root);
	return true;
}
