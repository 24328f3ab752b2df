/* lists_show.c - operations that look at the lists of subscribers. */

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/csvw.h"
#include "dir/lists_priv.h"
#include "dir/show_priv.h"
#include "loop/work.h"
#include "store/documents.h"

#define EXPORT_MAX	((size_t)16 << 20)	/* what an import takes */

/* One look: a worker reads, the core answers. */
struct looking {
	struct lists_job job;
	void (*look)(struct looking *q, struct list_edit *e);
	void (*answer)(struct looking *q);
	struct list_node *first, **last;
	char etag[XCAP_ETAG];
	struct buf out;			/* of an export */
	struct strv owner, list;	/* whose line it is now */
	struct strv title;
};

/* A list or a member, in the arena. */
struct list_node {
	struct list_node *next;
	struct lists_fields list;
	struct list_edit_member member;
};

static void finish(struct looking *q)
{
	lists_job_deinit(&q->job);
	buf_deinit(&q->out);
	free(q);
}

static struct list_node *node(struct looking *q)
{
	struct list_node *n = arena_alloc(&q->job.arena, sizeof(*n));

	*q->last = n;
	q->last = &n->next;
	return n;
}

static void work(void *arg)
{
	struct looking *q = arg;
	struct list_edit *e = lists_job_open(&q->job);

	if (!e)
		return;
	if (q->job.text.n)
		xcap_etag(buf_strv(&q->job.text), q->etag);
	q->look(q, e);
	list_edit_close(e);
}

static void worked(void *arg)
{
	struct looking *q = arg;

	if (!lists_job_refused(&q->job))
		q->answer(q);
	finish(q);
}

static struct looking *looking_new(struct op_call *c)
{
	struct looking *q = xalloc(sizeof(*q));

	lists_job_init(&q->job, c);
	buf_init(&q->out, EXPORT_MAX);
	q->last = &q->first;
	return q;
}

static void start(struct looking *q, void (*run)(void *arg))
{
	if (work_run(run, worked, q))
		return;
	op_fail(q->job.c, OP_BUSY, "too much is going on: try again");
	finish(q);
}

static void look_at(struct op_call *c,
    void (*look)(struct looking *q, struct list_edit *e),
    void (*answer)(struct looking *q))
{
	struct looking *q = looking_new(c);

	q->look = look;
	q->answer = answer;
	if (lists_job_owner(&q->job))
		start(q, work);
	else
		finish(q);
}

/* --- all lists, and one --------------------------------------------------- */

static bool take_list(const struct list_edit_list *l, void *arg)
{
	struct looking *q = arg;

	return lists_take(l, &q->job.arena, &node(q)->list);
}

static void look_lists(struct looking *q, struct list_edit *e)
{
	list_edit_each(e, take_list, q);
}

static void answer_lists(struct looking *q)
{
	op_list(q->job.c);
	for (const struct list_node *n = q->first; n; n = n->next) {
		op_row(q->job.c);
		lists_say(q->job.c, &n->list);
	}
	op_done(q->job.c);
}

static void refuse_list(struct looking *q)
{
	lists_refuse(&q->job, OP_NOT_FOUND, "%.*s has no list \"%.*s\"",
	    STRV_ARG(q->job.doc.object), STRV_ARG(op_text(q->job.c, "list")));
}

static void look_list(struct looking *q, struct list_edit *e)
{
	if (!list_edit_find(e, op_text(q->job.c, "list"), take_list, q))
		refuse_list(q);
}

static void answer_list(struct looking *q)
{
	op_field(q->job.c, "subscriber", q->job.doc.object);
	lists_say(q->job.c, &q->first->list);
	op_field(q->job.c, "etag", strv(q->etag));
	op_done(q->job.c);
}

static void op_lists(struct op_call *c)
{
	look_at(c, look_lists, answer_lists);
}

static void op_show(struct op_call *c)
{
	look_at(c, look_list, answer_list);
}

/* --- members -------------------------------------------------------------- */

static bool take_member(const struct list_edit_member *m, void *arg)
{
	struct looking *q = arg;

	node(q)->member = (struct list_edit_member){
		arena_str(&q->job.arena, m->uri),
		arena_str(&q->job.arena, m->name) };
	return true;
}

static void look_members(struct looking *q, struct list_edit *e)
{
	if (!list_edit_members(e, op_text(q->job.c, "list"), take_member, q))
		refuse_list(q);
}

static void answer_members(struct looking *q)
{
	struct op_call *c = q->job.c;
	struct show_page page;
	int64_t after = op_int(c, "cursor"), at = 0;

	show_page(c, &page);
	op_list(c);
	for (const struct list_node *n = q->first; n; n = n->next) {
		if (++at <= after)
			continue;
		if (!show_row(&page))
			break;
		buf_addi(&page.last, at);
		op_field(c, "address", n->member.uri);
		op_field(c, "name", n->member.name);
	}
	show_end(&page, ERR_OK);
}

static void op_members(struct op_call *c)
{
	look_at(c, look_members, answer_members);
}

/* --- export --------------------------------------------------------------- */

static void line(struct looking *q, struct strv member, struct strv name)
{
	struct csvw w = { &q->out, false };

	csvw_field(&w, q->owner);
	csvw_field(&w, q->list);
	csvw_field(&w, q->title);
	csvw_field(&w, member);
	csvw_field(&w, name);
	csvw_end(&w);
}

static bool export_member(const struct list_edit_member *m, void *arg)
{
	line(arg, m->uri, m->name);
	return true;
}

static void export_lists(struct looking *q, struct list_edit *e)
{
	struct list_node *n;

	q->first = NULL;
	q->last = &q->first;
	q->owner = q->job.doc.object;
	look_lists(q, e);
	for (n = q->first; n; n = n->next) {
		q->list = n->list.name;
		q->title = n->list.title;
		if (n->list.members == 0)
			line(q, STRV(""), STRV(""));
		(void)list_edit_members(e, n->list.name, export_member, q);
	}
}

/* Each has an arena of its own: there may be very many. */
static bool export_owner(uint64_t subscriber, struct strv key, void *arg)
{
	struct looking *q = arg;
	struct lists_job *j = &q->job;
	struct arena *all = j->doc.arena;
	struct list_edit *e;

	arena_deinit(all);
	arena_init(all);
	buf_clear(&j->text);
	j->doc.user = subscriber;
	j->doc.object = arena_str(all, key);
	e = lists_job_open(j);
	if (e)
		export_lists(q, e);
	list_edit_close(e);
	return e && !q->out.full;
}

static void export_all(void *arg)
{
	struct looking *q = arg;

	q->job.doc.site = &q->job.site;
	q->job.doc.arena = &q->job.arena;
	if (document_owners(STRV(OWN_LISTS_USAGE), STRV(OWN_LISTS_NAME),
	    export_owner, q) != ERR_OK)
		lists_refuse(&q->job, OP_FAILED, "the database could not be "
		    "read");
}

static void answer_export(struct looking *q)
{
	if (q->out.full) {
		op_fail(q->job.c, OP_TOO_LARGE, "more than %zu MiB: export "
		    "one subscriber after the other", EXPORT_MAX >> 20);
		return;
	}
	op_say(q->job.c, buf_strv(&q->out));
	op_done(q->job.c);
}

static void op_export(struct op_call *c)
{
	struct looking *q = looking_new(c);

	buf_addz(&q->out, "subscriber,list,title,member,name\r\n");
	q->look = export_lists;
	q->answer = answer_export;
	if (!op_text(c, "subscriber").n)
		start(q, export_all);
	else if (lists_job_owner(&q->job))
		start(q, work);
	else
		finish(q);
}

/* --- the table ------------------------------------------------------------ */

#define SUBSCRIBER \
	{ "subscriber", ARG_REQUIRED | ARG_POSITION | ARG_PATH, \
	  "subscriber", "whose", IS_TEXT(1, ADDR_MAX) }
#define LIST \
	{ "list", ARG_REQUIRED | ARG_POSITION | ARG_PATH, NULL, "its name", \
	  IS_TEXT(1, 1024) }

static const struct op_arg lists_args[] = {
	SUBSCRIBER,
	{ 0 }
};
static const struct op_arg one_args[] = {
	SUBSCRIBER, LIST,
	{ 0 }
};
static const struct op_arg members_args[] = {
	SUBSCRIBER, LIST,
	LIMIT_ARG,
	CURSOR_ARG,
	{ 0 }
};
static const struct op_arg export_args[] = {
	{ "subscriber", ARG_POSITION, "subscriber", "only this one's",
	  IS_TEXT(1, ADDR_MAX) },
	{ 0 }
};

#define ALL	"/subscribers/{subscriber}/lists"
#define ONE	ALL "/{list}"
#define LIST_ANSWER \
	"list title? members:int lists:int references:int blocks?"

static const struct op ops[] = {
	{ "show lists", "GET", ALL, CAP_PEOPLE_READ, OP_CORE, lists_args,
	  "the lists that a subscriber and its clients keep", op_lists,
	  "[" LIST_ANSWER "]" },
	{ "list show", "GET", ONE, CAP_PEOPLE_READ, OP_CORE, one_args,
	  "one list", op_show,
	  "subscriber " LIST_ANSWER " etag" },
	{ "list members", "GET", ONE "/members", CAP_PEOPLE_READ, OP_CORE,
	  members_args, "who is on a list", op_members,
	  "[address name?]" },
	{ "list export", "GET", "/lists/export", CAP_PEOPLE_READ, OP_CORE,
	  export_args, "lists as CSV, which list import takes", op_export,
	  "text~" },
};

void lists_show_register(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
