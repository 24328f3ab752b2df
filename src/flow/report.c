/* report.c - receipts and notifications: transitions and report messages. */

#include <stdlib.h>

#define LOG_UNIT "report"
#include "base/alloc.h"
#include "base/id.h"
#include "base/list.h"
#include "base/log.h"
#include "base/now.h"
#include "dir/users.h"
#include "flow/flow_priv.h"
#include "flow/hop.h"
#include "flow/primary.h"
#include "flow/sched.h"
#include "flow/trace.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "store/journal.h"
#include "store/writer.h"

#define AGAIN_MS	1000	/* the journal could not write our own */

/* A report on its way through the journal. */
struct reporting {
	flow_reported_fn *done;		/* NULL: the flow's own */
	void *arg;
	struct journal_report what;	/* our own: kept until it is written */
	struct message *of;		/* our own: has its strings; or NULL */
	struct list hook;		/* of those to be tried again */
};

static struct list unsaved = { &unsaved, &unsaved };
static struct timer timer;
static size_t unanswered;		/* by us, to a port */

static const enum leg_state state_of[] = {
	[STATUS_DELIVERED]	= LEG_DELIVERED,
	[STATUS_DISPLAYED]	= LEG_DISPLAYED,
	[STATUS_INTERWORKED]	= LEG_SENT,
	[STATUS_FAILED]		= LEG_FAILED,
	[STATUS_FORBIDDEN]	= LEG_FAILED,
	[STATUS_ERROR]		= LEG_FAILED,
};

static void send(struct leg *l)
{
	const struct message *m = l->message;

	metric_inc(&flow_metrics[M_REPORT_SENT]);
	trace_step(m->report.of, LANE_FAR, LANE_PF, "report %s by %.*s",
	    report_status_name(m->report.status), STRV_ARG(m->from));
	trace_step(m->report.of, LANE_PF, LANE_STORE,
	    "report to %.*s committed", STRV_ARG(l->recipient));
	reach_copy(l);
	reach_fall_back(l);
	if (reach_waits(l)) {
		hop_waits(l);
		leg_free(l);	/* its REGISTER wakes it */
		return;
	}
	if (sched_state(l) == LEG_READY) {
		sched_add(l);
		return;
	}
	hop_waits(l);
	sched_held(l);	/* on disk it waits as READY: any load finds it */
	leg_free(l);
}

static void noted(const struct journal_reported *r, enum report_status status)
{
	static const enum flow_metric metric[] = {
		[REPORT_UNKNOWN] = M_REPORT_UNKNOWN,
		[REPORT_NOTED] = M_REPORT_NOTED,
		[REPORT_REPEATED] = M_REPORT_REPEATED,
	};

	if (r->verdict == REPORT_OWED)
		return;
	metric_inc(&flow_metrics[metric[r->verdict]]);
	if (r->verdict == REPORT_REPEATED)
		trace_step(id_message_of(r->leg), LANE_PF, LANE_PF,
		    "report %s repeated: not sent again",
		    report_status_name(status));
}

static void finish(struct reporting *g, enum err e)
{
	if (g->done) {
		g->done(e, g->arg);
		unanswered--;
	}
	message_unref(g->of);
	free(g);
}

static void keep(struct reporting *g);

/* What a service centre says of a phone; and what goes there by IP now. */
static void learn(const struct journal_reported *r,
    const struct journal_report *what)
{
	if (what->find != FIND_REF || r->verdict == REPORT_UNKNOWN)
		return;
	primary_receipt(r->recipient, what->status, what->why);
	if (r->again)
		sched_due(r->recipient);
}

static void reported(enum err e, struct journal_reported *r, void *arg)
{
	struct reporting *g = arg;

	if (e != ERR_OK && !g->done) {
		keep(g);
		return;
	}
	if (e != ERR_OK) {
		finish(g, e);
		return;
	}
	noted(r, g->what.status);
	learn(r, &g->what);
	for (size_t i = 0; i < r->n; i++)
		send(r->legs[i]);
	finish(g, r->verdict == REPORT_UNKNOWN ? ERR_NO_USER : ERR_OK);
}

static struct reporting *reporting_new(flow_reported_fn *done, void *arg)
{
	struct reporting *g = xalloc(sizeof(*g));

	g->done = done;
	g->arg = arg;
	g->of = NULL;
	list_init(&g->hook);
	unanswered += done != NULL;
	return g;
}

/* Who gets the report, where that is known before the message is found. */
static struct strv reader_of(const struct reporting *g)
{
	return g->of ? g->of->from : g->what.sender;
}

static void put(struct reporting *g)
{
	struct journal_report *r = &g->what;
	struct strv reader = reader_of(g);

	r->ids[0] = id_new();
	r->ids[1] = id_new();
	r->now = now_ms();
	r->user_port = USER_PORT;
	r->hold = flow_report_hold();
	r->early = reader.n && sched_is_free(reader, USER_PORT);
	journal_report(r, reported, g);
}

static void again(void *arg)
{
	(void)arg;
	LIST_FOR(at, &unsaved) {
		list_del(at);
		put(LIST_ENTRY(at, struct reporting, hook));
	}
}

/* No more than legs were in memory: nothing expires meanwhile. */
static void keep(struct reporting *g)
{
	list_push(&unsaved, &g->hook);
	if (timer_is_set(&timer))
		return;
	timer_init(&timer, "unsaved reports", again, NULL);
	timer_set(&timer, AGAIN_MS);
}

bool report_is_late(void)
{
	return !list_empty(&unsaved);
}

void report_leg(const struct leg *l, enum report_status status,
    enum leg_state state, enum err why)
{
	struct reporting *g = reporting_new(NULL, NULL);

	g->of = message_ref(l->message);
	g->what = (struct journal_report){
		.find = FIND_LEG, .leg = l->id, .recipient = l->recipient,
		.status = status, .state = state, .why = why,
	};
	put(g);
}

size_t report_unanswered(void)
{
	return unanswered;
}

static void busy(void *arg)
{
	finish(arg, ERR_BUSY);
}

static bool is_private(struct strv reader)
{
	const struct user *u = user_find(reader);

	return u && u->reads_private;
}

void flow_report(const struct flow_report *f, flow_reported_fn *done,
    void *arg)
{
	struct reporting *g = reporting_new(done, arg);

	g->what = (struct journal_report){
		.find = f->nrefs ? FIND_REF : FIND_IMDN,
		.port = f->port, .hop = f->hop,
		.refs = f->refs, .nrefs = f->nrefs,
		.recipient = f->recipient, .sender = f->sender,
		.imdn_id = f->imdn_id,
		.status = f->status, .state = state_of[f->status],
		.why = f->why, .form = f->form,
	};

	g->what.private = is_private(f->recipient);
	if (submit_is_stopping() || writer_busy()) {
		message_unref(f->form);
		loop_defer(busy, g);
		return;
	}
	put(g);
	message_unref(f->form);
}
