/* plan_priv.h - what the files of the plan share. */

#ifndef FLOW_PLAN_PRIV_H
#define FLOW_PLAN_PRIV_H

#include "flow/flow_priv.h"
#include "flow/plan.h"

/* One message on its way through the stages. */
struct query {
	const struct message *m;
	const struct plan_assume *assume;
	struct user *recipient;		/* NULL: nobody's here, or a group */
	enum leg_role role;		/* what is to go by a gateway */
	struct plan *p;
};

/* plan.c: a leg more; one that is too many takes the last one's place. */
struct plan_leg *plan_add(struct plan *p, const char *port, struct strv hop);
/* A leg by the gateway that the route to that key has for what q->role says. */
enum err plan_by_route(struct query *q, struct strv to);

/*
 * plan_phone.c: the legs of a recipient whose primary device has no IP.
 * false: it has, or nothing can go there by SMS; there are none.
 */
bool plan_phone(struct query *q, bool online);

#endif
