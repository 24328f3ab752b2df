/* empty.c - a list without rows says so, and what to do next. */

#include <string.h>

#include "cli/empty.h"
#include "wire/json.h"

static bool is_empty(struct strv json)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, (size_t)1 << 20, &e);
	const struct json *items = root ? json_member(root, "items") : NULL;
	bool empty = items && json_type(items) == JSON_ARRAY &&
	    !json_first(items);

	json_free(root);
	return empty;
}

/* What is listed: the last word of the path, "subscribers". */
static struct strv things_of(const struct request *r)
{
	struct strv rest = buf_strv(&r->target), last = STRV("rows");

	rest = strv_split(rest, '?', &(struct strv){ 0 });
	while (rest.n) {
		struct strv one = strv_split(rest, '/', &rest);

		if (one.n)
			last = one;
	}
	return last;
}

/* "subscribers": the operation "subscriber add" makes one. */
static const struct gram_op *maker(const struct grammar *g, struct strv one)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->ops[i].n_words == 2 &&
		    strv_eq(g->ops[i].words[0].text, one) &&
		    strv_eq(g->ops[i].words[1].text, STRV("add")))
			return &g->ops[i];
	return NULL;
}

static bool is_section(struct session *s, struct strv name)
{
	if (!session_schema(s))
		return false;
	for (size_t i = 0; i < s->schema.n; i++)
		if (s->schema.settings[i].named &&
		    strv_eq(strv(s->schema.settings[i].section), name))
			return true;
	return false;
}

void empty_say(struct session *s, const struct options *o,
    const struct request *r, struct strv json)
{
	struct strv things = things_of(r), one = things;
	const struct gram_op *op;
	struct buf usage;

	if (!s->out.tty || s->out.quiet || o->json || o->jsonl || o->csv ||
	    strcmp(r->method, "GET") != 0 || !is_empty(json) ||
	    (s->way && (s->way->filters.n || s->way->file)))
		return;
	if (one.n && one.p[one.n - 1] == 's')
		one.n--;
	fflush(s->out.out);
	op = r->narrowed ? NULL : maker(&s->grammar, one);
	if (r->narrowed) {
		fprintf(stderr, "nothing fits what was asked for\n");
	} else if (op) {
		buf_init(&usage, 8192);
		gram_shortest(op, &usage);
		fprintf(stderr, "no %.*s yet; to make one: %s (--help says "
		    "more)\n", STRV_ARG(things), usage.p);
		buf_deinit(&usage);
	} else if (is_section(s, one)) {
		fprintf(stderr, "no %.*s yet; to make one: configure, set "
		    "%.*s NAME ..., commit\n", STRV_ARG(things),
		    STRV_ARG(one));
	} else {
		fprintf(stderr, "no %.*s now\n", STRV_ARG(things));
	}
}
