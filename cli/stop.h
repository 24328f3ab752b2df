/* stop.h - Ctrl-C asks what is under way to end. */

#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <stdbool.h>

/*
 * Once for the whole program: SIGINT only asks, and a second one, while
 * nobody has looked at the first, ends the program unless it is patient.
 */
void stop_catch(bool patient);
bool stop_asked(void);
void stop_clear(void);

#endif
