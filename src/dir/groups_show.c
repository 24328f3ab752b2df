/* groups_show.c - operations that look at groups; their names. */

#include "dir/groups_priv.h"
#include "dir/show_priv.h"

static bool one_group(const struct group_row *g, int64_t members, void *arg)
{
	struct show_page *page = arg;
	struct op_call *c = page->c;

	if (!show_row(page))
		return false;
	buf_adds(&page->last, g->key);
	op_field(c, "address", g->key);
	op_field(c, "subject", g->subject);
	op_field_int(c, "members", members);
	op_field(c, "state", strv(group_state_name(g->state)));
	op_field(c, "who_may_send", strv(group_who_name(g->may_send)));
	op_field(c, "reports", strv(group_reports_name(g->reports)));
	return true;
}

static void show_groups(struct op_call *c)
{
	struct show_page page;

	show_page(c, &page);
	op_list(c);
	show_end(&page, groups_list(op_text(c, "prefix"),
	    op_text(c, "cursor"), one_group, &page));
}

static bool one_member(const struct member_row *m, void *arg)
{
	struct show_page *page = arg;
	struct op_call *c = page->c;

	if (!show_row(page))
		return false;
	buf_adds(&page->last, m->key);
	op_field(c, "address", m->key);
	op_field(c, "role", strv(group_role_name(m->role)));
	op_field_time(c, "added", m->added);
	return true;
}

static void show_members(struct op_call *c)
{
	struct show_page page;
	struct strv group;
	struct buf key;
	enum err e;

	buf_init(&key, ADDR_MAX);
	if (show_key(c, "group", &key, &group)) {
		show_page(c, &page);
		op_list(c);
		e = members_list(group, op_text(c, "cursor"), one_member,
		    &page);
		if (e == ERR_NO_USER) {
			op_fail(c, OP_NOT_FOUND, "there is no group %.*s",
			    STRV_ARG(group));
			buf_deinit(&page.last);
		} else {
			show_end(&page, e);
		}
	}
	buf_deinit(&key);
}

/* --- completion ----------------------------------------------------------- */

struct offering {
	complete_offer_fn *offer;
	void *arg;
};

static bool offer_one(const struct group_row *g, int64_t members, void *arg)
{
	const struct offering *o = arg;

	(void)members;
	return o->offer(g->key, o->arg);
}

void groups_offer(struct strv prefix, complete_offer_fn *offer, void *arg)
{
	struct offering o = { offer, arg };

	(void)groups_list(prefix, STRV(""), offer_one, &o);
}

/* --- the table ------------------------------------------------------------ */

#define PAGE_ARGS \
	LIMIT_ARG, \
	CURSOR_ARG, \
	{ 0 }

static const struct op_arg groups_args[] = {
	{ "prefix", ARG_POSITION, "group", "only addresses that begin so: "
	  "sip:team", IS_TEXT(0, ADDR_MAX) },
	PAGE_ARGS
};
static const struct op_arg members_args[] = {
	{ "group", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "group",
	  "whose members", IS_TEXT(1, ADDR_MAX) },
	PAGE_ARGS
};

static const struct op ops[] = {
	{ "show groups", "GET", "/groups", CAP_PEOPLE_READ, OP_READ,
	  groups_args,
	  "which groups there are", show_groups,
	  "[address subject members:int state who_may_send reports]" },
	{ "show members", "GET", "/groups/{group}/members", CAP_PEOPLE_READ,
	  OP_READ, members_args, "who the members of a group are",
	  show_members,
	  "[address role added:time]" },
};

void groups_show_register(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
