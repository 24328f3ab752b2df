/* lines.c - header lines kept with a message, and parameters in them. */

#include "port/sip/lines.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct strv lines_trim(struct strv s)
{
	while (s.n > 0 && is_space(s.p[0]))
		s.p++, s.n--;
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool lines_next(struct strv *rest, struct strv *name, struct strv *value)
{
	struct strv line;

	do {
		if (rest->n == 0)
			return false;
		line = strv_split(*rest, '\n', rest);
		*name = lines_trim(strv_split(line, ':', value));
	} while (!value->p);
	*value = lines_trim(*value);
	return true;
}

struct strv lines_find(struct strv lines, struct strv name)
{
	struct strv n, v;

	while (lines_next(&lines, &n, &v))
		if (strv_caseeq(n, name))
			return v;
	return STRV_NONE;
}

void lines_add(struct buf *lines, struct strv name, struct strv raw)
{
	raw = lines_trim(raw);
	buf_adds(lines, name);
	buf_addz(lines, ": ");
	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] != '\r' && raw.p[i] != '\n') {
			buf_addc(lines, raw.p[i]);
			continue;
		}
		while (i + 1 < raw.n && is_space(raw.p[i + 1]))
			i++;
		buf_addc(lines, ' ');
	}
	buf_addz(lines, "\r\n");
}

bool lines_item(struct strv *rest, char sep, struct strv *item)
{
	bool quoted = false, angle = false;
	size_t i;

	if (rest->n == 0)
		return false;
	for (i = 0; i < rest->n; i++) {
		char c = rest->p[i];

		if (quoted && c == '\\') {
			i++;
			continue;
		}
		if (c == '"')
			quoted = !quoted;
		else if (!quoted && c == '<')
			angle = true;
		else if (!quoted && c == '>')
			angle = false;
		else if (!quoted && !angle && c == sep)
			break;
	}
	if (i > rest->n)
		i = rest->n;
	*item = lines_trim((struct strv){ rest->p, i });
	if (i < rest->n)
		i++;
	rest->p += i;
	rest->n -= i;
	return true;
}

void lines_param(struct strv item, struct strv *name, struct strv *value)
{
	*name = lines_trim(strv_split(item, '=', value));
	if (!value->p)
		return;
	*value = lines_trim(*value);
	if (value->n >= 2 && value->p[0] == '"' &&
	    value->p[value->n - 1] == '"')
		*value = (struct strv){ value->p + 1, value->n - 2 };
}

bool lines_is_token(struct strv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '!' || s.p[i] > '~')
			return false;
	return s.n >= 1 && s.n <= LINES_TOKEN;
}

bool lines_private(struct strv lines)
{
	struct strv rest = lines_find(lines, STRV("Privacy")), word;

	while (lines_item(&rest, ';', &word))
		if (strv_caseeq(word, STRV("id")) ||
		    strv_caseeq(word, STRV("user")) ||
		    strv_caseeq(word, STRV("header")))
			return true;
	return false;
}
