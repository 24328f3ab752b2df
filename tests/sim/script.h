/* script.h - commands from a file or a pipe, one per line, and waiting. */

#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include <stdbool.h>

#include "words.h"

/*
 * Run the lines of fd from the event loop.  A regular file is read at
 * once; anything else as it comes.  run is called for every command but
 * the two that make the script wait:
 *	sleep MS
 *	expect EVENT [key=PATTERN]... [within MS]
 * expect goes on as soon as an event matches that has not matched an
 * expect before, be it past or still to come; PATTERN is a shell pattern.
 * After within (10,000 ms unless told) it refuses and goes on.
 */
void script_start(int fd, void (*run)(const struct words *w));

/* Stop the program at the end of the lines; at the first refusal. */
void script_set_exit_on_eof(bool on);
void script_set_strict(bool on);

#endif
