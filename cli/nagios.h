/* nagios.h - health as a plugin of Nagios, and of all that run such. */

#ifndef CLI_NAGIOS_H
#define CLI_NAGIOS_H

#include "cli/session.h"

enum { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };

/* These words of a command ask for it. */
bool nagios_is(const struct word *w, size_t n);
/*
 * The words behind "health".  One line on standard output, then one for each
 * check that is not well.  Whatever keeps it from looking is "unknown", and
 * said there too: who runs plugins reads nothing else.
 */
int nagios_words(struct session *s, const struct word *w, size_t n);

#endif
