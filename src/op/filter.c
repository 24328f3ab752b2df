/* filter.c - which rows of a list are wanted: a few conditions. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/near.h"
#include "op/filter.h"

#define NUMBER 20	/* bytes of one */
#define TIME 40

static const struct {
	const char *sign;
	enum filter_how how;
} signs[] = {		/* the longer ones first */
	{ "!=", FILTER_NE }, { "<=", FILTER_LE }, { ">=", FILTER_GE },
	{ "=", FILTER_EQ }, { "<", FILTER_LT }, { ">", FILTER_GT },
};

/* --- values --------------------------------------------------------------- */

static bool number_of(struct strv s, int64_t *n)
{
	char text[NUMBER], *end;

	if (!s.n || s.n >= sizeof(text) || !strchr("-0123456789", s.p[0]))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	*n = strtoll(text, &end, 10);
	return *end == 0;
}

static bool bool_of(struct strv s, int64_t *n)
{
	*n = strv_eq(s, STRV("true")) || strv_eq(s, STRV("on")) ||
	    strv_eq(s, STRV("yes"));
	return *n || strv_eq(s, STRV("false")) || strv_eq(s, STRV("off")) ||
	    strv_eq(s, STRV("no"));
}

static bool time_of(struct strv s, int64_t *n)
{
	char text[TIME];

	if (!s.n || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	return when_parse((struct strv){ text, s.n }, n);
}

static bool listed(struct strv list, struct strv word)
{
	while (list.p)
		if (strv_eq(strv_split(list, '|', &list), word))
			return true;
	return false;
}

/* --- one condition -------------------------------------------------------- */

/* near.h takes texts with an end, and keeps none of ours here. */
struct strv filter_near(struct strv fields, struct strv name)
{
	struct near near = near_to(name);
	struct strv best = STRV_NONE;
	struct answer_field f;
	char one[64];

	while (answer_next(&fields, &f)) {
		unsigned cost = near.cost;

		(void)snprintf(one, sizeof(one), "%.*s", STRV_ARG(f.name));
		near_offer(&near, one);
		if (near.cost < cost)
			best = f.name;
	}
	return best;
}

void filter_unknown(struct strv fields, struct strv name, struct buf *why)
{
	struct strv best = filter_near(fields, name);

	buf_addf(why, "\"%.*s\" is no field of this list", STRV_ARG(name));
	if (best.p)
		buf_addf(why, " (did you mean %.*s?)", STRV_ARG(best));
}

static bool value_of(const struct answer_field *f, struct term *t,
    struct buf *why)
{
	bool ok = true;

	if (t->text.n == 0) {
		ok = t->how == FILTER_EQ || t->how == FILTER_NE;
	} else if (f->kind == ANSWER_TEXT) {
		t->prefix = t->text.p[t->text.n - 1] == '*' &&
		    (t->how == FILTER_EQ || t->how == FILTER_NE);
		t->text.n -= t->prefix;
		ok = t->prefix || !f->choices.p || listed(f->choices, t->text);
	} else if (f->kind == ANSWER_TIME) {
		ok = time_of(t->text, &t->number);
	} else if (f->kind == ANSWER_BOOL) {
		ok = bool_of(t->text, &t->number);
	} else {
		ok = number_of(t->text, &t->number);
	}
	if (ok)
		return true;
	buf_addf(why, "%.*s cannot be compared with \"%.*s\": it is %s%.*s",
	    STRV_ARG(f->name), STRV_ARG(t->text), f->choices.p ? "one of " :
	    f->kind == ANSWER_TIME ? "a time: 5m, 2026-11-20, "
	    "2026-11-20T09:00:00Z" : f->kind == ANSWER_BOOL ?
	    "true or false" : f->kind == ANSWER_TEXT ? "a text" :
	    "a whole number", (int)f->choices.n, f->choices.p ?
	    f->choices.p : "");
	return false;
}

static bool add(struct filter *f, struct strv fields, struct strv name,
    struct term t, struct buf *why)
{
	struct answer_field field;

	if (f->n == FILTER_MAX) {
		buf_addf(why, "at most %d conditions", FILTER_MAX);
		return false;
	}
	if (!answer_find(fields, name, &field)) {
		filter_unknown(fields, name, why);
		return false;
	}
	if (!answer_is_plain(field.kind)) {
		buf_addf(why, "%.*s is no single value that could be "
		    "compared", STRV_ARG(name));
		return false;
	}
	t.name = field.name;
	t.kind = field.kind;
	if (!value_of(&field, &t, why))
		return false;
	f->terms[f->n++] = t;
	return true;
}

bool filter_equal(struct filter *f, struct strv fields, struct strv name,
    struct strv value, struct buf *why)
{
	return add(f, fields, name, (struct term){ .text = value }, why);
}

/* --- the expression ------------------------------------------------------- */

static void skip_spaces(struct strv *s)
{
	while (s->n && s->p[0] == ' ')
		*s = (struct strv){ s->p + 1, s->n - 1 };
}

/* Up to the first of ends, or all of it. */
static struct strv until(struct strv *s, const char *ends)
{
	size_t n = 0;

	while (n < s->n && (!s->p[n] || !strchr(ends, s->p[n])))
		n++;
	*s = (struct strv){ s->p + n, s->n - n };
	return (struct strv){ s->p - n, n };
}

static bool take_sign(struct strv *s, enum filter_how *how)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t n = strlen(signs[i].sign);

		if (s->n < n || memcmp(s->p, signs[i].sign, n) != 0)
			continue;
		*how = signs[i].how;
		*s = (struct strv){ s->p + n, s->n - n };
		return true;
	}
	return false;
}

static bool take_value(struct strv *s, struct strv *value)
{
	if (!s->n || s->p[0] != '"') {
		*value = until(s, " ");
		return true;
	}
	*s = (struct strv){ s->p + 1, s->n - 1 };
	*value = until(s, "\"");
	if (!s->n)
		return false;
	*s = (struct strv){ s->p + 1, s->n - 1 };
	return true;
}

static bool take_term(struct filter *f, struct strv fields, struct strv *s,
    struct buf *why)
{
	struct term t = { .how = FILTER_EQ };
	struct strv name = until(s, " =!<>");

	skip_spaces(s);
	if (!name.n || !take_sign(s, &t.how)) {
		buf_addf(why, "filter: \"%.*s\" is no condition: FIELD=VALUE, "
		    "or != < <= > >=, with \"and\" between", STRV_ARG(name));
		return false;
	}
	skip_spaces(s);
	if (!take_value(s, &t.text)) {
		buf_addz(why, "filter: a value has no end: the second \" is "
		    "missing");
		return false;
	}
	return add(f, fields, name, t, why);
}

bool filter_parse(struct filter *f, struct strv fields, struct strv text,
    struct buf *why)
{
	struct strv word;

	skip_spaces(&text);
	do {
		if (!take_term(f, fields, &text, why))
			return false;
		skip_spaces(&text);
		if (!text.n)
			return true;
		word = until(&text, " ");
		skip_spaces(&text);
	} while (strv_caseeq(word, STRV("and")));
	buf_addf(why, "filter: \"and\" is expected, not \"%.*s\"",
	    STRV_ARG(word));
	return false;
}

/* --- rows ----------------------------------------------------------------- */

static bool compare(enum filter_how how, int order)
{
	switch (how) {
	case FILTER_EQ:
		return order == 0;
	case FILTER_NE:
		return order != 0;
	case FILTER_LT:
		return order < 0;
	case FILTER_LE:
		return order <= 0;
	case FILTER_GT:
		return order > 0;
	case FILTER_GE:
		return order >= 0;
	}
	return false;
}

int filter_order(struct strv a, struct strv b)
{
	int d = a.n && b.n ? memcmp(a.p, b.p, a.n < b.n ? a.n : b.n) : 0;

	return d ? d : (a.n > b.n) - (a.n < b.n);
}

static bool text_holds(const struct term *t, struct strv v)
{
	if (t->prefix)
		return (v.n >= t->text.n && memcmp(v.p, t->text.p,
		    t->text.n) == 0) == (t->how == FILTER_EQ);
	return compare(t->how, filter_order(v, t->text));
}

static bool null_holds(const struct term *t)
{
	return t->how <= FILTER_NE &&
	    (t->text.n == 0 && !t->prefix) == (t->how == FILTER_EQ);
}

/* A text, or the null of any field. */
void filter_text(struct filter *f, const char *name, struct strv v)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct term *t = &f->terms[i];

		if (!strv_eq(t->name, strv(name)))
			continue;
		f->seen |= 1u << i;
		if (t->kind == ANSWER_TEXT && v.p ? text_holds(t, v) :
		    null_holds(t))
			f->held |= 1u << i;
	}
}

void filter_number(struct filter *f, const char *name, int64_t v)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct term *t = &f->terms[i];

		if (!strv_eq(t->name, strv(name)))
			continue;
		f->seen |= 1u << i;
		if (t->text.n == 0 ? t->how == FILTER_NE : compare(t->how,
		    (v > t->number) - (v < t->number)))
			f->held |= 1u << i;
	}
}

bool filter_holds(struct filter *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (!(f->seen >> i & 1) && null_holds(&f->terms[i]))
			f->held |= 1u << i;
	return f->held == (1u << f->n) - 1;
}
