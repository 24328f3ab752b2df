/* routes.h - where addresses go that are nobody's here. */

#ifndef DIR_ROUTES_H
#define DIR_ROUTES_H

#include <stdint.h>

#include "base/err.h"
#include "base/strv.h"
#include "dir/gateways.h"

#define ROUTE_GATEWAYS	8

struct route {
	const char *name;	/* of the setting "route NAME" */
	const char *pattern;	/* as set: tel:+1555* */
	struct gateway *gateways[ROUTE_GATEWAYS];	/* in order of choice */
	size_t n;
	bool refuse;		/* numbers of this class are barred: 403 */
};

/*
 * The longest matching pattern of key; its gateways in the order in which
 * they shall be tried now: by "mode" failover as written, weighted by smooth
 * weighted round robin among those up, hash by the number; down ones last.
 * Pure but for the round robin's counters (peek: leaves them alone).
 * ERR_NO_USER: no route.
 */
enum err route_find(struct strv key, bool peek, struct route *out);

/* fn sees the routes of other settings than those in force; the round robins
 * go on behind it as if nothing had been. */
void routes_under(void (*fn)(void *arg), void *arg);

void routes_register(void);	/* the settings "route NAME ..." */

#endif
