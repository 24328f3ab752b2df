/* words.h - a typed line as words, with quotes. */

#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/arena.h"
#include "base/buf.h"

struct word {
	struct strv text;	/* without its quotes; ends in NUL */
	size_t at;		/* where it starts in the line */
	bool quoted;		/* any part was in quotes: never an option */
	bool open;		/* its quote is not closed */
};

/*
 * Split at blanks.  'raw' keeps everything; "escaped" knows \" \\ and \n;
 * a # that starts a word starts a comment.  Returns the number of words, at
 * most max; more than max: max + 1.  Only the last word can be open.
 */
size_t words_split(struct strv line, struct arena *a, struct word *words,
    size_t max);

/* Append s in the form that words_split() reads back as one word. */
void words_quote(struct buf *out, struct strv s);

#endif
