/* gateways.h - gateways as routing sees them; their ports keep the state. */

#ifndef DIR_GATEWAYS_H
#define DIR_GATEWAYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strv.h"

enum gateway_state { GATEWAY_DOWN, GATEWAY_UP, GATEWAY_THROTTLED };

/* Owned by the port that runs it; listed while configured. */
struct gateway {
	const char *name;	/* of the setting; the hop of its legs */
	const char *port;	/* "sms" */
	const char *service;	/* CSI token: "sms", "sms-fixed" */
	enum gateway_state state;
	const char *why;	/* state in words, for people */
	const char *aside;	/* drained by whom, in words; NULL: it is not */
	bool reports;		/* tells us of delivery */
	bool anonymous;		/* can leave out who it is from */
	size_t max_text;	/* code points at the most; 0: no limit */
	struct gateway *next;	/* gateways.c's */
};

void gateway_add(struct gateway *g);
void gateway_remove(struct gateway *g);
struct gateway *gateway_find(struct strv name);
struct gateway *gateway_next(struct gateway *g);	/* NULL: the first */

void gateways_register(void);	/* operations, and overrides_register() */

#endif
