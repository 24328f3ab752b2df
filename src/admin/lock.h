/* lock.h - one person alone may commit settings, for a while. */

#ifndef ADMIN_LOCK_H
#define ADMIN_LOCK_H

#include "op/op.h"

/* false: somebody else alone may commit; the call has failed.  Core. */
bool lock_allows(struct op_call *c);

void ops_lock(void);	/* the operations */

#endif
