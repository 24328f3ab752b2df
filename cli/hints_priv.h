/* hints_priv.h - what hints.c and hints_config.c share. */

#ifndef CLI_HINTS_PRIV_H
#define CLI_HINTS_PRIV_H

#include "cli/hints.h"

struct hinting {
	struct session *s;
	struct strv partial;
	hint_fn *fn;
	void *arg;
};

/* A word, if it begins with what is typed; arg: the struct hinting. */
void hint_offer(const char *word, const char *help, void *arg);
/* "<NAME>": what is expected, not a word. */
void hint_describe(struct hinting *h, const char *name, const char *help);
/* Each of "a|b|c". */
void hint_choices(struct hinting *h, const char *list);
/* Names that live in the daemon; a slow daemon offers none. */
void hint_live(struct hinting *h, const char *kind);

/* What may come behind these words of a command. */
void hints_command(struct hinting *h, const struct word *w, size_t n);
/* The same in the mode configure. */
void hints_configure(struct hinting *h, const struct word *w, size_t n);
/* Behind these words of a path of settings; value: also its value. */
enum hint_path { HINT_PLACE, HINT_SETTING, HINT_VALUE };
void hints_path(struct hinting *h, const struct word *w, size_t n,
    enum hint_path what);

#endif
