/* result.c - what a call answers: rows, an object, a problem. */

#include <assert.h>
#include <stdio.h>

#include "base/now.h"
#include "op/call_priv.h"

#define LOOK_EACH	64	/* rows between two looks at the clock */
#define LOOK_US		50000	/* for one page of wanted rows */

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
	c->items_at = c->body.n;
}

static void row_end(struct op_call *c)
{
	bool stays = filter_holds(&c->filter);

	jsonw_end(&c->json);
	c->shape = LIST;
	if (c->sort.name.p)
		sort_end(&c->sort, c->body.n, stays);
	c->kept += stays;
	if (stays)
		return;
	buf_cut(&c->body, c->row_at);
	c->json = c->before;
}

void op_row(struct op_call *c)
{
	unfinished(c);
	assert(c->shape == LIST || c->shape == ROW);
	if (c->shape == ROW)
		row_end(c);
	c->shape = ROW;
	c->any = true;
	c->before = c->json;
	c->row_at = c->body.n;
	jsonw_object(&c->json, NULL);
	filter_row(&c->filter);
	if (c->sort.name.p)
		sort_row(&c->sort, c->body.n - 1);
}

size_t op_rows(struct op_call *c)
{
	if (c->shape == ROW)
		row_end(c);
	return c->kept;
}

/* Rows that are left out cost time, and nobody would see an end of it. */
static bool took_long(struct op_call *c)
{
	if (c->looked++ == 0)
		c->since = now_us();
	return c->filter.n && c->looked % LOOK_EACH == 0 &&
	    now_us() - c->since > LOOK_US;
}

bool op_page_row(struct op_call *c, int64_t limit)
{
	if (op_rows(c) >= (size_t)limit || took_long(c))
		return false;
	op_row(c);
	return true;
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

	if (!list.p || (c->shape == LIST && !c->any))
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
	cursor_seal_fn(c, s, &out);
	s = arena_str(&c->arena, buf_strv(&out));
	buf_deinit(&out);
	return s;
}

static void number_seen(struct op_call *c, const char *name, int64_t v)
{
	filter_number(&c->filter, name, v);
	if (c->sort.name.p)
		sort_number(&c->sort, name, v);
}

void op_field(struct op_call *c, const char *name, struct strv text)
{
	object(c);
	filter_text(&c->filter, name, text);
	if (c->sort.name.p)
		sort_text(&c->sort, name, text);
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
	number_seen(c, name, v);
	if (wanted(c, name))
		jsonw_int(&c->json, name, v);
}

void op_field_bool(struct op_call *c, const char *name, bool v)
{
	object(c);
	number_seen(c, name, v);
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
	object(c);
	number_seen(c, name, ms);
	now_text(ms, text);
	if (wanted(c, name))
		jsonw_str(&c->json, name, strv(text));
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

static void list_end(struct op_call *c)
{
	struct buf rows;

	(void)op_rows(c);
	if (!c->sort.name.p)
		return;
	buf_init(&rows, BODY_LIMIT);
	sort_finish(&c->sort, buf_strv(&c->body), &rows);
	buf_cut(&c->body, c->items_at);
	buf_adds(&c->body, buf_strv(&rows));
	buf_deinit(&rows);
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
	if (c->shape != OBJECT) {
		list_end(c);
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

