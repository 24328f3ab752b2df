/* render_json.c - one JSON document: a line, or indented for a screen. */

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
