/* words.h - a command line in words, and reading its options. */

#ifndef SIM_WORDS_H
#define SIM_WORDS_H

#include <stdbool.h>

#include "base/arena.h"

enum { MAX_WORDS = 64 };

struct words {
	const char *w[MAX_WORDS];	/* w[n] is NULL */
	int n;
};

/*
 * Cut a line as base/words.h does; the words live in a.  Returns NULL, or
 * what is wrong with it.
 */
const char *words_cut(struct strv line, struct arena *a, struct words *to);

enum opt_kind {
	OPT_FLAG,	/* bool: the word alone */
	OPT_TEXT,	/* const char *: the word after it */
	OPT_NUMBER,	/* long: decimal or 0x */
	OPT_SWITCH,	/* bool: on or off follows */
	OPT_MORE,	/* struct opt_more: may be repeated */
};

struct opt_more {
	const char *text[16];
	int n;
};

struct opt {
	const char *name;	/* NULL ends the table */
	enum opt_kind kind;
	void *to;
};

/*
 * Read "name value ..." from word i on.  Refuses (event.h) what the table
 * does not know and returns false; what came before it is set then.
 */
bool words_options(const struct words *w, int i, const struct opt *table);

bool words_number(const char *text, long *to);
bool words_switch(const char *text, bool *to);

#endif
