/* fanout.c - one message to many: a child message for each of a roster. */

#include <stdlib.h>

#define LOG_UNIT "group"
#include "base/alloc.h"
#include "base/id.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/now.h"
#include "conf/conf.h"
#include "core/content.h"
#include "core/leg.h"
#include "core/message.h"
#include "dir/users.h"
#include "flow/flow.h"
#include "flow/trace.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "port/group/fanout.h"
#include "store/writer.h"
#include "wire/sipbody.h"

#define SLICE		50	/* children submitted in one turn */
#define SLICE_US	1000	/* and no longer than this */
#define PAUSE_MS	20	/* the writer has too much to do */
#define PAUSES		250	/* then the leg waits on disk */
#define RETRY_S		2
#define TEXT_MAX	65536	/* bytes of text worth counting */

struct fanout {
	struct list hook;
	struct leg *leg;	/* lives until its result */
	struct fanout_to to;
	struct strv sender;	/* a subscriber's own key; in the message */
	uint32_t text_chars;
	size_t next;		/* member */
	size_t open;		/* children without an answer */
	enum err err;		/* OK, or why the rest must wait */
	unsigned pauses;
	bool posted;		/* go_on() is */
	struct timer pause;
};

static struct list fanouts = { &fanouts, &fanouts };
static size_t n_fanouts;

static struct metric metrics[] = {
	COUNTER("parley_group_messages_total", NULL,
	    "Messages that were sent on to many."),
	COUNTER("parley_group_recipients_total", "result=\"sent\"",
	    "Recipients of messages to many."),
	COUNTER("parley_group_recipients_total", "result=\"again\"",
	    "Recipients of messages to many."),
	COUNTER("parley_group_recipients_total", "result=\"refused\"",
	    "Recipients of messages to many."),
	GAUGE("parley_group_fanouts", NULL,
	    "Messages to many that are being sent on."),
};
enum { MESSAGES, SENT, AGAIN, REFUSED, OPEN };

/* --- the end -------------------------------------------------------------- */

static void fanout_free(struct fanout *f)
{
	timer_cancel(&f->pause);
	list_del(&f->hook);
	n_fanouts--;
	metric_add(&metrics[OPEN], -1);
	roster_unref(f->to.roster);
	content_unref(f->to.content);
	free(f);
}

static void finish(struct fanout *f)
{
	struct flow_outcome o = { .err = f->err,
		.retry_after = f->err == ERR_OK ? 0 : RETRY_S };
	struct leg *l = f->leg;

	if (f->err == ERR_OK) {
		metric_inc(&metrics[MESSAGES]);
		trace_step(l->message->id, LANE_PF, LANE_STORE,
		    "all members have it committed");
	}
	fanout_free(f);
	flow_result(l, &o);
}

/* --- one child ------------------------------------------------------------ */

static unsigned wants(const struct fanout *f, bool own)
{
	unsigned w = f->leg->message->wants;

	if (own || f->to.reports == REPORTS_NONE)
		return 0;
	return f->to.reports == REPORTS_FAILURES ? w & WANTS_FAILED : w;
}

/*
 * What the ports read is the message's.  Its name for its origin is the
 * parent's id, by which a person finds the one from the other.
 */
static void copy_texts(struct message *c, const struct message *m)
{
	char id[ID_MESSAGE_TEXT];

	id_message_text(m->id, id);
	c->from = message_str(c, m->from);
	c->device = message_str(c, m->device);
	c->subject = message_str(c, m->subject);
	c->conversation = message_str(c, m->conversation);
	c->contribution = message_str(c, m->contribution);
	c->imdn_id = message_str(c, m->imdn_id.n ? m->imdn_id : strv(id));
	c->replies_to = message_str(c, m->replies_to);
	/* what a subscriber named was for a reply; a network's is a way back */
	if (m->origin != FROM_USER)
		c->service = message_str(c, m->service);
	c->in = message_str(c, strv(m->in)).p;
	c->in_ref = message_str(c, strv(id));
}

static struct message *child_new(const struct fanout *f, struct strv to)
{
	const struct message *m = f->leg->message;
	struct message *c = message_new();

	c->kind = m->kind;
	c->origin = FROM_GROUP;
	c->wants = wants(f, strv_eq(to, f->sender));
	c->to = message_str(c, to);
	copy_texts(c, m);
	c->headers = message_str(c, m->headers);
	c->content = content_ref(f->to.content);
	c->text_chars = f->text_chars;
	c->anonymous = m->anonymous;
	c->received = m->received;
	c->expires = m->expires;
	c->hops = (uint8_t)(m->hops + 1);
	return c;
}

static void go_on(void *arg);

static void post(struct fanout *f)
{
	if (f->posted)
		return;
	f->posted = true;
	loop_post(go_on, f);
}

static void note(struct fanout *f, const struct flow_answer *a)
{
	if (a->kind != FLOW_REFUSED) {
		metric_inc(&metrics[a->duplicate ? AGAIN : SENT]);
	} else if (a->err == ERR_BUSY || a->err == ERR_STORAGE) {
		f->err = a->err;
	} else {
		metric_inc(&metrics[REFUSED]);
		trace_step(f->leg->message->id, LANE_PF, LANE_PF,
		    "a member is refused: %s", err_info(a->err)->text);
	}
}

static size_t parallel(void)
{
	return (size_t)conf_int("policy group", "", "parallel");
}

static void answered(const struct flow_answer *a, void *arg)
{
	struct fanout *f = arg;

	f->open--;
	note(f, a);
	if (f->open <= parallel() / 2)
		post(f);
}

/* The device that sent it has it; others only if it can be told apart. */
static bool is_left_out(const struct fanout *f, struct strv key)
{
	if (!strv_eq(key, f->sender))
		return false;
	return !f->to.copy || f->leg->message->device.n == 0;
}

static void submit(struct fanout *f, struct strv key)
{
	if (is_left_out(f, key))
		return;
	f->open++;
	flow_submit(child_new(f, key), 0, answered, f);
}

/* --- all of them ---------------------------------------------------------- */

static bool has_more(const struct fanout *f)
{
	return f->err == ERR_OK && f->next < f->to.roster->n;
}

static bool is_busy(struct fanout *f)
{
	if (!writer_busy())
		return false;
	if (f->pauses++ < PAUSES)
		timer_set(&f->pause, PAUSE_MS);
	else
		f->err = ERR_BUSY;
	return true;
}

static void submit_slice(struct fanout *f)
{
	size_t room = parallel(), n = 0;
	int64_t until = now_us() + SLICE_US;

	while (has_more(f) && f->open < room && n++ < SLICE &&
	    !is_busy(f)) {
		submit(f, f->to.roster->member[f->next++].key);
		if (now_us() > until)
			break;
	}
	if (has_more(f) && f->open < room && !timer_is_set(&f->pause))
		post(f);
}

static void go_on(void *arg)
{
	struct fanout *f = arg;

	f->posted = false;
	submit_slice(f);
	if (f->open == 0 && !has_more(f) && !f->posted)
		finish(f);
}

static void pause_over(void *arg)
{
	post(arg);
}

/* --- the start ------------------------------------------------------------ */

static uint32_t text_chars(const struct content *c)
{
	struct sipbody_in in = { .type = c->type, .encoding = c->encoding,
		.body = c->bytes, .max_size = TEXT_MAX };
	struct sipbody body;
	struct arena a;
	uint32_t n = 0;

	arena_init(&a);
	if (sipbody_decode(&in, &a, &body) == ERR_OK)
		n = sipbody_chars(&body, TEXT_MAX);
	arena_deinit(&a);
	return n;
}

void fanout_start(struct leg *l, const struct fanout_to *to)
{
	struct fanout *f = xalloc(sizeof(*f));
	const struct user *u = user_find(l->message->from);

	f->leg = l;
	f->to = *to;
	f->sender = u ? message_str(l->message, u->key) : l->message->from;
	f->text_chars = text_chars(to->content);
	timer_init(&f->pause, "fan-out waits", pause_over, f);
	list_push(&fanouts, &f->hook);
	n_fanouts++;
	metric_add(&metrics[OPEN], 1);
	trace_step(l->message->id, LANE_PF, LANE_PF, "to %zu member%s",
	    to->roster->n, to->roster->n == 1 ? "" : "s");
	post(f);
}

void fanout_init(void)
{
	metric_register(metrics, sizeof(metrics) / sizeof(*metrics));
}

size_t fanouts_open(void)
{
	return n_fanouts;
}

void fanout_fini(void)
{
	LIST_FOR(h, &fanouts) {
		struct fanout *f = LIST_ENTRY(h, struct fanout, hook);

		leg_free(f->leg);
		fanout_free(f);
	}
}
