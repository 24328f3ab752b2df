/* lists_import.h - many members of lists from a CSV text: its rows. */

#ifndef DIR_LISTS_IMPORT_H
#define DIR_LISTS_IMPORT_H

#include "dir/lists_priv.h"

#define LISTS_WRONG	100	/* told one by one; all are counted */

struct lists_row {
	unsigned line;
	uint64_t id;		/* of the subscriber, when it was looked up */
	struct strv owner, member;	/* keys; no member: the list alone */
	struct strv list, title, name;	/* absent: not given */
};

struct lists_wrong {
	unsigned line;
	char *text;
};

/* A text on its way to rows. */
struct lists_rows {
	struct site site;	/* a copy, for a worker */
	struct arena arena;	/* of the texts */
	struct lists_row *row;
	size_t n, size;
	struct lists_wrong wrong[LISTS_WRONG];
	size_t nwrong;		/* also those beyond the array */
};

void lists_rows_init(struct lists_rows *r);	/* core */
void lists_rows_deinit(struct lists_rows *r);
/* A worker: all rows of the text, in its order, and what is wrong with it. */
void lists_rows_read(struct lists_rows *r, struct strv text);
void lists_rows_wrong(struct lists_rows *r, unsigned line, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/* Answers the call with them; false: nothing is wrong. */
bool lists_rows_refused(const struct lists_rows *r, struct op_call *c);

#endif
