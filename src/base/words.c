/* words.c - a typed line as words, with quotes. */

#include "base/words.h"

struct cursor {
	struct strv line;
	size_t at;
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void raw(struct cursor *c, struct buf *b, struct word *w)
{
	for (; c->at < c->line.n; c->at++) {
		if (c->line.p[c->at] == '\'') {
			c->at++;
			return;
		}
		buf_addc(b, c->line.p[c->at]);
	}
	w->open = true;
}

static void escaped(struct cursor *c, struct buf *b, struct word *w)
{
	for (; c->at < c->line.n; c->at++) {
		char ch = c->line.p[c->at];

		if (ch == '"') {
			c->at++;
			return;
		}
		if (ch == '\\' && c->at + 1 < c->line.n) {
			ch = c->line.p[++c->at];
			ch = ch == 'n' ? '\n' : ch;
		}
		buf_addc(b, ch);
	}
	w->open = true;
}

static struct word take(struct cursor *c, struct arena *a)
{
	struct word w = { .at = c->at };
	struct buf b;

	buf_init(&b, c->line.n);
	while (c->at < c->line.n && !blank(c->line.p[c->at])) {
		char ch = c->line.p[c->at++];

		if (ch == '\'' || ch == '"')
			w.quoted = true;
		if (ch == '\'')
			raw(c, &b, &w);
		else if (ch == '"')
			escaped(c, &b, &w);
		else
			buf_addc(&b, ch);
	}
	w.text = arena_str(a, buf_strv(&b));
	buf_deinit(&b);
	return w;
}

size_t words_split(struct strv line, struct arena *a, struct word *words,
    size_t max)
{
	struct cursor c = { line, 0 };
	size_t n = 0;

	for (;;) {
		while (c.at < line.n && blank(line.p[c.at]))
			c.at++;
		if (c.at == line.n || line.p[c.at] == '#')
			return n;
		if (n == max)
			return max + 1;
		words[n++] = take(&c, a);
	}
}

static bool plain(struct strv s)
{
	if (s.n == 0 || s.p[0] == '#' || s.p[0] == '@')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || strchr("'\"\\", s.p[i]))
			return false;
	return true;
}

void words_quote(struct buf *out, struct strv s)
{
	if (plain(s)) {
		buf_adds(out, s);
		return;
	}
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n') {
			buf_addz(out, "\\n");
			continue;
		}
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, s.p[i]);
	}
	buf_addc(out, '"');
}
