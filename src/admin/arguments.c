/* arguments.c - path, query and body of a request to a call's arguments. */

#include <inttypes.h>
#include <stdio.h>

#include "admin/admin_priv.h"
#include "admin/cursor.h"
#include "base/jsonw.h"
#include "base/near.h"
#include "op/filter.h"
#include "wire/json.h"

#define DEPTH	16
#define KEYS	1000
#define BODY_MAX ((size_t)16 << 20)	/* httpd has held it to less */

struct taking {
	struct op_call *call;
	const struct op *op;
	struct problem *problem;
	struct buf value;	/* decoded */
	struct buf cursor;	/* until all else is known */
};

static void bad(struct problem *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void bad(struct problem *p, const char *fmt, ...)
{
	va_list ap;

	if (p->status)
		return;		/* the first fault is the one to say */
	p->status = 400;
	p->code = "invalid-request";
	p->title = "Bad request";
	va_start(ap, fmt);
	buf_addv(&p->detail, fmt, ap);
	va_end(ap);
}

static bool is_look(const struct op *op)
{
	return strcmp(op->method, "GET") == 0;
}

static void unknown(struct taking *t, struct strv name)
{
	struct near near = near_to(name);
	struct strv best;

	for (const struct op_arg *a = t->op->args; a && a->name; a++)
		near_offer(&near, a->name);
	best = strv(near.best);
	if (!best.p && is_look(t->op))
		best = filter_near(answer_rows(t->op->answer), name);
	bad(t->problem, "\"%.*s\" is not an argument of %s%s%.*s%s",
	    STRV_ARG(name), t->op->command, best.p ? " (did you mean " : "",
	    (int)best.n, best.p ? best.p : "", best.p ? "?)" : "");
}

static bool is_field(const struct op *op, struct strv name)
{
	struct strv rows = answer_rows(op->answer);
	struct answer_field f;

	return rows.p && answer_find(rows, name, &f);
}

/* What every operation that looks can be asked: fewer fields, other rows. */
static bool take_common(struct taking *t, struct strv name,
    struct strv value)
{
	struct buf why;
	bool ok = true;

	if (!is_look(t->op))
		return false;
	buf_init(&why, 1024);
	if (strv_eq(name, STRV("fields")))
		op_call_fields(t->call, value);
	else if (strv_eq(name, STRV("sort")))
		ok = op_call_sort(t->call, value, &why);
	else if (strv_eq(name, STRV("filter")))
		ok = op_call_filter(t->call, value, &why);
	else if (is_field(t->op, name))
		ok = op_call_equal(t->call, name, value, &why);
	else
		name = STRV_NONE;
	if (!ok)
		bad(t->problem, "%s", why.p);
	buf_deinit(&why);
	return name.p != NULL;
}

/* A place in a list, that only the same look at it can have given. */
static void open_cursor(struct taking *t)
{
	struct buf place;

	if (!t->cursor.n)
		return;
	buf_init(&place, 4096);
	if (cursor_open(t->call, buf_strv(&t->cursor), &place))
		(void)op_call_arg(t->call, "cursor", buf_strv(&place));
	else
		bad(t->problem, "cursor is none that this list gave with "
		    "these arguments; begin again without one");
	buf_deinit(&place);
}

static void take(struct taking *t, struct strv name, struct strv value)
{
	const struct op_arg *a = op_arg_find(t->op, name);

	if (!a && take_common(t, name, value))
		return;
	if (!a) {
		unknown(t, name);
		return;
	}
	if (op_given(t->call, a->name) && !(a->flags & ARG_REPEAT)) {
		bad(t->problem, "%s is given twice", a->name);
		return;
	}
	if (strcmp(a->name, "cursor") != 0) {
		(void)op_call_arg(t->call, a->name, value);
		return;
	}
	buf_clear(&t->cursor);
	buf_adds(&t->cursor, value);
	if (!value.n || t->cursor.full)
		bad(t->problem, "cursor is none that this list gave");
}

/* --- path and query ------------------------------------------------------- */

static void take_escaped(struct taking *t, struct strv name,
    struct strv value)
{
	buf_clear(&t->value);
	if (!httpd_unescape(value, &t->value)) {
		bad(t->problem, "%.*s has a bad escape", STRV_ARG(name));
		return;
	}
	take(t, name, buf_strv(&t->value));
}

static void take_path(struct taking *t, const struct strv *params)
{
	struct strv rest = strv(t->op->path);
	size_t n = 0;

	while (rest.p) {
		struct strv part = strv_split(rest, '/', &rest);

		if (part.n > 2 && part.p[0] == '{')
			take_escaped(t, (struct strv){ part.p + 1,
			    part.n - 2 }, params[n++]);
	}
}

static void query_one(struct strv name, struct strv value, void *arg)
{
	take_escaped(arg, name, value.p ? value : STRV("on"));
}

/* --- body ---------------------------------------------------------------- */

static void take_value(struct taking *t, struct strv name,
    const struct json *v)
{
	char number[32];
	struct strv text;
	int64_t n;
	bool yes;

	switch (json_type(v)) {
	case JSON_NULL:
		return;
	case JSON_STRING:
		if (json_as_string(v, &text))
			take(t, name, text);
		return;
	case JSON_BOOL:
		if (json_as_bool(v, &yes) && yes)
			take(t, name, STRV("on"));
		return;
	case JSON_NUMBER:
		if (json_as_int(v, &n)) {
			(void)snprintf(number, sizeof(number), "%" PRId64, n);
			take(t, name, strv(number));
			return;
		}
		bad(t->problem, "%.*s must be a whole number", STRV_ARG(name));
		return;
	default:
		bad(t->problem, "%.*s must be text, a number or true",
		    STRV_ARG(name));
	}
}

/* The value again as text: what a handler parses itself. */
static void json_write(struct jsonw *w, const char *name,
    const struct json *v)
{
	struct strv text = STRV_NONE;
	double number = 0;
	bool yes = false;
	char digits[40];

	switch (json_type(v)) {
	case JSON_NULL:
		jsonw_null(w, name);
		return;
	case JSON_BOOL:
		(void)json_as_bool(v, &yes);
		jsonw_bool(w, name, yes);
		return;
	case JSON_NUMBER:
		(void)json_as_double(v, &number);
		(void)snprintf(digits, sizeof(digits), "%.17g", number);
		jsonw_raw(w, name, strv(digits));
		return;
	case JSON_STRING:
		(void)json_as_string(v, &text);
		jsonw_str(w, name, text);
		return;
	case JSON_ARRAY:
		jsonw_array(w, name);
		break;
	case JSON_OBJECT:
		jsonw_object(w, name);
		break;
	}
	for (const struct json *m = json_first(v); m; m = json_next(m))
		json_write(w, json_type(v) == JSON_OBJECT ?
		    json_name(m).p : NULL, m);
	jsonw_end(w);
}

static void take_raw(struct taking *t, struct strv name, const struct json *v)
{
	struct jsonw w;
	struct buf b;

	buf_init(&b, BODY_MAX);
	jsonw_init(&w, &b);
	json_write(&w, NULL, v);
	take(t, name, buf_strv(&b));
	explicit_bzero(b.p, b.size);
	buf_deinit(&b);
}

static void take_member(struct taking *t, const struct json *m)
{
	struct strv name = json_name(m);
	const struct op_arg *a = op_arg_find(t->op, name);

	if (!a) {
		unknown(t, name);
		return;
	}
	if (a->flags & ARG_JSON) {
		take_raw(t, name, m);
		return;
	}
	if (json_type(m) != JSON_ARRAY) {
		take_value(t, name, m);
		return;
	}
	if (!(a->flags & ARG_REPEAT)) {
		bad(t->problem, "%s takes one value, not a list", a->name);
		return;
	}
	for (const struct json *v = json_first(m); v; v = json_next(v))
		take_value(t, name, v);
}

/* Before anything is built: how deep it is, and how many members it has. */
static bool is_modest(struct taking *t, struct strv body)
{
	unsigned depth = 0, keys = 0;
	bool text = false;

	for (size_t i = 0; i < body.n; i++) {
		char c = body.p[i];

		if (text) {
			text = c != '"';
			i += c == '\\';
			continue;
		}
		text = c == '"';
		depth += c == '{' || c == '[';
		depth -= depth && (c == '}' || c == ']');
		keys += c == ':';
		if (depth > DEPTH || keys > KEYS) {
			bad(t->problem, "the body is too %s", depth > DEPTH ?
			    "deep: at most 16 levels" :
			    "wide: at most 1000 members");
			return false;
		}
	}
	return true;
}

static void take_json(struct taking *t, struct strv body)
{
	struct json_err e = { 0 };
	struct json *root = is_modest(t, body) ?
	    json_parse(body, BODY_MAX, &e) : NULL;

	if (!root)
		bad(t->problem, "the body cannot be read: %s", e.why);
	else if (json_type(root) != JSON_OBJECT)
		bad(t->problem, "the body must be an object, not %s",
		    json_type_name(json_type(root)));
	else
		for (const struct json *m = json_first(root);
		    m && !t->problem->status; m = json_next(m))
			take_member(t, m);
	json_free(root);
}

static const struct op_arg *file_arg(const struct op *op)
{
	for (const struct op_arg *a = op->args; a && a->name; a++)
		if (a->flags & ARG_FILE)
			return a;
	return NULL;
}

static bool is_type(struct strv header, const char *type)
{
	struct strv rest;

	header = strv_split(header, ';', &rest);
	while (header.n && header.p[header.n - 1] == ' ')
		header.n--;
	return strv_caseeq(header, strv(type));
}

/* JSON, or the bytes of the one file the operation takes. */
static void take_body(struct taking *t, const struct httpd_request *r)
{
	struct strv type = httpd_header(r, "Content-Type");
	const struct op_arg *file = file_arg(t->op);
	struct strv body = httpd_body(r);

	if (is_type(type, "application/json")) {
		take_json(t, body);
	} else if (file && (is_type(type, "text/csv") ||
	    is_type(type, "text/plain") ||
	    is_type(type, "application/octet-stream"))) {
		take(t, strv(file->name), body);
	} else if (body.n) {
		bad(t->problem, "the body must be JSON, with the header "
		    "Content-Type: application/json");
	}
}

void arguments_take(struct op_call *c, const struct op *op,
    const struct httpd_request *r, const struct strv *params,
    struct problem *p)
{
	struct taking t = { .call = c, .op = op, .problem = p };

	buf_init(&t.value, (size_t)32 << 10);
	buf_init(&t.cursor, 8192);
	take_path(&t, params);
	httpd_query(r, query_one, &t);
	take_body(&t, r);
	open_cursor(&t);
	buf_deinit(&t.value);
	buf_deinit(&t.cursor);
}
