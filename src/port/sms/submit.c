/* submit.c - messages out: one leg, its parts, their answers, one outcome. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "sms"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "core/leg.h"
#include "core/message.h"
#include "flow/flow.h"
#include "flow/trace.h"
#include "loop/loop.h"
#include "port/sms/every.h"
#include "port/sms/lost.h"
#include "port/sms/out.h"

#define BLOCKED_MS	100	/* before we look at a full socket again */

/* --- the end of it --------------------------------------------------------- */

static void finish(struct sms_out *o, const struct flow_outcome *outcome)
{
	struct sms_link *k = o->link;

	list_del(&o->hook);
	if (k->out)
		sms_window_disown(&k->out->window, o);
	k->in_flight--;
	sms_gauge(&k->count, SMS_IN_FLIGHT, k->in_flight);
	o->leg->segments = (uint16_t)(o->leg->segments + o->taken + o->lost);
	flow_result(o->leg, outcome);
	sms_out_free(o);
	sms_link_drain(k);
}

static void fail(struct sms_out *o, enum err e, bool hold)
{
	const struct flow_outcome outcome = { .err = e, .hold = hold };

	finish(o, &outcome);
}

/* Nobody knows whether the last part went out. */
static void finish_lost(struct sms_out *o)
{
	char ref[RECEIPT_ID_SIZE];
	const struct flow_outcome outcome = { .err = ERR_OK,
	    .ref = { ref, (size_t)snprintf(ref, sizeof(ref), "?%016" PRIx64,
	    o->leg->id) } };

	if (o->link->conf.retry_on_timeout) {
		fail(o, ERR_TIMEOUT, false);
		return;
	}
	log_warn("not answered, may have gone out, not sent again: gateway=%s "
	    "leg=%016" PRIx64 "; set gateway %s retry-on-timeout on to repeat",
	    o->link->name, o->leg->id, o->link->name);
	sms_lost_add(o->link, o->last_bind, o->last_seq, outcome.ref,
	    o->leg->expires);
	finish(o, &outcome);
}

static void finish_taken(struct sms_out *o)
{
	struct sms_link *k = o->link;
	char ref[RECEIPT_ID_SIZE];
	const struct flow_outcome outcome = { .err = ERR_OK,
	    .interworked = true, .ref = { ref, strlen(o->ref) } };

	memcpy(ref, o->ref, sizeof(ref));
	if (o->refs)
		sms_every_add(k->name, outcome.ref, o->refs, o->segments.total,
		    o->leg->expires);
	k->count.out++;
	finish(o, &outcome);
	sms_receipt_named(k, outcome.ref);
}

/* Every part has its answer, or never will. */
static void settle(struct sms_out *o)
{
	if (o->todo || o->sent)
		return;
	if (o->state[o->segments.total - 1] == PART_LOST ||
	    (o->lost && o->link->conf.retry_on_timeout))
		finish_lost(o);
	else
		finish_taken(o);
}

static unsigned next_part(const struct sms_out *o)
{
	unsigned i = 0;

	while (o->state[i] != PART_TODO)
		i++;
	return i;
}

/* --- the queue ------------------------------------------------------------- */

static bool may_send(struct sms_link *k)
{
	int64_t wait;

	if (!sms_link_is_up(k) || sms_throttle_on(&k->throttle) ||
	    k->out->window.n >= k->conf.window)
		return false;
	wait = sms_bucket_wait(&k->bucket, now_mono());
	if (wait)
		timer_set(&k->pace, wait);
	return wait == 0;
}

/* false: it has to wait. */
static bool send_next(struct sms_out *o)
{
	struct sms_link *k = o->link;
	unsigned part = next_part(o);
	enum err e = sms_out_send(o, part);

	if (e == ERR_BUSY) {
		timer_set(&k->pace, BLOCKED_MS);
		return false;
	}
	if (e != ERR_OK) {
		fail(o, e, false);
		return true;
	}
	(void)sms_bucket_take(&k->bucket, now_mono());
	o->state[part] = PART_SENT;
	o->sent++;
	if (--o->todo == 0)
		list_del(&o->hook);
	return true;
}

static void pump(void *arg)
{
	struct sms_link *k = arg;

	k->pump_due = false;
	while (!list_empty(&k->queue) && may_send(k))
		if (!send_next(LIST_ENTRY(k->queue.next, struct sms_out, hook)))
			break;
	sms_gauge(&k->count, SMS_WINDOW_USED, k->out ? (int64_t)
	    k->out->window.n : 0);
}

void sms_submit_pump(struct sms_link *k)
{
	if (k->pump_due)
		return;
	k->pump_due = true;
	loop_defer(pump, k);
}

static void refuse(void *arg)
{
	struct sms_out *o = arg;
	const struct message *m = o->leg->message;

	if (m->kind == MESSAGE_REPORT) {	/* SMS has none; R12 */
		const struct flow_outcome done = { .err = ERR_OK,
		    .delivered = true };

		finish(o, &done);
		return;
	}
	trace_step(m->id, LANE_IWF, LANE_IWF, "cannot be an SMS: %s",
	    err_info(o->refused)->text);
	fail(o, o->refused, false);
}

/* A report that a service centre takes. */
static bool is_ack(const struct sms_out *o)
{
	enum report_status s = o->leg->message->report.status;

	return o->link->conf.acknowledge && (s == STATUS_DELIVERED ||
	    s == STATUS_DISPLAYED);
}

void sms_submit(struct sms_link *k, struct leg *l)
{
	struct sms_out *o = sms_out_new(k, l);

	k->in_flight++;
	sms_gauge(&k->count, SMS_IN_FLIGHT, k->in_flight);
	o->refused = l->message->kind == MESSAGE_REPORT && !is_ack(o) ?
	    ERR_BAD_CONTENT : sms_out_prepare(o);
	if (o->refused != ERR_OK) {
		loop_defer(refuse, o);
		return;
	}
	if (k->conf.receipt_all && o->segments.total > 1 &&
	    sms_out_registered(o, true))
		o->refs = xalloc(o->segments.total * sizeof(*o->refs));
	list_push(&k->queue, &o->hook);
	sms_submit_pump(k);
}

/* Parts that wait to be sent again come before those that never were. */
static void requeue(struct sms_out *o)
{
	if (list_empty(&o->hook))
		list_add_before(o->link->queue.next, &o->hook);
	sms_submit_pump(o->link);
}

void sms_submit_return(struct sms_link *k)
{
	bool down = !sms_link_is_up(k);

	LIST_FOR(at, &k->queue) {
		struct sms_out *o = LIST_ENTRY(at, struct sms_out, hook);

		if (o->sent == 0 && (down || o->taken == 0))
			fail(o, k->gateway.state == GATEWAY_DOWN ?
			    ERR_OFFLINE : ERR_BUSY, true);
	}
}

/* --- answers --------------------------------------------------------------- */

static void part_taken(struct sms_out *o, unsigned part,
    const struct smpp_pdu *p)
{
	struct sms_link *k = o->link;
	char ref[RECEIPT_ID_SIZE];

	sms_throttle_ok(&k->throttle);
	sms_habit_ref(&k->habit, strv(p->message_id), k->conf.id_response,
	    k->conf.id_receipt, ref);
	if (part + 1 == o->segments.total)
		memcpy(o->ref, ref, sizeof(ref));
	if (o->refs)
		memcpy(o->refs[part], ref, sizeof(ref));
	o->state[part] = PART_TAKEN;
	o->taken++;
	settle(o);
}

static void part_paused(struct sms_out *o, unsigned part, uint32_t status)
{
	struct sms_link *k = o->link;

	o->state[part] = PART_TODO;
	o->todo++;
	requeue(o);
	sms_link_throttle(k, status);	/* may give o back to the flow */
	if (!sms_throttle_on(&k->throttle))
		return;
	sms_submit_return(k);
}

/* Again in another way, if nothing of it was taken; else e is the end. */
static void again(struct sms_out *o, enum err e)
{
	if (o->taken || sms_out_cut(o) != ERR_OK) {
		fail(o, e, false);
		return;
	}
	sms_window_disown(&o->link->out->window, o);
	requeue(o);
}

static void without_validity(struct sms_out *o, enum err e)
{
	if (!o->validity) {
		fail(o, e, false);
		return;
	}
	o->validity = false;
	again(o, e);
}

static void with_other_concat(struct sms_out *o, enum err e)
{
	bool whole = o->segments.total == 1 &&
	    o->opt.carriage != SEGMENT_PAYLOAD;

	if (whole || !o->other_concat) {
		fail(o, e, false);
		return;
	}
	o->other_concat = false;
	o->opt.carriage = o->opt.carriage == SEGMENT_UDH8 ? SEGMENT_SAR :
	    SEGMENT_UDH8;
	again(o, e);
}

static void with_other_source(struct sms_out *o, enum err e)
{
	const struct sms_conf *c = &o->link->conf;

	if (!o->other_source || !sms_address_set(c->fallback_source,
	    &c->numbering, &o->src)) {
		fail(o, e, false);
		return;
	}
	o->other_source = false;
	again(o, e);
}

static void unbound(struct sms_bind *b, struct sms_out *o, uint32_t status)
{
	fail(o, ERR_OFFLINE, true);
	sms_bind_drop(b, SMS_DROP_REFUSED, 0, smpp_status_text(status));
}

static void part_refused(struct sms_bind *b, struct sms_out *o, unsigned part,
    const struct sms_verdict *v, uint32_t status)
{
	switch (v->action) {
	case SMS_TAKEN:
	case SMS_REFUSED:
		fail(o, v->err, false);
		break;
	case SMS_LATER:
		fail(o, v->err, false);
		break;
	case SMS_ONCE_MORE:
		fail(o, o->leg->tries < 2 ? ERR_OFFLINE : v->err, false);
		break;
	case SMS_PAUSE:
		part_paused(o, part, status);
		break;
	case SMS_UNBOUND:
		unbound(b, o, status);
		break;
	case SMS_NO_VALIDITY:
		without_validity(o, v->err);
		break;
	case SMS_OTHER_CONCAT:
		with_other_concat(o, v->err);
		break;
	case SMS_OTHER_SOURCE:
		with_other_source(o, v->err);
		break;
	}
}

static void count_answer(struct sms_link *k, const struct sms_verdict *v)
{
	if (v->action == SMS_TAKEN) {
		sms_count(&k->count, SMS_SUBMIT_OK);
		return;
	}
	k->count.errors++;
	sms_count(&k->count, v->action == SMS_REFUSED ? SMS_SUBMIT_PERM :
	    SMS_SUBMIT_TEMP);
}

void sms_submit_answered(struct sms_bind *b, const struct sms_sent *s,
    const struct smpp_pdu *p)
{
	const struct sms_verdict *v = sms_verdict(p->id == SMPP_GENERIC_NACK &&
	    p->status == SMPP_ROK ? SMPP_RUNKNOWNERR : p->status);
	struct sms_out *o = s->owner;
	struct sms_link *k = b->link;

	count_answer(k, v);
	if (!o)
		return;
	o->sent--;
	trace_step(o->leg->message->id, LANE_FAR, LANE_IWF,
	    "%s %u/%u seq=%" PRIu32 " %s id=%s", smpp_command_name(p->id),
	    s->part + 1, o->segments.total, p->seq,
	    smpp_status_name(p->status), p->message_id);
	if (v->action == SMS_TAKEN)
		part_taken(o, s->part, p);
	else
		part_refused(b, o, s->part, v, p->status);
	sms_submit_pump(k);
}

static void lose(struct sms_out *o, unsigned part)
{
	o->sent--;
	o->lost++;
	o->state[part] = PART_LOST;
	settle(o);
}

void sms_submit_late(struct sms_bind *b, const struct sms_sent *s)
{
	struct sms_out *o = s->owner;

	sms_count(&b->link->count, SMS_SUBMIT_TIMEOUT);
	b->link->count.errors++;
	if (!o)
		return;
	trace_step(o->leg->message->id, LANE_IWF, LANE_IWF,
	    "no answer to submit_sm seq=%" PRIu32, s->seq);
	lose(o, s->part);
	sms_submit_pump(b->link);
}

void sms_submit_lost(struct sms_bind *b, const struct sms_sent *s)
{
	struct sms_out *o = s->owner;

	if (!o)
		return;
	sms_count(&b->link->count, SMS_SUBMIT_TIMEOUT);
	trace_step(o->leg->message->id, LANE_IWF, LANE_IWF,
	    "link lost before the answer to submit_sm seq=%" PRIu32, s->seq);
	o->last_bind = 0;
	if (o->todo && o->sent == 1) {	/* what was not sent cannot be now */
		fail(o, ERR_OFFLINE, true);
		return;
	}
	lose(o, s->part);
}
