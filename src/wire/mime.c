/* mime.c - the parts of a multipart body (RFC 2046 5.1). */

#include <stddef.h>
#include <strings.h>

#include "wire/mime.h"
#include "wire/sipbody.h"

struct splitter {
	struct strv rest;	/* of the body */
	const char *end;
	struct strv boundary;
	struct mime *out;
};

enum line_kind { LINE_TEXT, LINE_PART, LINE_END };

static enum err fail(struct mime *out, enum err e, const char *why)
{
	out->why = why;
	out->n = 0;
	return e;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct strv trim(struct strv s)
{
	while (s.n && (is_blank(s.p[0]) || s.p[0] == '\r' || s.p[0] == '\n'))
		s = (struct strv){ s.p + 1, s.n - 1 };
	while (s.n && (is_blank(s.p[s.n - 1]) || s.p[s.n - 1] == '\r' ||
	    s.p[s.n - 1] == '\n'))
		s.n--;
	return s;
}

/* --- lines ---------------------------------------------------------------- */

/* The next line without its end; false: there is none. */
static bool next_line(struct strv *rest, struct strv *line)
{
	if (!rest->p || rest->n == 0)
		return false;
	*line = strv_split(*rest, '\n', rest);
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

static enum line_kind kind_of(const struct splitter *s, struct strv line)
{
	struct strv behind;

	if (line.n < s->boundary.n + 2 || memcmp(line.p, "--", 2) != 0 ||
	    memcmp(line.p + 2, s->boundary.p, s->boundary.n) != 0)
		return LINE_TEXT;
	behind = (struct strv){ line.p + 2 + s->boundary.n,
		line.n - 2 - s->boundary.n };
	if (behind.n >= 2 && memcmp(behind.p, "--", 2) == 0)
		return LINE_END;
	return trim(behind).n == 0 ? LINE_PART : LINE_TEXT;
}

/* What lies before the next boundary, without the line end before it. */
static enum line_kind take_part(struct splitter *s, struct strv *part)
{
	const char *from = s->rest.p ? s->rest.p : s->end, *to = from;
	struct strv line;

	while (next_line(&s->rest, &line)) {
		enum line_kind kind = kind_of(s, line);

		if (kind != LINE_TEXT) {
			if (to > from && to[-1] == '\n')
				to--;
			if (to > from && to[-1] == '\r')
				to--;
			*part = (struct strv){ from, (size_t)(to - from) };
			return kind;
		}
		to = s->rest.p ? s->rest.p : line.p + line.n;
	}
	*part = (struct strv){ from, (size_t)(to - from) };
	return LINE_END;
}

/* --- headers -------------------------------------------------------------- */

static void keep(struct mime_part *p, struct strv name, struct strv value)
{
	static const struct {
		const char *name;
		size_t at;
	} known[] = {
		{ "Content-Type", offsetof(struct mime_part, type) },
		{ "Content-Disposition",
		    offsetof(struct mime_part, disposition) },
		{ "Content-Transfer-Encoding",
		    offsetof(struct mime_part, transfer) },
		{ "Content-Encoding", offsetof(struct mime_part, encoding) },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct strv *to = (void *)((char *)p + known[i].at);

		if (strv_caseeq(name, strv(known[i].name)) && !to->p)
			*to = trim(value);
	}
}

/* A header and the lines that continue it; false: it is none. */
static bool take_header(struct strv *rest, struct strv line,
    struct mime_part *p)
{
	struct strv value, name = strv_split(line, ':', &value);

	name = trim(name);
	if (!value.p || name.n == 0)
		return false;
	while (rest->n && is_blank(rest->p[0])) {
		struct strv more;

		(void)next_line(rest, &more);
		value.n = (size_t)(more.p + more.n - value.p);
	}
	keep(p, name, value);
	return true;
}

static enum err read_part(struct splitter *s, struct strv text)
{
	struct mime *out = s->out;
	struct mime_part *p;
	struct strv line;
	unsigned n = 0;

	if (out->n == MIME_PARTS)
		return fail(out, ERR_TOO_BIG, "too many parts");
	p = &out->part[out->n];
	*p = (struct mime_part){ .body = { text.p + text.n, 0 },
		.whole = text };
	while (next_line(&text, &line)) {
		if (line.n == 0) {
			if (text.p)
				p->body = text;
			break;
		}
		if (n++ == MIME_HEADERS)
			return fail(out, ERR_TOO_BIG, "too many headers");
		if (!take_header(&text, line, p))
			return fail(out, ERR_BAD_SYNTAX, "a part with a line "
			    "that is no header");
	}
	out->n++;
	return ERR_OK;
}

/* --- the whole ------------------------------------------------------------ */

/* RFC 2046 5.1.1: bchars, not ending in a blank. */
static bool is_boundary(struct strv s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
		    !(c >= 'A' && c <= 'Z') &&
		    !memchr("'()+_,-./:=? ", c, 13))
			return false;
	}
	return s.n > 0 && s.n <= MIME_BOUNDARY && s.p[s.n - 1] != ' ';
}

static bool is_multipart(struct strv type)
{
	return type.n > 10 && strncasecmp(type.p, "multipart/", 10) == 0;
}

enum err mime_split(struct strv type, struct strv body, struct mime *out)
{
	struct splitter s = { .rest = body, .out = out,
		.end = body.n ? body.p + body.n : "" };
	enum line_kind kind;
	struct strv text;
	enum err e = ERR_OK;

	out->n = 0;
	out->why = NULL;
	if (!is_multipart(type))
		return fail(out, ERR_BAD_CONTENT, "not a multipart");
	s.boundary = sipbody_param(type, STRV("boundary"));
	if (!is_boundary(s.boundary))
		return fail(out, ERR_BAD_SYNTAX, "no boundary that may be one");
	kind = take_part(&s, &text);	/* the preamble */
	while (kind == LINE_PART && e == ERR_OK) {
		kind = take_part(&s, &text);
		e = read_part(&s, text);
	}
	if (e == ERR_OK && out->n == 0)
		return fail(out, ERR_BAD_SYNTAX, "no part");
	return e;
}

bool mime_is_plain(struct strv transfer)
{
	static const char *const plain[] = { "7bit", "8bit", "binary" };

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (strv_caseeq(transfer, strv(plain[i])))
			return true;
	return transfer.n == 0;
}
