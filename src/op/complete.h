/* complete.h - kinds of names that the shell can complete from live data. */

#ifndef OP_COMPLETE_H
#define OP_COMPLETE_H

#include "base/strv.h"

/* Offer one name; false: there are enough. */
typedef bool complete_offer_fn(struct strv name, void *arg);

struct completer {
	const char *kind;	/* op_arg's complete: "subscriber" */
	/* In the core, under 1 ms: names that begin with prefix, in order. */
	void (*run)(struct strv prefix, complete_offer_fn *offer, void *arg);
};

/* Rows are borrowed for ever.  The names of a section need no row. */
void complete_register(const struct completer *rows, size_t n);
const struct completer *complete_find(struct strv kind);

#endif
