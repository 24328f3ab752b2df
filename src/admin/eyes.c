/* eyes.c - two persons for each change of settings, if that is the policy. */

#include "admin/eyes.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "conf/conf.h"

/* Users of this machine who are linked to nobody: no other name has a colon. */
static bool is_user(struct strv actor)
{
	return actor.n > 4 && memcmp(actor.p, "uid:", 4) == 0;
}

static bool is_root(struct strv actor)
{
	char own[40];

	(void)snprintf(own, sizeof(own), "uid:%ju", (uintmax_t)geteuid());
	return strv_eq(actor, STRV("uid:0")) || strv_eq(actor, strv(own));
}

static bool is_stranger(struct strv actor)
{
	return is_user(actor) && !is_root(actor);
}

/* Somebody has to be able to mend what two persons cannot. */
bool by_root(const struct op_call *c)
{
	return strv_eq(op_via(c), STRV("socket")) && is_root(op_actor(c));
}

bool is_known(struct op_call *c)
{
	if (!is_stranger(op_actor(c)))
		return true;
	op_fail(c, OP_FORBIDDEN, "who you are is not known, so you could be "
	    "the other one too: link your user to an administrator first "
	    "(admin set NAME --unix-user)");
	return false;
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
	else if (is_stranger(owner))
		op_fail(c, OP_FORBIDDEN, "%.*s, who drafted this, is a user "
		    "of this machine and no administrator, so it could be "
		    "yours: his user must be linked to an administrator "
		    "first", STRV_ARG(owner));
	else if (strv_eq(person(owner), person(op_actor(c))))
		op_fail(c, OP_FORBIDDEN, "somebody else must commit your "
		    "draft: configuration draft commit %.*s --owner %.*s "
		    "--expect-tag N",
		    STRV_ARG(op_text(c, "draft")), STRV_ARG(owner));
	else
		return is_known(c);
	return false;
}
