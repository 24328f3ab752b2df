/* render_json.c - one JSON document: a line, or indented for a screen. */

#include <string.h>

#include "base/utf8.h"
#include "cli/render.h"

/* In valid JSON it can only be inside of a string. */
void render_json_safe(struct buf *out, struct strv s)
{
	while (s.n) {
		uint32_t c = utf8_next(&s, NULL);

		if (c >= 0x7f && render_steers(c))
			buf_addf(out, "\\u%04x", (unsigned)c);
		else
			utf8_add(out, c);
	}
}

/* Only layout: the text is JSON already, and strings are left alone. */
static void indented(FILE *out, struct strv s)
{
	bool in = false, slash = false;
	size_t depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		char after = i + 1 < s.n ? s.p[i + 1] : 0;

		if (in) {
			fputc(c, out);
			in = slash || c != '"';
			slash = !slash && c == '\\';
			continue;
		}
		in = c == '"';
		if (c == '}' || c == ']') {
			depth--;
			fputc('\n', out);
			fprintf(out, "%*s", (int)(2 * depth), "");
		}
		fputc(c, out);
		if ((c == '{' && after == '}') || (c == '[' && after == ']')) {
			fputc(after, out);
			i++;
			continue;
		}
		if (c == ':')
			fputc(' ', out);
		if (c == '{' || c == '[')
			depth++;
		if (c == '{' || c == '[' || c == ',') {
			fputc('\n', out);
			fprintf(out, "%*s", (int)(2 * depth), "");
		}
	}
	fputc('\n', out);
}

void render_json(const struct render *r, struct strv json)
{
	struct buf safe;

	buf_init(&safe, BUF_NO_LIMIT);
	render_json_safe(&safe, json);
	if (r->tty)
		indented(r->out, buf_strv(&safe));
	else
		fprintf(r->out, "%s\n", safe.p);
	buf_deinit(&safe);
}

/* Where a value of valid JSON that begins at i ends. */
static size_t value_end(struct strv s, size_t i)
{
	size_t depth = 0;
	bool in = false, slash = false;

	for (; i < s.n; i++) {
		char c = s.p[i];

		if (in) {
			in = slash || c != '"';
			slash = !slash && c == '\\';
		} else if (c == '"') {
			in = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			if (depth == 0)
				return i;
			depth--;
		} else if (c == ',' && depth == 0) {
			return i;
		}
	}
	return i;
}

/* The array of the rows, behind its bracket; absent: it is no list. */
static struct strv rows_of(struct strv json)
{
	static const char name[] = "\"items\":[";
	size_t i = 1;

	while (i < json.n) {
		struct strv rest = { json.p + i, json.n - i };

		if (rest.n > sizeof(name) - 1 &&
		    memcmp(rest.p, name, sizeof(name) - 1) == 0)
			return (struct strv){ rest.p + sizeof(name) - 1,
			    rest.n - (sizeof(name) - 1) };
		i = value_end(json, i) + 1;
	}
	return STRV_NONE;
}

void render_jsonl(const struct render *r, struct strv json)
{
	struct buf safe;
	struct strv rows;
	size_t i = 0;

	buf_init(&safe, BUF_NO_LIMIT);
	render_json_safe(&safe, json);
	rows = rows_of(buf_strv(&safe));
	if (!rows.p)
		fprintf(r->out, "%s\n", safe.p);
	while (i < rows.n && rows.p[i] != ']') {
		size_t end = value_end(rows, i);

		fprintf(r->out, "%.*s\n", (int)(end - i), rows.p + i);
		i = end + (end < rows.n && rows.p[end] == ',');
	}
	buf_deinit(&safe);
}
