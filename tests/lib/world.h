/* world.h - a data directory with a site in it, for tests without a daemon. */

#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "base/strv.h"

/*
 * Open the databases in dir, register and load the directory under the site
 * example.org, country code 1.  Aborts when that fails.  No thread is
 * started.
 */
void world_open(const char *dir);
void world_close(void);
/* As after a kill: close, and open what is on disk in a copy. */
void world_crash(const char *dir);

/* Writes and posts until nothing is left; with the thread: what is posted. */
void world_drain(void);
/* Start or stop the real writer thread; without it world_drain() writes. */
void world_thread(bool run);

/*
 * Run the operation with this command; arguments are pairs of name and value
 * and end with NULL.  Returns the HTTP status; world_body() has its JSON.
 */
int world_op(const char *command, ...) __attribute__((sentinel));
const char *world_body(void);

/* "set ..." lines, checked and applied; false: world_body() says why. */
bool world_set(const char *line);

#endif
