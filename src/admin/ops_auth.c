/* ops_auth.c - logging in and out; the session and its password. */

#define LOG_UNIT "admin"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "admin/delay.h"
#include "admin/errand.h"
#include "admin/login.h"
#include "admin/password.h"
#include "admin/people.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/metric.h"
#include "store/audit.h"

static struct metric logins[] = {
	COUNTER("parley_admin_logins_total", "result=\"ok\"",
	    "Tries to log in at the console."),
	COUNTER("parley_admin_logins_total", "result=\"refused\"", ""),
	COUNTER("parley_admin_logins_total", "result=\"delayed\"", ""),
};

enum { LOGIN_OK, LOGIN_REFUSED, LOGIN_DELAYED };

/* --- answers -------------------------------------------------------------- */

void login_cookie(struct op_call *c, const char *cookie)
{
	struct buf b;

	buf_init(&b, 512);
	buf_addf(&b, "__Host-parley=%s; Secure; HttpOnly; SameSite=Strict; "
	    "Path=/", cookie);
	op_header(c, "Set-Cookie", buf_strv(&b));
	explicit_bzero(b.p, b.size);
	buf_deinit(&b);
}

void login_show(struct op_call *c, const struct session *s,
    const struct admin *a)
{
	struct buf roles;

	buf_init(&roles, 256);
	for (unsigned bit = 1; bit <= AS_AUDITOR; bit <<= 1)
		if (a->roles & bit)
			buf_addf(&roles, "%s\"%s\"", roles.n ? "," : "[",
			    role_name(bit));
	buf_addz(&roles, roles.n ? "]" : "[]");
	op_field(c, "name", strv(a->name));
	op_field_json(c, "roles", buf_strv(&roles));
	op_field(c, "csrf", strv(s->csrf));
	op_field(c, "session", strv(s->id));
	op_field_bool(c, "totp", a->totp[0] != 0);
	op_field_int(c, "idle_s", SESSION_IDLE_MS / 1000);
	op_field_time(c, "ends", s->created + SESSION_MAX_MS);
	op_field_bool(c, "fresh", session_is_fresh(s));
	buf_deinit(&roles);
}

void login_welcome(struct op_call *c, const struct admin *a)
{
	const struct who *w = who_of(c);
	char cookie[SECRET_TEXT];
	struct session s;

	if (w->via == VIA_SESSION)	/* what somebody else may have set */
		(void)session_end(strv(w->session.id), 0);
	session_new(a->id, strv(w->peer), strv(w->agent), cookie, &s);
	login_cookie(c, cookie);
	explicit_bzero(cookie, sizeof(cookie));
	login_show(c, &s, a);
	op_done(c);
}

/* --- a password that somebody says ----------------------------------------- */

struct proof {
	struct hash_job job;	/* first: done() gets it back */
	struct op_call *c;
	struct admin a;		/* id 0: there is no such administrator */
	struct strv name;
	login_proved_fn *proved;
};

static void proof_free(struct proof *p)
{
	explicit_bzero(p, sizeof(*p));
	free(p);
}

/* A stronger hash than the one that was stored is kept. */
static void renew(const struct proof *p)
{
	struct people_change change = { .a = p->a, .fields = ADMIN_PASSWORD,
		.actor = op_who(p->c), .action = STRV("admin rehash") };

	if (!p->job.fresh[0])
		return;
	strcpy(change.a.password, p->job.fresh);
	people_save(&change, login_ignore, NULL);
	explicit_bzero(&change, sizeof(change));
}

void login_ignore(enum err e, const struct admin *a, void *arg)
{
	(void)e;
	(void)a;
	(void)arg;
}

void login_refused(struct op_call *c, struct strv name, const char *why)
{
	const struct who *w = who_of(c);

	metric_inc(&logins[LOGIN_REFUSED]);
	delay_failed(name, strv(w->peer));
	log_warn("login refused name=%.*s from=%s",
	    (int)(name.n < 64 ? name.n : 64), name.p, w->peer);
	op_fail(c, OP_UNAUTHENTICATED, "%s", why);
}

/* false: there is no wait; otherwise the call has failed. */
static bool must_wait(struct op_call *c, struct strv name)
{
	int64_t wait = delay_left(name, strv(who_of(c)->peer));
	char seconds[24];

	if (wait <= 0)
		return false;
	metric_inc(&logins[LOGIN_DELAYED]);
	(void)snprintf(seconds, sizeof(seconds), "%" PRId64, wait);
	op_header(c, "Retry-After", strv(seconds));
	op_fail(c, OP_RATE, "too many wrong tries: wait %s s", seconds);
	return true;
}

/* As he is by now; false: he is gone, or has another password. */
static bool is_still_his(struct proof *p)
{
	char was[ADMIN_HASH];
	bool same;

	memcpy(was, p->a.password, sizeof(was));
	same = people_by_id(p->a.id, &p->a) &&
	    strcmp(p->a.password, was) == 0;
	explicit_bzero(was, sizeof(was));
	return same;
}

/* Many can have been hashed at once: those before this one count for it. */
static void proved(struct hash_job *job)
{
	struct proof *p = (struct proof *)job;

	if (must_wait(p->c, p->name)) {
		proof_free(p);
		return;
	}
	if (!job->matches || !p->a.id || !is_still_his(p)) {
		login_refused(p->c, p->name,
		    "the name or the password is wrong");
	} else {
		renew(p);
		login_second(p->c, &p->a, p->proved);
	}
	proof_free(p);
}

void login_prove(struct op_call *c, struct strv name, struct strv password,
    login_proved_fn *fn)
{
	struct proof *p;

	if (must_wait(c, name))
		return;
	p = xalloc(sizeof(*p));
	p->c = c;
	p->name = name;
	p->proved = fn;
	p->job.password = password.n <= 256 ? password : STRV("");
	p->job.done = proved;
	if (people_by_name(name, &p->a))
		memcpy(p->job.hash, p->a.password, sizeof(p->job.hash));
	if (hasher_put(&p->job))
		return;
	proof_free(p);
	op_fail(c, OP_BUSY, "too many people log in at this moment; try "
	    "again");
}

/* --- operations ------------------------------------------------------------ */

static bool at_the_console(struct op_call *c)
{
	if (who_of(c)->via != VIA_SOCKET)
		return true;
	op_fail(c, OP_FORBIDDEN, "on the admin socket you are known already");
	return false;
}

static void logged_in(struct op_call *c, const struct admin *a)
{
	metric_inc(&logins[LOGIN_OK]);
	delay_forgive(strv(a->name));
	log_info("login name=%s from=%s", a->name, who_of(c)->peer);
	audit_event(op_who(c), STRV("login"), strv(a->name), STRV("ok"),
	    STRV(""));
	login_welcome(c, a);
}

static void login_run(struct op_call *c)
{
	if (at_the_console(c))
		login_prove(c, op_text(c, "name"), op_text(c, "password"),
		    logged_in);
}

static bool has_session(struct op_call *c)
{
	if (who_of(c)->via == VIA_SESSION)
		return true;
	op_fail(c, OP_FORBIDDEN, "this is about a session of the console; "
	    "you have none");
	return false;
}

static void logout_run(struct op_call *c)
{
	const struct who *w = who_of(c);

	if (!has_session(c))
		return;
	(void)session_end(strv(w->session.id), w->admin);
	audit_event(op_who(c), STRV("logout"), strv(w->name), STRV("ok"),
	    STRV(""));
	op_header(c, "Clear-Site-Data", STRV("\"cookies\", \"storage\""));
	op_header(c, "Set-Cookie", STRV("__Host-parley=; Secure; HttpOnly; "
	    "SameSite=Strict; Path=/; Max-Age=0"));
	op_done(c);
}

static void session_run(struct op_call *c)
{
	const struct who *w = who_of(c);
	struct admin a;

	if (!has_session(c))
		return;
	if (!people_by_id(w->admin, &a)) {
		op_fail(c, OP_UNAUTHENTICATED, "you are no longer an "
		    "administrator");
		return;
	}
	login_show(c, &w->session, &a);
	explicit_bzero(&a, sizeof(a));
	op_done(c);
}

static void said_again(struct op_call *c, const struct admin *a)
{
	char cookie[SECRET_TEXT];
	struct session s;

	delay_forgive(strv(a->name));
	if (!session_prove(who_of(c)->session.id, cookie, &s)) {
		op_fail(c, OP_UNAUTHENTICATED, "your session has ended");
		return;
	}
	login_cookie(c, cookie);
	explicit_bzero(cookie, sizeof(cookie));
	login_show(c, &s, a);
	audit_event(op_who(c), STRV("reauth"), strv(a->name), STRV("ok"),
	    STRV(""));
	op_done(c);
}

static void reauth_run(struct op_call *c)
{
	if (has_session(c))
		login_prove(c, strv(who_of(c)->name), op_text(c, "password"),
		    said_again);
}

static const struct op_arg login_args[] = {
	{ "name", ARG_REQUIRED, NULL, "who you are", IS_TEXT(0, 256) },
	{ "password", ARG_REQUIRED | ARG_SECRET, NULL, "and its proof",
	  IS_TEXT(0, 1024) },
	CODE_ARG,
	{ 0 }
};
static const struct op_arg reauth_args[] = {
	{ "password", ARG_REQUIRED | ARG_SECRET, NULL, "yours, once more",
	  IS_TEXT(0, 1024) },
	CODE_ARG,
	{ 0 }
};

static const struct op ops[] = {
	{ "", "POST", "/auth/login", CAP_ANYONE, OP_CORE, login_args,
	  "log in at the console", login_run,
	  SESSION_ANSWER },
	{ "", "POST", "/auth/logout", CAP_SELF, OP_CORE, NULL,
	  "end this session", logout_run,
	  "" },
	{ "", "GET", "/auth/session", CAP_SELF, OP_CORE, NULL,
	  "who you are, and the token against forged requests", session_run,
	  SESSION_ANSWER },
	{ "", "POST", "/auth/reauth", CAP_SELF, OP_CORE, reauth_args,
	  "say the password again before something weighty", reauth_run,
	  SESSION_ANSWER },
};

void ops_auth(void)
{
	metric_register(logins, sizeof(logins) / sizeof(logins[0]));
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
