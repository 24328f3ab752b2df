/* page.h - lists that are given page by page, newest first. */

#ifndef ADMIN_PAGE_H
#define ADMIN_PAGE_H

#include "op/op.h"

#define PAGING_ARGS LIMIT_ARG, CURSOR_ARG

struct paging {
	struct op_call *c;
	int64_t left, last;	/* rows of a page; id */
	bool more;
};

/* Begins the list; *before is the cursor, 0: none. */
void paging_start(struct op_call *c, struct paging *p, int64_t *before);
/* Begins a row; false: this one is more than the page holds.  Ask the
 * database for paging_rows(p) of them, to know whether there are more. */
int64_t paging_rows(const struct paging *p);
bool paging_row(struct paging *p, int64_t id);
/* Ends the call. */
void paging_end(struct paging *p, enum err e);

#endif
