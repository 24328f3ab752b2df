/* op.h - operations: what an administrator can do, one row each. */

#ifndef OP_OP_H
#define OP_OP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "op/answer.h"
#include "op/role.h"

enum op_where {
	OP_CORE,	/* run() in the core: short, may finish later */
	OP_READ		/* run() in a thread of a pool: reads databases, metrics */
};

enum op_arg_flags {
	ARG_REQUIRED	= 1 << 0,
	ARG_POSITION	= 1 << 1,	/* a word; otherwise --name VALUE */
	ARG_REPEAT	= 1 << 2,	/* may be given several times */
	ARG_SECRET	= 1 << 3,	/* the shell asks or reads a file */
	ARG_FLAG	= 1 << 4,	/* --name alone: "on" */
	ARG_FILE	= 1 << 5,	/* the shell sends the file's bytes */
	ARG_PATH	= 1 << 6,	/* the {name} of the path */
	ARG_JSON	= 1 << 7	/* any JSON value, given as its text */
};

/* What a value may be; what it is not fails the call before it runs. */
enum op_takes {
	OP_TAKES_TEXT = 1,	/* a line of UTF-8; min, max: bytes */
	OP_TAKES_LINES,		/* the same of several lines */
	OP_TAKES_INT,		/* min..max */
	OP_TAKES_TIME,		/* "5m" ago, "2026-11-20": op_when() */
	OP_TAKES_SPAN,		/* "30m": op_span(); min, max: ms */
	OP_TAKES_CHOICE,	/* one of complete's */
	OP_TAKES_NOTHING,	/* ARG_FLAG */
	OP_TAKES_FILE,		/* any bytes; max: so many */
	OP_TAKES_JSON,		/* any value, as its text */
	OP_TAKES_CURSOR		/* what op_next() said; outside sealed text */
};

struct op_arg {
	const char *name;	/* "address"; JSON member and --address */
	unsigned flags;
	const char *complete;	/* kind of live completion, or "a|b|c" */
	const char *help;
	enum op_takes takes;	/* one of these is in each row: */
	int64_t min, max;
	const char *fallback;	/* what absent means, as typed; or NULL */
	const char *unit;	/* "rows"; or NULL */
};

/* The end of a row; BY_DEFAULT() may follow. */
#define IS_TEXT(least, most) .takes = OP_TAKES_TEXT, \
	.min = (least), .max = (int64_t)(most), .unit = "bytes"
#define IS_LINES(least, most) .takes = OP_TAKES_LINES, \
	.min = (least), .max = (int64_t)(most), .unit = "bytes"
#define IS_INT(least, most, what) .takes = OP_TAKES_INT, \
	.min = (least), .max = (most), .unit = what
#define IS_TIME .takes = OP_TAKES_TIME
#define IS_SPAN(least, most) .takes = OP_TAKES_SPAN, \
	.min = (least), .max = (most)
#define IS_CHOICE .takes = OP_TAKES_CHOICE
#define IS_FLAG .takes = OP_TAKES_NOTHING
#define IS_FILE(most) .takes = OP_TAKES_FILE, \
	.max = (int64_t)(most), .unit = "bytes"
#define IS_JSON .takes = OP_TAKES_JSON
#define BY_DEFAULT(text) .fallback = (text)

#define OP_FILE_MAX	((int64_t)16 << 20)	/* bytes of one file */
#define OP_ID_MAX	512	/* bytes of an id, whoever gave it */

/* Of lists with pages. */
#define LIMIT_ARG { "limit", 0, NULL, "at most so many rows", \
	IS_INT(1, 500, "rows"), BY_DEFAULT("50") }
#define CURSOR_ARG { "cursor", 0, NULL, "the next of the page before", \
	.takes = OP_TAKES_CURSOR }

struct op_call;

struct op {
	const char *command;	/* the shell's words: "subscriber add" */
	const char *method;	/* "GET", "POST", "PATCH", "DELETE" */
	const char *path;	/* "/subscribers", "/subscribers/{address}" */
	enum cap need;
	enum op_where where;
	const struct op_arg *args;	/* ends with name NULL; or NULL */
	const char *help;	/* one line */
	/*
	 * Ends by op_done() or op_fail() exactly once, inside the call or
	 * later: from the core (OP_CORE), or from another lane of
	 * loop/work.h (OP_READ).  Reads of databases in OP_READ use
	 * store/query.h; nothing else of the core may be touched there.
	 * A GET in OP_CORE whose path can also be changed ends inside the
	 * call: what it says is the ETag that a change must show.
	 */
	void (*run)(struct op_call *c);
	const char *answer;	/* of a success, as op/answer.h says */
};

/* Rows are borrowed for ever.  Each module registers its table at start. */
void op_register(const struct op *ops, size_t n);
const struct op *const *op_all(size_t *n);
/* The row whose method and path match; *params gets {name} values in order. */
#define OP_PARAMS 4	/* {name}s in one path */
const struct op *op_match(struct strv method, struct strv path,
    struct strv *params, size_t max, bool *path_known);
const struct op_arg *op_arg_find(const struct op *o, struct strv name);
const char *op_takes_name(enum op_takes t);	/* "int" */
/* "1-500", "1s-31d", "1 or more"; nothing: it has no bounds. */
void op_arg_range(const struct op_arg *a, struct buf *out);
/* false: why says what is wrong with it, and what to give instead. */
bool op_arg_good(const struct op_arg *a, struct strv value, struct buf *why);
void op_reset(void);	/* tests: forget all rows */

/*
 * The call.  Arguments are texts; absent is p == NULL.  They live until
 * op_done() or op_fail().
 */
struct strv op_text(const struct op_call *c, const char *arg);
struct strv op_nth(const struct op_call *c, const char *arg, size_t i);
bool op_given(const struct op_call *c, const char *arg);
/* The same of what is absent: the default of its row, if that has one. */
struct strv op_meant(const struct op_call *c, const char *arg);
bool op_is(const struct op_call *c, const char *arg, const char *value);
/* As numbers; absent and without a default: 0. */
int64_t op_int(const struct op_call *c, const char *arg);
/* ms since the epoch: "5m" and "7d" are ago. */
int64_t op_when(const struct op_call *c, const char *arg);
int64_t op_span(const struct op_call *c, const char *arg);	/* ms */
struct strv op_actor(const struct op_call *c);	/* "uid:0": a name */
/*
 * For audit_put(): the name, and what op_call_origin() said of the way it
 * came: via, credential, peer and request, a separator between each.
 */
#define OP_WHO_SEPARATOR '\x1f'
struct strv op_who(const struct op_call *c);
/* Of op_call_origin(); without it "", and the far future. */
struct strv op_via(const struct op_call *c);
int64_t op_accepted(const struct op_call *c);
unsigned op_roles(const struct op_call *c);	/* mask of enum role */
/* The arg of op_call_new(): for the operations of admin/ alone. */
void *op_owner(const struct op_call *c);

/*
 * In which order the rows of a list with pages are wanted: the name of a
 * field with + in its answer; absent: as the list is by itself.  Lists
 * without pages are put in order by op_done().
 */
struct strv op_sort(const struct op_call *c, bool *down);
/* Rows are left out by conditions on their fields, behind op_row(). */
bool op_filtered(const struct op_call *c);

/*
 * The result, in JSON: a list of rows {"items":[{...}],"next":null} or one
 * object.  op_row() starts the next row; fields follow in the order in which
 * the shell shows its columns.
 */
void op_list(struct op_call *c);
void op_row(struct op_call *c);
/*
 * The next row of a page of so many.  false: they are all there, or it took
 * long enough to find those that are wanted: stop, and say op_next().
 */
bool op_page_row(struct op_call *c, int64_t limit);
/* The last row is complete; how many were wanted so far. */
size_t op_rows(struct op_call *c);
void op_field(struct op_call *c, const char *name, struct strv text);
void op_fieldf(struct op_call *c, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void op_field_int(struct op_call *c, const char *name, int64_t v);
void op_field_bool(struct op_call *c, const char *name, bool v);
void op_field_time(struct op_call *c, const char *name, int64_t ms);
				/* UTC with ms; 0: null */
/* A value that is JSON already. */
void op_field_json(struct op_call *c, const char *name, struct strv json);
/* There are more rows: the cursor that asks for them. */
void op_next(struct op_call *c, struct strv cursor);
/* Text for people, shown as it is by the shell (ladders, explanations). */
void op_say(struct op_call *c, struct strv text);

/* A header of the answer, for the API: "Set-Cookie".  Copied. */
void op_header(struct op_call *c, const char *name, struct strv value);

/* The shell's exit code of a call that succeeds: 10 and 11 for health. */
void op_exit(struct op_call *c, int code);

void op_done(struct op_call *c);

enum op_code {		/* ux: problem codes and the shell's exit codes */
	OP_INVALID,	/* 422, exit 5 */
	OP_NOT_FOUND,	/* 404, exit 3 */
	OP_CONFLICT,	/* 409, exit 6 */
	OP_FORBIDDEN,	/* 403, exit 4 */
	OP_TOO_LARGE,	/* 413, exit 5 */
	OP_BUSY,	/* 503, exit 1 */
	OP_TIMEOUT,	/* 504, exit 8 */
	OP_FAILED,	/* 500, exit 1 */
	OP_UNAUTHENTICATED,	/* 401, exit 4 */
	OP_REAUTH,	/* 401: say the password again */
	OP_TOTP,	/* 401: say the code too */
	OP_RATE,	/* 429: too many tries */
	OP_PENDING	/* 409, exit 6: a revision waits to be kept */
};

/* One sentence that says what is wrong and what to do. */
void op_fail(struct op_call *c, enum op_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same about one line of an argument of many lines. */
void op_fail_line(struct op_call *c, enum op_code code, size_t line,
    struct strv detail);
/* Before an op_fail() about many lines: one of them, line from 1. */
void op_error(struct op_call *c, size_t line, struct strv text);

/*
 * For admin/ and tests: make a call (arguments are copied by op_call_arg),
 * run it, and be told once when it is finished: inside op_done() or
 * op_fail(), which may be inside op_call_run().  op_call_run() refuses a
 * role that is too low, a missing required argument, and a value that its
 * row does not allow.
 */
typedef void op_finished_fn(struct op_call *c, void *arg);
struct op_call *op_call_new(const struct op *op, struct strv actor,
    unsigned roles, op_finished_fn *finished, void *arg);
/* In problem documents: what the answer is called in logs. */
void op_call_request(struct op_call *c, struct strv request_id);
/* Each op_header(), in order. */
typedef void op_header_fn(const char *name, struct strv value, void *arg);
void op_call_headers(const struct op_call *c, op_header_fn *fn, void *arg);
/* Before op_call_run(): by which way it came.  Copied; absent is fine. */
struct op_origin {
	struct strv via;	/* "socket", "https" */
	struct strv credential;	/* which session or token; no secret */
	struct strv peer;	/* "192.0.2.1" */
	struct strv request;	/* the request's id */
	int64_t accepted;	/* now_mono() of its connection; 0: none */
};
void op_call_origin(struct op_call *c, const struct op_origin *from);
const struct op *op_call_op(const struct op_call *c);
/*
 * Only these fields of the result ("a,b"); one that no row has fails the
 * call.  Before op_call_run(); copied.
 */
void op_call_fields(struct op_call *c, struct strv fields);
/*
 * Also before it: the order ("-created") and conditions (op/filter.h) of a
 * list, or one condition name=value.  false: why has one sentence.
 */
bool op_call_sort(struct op_call *c, struct strv text, struct buf *why);
bool op_call_filter(struct op_call *c, struct strv text, struct buf *why);
bool op_call_equal(struct op_call *c, struct strv name, struct strv value,
    struct buf *why);
/* Whether sort may name this field of the operation's rows. */
bool op_sortable(const struct op *op, const struct answer_field *f);
/* All that says which rows in which order; without limit and cursor. */
void op_call_print(const struct op_call *c, struct buf *out);
/* How "next" of a list looks outside; NULL: as op_next() said. */
typedef void op_cursor_fn(const struct op_call *c, struct strv place,
    struct buf *out);
void op_cursor_with(op_cursor_fn *seal);
/* false: the operation has no such argument.  An absent value is none. */
bool op_call_arg(struct op_call *c, const char *name, struct strv value);
void op_call_run(struct op_call *c);	/* on the thread of op->where */
int op_call_status(const struct op_call *c);	/* HTTP status */
struct strv op_call_body(const struct op_call *c);	/* JSON */
struct strv op_call_detail(const struct op_call *c);	/* of op_fail() */
void op_call_free(struct op_call *c);

#endif
