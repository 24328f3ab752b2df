/* tally.h - messages counted by edge, gateway, technology and reason. */

#ifndef FLOW_TALLY_H
#define FLOW_TALLY_H

#include "core/leg.h"
#include "core/message.h"

void tally_in(const struct message *m);		/* it was committed */
void tally_out(const struct leg *l);		/* the next hop took it */
void tally_failed(const struct leg *l);		/* it ended, l->why says it */

#endif
