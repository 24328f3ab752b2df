/* alias.h - words of the user's own for commands, kept in a file. */

#ifndef CLI_ALIAS_H
#define CLI_ALIAS_H

#include "cli/session.h"

/*
 * The command that the first word of the line stands for, with what follows
 * it.  false: it stands for nothing, or is a command itself.
 */
bool alias_line(struct session *s, struct strv line, const struct word *first,
    struct buf *out);
void alias_each(void (*fn)(const char *word, const char *help, void *arg),
    void *arg);

#endif
