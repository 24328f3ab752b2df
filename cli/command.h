/* command.h - the commands of the shell itself, by their words. */

#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/session.h"

/* Each of them gets the words behind its own. */
int alias_words(struct session *s, const struct word *w, size_t n);
int history_words(struct session *s, const struct word *w, size_t n);
int source_words(struct session *s, const struct word *w, size_t n);
int top_words(struct session *s, const struct word *w, size_t n);

/* Each with its help, for completion. */
void command_own(void (*fn)(const char *word, const char *help, void *arg),
    void *arg);

#endif
