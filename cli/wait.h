/* wait.h - a command again and again until what it shows is in a state. */

#ifndef CLI_WAIT_H
#define CLI_WAIT_H

#include "cli/session.h"

/*
 * Until the state of the answer, or of each of its rows, is one of o->wait
 * ("delivered,displayed"): then it is shown.  EXIT_TIMEOUT: not in time.
 */
int wait_run(struct session *s, const struct request *r,
    const struct options *o);

/* For the tests: WAIT_NONE: nothing in the answer has a state. */
enum wait_met { WAIT_NOT, WAIT_MET, WAIT_NONE };
enum wait_met wait_look(struct strv json, struct strv states);

#endif
