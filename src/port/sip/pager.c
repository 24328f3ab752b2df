/* pager.c - MESSAGE from a client or a peer: a message, or a report (3.1). */

#include <inttypes.h>
#include <stdlib.h>

#define LOG_UNIT "sip"
#include "base/alloc.h"
#include "base/log.h"
#include "base/map.h"
#include "base/now.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "conf/conf.h"
#include "core/addr.h"
#include "core/content.h"
#include "core/message.h"
#include "dir/bindings.h"
#include "dir/users.h"
#include "flow/flow.h"
#include "flow/trace.h"
#include "port/sip/devices.h"
#include "port/sip/kept.h"
#include "port/sip/lines.h"
#include "port/sip/list.h"
#include "port/sip/sip_priv.h"
#include "wire/sipbody.h"

#define TEXT_MAX	65536	/* bytes of text worth counting */
#define ID_HEX		32	/* digits of an id we make up */
#define FIRST_RETRY	"Retry-After: 5\r\n"

/* One MESSAGE while it is read; all of it ends before pager_in() returns. */
struct pager {
	struct request *r;
	struct identity id;
	struct buf to;		/* key of the Request-URI */
	struct buf lines;	/* headers kept with the message */
	struct buf service;	/* CSI, or empty */
	struct arena arena;
	struct sipbody body;
	uint32_t recipients;	/* in a list */
};

static void pager_end(struct pager *p)
{
	buf_deinit(&p->id.key);
	buf_deinit(&p->to);
	buf_deinit(&p->lines);
	buf_deinit(&p->service);
	arena_deinit(&p->arena);
}

/* --- answers (spec/conversation.md 3.5) ------------------------------------- */

static void answer_lines(enum err e, int32_t retry_after, struct buf *out)
{
	switch (e) {
	case ERR_FORBIDDEN:
	case ERR_UNAUTHORISED:
		buf_addf(out, "Warning: 399 %s \"127 Service not "
		    "authorised\"\r\n", dir_realm());
		break;
	case ERR_ANONYMOUS:
		buf_addf(out, "Warning: 399 %s \"121 Anonymity not "
		    "allowed\"\r\n", dir_realm());
		break;
	case ERR_TOO_BIG:
		buf_addf(out, "Warning: 399 %s \"133 Size exceeded\"\r\n",
		    dir_realm());
		break;
	case ERR_BAD_CONTENT:
		buf_addz(out, "Accept: " SIP_ACCEPT "\r\n");
		break;
	case ERR_BUSY:
	case ERR_STORAGE:
		buf_addf(out, "Retry-After: %d\r\n",
		    retry_after > 0 ? retry_after : 5);
		break;
	default:
		break;
	}
}

static void answered(const struct flow_answer *a, void *arg)
{
	struct request *r = arg;
	struct buf lines;
	int status = a->kind == FLOW_TAKEN ? 200 : 202;

	if (a->kind != FLOW_REFUSED) {
		trace_step(a->id, LANE_EDGE, LANE_SENDER, "%d%s", status,
		    a->duplicate ? " (again)" : "");
		request_answer(r, status, NULL, NULL);
		return;
	}
	buf_init(&lines, 512);
	answer_lines(a->err, a->retry_after, &lines);
	status = err_info(a->err)->sip;
	if (a->id)
		trace_step(a->id, LANE_EDGE, LANE_SENDER, "%d", status);
	request_refuse(r, status, NULL, lines.n ? lines.p : NULL, "%s",
	    err_info(a->err)->text);
	buf_deinit(&lines);
}

static void reported(enum err e, void *arg)
{
	struct request *r = arg;

	if (e == ERR_OK) {
		request_answer(r, 200, NULL, NULL);
		return;
	}
	if (e == ERR_BUSY || e == ERR_STORAGE) {
		request_refuse(r, err_info(e)->sip, NULL, FIRST_RETRY,
		    "report not stored");
		return;
	}
	/* A client would only send it again: it has done its part. */
	sip_count(M_REPORT_UNKNOWN);
	log_info("report about a message that is not known from=\"%s\" "
	    "call-id=%.80s", r->source, r->sip->sip_call_id->i_id);
	request_answer(r, 200, NULL, NULL);
}

static void refuse(struct pager *p, int status, const char *phrase,
    const char *headers, const char *why)
{
	request_refuse(p->r, status, phrase, headers, "%s", why);
}

/* --- who and where to ------------------------------------------------------- */

/* A host that is only our address means the home domain. */
static void target_uri(const struct request *r, struct buf *out)
{
	const url_t *url = r->sip->sip_request->rq_url;
	url_t home = *url;

	if ((url->url_type == url_sip || url->url_type == url_sips) &&
	    listener_is_us(url)) {
		home.url_host = dir_realm();
		home.url_port = NULL;
	}
	request_url(&home, out);
}

/* false: answered. */
static bool read_target(struct pager *p)
{
	struct buf uri;
	struct user *u;
	bool good;

	buf_init(&uri, ADDR_MAX);
	target_uri(p->r, &uri);
	good = uri.n > 0 && dir_key(buf_strv(&uri), &p->to) == ERR_OK;
	kept_service(p->r->sip, buf_strv(&uri), &p->service);
	buf_deinit(&uri);
	if (!good) {
		refuse(p, 400, "Bad Request-URI", NULL,
		    "the Request-URI is no address");
		return false;
	}
	u = user_find(buf_strv(&p->to));
	if (u) {
		buf_clear(&p->to);
		buf_adds(&p->to, u->key);
	}
	return true;
}

/* The sender's device: the one that registered from where this came. */
static const struct binding *sender_binding(const struct pager *p)
{
	const struct user *u = p->id.user;

	if (!u)
		return NULL;
	LIST_FOR(h, &u->bindings) {
		const struct binding *b = BINDING_OF(h);

		if (u->nbindings == 1 ||
		    strv_eq(b->source, strv(p->r->source)))
			return b;
	}
	return NULL;
}

static struct strv sender_device(const struct pager *p)
{
	const struct binding *b = sender_binding(p);

	if (!b)
		return STRV_NONE;
	if (p->body.wrapped)
		device_note_cpim(b->id, true);
	return b->instance.n > 0 ? b->instance : STRV_NONE;
}

/* --- ids and times ------------------------------------------------------------ */

/* false: answered.  Absent ones are made up. */
static bool read_id(struct pager *p, struct message *m, const char *name,
    bool make, struct strv *out)
{
	struct strv v = request_header(p->r, name);
	char hex[ID_HEX + 1], phrase[64];

	if (v.p && !lines_is_token(v)) {
		snprintf(phrase, sizeof(phrase), "Bad %s Header", name);
		request_refuse(p->r, 400, phrase, NULL,
		    "%s is not 1 to 128 visible characters", name);
		return false;
	}
	if (!v.p && make) {
		rand_hex(hex, ID_HEX);
		v = strv(hex);
	}
	*out = message_str(m, v);
	return true;
}

static bool read_ids(struct pager *p, struct message *m)
{
	return read_id(p, m, "Conversation-ID", true, &m->conversation) &&
	    read_id(p, m, "Contribution-ID", true, &m->contribution) &&
	    read_id(p, m, "InReplyTo-Contribution-ID", false,
	    &m->replies_to);
}

/* false: answered.  Clients' clocks lie: seconds count from now. */
static bool read_expires(struct pager *p, struct message *m)
{
	const sip_expires_t *ex = p->r->sip->sip_expires;
	int64_t date;

	if (!ex)
		return true;
	if (ex->ex_date == 0) {
		m->expires = m->received + (int64_t)ex->ex_delta * 1000;
		return true;
	}
	/* Sofia counts from 1900 */
	date = ((int64_t)ex->ex_date - 2208988800) * 1000;
	if (date <= m->received) {
		refuse(p, 400, "Expires Is Past", NULL, "Expires is past");
		return false;
	}
	m->expires = date;
	return true;
}

static unsigned wants(const struct cpim *c)
{
	unsigned w = 0;

	if (!c->has_wants)
		return 0;
	w |= c->wants & CPIM_DELIVERY ? WANTS_DELIVERED : 0;
	w |= c->wants & CPIM_NEGATIVE ? WANTS_FAILED : 0;
	w |= c->wants & CPIM_DISPLAY ? WANTS_DISPLAYED : 0;
	w |= c->wants & CPIM_INTERWORKING ? WANTS_INTERWORKED : 0;
	return w;
}

/* --- body --------------------------------------------------------------------- */

/* false: answered. */
static bool read_body(struct pager *p, const struct sipbody_in *in)
{
	enum err e = sipbody_decode(in, &p->arena, &p->body);

	if (e == ERR_OK && p->body.kind != SIPBODY_EMPTY)
		return true;
	if (e == ERR_BAD_CONTENT)
		refuse(p, 415, NULL, "Accept: " SIP_ACCEPT "\r\n"
		    "Accept-Encoding: identity, deflate, gzip\r\n",
		    p->body.why ? p->body.why : "content not taken");
	else if (e == ERR_TOO_BIG)
		refuse(p, 413, NULL, NULL, p->body.why ? p->body.why :
		    "content too large");
	else
		refuse(p, 400, e == ERR_OK ? "No Content" : "Bad Content",
		    NULL, e == ERR_OK ? "there is no content" :
		    p->body.why ? p->body.why : "content cannot be read");
	return false;
}

/* What is said of the text: its length, and a hash of it. */
static void count_text(const struct sipbody *body, struct message *m)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	if (body->kind == SIPBODY_TEXT &&
	    sipbody_text(body, &text) == ERR_OK) {
		m->text_hash = map_hash(buf_strv(&text));
		m->text_chars = (uint32_t)utf8_count(buf_strv(&text));
	}
	buf_deinit(&text);
}

/* --- a message ------------------------------------------------------------------ */

static struct message *message_make(struct pager *p,
    const struct sipbody_in *in)
{
	struct message *m = message_new();

	m->kind = MESSAGE_TEXT;
	m->origin = p->id.terminating || !p->id.user ? FROM_NETWORK :
	    FROM_USER;
	m->from = message_str(m, buf_strv(&p->id.key));
	m->to = message_str(m, buf_strv(&p->to));
	m->device = message_str(m, sender_device(p));
	m->service = p->service.n > 0 ?
	    message_str(m, buf_strv(&p->service)) : STRV_NONE;
	m->in = "sip";
	m->in_ref = message_str(m, strv(p->r->sip->sip_call_id->i_id));
	m->received = now_ms();
	m->recipients = p->recipients;
	m->content = content_new(in->type.p ? in->type : STRV("text/plain"),
	    in->encoding, in->body);
	return m;
}

/* The fields that only a message has.  false: answered. */
static bool message_fill(struct pager *p, struct message *m)
{
	const struct cpim *c = &p->body.cpim;
	const sip_subject_t *subject = p->r->sip->sip_subject;
	char hex[ID_HEX + 1];

	if (!read_ids(p, m) || !read_expires(p, m))
		return false;
	if (p->body.wrapped) {
		m->wants = wants(c);
		m->imdn_id = message_str(m, c->message_id);
		m->subject = message_str(m, c->subject);
	} else {
		/* for the CPIM that clients of CPM will get */
		rand_hex(hex, ID_HEX);
		m->imdn_id = message_str(m, strv(hex));
	}
	if (!m->subject.p && subject && subject->g_string)
		m->subject = message_str(m, strv(subject->g_string));
	count_text(&p->body, m);
	kept_headers(p->r->sip, p->r->peer != NULL, &p->lines);
	m->headers = message_str(m, buf_strv(&p->lines));
	m->anonymous = lines_private(m->headers);
	return true;
}

static int64_t wait_ms(void)
{
	return conf_int("policy delivery", "", "answer-wait");
}

static void submit(struct pager *p, const struct sipbody_in *in)
{
	struct message *m = message_make(p, in);

	if (!message_fill(p, m)) {
		message_unref(m);
		return;
	}
	flow_submit(m, wait_ms(), answered, p->r);
}

/* --- a report -------------------------------------------------------------------- */

static bool report_status(const struct imdn *i, enum report_status *out)
{
	bool about_delivery = i->kind == IMDN_DELIVERY ||
	    i->kind == IMDN_DISPLAY;

	switch (i->status) {
	case IMDN_DELIVERED:
		*out = STATUS_DELIVERED;
		return true;
	case IMDN_DISPLAYED:
		*out = STATUS_DISPLAYED;
		return true;
	case IMDN_FAILED:
		*out = STATUS_FAILED;
		return true;
	case IMDN_FORBIDDEN:
		*out = STATUS_FORBIDDEN;
		return about_delivery;
	case IMDN_ERROR:
		*out = STATUS_ERROR;
		return about_delivery;
	default:
		return false;
	}
}

/* Only a CPIM can be passed on as it is. */
static struct message *report_form(struct pager *p,
    const struct sipbody_in *in)
{
	struct message *m;

	if (!p->body.wrapped)
		return NULL;
	m = message_make(p, in);
	m->kind = MESSAGE_REPORT;
	m->conversation = message_str(m, request_header(p->r,
	    "Conversation-ID"));
	m->contribution = message_str(m, request_header(p->r,
	    "Contribution-ID"));
	m->imdn_id = message_str(m, p->body.cpim.message_id);
	kept_headers(p->r->sip, p->r->peer != NULL, &p->lines);
	m->headers = message_str(m, buf_strv(&p->lines));
	return m;
}

static void report(struct pager *p, const struct sipbody_in *in)
{
	struct flow_report rep = {
		.port = "sip",
		.imdn_id = p->body.imdn.message_id,
		.sender = buf_strv(&p->to),
		.recipient = buf_strv(&p->id.key)
	};

	if (!report_status(&p->body.imdn, &rep.status)) {
		request_answer(p->r, 200, NULL, NULL);
		return;
	}
	if (rep.status != STATUS_DELIVERED && rep.status != STATUS_DISPLAYED)
		rep.why = ERR_REJECTED;
	rep.form = report_form(p, in);
	flow_report(&rep, reported, p->r);
}

/* --- the whole request --------------------------------------------------------- */

static bool is_composing(const struct pager *p)
{
	return sipbody_type_is(p->body.type,
	    STRV("application/im-iscomposing+xml"));
}

/* The list travels in the content, to the port that reads it again. */
static void pager_read_list(struct pager *p, const struct sipbody_in *in)
{
	struct sipbody_in part;

	if (!list_read(p->r, in, &p->arena, &p->to, &part,
	    &p->recipients) ||
	    !read_body(p, &part))
		return;
	if (p->body.kind == SIPBODY_IMDN || is_composing(p))
		refuse(p, 400, "Bad Content", NULL, "no message in the list");
	else
		submit(p, in);
}

static void pulled(enum err e, void *arg)
{
	if (e == ERR_OK)
		request_answer(arg, 200, NULL, NULL);
	else
		request_refuse(arg, err_info(e)->sip, NULL, FIRST_RETRY,
		    "request not stored");
}

/* A device asks for what it was only notified of; what it says is nothing. */
static void pull(struct pager *p)
{
	const struct binding *b = sender_binding(p);

	if (!b) {
		refuse(p, 480, NULL, NULL, "the device is not registered");
		return;
	}
	flow_pull(p->id.user->key, binding_name(b), pulled, p->r);
}

static void pager_read(struct pager *p)
{
	struct sipbody_in in = { 0 };

	if (!read_target(p))
		return;
	if (p->id.user && flow_is_pull(buf_strv(&p->to))) {
		pull(p);
		return;
	}
	request_body(p->r, &p->arena, &in);
	if (list_is(p->r, buf_strv(&p->to))) {
		pager_read_list(p, &in);
		return;
	}
	if (!read_body(p, &in))
		return;
	if (p->body.kind == SIPBODY_IMDN) {
		report(p, &in);
		return;
	}
	if (is_composing(p)) {	/* worth nothing later, so never stored */
		sip_count(M_COMPOSING);
		request_answer(p->r, 200, NULL, NULL);
		return;
	}
	submit(p, &in);
}

void pager_in(struct request *r)
{
	struct pager p = { .r = r };

	if (trust_identify(r, &p.id)) {
		arena_init(&p.arena);
		buf_init(&p.to, ADDR_MAX);
		buf_init(&p.lines, LINES_MAX);
		buf_init(&p.service, 256);
		pager_read(&p);
		pager_end(&p);
		return;
	}
	buf_deinit(&p.id.key);
}
