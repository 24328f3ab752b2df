/* ops_admins.c - administrators: add, change, remove; one's own password. */

#include <stdlib.h>

#include "admin/delay.h"
#include "admin/errand.h"
#include "admin/login.h"
#include "admin/password.h"
#include "admin/people.h"
#include "base/alloc.h"
#include "op/complete.h"
#include "store/audit.h"

bool admin_name_ok(struct strv s, struct buf *why)
{
	bool ok = s.n > 0 && s.n < ADMIN_NAME && s.p[0] >= 'a' &&
	    s.p[0] <= 'z';

	for (size_t i = 0; ok && i < s.n; i++)
		ok = strchr("abcdefghijklmnopqrstuvwxyz0123456789._-",
		    s.p[i]) && s.p[i];
	if (!ok)
		buf_addf(why, "a name is a lower-case letter, then letters, "
		    "digits, dots, - and _; at most %d", ADMIN_NAME - 1);
	return ok;
}

bool roles_take(struct op_call *c, unsigned *roles)
{
	struct strv one;

	*roles = 0;
	for (size_t i = 0; (one = op_nth(c, "role", i)).p; i++) {
		unsigned bit = role_parse(one);

		if (!bit) {
			op_fail(c, OP_INVALID, "there is no role \"%.*s\": "
			    "viewer, support, operator, config, security, "
			    "auditor", STRV_ARG(one));
			return false;
		}
		*roles |= bit;
	}
	return true;
}

/* --- showing --------------------------------------------------------------- */

void roles_field(struct op_call *c, unsigned roles)
{
	struct buf b;

	buf_init(&b, 256);
	role_text(roles, &b);
	op_field(c, "roles", buf_strv(&b));
	buf_deinit(&b);
}

static void admin_fields(const struct admin *a, struct op_call *c)
{
	op_field(c, "name", strv(a->name));
	roles_field(c, a->roles);
	op_field(c, "unix_user", a->unix_user[0] ? strv(a->unix_user) :
	    STRV_NONE);
	op_field_bool(c, "password", a->password[0] != 0);
	op_field_bool(c, "totp", a->totp[0] != 0);
	op_field_time(c, "created", a->created);
	op_field_time(c, "changed", a->changed);
}

static void admin_row(const struct admin *a, void *arg)
{
	op_row(arg);
	admin_fields(a, arg);
}

static void list_run(struct op_call *c)
{
	op_list(c);
	people_each(admin_row, c);
	op_done(c);
}

static bool find(struct op_call *c, struct admin *a)
{
	struct strv name = op_text(c, "name");

	if (people_by_name(name, a))
		return true;
	op_fail(c, OP_NOT_FOUND, "there is no administrator \"%.*s\"",
	    STRV_ARG(name));
	return false;
}

static void show_run(struct op_call *c)
{
	struct admin a;

	if (!find(c, &a))
		return;
	admin_fields(&a, c);
	explicit_bzero(&a, sizeof(a));
	op_done(c);
}

static void roles_run(struct op_call *c)
{
	struct buf caps;

	buf_init(&caps, 512);
	op_list(c);
	for (unsigned bit = 1; bit <= AS_AUDITOR; bit <<= 1) {
		buf_clear(&caps);
		for (unsigned i = CAP_VIEW; i < CAP_N; i++)
			if (role_may(bit, (enum cap)i))
				buf_addf(&caps, "%s%s", caps.n ? ", " : "",
				    cap_name((enum cap)i));
		op_row(c);
		op_field(c, "role", strv(role_name(bit)));
		op_field(c, "capabilities", buf_strv(&caps));
	}
	buf_deinit(&caps);
	op_done(c);
}

/* --- changing -------------------------------------------------------------- */

/* Also the hash of a new password, when there is one to make. */
struct edit {
	struct hash_job job;	/* first: done() gets it back */
	struct op_call *c;
	struct people_change change;
	bool out;		/* his sessions end */
	const char *keep;	/* but this one */
	struct buf detail;	/* for the audit; never a secret */
};

static void edit_free(struct edit *e)
{
	buf_deinit(&e->detail);
	explicit_bzero(e, sizeof(*e));
	free(e);
}

void people_fail(struct op_call *c, enum err e)
{
	if (e == ERR_NO_USER)
		op_fail(c, OP_NOT_FOUND, "this administrator is gone");
	else if (e == ERR_BUSY)
		op_fail(c, OP_CONFLICT, "somebody else has this name, or this "
		    "user of the machine");
	else if (e == ERR_FORBIDDEN)
		op_fail(c, OP_CONFLICT, "nobody would be left with the role "
		    "security; give it to somebody else first");
	else
		op_fail(c, OP_BUSY, "the disk does not take it; see the log");
}

static void saved(enum err err, const struct admin *a, void *arg)
{
	struct edit *e = arg;
	struct op_call *c = e->c;

	if (err == ERR_OK && e->out)
		session_end_all(a->id, e->keep ? e->keep : "");
	if (err != ERR_OK) {
		people_fail(c, err);
	} else {
		if (!e->change.remove)
			admin_fields(a, c);
		op_done(c);
	}
	edit_free(e);
}

static void save(struct edit *e)
{
	e->change.detail = buf_strv(&e->detail);
	people_save(&e->change, saved, e);
}

static void hashed(struct hash_job *job)
{
	struct edit *e = (struct edit *)job;

	if (!job->fresh[0]) {
		op_fail(e->c, OP_FAILED, "this system's crypt(3) makes no "
		    "good hashes");
		edit_free(e);
		return;
	}
	memcpy(e->change.a.password, job->fresh, sizeof(job->fresh));
	e->change.fields |= ADMIN_PASSWORD;
	buf_addz(&e->detail, "password: new; ");
	save(e);
}

/* With a new password first its hash, then the change. */
static void go_on(struct edit *e, struct strv password)
{
	struct op_call *c = e->c;
	struct buf why;

	if (!password.p) {
		save(e);
		return;
	}
	buf_init(&why, 512);
	if (!password_acceptable(password, strv(e->change.a.name), &why)) {
		op_fail(c, OP_INVALID, "%s", why.p);
		edit_free(e);
	} else {
		e->job.make = true;
		e->job.password = password;
		e->job.done = hashed;
		if (!hasher_put(&e->job)) {
			op_fail(c, OP_BUSY, "too much at this moment; try "
			    "again");
			edit_free(e);
		}
	}
	buf_deinit(&why);
}

static struct edit *edit_new(struct op_call *c, const char *action)
{
	struct edit *e = xalloc(sizeof(*e));

	e->c = c;
	e->change.actor = op_who(c);
	e->change.action = strv(action);
	buf_init(&e->detail, 1024);
	return e;
}

/* "roles: viewer -> operator; "; a new one has no former ones. */
static void note_roles(struct edit *e, unsigned was, unsigned will)
{
	buf_addz(&e->detail, "roles: ");
	if (e->change.a.id) {
		role_text(was, &e->detail);
		buf_addz(&e->detail, " -> ");
	}
	role_text(will, &e->detail);
	buf_addz(&e->detail, "; ");
}

static bool take_unix(struct edit *e)
{
	struct op_call *c = e->c;
	struct admin *a = &e->change.a;
	struct strv s = op_text(c, "unix-user");

	if (!s.p)
		return true;
	if (s.n >= sizeof(a->unix_user) || (s.n && memchr(s.p, '/', s.n))) {
		op_fail(c, OP_INVALID, "this is not a user of this machine");
		return false;
	}
	buf_addf(&e->detail, "unix-user: %s -> %.*s; ", a->unix_user,
	    STRV_ARG(s));
	memset(a->unix_user, 0, sizeof(a->unix_user));
	if (s.n)
		memcpy(a->unix_user, s.p, s.n);
	return true;
}

static void add_run(struct op_call *c)
{
	struct strv name = op_text(c, "name");
	struct edit *e;
	struct buf why;
	unsigned roles;
	bool ok;

	buf_init(&why, 256);
	ok = admin_name_ok(name, &why);
	if (!ok)
		op_fail(c, OP_INVALID, "%s", why.p);
	buf_deinit(&why);
	if (!ok || !roles_take(c, &roles))
		return;
	e = edit_new(c, "admin add");
	memcpy(e->change.a.name, name.p, name.n);
	e->change.a.roles = roles;
	note_roles(e, 0, roles);
	if (take_unix(e))
		go_on(e, op_text(c, "password"));
	else
		edit_free(e);
}

/* Whose rights or password change must say again who he is. */
static void set_run(struct op_call *c)
{
	struct edit *e = edit_new(c, "admin set");
	unsigned roles;

	if (!find(c, &e->change.a) || !roles_take(c, &roles) ||
	    !take_unix(e)) {
		edit_free(e);
		return;
	}
	if (op_given(c, "unix-user"))
		e->change.fields |= ADMIN_UNIX;
	if (op_given(c, "role")) {
		e->change.fields |= ADMIN_ROLES;
		note_roles(e, e->change.a.roles, roles);
		e->out = roles != e->change.a.roles;
		e->change.a.roles = roles;
	}
	if (op_given(c, "password"))
		e->out = true;
	if (who_of(c)->admin == e->change.a.id)
		e->keep = who_of(c)->session.id;
	if (op_given(c, "reset-totp")) {
		e->change.fields |= ADMIN_TOTP;
		buf_addz(&e->detail, "totp: off; ");
		e->change.a.totp[0] = 0;
		e->change.recovery = (const unsigned char (*)[ADMIN_KEY])"";
		e->out = true;
	}
	go_on(e, op_text(c, "password"));
}

static void delete_run(struct op_call *c)
{
	struct edit *e = edit_new(c, "admin delete");

	if (!find(c, &e->change.a)) {
		edit_free(e);
		return;
	}
	e->change.remove = true;
	e->out = true;
	save(e);
}

static void unlock_run(struct op_call *c)
{
	delay_reset();
	audit_event(op_who(c), STRV("admin unlock"), STRV("logins"),
	    STRV("ok"), STRV(""));
	op_done(c);
}

/* --- one's own -------------------------------------------------------------- */

static void old_one_fits(struct op_call *c, const struct admin *a)
{
	struct edit *e = edit_new(c, "password");

	e->change.a = *a;
	e->out = true;
	e->keep = who_of(c)->session.id;
	go_on(e, op_text(c, "new"));
}

static void password_run(struct op_call *c)
{
	if (who_of(c)->via != VIA_SESSION)
		op_fail(c, OP_FORBIDDEN, "this is about the password of who "
		    "is logged in at the console");
	else
		login_prove(c, strv(who_of(c)->name), op_text(c, "old"),
		    old_one_fits);
}

/* --- the table -------------------------------------------------------------- */

#define ROLE_HELP "viewer, support, operator, config, security, auditor; " \
	"several: --role A --role B"
#define ROLE_NAMES "viewer|support|operator|config|security|auditor"

static const struct op_arg add_args[] = {
	{ "name", ARG_REQUIRED | ARG_POSITION, NULL, "to log in with",
	  IS_TEXT(1, ADMIN_NAME - 1) },
	{ "role", ARG_REPEAT, ROLE_NAMES, ROLE_HELP, IS_CHOICE },
	{ "password", ARG_SECRET, NULL, "twelve characters or more; without "
	  "one only the linked user of this machine is let in",
	  IS_TEXT(12, 256) },
	{ "unix-user", 0, NULL, "who of this machine's users he is, on the "
	  "admin socket", IS_TEXT(0, ADMIN_NAME - 1) },
	{ 0 }
};
static const struct op_arg set_args[] = {
	{ "name", ARG_PATH, "admin", "of the administrator",
	  IS_TEXT(1, ADMIN_NAME - 1) },
	{ "role", ARG_REPEAT, ROLE_NAMES, ROLE_HELP, IS_CHOICE },
	{ "password", ARG_SECRET, NULL, "a new one", IS_TEXT(12, 256) },
	{ "unix-user", 0, NULL, "who of this machine's users he is",
	  IS_TEXT(0, ADMIN_NAME - 1) },
	{ "reset-totp", ARG_FLAG, NULL, "he lost his phone: no code is asked "
	  "for any more", IS_FLAG },
	{ 0 }
};
static const struct op_arg one_args[] = {
	{ "name", ARG_PATH, "admin", "of the administrator",
	  IS_TEXT(1, ADMIN_NAME - 1) },
	{ 0 }
};
static const struct op_arg password_args[] = {
	{ "old", ARG_REQUIRED | ARG_SECRET, NULL, "yours until now",
	  IS_TEXT(0, 256) },
	{ "new", ARG_REQUIRED | ARG_SECRET, NULL, "twelve characters or "
	  "more", IS_TEXT(12, 256) },
	CODE_ARG,
	{ 0 }
};

#define ONE "/admin/users/{name}"

#define ADMIN \
	"name roles unix_user? password:bool totp:bool " \
	"created:time changed:time"

static const struct op ops[] = {
	{ "show admins", "GET", "/admin/users", CAP_SECURITY, OP_CORE, NULL,
	  "who may administer", list_run,
	  "[" ADMIN "]" },
	{ "show roles", "GET", "/admin/roles", CAP_VIEW, OP_CORE, NULL,
	  "the roles, and what each may do", roles_run,
	  "[role capabilities]" },
	{ "admin show", "GET", ONE, CAP_SECURITY, OP_CORE, one_args,
	  "one administrator", show_run,
	  ADMIN },
	{ "admin add", "POST", "/admin/users", CAP_SECURITY, OP_CORE, add_args,
	  "let somebody administer", add_run,
	  ADMIN },
	{ "admin set", "PATCH", ONE, CAP_SECURITY, OP_CORE, set_args,
	  "change roles, password or link of an administrator", set_run,
	  ADMIN },
	{ "admin delete", "DELETE", ONE, CAP_SECURITY, OP_CORE, one_args,
	  "remove an administrator, his sessions and tokens", delete_run,
	  "" },
	{ "admin unlock", "POST", "/admin/unlock", CAP_SECURITY, OP_CORE,
	  NULL, "end all waits after wrong passwords", unlock_run,
	  "" },
	{ "", "POST", "/auth/password", CAP_SELF, OP_CORE, password_args,
	  "change your own password; your other sessions end", password_run,
	  ADMIN },
};

struct offering {
	struct strv prefix;
	complete_offer_fn *offer;
	void *arg;
};

static void offer_name(const struct admin *a, void *arg)
{
	const struct offering *o = arg;

	if (strncmp(a->name, o->prefix.p, o->prefix.n) == 0)
		(void)o->offer(strv(a->name), o->arg);
}

static void complete_admins(struct strv prefix, complete_offer_fn *offer,
    void *arg)
{
	struct offering o = { prefix, offer, arg };

	people_each(offer_name, &o);
}

void ops_admins(void)
{
	static const struct completer names = { "admin", complete_admins };

	complete_register(&names, 1);
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
