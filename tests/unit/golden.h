/* golden.h - the golden inputs of tests/wire/ for the unit tests. */

#ifndef GOLDEN_H
#define GOLDEN_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strv.h"

/*
 * The first n bytes of s on the heap, exactly as long, so that a sanitizer
 * sees a read past their end.  free((char *)result.p).
 */
static inline struct strv golden_cut(struct strv s, size_t n)
{
	char *p = malloc(n ? n : 1);

	ck_assert_ptr_nonnull(p);
	if (n)
		memcpy(p, s.p, n);
	return (struct strv){ p, n };
}

/* The whole of tests/wire/PATH; free((char *)result.p). */
static inline struct strv golden(const char *path)
{
	char name[512], bytes[65536];
	const char *srcdir = getenv("SRCDIR");
	size_t n;
	FILE *f;

	snprintf(name, sizeof(name), "%s/tests/wire/%s", srcdir ? srcdir : ".",
	    path);
	f = fopen(name, "rb");
	ck_assert_msg(f != NULL, "%s", name);
	n = fread(bytes, 1, sizeof(bytes), f);
	ck_assert_msg(n < sizeof(bytes), "%s is too long", name);
	fclose(f);
	return golden_cut((struct strv){ bytes, n }, n);
}

#endif
