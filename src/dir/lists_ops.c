/* lists_ops.c - operations that change the lists of a subscriber. */

#include <stdlib.h>

#include "base/alloc.h"
#include "dir/groups_priv.h"
#include "dir/lists_priv.h"
#include "loop/work.h"

/* One operation from its call to its answer. */
struct listing {
	struct turn turn;
	struct lists_job job;
	const struct action *action;
	struct strv list;	/* its name, as it was given */
	struct buf detail;
	struct lists_fields fields;	/* of the list as it is now */
	struct strv member;		/* uri; absent: it is about the list */
};

/* What an operation does to the lists; false: it has refused. */
struct action {
	const char *name;
	bool (*edit)(struct listing *g, struct list_edit *e);
};

/* --- the end -------------------------------------------------------------- */

static void finish(struct listing *g)
{
	turn_end(&g->turn);
	lists_job_deinit(&g->job);
	buf_deinit(&g->detail);
	free(g);
}

static void answer(struct listing *g)
{
	struct op_call *c = g->job.c;

	op_field(c, "subscriber", g->job.doc.object);
	if (g->member.p) {
		op_field(c, "list", g->list);
		op_field(c, "address", g->member);
	} else if (g->fields.name.p) {
		lists_say(c, &g->fields);
	} else {
		op_field(c, "list", g->list);
		op_field(c, "state", STRV("deleted"));
	}
	op_done(c);
}

static void written(struct own_document *d, enum err e)
{
	struct listing *g = d->arg;

	if (e == ERR_OK)
		answer(g);
	else
		op_fail(g->job.c, OP_FAILED, "the database could not be "
		    "written: nothing was changed; see the log of the daemon");
	finish(g);
}

/* --- what each does, in a worker ------------------------------------------ */

static bool refuse(struct listing *g, enum list_edited r, struct strv name)
{
	struct lists_job *j = &g->job;

	if (r == LIST_EXISTS)
		lists_refuse(j, OP_CONFLICT, "%.*s has a list \"%.*s\" "
		    "already", STRV_ARG(j->doc.object), STRV_ARG(name));
	else if (r == LIST_NO_LIST)
		lists_refuse(j, OP_NOT_FOUND, "%.*s has no list \"%.*s\"",
		    STRV_ARG(j->doc.object), STRV_ARG(name));
	return r == LIST_EDITED || r == LIST_SAME;
}

static bool good_name(struct listing *g, struct strv s)
{
	if (lists_is_name(s))
		return true;
	lists_refuse(&g->job, OP_INVALID, "the name of a list is 1 to %d "
	    "bytes of text without controls", LISTS_NAME_MAX);
	return false;
}

static bool good_title(struct listing *g, struct strv s)
{
	if (profile_is_text(s, LISTS_NAME_MAX))
		return true;
	lists_refuse(&g->job, OP_INVALID, "this is up to %d bytes of text "
	    "without controls: \"%.*s\"", LISTS_NAME_MAX, STRV_ARG(s));
	return false;
}

static bool edit_title(struct listing *g, struct list_edit *e)
{
	struct strv title = op_text(g->job.c, "title");

	if (!title.p)
		return true;
	if (!good_title(g, title))
		return false;
	buf_addf(&g->detail, "; title \"%.*s\"", STRV_ARG(title));
	return refuse(g, list_edit_title(e, g->list, title), g->list);
}

static bool edit_add(struct listing *g, struct list_edit *e)
{
	return good_name(g, g->list) &&
	    refuse(g, list_edit_add(e, g->list), g->list) && edit_title(g, e);
}

/* The two of blocked contacts are known by their names. */
static bool edit_name(struct listing *g, struct list_edit *e)
{
	struct strv to = op_text(g->job.c, "name");

	if (!to.p || strv_eq(to, g->list))
		return true;
	if (!good_name(g, to))
		return false;
	if (own_lists_effect(g->list) || own_lists_effect(to)) {
		lists_refuse(&g->job, OP_CONFLICT, "a list of blocked "
		    "contacts keeps its name, and no other list gets it");
		return false;
	}
	if (!refuse(g, list_edit_rename(e, g->list, to), to))
		return false;
	buf_addf(&g->detail, "; name \"%.*s\"", STRV_ARG(to));
	g->list = to;
	return true;
}

static bool edit_set(struct listing *g, struct list_edit *e)
{
	if (!op_given(g->job.c, "title") && !op_given(g->job.c, "name")) {
		lists_refuse(&g->job, OP_INVALID, "nothing to set: give "
		    "--title or --name");
		return false;
	}
	return edit_title(g, e) && edit_name(g, e);
}

static bool edit_delete(struct listing *g, struct list_edit *e)
{
	return refuse(g, list_edit_delete(e, g->list), g->list);
}

static bool edit_member_add(struct listing *g, struct list_edit *e)
{
	struct strv address = op_text(g->job.c, "address");
	struct strv name = op_text(g->job.c, "name");
	enum list_edited r;
	struct buf key;
	bool new;

	buf_init(&key, ADDR_MAX);
	if (groups_is_address(&g->job.site, address, &key))
		g->member = arena_str(&g->job.arena, buf_strv(&key));
	else
		lists_refuse(&g->job, OP_INVALID, "this is no sip: or tel: "
		    "address: \"%.*s\"", STRV_ARG(address));
	buf_deinit(&key);
	if (!g->member.p || !good_title(g, name))
		return false;
	r = list_edit_put(e, g->list, g->member, name, &new);
	if (r == LIST_SAME)
		lists_refuse(&g->job, OP_CONFLICT, "%.*s is on the list "
		    "already", STRV_ARG(g->member));
	buf_addf(&g->detail, ": %.*s", STRV_ARG(g->member));
	return refuse(g, r, g->list) && r == LIST_EDITED;
}

/* It may be any uri that a client has put there. */
static bool edit_member_remove(struct listing *g, struct list_edit *e)
{
	enum list_edited r;

	g->member = op_text(g->job.c, "address");
	r = list_edit_take(e, g->list, g->member);
	if (r == LIST_NO_MEMBER)
		lists_refuse(&g->job, OP_NOT_FOUND, "%.*s is not on the list "
		    "\"%.*s\"", STRV_ARG(g->member), STRV_ARG(g->list));
	buf_addf(&g->detail, ": %.*s", STRV_ARG(g->member));
	return refuse(g, r, g->list);
}

/* --- one turn ------------------------------------------------------------- */

static bool take(const struct list_edit_list *l, void *arg)
{
	struct listing *g = arg;

	return lists_take(l, &g->job.arena, &g->fields);
}

static void work(void *arg)
{
	struct listing *g = arg;
	struct list_edit *e = lists_job_open(&g->job);

	if (!e)
		return;
	g->list = op_text(g->job.c, "list");
	buf_adds(&g->detail, g->list);
	if (g->action->edit(g, e) && lists_job_keep(&g->job, e))
		(void)list_edit_find(e, g->list, take, g);
	list_edit_close(e);
}

static void worked(void *arg)
{
	struct listing *g = arg;
	struct own_lists_note note = { op_who(g->job.c),
		strv(g->action->name), buf_strv(&g->detail) };

	if (lists_job_refused(&g->job))
		finish(g);
	else
		own_lists_write(&g->job.doc, buf_strv(&g->job.text), &note,
		    written, g);
}

static void run(struct turn *t)
{
	struct listing *g = LIST_ENTRY(t, struct listing, turn);

	if (!lists_job_owner(&g->job)) {
		finish(g);
		return;
	}
	if (!writer_busy() && work_run(work, worked, g))
		return;
	op_fail(g->job.c, OP_BUSY, "the store is busy: try again");
	finish(g);
}

static void change(struct op_call *c, const struct action *a)
{
	struct listing *g = xalloc(sizeof(*g));

	lists_job_init(&g->job, c);
	g->action = a;
	buf_init(&g->detail, 3000);
	g->turn.run = run;
	turn(&g->turn);
}

static const struct action actions[] = {
	{ "list add", edit_add },
	{ "list set", edit_set },
	{ "list delete", edit_delete },
	{ "list member add", edit_member_add },
	{ "list member remove", edit_member_remove },
};

static void op_add(struct op_call *c) { change(c, &actions[0]); }
static void op_set(struct op_call *c) { change(c, &actions[1]); }
static void op_delete(struct op_call *c) { change(c, &actions[2]); }
static void op_member_add(struct op_call *c) { change(c, &actions[3]); }
static void op_member_remove(struct op_call *c) { change(c, &actions[4]); }

/* --- the table ------------------------------------------------------------ */

#define SUBSCRIBER \
	{ "subscriber", ARG_REQUIRED | ARG_POSITION | ARG_PATH, \
	  "subscriber", "whose list it is", IS_TEXT(1, ADDR_MAX) }
#define LIST \
	{ "list", ARG_REQUIRED | ARG_POSITION | ARG_PATH, NULL, "its name", \
	  IS_TEXT(1, 1024) }

static const struct op_arg add_args[] = {
	SUBSCRIBER,
	{ "list", ARG_REQUIRED | ARG_POSITION, NULL, "its name",
	  IS_TEXT(1, LISTS_NAME_MAX) },
	{ "title", 0, NULL, "what people call it", IS_TEXT(0, LISTS_NAME_MAX) },
	{ 0 }
};
static const struct op_arg set_args[] = {
	SUBSCRIBER, LIST,
	{ "title", 0, NULL, "what people call it; \"\": as its name",
	  IS_TEXT(0, LISTS_NAME_MAX) },
	{ "name", 0, NULL, "another name", IS_TEXT(0, LISTS_NAME_MAX) },
	{ 0 }
};
static const struct op_arg one_args[] = {
	SUBSCRIBER, LIST,
	{ 0 }
};
static const struct op_arg member_add_args[] = {
	SUBSCRIBER, LIST,
	{ "address", ARG_REQUIRED | ARG_POSITION, "address",
	  "sip: or tel:, of whomever", IS_TEXT(1, 1024) },
	{ "name", 0, NULL, "what people call him; of a member already: from "
	  "now on", IS_TEXT(0, LISTS_NAME_MAX) },
	{ 0 }
};
static const struct op_arg member_remove_args[] = {
	SUBSCRIBER, LIST,
	{ "address", ARG_REQUIRED | ARG_POSITION | ARG_PATH, NULL,
	  "as list members shows it, or in another spelling",
	  IS_TEXT(1, 1024) },
	{ 0 }
};

#define ALL	"/subscribers/{subscriber}/lists"
#define ONE	ALL "/{list}"
#define MEMBERS	ONE "/members"
#define LIST_ANSWER \
	"subscriber list title? members:int lists:int " \
	"references:int blocks?"

static const struct op ops[] = {
	{ "list add", "POST", ALL, CAP_PEOPLE, OP_CORE, add_args,
	  "a new list of a subscriber, as its clients see it too", op_add,
	  LIST_ANSWER },
	{ "list set", "PATCH", ONE, CAP_PEOPLE, OP_CORE, set_args,
	  "another title or name of a list", op_set,
	  LIST_ANSWER },
	{ "list delete", "DELETE", ONE, CAP_PEOPLE, OP_CORE, one_args,
	  "remove a list and all that is in it", op_delete,
	  "subscriber list state=deleted" },
	{ "list member add", "POST", MEMBERS, CAP_PEOPLE, OP_CORE,
	  member_add_args, "put an address on a list, or give it another "
	  "name there", op_member_add,
	  "subscriber list address" },
	{ "list member remove", "DELETE", MEMBERS "/{address}", CAP_PEOPLE,
	  OP_CORE, member_remove_args, "take an address off a list",
	  op_member_remove,
	  "subscriber list address" },
};

void lists_ops_register(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
	lists_show_register();
	lists_import_register();
}
