/* deliver.c - deliver_sm of a service centre: receipts and texts from phones. */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "event.h"
#include "smsc_priv.h"
#include "stats.h"

/*
 * One deliver_sm.  It waits for its timer, then in smsc->waiting until
 * somebody can receive, then in session->sent for its answer; a lost
 * session puts it back into waiting.
 */
struct deliver {
	struct deliver *next;
	struct timer timer;
	struct smsc *smsc;
	bool receipt;
	char id[40];		/* of the message a receipt is about */
	char src[21], dst[21];
	int part, parts;
	uint32_t session;	/* that submitted; 0: any may get this */
	uint32_t seq;
	struct buf body;
};

static void deliver_free(struct deliver *d)
{
	buf_deinit(&d->body);
	free(d);
}

/* The session that submitted, or (receipt-other-bind) any but that one. */
static struct session *receiver(struct smsc *c, uint32_t submitter)
{
	struct session *any = NULL;

	for (struct session *s = c->sessions; s; s = s->next) {
		if (!session_receives(s))
			continue;
		if ((s->number == submitter) != c->set.receipt_other)
			return s;
		any = s;
	}
	return any;
}

static void wait_for_receiver(struct deliver *d)
{
	d->next = NULL;
	*d->smsc->waiting_end = d;
	d->smsc->waiting_end = &d->next;
}

static void send_now(struct session *s, struct deliver *d)
{
	struct buf b = BUF_EMPTY;
	size_t start;

	d->seq = ++s->seq;
	start = pdu_begin(&b, DELIVER_SM, 0, d->seq);
	buf_adds(&b, buf_strv(&d->body));
	pdu_end(&b, start);
	d->next = NULL;
	*s->sent_end = d;
	s->sent_end = &d->next;
	conn_send(&s->conn, buf_strv(&b));
	buf_deinit(&b);
}

static void due(void *arg)
{
	struct deliver *d = arg;
	struct session *s = receiver(d->smsc, d->session);

	if (s)
		send_now(s, d);
	else
		wait_for_receiver(d);
}

void deliver_session_bound(struct smsc *c)
{
	struct deliver *d = c->waiting, *next;

	c->waiting = NULL;
	c->waiting_end = &c->waiting;
	for (; d; d = next) {
		next = d->next;
		due(d);
	}
}

void deliver_session_closed(struct session *s)
{
	while (s->sent) {
		struct deliver *d = s->sent;

		s->sent = d->next;
		wait_for_receiver(d);
	}
	s->sent_end = &s->sent;
	/* another session may be there to take them */
	deliver_session_bound(s->smsc);
}

static void answer_event(const struct session *s, const struct deliver *d,
	uint32_t status)
{
	event("deliver-resp");
	event_str("smsc", s->smsc->name);
	event_int("session", s->number);
	event_str("kind", d->receipt ? "receipt" : "mo");
	event_status("status", status);
	event_str("from", d->src);
	event_str("to", d->dst);
	if (d->receipt)
		event_str("message-id", d->id);
	if (d->parts > 1) {
		event_int("part", d->part);
		event_int("parts", d->parts);
	}
	event_end();
}

static bool is_temporary(uint32_t status)
{
	return status == ESME_RX_T_APPN || status == ESME_RTHROTTLED ||
	    status == ESME_RMSGQFUL || status == 0x08;
}

void deliver_answered(struct session *s, const struct pdu *h)
{
	struct deliver **at = &s->sent, *d;
	long retry_ms = s->smsc->set.retry_ms;

	while (*at && (*at)->seq != h->seq)
		at = &(*at)->next;
	d = *at;
	if (!d) {
		event("unexpected-response");
		event_str("smsc", s->smsc->name);
		event_int("seq", h->seq);
		event_end();
		return;
	}
	*at = d->next;
	if (s->sent_end == &d->next)
		s->sent_end = at;
	stats.deliver_resps++;
	if (h->status != ESME_ROK)
		stats.deliver_errors++;
	answer_event(s, d, h->status);
	if (retry_ms > 0 && is_temporary(h->status))
		timer_start(&d->timer, (unsigned)retry_ms, due, d);
	else
		deliver_free(d);
}

static struct deliver *deliver_new(struct smsc *c, const struct sm *sm)
{
	struct deliver *d = xalloc(sizeof(*d));

	d->smsc = c;
	d->body = (struct buf)BUF_EMPTY;
	memcpy(d->src, sm->src, sizeof(d->src));
	memcpy(d->dst, sm->dst, sizeof(d->dst));
	pdu_sm_encode(&d->body, sm);
	return d;
}

/* SMPP 3.4 appendix B */
static void receipt_text(const struct smsc *c, const struct sm *sm,
	const char *id, struct buf *to)
{
	bool delivered = c->set.receipt_state == 2;
	time_t now = time(NULL);
	char date[16];
	struct tm tm;

	gmtime_r(&now, &tm);
	snprintf(date, sizeof(date), "%02u%02u%02u%02u%02u",
	    (unsigned)tm.tm_year % 100, (unsigned)(tm.tm_mon + 1) % 100,
	    (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100,
	    (unsigned)tm.tm_min % 100);
	buf_addf(to, "id:%s sub:001 dlvrd:%s submit date:%s done date:%s "
	    "stat:%s err:%s text:", id, delivered ? "001" : "000", date, date,
	    smscset_state_name(c->set.receipt_state),
	    delivered ? "000" : "012");
	for (size_t i = 0; i < 20 && i < sm->text.n; i++)
		buf_u8(to, isprint((unsigned char)sm->text.p[i]) ?
		    (unsigned char)sm->text.p[i] : '.');
}

static bool is_wanted(const struct smsc *c, const struct sm *sm)
{
	int asked = sm->registered & 3, state = c->set.receipt_state;
	bool final = state != 1 && state != 6, ok = state == 2;

	if (c->set.receipts == RECEIPTS_OFF || asked == 0)
		return false;
	if (!final)
		return asked == 1;
	return asked == 1 || (asked == 2 && !ok) || (asked == 3 && ok);
}

void deliver_receipt(struct smsc *c, const struct session *from,
	const struct sm *sm, uint64_t id, const char *response_id)
{
	/* the number back to front: the receipt comes from the phone */
	struct sm r = {
		.src_ton = sm->dst_ton, .src_npi = sm->dst_npi,
		.dst_ton = sm->src_ton, .dst_npi = sm->src_npi,
		.esm_class = ESM_RECEIPT,
	};
	struct buf text = BUF_EMPTY;
	char state = (char)c->set.receipt_state, shown[40];
	struct deliver *d;

	if (!is_wanted(c, sm))
		return;
	memcpy(r.src, sm->dst, sizeof(r.src));
	memcpy(r.dst, sm->src, sizeof(r.dst));
	message_id_print(c, id, c->set.receipt_id, shown);
	receipt_text(c, sm, shown, &text);
	if (c->set.receipts != RECEIPTS_TLV)
		r.text = buf_strv(&text);
	if (c->set.receipts != RECEIPTS_TEXT) {
		r.tlvs[0] = (struct tlv){ TLV_RECEIPTED_ID,
		    { shown, strlen(shown) + 1 } };
		r.tlvs[1] = (struct tlv){ TLV_MESSAGE_STATE, { &state, 1 } };
		r.tlvs_n = 2;
		if (c->set.receipt_state != 2)
			r.tlvs[r.tlvs_n++] = (struct tlv){ TLV_NETWORK_ERROR,
			    STRV("\x03\x00\x0c") };
	}
	d = deliver_new(c, &r);
	buf_deinit(&text);
	d->receipt = true;
	d->session = from ? from->number : 0;
	snprintf(d->id, sizeof(d->id), "%s", response_id);
	stats.receipts++;
	if (c->set.receipt_delay_ms > 0)
		timer_start(&d->timer, (unsigned)c->set.receipt_delay_ms, due,
		    d);
	else
		due(d);
}

/* SMPP 5.2.5, 5.2.6: how a number is written, by its look */
static bool address(const char *text, char to[21], uint8_t *ton, uint8_t *npi)
{
	bool plus = text[0] == '+', digits = true;

	text += plus;
	if (strlen(text) > 20)
		return false;
	for (const char *p = text; *p; p++)
		digits &= isdigit((unsigned char)*p) != 0;
	*ton = !digits ? 5 : plus || strlen(text) > 7 ? 1 : 0;
	*npi = digits;
	snprintf(to, 21, "%s", text);
	return true;
}

/* A text on its way into parts. */
struct cut {
	enum alphabet alphabet;
	enum part_kind kind;
	struct strv text;	/* octets */
	size_t room;		/* octets of it in a part */
	int total;
	uint16_t ref;
};

static struct strv behind(struct strv s, size_t n)
{
	return (struct strv){ s.p + n, s.n - n };
}

static int count_parts(const struct cut *cut)
{
	struct strv rest = cut->text;
	int n = 0;

	do {
		rest = behind(rest, part_take(cut->alphabet, rest, cut->room));
		n++;
	} while (rest.n > 0);
	return n;
}

static struct strv text_of_part(const struct cut *cut, int seq)
{
	struct strv rest = cut->text;

	for (; seq > 1; seq--)
		rest = behind(rest, part_take(cut->alphabet, rest, cut->room));
	rest.n = part_take(cut->alphabet, rest, cut->room);
	return rest;
}

/* 23.040 9.2.3.24.1 and .8 */
static void write_udh(const struct cut *cut, int seq, struct buf *ud)
{
	if (cut->total == 1 ||
	    (cut->kind != PART_UDH8 && cut->kind != PART_UDH16))
		return;
	if (cut->kind == PART_UDH8) {
		buf_add(ud, "\x05\x00\x03", 3);
		buf_u8(ud, (uint8_t)cut->ref);
	} else {
		buf_add(ud, "\x06\x08\x04", 3);
		buf_u16(ud, cut->ref);
	}
	buf_u8(ud, (uint8_t)cut->total);
	buf_u8(ud, (uint8_t)seq);
}

static void add_tlv(struct sm *sm, uint16_t tag, struct strv value)
{
	sm->tlvs[sm->tlvs_n++] = (struct tlv){ tag, value };
}

/* Part seq of the text.  What sm then points to lives in ud. */
static void write_part(const struct cut *cut, int seq, struct sm *sm,
	struct buf *ud)
{
	struct strv text = text_of_part(cut, seq);
	unsigned fill;
	size_t n;

	buf_clear(ud);
	write_udh(cut, seq, ud);
	sm->esm_class = ud->n > 0 ? ESM_UDHI : 0;
	fill = (unsigned)(7 - ud->n * 8 % 7) % 7;
	if (cut->alphabet == GSM7_PACKED)
		septets_pack(text, fill, ud);
	else
		buf_adds(ud, text);
	n = ud->n;
	buf_u16(ud, cut->ref);
	buf_u8(ud, (uint8_t)cut->total);
	buf_u8(ud, (uint8_t)seq);
	sm->text = (struct strv){ ud->p, n };
	sm->tlvs_n = 0;
	if (cut->kind == PART_PAYLOAD) {
		add_tlv(sm, TLV_PAYLOAD, sm->text);
		sm->text = STRV("");
	} else if (cut->kind == PART_SAR && cut->total > 1) {
		add_tlv(sm, TLV_SAR_REF, (struct strv){ ud->p + n, 2 });
		add_tlv(sm, TLV_SAR_TOTAL, (struct strv){ ud->p + n + 2, 1 });
		add_tlv(sm, TLV_SAR_SEQ, (struct strv){ ud->p + n + 3, 1 });
	}
}

static void send_parts(struct smsc *c, const struct mo *mo,
	const struct cut *cut, struct sm *sm)
{
	struct buf ud = BUF_EMPTY;

	sm->registered = mo->registered;
	for (int i = 1; i <= cut->total; i++) {
		int seq = mo->reversed ? cut->total + 1 - i : i;
		struct deliver *d;

		if (seq == mo->drop)
			continue;
		write_part(cut, seq, sm, &ud);
		d = deliver_new(c, sm);
		d->part = seq;
		d->parts = cut->total;
		stats.mos++;
		due(d);
	}
	buf_deinit(&ud);
}

static uint8_t dcs_of(const struct mo *mo, const struct smsc *c,
	struct buf *octets)
{
	uint8_t dcs = (uint8_t)mo->dcs;

	if (mo->dcs < 0) {
		bool fits = text_encode((enum alphabet)c->set.alphabet,
		    strv(mo->text), octets);

		buf_clear(octets);
		dcs = fits ? 0 : 8;
	}
	return mo->flash ? dcs | 0x10 : dcs;
}

static void mo_event(const struct smsc *c, const struct mo *mo,
	const struct sm *sm, const struct cut *cut)
{
	event("mo");
	event_str("smsc", c->name);
	event_str("from", sm->src);
	event_str("to", sm->dst);
	event_str("text", mo->text);
	event_int("data-coding", sm->dcs);
	event_int("parts", cut->total);
	event_end();
}

bool smsc_mo(struct smsc *c, const struct mo *mo)
{
	struct cut cut = {
		.kind = mo->kind == PART_SINGLE ? PART_UDH8 : mo->kind,
	};
	struct buf octets = BUF_EMPTY;
	struct sm sm = { 0 };

	if (!address(mo->from, sm.src, &sm.src_ton, &sm.src_npi) ||
	    !address(mo->to, sm.dst, &sm.dst_ton, &sm.dst_npi))
		return false;
	if (mo->ton >= 0)
		sm.src_ton = (uint8_t)mo->ton;
	if (mo->npi >= 0)
		sm.src_npi = (uint8_t)mo->npi;
	sm.dcs = dcs_of(mo, c, &octets);
	cut.alphabet = alphabet_of_dcs(sm.dcs, (enum alphabet)c->set.alphabet);
	text_encode(cut.alphabet, strv(mo->text), &octets);
	cut.text = buf_strv(&octets);
	cut.ref = mo->ref >= 0 ? (uint16_t)mo->ref : ++c->next_ref;
	cut.room = part_room(cut.alphabet, cut.kind, octets.n);
	cut.total = count_parts(&cut);
	if (cut.total <= 255) {
		mo_event(c, mo, &sm, &cut);
		send_parts(c, mo, &cut, &sm);
	}
	buf_deinit(&octets);
	return cut.total <= 255;
}
