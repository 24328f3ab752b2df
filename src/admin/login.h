/* login.h - how a password is proved, and what a session begins with. */

#ifndef ADMIN_LOGIN_H
#define ADMIN_LOGIN_H

#include "admin/people.h"
#include "admin/session.h"
#include "op/op.h"

/*
 * Check name and password (both live in the call) in the hasher's thread and
 * go on with proved() in the core; otherwise the call has failed: wrong (in
 * the same time for a name that nobody has), too many tries, too busy.
 */
typedef void login_proved_fn(struct op_call *c, const struct admin *a);
void login_prove(struct op_call *c, struct strv name, struct strv password,
    login_proved_fn *proved);
/* Then the code, if this one has a second factor: argument "code". */
#define CODE_ARG \
	{ "code", ARG_SECRET, NULL, \
	  "of your authenticator, or a recovery code, if you have them", \
	  IS_TEXT(0, 64) }
void login_second(struct op_call *c, const struct admin *a,
    login_proved_fn *proved);
/* Count a wrong try, note it and fail the call. */
void login_refused(struct op_call *c, struct strv name, const char *why);

/* A new session: cookie, fields, done. */
void login_welcome(struct op_call *c, const struct admin *a);
void login_cookie(struct op_call *c, const char *cookie);
void login_show(struct op_call *c, const struct session *s,
    const struct admin *a);

people_done_fn login_ignore;

#define SESSION_ANSWER \
	"name roles:texts csrf session totp:bool idle_s:s " \
	"ends:time fresh:bool"

#endif
