/* empty.h - a list without rows says so, and what to do next. */

#ifndef CLI_EMPTY_H
#define CLI_EMPTY_H

#include "cli/session.h"

/* On a terminal, about an answer that is an empty list shown as a table. */
void empty_say(struct session *s, const struct options *o,
    const struct request *r, struct strv json);

#endif
