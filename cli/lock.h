/* lock.h - "configure exclusive" lasts as long as the shell says so. */

#ifndef CLI_LOCK_H
#define CLI_LOCK_H

#include "cli/session.h"

/* Nobody else can commit until lock_leave(); the exit code. */
int lock_take(struct session *s);
void lock_leave(struct session *s);
/* Call now and then.  false: it is lost, which is told once. */
bool lock_renew(struct session *s);

#endif
