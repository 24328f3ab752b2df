/* arena.h - memory that is freed as one. */

#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/strv.h"

struct arena_block;

/*
 * Small blocks in a chain.  Everything allocated lives until arena_deinit();
 * nothing is freed before.  Sizes chosen by a peer must be checked first.
 */
struct arena {
	struct arena_block *blocks;
	char *at;	/* free space in the newest block */
	size_t left;	/* bytes there */
};

void arena_init(struct arena *a);
void arena_deinit(struct arena *a);
void *arena_alloc(struct arena *a, size_t n);		/* zeroed, aligned */
/* A copy that ends in NUL behind its n bytes; absent stays absent. */
struct strv arena_str(struct arena *a, struct strv s);

#endif
