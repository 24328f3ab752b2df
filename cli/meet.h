/* meet.h - the first look at a daemon on another machine. */

#ifndef CLI_MEET_H
#define CLI_MEET_H

#include "cli/client.h"
#include "cli/remote.h"

/*
 * Is its certificate to be trusted?  One that nobody vouches for is shown and
 * asked about at a terminal, and kept.  false: why says what to do.
 */
bool remote_meet(const struct client *c, struct remote *r, struct buf *why);

#endif
