/* filter.c - what stands behind "|": an answer line by line. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/near.h"
#include "cli/filter.h"

#define LINES 1000000	/* that first and last may keep */

enum kind { MATCH, EXCEPT, COUNT, FIRST, LAST, SORT, ORDER, JSON, JSONL, CSV,
	NO_MORE, SAVE };

static const struct {
	const char *name, *value, *help;
	enum kind kind;
} kinds[] = {
	{ "match", "REGEX", "only lines that fit", MATCH },
	{ "except", "REGEX", "only lines that do not fit", EXCEPT },
	{ "count", NULL, "how many lines there are", COUNT },
	{ "first", "N", "the first lines", FIRST },
	{ "last", "N", "the last lines", LAST },
	{ "sort", NULL, "the lines in their order; with a column first of "
	  "all: the rows", SORT },
	{ "sort", "[-]COLUMN", NULL, ORDER },
	{ "json", NULL, "the answer as JSON; stands first", JSON },
	{ "jsonl", NULL, "the same, a row to a line; stands first", JSONL },
	{ "csv", NULL, "the answer as CSV; stands first", CSV },
	{ "no-more", NULL, "all at once, without a pager", NO_MORE },
	{ "save", "FILE", "to a file; stands last", SAVE },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

void filters_each(void (*fn)(const char *word, const char *help, void *arg),
    void *arg)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].help)
			fn(kinds[i].name, kinds[i].help, arg);
}

bool filter_takes(struct strv name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strv_eq(name, strv(kinds[i].name)))
			return kinds[i].value != NULL;
	return false;
}

/* --- reading ------------------------------------------------------------- */

bool is_pipe(const struct word *w)
{
	return !w->quoted && w->text.n && w->text.p[0] == '|';
}

static bool regex_read(struct stage *t, struct strv text, struct buf *why)
{
	char said[200];
	int code = regcomp(&t->regex, text.p, REG_EXTENDED | REG_NOSUB);

	if (code == 0)
		return true;
	(void)regerror(code, &t->regex, said, sizeof(said));
	buf_addf(why, "\"%.*s\" is no regular expression: %s",
	    STRV_ARG(text), said);
	return false;
}

static bool number_read(struct stage *t, struct strv text, struct buf *why)
{
	char *end = NULL;
	long n = text.n ? strtol(text.p, &end, 10) : 0;

	if (text.n == 0 || *end || n < 1 || n > LINES) {
		buf_addf(why, "\"%.*s\" is no number of lines from 1 to %d",
		    STRV_ARG(text), LINES);
		return false;
	}
	t->n = (size_t)n;
	return true;
}

static char *copy(struct strv text)
{
	char *p = xalloc(text.n + 1);

	memcpy(p, text.p, text.n);
	return p;
}

static bool stage_read(struct filters *f, enum kind kind, struct strv value,
    struct buf *why)
{
	struct stage *t = &f->stages[f->n];

	if (kind >= ORDER && kind <= CSV && f->n) {
		buf_addz(why, "json, jsonl, csv and sort COLUMN stand first "
		    "behind the command");
		return false;
	}
	f->json |= kind == JSON;
	f->jsonl |= kind == JSONL;
	f->csv |= kind == CSV;
	f->no_more |= kind == NO_MORE;
	if (kind == SAVE)
		f->save = copy(value);
	if (kind == ORDER) {
		free(f->sort);
		f->sort = copy(value);
	}
	if (kind >= ORDER)
		return true;
	*t = (struct stage){ .kind = (int)kind };
	if ((kind == MATCH || kind == EXCEPT) && !regex_read(t, value, why))
		return false;
	if ((kind == FIRST || kind == LAST) && !number_read(t, value, why))
		return false;
	if (kind == LAST)
		t->kept = xalloc(t->n * sizeof(*t->kept));
	f->n++;
	return true;
}

static bool unknown(struct strv name, struct buf *why)
{
	struct near near = near_to(name);

	for (size_t i = 0; i < KINDS; i++)
		near_offer(&near, kinds[i].name);
	if (name.n == 0)
		buf_addz(why, "a filter is missing behind |: ");
	else if (near.best)
		buf_addf(why, "there is no filter \"%.*s\" (did you mean "
		    "%s?): ", STRV_ARG(name), near.best);
	else
		buf_addf(why, "there is no filter \"%.*s\": ",
		    STRV_ARG(name));
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].help)
			buf_addf(why, i ? ", %s" : "%s", kinds[i].name);
	return false;
}

/* One filter and its value: n words without their "|". */
static bool one_read(struct filters *f, struct strv name,
    const struct word *w, size_t n, struct buf *why)
{
	size_t i = 0;

	while (i < KINDS && !strv_eq(name, strv(kinds[i].name)))
		i++;
	if (i == KINDS)
		return unknown(name, why);
	i += kinds[i].kind == SORT && n > 0;
	if (n != (kinds[i].value ? 1 : 0)) {
		buf_addf(why, "usage: | %s%s%s", kinds[i].name,
		    kinds[i].value ? " " : "",
		    kinds[i].value ? kinds[i].value : "");
		return false;
	}
	if (f->save || f->n == FILTERS) {
		buf_addz(why, f->save ? "save stands last" :
		    "there are too many filters");
		return false;
	}
	return stage_read(f, kinds[i].kind, n ? w[0].text : STRV_NONE, why);
}

bool filters_read(struct filters *f, const struct word *w, size_t n,
    struct buf *why)
{
	bool ok = true;

	*f = (struct filters){ 0 };
	while (ok && n) {
		struct strv name = { w->text.p + 1, w->text.n - 1 };
		size_t used = 1, values;

		if (name.n == 0 && n > 1 && !is_pipe(&w[1]))
			name = w[used++].text;
		for (values = 0; used + values < n &&
		    !is_pipe(&w[used + values]);)
			values++;
		ok = one_read(f, name, w + used, values, why);
		w += used + values;
		n -= used + values;
	}
	if (!ok)
		filters_free(f);
	return ok;
}

static void ring_clear(struct stage *t)
{
	for (size_t i = 0; t->kept && i < t->n; i++) {
		free(t->kept[i]);
		t->kept[i] = NULL;
	}
}

void filters_free(struct filters *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct stage *t = &f->stages[i];

		if (t->kind == MATCH || t->kind == EXCEPT)
			regfree(&t->regex);
		ring_clear(t);
		free(t->kept);
	}
	free(f->save);
	free(f->sort);
	*f = (struct filters){ 0 };
}

/* --- lines --------------------------------------------------------------- */

static bool fits(const struct stage *t, struct strv line)
{
	regmatch_t all = { 0, (regoff_t)line.n };

	return regexec(&t->regex, line.p, 1, &all, REG_STARTEND) == 0;
}

static void keep(struct stage *t, struct strv line)
{
	char **place = &t->kept[t->seen % t->n];

	free(*place);
	*place = copy(line);
	t->seen++;
}

static void keep_all(struct stage *t, struct strv line)
{
	if (t->seen == t->n) {
		t->n = t->n ? 2 * t->n : 64;
		t->kept = xrealloc(t->kept, t->n * sizeof(*t->kept));
		memset(t->kept + t->seen, 0,
		    (t->n - t->seen) * sizeof(*t->kept));
	}
	keep(t, line);
}

static int in_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool passes(struct stage *t, struct strv line)
{
	switch ((enum kind)t->kind) {
	case MATCH:
		return fits(t, line);
	case EXCEPT:
		return !fits(t, line);
	case FIRST:
		return t->seen++ < t->n;
	case LAST:
		keep(t, line);
		return false;
	case SORT:
		keep_all(t, line);
		return false;
	default:
		t->seen++;
		return false;
	}
}

static void from(struct filters *f, size_t i, struct strv line, bool heading,
    filter_line_fn *fn, void *arg)
{
	for (; i < f->n; i++)
		if (heading ? f->stages[i].kind == COUNT :
		    !passes(&f->stages[i], line))
			return;
	fn(line, arg);
}

void filters_line(struct filters *f, struct strv line, bool heading,
    filter_line_fn *fn, void *arg)
{
	from(f, 0, line, heading, fn, arg);
}

void filters_end(struct filters *f, filter_line_fn *fn, void *arg)
{
	char text[32];

	for (size_t i = 0; i < f->n; i++) {
		struct stage *t = &f->stages[i];
		size_t seen = t->seen;

		t->seen = 0;
		if (t->kind == COUNT) {
			(void)snprintf(text, sizeof(text), "%zu", seen);
			from(f, i + 1, strv(text), false, fn, arg);
		}
		if (t->kind == SORT && seen)
			qsort(t->kept, seen, sizeof(*t->kept), in_order);
		for (size_t k = seen > t->n ? seen - t->n : 0;
		    t->kept && k < seen; k++)
			from(f, i + 1, strv(t->kept[k % t->n]), false, fn,
			    arg);
		ring_clear(t);
	}
}

bool filters_done(const struct filters *f)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->stages[i].kind == COUNT || f->stages[i].kind == LAST ||
		    f->stages[i].kind == SORT)
			return false;
		if (f->stages[i].kind == FIRST &&
		    f->stages[i].seen >= f->stages[i].n)
			return true;
	}
	return false;
}
