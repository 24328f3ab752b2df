/* arena.c - memory that is freed as one. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"

#define BLOCK	((size_t)1000)	/* with the header under 1 KiB */

struct arena_block {
	struct arena_block *next;
	char bytes[];
};

void arena_init(struct arena *a)
{
	*a = (struct arena){ 0 };
}

void arena_deinit(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *b = a->blocks;

		a->blocks = b->next;
		free(b);
	}
	arena_init(a);
}

static void more(struct arena *a, size_t n)
{
	size_t size = n > BLOCK ? n : BLOCK;
	struct arena_block *b = xalloc(sizeof(*b) + size);

	b->next = a->blocks;
	a->blocks = b;
	a->at = b->bytes;
	a->left = size;
}

void *arena_alloc(struct arena *a, size_t n)
{
	char *p;

	n = (n + 7) & ~(size_t)7;
	if (n > a->left || !a->at)
		more(a, n);
	p = a->at;
	a->at += n;
	a->left -= n;
	return p;
}

struct strv arena_str(struct arena *a, struct strv s)
{
	char *p;

	if (!s.p)
		return STRV_NONE;
	p = arena_alloc(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct strv){ p, s.n };
}
