/* lock.c - one person alone may commit settings, for a while. */

#include <inttypes.h>
#include <stdio.h>

#include "admin/lock.h"
#include "base/now.h"
#include "store/audit.h"

#define LEASE_MS	300000	/* unless it is asked for again */

/* In memory: a daemon that starts has no lock.  Core. */
static struct {
	char holder[128];	/* op_actor(); "": nobody */
	int64_t end;		/* now_mono() */
} lock;

static bool held(void)
{
	if (lock.holder[0] && now_mono() >= lock.end)
		lock.holder[0] = 0;
	return lock.holder[0] != 0;
}

static bool is_mine(const struct op_call *c)
{
	return held() && strv_eq(op_actor(c), strv(lock.holder));
}

static void refuse(struct op_call *c)
{
	op_fail(c, OP_CONFLICT, "%s alone may commit for now (configure "
	    "exclusive); that ends when the shell is left, or by "
	    "configuration unlock --holder %s", lock.holder, lock.holder);
}

bool lock_allows(struct op_call *c)
{
	if (!held() || is_mine(c))
		return true;
	refuse(c);
	return false;
}

/* --- operations ---------------------------------------------------------- */

static void answer(struct op_call *c)
{
	bool yes = held();

	op_field_bool(c, "locked", yes);
	op_field(c, "holder", yes ? strv(lock.holder) : STRV_NONE);
	op_field_int(c, "left_s", yes ? (lock.end - now_mono() + 999) / 1000 :
	    0);
	op_done(c);
}

static void show_run(struct op_call *c)
{
	answer(c);
}

static void lock_run(struct op_call *c)
{
	if (held() && !is_mine(c)) {
		refuse(c);
		return;
	}
	if (!held())
		audit_event(op_who(c), STRV("configuration lock"), STRV(""),
		    STRV("ok"), STRV(""));
	(void)snprintf(lock.holder, sizeof(lock.holder), "%.*s",
	    STRV_ARG(op_actor(c)));
	lock.end = now_mono() + LEASE_MS;
	answer(c);
}

static void unlock_run(struct op_call *c)
{
	struct strv holder = op_text(c, "holder");

	if (!held()) {
		answer(c);
		return;
	}
	if (!strv_eq(holder.p ? holder : op_actor(c), strv(lock.holder))) {
		refuse(c);
		return;
	}
	audit_event(op_who(c), STRV("configuration unlock"),
	    strv(lock.holder), STRV("ok"), STRV(""));
	lock.holder[0] = 0;
	answer(c);
}

static const struct op_arg unlock_args[] = {
	{ "holder", 0, NULL, "whose lock is ended; without it your own",
	  IS_TEXT(1, 64) },
	{ 0 }
};

#define LOCK "locked:bool holder? left_s:s"

static const struct op ops[] = {
	{ "show configuration lock", "GET", "/config/lock", CAP_VIEW, OP_CORE,
	  NULL, "who alone may commit now", show_run, LOCK },
	{ "configuration lock", "POST", "/config/lock", CAP_COMMIT, OP_CORE,
	  NULL, "you alone may commit, for five minutes or until you say so "
	  "again", lock_run, LOCK },
	{ "configuration unlock", "DELETE", "/config/lock", CAP_COMMIT,
	  OP_CORE, unlock_args, "end that before its time", unlock_run,
	  LOCK },
};

void ops_lock(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
