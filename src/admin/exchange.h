/* exchange.h - a request to the API, from its first look to its answer. */

#ifndef ADMIN_EXCHANGE_H
#define ADMIN_EXCHANGE_H

#include "admin/guard.h"

/* op_owner() of every call that the router makes; lives until its end. */
struct exchange {
	struct httpd_request *r;
	struct who who;
	char id[17];		/* request_id */
	char last_event[32];	/* Last-Event-ID */
	struct op_call *call;
};

/* Of one that was answered. */
void exchange_free(struct exchange *x);

/* Of an operation that only makes sense for a person behind a request. */
static inline const struct who *who_of(const struct op_call *c)
{
	return &((const struct exchange *)op_owner(c))->who;
}

#endif
