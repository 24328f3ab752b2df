/* csv.c - read comma separated values, record by record (RFC 4180). */

#include "base/utf8.h"
#include "wire/csv.h"

enum state {
	START,		/* at the beginning of a field */
	PLAIN,		/* in an unquoted field */
	QUOTED,		/* between quotes */
	CLOSED,		/* behind a quote: the end, or half of a pair */
	RETURN,		/* behind a CR: LF must follow */
	READY,		/* a record was handed out: clear it first */
	BAD
};

static const char bom[] = "\xef\xbb\xbf";

void csv_init(struct csv *c)
{
	*c = (struct csv){ .at_line = 1, .at_column = 1, .first_line = 1 };
	buf_init(&c->bytes, CSV_RECORD_SIZE);
}

void csv_deinit(struct csv *c)
{
	buf_deinit(&c->bytes);
}

static enum csv_got fail(struct csv *c, unsigned line, unsigned column,
    const char *why)
{
	c->state = BAD;
	c->line = line;
	c->column = column;
	c->why = why;
	return CSV_BAD;
}

static enum csv_got fail_here(struct csv *c, const char *why)
{
	return fail(c, c->at_line, c->at_column, why);
}

static void clear(struct csv *c)
{
	buf_clear(&c->bytes);
	c->n = 0;
	c->begun = false;
	c->state = START;
	c->first_line = c->at_line;
}

/* --- fields and records ----------------------------------------------- */

static void field_begin(struct csv *c)
{
	c->line_of[c->n] = c->at_line;
	c->column_of[c->n] = c->at_column;
}

static void field_end(struct csv *c)
{
	c->end[c->n++] = c->bytes.n;
	c->state = START;
}

/* The fields become views only now: the buffer has stopped moving. */
static enum csv_got record(struct csv *c)
{
	size_t from = 0;

	field_end(c);
	for (size_t i = 0; i < c->n; i++) {
		c->field[i] = (struct strv){ c->bytes.p + from,
		    c->end[i] - from };
		from = c->end[i];
		if (!utf8_valid(c->field[i]))
			return fail(c, c->line_of[i], c->column_of[i],
			    "invalid UTF-8 in this field");
	}
	c->line = c->first_line;
	c->state = READY;
	return CSV_RECORD;
}

/* An empty line is no record. */
static enum csv_got line_end(struct csv *c)
{
	if (c->begun)
		return record(c);
	c->state = READY;
	return CSV_MORE;
}

/* --- bytes -------------------------------------------------------------- */

static enum csv_got append(struct csv *c, char b)
{
	buf_addc(&c->bytes, b);
	return c->bytes.full ? fail_here(c, "record too long") : CSV_MORE;
}

/* A byte where the field may end: unquoted, or behind the closing quote. */
static enum csv_got separator(struct csv *c, char b)
{
	switch (b) {
	case ',':
		if (c->n == CSV_FIELDS - 1)
			return fail_here(c, "too many fields");
		field_end(c);
		return CSV_MORE;
	case '\r':
		c->state = RETURN;
		return CSV_MORE;
	case '\n':
		return line_end(c);
	default:
		return fail_here(c, "expected a comma or the end of the line "
		    "behind a closing quote");
	}
}

static bool separates(char b)
{
	return b == ',' || b == '\r' || b == '\n';
}

static enum csv_got plain(struct csv *c, char b)
{
	if (separates(b))
		return separator(c, b);
	if (b == '"' && c->state == START) {
		c->state = QUOTED;
		return CSV_MORE;
	}
	if (b == '"')
		return fail_here(c, "a quote inside an unquoted field");
	c->state = PLAIN;
	return append(c, b);
}

static enum csv_got byte(struct csv *c, char b)
{
	if (b == 0)
		return fail_here(c, "a NUL byte");
	if (c->state == START)
		field_begin(c);
	if (!separates(b) || b == ',')
		c->begun = true;
	switch (c->state) {
	case QUOTED:
		if (b != '"')
			return append(c, b);
		c->state = CLOSED;
		return CSV_MORE;
	case CLOSED:
		if (b != '"')
			return separator(c, b);
		c->state = QUOTED;
		return append(c, b);
	case RETURN:
		if (b != '\n')
			return fail_here(c, "a CR without LF");
		return line_end(c);
	default:
		return plain(c, b);
	}
}

/* Continuation bytes of UTF-8 stand in their character's column. */
static void advance(struct csv *c, char b)
{
	if (b == '\n') {
		c->at_line++;
		c->at_column = 1;
	} else if (((uint8_t)b & 0xc0) != 0x80) {
		c->at_column++;
	}
}

/* false: b belongs to a BOM.  Bytes that only looked like one come back. */
static bool past_bom(struct csv *c, char b)
{
	unsigned seen = c->bom;

	if (seen == 3)
		return true;
	if (b == bom[seen]) {
		c->bom++;
		return false;
	}
	c->bom = 3;
	for (unsigned i = 0; i < seen; i++) {
		(void)byte(c, bom[i]);
		advance(c, bom[i]);
	}
	return true;
}

static enum csv_got finish(struct csv *c)
{
	if (c->bom < 3 && c->bom > 0)
		return fail_here(c, "invalid UTF-8 in this field");
	switch (c->state) {
	case QUOTED:
		return fail(c, c->line_of[c->n], c->column_of[c->n],
		    "a quote that is never closed");
	case RETURN:
		return fail_here(c, "a CR without LF");
	default:
		return c->begun ? record(c) : CSV_END;
	}
}

enum csv_got csv_next(struct csv *c, struct strv *in, bool last)
{
	enum csv_got got = CSV_MORE;

	if (c->state == BAD)
		return CSV_BAD;
	if (c->state == READY)
		clear(c);
	while (in->n && got == CSV_MORE) {
		char b = in->p[0];

		*in = (struct strv){ in->p + 1, in->n - 1 };
		if (!past_bom(c, b))
			continue;
		got = byte(c, b);
		if (got == CSV_BAD)
			return got;
		advance(c, b);
		if (c->state == READY && got == CSV_MORE)
			clear(c);	/* an empty line */
	}
	return got == CSV_MORE && last ? finish(c) : got;
}

struct strv csv_unmarked(struct strv s)
{
	bool marked = s.n > 1 && s.p[0] == '\'' && s.p[1] &&
	    strchr("=+-@\t", s.p[1]);

	return marked ? (struct strv){ s.p + 1, s.n - 1 } : s;
}
