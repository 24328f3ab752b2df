/* ops_setup.c - the first administrator, let in by a token of this machine. */

#define LOG_UNIT "admin"

#include <stdlib.h>

#include "admin/errand.h"
#include "admin/login.h"
#include "admin/password.h"
#include "admin/people.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/rand.h"

#define TRIES 10

/* 128 bits, in memory alone; "": there is none.  Core. */
static char token[33];
static unsigned tries;

static void token_drop(void)
{
	explicit_bzero(token, sizeof(token));
}

/* 404, as if it had never been there. */
static bool needed(struct op_call *c)
{
	if (!people_any())
		return true;
	token_drop();
	op_fail(c, OP_NOT_FOUND, "this system is set up already");
	return false;
}

static void token_run(struct op_call *c)
{
	if (!needed(c))
		return;
	if (who_of(c)->via != VIA_SOCKET) {
		op_fail(c, OP_FORBIDDEN, "the token is only for who is on "
		    "the machine itself");
		return;
	}
	rand_hex(token, sizeof(token) - 1);
	tries = 0;
	log_info("setup token made for=%s", who_of(c)->actor);
	op_field(c, "token", strv(token));
	op_say(c, STRV("Give this token to the console; it works once, and "
	    "until the daemon stops.\n"));
	op_done(c);
}

static void state_run(struct op_call *c)
{
	if (!needed(c))
		return;
	op_field_bool(c, "needed", true);
	op_field_bool(c, "token", token[0] != 0);
	op_done(c);
}

struct setup {
	struct hash_job job;	/* first: done() gets it back */
	struct op_call *c;
};

static void saved(enum err e, const struct admin *a, void *arg)
{
	struct op_call *c = arg;

	if (e == ERR_OK) {
		token_drop();
		log_info("set up by=%s from=%s", a->name, who_of(c)->peer);
		if (who_of(c)->via == VIA_SOCKET)
			op_done(c);
		else
			login_welcome(c, a);
	} else if (e == ERR_BUSY) {
		op_fail(c, OP_CONFLICT, "somebody else was first");
	} else {
		op_fail(c, OP_BUSY, "the disk does not take it; see the log");
	}
}

static void hashed(struct hash_job *job)
{
	struct setup *s = (struct setup *)job;
	struct people_change change = { .first = true,
		.actor = op_who(s->c), .action = STRV("setup") };
	struct strv name = op_text(s->c, "name");

	memcpy(change.a.name, name.p, name.n);
	memcpy(change.a.password, job->fresh, sizeof(job->fresh));
	change.a.roles = AS_ROLES;
	if (job->fresh[0])
		people_save(&change, saved, s->c);
	else
		op_fail(s->c, OP_FAILED, "this system's crypt(3) makes no "
		    "good hashes");
	explicit_bzero(&change, sizeof(change));
	explicit_bzero(s, sizeof(*s));
	free(s);
}

static bool token_fits(struct op_call *c)
{
	if (!token[0]) {
		op_fail(c, OP_FORBIDDEN, "there is no setup token: run "
		    "\"parley setup token\" on the machine itself");
		return false;
	}
	if (secret_equal(op_text(c, "token"), strv(token)))
		return true;
	log_warn("setup refused from=%s: wrong token", who_of(c)->peer);
	if (++tries >= TRIES)
		token_drop();
	op_fail(c, OP_FORBIDDEN, "this is not the setup token%s", token[0] ?
	    "" : ", and it was tried too often: run \"parley setup token\" "
	    "again");
	return false;
}

static void setup_run(struct op_call *c)
{
	struct buf why;
	struct setup *s;
	bool good;

	if (!needed(c) || !token_fits(c))
		return;
	buf_init(&why, 512);
	good = admin_name_ok(op_text(c, "name"), &why) &&
	    password_acceptable(op_text(c, "password"), op_text(c, "name"),
	    &why);
	if (!good)
		op_fail(c, OP_INVALID, "%s", why.p);
	buf_deinit(&why);
	if (!good)
		return;
	s = xalloc(sizeof(*s));
	s->c = c;
	s->job.make = true;
	s->job.password = op_text(c, "password");
	s->job.done = hashed;
	if (hasher_put(&s->job))
		return;
	free(s);
	op_fail(c, OP_BUSY, "too much at this moment; try again");
}

static const struct op_arg setup_args[] = {
	{ "token", ARG_REQUIRED | ARG_SECRET, NULL,
	  "of \"parley setup token\"", IS_TEXT(1, 256) },
	{ "name", ARG_REQUIRED, NULL, "of the first administrator",
	  IS_TEXT(1, ADMIN_NAME - 1) },
	{ "password", ARG_REQUIRED | ARG_SECRET, NULL,
	  "twelve characters or more", IS_TEXT(12, 256) },
	{ 0 }
};

static const struct op ops[] = {
	{ "setup token", "POST", "/setup/token", CAP_SECURITY, OP_CORE, NULL,
	  "a token to set up the console with, once", token_run,
	  "token text" },
	{ "", "GET", "/setup", CAP_ANYONE, OP_CORE, NULL,
	  "is there an administrator yet; 404: yes", state_run,
	  "needed:bool token:bool" },
	{ "", "POST", "/setup", CAP_ANYONE, OP_CORE, setup_args,
	  "make the first administrator", setup_run,
	  SESSION_ANSWER },
};

void ops_setup(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
