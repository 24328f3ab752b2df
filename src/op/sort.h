/* sort.h - the rows of a whole list in another order. */

#ifndef OP_SORT_H
#define OP_SORT_H

#include "base/arena.h"
#include "base/buf.h"

/* Rows as bytes of one buffer, with a key each. */
struct sort {
	struct strv name;	/* the field; "": none */
	bool down;
	struct sort_row {
		struct strv text;
		int64_t number;
		size_t at, end;
		size_t place;	/* equal keys stay in their order */
	} *rows;
	size_t n, size;
	struct arena keys;
};

void sort_init(struct sort *s, struct strv name, bool down);
void sort_deinit(struct sort *s);	/* fine without sort_init(), zeroed */

/* A row begins; its key, if it has one; it is over and stays, or not. */
void sort_row(struct sort *s, size_t at);
void sort_text(struct sort *s, const char *name, struct strv v);
void sort_number(struct sort *s, const char *name, int64_t v);
void sort_end(struct sort *s, size_t end, bool stays);

/* The rows in order, with commas between; those without a key first, last
 * when down. */
void sort_finish(struct sort *s, struct strv bytes, struct buf *out);

#endif
