/* call.c - one call of an operation: its arguments, and its running. */

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "op/call_priv.h"

struct op_call *op_call_new(const struct op *op, struct strv actor,
    unsigned roles, op_finished_fn *finished, void *arg)
{
	struct op_call *c = xalloc(sizeof(*c));

	c->op = op;
	c->roles = roles;
	c->via = STRV("");
	c->accepted = INT64_MAX;
	c->headers_end = &c->headers;
	c->finished = finished;
	c->arg = arg;
	arena_init(&c->arena);
	c->actor = c->who = arena_str(&c->arena, actor);
	while (op->args && op->args[c->n_args].name)
		c->n_args++;
	c->values = xalloc((c->n_args + 1) * sizeof(*c->values));
	buf_init(&c->body, BODY_LIMIT);
	buf_init(&c->text, BODY_LIMIT);
	buf_init(&c->next, 1024);
	buf_init(&c->errors, BODY_LIMIT);
	jsonw_init(&c->json, &c->body);
	return c;
}

static void secret_wipe(struct values *values)
{
	for (size_t i = 0; i < values->n; i++)
		explicit_bzero((char *)(uintptr_t)values->v[i].p,
		    values->v[i].n);
}

void op_call_free(struct op_call *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_args; i++) {
		if (c->op->args[i].flags & ARG_SECRET)
			secret_wipe(&c->values[i]);
		free(c->values[i].v);
	}
	free(c->values);
	buf_deinit(&c->body);
	buf_deinit(&c->text);
	buf_deinit(&c->next);
	buf_deinit(&c->errors);
	sort_deinit(&c->sort);
	arena_deinit(&c->arena);
	free(c);
}

/* --- arguments ------------------------------------------------------------ */

static struct values *values_of(const struct op_call *c, const char *arg)
{
	for (size_t i = 0; i < c->n_args; i++)
		if (strcmp(c->op->args[i].name, arg) == 0)
			return &c->values[i];
	return NULL;
}

bool op_call_arg(struct op_call *c, const char *name, struct strv value)
{
	struct values *to = values_of(c, name);

	if (!to)
		return false;
	if (!value.p)
		return true;
	if (to->n == to->size) {
		to->size = to->size ? to->size * 2 : 1;
		to->v = xrealloc(to->v, to->size * sizeof(*to->v));
	}
	to->v[to->n++] = arena_str(&c->arena, value);
	return true;
}

struct strv op_nth(const struct op_call *c, const char *arg, size_t i)
{
	const struct values *of = values_of(c, arg);

	assert(of);	/* the row does not have it */
	return i < of->n ? of->v[i] : STRV_NONE;
}

struct strv op_text(const struct op_call *c, const char *arg)
{
	return op_nth(c, arg, 0);
}

bool op_given(const struct op_call *c, const char *arg)
{
	return op_text(c, arg).p != NULL;
}

struct strv op_meant(const struct op_call *c, const char *arg)
{
	struct strv given = op_text(c, arg);

	return given.p ? given : strv(op_arg_find(c->op, strv(arg))->fallback);
}

bool op_is(const struct op_call *c, const char *arg, const char *value)
{
	return strv_eq(op_meant(c, arg), strv(value));
}

int64_t op_int(const struct op_call *c, const char *arg)
{
	struct strv text = op_meant(c, arg);
	int64_t n;

	return text.n && arg_number(op_arg_find(c->op, strv(arg)), text, &n) ?
	    n : 0;
}

void op_call_origin(struct op_call *c, const struct op_origin *from)
{
	const struct strv parts[] = { c->actor, from->via, from->credential,
		from->peer, from->request };
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (i)
			buf_addc(&b, OP_WHO_SEPARATOR);
		for (size_t k = 0; k < parts[i].n; k++)
			if (parts[i].p[k] != OP_WHO_SEPARATOR)
				buf_addc(&b, parts[i].p[k]);
	}
	c->who = arena_str(&c->arena, buf_strv(&b));
	buf_deinit(&b);
	c->via = arena_str(&c->arena, from->via.p ? from->via : STRV(""));
	c->accepted = from->accepted;
}

struct strv op_who(const struct op_call *c)
{
	return c->who;
}

const struct op *op_call_op(const struct op_call *c)
{
	return c->op;
}

struct strv op_actor(const struct op_call *c)
{
	return c->actor;
}

struct strv op_via(const struct op_call *c)
{
	return c->via;
}

int64_t op_accepted(const struct op_call *c)
{
	return c->accepted;
}

unsigned op_roles(const struct op_call *c)
{
	return c->roles;
}

void *op_owner(const struct op_call *c)
{
	return c->arg;
}

void op_call_request(struct op_call *c, struct strv request_id)
{
	c->request = arena_str(&c->arena, request_id);
}

void op_header(struct op_call *c, const char *name, struct strv value)
{
	struct header *h = arena_alloc(&c->arena, sizeof(*h));

	h->name = arena_str(&c->arena, strv(name)).p;
	h->value = arena_str(&c->arena, value);
	*c->headers_end = h;
	c->headers_end = &h->next;
}

void op_call_headers(const struct op_call *c, op_header_fn *fn, void *arg)
{
	for (const struct header *h = c->headers; h; h = h->next)
		fn(h->name, h->value, arg);
}

int op_call_status(const struct op_call *c)
{
	return c->status;
}

struct strv op_call_body(const struct op_call *c)
{
	return buf_strv(&c->body);
}

struct strv op_call_detail(const struct op_call *c)
{
	return c->status >= 400 ? buf_strv(&c->text) : STRV_NONE;
}

/* --- rows that are wanted ------------------------------------------------- */

static bool is_list(const struct op_call *c, struct strv *fields,
    struct buf *why)
{
	*fields = answer_rows(c->op->answer);
	if (!fields->p)
		buf_addz(why, "this is no list");
	return fields->p != NULL;
}

bool op_call_filter(struct op_call *c, struct strv text, struct buf *why)
{
	struct strv fields;

	return is_list(c, &fields, why) && filter_parse(&c->filter, fields,
	    arena_str(&c->arena, text), why);
}

bool op_call_equal(struct op_call *c, struct strv name, struct strv value,
    struct buf *why)
{
	struct strv fields;

	return is_list(c, &fields, why) && filter_equal(&c->filter, fields,
	    name, arena_str(&c->arena, value), why);
}

/* A list with pages knows its orders itself; any other is sorted whole. */
static bool has_pages(const struct op *op)
{
	return op_arg_find(op, STRV("cursor")) != NULL;
}

bool op_sortable(const struct op *op, const struct answer_field *f)
{
	return answer_is_plain(f->kind) && (f->sorted || !has_pages(op));
}

static void sorts_of(const struct op *op, struct buf *out)
{
	struct strv fields = answer_rows(op->answer);
	struct answer_field f;
	size_t n = out->n;

	while (answer_next(&fields, &f))
		if (op_sortable(op, &f))
			buf_addf(out, "%s%.*s", out->n > n ? ", " : "",
			    STRV_ARG(f.name));
	if (out->n == n)
		buf_addz(out, "nothing");
}

bool op_call_sort(struct op_call *c, struct strv text, struct buf *why)
{
	bool down = text.n && text.p[0] == '-';
	struct strv name = { text.p + down, text.n - down }, fields;
	struct answer_field f;

	if (!is_list(c, &fields, why))
		return false;
	if (!answer_find(fields, name, &f)) {
		filter_unknown(fields, name, why);
		return false;
	}
	if (!op_sortable(c->op, &f)) {
		buf_addf(why, "the list cannot be sorted by %.*s, only by ",
		    STRV_ARG(name));
		sorts_of(c->op, why);
		return false;
	}
	c->order = f.name;
	c->down = down;
	if (!has_pages(c->op)) {
		sort_deinit(&c->sort);	/* asked twice: the last counts */
		sort_init(&c->sort, f.name, down);
	}
	return true;
}

struct strv op_sort(const struct op_call *c, bool *down)
{
	*down = c->down;
	return c->order;
}

bool op_filtered(const struct op_call *c)
{
	return c->filter.n > 0;
}

void op_call_print(const struct op_call *c, struct buf *out)
{
	buf_addf(out, "%s\n%s%.*s\n", c->op->path, c->down ? "-" : "",
	    (int)c->order.n, c->order.p ? c->order.p : "");
	for (size_t i = 0; i < c->filter.n; i++) {
		const struct term *t = &c->filter.terms[i];

		buf_addf(out, "%.*s %d %d %zu ", STRV_ARG(t->name), t->how,
		    t->prefix, t->text.n);
		buf_adds(out, t->text);
	}
	for (size_t i = 0; i < c->n_args; i++) {
		const char *name = c->op->args[i].name;

		if (strcmp(name, "cursor") == 0 || strcmp(name, "limit") == 0)
			continue;
		for (size_t k = 0; k < c->values[i].n; k++) {
			buf_addf(out, "\n%s %zu ", name,
			    c->values[i].v[k].n);
			buf_adds(out, c->values[i].v[k]);
		}
	}
}

/* --- running ------------------------------------------------------------- */

static void not_allowed(struct op_call *c)
{
	struct buf need, have;

	buf_init(&need, 256);
	buf_init(&have, 256);
	role_text(cap_roles(c->op->need), &need);
	role_text(c->roles, &have);
	op_fail(c, OP_FORBIDDEN, "this needs one of these roles: %s; you "
	    "have: %s", need.p, have.p);
	buf_deinit(&need);
	buf_deinit(&have);
}

/* "off" is as good as not given. */
static void drop_off(const struct op_arg *a, struct values *of)
{
	if (a->flags & ARG_FLAG && of->n && strv_eq(of->v[0], STRV("off")))
		of->n = 0;
}

/* false: the call has failed. */
static bool check(struct op_call *c, const struct op_arg *a,
    struct values *of)
{
	bool good = of->n > 0 || !(a->flags & (ARG_REQUIRED | ARG_PATH));
	struct buf why;

	if (!good) {
		op_fail(c, OP_INVALID, "%s is missing (%s)", a->name, a->help);
		return false;
	}
	buf_init(&why, 4096);
	for (size_t i = 0; i < of->n && good; i++)
		good = op_arg_good(a, of->v[i], &why);
	if (!good)
		op_fail(c, a->takes == OP_TAKES_FILE ? OP_TOO_LARGE :
		    OP_INVALID, "%s", why.p);
	buf_deinit(&why);
	drop_off(a, of);
	return good;
}

void op_call_run(struct op_call *c)
{
	if (!role_may(c->roles, c->op->need)) {
		not_allowed(c);
		return;
	}
	for (size_t i = 0; i < c->n_args; i++)
		if (!check(c, &c->op->args[i], &c->values[i]))
			return;
	c->op->run(c);
}
