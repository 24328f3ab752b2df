/* ask.h - what cannot be taken back is asked for first. */

#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "cli/session.h"

/*
 * At a terminal, when the operation ends something for good and --yes is not
 * given: asks, and says so if the answer is no.  A script is not asked.
 */
bool ask_first(struct session *s, const struct gram_op *op,
    const struct request *r, const struct options *o);
/* There is somebody at a terminal. */
bool ask_can(void);
/* A question there; true for "y" and "yes". */
bool ask_yes(const char *question);

#endif
