/* select.h - which columns and rows of an answer, and in which order. */

#ifndef CLI_SELECT_H
#define CLI_SELECT_H

#include "base/buf.h"

struct selection {
	struct strv columns;	/* "a,b": these, in this order; or absent */
	struct strv sort;	/* "a", "-a": the largest first; or absent */
	int limit;		/* 0: all */
	bool trouble;	/* only rows whose state is not ok */
};

/*
 * The answer with what is selected.  false: why names a column that there is
 * not; a list without rows has them all.
 */
bool select_rows(const struct selection *s, struct strv json, struct buf *out,
    struct buf *why);

#endif
