/* alloc.h - small allocations that do not fail: out of memory ends us. */

#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/*
 * For sizes that we choose ourselves.  Everything accepted is on disk and a
 * restart is a tested path, so running out of memory aborts with a line in
 * the log.  Sizes chosen by a peer go through buf_reserve() with its limit.
 */
void *xalloc(size_t n);			/* zeroed */
void *xrealloc(void *p, size_t n);	/* not zeroed */
char *xstrndup(const char *s, size_t n);	/* ends in NUL */

#endif
