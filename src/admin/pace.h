/* pace.h - how many requests one client may make. */

#ifndef ADMIN_PACE_H
#define ADMIN_PACE_H

#include <stdbool.h>

#include "base/strv.h"

/* A second, and twice as many at once.  Any thread. */
void pace_set(unsigned rate);
/*
 * One more request of this client (a token, a session or an address), which
 * counts for so many: false, it makes too many.  Any thread.
 */
bool pace_take(struct strv client, unsigned cost);

#endif
