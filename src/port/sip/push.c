/* push.c - a leg to all devices of its user, in parallel (3.1, 3.2). */

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#define LOG_UNIT "sip"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "base/rand.h"
#include "core/leg.h"
#include "core/message.h"
#include "dir/bindings.h"
#include "dir/users.h"
#include "flow/flow.h"
#include "flow/give.h"
#include "flow/trace.h"
#include "loop/loop.h"
#include "port/sip/devices.h"
#include "port/sip/features.h"
#include "port/sip/form.h"
#include "port/sip/lines.h"
#include "port/sip/outcome.h"
#include "port/sip/push_priv.h"
#include "port/sip/sip_priv.h"

#include <sofia-sip/tport_tag.h>

#define UDP_MAX	60000	/* bytes of content that a datagram can carry */

/* One leg: the sum of its devices. */
struct fork {
	struct list hook;	/* of those whose leg waits for its result */
	struct leg *leg;	/* NULL: flow_result() was called */
	struct message *m;	/* one reference */
	struct buf recipient;	/* key */
	unsigned open;		/* devices without a final answer */
	enum err err;		/* of the devices that refused */
	int32_t retry_after;	/* seconds */
	struct buf reached;	/* the devices that took it */
	struct buf tried, missed, apart;	/* see struct flow_outcome */
	bool delivered;		/* it will not report */
	bool nobody;		/* none of the user's devices is for it */
	bool notice;		/* m is only the notification of the leg's */
};

/* One device's transaction. */
struct push {
	struct list hook;
	struct fork *fork;
	nta_outgoing_t *orq;
	uint64_t binding;
	struct buf name;	/* of the device */
	bool cpim;		/* what it got */
	bool flow;		/* over its own connection */
};

static struct list forks, pushes;
static size_t n_forks;

void push_init(void)
{
	list_init(&forks);
	list_init(&pushes);
}

size_t push_open(void)
{
	return n_forks;
}

unsigned push_window(struct strv hop)
{
	const struct user *u = user_find(hop);

	return u && user_is_online(u) ? sip_settings.device_parallel : 0;
}

/* --- the leg's result ----------------------------------------------------- */

static void fork_free(struct fork *f)
{
	message_unref(f->m);
	buf_deinit(&f->recipient);
	buf_deinit(&f->reached);
	buf_deinit(&f->tried);
	buf_deinit(&f->missed);
	buf_deinit(&f->apart);
	free(f);
}

static void fork_result(struct fork *f, const struct flow_outcome *o)
{
	struct leg *l = f->leg;

	f->leg = NULL;
	list_del(&f->hook);
	n_forks--;
	flow_result(l, o);
}

/* In the story of a message its reports go back to the sender. */
static enum lane far_lane(const struct message *m)
{
	return m->kind == MESSAGE_REPORT ? LANE_SENDER : LANE_FAR;
}

static struct user *fork_user(const struct fork *f)
{
	return user_find(buf_strv(&f->recipient));
}

static void list_add(struct buf *list, struct strv name)
{
	buf_addf(list, "%s%.*s", list->n ? " " : "", STRV_ARG(name));
}

/* Another device may have it already: then this one gets it later. */
static void fork_missed(struct fork *f, struct strv device)
{
	if (f->leg)
		list_add(&f->missed, device);
	else if (!strv_listed(buf_strv(&f->reached), device))
		flow_missed(f->m, buf_strv(&f->recipient), device);
}

static void fork_taken(struct fork *f)
{
	struct flow_outcome o = {
		.err = f->notice ? ERR_NOTICED : ERR_OK,
		.hold = f->notice,
		.delivered = f->delivered,
		.reached = buf_strv(&f->reached),
		.tried = buf_strv(&f->tried),
		.missed = buf_strv(&f->missed),
		.apart = buf_strv(&f->apart)
	};

	if (f->leg)
		fork_result(f, &o);
}

/* All devices are final and none took it. */
static void fork_failed(struct fork *f)
{
	const struct user *u = fork_user(f);
	bool offline = !u || !user_is_online(u) || f->nobody;
	struct flow_outcome o = {
		.err = offline ? ERR_OFFLINE : f->err,
		.retry_after = f->retry_after,
		.tried = buf_strv(&f->tried),
		.missed = buf_strv(&f->missed),
		.apart = buf_strv(&f->apart)
	};

	/* who refuses the notification has not refused the message */
	if (f->notice && err_info(o.err)->class == ERR_CLASS_PERM)
		o.err = ERR_TIMEOUT;
	o.hold = offline;
	if (f->leg)
		fork_result(f, &o);
}

static void fork_close(struct fork *f)
{
	if (--f->open > 0)
		return;
	fork_failed(f);		/* nothing when a device took it */
	fork_free(f);
}

/* --- a device's answer ------------------------------------------------------ */

static void push_free(struct push *p)
{
	list_del(&p->hook);
	metric_add(&sip_metrics[M_PUSHES], -1);
	buf_deinit(&p->name);
	free(p);
}

static struct binding *binding_of(const struct user *u, uint64_t id)
{
	if (u)
		LIST_FOR(h, &u->bindings)
			if (BINDING_OF(h)->id == id)
				return BINDING_OF(h);
	return NULL;
}

static void push_taken(struct push *p)
{
	struct fork *f = p->fork;

	sip_count(M_PUSH_OK);
	list_add(&f->reached, buf_strv(&p->name));
	if (f->leg) {
		f->delivered = !p->cpim;
		fork_taken(f);
	}
}

static void push_refused(struct push *p, int status, int32_t retry_after,
    bool broken)
{
	const struct outcome_row *row = outcome_of(status);
	struct fork *f = p->fork;
	struct binding *b;

	sip_count(err_info(row->err)->class == ERR_CLASS_TEMP ?
	    M_PUSH_UNREACHABLE : M_PUSH_REFUSED);
	f->err = outcome_add(f->err, row->err);
	if (err_info(row->err)->class == ERR_CLASS_TEMP)
		fork_missed(f, buf_strv(&p->name));
	if (retry_after > f->retry_after)
		f->retry_after = retry_after;
	if (!row->gone && !(broken && p->flow))
		return;
	b = binding_of(fork_user(f), p->binding);
	if (!b)
		return;
	log_info("contact is dead contact=%.*s status=%d",
	    STRV_ARG(b->contact), status);
	binding_drop(b);
}

static bool send_again_plain(struct push *p, int status);

static int32_t retry_after_of(const sip_t *sip)
{
	return sip && sip->sip_retry_after &&
	    sip->sip_retry_after->af_delta <= 86400 ?
	    (int32_t)sip->sip_retry_after->af_delta : 0;
}

/* Sofia made this answer itself: nobody answered. */
static bool is_internal(nta_outgoing_t *orq)
{
	msg_t *msg = nta_outgoing_getresponse(orq);
	bool internal = !msg || nta_is_internal_msg(msg);

	msg_destroy(msg);
	return internal;
}

static int answered(struct push *p, nta_outgoing_t *orq, const sip_t *sip)
{
	int status = nta_outgoing_status(orq);
	struct fork *f = p->fork;
	int32_t retry_after;
	bool internal;

	if (status < 200)
		return 0;
	internal = is_internal(orq);
	retry_after = retry_after_of(sip);	/* sip dies with orq */
	trace_step(trace_of(f->m), far_lane(f->m), LANE_EDGE, "%d%s", status,
	    internal ? " (no answer)" : "");
	p->orq = NULL;
	nta_outgoing_destroy(orq);
	if (send_again_plain(p, status))
		return 0;
	if (status < 300)
		push_taken(p);
	else
		push_refused(p, status, retry_after,
		    internal && status != 408);
	push_free(p);
	fork_close(f);
	return 0;
}

/* --- the request ------------------------------------------------------------- */

static nta_outgoing_t *request_send(struct push *p, const char *contact,
    const struct device_route *way, struct push_text *t)
{
	tagi_t tags[PUSH_LINES + 1];
	char from_tag[17];
	struct buf from, call_id;
	sip_payload_t payload[1];
	const char *ident = listener_ident(buf_strv(&way->listener));
	nta_outgoing_t *orq;

	rand_hex(from_tag, 16);
	buf_init(&from, 2048);
	buf_init(&call_id, 512);
	buf_addf(&from, "%s;tag=%s", t->from.p, from_tag);
	push_call_id(p->fork->m, p->cpim, &call_id);
	sip_payload_init(payload);
	payload->pl_data = t->form.body.p;
	payload->pl_len = (usize_t)t->form.body.n;
	push_lines_to_tags(&t->lines, tags);
	orq = nta_outgoing_tcreate(edge_leg(), answered, p,
	    url_text(way->next.p), SIP_METHOD_MESSAGE,
	    url_text(contact),
	    SIPTAG_FROM_STR(from.p),
	    SIPTAG_TO_STR(t->to.p),
	    SIPTAG_CALL_ID_STR(call_id.p),
	    TAG_IF(ident, TPTAG_IDENT(ident)),
	    SIPTAG_PAYLOAD(payload),
	    TAG_NEXT(tags));
	buf_deinit(&from);
	buf_deinit(&call_id);
	return orq;
}

/* false: it cannot be sent to this device; why in f->err. */
static bool push_send(struct push *p, const struct binding *b)
{
	struct fork *f = p->fork;
	struct device_route way;
	struct push_text text;
	struct buf contact;
	enum err e;

	device_route_init(&way);
	push_text_init(&text);
	buf_init(&contact, 1024);
	buf_adds(&contact, b->contact);
	e = device_route(b, f->m->headers, &way) ? ERR_OK : ERR_OFFLINE;
	if (e == ERR_OK)
		e = push_text_write(f->m, fork_user(f), b, p->cpim,
		    &way.routes, &text);
	if (e == ERR_OK && text.form.body.n > UDP_MAX &&
	    strcasestr(way.next.p, ";transport=udp"))
		e = ERR_TOO_BIG;
	if (e == ERR_OK) {
		p->flow = way.flow;
		trace_step(trace_of(f->m), LANE_EDGE, far_lane(f->m), "MESSAGE to %.*s",
		    STRV_ARG(b->contact));
		p->orq = request_send(p, contact.p, &way, &text);
		e = p->orq ? ERR_OK : ERR_OFFLINE;
	}
	f->err = outcome_add(f->err, e);
	if (err_info(e)->class == ERR_CLASS_TEMP)
		fork_missed(f, buf_strv(&p->name));
	device_route_deinit(&way);
	push_text_deinit(&text);
	buf_deinit(&contact);
	return e == ERR_OK;
}

/* It reads no CPIM after all: once more as plain text. */
static bool send_again_plain(struct push *p, int status)
{
	struct binding *b = binding_of(fork_user(p->fork), p->binding);

	if (status != 415 || !p->cpim || !b || !edge_agent() ||
	    p->fork->m->kind == MESSAGE_REPORT)
		return false;
	device_note_cpim(b->id, false);
	p->cpim = false;
	return push_send(p, b);
}

static void push_start(struct fork *f, const struct binding *b)
{
	struct push *p = xalloc(sizeof(*p));

	p->fork = f;
	p->binding = b->id;
	p->cpim = device_reads_cpim(b);
	buf_init(&p->name, 1024);
	buf_adds(&p->name, binding_name(b));
	list_add(&f->tried, binding_name(b));
	list_push(&pushes, &p->hook);
	metric_add(&sip_metrics[M_PUSHES], 1);
	f->open++;
	if (push_send(p, b))
		return;
	push_free(p);
	f->open--;
}

/* --- the leg ------------------------------------------------------------------ */

static bool is_candidate(const struct leg *l, const struct binding *b)
{
	struct strv name = binding_name(b);

	if (strv_listed(l->reached, name))
		return false;
	if (l->device.n > 0)
		return strv_eq(l->device, name);
	if (l->message->kind == MESSAGE_REPORT)
		return true;	/* its Accept-Contact was for the reporter */
	if (b->features.n == 0 && sip_settings.lenient_tags)
		return true;
	return features_allow(b->features, l->message->headers);
}

static void notice_start(struct fork *f, const struct binding *b)
{
	bool private = lines_private(f->m->headers);

	if (f->leg->device.n == 0) {
		list_add(&f->apart, binding_name(b));
		return;
	}
	message_unref(f->m);
	f->m = notice_make(f->leg, private);
	f->m->headers = private ? STRV("Privacy: id\r\n") : STRV_NONE;
	f->notice = true;
	push_start(f, b);
}

/* One that is not for the message shall not have it later either. */
static void device_start(struct fork *f, const struct user *u,
    const struct binding *b, int64_t now)
{
	enum give give = GIVE_NOTHING;

	if (b->expires <= now)
		return;
	if (is_candidate(f->leg, b))
		give = give_now(f->leg, u, b);
	if (give == GIVE_NOTICE)
		notice_start(f, b);
	else if (give == GIVE_NOTHING)
		list_add(&f->tried, binding_name(b));
	else
		push_start(f, b);
}

static struct fork *fork_new(struct leg *l)
{
	struct fork *f = xalloc(sizeof(*f));

	f->leg = l;
	f->m = message_ref(l->message);
	buf_init(&f->recipient, 1024);
	buf_init(&f->reached, 1024);
	buf_init(&f->tried, BUF_NO_LIMIT);
	buf_init(&f->missed, BUF_NO_LIMIT);
	buf_init(&f->apart, BUF_NO_LIMIT);
	buf_adds(&f->recipient, l->recipient);
	list_push(&forks, &f->hook);
	n_forks++;
	return f;
}

static void fork_start(void *arg)
{
	struct fork *f = arg;
	const struct user *u = fork_user(f);
	int64_t now = now_ms();

	f->open = 1;	/* ours, so that no answer can end it in between */
	if (u && edge_agent())
		LIST_FOR(h, &u->bindings)
			device_start(f, u, BINDING_OF(h), now);
	f->nobody = f->err == ERR_OK && f->open == 1;
	if (f->nobody)
		f->err = u ? ERR_OFFLINE : ERR_NO_USER;
	fork_close(f);
}

/* From the loop: no answer may come from inside deliver(). */
void push_deliver(struct leg *l)
{
	loop_defer(fork_start, fork_new(l));
}

void push_orphan(void)
{
	LIST_FOR(h, &pushes) {
		struct push *p = LIST_ENTRY(h, struct push, hook);
		struct fork *f = p->fork;

		nta_outgoing_destroy(p->orq);
		f->err = outcome_add(f->err, ERR_OFFLINE);
		push_free(p);
		fork_close(f);
	}
}
