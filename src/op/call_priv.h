/* call_priv.h - a call from within: arguments in call.c, result in result.c. */

#ifndef OP_CALL_PRIV_H
#define OP_CALL_PRIV_H

#include "base/arena.h"
#include "base/jsonw.h"
#include "op/filter.h"
#include "op/op.h"
#include "op/sort.h"

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
	bool any;		/* there was a row */
	struct filter filter;	/* of rows */
	struct sort sort;	/* of a whole list */
	struct strv order;	/* op_sort(); absent: none was asked for */
	bool down;
	uint64_t looked;	/* rows begun by op_page_row() */
	int64_t since;		/* now_us() of the first */
	size_t kept;		/* rows that are over and wanted */
	size_t items_at, row_at;	/* where they begin in body */
	struct jsonw before;	/* the row */
	struct buf text;	/* op_say */
	struct buf next;
	struct buf errors;	/* op_error: an array without its end */
	struct header *headers, **headers_end;
	struct strv fields;	/* wanted; absent: all */
	uint64_t seen;		/* of them, one bit each */
	int exit;
};

/* arg.c: the text ends in NUL. */
bool arg_number(const struct op_arg *a, struct strv v, int64_t *n);
bool arg_row_ok(const struct op_arg *a);

#endif
