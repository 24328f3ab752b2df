/* show_priv.h - what the files of the looking operations share. */

#ifndef DIR_SHOW_PRIV_H
#define DIR_SHOW_PRIV_H

#include "dir/users_priv.h"
#include "store/query.h"

#define SHOW_PAGE_MAX	500

/* All in the thread of OP_READ. */
struct show_page {
	struct op_call *c;
	int64_t left;	/* rows of a page */
	bool more;
	struct buf last;	/* the cursor behind the newest row */
};

void show_page(struct op_call *c, struct show_page *p);
/* The next row, whose cursor goes to p->last; false: the page is full. */
bool show_row(struct show_page *p);
void show_end(struct show_page *p, enum err e);	/* answers the call */

/* The key of an argument; absent if it is.  false: the call has failed. */
bool show_key(struct op_call *c, const char *arg, struct buf *key,
    struct strv *out);

void show_messages(struct op_call *c);
void show_message(struct op_call *c);
void show_spam(struct op_call *c);
void show_search(struct op_call *c);	/* show_search.c */

#endif
