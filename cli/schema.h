/* schema.h - every setting there is, for completion and help. */

#ifndef CLI_SCHEMA_H
#define CLI_SCHEMA_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/words.h"

struct setting {
	const char *section;	/* one or two words */
	bool named;
	const char *name, *type, *range, *choices, *fallback, *impact, *help;
	const char *about;	/* of the section */
};

struct schema {
	struct arena arena;
	struct setting *settings;
	size_t n;
};

bool schema_read(struct schema *s, struct strv json);
void schema_free(struct schema *s);

/*
 * What may come after these words of a path: section words, "NAME" (then
 * *kind gets the section whose names to ask for), or settings; and for a
 * whole path its value, with *at set.
 */
typedef void schema_word_fn(const char *word, const char *help, void *arg);
void schema_next(const struct schema *s, const struct word *w, size_t n,
    schema_word_fn *fn, void *arg, const char **kind,
    const struct setting **at);
/* These words are a section with its name, if it has names: what follows is a
 * setting. */
bool schema_whole(const struct schema *s, const struct word *w, size_t n);

#endif
