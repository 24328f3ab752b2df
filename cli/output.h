/* output.h - the way of an answer to the screen: filters, pager, file. */

#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "cli/filter.h"
#include "cli/pager.h"
#include "cli/render.h"

struct output {
	struct render *render;	/* whose lines go this way */
	struct render was;
	struct filters filters;	/* owned */
	struct pager pager;
	FILE *file;		/* of "save", or NULL */
	FILE *stream;		/* what render writes to */
	struct buf part;	/* of a line that has no end yet */
	bool heading;		/* the next line is one */
	size_t saved;		/* lines */
};

/*
 * From here to output_end() what r->out gets goes the way of the filters,
 * which o takes over.  page: a pager may come.  false: said in why, nothing
 * is changed and f is freed.
 */
bool output_begin(struct output *o, struct render *r, struct filters *f,
    bool page, struct buf *why);
/* For answers that come bit by bit: what there is so far, without a pager. */
void output_flow(struct output *o);
/* An answer is whole and another one follows: watch. */
void output_turn(struct output *o);
/* Nobody wants more of it. */
bool output_done(const struct output *o);
/* Returns when the pager is left; false: not all could be written. */
bool output_end(struct output *o, struct buf *why);

#endif
