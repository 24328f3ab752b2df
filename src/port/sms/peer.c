/* peer.c - what the service centre says: its PDUs and what each one does. */

#include <inttypes.h>
#include <stdio.h>

#define LOG_UNIT "sms"
#include "base/log.h"
#include "base/now.h"
#include "flow/access.h"
#include "flow/flow.h"
#include "port/sms/bind.h"
#include "port/sms/lost.h"

static void answer(struct sms_bind *b, const struct smpp_pdu *to,
    uint32_t status)
{
	sms_bind_answer(b->id, to->id, to->seq, status);
}

/* Nothing of ours waits for it. */
static void stray_answer(struct sms_bind *b, const struct smpp_pdu *p)
{
	sms_count(&b->link->count, SMS_BAD_SEQUENCE);
	b->link->count.errors++;
	log_warn("answer to nothing we asked gateway=%s pdu=%s seq=%" PRIu32
	    " status=%s", b->link->name, smpp_command_name(p->id), p->seq,
	    smpp_status_name(p->status));
}

static void wrong_sequence(struct sms_bind *b, const struct smpp_pdu *p)
{
	if (!sms_lost_answered(b, p))
		stray_answer(b, p);
}

/* A command that is none of a service centre's, or comes too early. */
static void out_of_place(struct sms_bind *b, const struct smpp_pdu *p,
    uint32_t status)
{
	sms_count(&b->link->count, SMS_BAD_PDU);
	b->link->count.errors++;
	log_warn("command out of place gateway=%s pdu=%s seq=%" PRIu32,
	    b->link->name, smpp_command_name(p->id), p->seq);
	answer(b, p, status);
}

static void bind_refused(struct sms_bind *b, uint32_t status)
{
	const struct sms_refusal *r = sms_refusal(status);
	char why[160];

	if (r->try_pair && b->mode == SMPP_BIND_TRANSCEIVER) {
		log_warn("no transceiver there: binding transmitter and "
		    "receiver gateway=%s", b->link->name);
		sms_link_use_pair(b->link);
		return;
	}
	(void)snprintf(why, sizeof(why), "bind refused, %s%s%s",
	    smpp_status_text(status), *r->remedy ? ": " : "", r->remedy);
	sms_bind_drop(b, SMS_DROP_REFUSED, r->pause_ms, why);
}

static void bind_answered(struct sms_bind *b, const struct smpp_pdu *p)
{
	if (b->state != SMS_BINDING || p->id != (b->mode | SMPP_RESP)) {
		stray_answer(b, p);
		return;
	}
	if (p->status != SMPP_ROK) {
		bind_refused(b, p->status);
		return;
	}
	sms_bind_bound(b);
}

static void enquired(struct sms_bind *b, const struct smpp_pdu *p)
{
	answer(b, p, SMPP_ROK);
}

static void enquire_answered(struct sms_bind *b, const struct smpp_pdu *p)
{
	if (p->seq != b->enquire_seq || !b->enquire_seq) {
		stray_answer(b, p);
		return;
	}
	b->enquire_seq = 0;
	b->misses = 0;
}

static void unbind_asked(struct sms_bind *b, const struct smpp_pdu *p)
{
	answer(b, p, SMPP_ROK);
	sms_bind_drop(b, SMS_DROP_PEER, 0, "unbound by the service centre");
}

static void unbind_answered(struct sms_bind *b, const struct smpp_pdu *p)
{
	(void)p;
	if (b->state == SMS_UNBINDING)
		sms_bind_gone(b);
}

static void submit_answered(struct sms_bind *b, const struct smpp_pdu *p)
{
	struct sms_sent s;

	if (!sms_window_take(&b->window, p->seq, &s)) {
		wrong_sequence(b, p);
		return;
	}
	metric_observe(&b->link->count.metrics[SMS_RESPONSE_TIME],
	    now_us() - s.at_us);
	sms_submit_answered(b, &s, p);
}

static void nacked(struct sms_bind *b, const struct smpp_pdu *p)
{
	if (b->state == SMS_BINDING) {
		bind_refused(b, p->status);
		return;
	}
	if (p->seq && p->seq == b->enquire_seq) {
		enquire_answered(b, p);	/* it lives */
		return;
	}
	submit_answered(b, p);
}

static void delivered(struct sms_bind *b, const struct smpp_pdu *p)
{
	uint8_t type = SMPP_ESM_TYPE(p->esm_class);

	if (type == SMPP_ESM_RECEIPT || type == SMPP_ESM_INTERMEDIATE)
		sms_receipt(b, p);
	else
		sms_deliver(b, p);
}

/* 5.3.2.30: 0 available, 1 denied (suspended, no SMS), 2 unavailable. */
static bool is_available(const struct smpp_pdu *p)
{
	const struct smpp_tlv *t = smpp_tlv_find(p,
	    SMPP_TLV_MS_AVAILABILITY_STATUS);

	return !t || t->num == 0;
}

/* Before the wake: what waits for the phone gives it time for IP. */
static void note_alert(const struct sms_bind *b, const struct smpp_pdu *p)
{
	struct addr_rules rules;
	struct buf key;

	sms_settings_rules(&b->link->conf, &rules);
	buf_init(&key, ADDR_MAX);
	if (sms_key(&p->src, &rules, &key) == ERR_OK)
		access_heard(buf_strv(&key), is_available(p) ? HEARD_ALERT :
		    HEARD_ABSENT, now_ms());
	buf_deinit(&key);
}

static void alerted(struct sms_bind *b, const struct smpp_pdu *p)
{
	note_alert(b, p);
	if (!is_available(p))
		return;
	log_info("a phone can be reached again gateway=%s seq=%" PRIu32,
	    b->link->name, p->seq);
	flow_wake(strv(b->link->name));
}

static void outbound(struct sms_bind *b, const struct smpp_pdu *p)
{
	(void)p;	/* it asks us to bind, which we do anyway */
	log_debug("outbind ignored gateway=%s", b->link->name);
}

static const struct {
	uint32_t id;
	bool bound;	/* only in a session */
	void (*handle)(struct sms_bind *b, const struct smpp_pdu *p);
} handlers[] = {
	{ SMPP_SUBMIT_SM | SMPP_RESP,		true,	submit_answered },
	{ SMPP_DELIVER_SM,			true,	delivered },
	{ SMPP_DATA_SM,				true,	delivered },
	{ SMPP_ENQUIRE_LINK,			false,	enquired },
	{ SMPP_ENQUIRE_LINK | SMPP_RESP,	true,	enquire_answered },
	{ SMPP_UNBIND,				false,	unbind_asked },
	{ SMPP_UNBIND | SMPP_RESP,		false,	unbind_answered },
	{ SMPP_BIND_TRANSCEIVER | SMPP_RESP,	false,	bind_answered },
	{ SMPP_BIND_TRANSMITTER | SMPP_RESP,	false,	bind_answered },
	{ SMPP_BIND_RECEIVER | SMPP_RESP,	false,	bind_answered },
	{ SMPP_GENERIC_NACK,			false,	nacked },
	{ SMPP_ALERT_NOTIFICATION,		true,	alerted },
	{ SMPP_OUTBIND,				false,	outbound },
};

static void handle(struct sms_bind *b, const struct smpp_pdu *p)
{
	for (size_t i = 0; i < sizeof(handlers) / sizeof(*handlers); i++) {
		if (handlers[i].id != p->id)
			continue;
		if (!handlers[i].bound || b->state >= SMS_BOUND)
			handlers[i].handle(b, p);
		else if (!(p->id & SMPP_RESP))
			out_of_place(b, p, SMPP_RINVBNDSTS);
		return;
	}
	if (p->id & SMPP_RESP)
		wrong_sequence(b, p);
	else
		out_of_place(b, p, SMPP_RINVCMDID);
}

void sms_peer_malformed(struct sms_bind *b, uint32_t seq, uint32_t fault)
{
	struct smpp_pdu nack = { .id = SMPP_GENERIC_NACK, .status = fault,
	    .seq = seq };
	char why[96];

	sms_count(&b->link->count, SMS_BAD_PDU);
	b->link->count.errors++;
	(void)sms_bind_send(b, &nack);
	if (fault == SMPP_RINVCMDID) {
		log_warn("unknown command gateway=%s seq=%" PRIu32,
		    b->link->name, seq);
		return;
	}
	(void)snprintf(why, sizeof(why), "sent a malformed PDU: %s",
	    smpp_status_text(fault));
	sms_bind_drop(b, SMS_DROP_MALFORMED, 0, why);
}

void sms_peer_pdu(struct sms_bind *b, struct strv bytes)
{
	struct smpp_pdu p;

	if (smpp_decode(bytes, &p) == ERR_OK)
		handle(b, &p);
	else
		sms_peer_malformed(b, p.seq, p.fault);
}
