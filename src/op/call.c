/* call.c - one call of an operation: its arguments and its result. */

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/jsonw.h"
#include "base/now.h"
#include "op/op.h"

#define BODY_LIMIT	((size_t)64 << 20)	/* bytes of a result */

/* The values of one argument, in the order in which they came. */
struct values {
	struct strv *v;
	size_t n, size;
};

struct header {
	struct header *next;
	const char *name;
	struct strv value;
};

enum shape { NOTHING, OBJECT, LIST, ROW };

struct op_call {
	const struct op *op;
	struct strv actor;
	struct strv who;	/* op_who() */
	unsigned roles;
	struct strv request;
	struct strv via;
	int64_t accepted;	/* now_mono() */
	op_finished_fn *finished;
	void *arg;
	struct arena arena;
	struct values *values;	/* one per row of op->args */
	size_t n_args;

	int status;		/* HTTP; 0: not finished */
	enum shape shape;
	struct jsonw json;
	struct buf body;
	struct buf text;	/* op_say */
	struct buf next;
	struct buf errors;	/* op_error: an array without its end */
	struct header *headers, **headers_end;
	struct strv fields;	/* wanted; absent: all */
	uint64_t seen;		/* of them, one bit each */
	int exit;
};

/* 5.2: what each failure is called; the shell exits with the number */
static const struct {
	int status;
	const char *code, *title;
} problems[] = {
	[OP_INVALID]	= { 422, "validation-failed", "Not valid" },
	[OP_NOT_FOUND]	= { 404, "not-found", "Not found" },
	[OP_CONFLICT]	= { 409, "conflict", "Conflict" },
	[OP_FORBIDDEN]	= { 403, "forbidden", "Not allowed" },
	[OP_TOO_LARGE]	= { 413, "payload-too-large", "Too large" },
	[OP_BUSY]	= { 503, "busy", "Busy" },
	[OP_TIMEOUT]	= { 504, "timeout", "No answer in time" },
	[OP_FAILED]	= { 500, "internal", "Failed" },
	[OP_UNAUTHENTICATED] = { 401, "unauthenticated", "Not logged in" },
	[OP_REAUTH]	= { 401, "reauth-required", "Password needed again" },
	[OP_TOTP]	= { 401, "totp-required", "Code needed" },
	[OP_PENDING]	= { 409, "confirm-pending", "Waiting to be kept" },
	[OP_RATE]	= { 429, "rate-limited", "Too many tries" },
};

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

bool op_int(struct op_call *c, const char *arg, int64_t min, int64_t max,
    int64_t fallback, int64_t *out)
{
	struct strv s = op_text(c, arg);
	char *end;

	*out = fallback;
	if (!s.p)
		return true;
	*out = strtoll(s.p, &end, 10);	/* the arena's copy ends in NUL */
	if (s.n && s.n < 20 && end == s.p + s.n && *out >= min && *out <= max)
		return true;
	op_fail(c, OP_INVALID, "%s must be a whole number between %" PRId64
	    " and %" PRId64, arg, min, max);
	return false;
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

/* --- the result ---------------------------------------------------------- */

static void unfinished(const struct op_call *c)
{
	assert(c->status == 0);
}

static void object(struct op_call *c)
{
	unfinished(c);
	if (c->shape == NOTHING) {
		c->shape = OBJECT;
		jsonw_object(&c->json, NULL);
	}
	assert(c->shape == OBJECT || c->shape == ROW);
}

void op_list(struct op_call *c)
{
	unfinished(c);
	assert(c->shape == NOTHING);
	c->shape = LIST;
	jsonw_object(&c->json, NULL);
	jsonw_array(&c->json, "items");
}

void op_row(struct op_call *c)
{
	unfinished(c);
	assert(c->shape == LIST || c->shape == ROW);
	if (c->shape == ROW)
		jsonw_end(&c->json);
	c->shape = ROW;
	jsonw_object(&c->json, NULL);
}

void op_next(struct op_call *c, struct strv cursor)
{
	unfinished(c);
	buf_clear(&c->next);
	buf_adds(&c->next, cursor);
}

static bool wanted(struct op_call *c, const char *name)
{
	struct strv list = c->fields;

	if (!list.p)
		return true;
	for (size_t i = 0; list.p && i < 64; i++)
		if (strv_eq(strv_split(list, ',', &list), strv(name))) {
			c->seen |= (uint64_t)1 << i;
			return true;
		}
	return false;
}

/* The first of those wanted that nothing has; none when there is nothing. */
static struct strv missing(const struct op_call *c)
{
	struct strv list = c->fields;

	if (!list.p || c->shape == LIST)
		return STRV_NONE;
	for (size_t i = 0; list.p && i < 64; i++) {
		struct strv one = strv_split(list, ',', &list);

		if (!(c->seen >> i & 1))
			return one;
	}
	return STRV_NONE;
}

void op_call_fields(struct op_call *c, struct strv fields)
{
	c->fields = arena_str(&c->arena, fields);
}

static op_cursor_fn *cursor_seal_fn;

void op_cursor_with(op_cursor_fn *fn)
{
	cursor_seal_fn = fn;
}

static struct strv cursor_of(struct op_call *c)
{
	struct buf out;
	struct strv s = buf_strv(&c->next);

	if (!s.n)
		return STRV_NONE;
	if (!cursor_seal_fn)
		return s;
	buf_init(&out, 8192);
	cursor_seal_fn(c->op, s, &out);
	s = arena_str(&c->arena, buf_strv(&out));
	buf_deinit(&out);
	return s;
}

void op_field(struct op_call *c, const char *name, struct strv text)
{
	object(c);
	if (wanted(c, name))
		jsonw_str(&c->json, name, text);
}

void op_fieldf(struct op_call *c, const char *name, const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	buf_init(&b, BUF_NO_LIMIT);
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	op_field(c, name, buf_strv(&b));
	buf_deinit(&b);
}

void op_field_int(struct op_call *c, const char *name, int64_t v)
{
	object(c);
	if (wanted(c, name))
		jsonw_int(&c->json, name, v);
}

void op_field_bool(struct op_call *c, const char *name, bool v)
{
	object(c);
	if (wanted(c, name))
		jsonw_bool(&c->json, name, v);
}

void op_field_time(struct op_call *c, const char *name, int64_t ms)
{
	char text[NOW_TEXT];

	if (ms == 0) {
		op_field(c, name, STRV_NONE);
		return;
	}
	now_text(ms, text);
	op_field(c, name, strv(text));
}

void op_field_json(struct op_call *c, const char *name, struct strv json)
{
	object(c);
	if (wanted(c, name))
		jsonw_raw(&c->json, name, json);
}

void op_say(struct op_call *c, struct strv text)
{
	unfinished(c);
	buf_adds(&c->text, text);
}

void op_exit(struct op_call *c, int code)
{
	unfinished(c);
	c->exit = code;
}

static void finish(struct op_call *c, int status)
{
	c->status = status;
	c->finished(c, c->arg);
}

void op_done(struct op_call *c)
{
	struct strv none = missing(c);

	unfinished(c);
	if (none.p) {
		op_fail(c, OP_INVALID, "there is no field \"%.*s\" here",
		    STRV_ARG(none));
		return;
	}
	if (c->shape == NOTHING)
		object(c);
	if (c->shape == ROW)
		jsonw_end(&c->json);
	if (c->shape != OBJECT) {
		jsonw_end(&c->json);
		jsonw_str(&c->json, "next", cursor_of(c));
	}
	if (c->exit)
		jsonw_int(&c->json, "exit", c->exit);
	if (c->text.n)
		jsonw_str(&c->json, "text", buf_strv(&c->text));
	jsonw_end(&c->json);
	if (c->body.full) {
		op_fail(c, OP_TOO_LARGE, "the answer has more than %zu MiB; "
		    "ask for less with --limit", BODY_LIMIT >> 20);
		return;
	}
	finish(c, 200);
}

static void problem(struct op_call *c, enum op_code code, size_t line,
    struct strv detail)
{
	char type[64];

	unfinished(c);
	buf_clear(&c->text);
	buf_adds(&c->text, detail);
	buf_clear(&c->body);
	jsonw_init(&c->json, &c->body);
	(void)snprintf(type, sizeof(type), "urn:parley:problem:%s",
	    problems[code].code);
	jsonw_object(&c->json, NULL);
	jsonw_str(&c->json, "type", strv(type));
	jsonw_str(&c->json, "title", strv(problems[code].title));
	jsonw_int(&c->json, "status", problems[code].status);
	jsonw_str(&c->json, "code", strv(problems[code].code));
	jsonw_str(&c->json, "detail", detail);
	if (c->request.p)
		jsonw_str(&c->json, "request_id", c->request);
	if (line)
		jsonw_int(&c->json, "line", (int64_t)line);
	if (c->errors.n) {
		buf_addc(&c->errors, ']');
		jsonw_raw(&c->json, "errors", buf_strv(&c->errors));
	}
	jsonw_end(&c->json);
	finish(c, problems[code].status);
}

void op_fail(struct op_call *c, enum op_code code, const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	buf_init(&b, 4096);
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	problem(c, code, 0, buf_strv(&b));
	buf_deinit(&b);
}

void op_fail_line(struct op_call *c, enum op_code code, size_t line,
    struct strv detail)
{
	problem(c, code, line, detail);
}

void op_error(struct op_call *c, size_t line, struct strv text)
{
	unfinished(c);
	buf_addf(&c->errors, "%c{\"line\":%zu,\"message\":",
	    c->errors.n ? ',' : '[', line);
	jsonw_quote(&c->errors, text);
	buf_addc(&c->errors, '}');
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

void op_call_run(struct op_call *c)
{
	if (!role_may(c->roles, c->op->need)) {
		not_allowed(c);
		return;
	}
	for (const struct op_arg *a = c->op->args; a && a->name; a++) {
		if (!(a->flags & (ARG_REQUIRED | ARG_PATH)) ||
		    op_given(c, a->name))
			continue;
		op_fail(c, OP_INVALID, "%s is missing (%s)", a->name, a->help);
		return;
	}
	c->op->run(c);
}
