/* queue_work.c - many legs that wait are tried again or removed, in steps. */

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/id.h"
#include "base/now.h"
#include "dir/jobs.h"
#include "flow/flow_priv.h"
#include "flow/queue.h"
#include "flow/sched.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/work.h"

#define AGAIN_MS	200	/* the workers are busy */

/*
 * Counted and found by a worker, changed by the core and the writer, a few
 * legs in one step, so that messages flow meanwhile.
 */
struct work {
	struct op_call *c;	/* until it is answered */
	enum queue_work kind;
	struct waiting_filter filter;	/* of arena */
	struct arena arena;
	int64_t expect;		/* -1: not said */
	bool cancel;
	struct job *job;
	struct timer again;

	struct waiting_count count;	/* the worker's, as what follows */
	enum err err;
	uint64_t after, ids[JOURNAL_PICK];
	size_t n;
};

static void release(void *arg)
{
	struct work *w = arg;

	arena_deinit(&w->arena);
	free(w);
}

static void cancel(struct job *j)
{
	((struct work *)j->arg)->cancel = true;
}

static const struct job_kind kinds[] = {
	[QUEUE_RETRY] = { "queue-retry", "queue retry",
	    "all that waits goes again as its own time comes: give the command "
	    "again only if that is too late",
	    cancel, NULL, release },
	[QUEUE_PURGE] = { "queue-purge", "queue purge",
	    "what was removed until then stays removed, the rest waits: look at "
	    "the queue, then give the command again",
	    cancel, NULL, release },
};

/* --- the end ---------------------------------------------------------------- */

static void end(struct work *w, enum job_state state, const char *why)
{
	struct job *j = w->job;
	struct buf detail;

	buf_init(&detail, 500);
	buf_addf(&detail, "%" PRId64 " of %" PRId64 " messages %s, %" PRId64
	    " under way%s%s", j->done, j->total,
	    w->kind == QUEUE_PURGE ? "removed" : "tried again", j->skipped,
	    *why ? ": " : "", why);
	memcpy(j->why, why, strlen(why) + 1);
	if (w->kind == QUEUE_RETRY)
		sched_due(w->filter.hop);
	job_end(j, state, buf_strv(&detail));
	buf_deinit(&detail);
}

/* --- a step ----------------------------------------------------------------- */

static void next(struct work *w);

/* What is in flight ends by its outcome. */
static bool purge_one(struct leg *l)
{
	if (sched_has(l->id))
		return sched_end(l->id, result_purged);
	if (journal_is_unsaved(l->id))
		return false;
	result_purged(l);
	return true;
}

static void purge(enum err e, struct leg **legs, size_t n, bool more,
    void *arg)
{
	struct work *w = arg;

	(void)more;
	for (size_t i = 0; i < n; i++) {
		bool gone = !submit_is_stopping() && purge_one(legs[i]);

		w->job->done += gone;
		w->job->skipped += !gone;
		leg_free(legs[i]);
	}
	if (e != ERR_OK)
		end(w, JOB_FAILED, "the database could not be read");
	else
		next(w);
}

static void retried(enum err e, const struct strv *hops, size_t n, void *arg)
{
	struct work *w = arg;

	(void)hops;
	(void)n;
	w->job->done += e == ERR_OK ? (int64_t)w->n : 0;
	if (e != ERR_OK && e != ERR_NO_USER)
		end(w, JOB_FAILED, "the database could not be written");
	else
		next(w);
}

static void found(void *arg)
{
	struct work *w = arg;

	if (w->err != ERR_OK) {
		end(w, JOB_FAILED, "the database could not be read");
	} else if (w->n == 0) {
		end(w, JOB_DONE, "");
	} else {
		w->after = w->ids[w->n - 1];
		if (w->kind == QUEUE_PURGE)
			journal_pick(w->ids, w->n, purge, w);
		else
			waiting_retry(w->ids, w->n, retried, w);
	}
}

static void find(void *arg)
{
	struct work *w = arg;

	w->err = waiting_find(&w->filter, w->after, w->ids, JOURNAL_PICK,
	    &w->n);
}

static void again(void *arg)
{
	next(arg);
}

static void next(struct work *w)
{
	if (submit_is_stopping())
		end(w, JOB_CANCELLED, "the daemon stops");
	else if (w->cancel)
		end(w, JOB_CANCELLED, "");
	else if (!work_put(WORK_SLOW, find, found, w))
		timer_set(&w->again, AGAIN_MS);
}

/* --- the begin -------------------------------------------------------------- */

static void preview(struct work *w)
{
	const struct waiting_count *k = &w->count;
	char id[ID_LEG_TEXT];

	id_leg_text(k->newest, id);
	op_field(w->c, "queue", w->filter.hop);
	op_field(w->c, "state", STRV("preview"));
	op_field_int(w->c, "matching", k->n);
	op_field_time(w->c, "oldest", k->n ? id_ms(id_message_of(k->oldest)) :
	    0);
	op_field_time(w->c, "newest", k->n ? id_ms(id_message_of(k->newest)) :
	    0);
	op_field(w->c, "upto", k->n ? strv(id) : STRV_NONE);
	op_fieldf(w->c, "says", k->n == 0 ? "nothing fits: nothing would be "
	    "removed" : "%" PRId64 " would be removed for good, and their "
	    "senders told; to do it, say the same with --expect %" PRId64
	    " --upto %s", k->n, k->n, id);
	op_done(w->c);
}

static void begin(struct work *w)
{
	struct buf detail;

	buf_init(&detail, 200);
	buf_addf(&detail, "%" PRId64 " messages", w->count.n);
	w->job = job_begin(w->c, &kinds[w->kind], w->filter.hop,
	    buf_strv(&detail), w);
	buf_deinit(&detail);
	if (!w->job) {
		release(w);
		return;
	}
	w->job->total = w->count.n;
	w->filter.upto = w->count.newest ? w->count.newest : 1;
	job_answer(w->c, w->job);
	next(w);
}

static void counted(void *arg)
{
	struct work *w = arg;

	if (w->err != ERR_OK) {
		op_fail(w->c, OP_FAILED, "the database could not be read; see "
		    "the log of the daemon");
	} else if (w->kind == QUEUE_PURGE && w->expect < 0) {
		preview(w);
	} else if (w->kind == QUEUE_PURGE && w->expect != w->count.n) {
		op_fail(w->c, OP_CONFLICT, "%" PRId64 " fit now, not %" PRId64
		    ": look again without --expect; queue hold keeps others "
		    "from leaving meanwhile", w->count.n, w->expect);
	} else {
		begin(w);
		return;
	}
	release(w);
}

static void count(void *arg)
{
	struct work *w = arg;

	w->err = waiting_count(&w->filter, &w->count);
}

void queue_work(struct op_call *c, enum queue_work kind,
    const struct waiting_filter *f)
{
	struct work *w = xalloc(sizeof(*w));

	w->c = c;
	w->kind = kind;
	arena_init(&w->arena);
	w->filter = *f;
	w->filter.hop = arena_str(&w->arena, f->hop);
	w->filter.why = arena_str(&w->arena, f->why);
	w->filter.from = arena_str(&w->arena, f->from);
	w->filter.to = arena_str(&w->arena, f->to);
	timer_init(&w->again, "queue work", again, w);
	w->expect = kind == QUEUE_PURGE && op_given(c, "expect") ?
	    op_int(c, "expect") : -1;
	if (submit_is_stopping() || !work_put(WORK_SLOW,
	    count, counted, w)) {
		release(w);
		op_fail(c, OP_BUSY, "too much is going on: try again");
	}
}
