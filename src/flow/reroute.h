/* reroute.h - another gateway for legs whose own one is down or gone. */

#ifndef FLOW_REROUTE_H
#define FLOW_REROUTE_H

#include "core/leg.h"

struct gateway;

/* The gateway l should now use instead of its hop; NULL: none is better. */
const struct gateway *reroute_choice(const struct leg *l);

/*
 * The state of name, a gateway, changed: look for another way for what waits
 * on disk for gateways that are down, or for this one if it is gone.
 */
void reroute_look(struct strv name);

void reroute_start(void);

#endif
