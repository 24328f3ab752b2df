/* net.h - networks as text, and the addresses in them. */

#ifndef ADMIN_NET_H
#define ADMIN_NET_H

#include <stdbool.h>

#include "base/strv.h"

/* address is in a list of IP[/LEN] with commas between; "" has none. */
bool net_listed(struct strv list, struct strv address);

/* The /24 or /48 that an address is in, as text for a key; at most 40. */
#define NET_TEXT 50
void net_of(struct strv address, char out[NET_TEXT]);

#endif
