/* group.c - the port behind which a message becomes one for each member. */

#include <stdlib.h>

#include "base/alloc.h"
#include "core/content.h"
#include "core/leg.h"
#include "core/message.h"
#include "flow/flow.h"
#include "flow/port.h"
#include "flow/trace.h"
#include "loop/loop.h"
#include "port/group/fanout.h"
#include "port/group/list.h"

#define GROUPS_AT_ONCE	64	/* fan-outs of all groups together */
#define LISTS_AT_ONCE	16

static void group_init(const char *dir)
{
	(void)dir;
	fanout_init();
}

static enum err group_start(void)
{
	return ERR_OK;
}

/* What is not finished is on disk, and is done again after the start. */
static void group_stop(void (*done)(void))
{
	done();
}

/*
 * One message of a group after the other, so that all members see them in
 * the same order.  A group that is gone fails what waits for it.
 */
static unsigned group_window(struct strv hop)
{
	return groups_is_exploder(hop) ? LISTS_AT_ONCE : 1;
}

static void fail(struct leg *l, enum err e)
{
	struct flow_outcome o = { .err = e };

	flow_result(l, &o);
}

static void expand_list(struct leg *l)
{
	struct fanout_to to = { .reports = REPORTS_ALL };
	enum err e = list_expand(l->message->content, &to);

	if (e == ERR_OK)
		fanout_start(l, &to);
	else
		fail(l, e);
}

static void expand(void *arg)
{
	struct leg *l = arg;
	const struct group *g = group_find(l->hop);
	struct fanout_to to = { .reports = REPORTS_ALL };

	if (l->message->content && groups_is_exploder(l->hop)) {
		expand_list(l);
		return;
	}
	if (!g || !l->message->content) {
		fail(l, g ? ERR_BAD_CONTENT : ERR_NO_USER);
		return;
	}
	to.roster = roster_ref(g->roster);
	to.reports = g->row.reports;
	to.copy = g->row.copy;
	to.content = content_ref(l->message->content);
	fanout_start(l, &to);
}

/* From the loop: no answer may come from inside deliver(). */
static void group_deliver(struct leg *l)
{
	loop_defer(expand, l);
}

const struct port group_port = {
	.name = "group",
	.caps = PORT_TEXT | PORT_MEDIA | PORT_DEDUP,
	.max_in_flight = GROUPS_AT_ONCE,
	.init = group_init,
	.start = group_start,
	.stop = group_stop,
	.fini = fanout_fini,
	.window = group_window,
	.deliver = group_deliver,
};
