/* deliver.c - messages in: deliver_sm and data_sm to messages of the flow. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "sms"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "dir/users.h"
#include "port/sms/accept.h"
#include "wire/udh.h"

#define PID_TYPE_0	0x40	/* to be acknowledged and never shown */

/* A deliver_sm, taken apart. */
struct in {
	struct sms_bind *bind;
	const struct smpp_pdu *pdu;
	const struct sms_conf *conf;
	struct strv text;	/* octets behind the UDH */
	struct udh udh;
	size_t udh_len;
	enum segment_carriage kind;	/* when udh.total */
	struct dcs dcs;
	struct buf from, to;	/* keys */
};

/* --- answers --------------------------------------------------------------- */

static void answer(const struct in *in, uint32_t status)
{
	sms_bind_answer(in->bind->id, in->pdu->id, in->pdu->seq, status);
}

/* Not taken, for good: one line, one count, the answer of the table. */
static void refuse(const struct in *in, enum err e, const char *why)
{
	struct sms_link *k = in->bind->link;

	log_warn("message refused: %s gateway=%s seq=%" PRIu32 " from=%s "
	    "to=%s", why, k->name, in->pdu->seq, in->pdu->src.addr,
	    in->pdu->dst.addr);
	sms_accept_count(k, e);
	answer(in, sms_deliver_status(e, in->conf->nack_unknown));
}

/* Taken and forgotten. */
static void swallow(const struct in *in, const char *what)
{
	log_info("%s: not delivered gateway=%s seq=%" PRIu32, what,
	    in->bind->link->name, in->pdu->seq);
	sms_count(&in->bind->link->count, SMS_IN_DROPPED);
	answer(in, SMPP_ROK);
}

static struct sms_waiting *waiting_new(const struct in *in)
{
	struct sms_waiting *w = xalloc(sizeof(*w));

	w->bind = in->bind->id;
	w->command = in->pdu->id;
	w->seq = in->pdu->seq;
	w->nack_unknown = in->conf->nack_unknown;
	(void)snprintf(w->gateway, sizeof(w->gateway), "%s",
	    in->bind->link->name);
	return w;
}

static struct message *make(const struct in *in, const struct dcs *dcs,
    struct strv text)
{
	struct message *m = sms_accept_make(in->bind->link,
	    buf_strv(&in->from), buf_strv(&in->to), dcs, text, in->pdu->seq);

	sms_accept_asked(m, in->bind->link, in->pdu);
	return m;
}

/* --- parts ----------------------------------------------------------------- */

static void part_stored(enum err e, void *arg)
{
	struct sms_waiting *w = arg;
	struct sms_link *k = sms_link_find(strv(w->gateway));

	if (k)
		sms_count(&k->count, e == ERR_OK ? SMS_IN_PART : SMS_IN_BUSY);
	sms_bind_answer(w->bind, w->command, w->seq,
	    sms_deliver_status(e, false));
	free(w);
}

/* The set as it was when the part came may be gone: the journal copies. */
static void put_part(const struct in *in, const struct sms_set *s)
{
	struct journal_part p;

	sms_set_part(s, (uint8_t)in->udh.seq, &p);
	journal_part_add(&p, part_stored, waiting_new(in));
}

static void complete(const struct in *in, struct sms_set *s)
{
	struct sms_waiting *w = waiting_new(in);
	struct dcs dcs = dcs_parse(sms_set_coding(s), in->conf->alphabet);
	struct buf text;
	enum err e;

	buf_init(&text, SMS_LONG_TEXT);
	e = sms_set_text(s, in->conf->alphabet, &text);
	if (e != ERR_OK) {
		refuse(in, e, "its parts make no text");
		journal_parts_drop(strv(s->key));
		sms_set_free(s);
		free(w);
	} else {
		w->set = s;
		w->last = in->udh.seq;
		sms_accept(w, make(in, &dcs, buf_strv(&text)));
	}
	buf_deinit(&text);
}

/*
 * A part that differs from the one we have: another message under the same
 * reference.  The old parts must leave the journal first, so the service
 * centre is asked to send this one again.
 */
static void restart(const struct in *in, struct sms_set *s)
{
	log_info("reference used again: parts dropped gateway=%s seq=%" PRIu32,
	    in->bind->link->name, in->pdu->seq);
	journal_parts_drop(strv(s->key));
	sms_set_free(s);
	sms_count(&in->bind->link->count, SMS_IN_BUSY);
	answer(in, SMPP_RX_T_APPN);
}

static void part(const struct in *in, struct strv octets)
{
	const struct sms_part p = {
		.link = in->bind->link->name,
		.src = in->pdu->src.addr, .src_ton = in->pdu->src.ton,
		.dst = in->pdu->dst.addr, .dst_ton = in->pdu->dst.ton,
		.kind = in->kind, .ref = in->udh.ref, .total = in->udh.total,
		.seq = in->udh.seq, .coding = in->pdu->data_coding,
		.octets = octets,
	};
	struct sms_set *s;
	bool restarted;

	if (!user_find(buf_strv(&in->to))) {
		refuse(in, ERR_NO_USER, "a part to an unknown recipient");
		return;
	}
	switch (sms_parts_add(&p, now_ms(), &s, &restarted)) {
	case SMS_PART_REFUSED:
		sms_count(&in->bind->link->count, SMS_IN_BUSY);
		answer(in, SMPP_RMSGQFUL);
		break;
	case SMS_PART_KEPT:
		if (restarted)
			restart(in, s);
		else
			put_part(in, s);
		break;
	case SMS_PART_LAST:
		complete(in, s);
		break;
	}
}

/* --- one that came alone --------------------------------------------------- */

static void whole(const struct in *in, struct strv octets)
{
	struct buf text;
	enum dcs_alphabet a = in->dcs.alphabet;
	enum err e;

	buf_init(&text, SMS_LONG_TEXT);
	e = dcs_decode(a == DCS_GSM7_PACKED ? DCS_GSM7 : a, octets, &text);
	if (e != ERR_OK)
		refuse(in, e, "its text cannot be read");
	else
		sms_accept(waiting_new(in), make(in, &in->dcs,
		    buf_strv(&text)));
	buf_deinit(&text);
}

/* --- taking it apart ------------------------------------------------------- */

static bool sar(struct in *in)
{
	const struct smpp_tlv *ref, *total, *seq;

	ref = smpp_tlv_find(in->pdu, SMPP_TLV_SAR_MSG_REF_NUM);
	total = smpp_tlv_find(in->pdu, SMPP_TLV_SAR_TOTAL_SEGMENTS);
	seq = smpp_tlv_find(in->pdu, SMPP_TLV_SAR_SEGMENT_SEQNUM);
	if (!ref || !total || !seq)
		return false;
	in->udh.ref = (uint16_t)ref->num;
	in->udh.total = (uint8_t)total->num;
	in->udh.seq = (uint8_t)seq->num;
	in->kind = SEGMENT_SAR;
	return true;
}

/* The header before the text, and whether it is a part. */
static enum err header(struct in *in)
{
	in->text = smpp_body(in->pdu);
	if (in->pdu->esm_class & SMPP_ESM_UDHI) {
		struct strv body = in->text;

		if (udh_decode(body, &in->udh, &in->text) != ERR_OK)
			return ERR_BAD_SYNTAX;
		in->udh_len = body.n - in->text.n;
		in->kind = in->udh.wide ? SEGMENT_UDH16 : SEGMENT_UDH8;
	}
	if (in->udh.total == 0 && !sar(in))
		return ERR_OK;
	if (in->udh.total == 1)
		in->udh.total = 0;	/* all there is */
	return in->udh.total == 0 ? ERR_OK : segment_check(in->udh.total,
	    in->udh.seq, in->conf->max_parts);
}

static enum err keys(struct in *in)
{
	struct addr_rules rules;
	enum err e;

	sms_settings_rules(in->conf, &rules);
	e = sms_key(&in->pdu->src, &rules, &in->from);
	return e != ERR_OK ? e : sms_key(&in->pdu->dst, &rules, &in->to);
}

static void take(const struct in *in)
{
	struct buf septets;
	struct strv octets = in->text;
	bool packed = in->dcs.alphabet == DCS_GSM7_PACKED;

	buf_init(&septets, SMS_LONG_TEXT);
	if (packed) {
		gsm7_unpack(octets, gsm7_fill(in->udh_len),
		    in->udh.seq == in->udh.total, &septets);
		octets = buf_strv(&septets);
	}
	if (in->udh.total)
		part(in, octets);
	else
		whole(in, octets);
	buf_deinit(&septets);
}

static void dispatch(struct in *in)
{
	uint8_t type = SMPP_ESM_TYPE(in->pdu->esm_class);

	if (in->pdu->protocol_id == PID_TYPE_0)
		swallow(in, "type 0 message");
	else if (type == SMPP_ESM_DELIVERY_ACK || type == SMPP_ESM_USER_ACK)
		swallow(in, "acknowledgement of a phone");
	else if (header(in) != ERR_OK)
		refuse(in, ERR_BAD_SYNTAX, "its user data header is wrong");
	else if (in->udh.dst_port || in->udh.src_port)
		swallow(in, "message to an application port");
	else if (in->dcs.waiting && in->conf->drop_waiting)
		swallow(in, "message waiting indication");
	else if (in->dcs.alphabet == DCS_BINARY)
		refuse(in, ERR_BAD_CONTENT, "it is no text");
	else if (keys(in) != ERR_OK)
		refuse(in, ERR_BAD_SYNTAX, "its addresses are wrong");
	else
		take(in);
}

void sms_deliver(struct sms_bind *b, const struct smpp_pdu *p)
{
	struct in in = { .bind = b, .pdu = p, .conf = &b->link->conf };

	in.dcs = dcs_parse(p->data_coding, in.conf->alphabet);
	buf_init(&in.from, ADDR_MAX);
	buf_init(&in.to, ADDR_MAX);
	dispatch(&in);
	buf_deinit(&in.from);
	buf_deinit(&in.to);
}
