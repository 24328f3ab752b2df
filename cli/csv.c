/* csv.c - a JSON answer as RFC 4180. */

#include <ctype.h>
#include <string.h>

#include "cli/table.h"

#define SIZE_LIMIT	((size_t)80 << 20)

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

static void csv_row(const struct render *r, const struct table *t,
    const struct json *row, struct buf *b)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct json *v = table_member(row, t->columns[i].name);

		table_cell(r, v, b);
		if (!v || json_type(v) == JSON_NULL)
			buf_clear(b);
		csv_cell(r->out, buf_strv(b), i + 1 == t->n);
	}
}

bool render_csv(const struct render *r, struct strv json)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, SIZE_LIMIT, &e);
	const struct json *items = root ? json_member(root, "items") : NULL;
	struct render plain = { .out = r->out, .heading = r->heading };
	struct table t = { .items = items };
	struct buf b;

	if (!root)
		return false;
	buf_init(&b, BUF_NO_LIMIT);
	if (items) {
		table_measure(&t, &plain);
	} else {
		for (const struct json *m = json_first(root); m;
		    m = json_next(m))
			(void)table_column(&t, json_name(m));
	}
	table_heading(r);
	for (size_t i = 0; i < t.n; i++)
		csv_cell(r->out, t.columns[i].name, i + 1 == t.n);
	(void)fflush(r->out);
	if (!items)
		csv_row(&plain, &t, root, &b);
	for (const struct json *row = json_first(items); row;
	    row = json_next(row))
		csv_row(&plain, &t, row, &b);
	buf_deinit(&b);
	json_free(root);
	return true;
}
