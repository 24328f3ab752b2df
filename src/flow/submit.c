/* submit.c - one message through the stages, then the commit. */

#include <stdlib.h>

#define LOG_UNIT "flow"
#include "base/alloc.h"
#include "base/id.h"
#include "base/log.h"
#include "base/map.h"
#include "base/now.h"
#include "dir/users.h"
#include "flow/amending.h"
#include "flow/flow_priv.h"
#include "flow/notify.h"
#include "flow/plan.h"
#include "flow/primary.h"
#include "flow/sched.h"
#include "flow/tally.h"
#include "flow/term.h"
#include "flow/trace.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "store/journal.h"
#include "store/writer.h"

#define BUSY_RETRY_S	5

/* From flow_submit() until the sender has its answer. */
struct submission {
	struct message *message;
	struct leg *legs[PLAN_LEGS];
	size_t n;
	unsigned open;		/* bits: legs that may still answer */
	bool waits;		/* one waits on disk: it may still succeed */
	bool taken;		/* by a group, or spam: at the commit */
	bool stored;		/* a list: answered at the commit */
	int64_t wait_ms;
	int64_t began;		/* now_us() */
	flow_answer_fn *done;
	void *arg;
	struct flow_answer answer;
	struct timer timer;
	struct submission *copy;	/* the next that gets the same answer */
};

static struct map waiting;	/* by message id: committed, not answered */
static size_t unanswered;
static bool stopping;

static void submission_free(struct submission *s)
{
	timer_cancel(&s->timer);
	message_unref(s->message);
	free(s);
}

/* --- answers ------------------------------------------------------------------ */

static void tell(void *arg)
{
	struct submission *s = arg;

	s->done(&s->answer, s->arg);
	submission_free(s);
	unanswered--;
}

static void answer(struct submission *s, enum flow_answer_kind kind,
    enum err e)
{
	struct submission *copy = s->copy;

	if (s->message->id)
		map_del_u64(&waiting, s->message->id);
	timer_cancel(&s->timer);
	s->answer.kind = kind;
	s->answer.err = e;
	s->answer.id = s->answer.duplicate ? s->answer.id : s->message->id;
	loop_defer(tell, s);
	if (copy)
		answer(copy, kind, e);
}

static void refuse(struct submission *s, enum err e)
{
	bool busy = e == ERR_BUSY || e == ERR_STORAGE;

	metric_inc(&flow_metrics[busy ? M_BUSY : M_REFUSED]);
	if (!busy || s->answer.retry_after == 0)
		s->answer.retry_after = busy ? BUSY_RETRY_S : 0;
	s->message->id = 0;
	answer(s, FLOW_REFUSED, e);
}

static void wait_over(void *arg)
{
	answer(arg, FLOW_STORED, ERR_OK);
}

/* A second copy gets the answer that the first one got, or will get. */
static void answer_again(struct submission *s,
    const struct journal_accepted *a)
{
	struct submission *first = map_get_u64(&waiting, a->id);

	metric_inc(&flow_metrics[M_DUPLICATE]);
	s->answer.duplicate = true;
	s->answer.id = a->id;
	s->message->id = 0;
	trace_step(a->id, LANE_PF, LANE_PF, "duplicate: answered as before");
	if (first) {
		s->copy = first->copy;
		first->copy = s;
		return;
	}
	if (a->answered == LEG_ANSWERED_TAKEN)
		answer(s, FLOW_TAKEN, ERR_OK);
	else if (a->answered == LEG_ANSWERED_REFUSED)
		answer(s, FLOW_REFUSED, a->why);
	else
		answer(s, FLOW_STORED, ERR_OK);
}

/* --- the commit --------------------------------------------------------------- */

static void drop_legs(struct submission *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->legs[i]->role != LEG_WHOLE)
			primary_ended(s->legs[i]);
		leg_free(s->legs[i]);
	}
	s->n = 0;
}

/* The sender shall see what it would see of any other message. */
static void keep_spam(struct leg *l)
{
	const struct message *m = l->message;

	term_count(SCREENED_SPAM);
	trace_step(m->id, LANE_PF, LANE_STORE, "kept as spam for %.*s",
	    STRV_ARG(l->recipient));
	if (m->wants & WANTS_DELIVERED)
		report_leg(l, STATUS_DELIVERED, LEG_DELIVERED, ERR_OK);
	leg_free(l);
}

static void release_legs(struct submission *s)
{
	struct leg *legs[PLAN_LEGS];
	size_t n = s->n;

	memcpy(legs, s->legs, sizeof(legs));
	s->n = 0;	/* s may be answered and gone before the loop ends */
	for (size_t i = 0; i < n; i++) {
		if (legs[i]->state == LEG_READY) {
			sched_add(legs[i]);
			continue;
		}
		if (legs[i]->state == LEG_SPAM) {
			keep_spam(legs[i]);
			continue;
		}
		if (legs[i]->why == ERR_QUIET)
			term_count(SCREENED_QUIET);
		metric_inc(&flow_metrics[M_DEFERRED]);
		trace_step(id_message_of(legs[i]->id), LANE_PF, LANE_STORE,
		    "waits for %.*s", STRV_ARG(legs[i]->hop));
		if (primary_keeps(legs[i]))
			continue;
		sched_held(legs[i]);
		leg_free(legs[i]);
	}
}

/*
 * A member of a group that is refused: nobody waits for the answer, so it is
 * kept as a leg that failed, for its report and against repetition.  l may be
 * of a duplicate whose first may have been reported or not: the ledger knows.
 */
static void report_refused(struct leg *l, uint64_t id, enum err why)
{
	l->id = id_leg(id, 0);
	report_leg(l, why == ERR_FORBIDDEN || why == ERR_UNAUTHORISED ?
	    STATUS_FORBIDDEN : STATUS_FAILED, LEG_FAILED, why);
}

static bool is_refused(const struct submission *s,
    const struct journal_accepted *a)
{
	if (s->message->origin != FROM_GROUP)
		return false;
	return a->duplicate ? a->answered == LEG_ANSWERED_REFUSED :
	    s->legs[0]->state == LEG_FAILED;
}

static void refused(struct submission *s, const struct journal_accepted *a)
{
	enum err why = a->duplicate ? a->why : s->legs[0]->why;

	report_refused(s->legs[0], a->id, why);
	drop_legs(s);
	if (a->duplicate)
		answer_again(s, a);
	else
		refuse(s, why);
}

static void committed(enum err e, const struct journal_accepted *a, void *arg)
{
	struct submission *s = arg;

	metric_observe(&flow_metrics[M_COMMIT_TIME], now_us() - s->began);
	if (e == ERR_OK && is_refused(s, a)) {
		refused(s, a);
		return;
	}
	if (e != ERR_OK || a->duplicate) {
		drop_legs(s);
		if (e != ERR_OK)
			refuse(s, e);
		else
			answer_again(s, a);
		return;
	}
	metric_inc(&flow_metrics[M_ACCEPTED]);
	tally_in(s->message);
	trace_step(s->message->id, LANE_PF, LANE_STORE, "committed, %zu leg%s",
	    s->n, s->n == 1 ? "" : "s");
	if (s->taken) {
		answer(s, FLOW_TAKEN, ERR_OK);
	} else if (s->wait_ms == 0 || s->open == 0 || s->stored) {
		answer(s, FLOW_STORED, ERR_OK);
	} else {
		map_set_u64(&waiting, s->message->id, s);
		timer_set(&s->timer, s->wait_ms);
	}
	release_legs(s);	/* the answer is deferred, so s still lives */
}

static unsigned bit_of(const struct leg *l)
{
	return 1u << (l->id & 31);	/* at most PLAN_LEGS */
}

/* --- the stages ------------------------------------------------------------------ */

/* What a group gives back to its sender is not for the device it came from. */
static bool is_own_copy(const struct message *m)
{
	const struct user *u = user_find(m->from);

	return m->origin == FROM_GROUP && u && strv_eq(u->key, m->to);
}

/*
 * What was to go at once is answered as taken, to one who waits for it.
 */
static void make_spam(struct submission *s, struct leg *l)
{
	if (s->wait_ms > 0 && (l->state == LEG_READY ||
	    sched_is_waking(l))) {
		l->answered = LEG_ANSWERED_TAKEN;
		s->taken = true;
	}
	l->state = LEG_SPAM;
	l->why = ERR_FORBIDDEN;
	s->legs[s->n++] = l;
}

/* What the plan says of it beside where it goes; its state. */
static void fit_leg(struct leg *l, const struct plan_leg *by)
{
	struct message *m = l->message;

	l->role = by->role;
	l->due = by->due;
	l->device = message_str(m, by->device);
	if (by->kept.n)
		l->reached = message_str(m, by->kept);
	if (l->role == LEG_UCN)
		notify_is(m->from, l->recipient, l->id);
	l->state = by->held || l->due ? LEG_HELD : sched_state(l);
	l->early = l->state == LEG_READY && l->role == LEG_WHOLE &&
	    sched_is_free(l->hop, l->port);
}

static void make_legs(struct submission *s, const struct plan *p)
{
	struct message *m = s->message;

	for (size_t i = 0; i < p->n; i++) {
		struct leg *l = leg_new(m, (unsigned)i);

		l->port = p->legs[i].port;
		l->hop = message_str(m, p->legs[i].hop);
		l->recipient = m->to;
		l->expires = m->expires;
		if (is_own_copy(m))
			l->reached = m->device;
		fit_leg(l, &p->legs[i]);
		if (p->spam) {
			make_spam(s, l);
			continue;
		}
		if (p->quiet)
			l->why = ERR_QUIET;
		if (p->at_commit == FLOW_TAKEN) {
			l->answered = LEG_ANSWERED_TAKEN;
			s->taken = true;
		}
		s->stored = p->at_commit == FLOW_STORED;
		s->legs[s->n++] = l;
		if (l->state == LEG_READY || (!p->quiet &&
		    !p->legs[i].held && !l->due && sched_is_waking(l)))
			s->open |= bit_of(l);
		else
			s->waits = true;
	}
}

static void make_refused_leg(struct submission *s, enum err why)
{
	struct message *m = s->message;
	struct leg *l = leg_new(m, 0);

	l->port = m->in;
	l->hop = l->recipient = m->to;
	l->expires = m->expires;
	l->answered = LEG_ANSWERED_REFUSED;
	leg_move(l, LEG_FAILED, why);
	s->legs[s->n++] = l;
}

static void limit_lifetime(struct message *m)
{
	int64_t latest = m->received + flow_max_deferral();

	if (m->expires == 0 || m->expires > latest)
		m->expires = latest;
}

/*
 * Now or never: refused when the recipient is not there, else alive as long
 * as a first attempt takes.
 */
static bool is_too_late(struct submission *s)
{
	struct message *m = s->message;
	int64_t least = m->received + FLOW_ATTEMPT;

	if (m->expires > m->received)
		return false;
	if (s->open == 0 && !s->taken)
		return true;
	m->expires = least;
	for (size_t i = 0; i < s->n; i++)
		s->legs[i]->expires = least;
	return false;
}

static void trace_accepted(const struct message *m)
{
	trace_step(m->id, LANE_SENDER, LANE_PF, "%s %s -> %s by %s",
	    message_kind_name(m->kind), m->from.p, m->to.p, m->in);
}

static enum err decide(struct message *m, struct plan *p,
    struct buf *amended)
{
	enum err e;

	p->recipient = m->to;
	if (m->hops >= FLOW_HOPS)
		return ERR_LOOP;
	e = amending_apply(m, p, amended);
	if (e != ERR_OK)
		return e;
	plan_make(m, NULL, p);
	return p->err;
}

void flow_submit(struct message *m, int64_t wait_ms, flow_answer_fn *done,
    void *arg)
{
	struct submission *s = xalloc(sizeof(*s));
	struct plan p = { .explaining = false };
	struct buf amended;
	enum err e;

	s->message = m;
	s->wait_ms = wait_ms;
	s->done = done;
	s->arg = arg;
	s->began = now_us();
	unanswered++;
	timer_init(&s->timer, "answer wait", wait_over, s);
	if (stopping || writer_busy()) {
		refuse(s, ERR_BUSY);
		return;
	}
	buf_init(&amended, 1000);
	e = decide(m, &p, &amended);
	if (e != ERR_OK && m->origin != FROM_GROUP) {
		s->answer.retry_after = p.retry_after;
		refuse(s, e);
		buf_deinit(&amended);
		return;
	}
	m->id = id_new();
	amending_trace(m, &amended);
	buf_deinit(&amended);
	m->to = message_str(m, p.recipient);
	m->from = message_str(m, m->from);
	limit_lifetime(m);
	if (e == ERR_OK)
		make_legs(s, &p);
	else
		make_refused_leg(s, e);
	if (is_too_late(s)) {
		drop_legs(s);
		refuse(s, ERR_OFFLINE);
		return;
	}
	trace_accepted(m);
	journal_accept(m, s->legs, s->n, committed, s);
}

/* --- outcomes while the sender waits ------------------------------------------------ */

static struct submission *waiting_for(const struct leg *l)
{
	return map_get_u64(&waiting, id_message_of(l->id));
}

bool submit_leg_taken(struct leg *l)
{
	struct submission *s = waiting_for(l);

	if (!s)
		return false;
	l->answered = LEG_ANSWERED_TAKEN;
	answer(s, FLOW_TAKEN, ERR_OK);
	return true;
}

/* What waits may still succeed, so that no failure is the answer. */
static bool answer_if_last(struct submission *s, struct leg *l)
{
	s->open &= ~bit_of(l);
	if (s->open || !s->waits)
		return false;
	answer(s, FLOW_STORED, ERR_OK);
	return true;
}

bool submit_leg_failed(struct leg *l, enum err why)
{
	struct submission *s = waiting_for(l);

	if (!s || answer_if_last(s, l) || s->open)
		return false;
	l->answered = LEG_ANSWERED_REFUSED;
	metric_inc(&flow_metrics[M_REFUSED]);
	answer(s, FLOW_REFUSED, why);
	return true;
}

void submit_leg_waits(struct leg *l)
{
	struct submission *s = waiting_for(l);

	if (!s)
		return;
	s->waits = true;
	(void)answer_if_last(s, l);
}

bool submit_is_stopping(void)
{
	return stopping;
}

void submit_stop(void)
{
	stopping = true;
}

size_t submit_unanswered(void)
{
	return unanswered;
}

void submit_answer_all(void)
{
	struct submission *s;
	size_t at = 0;

	while ((s = map_next(&waiting, &at)) != NULL)
		answer(s, FLOW_STORED, ERR_OK);
}
