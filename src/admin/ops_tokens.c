/* ops_tokens.c - tokens of the API and sessions of the console. */

#include <stdlib.h>

#include "admin/errand.h"
#include "admin/eyes.h"
#include "admin/people.h"
#include "admin/tokens.h"
#include "base/alloc.h"
#include "base/now.h"
#include "conf/conf.h"
#include "store/audit.h"

#define DAY_MS	((int64_t)24 * 60 * 60 * 1000)

/* --- tokens ------------------------------------------------------------------ */

struct rows {
	struct admin_token *t;
	size_t n, size;
};

/* Names are looked up after the lock of the tokens is left. */
static void gather(const struct admin_token *t, void *arg)
{
	struct rows *r = arg;

	if (r->n == r->size) {
		r->size = r->size ? r->size * 2 : 16;
		r->t = xrealloc(r->t, r->size * sizeof(*r->t));
	}
	r->t[r->n++] = *t;
}

static void tokens_run(struct op_call *c)
{
	struct rows r = { NULL, 0, 0 };
	struct admin a;

	tokens_each(gather, &r);
	op_list(c);
	for (size_t i = 0; i < r.n; i++) {
		const struct admin_token *t = &r.t[i];

		op_row(c);
		op_field(c, "id", strv(t->id));
		op_field(c, "name", strv(t->name));
		op_field(c, "admin", people_by_id(t->admin, &a) ?
		    strv(a.name) : STRV_NONE);
		roles_field(c, t->roles);
		op_field(c, "from", t->source[0] ? strv(t->source) :
		    STRV_NONE);
		op_field_time(c, "created", t->created);
		op_field_time(c, "expires", t->expires);
		op_field_time(c, "used", t->used);
	}
	explicit_bzero(&a, sizeof(a));
	free(r.t);
	op_done(c);
}

struct making {
	struct op_call *c;
	struct admin_token t;
	char text[TOKEN_TEXT];
};

static void made(enum err e, void *arg)
{
	struct making *m = arg;
	struct op_call *c = m->c;

	if (e == ERR_OK) {
		op_field(c, "id", strv(m->t.id));
		op_field(c, "token", strv(m->text));
		op_field_time(c, "expires", m->t.expires);
		op_say(c, STRV("This is shown once and kept nowhere.\n"));
		op_done(c);
	} else {
		people_fail(c, e);
	}
	explicit_bzero(m, sizeof(*m));
	free(m);
}

/* Whose token it is: his own; root on the machine itself names whom. */
static bool take_owner(struct op_call *c, struct admin_token *t,
    unsigned *most)
{
	const struct who *w = who_of(c);
	struct strv name = op_text(c, "admin");
	struct admin a;

	if (w->via == VIA_TOKEN) {
		op_fail(c, OP_FORBIDDEN, "a token does not make tokens");
		return false;
	}
	if (!(name.p ? people_by_name(name, &a) :
	    people_by_id(w->admin, &a))) {
		op_fail(c, OP_INVALID, "say whose token it is: --admin NAME "
		    "of \"show admins\"");
		return false;
	}
	t->admin = a.id;
	*most = a.roles & w->roles;
	explicit_bzero(&a, sizeof(a));
	if (t->admin == w->admin || by_root(c))
		return true;
	op_fail(c, OP_FORBIDDEN, "each makes his own tokens: one of somebody "
	    "else's is made by root on the machine itself, over its socket");
	return false;
}

static bool take_roles(struct op_call *c, struct admin_token *t,
    unsigned most)
{
	struct buf have;

	if (!roles_take(c, &t->roles))
		return false;
	if (!(t->roles & ~most))
		return true;
	buf_init(&have, 256);
	role_text(most, &have);
	op_fail(c, OP_FORBIDDEN, "a token cannot do more than who makes it "
	    "and whose it is: %s", have.p);
	buf_deinit(&have);
	return false;
}

static bool take_source(struct op_call *c, struct admin_token *t)
{
	static const struct conf_row row = { .name = "from",
		.type = CONF_ADDRESSES };
	struct strv s = op_text(c, "from");
	struct buf text, why;
	bool ok;

	if (!s.n)
		return true;
	buf_init(&text, sizeof(t->source) - 1);
	buf_init(&why, 512);
	ok = conf_value(&row, s, &text, &why) == ERR_OK && !text.full;
	if (ok)
		memcpy(t->source, text.p, text.n);
	else
		op_fail(c, OP_INVALID, "from: %s", why.n ? why.p :
		    "too many addresses");
	buf_deinit(&text);
	buf_deinit(&why);
	return ok;
}

static bool take_token(struct op_call *c, struct admin_token *t)
{
	struct strv name = op_text(c, "name");
	unsigned most = 0;
	struct buf why;
	bool ok;

	buf_init(&why, 256);
	ok = admin_name_ok(name, &why);
	if (!ok)
		op_fail(c, OP_INVALID, "%s", why.p);
	buf_deinit(&why);
	if (!ok || !take_owner(c, t, &most) || !take_roles(c, t, most) ||
	    !take_source(c, t))
		return false;
	memcpy(t->name, name.p, name.n);
	t->expires = now_ms() + op_int(c, "days") * DAY_MS;
	return true;
}

static void token_add_run(struct op_call *c)
{
	struct making *m = xalloc(sizeof(*m));

	m->c = c;
	if (take_token(c, &m->t))
		token_make(&m->t, m->text, op_who(c), made, m);
	else
		free(m);
}

static void token_gone(enum err e, void *arg)
{
	if (e == ERR_OK)
		op_done(arg);
	else
		people_fail(arg, e);
}

static void token_delete_run(struct op_call *c)
{
	if (!token_remove(op_text(c, "id"), op_who(c), token_gone, c))
		op_fail(c, OP_NOT_FOUND, "there is no such token");
}

/* --- sessions ----------------------------------------------------------------- */

struct seen {
	struct session s[64];
	size_t n;
};

static void see(const struct session *s, void *arg)
{
	struct seen *all = arg;

	if (all->n < sizeof(all->s) / sizeof(all->s[0]))
		all->s[all->n++] = *s;
}

static void sessions_show(struct op_call *c, int64_t admin)
{
	struct seen *all = xalloc(sizeof(*all));
	struct admin a;

	session_each(admin, see, all);
	op_list(c);
	for (size_t i = 0; i < all->n; i++) {
		const struct session *s = &all->s[i];

		op_row(c);
		op_field(c, "session", strv(s->id));
		op_field(c, "admin", people_by_id(s->admin, &a) ?
		    strv(a.name) : STRV_NONE);
		op_field(c, "from", strv(s->peer));
		op_field(c, "agent", strv(s->agent));
		op_field_time(c, "since", s->created);
		op_field_time(c, "used", s->used);
		op_field_bool(c, "this", strcmp(s->id,
		    who_of(c)->session.id) == 0);
	}
	explicit_bzero(&a, sizeof(a));
	explicit_bzero(all, sizeof(*all));
	free(all);
	op_done(c);
}

static void end_session(struct op_call *c, int64_t admin)
{
	if (!session_end(op_text(c, "id"), admin)) {
		op_fail(c, OP_NOT_FOUND, "there is no such session");
		return;
	}
	audit_event(op_who(c), STRV("admin-session end"), op_text(c, "id"),
	    STRV("ok"), STRV(""));
	op_done(c);
}

static void sessions_run(struct op_call *c)
{
	sessions_show(c, 0);
}

static void session_end_run(struct op_call *c)
{
	end_session(c, 0);
}

/* Not a token of his, which may be good for little. */
static bool is_himself(const struct op_call *c)
{
	return who_of(c)->admin && who_of(c)->via != VIA_TOKEN;
}

static void own_sessions_run(struct op_call *c)
{
	if (is_himself(c))
		sessions_show(c, who_of(c)->admin);
	else
		op_fail(c, OP_FORBIDDEN, "this is about who is logged in at "
		    "the console");
}

static void own_end_run(struct op_call *c)
{
	if (is_himself(c))
		end_session(c, who_of(c)->admin);
	else
		op_fail(c, OP_NOT_FOUND, "there is no such session");
}

/* --- the table ----------------------------------------------------------------- */

static const struct op_arg token_args[] = {
	{ "name", ARG_REQUIRED | ARG_POSITION, NULL, "what it is for",
	  IS_TEXT(1, ADMIN_NAME - 1) },
	{ "role", ARG_REPEAT | ARG_REQUIRED,
	  "viewer|support|operator|config|security|auditor",
	  "what it may do; several: --role A --role B", IS_CHOICE },
	{ "admin", 0, "admin", "whose it is", IS_TEXT(1, ADMIN_NAME - 1) },
	{ "days", 0, NULL, "until it expires",
	  IS_INT(1, 366, "days"), BY_DEFAULT("90") },
	{ "from", 0, NULL, "addresses it may be used from: IP[/LEN],...",
	  IS_TEXT(0, 199) },
	{ 0 }
};
static const struct op_arg id_args[] = {
	{ "id", ARG_PATH, NULL, "as the list shows it", IS_TEXT(1, 64) },
	{ 0 }
};

#define SESSION \
	"session admin? from agent since:time used:time this:bool"

static const struct op ops[] = {
	{ "show tokens", "GET", "/admin/tokens", CAP_SECURITY, OP_CORE, NULL,
	  "tokens of the API; never their secrets", tokens_run,
	  "[id name admin? roles from? created:time expires:time "
	  "used:time?]" },
	{ "token add", "POST", "/admin/tokens", CAP_SECURITY, OP_CORE,
	  token_args, "make a token for a script", token_add_run,
	  "id token expires:time text" },
	{ "token delete", "DELETE", "/admin/tokens/{id}", CAP_SECURITY,
	  OP_CORE, id_args, "from now on it lets nobody in",
	  token_delete_run,
	  "" },
	{ "show admin-sessions", "GET", "/admin/sessions", CAP_SECURITY,
	  OP_CORE, NULL, "who is logged in at the console", sessions_run,
	  "[" SESSION "]" },
	{ "admin-session end", "DELETE", "/admin/sessions/{id}", CAP_SECURITY,
	  OP_CORE, id_args, "log somebody out", session_end_run,
	  "" },
	{ "", "GET", "/auth/sessions", CAP_SELF, OP_CORE, NULL,
	  "your own sessions", own_sessions_run,
	  "[" SESSION "]" },
	{ "", "DELETE", "/auth/sessions/{id}", CAP_SELF, OP_CORE, id_args,
	  "end one of your own sessions", own_end_run,
	  "" },
};

void ops_tokens(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
