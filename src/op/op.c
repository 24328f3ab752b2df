/* op.c - the register of operations, and which one a request means. */

#include <assert.h>

#include "base/alloc.h"
#include "op/call_priv.h"

static const struct op **ops;
static size_t n_ops, size;

/* A wrong row would be found by the first caller only; so at start. */
static void check(const struct op *o)
{
	assert(o->command && o->method && o->path && o->help && o->run);
	assert(o->path[0] == '/');
	assert(o->answer && answer_ok(o->answer));
	for (const struct op_arg *a = o->args; a && a->name; a++)
		assert(arg_row_ok(a));
	for (size_t i = 0; i < n_ops; i++)
		assert(strcmp(ops[i]->command, o->command) != 0 ||
		    o->command[0] == 0);
}

void op_register(const struct op *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		check(&rows[i]);
		if (n_ops == size) {
			size = size ? size * 2 : 64;
			ops = xrealloc(ops, size * sizeof(*ops));
		}
		ops[n_ops++] = &rows[i];
	}
}

const struct op *const *op_all(size_t *n)
{
	*n = n_ops;
	return ops;
}

void op_reset(void)
{
	n_ops = 0;
}

static bool is_param(struct strv part)
{
	return part.n > 2 && part.p[0] == '{' && part.p[part.n - 1] == '}';
}

/* Segment by segment; a literal must be equal, a {name} takes any but "". */
static bool matches(struct strv pattern, struct strv path,
    struct strv *params, size_t max, unsigned *literals)
{
	size_t n = 0;

	*literals = 0;
	while (pattern.p && path.p) {
		struct strv a = strv_split(pattern, '/', &pattern);
		struct strv b = strv_split(path, '/', &path);

		if (!is_param(a)) {
			if (!strv_eq(a, b))
				return false;
			++*literals;
			continue;
		}
		if (b.n == 0 || n == max)
			return false;
		params[n++] = b;
	}
	return !pattern.p && !path.p;
}

const struct op *op_match(struct strv method, struct strv path,
    struct strv *params, size_t max, bool *path_known)
{
	const struct op *best = NULL;
	struct strv found[OP_PARAMS];
	unsigned best_literals = 0, literals;

	*path_known = false;
	if (max > OP_PARAMS)
		max = OP_PARAMS;
	for (size_t i = 0; i < n_ops; i++) {
		if (!matches(strv(ops[i]->path), path, found, max, &literals))
			continue;
		*path_known = true;
		if (!strv_eq(strv(ops[i]->method), method) ||
		    (best && literals <= best_literals))
			continue;
		best = ops[i];
		best_literals = literals;
		memcpy(params, found, max * sizeof(*params));
	}
	return best;
}

const struct op_arg *op_arg_find(const struct op *o, struct strv name)
{
	for (const struct op_arg *a = o->args; a && a->name; a++)
		if (strv_eq(strv(a->name), name))
			return a;
	return NULL;
}
