/* cpim.c - take CPIM messages apart (RFC 3862). */

#include "wire/cpim_priv.h"

struct reader {
	struct cpim *out;
	struct strv left;
	unsigned line;		/* number of the line taken last */
};

static enum err fail(struct reader *r, const char *why)
{
	r->out->why = why;
	r->out->line = r->line;
	return ERR_BAD_SYNTAX;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct strv after(struct strv s, size_t n)
{
	return (struct strv){ s.p + n, s.n - n };
}

/* Up to LF; a CR before it belongs to the end. */
static struct strv take_line(struct strv *left)
{
	struct strv rest, line = strv_split(*left, '\n', &rest);

	*left = rest.p ? rest : after(*left, left->n);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* --- one header ------------------------------------------------------- */

static bool name_char(char c)
{
	return (uint8_t)c > ' ' && (uint8_t)c < 0x7f &&
	    !strchr("()<>@,;:\\\"/[]?={}", c);
}

/* false: the line is no header. */
static bool split_header(struct strv line, struct cpim_header *h)
{
	struct strv value, name = strv_split(line, ':', &value), rest;

	if (!value.p)
		return false;
	while (name.n && blank(name.p[name.n - 1]))
		name.n--;
	for (size_t i = 0; i < name.n; i++) {
		if (!name_char(name.p[i]))
			return false;
	}
	if (name.n == 0)
		return false;
	*h = (struct cpim_header){ .name = name, .value = cpim_trim(value),
	    .line = line };
	h->prefix = strv_split(name, '.', &rest);
	if (rest.p)
		h->name = rest;
	else
		h->prefix = (struct strv){ name.p, 0 };
	return h->name.n > 0;
}

/* Parameters come between colon and value: "Subject:;lang=de Hallo". */
static struct strv without_params(struct strv value)
{
	size_t n = 0;

	if (value.n == 0 || value.p[0] != ';')
		return value;
	while (n < value.n && !blank(value.p[n]))
		n++;
	return cpim_trim(after(value, n));
}

static bool is_mime(const struct cpim_header *h)
{
	static const char *const starts[] = { "content-", "mime-version" };

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(starts[i]);

		if (h->prefix.n == 0 && h->name.n >= n &&
		    strncasecmp(h->name.p, starts[i], n) == 0)
			return true;
	}
	return false;
}

static enum err check_line(struct reader *r, struct strv line)
{
	if (line.n > CPIM_LINE)
		return fail(r, "header line too long");
	for (size_t i = 0; i < line.n; i++) {
		if (((uint8_t)line.p[i] < ' ' && line.p[i] != '\t') ||
		    line.p[i] == 0x7f)
			return fail(r, "control character in a header");
	}
	return ERR_OK;
}

static enum err add(struct reader *r, const struct cpim_header *h)
{
	if (r->out->n_headers == CPIM_HEADERS)
		return fail(r, "too many headers");
	r->out->headers[r->out->n_headers++] = *h;
	return ERR_OK;
}

/* --- the message headers ---------------------------------------------- */

static enum err message_line(struct reader *r, struct strv line)
{
	struct cpim_header h;
	enum err e = check_line(r, line);

	if (e != ERR_OK)
		return e;
	if (blank(line.p[0]))
		return fail(r, "folded header");
	if (!split_header(line, &h))
		return fail(r, "not a header");
	h.value = without_params(h.value);
	return add(r, &h);
}

/* Up to a blank line, or to the first MIME header if that is missing. */
static enum err message_headers(struct reader *r)
{
	struct cpim_header h;
	enum err e = ERR_OK;

	while (r->left.n && e == ERR_OK) {
		struct strv rest = r->left, line = take_line(&rest);
		bool done = line.n == 0;

		if (!done && split_header(line, &h) && is_mime(&h))
			break;
		if (r->out->n_headers == 0 &&
		    (done || !split_header(line, &h))) {
			r->line = 1;
			return fail(r, "no CPIM headers");
		}
		r->left = rest;
		r->line++;
		if (done)
			break;
		e = message_line(r, line);
	}
	if (e == ERR_OK && r->out->n_headers == 0) {
		r->line = 1;
		return fail(r, "no CPIM headers");
	}
	return e;
}

/* --- the content ------------------------------------------------------ */

/* Whether the text begins with headers and a blank line behind them. */
static bool header_block(struct strv s)
{
	struct cpim_header h;

	for (bool first = true; s.n; first = false) {
		struct strv line = take_line(&s);

		if (line.n == 0)
			return true;
		if (!split_header(line, &h) && (first || !blank(line.p[0])))
			return false;
	}
	return false;
}

/* A folded line goes to the header before it. */
static enum err unfold(struct reader *r, struct strv line)
{
	struct cpim_header *h = &r->out->headers[r->out->n_headers - 1];

	h->line.n = (size_t)(line.p + line.n - h->line.p);
	h->value.n = (size_t)(line.p + line.n - h->value.p);
	h->value = cpim_trim(h->value);
	if (h->line.n > CPIM_LINE)
		return fail(r, "header line too long");
	return ERR_OK;
}

/* Without a blank line only what is surely a MIME header is one. */
static bool take_mime(struct strv line, bool block, bool first,
    const struct cpim_header *last)
{
	struct cpim_header h;

	if (line.n && blank(line.p[0]))
		return !first && (block || (last->value.n &&
		    last->value.p[last->value.n - 1] == ';'));
	return split_header(line, &h) && (block || is_mime(&h));
}

static enum err mime_line(struct reader *r, struct strv line)
{
	struct cpim_header h;
	enum err e = check_line(r, line);

	if (e != ERR_OK)
		return e;
	if (blank(line.p[0]))
		return unfold(r, line);
	(void)split_header(line, &h);
	h.mime = true;
	return add(r, &h);
}

static enum err mime_headers(struct reader *r)
{
	bool block = header_block(r->left), first = true;
	enum err e = ERR_OK;

	while (r->left.n && e == ERR_OK) {
		struct strv rest = r->left, line = take_line(&rest);

		if (line.n && !take_mime(line, block, first,
		    &r->out->headers[r->out->n_headers - 1]))
			break;
		r->left = rest;
		r->line++;
		if (line.n == 0)
			break;
		e = mime_line(r, line);
		first = false;
	}
	return e;
}

enum err cpim_decode(struct strv body, struct cpim *out)
{
	struct reader r;
	enum err e;

	/* the arrays are large, and only what is counted is read */
	memset(out, 0, offsetof(struct cpim, headers));
	r.out = out;
	r.left = body;
	r.line = 0;
	e = message_headers(&r);
	if (e == ERR_OK)
		e = mime_headers(&r);
	out->content = r.left;
	return e == ERR_OK ? cpim_fields(out) : e;
}
