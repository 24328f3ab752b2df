/* eyes.h - two persons for each change of settings, if that is the policy. */

#ifndef ADMIN_EYES_H
#define ADMIN_EYES_H

#include "op/op.h"

/*
 * Whether the caller may commit what owner has drafted (absent: there is no
 * draft).  root on this machine always may.  false: the call has failed.
 */
bool eyes_allow(struct op_call *c, struct strv owner);

/*
 * Whether the caller is an administrator, or root on this machine: any other
 * user of it may be anybody.  false: the call has failed.
 */
bool is_known(struct op_call *c);

/* root, or the daemon's own user, on the machine itself. */
bool by_root(const struct op_call *c);

/* A row of the section "policy commit". */
#define EYES_ROW \
	{ "four-eyes", CONF_BOOL, "off", 0, 0, NULL, CONF_LIVE, "who commits " \
	  "a draft must be somebody else than who made it; root on the " \
	  "machine itself may always", false }

#endif
