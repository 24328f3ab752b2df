/* commands.h - the commands of the simulator, by their first word. */

#ifndef SIM_COMMANDS_H
#define SIM_COMMANDS_H

#include "words.h"

void command_run(const struct words *w);

/* One command as it would stand in a script. */
void command_do(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
