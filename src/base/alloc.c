/* alloc.c - small allocations that do not fail. */

#include <stdlib.h>
#include <string.h>

#define LOG_UNIT "base"
#include "base/alloc.h"
#include "base/log.h"

static void *or_die(void *p, size_t n)
{
	if (p)
		return p;
	log_err("out of memory bytes=%zu", n);
	abort();
}

void *xalloc(size_t n)
{
	return or_die(calloc(1, n ? n : 1), n);
}

void *xrealloc(void *p, size_t n)
{
	return or_die(realloc(p, n ? n : 1), n);
}

char *xstrndup(const char *s, size_t n)
{
	char *p = xalloc(n + 1);

	if (n)
		memcpy(p, s, n);
	return p;
}
