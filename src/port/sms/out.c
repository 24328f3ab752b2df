/* out.c - a leg as parts of a short message: text, addresses, PDUs. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "sms"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "core/leg.h"
#include "core/message.h"
#include "dir/users.h"
#include "flow/trace.h"
#include "port/sms/accept.h"
#include "port/sms/out.h"
#include "port/sms/text.h"
#include "wire/smtime.h"

#define SHORT_OCTETS	140	/* of user data in one short message */
#define SHORT_SEPTETS	160

struct sms_out *sms_out_new(struct sms_link *k, struct leg *l)
{
	struct sms_out *o = xalloc(sizeof(*o));

	o->link = k;
	o->leg = l;
	list_init(&o->hook);
	buf_init(&o->text, SMS_TEXT_MAX);
	segments_init(&o->segments);
	o->validity = k->conf.validity;
	o->other_concat = true;
	o->other_source = *k->conf.fallback_source != 0;
	return o;
}

void sms_out_free(struct sms_out *o)
{
	segments_deinit(&o->segments);
	buf_deinit(&o->text);
	free(o->refs);
	free(o);
}

/* --- before it goes out ---------------------------------------------------- */

static struct strv number_of(struct strv key)
{
	const struct user *u;

	if (addr_is_number(key))
		return key;
	u = user_find(key);
	return u ? user_number(u) : STRV_NONE;
}

static bool user_name(struct strv key, const struct sms_conf *c,
    struct smpp_addr *out)
{
	char name[21];
	struct strv user = addr_user(key);

	if (!c->alpha_source || user.n == 0 || user.n >= sizeof(name))
		return false;
	(void)snprintf(name, sizeof(name), "%.*s", STRV_ARG(user));
	return sms_address_set(name, &c->numbering, out);
}

static enum err address(struct sms_out *o)
{
	const struct sms_conf *c = &o->link->conf;
	struct strv from = o->leg->message->from, number = number_of(from);
	struct addr_rules rules;

	sms_settings_rules(c, &rules);
	if (!sms_address(number_of(o->leg->recipient), &rules, &c->numbering,
	    false, &o->dst))
		return addr_is_alpha(&rules, o->leg->recipient) ?
		    ERR_FORBIDDEN : ERR_NO_USER;
	if (*c->source)	/* it shows nobody */
		return sms_address_set(c->source, &c->numbering, &o->src) ?
		    ERR_OK : ERR_UNAUTHORISED;
	if (o->leg->message->anonymous)
		return sms_address_set(c->anonymous_source, &c->numbering,
		    &o->src) ? ERR_OK : ERR_ANONYMOUS;
	if (sms_address(number.p ? number : from, &rules, &c->numbering, true,
	    &o->src) || user_name(from, c, &o->src))
		return ERR_OK;
	log_warn("sender has no number gateway=%s from=%.*s: give it an alias "
	    "tel:+..., or set gateway %s source", o->link->name,
	    STRV_ARG(from), o->link->name);
	return ERR_UNAUTHORISED;
}

/* Cut the text; all parts are to do. */
enum err sms_out_cut(struct sms_out *o)
{
	enum err e;

	segments_deinit(&o->segments);
	segments_init(&o->segments);
	e = segment_split(buf_strv(&o->text), &o->opt, &o->segments);
	o->todo = e == ERR_OK ? o->segments.total : 0;
	o->sent = o->taken = o->lost = 0;
	memset(o->state, PART_TODO, sizeof(o->state));
	return e;
}

/* Long messages to one destination get references that follow each other. */
static uint16_t reference(struct sms_link *k, const struct smpp_addr *dst)
{
	return k->refs[map_hash(strv(dst->addr)) & 255]++;
}

enum err sms_out_prepare(struct sms_out *o)
{
	const struct sms_conf *c = &o->link->conf;
	const struct message *m = o->leg->message;
	enum err e = ERR_OK;

	if (m->kind == MESSAGE_REPORT)
		buf_addz(&o->text, m->report.status == STATUS_DISPLAYED ?
		    "READ" : "DELIVRD");
	else if (o->leg->role == LEG_UCN)
		buf_adds(&o->text, o->leg->text);
	else
		e = sms_text(m, &o->text);
	if (e != ERR_OK)
		return e;
	if (o->text.n == 0)
		return ERR_BAD_CONTENT;
	if (sms_guard_is_loop(m->from, o->leg->recipient, buf_strv(&o->text)))
		return ERR_LOOP;
	e = address(o);
	if (e != ERR_OK)
		return e;
	sms_text_fit(c, buf_strv(&o->text), &o->opt);
	o->opt.carriage = c->concat;
	o->opt.clusters = true;
	o->opt.max_parts = (uint8_t)c->max_segments;
	o->opt.ref = reference(o->link, &o->dst);
	return sms_out_cut(o);
}

/* --- one part -------------------------------------------------------------- */

uint8_t sms_out_registered(const struct sms_out *o, bool last)
{
	const struct sms_conf *c = &o->link->conf;
	unsigned wants = o->leg->message->wants;

	if (!c->receipts || (!last && !c->receipt_all))
		return 0;
	if (wants & WANTS_DELIVERED)
		return 1;
	return wants & WANTS_FAILED ? 2 : 0;
}

static void set_validity(const struct sms_out *o, struct smpp_pdu *p)
{
	int64_t left = o->leg->expires - now_ms();

	if (!o->validity || o->leg->expires == 0)
		return;
	if (left > o->link->conf.validity_max)
		left = o->link->conf.validity_max;
	smtime_relative((left + 999) / 1000, p->validity_period);
}

static bool is_long(const struct sms_out *o, struct strv octets)
{
	return octets.n > (o->opt.alphabet == DCS_UCS2 ||
	    o->opt.alphabet == DCS_GSM7_PACKED ? SHORT_OCTETS : SHORT_SEPTETS);
}

static void set_text(const struct sms_out *o, unsigned part, struct smpp_pdu *p)
{
	const struct segments *s = &o->segments;
	struct strv octets = segments_part(s, part);

	p->data_coding = sms_text_coding(&o->link->conf, o->opt.alphabet);
	if (s->udhi)
		p->esm_class |= SMPP_ESM_UDHI;
	if (o->opt.carriage == SEGMENT_PAYLOAD && is_long(o, octets)) {
		(void)smpp_tlv_add(p, SMPP_TLV_MESSAGE_PAYLOAD, octets);
		return;
	}
	p->short_message = octets;
	if (o->opt.carriage != SEGMENT_SAR || s->total == 1)
		return;
	(void)smpp_tlv_add_num(p, SMPP_TLV_SAR_MSG_REF_NUM, o->opt.ref);
	(void)smpp_tlv_add_num(p, SMPP_TLV_SAR_TOTAL_SEGMENTS, s->total);
	(void)smpp_tlv_add_num(p, SMPP_TLV_SAR_SEGMENT_SEQNUM, part + 1);
}

/* A report to a phone: which message it is about, if it had a number. */
static void set_ack(const struct sms_out *o, struct smpp_pdu *p)
{
	const struct report *r = &o->leg->message->report;
	uint16_t ref;

	if (o->leg->message->kind != MESSAGE_REPORT)
		return;
	p->esm_class |= r->status == STATUS_DISPLAYED ? SMPP_ESM_USER_ACK :
	    SMPP_ESM_DELIVERY_ACK;
	if (sms_accept_ref(r->imdn_id, &ref))
		(void)smpp_tlv_add_num(p, SMPP_TLV_USER_MESSAGE_REFERENCE,
		    ref);
}

enum err sms_out_send(struct sms_out *o, unsigned part)
{
	struct sms_bind *b = o->link->out;
	bool last = part + 1 == o->segments.total;
	struct smpp_pdu p = { .id = SMPP_SUBMIT_SM, .src = o->src,
	    .dst = o->dst, .registered_delivery = sms_out_registered(o, last) };
	enum err e;

	p.seq = sms_window_seq(&b->window);
	(void)SMPP_SET(p.service_type, strv(o->link->conf.service_type));
	set_validity(o, &p);
	set_text(o, part, &p);
	set_ack(o, &p);
	if (last && o->link->conf.alerts)
		(void)smpp_tlv_add_num(&p, SMPP_TLV_SET_DPF, 1);
	e = sms_bind_send(b, &p);
	if (e != ERR_OK)
		return e;
	sms_bind_sent(b, p.seq, o, part);
	if (last) {
		o->last_bind = b->id;
		o->last_seq = p.seq;
	}
	trace_step(o->leg->message->id, LANE_IWF, LANE_FAR,
	    "submit_sm %u/%u seq=%" PRIu32 " data_coding=%u by %s", part + 1,
	    o->segments.total, p.seq, p.data_coding, o->link->name);
	sms_count(&o->link->count, o->opt.alphabet == DCS_UCS2 ?
	    SMS_SEGMENTS_UCS2 : o->opt.alphabet <= DCS_GSM7_PACKED ?
	    SMS_SEGMENTS_GSM7 : SMS_SEGMENTS_OTHER);
	return ERR_OK;
}
