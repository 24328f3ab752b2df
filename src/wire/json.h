/* json.h - a strict reader of JSON (RFC 8259, I-JSON of RFC 7493). */

#ifndef WIRE_JSON_H
#define WIRE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strv.h"

#define JSON_MAX_DEPTH	32
#define JSON_WHY	200	/* bytes of an explanation with its NUL */

struct json;	/* a value; members and elements live as long as the root */

enum json_type {
	JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT
};

/*
 * The first failure sticks and names its member: ask for all that is wanted,
 * check bad once.  Start with { 0 }.
 */
struct json_err {
	bool bad;
	char why[JSON_WHY];	/* "member 'port': must be 1 to 65535" */
};

/*
 * The root, or NULL with e set: more than max_size bytes, deeper than
 * JSON_MAX_DEPTH, invalid UTF-8, anything behind the value, a NUL in a
 * string, half a surrogate pair, the same member twice, or not the grammar
 * of RFC 8259 to the letter.  The text may go away after the call.
 */
struct json *json_parse(struct strv text, size_t max_size,
    struct json_err *e);
void json_free(struct json *root);	/* the root only; NULL is fine */

enum json_type json_type(const struct json *v);
const char *json_type_name(enum json_type t);	/* "a string" */

/* NULL: o is not an object, or has no such member (null is a value). */
const struct json *json_member(const struct json *o, const char *name);
/* Members or elements in order; NULL: no more, or neither of the two. */
const struct json *json_first(const struct json *v);
const struct json *json_next(const struct json *v);
struct strv json_name(const struct json *member);
size_t json_count(const struct json *v);

/* A value without a name of its own (an element): false if of another type,
 * for numbers also if not whole or beyond +-(2^53 - 1). */
bool json_as_string(const struct json *v, struct strv *out);
bool json_as_int(const struct json *v, int64_t *out);
bool json_as_double(const struct json *v, double *out);	/* any number */
bool json_as_bool(const struct json *v, bool *out);

/*
 * Typed members of o.  Absent or null is a failure in json_need_*() and the
 * fallback in json_opt_*(); a wrong type or range is a failure in both.
 * After a failure they return the fallback, absent, or 0.
 */
struct strv json_need_string(const struct json *o, const char *name,
    size_t max, struct json_err *e);	/* 1 to max bytes */
struct strv json_opt_string(const struct json *o, const char *name,
    size_t max, struct json_err *e);	/* 0 to max bytes; or absent */
int64_t json_need_int(const struct json *o, const char *name, int64_t min,
    int64_t max, struct json_err *e);
int64_t json_opt_int(const struct json *o, const char *name, int64_t min,
    int64_t max, int64_t fallback, struct json_err *e);
bool json_opt_bool(const struct json *o, const char *name, bool fallback,
    struct json_err *e);
/* Any 64-bit number, written as a string of decimal digits. */
uint64_t json_need_u64(const struct json *o, const char *name,
    struct json_err *e);
/* NULL when absent, null, or failed. */
const struct json *json_opt_array(const struct json *o, const char *name,
    size_t max, struct json_err *e);	/* at most max elements */
const struct json *json_opt_object(const struct json *o, const char *name,
    struct json_err *e);

/* Fail unless v is an object and has no member but these (NULL ends them). */
bool json_only(const struct json *v, const char *const *names,
    struct json_err *e);

/* Set e unless it is set already; for checks of the caller's own. */
void json_fail(struct json_err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
