/* grammar.h - the daemon's operations as the words of a shell. */

#ifndef CLI_GRAMMAR_H
#define CLI_GRAMMAR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/words.h"

enum grammar_flags {
	GRAM_REQUIRED = 1, GRAM_POSITION = 2, GRAM_REPEAT = 4,
	GRAM_SECRET = 8, GRAM_FLAG = 16, GRAM_FILE = 32, GRAM_PATH = 64
};

struct gram_arg {
	const char *name;	/* of the API: "older_than" */
	const char *option;	/* of the shell: "older-than" */
	unsigned flags;
	const char *complete;	/* "a|b|c", a kind of names, or "" */
	const char *help;
	const char *type;	/* "int"; "" of an older daemon */
	const char *range, *unit, *fallback;	/* "1-500", "rows", "50", or "" */
};

struct gram_op {
	const char *command;
	struct word words[8];	/* of the command */
	size_t n_words;
	const char *method, *path, *role, *help;
	struct gram_arg *args;
	size_t n_args;
};

/* Everything lives in the arena; grammar_free() frees it all. */
struct grammar {
	struct arena arena;
	struct gram_op *ops;
	size_t n;
};

/* From the body of GET /operations.  false: why says what is wrong. */
bool grammar_read(struct grammar *g, struct strv json, struct buf *why);
void grammar_free(struct grammar *g);

/*
 * The operation that the words mean; *used gets how many name it.  With
 * abbreviate, an unambiguous beginning of a word will do.  NULL: why says
 * what is wrong, with the nearest word or what may follow.
 */
const struct gram_op *grammar_find(const struct grammar *g,
    const struct word *w, size_t n, bool abbreviate, size_t *used,
    struct buf *why);

/* Each word that may follow these command words, with a help of its own. */
typedef void gram_word_fn(const char *word, const char *help, void *arg);
void grammar_next(const struct grammar *g, const struct word *w, size_t n,
    gram_word_fn *fn, void *arg);

const struct gram_arg *gram_arg_find(const struct gram_op *op,
    struct strv name);
/* The i-th argument that is given by position; the last may repeat. */
const struct gram_arg *gram_position(const struct gram_op *op, size_t i);
/* "subscriber add ADDRESS [--name NAME]"; the shortest: what it must have */
void gram_usage(const struct gram_op *op, struct buf *out);
/* "at most so many rows; 1-500 rows (default 50)" */
void gram_about(const struct gram_arg *a, bool range, struct buf *out);
void gram_shortest(const struct gram_op *op, struct buf *out);

#endif
