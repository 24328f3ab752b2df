/* ua.h - simulated SIP clients with CPM messaging. */

#ifndef SIM_UA_H
#define SIM_UA_H

#include "words.h"

/* "ua start NAME ..." and "ua NAME ..."; refuses what is wrong. */
void ua_command(const struct words *w);

#endif
