/* hints.h - what may come next on a line: for Tab and for "?". */

#ifndef CLI_HINTS_H
#define CLI_HINTS_H

#include "cli/session.h"

/*
 * Call fn with each word that may stand where the line ends and begins with
 * what is typed of it; *partial gets that beginning.  A word in <> only
 * describes what is expected.
 */
typedef void hint_fn(const char *word, const char *help, void *arg);
void hints(struct session *s, struct strv line, struct strv *partial,
    hint_fn *fn, void *arg);

#endif
