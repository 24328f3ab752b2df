/* submit.c - submit_sm at a service centre: checks, identifiers, answers. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "event.h"
#include "phone.h"
#include "smsc_priv.h"
#include "stats.h"

/* An accepted or refused submit_sm whose response is still due. */
struct later {
	struct timer timer;
	struct smsc *smsc;
	uint32_t session, seq, status;
	uint64_t id;
	bool accepted;		/* what follows acceptance is done already */
	struct buf body;
};

void message_id_print(const struct smsc *c, uint64_t id, int form,
	char to[40])
{
	if (form == ID_SAME)
		form = c->set.message_id;
	switch (form) {
	case ID_DECIMAL:
		snprintf(to, 40, "%" PRIu64, id);
		break;
	case ID_PADDED:
		snprintf(to, 40, "%010" PRIu64, id);
		break;
	case ID_UUID:
		snprintf(to, 40, "00000000-0000-4000-8000-%012" PRIx64, id);
		break;
	default:
		snprintf(to, 40, "%08" PRIx64, id);
		break;
	}
}

static void part_event(const struct smsc *c, const struct sm *sm)
{
	struct buf text = BUF_EMPTY;
	struct part p;

	if (!part_of(sm, &p)) {
		event_str("fault", "user data header is longer than the text");
		return;
	}
	event_str("kind", part_kind_name(p.kind));
	event_hex("udh", p.udh);
	if (p.total > 1) {
		event_int("ref", p.ref);
		event_int("total", p.total);
		event_int("part", p.seq);
	}
	text_decode(alphabet_of_dcs(sm->dcs, (enum alphabet)c->set.alphabet),
	    p.text, &text);
	event_view("text", buf_strv(&text));
	buf_deinit(&text);
}

static void tlv_event(const struct sm *sm)
{
	struct buf b = BUF_EMPTY;

	event_list("tlvs");
	for (int i = 0; i < sm->tlvs_n; i++) {
		buf_clear(&b);
		buf_addf(&b, "%04x=", sm->tlvs[i].tag);
		for (size_t k = 0; k < sm->tlvs[i].value.n; k++)
			buf_addf(&b, "%02x",
			    (uint8_t)sm->tlvs[i].value.p[k]);
		event_item(buf_strv(&b));
	}
	event_list_end();
	buf_deinit(&b);
}

static void submit_event(const struct session *s, const struct sm *sm,
	uint32_t seq, uint32_t status, const char *id)
{
	event("submit");
	if (!event_on())
		return;
	event_str("smsc", s->smsc->name);
	event_int("session", s->number);
	event_int("seq", seq);
	event_status("status", status);
	event_str("message-id", id);
	event_str("src", sm->src);
	event_int("src-ton", sm->src_ton);
	event_int("src-npi", sm->src_npi);
	event_str("dst", sm->dst);
	event_int("dst-ton", sm->dst_ton);
	event_int("dst-npi", sm->dst_npi);
	event_str("service-type", sm->service_type);
	event_int("esm-class", sm->esm_class);
	event_int("protocol-id", sm->protocol_id);
	event_int("priority", sm->priority);
	event_str("schedule", sm->schedule);
	event_str("validity", sm->validity);
	event_int("registered-delivery", sm->registered);
	event_int("replace", sm->replace);
	event_int("data-coding", sm->dcs);
	event_int("sm-length", sm->sm_length);
	part_event(s->smsc, sm);
	tlv_event(sm);
	event_end();
}

static uint32_t status_of(struct session *s, const struct sm *sm)
{
	struct smsc_set *set = &s->smsc->set;

	if (s->bound == 0 || s->bound == BIND_RECEIVER)
		return ESME_RINVBNDSTS;
	for (struct status_for *f = s->smsc->status_for; f; f = f->next)
		if (strcmp(f->number, sm->dst) == 0)
			return f->status;
	if (set->response_count == 0 || set->response_status == 0)
		return ESME_ROK;
	if (set->response_count > 0)
		set->response_count--;
	return (uint32_t)set->response_status;
}

static void respond(struct session *s, uint32_t seq, uint32_t status,
	const char *id)
{
	struct strv body = { id, strlen(id) + 1 };

	if (status != ESME_ROK)
		body = s->smsc->set.error_body ? (struct strv){ "", 1 } :
		    STRV_NONE;
	s->outstanding--;
	stats.responses++;
	session_answer(s, SUBMIT_SM | PDU_RESP, status, seq, body);
}

static void joined(const struct whole *w, void *arg)
{
	stats.texts++;
	phone_receive(arg, w);
}

/* What happens to a message once the service centre has taken it. */
static void accepted(struct smsc *c, const struct session *s,
	const struct sm *sm, uint64_t id)
{
	char text[40];
	struct part p;

	if (part_of(sm, &p))
		joiner_add(&c->joiner, sm, &p, (enum alphabet)c->set.alphabet,
		    joined, c);
	message_id_print(c, id, c->set.message_id, text);
	deliver_receipt(c, s, sm, id, text);
}

static void later_due(void *arg)
{
	struct later *l = arg;
	struct session *s = session_find(l->smsc, l->session);
	char id[40];
	struct sm sm;

	message_id_print(l->smsc, l->id, ID_SAME, id);
	if (s)
		respond(s, l->seq, l->status, id);
	if (!l->accepted && l->status == ESME_ROK &&
	    pdu_sm_decode(buf_strv(&l->body), &sm) == ESME_ROK)
		accepted(l->smsc, s, &sm, l->id);
	buf_deinit(&l->body);
	free(l);
}

static void answer_later(struct session *s, uint32_t seq, uint32_t status,
	uint64_t id, bool is_accepted, struct strv body)
{
	struct later *l = xalloc(sizeof(*l));

	l->smsc = s->smsc;
	l->session = s->number;
	l->seq = seq;
	l->status = status;
	l->id = id;
	l->accepted = is_accepted;
	l->body = (struct buf)BUF_EMPTY;
	buf_adds(&l->body, body);
	timer_start(&l->timer, (unsigned)s->smsc->set.response_delay_ms,
	    later_due, l);
}

static void window_check(struct session *s)
{
	long window = s->smsc->set.window;

	s->outstanding++;
	if (window == 0 || s->outstanding <= window)
		return;
	event("window-exceeded");
	event_str("smsc", s->smsc->name);
	event_int("session", s->number);
	event_int("outstanding", s->outstanding);
	event_end();
}

void submit_received(struct session *s, const struct pdu *h,
	struct strv body)
{
	struct smsc *c = s->smsc;
	uint32_t status;
	uint64_t id = c->next_id;
	bool early = c->set.receipt_early || !c->set.response;
	char text[40] = "";
	struct sm sm;

	stats.submits++;
	window_check(s);
	status = pdu_sm_decode(body, &sm);
	if (status == ESME_ROK)
		status = status_of(s, &sm);
	if (status == ESME_ROK) {
		c->next_id++;
		message_id_print(c, id, ID_SAME, text);
	} else {
		stats.submit_errors++;
	}
	submit_event(s, &sm, h->seq, status, text);
	if (early && status == ESME_ROK)
		accepted(c, s, &sm, id);
	if (!c->set.response) {
		s->outstanding--;	/* as far as we are concerned */
		return;
	}
	if (c->set.response_delay_ms > 0) {
		answer_later(s, h->seq, status, id, early, body);
		return;
	}
	respond(s, h->seq, status, text);
	if (!early && status == ESME_ROK)
		accepted(c, s, &sm, id);
}
