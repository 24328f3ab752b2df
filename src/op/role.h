/* role.h - roles of people, capabilities of operations: who may do what. */

#ifndef OP_ROLE_H
#define OP_ROLE_H

#include <stdbool.h>

#include "base/buf.h"

/* What a person is; a mask of these, and AS_SOMEBODY for who is known. */
enum role {
	AS_VIEWER	= 1 << 0,
	AS_SUPPORT	= 1 << 1,
	AS_OPERATOR	= 1 << 2,
	AS_CONFIG	= 1 << 3,
	AS_SECURITY	= 1 << 4,
	AS_AUDITOR	= 1 << 5,
	AS_ROLES	= (1 << 6) - 1,
	AS_SOMEBODY	= 1 << 6,	/* logged in, with any role or none */
	AS_ALL		= AS_ROLES | AS_SOMEBODY
};

/* What an operation is about; role.c has the table of who may. */
enum cap {
	CAP_ANYONE,	/* nobody needs to log in for this */
	CAP_SELF,	/* whoever is logged in, about himself */
	CAP_VIEW,	/* state, figures, settings: every role */
	CAP_TRAFFIC,	/* messages without their content, traces, explain */
	CAP_PEOPLE_READ,	/* subscribers, devices, groups */
	CAP_PEOPLE,	/* change them */
	CAP_OPERATE,	/* gateways and queues at work, tests */
	CAP_DRAFT,	/* prepare a change of the configuration */
	CAP_COMMIT,	/* put it in force; roll back */
	CAP_SECURITY,	/* administrators, tokens, keys, backups */
	CAP_AUDIT,	/* who did what */
	CAP_N
};

bool role_may(unsigned roles, enum cap need);
const char *cap_name(enum cap c);		/* "people-read" */
unsigned cap_roles(enum cap c);			/* the mask of who may */

/* One of the six by its name; 0: there is no such role. */
unsigned role_parse(struct strv name);
const char *role_name(unsigned role);		/* of one bit: "operator" */
/* "viewer, support"; "none". */
void role_text(unsigned roles, struct buf *out);

#endif
