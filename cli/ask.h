/* ask.h - what cannot be taken back is asked for first. */

#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "cli/session.h"

/*
 * When the operation ends something for good and --yes is not given: asks at
 * a terminal, and refuses in a script.  EXIT_OK: it may be done; otherwise
 * why not was said.
 */
int ask_first(struct session *s, const struct gram_op *op,
    const struct request *r, const struct options *o);
/*
 * The answer to an operation that only said what it would do unless it is
 * told how much: shown already; asks for the object's name and puts into more
 * the words that do it ("--expect 3 --upto 0ca6").  false: it is no such
 * answer, or the name was not given, which is said.
 */
bool ask_preview(struct session *s, const struct gram_op *op,
    const struct request *r, const struct options *o, struct strv json,
    struct buf *more, int *code);
/* There is somebody at a terminal. */
bool ask_can(void);
/* A question there; true for "y" and "yes". */
bool ask_yes(const char *question);

#endif
