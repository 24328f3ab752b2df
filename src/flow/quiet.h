/* quiet.h - messages for who is not to be disturbed wait for the end of it. */

#ifndef FLOW_QUIET_H
#define FLOW_QUIET_H

#include "core/leg.h"

/*
 * Whether l must wait on disk since its user is not to be disturbed, or older
 * ones for the same user still wait.  If so its hop is woken when the time is
 * over.  false at once while nobody has such times.
 */
bool quiet_keeps(const struct leg *l);

void quiet_start(void);
void quiet_stop(void);

#endif
