/* page.c - lists that are given page by page, newest first. */

#include <inttypes.h>

#include "admin/page.h"

void paging_start(struct op_call *c, struct paging *p, int64_t *before)
{
	*p = (struct paging){ .c = c, .left = op_int(c, "limit") };
	*before = op_int(c, "cursor");
	op_list(c);
}

int64_t paging_rows(const struct paging *p)
{
	return op_filtered(p->c) ? INT64_MAX : p->left + 1;
}

bool paging_row(struct paging *p, int64_t id)
{
	p->more = p->more || !op_page_row(p->c, p->left);
	if (!p->more)
		p->last = id;
	return !p->more;
}

void paging_end(struct paging *p, enum err e)
{
	struct buf next;

	if (e != ERR_OK) {
		op_fail(p->c, OP_FAILED, "the database could not be read; "
		    "see the log of the daemon");
		return;
	}
	buf_init(&next, 32);
	if (p->more) {
		buf_addf(&next, "%" PRId64, p->last);
		op_next(p->c, buf_strv(&next));
	}
	buf_deinit(&next);
	op_done(p->c);
}
