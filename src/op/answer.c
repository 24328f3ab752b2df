/* answer.c - the fields named in the row of an operation. */

#include "op/answer.h"

static const char *const kinds[] = {
	[ANSWER_TEXT] = "text", [ANSWER_INT] = "int", [ANSWER_BOOL] = "bool",
	[ANSWER_TIME] = "time", [ANSWER_S] = "s", [ANSWER_MS] = "ms",
	[ANSWER_US] = "us", [ANSWER_BYTES] = "bytes",
	[ANSWER_PERCENT] = "percent", [ANSWER_NUMBER] = "number",
	[ANSWER_TEXTS] = "texts", [ANSWER_OBJECT] = "object",
	[ANSWER_JSON] = "json", [ANSWER_FIELDS] = "fields",
	[ANSWER_ROWS] = "rows",
};

/* What can be written behind a colon. */
#define NAMED (ANSWER_JSON + 1)

const char *answer_kind_name(enum answer_kind k)
{
	return kinds[k];
}

bool answer_is_int(enum answer_kind k)
{
	return k == ANSWER_INT || k == ANSWER_S || k == ANSWER_MS ||
	    k == ANSWER_US || k == ANSWER_BYTES || k == ANSWER_PERCENT;
}

bool answer_is_plain(enum answer_kind k)
{
	return k == ANSWER_TEXT || k == ANSWER_BOOL || k == ANSWER_TIME ||
	    answer_is_int(k);
}

static void skip(struct strv *s, size_t n)
{
	*s = (struct strv){ s->p + n, s->n - n };
}

static struct strv word(struct strv *s, const char *ends)
{
	size_t n = 0;

	while (n < s->n && !strchr(ends, s->p[n]))
		n++;
	skip(s, n);
	return (struct strv){ s->p - n, n };
}

static bool take(struct strv *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	skip(s, 1);
	return true;
}

/* What is between two brackets, of which the first is next. */
static bool inner(struct strv *s, struct strv *out)
{
	size_t depth = 0;

	for (size_t i = 0; i < s->n; i++) {
		depth += s->p[i] == '[' || s->p[i] == '{';
		depth -= s->p[i] == ']' || s->p[i] == '}';
		if (depth)
			continue;
		*out = (struct strv){ s->p + 1, i - 1 };
		skip(s, i + 1);
		return true;
	}
	return false;
}

static bool take_kind(struct strv *s, struct answer_field *f)
{
	struct strv name;

	if (s->n && (s->p[0] == '[' || s->p[0] == '{')) {
		f->kind = s->p[0] == '[' ? ANSWER_ROWS : ANSWER_FIELDS;
		return inner(s, &f->inner);
	}
	name = word(s, " =?~+");
	for (size_t i = 0; i < NAMED; i++)
		if (strv_eq(name, strv(kinds[i]))) {
			f->kind = (enum answer_kind)i;
			return true;
		}
	return false;
}

bool answer_next(struct strv *rest, struct answer_field *f)
{
	struct strv s = *rest;

	*f = (struct answer_field){ .name = STRV("") };
	while (take(&s, ' '))
		;
	if (!s.n) {
		*rest = STRV_NONE;
		return false;
	}
	if (s.p[0] != '[')
		f->name = word(&s, " :=?~+");
	if (s.p[0] == '[' || take(&s, ':')) {
		if (!take_kind(&s, f))
			return false;
	} else if (take(&s, '=')) {
		f->choices = word(&s, " ?~+");
	}
	f->null = take(&s, '?');
	f->missing = take(&s, '~');
	f->sorted = take(&s, '+');
	if (s.n && s.p[0] != ' ')
		return false;
	*rest = s;
	return true;
}

struct strv answer_rows(const char *answer)
{
	struct strv rest = strv(answer);	/* "@text/csv" has none */
	struct answer_field f;

	if (rest.n && answer_next(&rest, &f) && f.kind == ANSWER_ROWS &&
	    !f.name.n)
		return f.inner;
	return STRV_NONE;
}

bool answer_find(struct strv fields, struct strv name,
    struct answer_field *f)
{
	while (answer_next(&fields, f))
		if (strv_eq(f->name, name))
			return true;
	return false;
}

static bool fields_ok(struct strv fields)
{
	struct strv rest = fields, before;
	struct answer_field f, same;

	for (before = rest; answer_next(&rest, &f); before = rest) {
		if ((f.kind == ANSWER_ROWS || f.kind == ANSWER_FIELDS) &&
		    !fields_ok(f.inner))
			return false;
		before.n = (size_t)(before.p - fields.p);
		before.p = fields.p;
		if (answer_find(before, f.name, &same))
			return false;
	}
	return !rest.p;
}

bool answer_ok(const char *answer)
{
	return answer[0] == '@' || fields_ok(strv(answer));
}
