/* json.c - a strict reader of JSON over cJSON. */

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "wire/json_priv.h"

/* cJSON keeps numbers as double: beyond this they are rounded */
#define EXACT	9007199254740991.0

/* a struct json is a cJSON; nobody else needs to know */
static const cJSON *inner(const struct json *v)
{
	return (const cJSON *)(const void *)v;
}

static const struct json *outer(const cJSON *c)
{
	return (const struct json *)(const void *)c;
}

void json_fail(struct json_err *e, const char *fmt, ...)
{
	va_list ap;

	if (e->bad)
		return;
	e->bad = true;
	va_start(ap, fmt);
	vsnprintf(e->why, sizeof(e->why), fmt, ap);
	va_end(ap);
}

/* --- parse ------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
	return strcmp((*(cJSON *const *)a)->string,
	    (*(cJSON *const *)b)->string);
}

/* The name of a member that o has twice, or NULL. */
static const char *repeated(const cJSON *o)
{
	size_t n = 0, i = 0;
	const char *name = NULL;
	const cJSON **members;

	for (const cJSON *c = o->child; c; c = c->next)
		n++;
	if (n < 2)
		return NULL;
	members = xalloc(n * sizeof(*members));
	for (const cJSON *c = o->child; c; c = c->next)
		members[i++] = c;
	qsort(members, n, sizeof(*members), by_name);
	for (i = 1; i < n && !name; i++) {
		if (strcmp(members[i - 1]->string, members[i]->string) == 0)
			name = members[i]->string;
	}
	free(members);
	return name;
}

/* All objects in v; json_check() has bounded the depth. */
static bool unique(const cJSON *v, struct json_err *e)
{
	const char *twice = cJSON_IsObject(v) ? repeated(v) : NULL;

	if (twice)
		json_fail(e, "member '%.100s' is there twice", twice);
	for (const cJSON *c = v->child; c && !e->bad; c = c->next)
		unique(c, e);
	return !e->bad;
}

struct json *json_parse(struct strv text, size_t max_size,
    struct json_err *e)
{
	const char *why;
	cJSON *root;
	size_t at;

	if (text.n > max_size) {
		json_fail(e, "more than %zu bytes", max_size);
		return NULL;
	}
	why = json_check(text, &at);
	if (why) {
		json_fail(e, "not JSON: %s at byte %zu", why, at + 1);
		return NULL;
	}
	root = cJSON_ParseWithLength(text.p, text.n);
	if (!root) {
		json_fail(e, "not JSON");
		return NULL;
	}
	if (unique(root, e))
		return (struct json *)(void *)root;
	cJSON_Delete(root);
	return NULL;
}

void json_free(struct json *root)
{
	cJSON_Delete((cJSON *)(void *)root);
}

/* --- look ------------------------------------------------------------- */

static const char *const type_names[] = {
	[JSON_NULL] = "null",
	[JSON_BOOL] = "true or false",
	[JSON_NUMBER] = "a number",
	[JSON_STRING] = "a string",
	[JSON_ARRAY] = "an array",
	[JSON_OBJECT] = "an object",
};

const char *json_type_name(enum json_type t)
{
	return type_names[t];
}

enum json_type json_type(const struct json *v)
{
	const cJSON *c = inner(v);

	if (cJSON_IsObject(c))
		return JSON_OBJECT;
	if (cJSON_IsArray(c))
		return JSON_ARRAY;
	if (cJSON_IsString(c))
		return JSON_STRING;
	if (cJSON_IsNumber(c))
		return JSON_NUMBER;
	return cJSON_IsBool(c) ? JSON_BOOL : JSON_NULL;
}

const struct json *json_member(const struct json *o, const char *name)
{
	if (!o || !cJSON_IsObject(inner(o)))
		return NULL;
	return outer(cJSON_GetObjectItemCaseSensitive(inner(o), name));
}

const struct json *json_first(const struct json *v)
{
	return v ? outer(inner(v)->child) : NULL;
}

const struct json *json_next(const struct json *v)
{
	return outer(inner(v)->next);
}

struct strv json_name(const struct json *member)
{
	return strv(inner(member)->string);
}

size_t json_count(const struct json *v)
{
	size_t n = 0;

	for (v = json_first(v); v; v = json_next(v))
		n++;
	return n;
}

bool json_as_string(const struct json *v, struct strv *out)
{
	if (!v || json_type(v) != JSON_STRING)
		return false;
	*out = strv(inner(v)->valuestring);
	return true;
}

bool json_as_int(const struct json *v, int64_t *out)
{
	double d;

	if (!v || json_type(v) != JSON_NUMBER)
		return false;
	d = inner(v)->valuedouble;
	if (!(d >= -EXACT && d <= EXACT) || d != (double)(int64_t)d)
		return false;
	*out = (int64_t)d;
	return true;
}

bool json_as_double(const struct json *v, double *out)
{
	if (!v || json_type(v) != JSON_NUMBER)
		return false;
	*out = inner(v)->valuedouble;
	return true;
}

bool json_as_bool(const struct json *v, bool *out)
{
	if (!v || json_type(v) != JSON_BOOL)
		return false;
	*out = cJSON_IsTrue(inner(v));
	return true;
}

/* --- typed members ---------------------------------------------------- */

/* NULL: absent or null, a failure if needed; or of another type. */
static const struct json *typed(const struct json *o, const char *name,
    enum json_type type, bool needed, struct json_err *e)
{
	const struct json *v = json_member(o, name);

	if (!v || json_type(v) == JSON_NULL) {
		if (needed)
			json_fail(e, "member '%s' is missing", name);
		return NULL;
	}
	if (json_type(v) == type)
		return v;
	json_fail(e, "member '%s': must be %s, not %s", name,
	    json_type_name(type), json_type_name(json_type(v)));
	return NULL;
}

static struct strv text(const struct json *v, const char *name, size_t min,
    size_t max, struct json_err *e)
{
	struct strv s = STRV_NONE;

	if (!json_as_string(v, &s))
		return STRV_NONE;
	if (s.n >= min && s.n <= max)
		return s;
	if (s.n < min)
		json_fail(e, "member '%s': must not be empty", name);
	else
		json_fail(e, "member '%s': must be at most %zu bytes", name,
		    max);
	return STRV_NONE;
}

struct strv json_need_string(const struct json *o, const char *name,
    size_t max, struct json_err *e)
{
	return text(typed(o, name, JSON_STRING, true, e), name, 1, max, e);
}

struct strv json_opt_string(const struct json *o, const char *name,
    size_t max, struct json_err *e)
{
	return text(typed(o, name, JSON_STRING, false, e), name, 0, max, e);
}

static int64_t whole(const struct json *v, const char *name, int64_t min,
    int64_t max, int64_t fallback, struct json_err *e)
{
	int64_t n;

	if (!v)
		return fallback;
	if (json_as_int(v, &n) && n >= min && n <= max)
		return n;
	json_fail(e, "member '%s': must be a whole number from %" PRId64
	    " to %" PRId64, name, min, max);
	return fallback;
}

int64_t json_need_int(const struct json *o, const char *name, int64_t min,
    int64_t max, struct json_err *e)
{
	return whole(typed(o, name, JSON_NUMBER, true, e), name, min, max, 0,
	    e);
}

int64_t json_opt_int(const struct json *o, const char *name, int64_t min,
    int64_t max, int64_t fallback, struct json_err *e)
{
	return whole(typed(o, name, JSON_NUMBER, false, e), name, min, max,
	    fallback, e);
}

bool json_opt_bool(const struct json *o, const char *name, bool fallback,
    struct json_err *e)
{
	bool b = fallback;

	(void)json_as_bool(typed(o, name, JSON_BOOL, false, e), &b);
	return b;
}

uint64_t json_need_u64(const struct json *o, const char *name,
    struct json_err *e)
{
	struct strv s = text(typed(o, name, JSON_STRING, true, e), name, 1,
	    20, e);
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned d = (unsigned)(s.p[i] - '0');

		if (d > 9 || v > (UINT64_MAX - d) / 10) {
			json_fail(e, "member '%s': must be a 64-bit number "
			    "written as a string of digits", name);
			return 0;
		}
		v = v * 10 + d;
	}
	return v;
}

const struct json *json_opt_array(const struct json *o, const char *name,
    size_t max, struct json_err *e)
{
	const struct json *v = typed(o, name, JSON_ARRAY, false, e);

	if (!v || json_count(v) <= max)
		return v;
	json_fail(e, "member '%s': must have at most %zu elements", name,
	    max);
	return NULL;
}

const struct json *json_opt_object(const struct json *o, const char *name,
    struct json_err *e)
{
	return typed(o, name, JSON_OBJECT, false, e);
}

bool json_only(const struct json *v, const char *const *names,
    struct json_err *e)
{
	if (!v || json_type(v) != JSON_OBJECT) {
		json_fail(e, "must be an object");
		return false;
	}
	for (v = json_first(v); v; v = json_next(v)) {
		const char *const *n = names;

		while (*n && strcmp(*n, inner(v)->string) != 0)
			n++;
		if (!*n) {
			json_fail(e, "member '%.100s' is not known here",
			    inner(v)->string);
			return false;
		}
	}
	return true;
}
