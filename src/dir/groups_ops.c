/* groups_ops.c - operations that change groups and their members. */

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/now.h"
#include "conf/conf.h"
#include "dir/groups_priv.h"

/* One operation from its call to its answer. */
struct grouping {
	struct turn turn;
	struct group_write w;
	struct op_call *c;
	const struct action *action;
	struct group_change change;
	struct buf key;		/* of the group */
	struct buf member;	/* key */
	struct buf why, detail;
};

/* What an operation does in its turn; false: it has refused. */
struct action {
	const char *name;
	bool (*decide)(struct grouping *g, struct group *group);
	bool adds;		/* the group must not be there yet */
};

/* --- the end -------------------------------------------------------------- */

static void finish(struct grouping *g)
{
	turn_end(&g->turn);
	buf_deinit(&g->key);
	buf_deinit(&g->member);
	buf_deinit(&g->why);
	buf_deinit(&g->detail);
	free(g);
}

static bool refuse(struct grouping *g, enum op_code code)
{
	op_fail(g->c, code, "%s", g->why.p);
	return false;
}

static void fields(struct op_call *c, const struct group *g)
{
	const struct group_row *r = &g->row;

	op_field(c, "address", r->key);
	op_field(c, "subject", r->subject);
	op_field(c, "state", strv(group_state_name(r->state)));
	op_field_int(c, "members", (int64_t)g->roster->n);
	op_field_int(c, "max_size", r->max_size);
	op_field(c, "who_may_send", strv(group_who_name(r->may_send)));
	op_field(c, "see_members", strv(group_who_name(r->may_see)));
	op_field(c, "membership", r->closed ? STRV("closed") : STRV("open"));
	op_field(c, "reports", strv(group_reports_name(r->reports)));
	op_field_bool(c, "copy_to_sender", r->copy);
}

static void answer(struct grouping *g)
{
	const struct group *group = group_find(buf_strv(&g->key));
	const struct group_member *m;

	if (g->member.n) {
		m = group ? group_find_member(group, buf_strv(&g->member)) : NULL;
		op_field(g->c, "group", buf_strv(&g->key));
		op_field(g->c, "address", buf_strv(&g->member));
		op_field(g->c, "role", m ? strv(group_role_name(m->role)) :
		    STRV("none"));
	} else if (group) {
		fields(g->c, group);
	} else {
		op_field(g->c, "address", buf_strv(&g->key));
		op_field(g->c, "state", STRV("deleted"));
	}
	op_done(g->c);
}

static void written(struct group_write *w, enum err e)
{
	struct grouping *g = w->arg;

	if (e == ERR_OK)
		answer(g);
	else
		op_fail(g->c, OP_FAILED, "the database could not be written: "
		    "nothing was changed; see the log of the daemon");
	finish(g);
}

/* --- rules ---------------------------------------------------------------- */

static void note(struct grouping *g, const char *name, struct strv value)
{
	buf_addf(&g->detail, "%s \"%.*s\"; ", name, STRV_ARG(value));
}

/* One of names, or as it was. */
static void read_name(struct grouping *g, const char *arg,
    int (*of)(struct strv name), int *out)
{
	struct strv s = op_text(g->c, arg);

	if (!s.p)
		return;
	*out = of(s);
	note(g, arg, s);
}

static int membership_of(struct strv s)
{
	return strv_eq(s, STRV("open")) ? 0 : strv_eq(s, STRV("closed")) ? 1 :
	    -1;
}

static int switch_of(struct strv s)
{
	return strv_eq(s, STRV("off")) ? 0 : strv_eq(s, STRV("on")) ? 1 : -1;
}

static void read_rules(struct grouping *g, struct group_row *r)
{
	int state = r->state, send = (int)r->may_send, see = (int)r->may_see;
	int closed = r->closed, reports = (int)r->reports, copy = r->copy;

	read_name(g, "who-may-send", group_who_of, &send);
	read_name(g, "see-members", group_who_of, &see);
	read_name(g, "membership", membership_of, &closed);
	read_name(g, "reports", group_reports_of, &reports);
	read_name(g, "copy-to-sender", switch_of, &copy);
	if (!g->action->adds)
		read_name(g, "state", group_state_of, &state);
	r->state = (enum group_state)state;
	r->may_send = (enum group_who)send;
	r->may_see = (enum group_who)see;
	r->closed = closed == 1;
	r->reports = (enum group_reports)reports;
	r->copy = copy == 1;
}

static void read_subject(struct grouping *g, struct group_row *r)
{
	struct strv subject = op_text(g->c, "subject");

	if (!subject.p)
		return;
	note(g, "subject", subject);
	r->subject = subject;
}

static void read_row(struct grouping *g, struct group_row *r)
{
	int64_t was = r->max_size;

	if (op_given(g->c, "max-size"))
		r->max_size = op_int(g->c, "max-size");
	if (r->max_size != was)
		buf_addf(&g->detail, "max-size %" PRId64 "; ", r->max_size);
	read_subject(g, r);
	read_rules(g, r);
}

/* --- what each does ------------------------------------------------------- */

static bool decide_add(struct grouping *g, struct group *group)
{
	struct group_row *r = &g->change.row;
	const struct user *u = user_find(buf_strv(&g->key));

	(void)group;
	if (u) {
		buf_addf(&g->why, "%s belongs to subscriber %.*s", g->key.p,
		    STRV_ARG(u->key));
		return refuse(g, OP_CONFLICT);
	}
	groups_defaults(r);
	read_row(g, r);
	r->id = groups_next_id();
	r->key = buf_strv(&g->key);
	r->written = op_text(g->c, "address");
	r->created = r->changed = now_ms();
	g->change.kind = GROUP_ADD;
	return true;
}

static bool decide_set(struct grouping *g, struct group *group)
{
	struct group_row *r = &g->change.row;

	*r = group->row;
	read_row(g, r);
	if (g->detail.n == 0) {
		buf_addz(&g->why, "nothing to set: give --subject, --state or "
		    "another rule; see --help");
		return refuse(g, OP_INVALID);
	}
	if (r->max_size < (int64_t)group->roster->n) {
		buf_addf(&g->why, "the group has %zu members: remove some "
		    "first", group->roster->n);
		return refuse(g, OP_CONFLICT);
	}
	r->changed = now_ms();
	g->change.kind = GROUP_SET;
	return true;
}

static bool decide_delete(struct grouping *g, struct group *group)
{
	buf_addf(&g->detail, "%zu members", group->roster->n);
	g->change.kind = GROUP_DELETE;
	g->change.row.id = group->row.id;
	return true;
}

/* The member's key, into g->member. */
static bool read_member(struct grouping *g)
{
	return groups_key(op_text(g->c, "address"), false, &g->member,
	    &g->why) || refuse(g, OP_INVALID);
}

static bool read_role(struct grouping *g, int *role)
{
	struct strv s = op_text(g->c, "role");

	*role = s.p ? group_role_of(s) : -1;
	if (!s.p || *role >= 0)
		return true;
	buf_addz(&g->why, "--role is member or admin");
	return refuse(g, OP_INVALID);
}

static bool decide_member_add(struct grouping *g, struct group *group)
{
	const struct group_member *m;
	int role;

	if (!read_member(g) || !read_role(g, &role))
		return false;
	m = group_find_member(group, buf_strv(&g->member));
	if (m && role < 0) {
		buf_addf(&g->why, "%s is a member already", g->member.p);
		return refuse(g, OP_CONFLICT);
	}
	if (strv_eq(group->row.key, buf_strv(&g->member))) {
		buf_addz(&g->why, "a group cannot be its own member");
		return refuse(g, OP_INVALID);
	}
	if (!m && (int64_t)group->roster->n >= group->row.max_size) {
		buf_addf(&g->why, "the group is full: its max-size is %"
		    PRId64, group->row.max_size);
		return refuse(g, OP_CONFLICT);
	}
	g->change = (struct group_change){ .kind = MEMBER_PUT, .member = {
	    group->row.id, buf_strv(&g->member), role == ROLE_OF_ADMIN ?
	    ROLE_OF_ADMIN : ROLE_OF_MEMBER, now_ms() } };
	buf_addf(&g->detail, "%s as %s", g->member.p,
	    group_role_name(g->change.member.role));
	return true;
}

static bool decide_member_remove(struct grouping *g, struct group *group)
{
	if (!read_member(g))
		return false;
	if (!group_find_member(group, buf_strv(&g->member))) {
		buf_addf(&g->why, "%s is no member of %s", g->member.p,
		    g->key.p);
		return refuse(g, OP_NOT_FOUND);
	}
	g->change = (struct group_change){ .kind = MEMBER_DELETE, .member = {
	    .group = group->row.id, .key = buf_strv(&g->member) } };
	buf_addf(&g->detail, "%s", g->member.p);
	return true;
}

/* --- one turn ------------------------------------------------------------- */

static bool decide(struct grouping *g)
{
	bool of_member = g->action->decide == decide_member_add ||
	    g->action->decide == decide_member_remove;
	struct group *group;

	if (writer_busy()) {
		buf_addz(&g->why, "the store is busy: try again");
		return refuse(g, OP_BUSY);
	}
	if (!groups_key(op_text(g->c, of_member ? "group" : "address"), true,
	    &g->key, &g->why))
		return refuse(g, OP_INVALID);
	group = group_find(buf_strv(&g->key));
	if (g->action->adds != (group == NULL)) {
		buf_addf(&g->why, group ? "group %s exists already: use group "
		    "set" : "there is no group %s", g->key.p);
		return refuse(g, group ? OP_CONFLICT : OP_NOT_FOUND);
	}
	return g->action->decide(g, group);
}

static void run(struct turn *t)
{
	struct grouping *g = LIST_ENTRY(t, struct grouping, turn);

	if (!decide(g)) {
		finish(g);
		return;
	}
	g->w.actor = op_who(g->c);
	g->w.action = strv(g->action->name);
	g->w.object = buf_strv(&g->key);
	g->w.detail = buf_strv(&g->detail);
	g->w.changes = &g->change;
	g->w.n = 1;
	g->w.done = written;
	g->w.arg = g;
	groups_write(&g->w);
}

static void change(struct op_call *c, const struct action *a)
{
	struct grouping *g = xalloc(sizeof(*g));

	g->c = c;
	g->action = a;
	buf_init(&g->key, ADDR_MAX);
	buf_init(&g->member, ADDR_MAX);
	buf_init(&g->why, 2048);
	buf_init(&g->detail, 2048);
	g->turn.run = run;
	turn(&g->turn);
}

static const struct action actions[] = {
	{ "group add", decide_add, true },
	{ "group set", decide_set, false },
	{ "group delete", decide_delete, false },
	{ "group member add", decide_member_add, false },
	{ "group member remove", decide_member_remove, false },
};

static void op_add(struct op_call *c) { change(c, &actions[0]); }
static void op_set(struct op_call *c) { change(c, &actions[1]); }
static void op_delete(struct op_call *c) { change(c, &actions[2]); }
static void op_member_add(struct op_call *c) { change(c, &actions[3]); }
static void op_member_remove(struct op_call *c) { change(c, &actions[4]); }

/* --- look ----------------------------------------------------------------- */

static void op_show(struct op_call *c)
{
	struct strv address = op_text(c, "address");
	struct group *g = NULL;
	struct buf key;

	buf_init(&key, ADDR_MAX);
	if (dir_key(address, &key) == ERR_OK)
		g = group_find(buf_strv(&key));
	buf_deinit(&key);
	if (!g) {
		op_fail(c, OP_NOT_FOUND, "there is no group %.*s",
		    STRV_ARG(address));
		return;
	}
	fields(c, g);
	op_field(c, "written", g->row.written);
	op_field_time(c, "created", g->row.created);
	op_field_time(c, "changed", g->row.changed);
	op_done(c);
}

/* --- the table ------------------------------------------------------------ */

#define WHO	"members|admins|anyone"
#define RULES(membership) \
	{ "subject", 0, NULL, "what the group is about", \
	  IS_TEXT(0, GROUP_SUBJECT_MAX) }, \
	{ "who-may-send", 0, WHO, "whose messages go to the members", \
	  IS_CHOICE }, \
	{ "see-members", 0, WHO, "who may see who the members are", \
	  IS_CHOICE }, \
	{ "membership", 0, "open|closed", "may others than admins join", \
	  IS_CHOICE, BY_DEFAULT(membership) }, \
	{ "max-size", 0, NULL, "members it may have", \
	  IS_INT(1, GROUP_SIZE_MAX, "members") }, \
	{ "reports", 0, "all|failures|none", "which reports of members the " \
	  "sender gets, of those it asks for", IS_CHOICE }, \
	{ "copy-to-sender", 0, "on|off", "whether the sender's other devices " \
	  "get the message too", IS_CHOICE }
#define MEMBER_HELP "sip: or tel:, a subscriber, a number or a group"

static const struct op_arg add_args[] = {
	{ "address", ARG_REQUIRED | ARG_POSITION, NULL,
	  "sip:name@domain or tel:+number of the site", IS_TEXT(1, ADDR_MAX) },
	RULES("closed"),
	{ 0 }
};
static const struct op_arg set_args[] = {
	{ "address", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "group",
	  "the group", IS_TEXT(1, ADDR_MAX) },
	{ "state", 0, "active|suspended", "a suspended group takes no "
	  "messages", IS_CHOICE },
	RULES(NULL),
	{ 0 }
};
static const struct op_arg one_args[] = {
	{ "address", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "group",
	  "the group", IS_TEXT(1, ADDR_MAX) },
	{ 0 }
};
static const struct op_arg member_add_args[] = {
	{ "group", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "group",
	  "the group", IS_TEXT(1, ADDR_MAX) },
	{ "address", ARG_REQUIRED | ARG_POSITION, "address", MEMBER_HELP,
	  IS_TEXT(1, ADDR_MAX) },
	{ "role", 0, "member|admin", "of a member already: its new role",
	  IS_CHOICE },
	{ 0 }
};
static const struct op_arg member_remove_args[] = {
	{ "group", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "group",
	  "the group", IS_TEXT(1, ADDR_MAX) },
	{ "address", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "address",
	  MEMBER_HELP, IS_TEXT(1, ADDR_MAX) },
	{ 0 }
};

#define ONE	"/groups/{address}"
#define MEMBERS	"/groups/{group}/members"
#define GROUP \
	"address subject state members:int max_size:int " \
	"who_may_send see_members membership=open|closed reports " \
	"copy_to_sender:bool"

static const struct op ops[] = {
	{ "group add", "POST", "/groups", CAP_PEOPLE, OP_CORE, add_args,
	  "a new group, still without members", op_add,
	  GROUP },
	{ "group set", "PATCH", ONE, CAP_PEOPLE, OP_CORE, set_args,
	  "change a group's subject, state and rules", op_set,
	  GROUP },
	{ "group show", "GET", ONE, CAP_PEOPLE_READ, OP_CORE, one_args,
	  "one group", op_show,
	  GROUP " written created:time changed:time" },
	{ "group delete", "DELETE", ONE, CAP_PEOPLE, OP_CORE, one_args,
	  "remove a group; its members stay subscribers", op_delete,
	  "address state=deleted" },
	{ "group member add", "POST", MEMBERS, CAP_PEOPLE, OP_CORE,
	  member_add_args, "a new member, or a member's new role",
	  op_member_add,
	  "group address role" },
	{ "group member remove", "DELETE", MEMBERS "/{address}",
	  CAP_PEOPLE, OP_CORE, member_remove_args,
	  "a member leaves the group", op_member_remove,
	  "group address role" },
};

void groups_ops_register(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
