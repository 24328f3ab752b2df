/* users_ops.c - operations on subscribers. */

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/now.h"
#include "dir/users_priv.h"

enum what { ADD, SET, SUSPEND, RESUME, DELETE };

/* One operation from its call to its answer. */
struct changing {
	struct turn turn;
	struct provision p;
	struct op_call *c;
	enum what what;
	struct profile profile;
	struct account account;
	enum provision_kind kind;
	struct buf why, detail;
};

static const char *const actions[] = {
	"subscriber add", "subscriber set", "subscriber suspend",
	"subscriber resume", "subscriber delete"
};

static struct digest *digest;	/* the core's */

/* --- what the audit says -------------------------------------------------- */

static void add_aliases(struct buf *out, const struct account *a)
{
	for (size_t i = 1; i < a->n; i++)
		buf_addf(out, "%s%.*s", i > 1 ? " " : "",
		    STRV_ARG(a->keys[i]));
}

static void note_text(struct buf *out, const char *what, struct strv was,
    struct strv is)
{
	if (!strv_eq(was, is))
		buf_addf(out, "%s \"%.*s\" -> \"%.*s\"; ", what,
		    STRV_ARG(was), STRV_ARG(is));
}

static void note_aliases(struct buf *out, const struct account *was,
    const struct account *is)
{
	struct buf a, b;

	buf_init(&a, BUF_NO_LIMIT);
	buf_init(&b, BUF_NO_LIMIT);
	add_aliases(&a, was);
	add_aliases(&b, is);
	note_text(out, "aliases", buf_strv(&a), buf_strv(&b));
	buf_deinit(&a);
	buf_deinit(&b);
}

static struct strv switched(bool on)
{
	return on ? STRV("on") : STRV("off");
}

static void note_change(struct changing *g, const struct user *u)
{
	struct account was = { .n = 0 };

	if (u)
		user_account(u, &was);
	note_text(&g->detail, "name", was.name, g->account.name);
	note_text(&g->detail, "class", was.klass, g->account.klass);
	note_aliases(&g->detail, &was, &g->account);
	note_text(&g->detail, "language", was.language, g->account.language);
	note_text(&g->detail, "read reports", switched(!was.reads_private),
	    switched(!g->account.reads_private));
	if (g->profile.password.p)
		buf_addz(&g->detail, "password set; ");
}

/* --- states ---------------------------------------------------------------- */

const char *user_state_name(int state)
{
	return state == USER_ACTIVE ? "active" : "suspended";
}

int user_state_wanted(const struct op_call *c)
{
	return !op_given(c, "state") ? -1 : op_is(c, "state", "active") ?
	    USER_ACTIVE : USER_SUSPENDED;
}

/* --- the answer ----------------------------------------------------------- */

static void fields(struct op_call *c, const struct account *a,
    const struct user *u)
{
	struct buf aliases;

	buf_init(&aliases, BUF_NO_LIMIT);
	add_aliases(&aliases, a);
	op_field(c, "address", a->keys[0]);
	op_field(c, "name", a->name);
	op_field(c, "class", a->klass);
	op_field(c, "state", strv(user_state_name(a->state)));
	op_field(c, "aliases", buf_strv(&aliases));
	op_field_bool(c, "password", a->secrets.n > 0);
	op_field(c, "read-reports", switched(!a->reads_private));
	op_field(c, "language", a->language);
	if (u)
		op_field_int(c, "devices", (int64_t)u->nbindings);
	buf_deinit(&aliases);
}

static void answer(struct changing *g)
{
	struct user *u = user_by_id(g->account.id);
	struct account a;

	if (u) {
		user_account(u, &a);
		fields(g->c, &a, u);
	} else {
		op_field(g->c, "address", buf_strv(&g->why));
		op_field(g->c, "state", STRV("deleted"));
	}
	op_done(g->c);
}

/* The next turn begins when this one has nothing more to lose. */
static void finish(struct changing *g)
{
	struct turn *t = &g->turn;

	turn_end(t);
	arena_deinit(&g->p.arena);
	buf_deinit(&g->why);
	buf_deinit(&g->detail);
	free(g);
}

static void written(struct provision *p, enum err e)
{
	struct changing *g = p->arg;

	if (e == ERR_OK)
		answer(g);
	else
		op_fail(g->c, OP_FAILED, "the database could not be written: "
		    "nothing was changed; see the log of the daemon");
	finish(g);
}

/* --- the change ----------------------------------------------------------- */

static void refuse(struct changing *g, enum op_code code)
{
	op_fail(g->c, code, "%s", g->why.p);
	finish(g);
}

static void put(struct changing *g)
{
	struct provision *p = &g->p;

	p->actor = op_who(g->c);
	p->action = strv(actions[g->what]);
	p->object = arena_str(&p->arena, g->account.keys[0]);
	p->detail = buf_strv(&g->detail);
	p->accounts = &g->account;
	p->kinds = &g->kind;
	p->n = 1;
	p->done = written;
	p->arg = g;
	provision_put(p);
}

static void add_or_set(struct changing *g, struct user *u,
    const struct maker *k)
{
	if (g->what == SET && !g->profile.name.p && !g->profile.klass.p &&
	    !g->profile.password.p && !g->profile.read_reports.p &&
	    !g->profile.language.p && !g->profile.has_aliases) {
		buf_addz(&g->why, "nothing to set: give --name, --class, "
		    "--password, --alias, --read-reports or --language");
		refuse(g, OP_INVALID);
		return;
	}
	if (profile_merge(&g->profile, k, u, &g->account, &g->why) !=
	    ERR_OK) {
		refuse(g, OP_CONFLICT);
		return;
	}
	note_change(g, u);
	g->kind = g->what == ADD ? PROVISION_ADD : PROVISION_SET;
	put(g);
}

/* The texts of the account outlive the user: it may be gone at the answer. */
static void change_state(struct changing *g, const struct user *u)
{
	struct account a;

	user_account(u, &a);
	a.state = g->what == SUSPEND ? USER_SUSPENDED :
	    g->what == RESUME ? USER_ACTIVE : a.state;
	a.changed = now_ms();
	g->account = a;
	g->kind = g->what == DELETE ? PROVISION_DELETE : PROVISION_SET;
	if (g->what == DELETE)
		buf_adds(&g->why, a.keys[0]);
	put(g);
}

static void run(struct turn *t)
{
	struct changing *g = LIST_ENTRY(t, struct changing, turn);
	struct maker k = { site_now(), digest, &g->p.arena };
	struct user *u;

	if (writer_busy()) {
		buf_addz(&g->why, "the store is busy: try again");
		refuse(g, OP_BUSY);
		return;
	}
	if (profile_account(&g->profile, &k, &g->account, &g->why) !=
	    ERR_OK) {
		refuse(g, OP_INVALID);
		return;
	}
	u = user_find(g->account.keys[0]);
	if (g->what == ADD ? u != NULL : u == NULL) {
		buf_addf(&g->why, u ? "subscriber %.*s exists already: use "
		    "subscriber set" : "there is no subscriber %.*s",
		    STRV_ARG(u ? u->key : g->account.keys[0]));
		refuse(g, u ? OP_CONFLICT : OP_NOT_FOUND);
		return;
	}
	if (g->what == ADD || g->what == SET)
		add_or_set(g, u, &k);
	else
		change_state(g, u);
}

static bool read_aliases(struct op_call *c, struct profile *p)
{
	struct strv one;

	p->has_aliases = op_given(c, "alias");
	for (size_t i = 0; (one = op_nth(c, "alias", i)).p; i++) {
		if (p->naliases == ACCOUNT_ADDRESSES - 1) {
			op_fail(c, OP_INVALID, "at most %d aliases",
			    ACCOUNT_ADDRESSES - 1);
			return false;
		}
		if (one.n)
			p->aliases[p->naliases++] = one;
	}
	return true;
}

static void change(struct op_call *c, enum what what)
{
	struct changing *g;
	struct profile p = { .address = op_text(c, "address") };

	if (what == ADD || what == SET) {
		p.name = op_text(c, "name");
		p.klass = op_text(c, "class");
		p.password = op_text(c, "password");
		p.read_reports = op_text(c, "read-reports");
		p.language = op_text(c, "language");
		if (!read_aliases(c, &p))
			return;
	}
	g = xalloc(sizeof(*g));
	g->c = c;
	g->what = what;
	g->profile = p;
	arena_init(&g->p.arena);
	buf_init(&g->why, 2048);
	buf_init(&g->detail, 8192);
	g->turn.run = run;
	turn(&g->turn);
}

static void op_add(struct op_call *c) { change(c, ADD); }
static void op_set(struct op_call *c) { change(c, SET); }
static void op_suspend(struct op_call *c) { change(c, SUSPEND); }
static void op_resume(struct op_call *c) { change(c, RESUME); }
static void op_delete(struct op_call *c) { change(c, DELETE); }

/* --- look ----------------------------------------------------------------- */

static void op_show(struct op_call *c)
{
	struct strv address = op_text(c, "address");
	struct user *u = NULL;
	struct account a;
	struct buf key;

	buf_init(&key, ADDR_MAX);
	if (dir_key(address, &key) == ERR_OK)
		u = user_find(buf_strv(&key));
	buf_deinit(&key);
	if (!u) {
		op_fail(c, OP_NOT_FOUND, "there is no subscriber %.*s",
		    STRV_ARG(address));
		return;
	}
	user_account(u, &a);
	fields(c, &a, u);
	op_field(c, "written", u->address);
	op_field_time(c, "created", a.created);
	op_done(c);
}

/* --- the table ------------------------------------------------------------ */

#define ADDRESS_HELP "sip:user@domain or tel:+number, in any spelling"

static const struct op_arg add_args[] = {
	{ "address", ARG_REQUIRED | ARG_POSITION, NULL, ADDRESS_HELP,
	  IS_TEXT(1, ADDR_MAX) },
	{ "name", 0, NULL, "the name that others see",
	  IS_TEXT(0, USER_NAME_MAX) },
	{ "class", 0, NULL, "class of service",
	  IS_TEXT(1, USER_CLASS_MAX), BY_DEFAULT("standard") },
	{ "password", ARG_SECRET, NULL, "for SIP digest; without one the "
	  "subscriber cannot register", IS_TEXT(1, USER_PASSWORD_MAX) },
	{ "alias", ARG_REPEAT, NULL, "another address of the subscriber",
	  IS_TEXT(0, ADDR_MAX) },
	{ "read-reports", 0, "on|off", "whether others learn what the "
	  "subscriber has read", IS_CHOICE, BY_DEFAULT("on") },
	{ "language", 0, "ucn", "of notifications: de, or pt-BR (the "
	  "site's)", IS_TEXT(0, 35) },
	{ 0 }
};
static const struct op_arg set_args[] = {
	{ "address", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "subscriber",
	  ADDRESS_HELP, IS_TEXT(1, ADDR_MAX) },
	{ "name", 0, NULL, "the name that others see",
	  IS_TEXT(0, USER_NAME_MAX) },
	{ "class", 0, NULL, "class of service", IS_TEXT(1, USER_CLASS_MAX) },
	{ "password", ARG_SECRET, NULL, "a new one for SIP digest",
	  IS_TEXT(1, USER_PASSWORD_MAX) },
	{ "alias", ARG_REPEAT, NULL, "all other addresses; one empty value "
	  "removes them; a new one needs the password set again",
	  IS_TEXT(0, ADDR_MAX) },
	{ "read-reports", 0, "on|off", "whether others learn what the "
	  "subscriber has read", IS_CHOICE },
	{ "language", 0, "ucn", "of notifications: de, or pt-BR; an empty "
	  "value: the site's", IS_TEXT(0, 35) },
	{ 0 }
};
static const struct op_arg one_args[] = {
	{ "address", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "subscriber",
	  ADDRESS_HELP, IS_TEXT(1, ADDR_MAX) },
	{ 0 }
};

#define ONE	"/subscribers/{address}"
#define SUBSCRIBER \
	"address name class state=active|suspended aliases " \
	"password:bool read-reports=on|off language devices:int~"

static const struct op ops[] = {
	{ "subscriber add", "POST", "/subscribers", CAP_PEOPLE, OP_CORE,
	  add_args, "a new subscriber", op_add,
	  SUBSCRIBER },
	{ "subscriber set", "PATCH", ONE, CAP_PEOPLE, OP_CORE, set_args,
	  "change a subscriber", op_set,
	  SUBSCRIBER },
	{ "subscriber show", "GET", ONE, CAP_PEOPLE_READ, OP_CORE, one_args,
	  "one subscriber", op_show,
	  SUBSCRIBER " written created:time" },
	{ "subscriber suspend", "POST", ONE "/suspend", CAP_PEOPLE,
	  OP_CORE, one_args, "keep the subscriber, but serve it no more",
	  op_suspend,
	  SUBSCRIBER },
	{ "subscriber resume", "POST", ONE "/resume", CAP_PEOPLE, OP_CORE,
	  one_args, "serve a suspended subscriber again", op_resume,
	  SUBSCRIBER },
	{ "subscriber delete", "DELETE", ONE, CAP_PEOPLE, OP_CORE,
	  one_args, "remove a subscriber and its registrations", op_delete,
	  "address state=deleted" },
};

void users_ops_register(void)
{
	if (!digest)
		digest = digest_new();
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
