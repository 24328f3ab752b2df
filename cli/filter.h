/* filter.h - what stands behind "|": an answer line by line. */

#ifndef CLI_FILTER_H
#define CLI_FILTER_H

#include <regex.h>

#include "base/buf.h"
#include "base/words.h"

#define FILTERS 8	/* behind one command */

struct stage {
	int kind;
	regex_t regex;		/* match, except */
	size_t n;		/* first, last: how many lines; sort: room */
	size_t seen;
	char **kept;		/* last: a ring of n; sort: all */
};

struct filters {
	struct stage stages[FILTERS];
	size_t n;
	bool json, jsonl, csv, no_more;	/* the form of the answer itself */
	char *sort;		/* rows by a column; owned, or NULL */
	char *save;		/* a file instead of the screen; owned */
};

/* A line without its newline; a heading passes all stages but count. */
typedef void filter_line_fn(struct strv line, void *arg);

/* A word that begins a filter: "|", also with the filter's name at it. */
bool is_pipe(const struct word *w);

/*
 * The words from the first "|" on.  false: why says what is wrong and f is
 * empty.
 */
bool filters_read(struct filters *f, const struct word *w, size_t n,
    struct buf *why);
void filters_free(struct filters *f);

void filters_line(struct filters *f, struct strv line, bool heading,
    filter_line_fn *fn, void *arg);
/* What was waited for: last, count, sort.  Then all begins anew. */
void filters_end(struct filters *f, filter_line_fn *fn, void *arg);
/* No line to come can pass. */
bool filters_done(const struct filters *f);

/* It is nothing without a value. */
bool filter_takes(struct strv name);
/* Each filter with what it does, for help and completion. */
void filters_each(void (*fn)(const char *word, const char *help, void *arg),
    void *arg);

#endif
