/* eyes.c - two persons for each change of settings, if that is the policy. */

#include "admin/eyes.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "conf/conf.h"

/* Somebody has to be able to mend what two persons cannot. */
bool by_root(const struct op_call *c)
{
	char own[40];

	(void)snprintf(own, sizeof(own), "uid:%ju", (uintmax_t)geteuid());
	return strv_eq(op_via(c), STRV("socket")) &&
	    (strv_eq(op_actor(c), STRV("uid:0")) ||
	    strv_eq(op_actor(c), strv(own)));
}

/* "alice token:7f" is alice. */
static struct strv person(struct strv actor)
{
	struct strv rest;

	return strv_split(actor, ' ', &rest);
}

bool eyes_allow(struct op_call *c, struct strv owner)
{
	if (!conf_bool("policy commit", "", "four-eyes") || by_root(c))
		return true;
	if (!owner.p)
		op_fail(c, OP_FORBIDDEN, "each change of settings takes two "
		    "persons here: put it into a draft, and let somebody "
		    "else commit that");
	else if (strv_eq(person(owner), person(op_actor(c))))
		op_fail(c, OP_FORBIDDEN, "somebody else must commit your "
		    "draft: configuration draft commit %.*s --owner %.*s",
		    STRV_ARG(op_text(c, "draft")), STRV_ARG(owner));
	else
		return true;
	return false;
}
