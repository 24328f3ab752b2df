/* accept.c - messages in, made and offered to the flow; parts that are late. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "sms"
#include "base/alloc.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/now.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "core/content.h"
#include "core/message.h"
#include "dir/sticky.h"
#include "dir/users.h"
#include "flow/flow.h"
#include "flow/trace.h"
#include "port/sms/accept.h"
#include "port/sms/text.h"

#define PARTS_MS	300000	/* for sets of a gateway that is gone */

static const struct {
	enum err err;
	enum sms_series series;
} results[] = {
	{ ERR_OK,		SMS_IN_OK },
	{ ERR_NO_USER,		SMS_IN_UNKNOWN },
	{ ERR_NO_SERVICE,	SMS_IN_UNKNOWN },
	{ ERR_BUSY,		SMS_IN_BUSY },
	{ ERR_STORAGE,		SMS_IN_BUSY },
	{ ERR_BAD_SYNTAX,	SMS_IN_MALFORMED },
	{ ERR_BAD_CONTENT,	SMS_IN_REFUSED },
	{ ERR_TOO_BIG,		SMS_IN_REFUSED },
};

void sms_accept_count(struct sms_link *k, enum err e)
{
	enum sms_series s = SMS_IN_DROPPED;

	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++)
		if (results[i].err == e)
			s = results[i].series;
	sms_count(&k->count, s);
	if (e == ERR_OK)
		k->count.in++;
	else if (s == SMS_IN_MALFORMED)
		k->count.errors++;
}

/* --- a message of the flow ------------------------------------------------- */

static struct strv fresh_id(struct message *m)
{
	char id[33];

	rand_hex(id, 32);
	return message_str(m, (struct strv){ id, 32 });
}

static uint32_t code_points(struct strv text)
{
	uint32_t n = 0;

	for (; text.n; n++)
		(void)utf8_next(&text, NULL);
	return n;
}

static const char *label(const struct dcs *d)
{
	static const char *const kinds[] = { "Voice mail", "Fax", "E-mail",
	    "Message" };

	if (d->waiting)
		return kinds[d->kind & 3];
	return d->cls == 0 ? "Flash message" : NULL;
}

struct message *sms_accept_make(const struct sms_link *k, struct strv from,
    struct strv to, const struct dcs *dcs, struct strv text, uint32_t seq)
{
	struct message *m = message_new();
	char via[64];

	m->kind = MESSAGE_TEXT;
	m->origin = FROM_NETWORK;
	m->from = message_str(m, from);
	m->to = message_str(m, to);
	m->conversation = fresh_id(m);
	m->contribution = fresh_id(m);
	m->imdn_id = fresh_id(m);
	(void)snprintf(via, sizeof(via), "%s;via=%s", k->gateway.service,
	    k->name);
	m->service = message_str(m, strv(via));
	m->subject = message_str(m, strv(label(dcs)));
	m->content = content_new(STRV("text/plain; charset=UTF-8"), STRV_NONE,
	    text);
	m->text_chars = code_points(text);
	m->received = now_ms();
	m->in = "sms";
	(void)snprintf(via, sizeof(via), "%s/%" PRIu32, k->name, seq);
	m->in_ref = message_str(m, strv(via));
	return m;
}

#define ACK_DELIVERY	0x04	/* of registered_delivery, from a service centre */
#define ACK_USER	0x08
#define RECEIPT		0x03	/* what some ask instead */
#define REF_AT		32	/* of an imdn_id; then "-1a2b" */

/* Clients give the imdn_id back, so the reference outlives a restart. */
static void keep_ref(struct message *m, const struct smpp_pdu *p)
{
	const struct smpp_tlv *ref = smpp_tlv_find(p,
	    SMPP_TLV_USER_MESSAGE_REFERENCE);
	char id[REF_AT + 8];

	if (!ref)
		return;
	(void)snprintf(id, sizeof(id), "%.*s-%04x", STRV_ARG(m->imdn_id),
	    (unsigned)ref->num & 0xffff);
	m->imdn_id = message_str(m, strv(id));
}

void sms_accept_asked(struct message *m, const struct sms_link *k,
    const struct smpp_pdu *p)
{
	uint8_t asked = p->registered_delivery;

	if (!k->conf.acknowledge)
		return;
	if ((asked & ACK_DELIVERY) || (asked & RECEIPT) == 1)
		m->wants |= WANTS_DELIVERED;
	if (asked & ACK_USER)
		m->wants |= WANTS_DISPLAYED;
	if (m->wants)
		keep_ref(m, p);
}

bool sms_accept_ref(struct strv imdn_id, uint16_t *ref)
{
	uint8_t v[2];

	if (imdn_id.n != REF_AT + 5 || imdn_id.p[REF_AT] != '-' ||
	    !hex_decode((struct strv){ imdn_id.p + REF_AT + 1, 4 }, v, 2))
		return false;
	*ref = (uint16_t)(v[0] << 8 | v[1]);
	return true;
}

static void no_answer(enum err e, void *arg)
{
	(void)arg;
	if (e != ERR_OK)
		log_err("a part that was acknowledged is in memory alone "
		    "why=%s", err_info(e)->name);
}

/* What is here goes back to the journal; the part that comes again does not. */
static void keep_set(struct sms_waiting *w)
{
	struct sms_set *s = w->set;

	s->busy = false;
	if (w->last)
		sms_set_remove(s, w->last);
	for (unsigned i = 1; i <= s->total; i++) {
		struct journal_part p;

		if (!s->parts[i - 1].octets)
			continue;
		sms_set_part(s, (uint8_t)i, &p);
		journal_part_add(&p, no_answer, NULL);
	}
}

static void end_set(struct sms_waiting *w, enum err e)
{
	if (!w->set)
		return;
	if (err_info(e)->class == ERR_CLASS_TEMP)
		keep_set(w);
	else
		sms_set_free(w->set);
}

static void remember(const struct sms_waiting *w)
{
	const struct message *m = w->message;

	sms_guard_note(m->from, m->to, m->content->bytes);
	if (user_find(m->to) && addr_is_number(m->from))
		sticky_note(m->to, m->from, m->service, m->contribution);
}

static void submitted(const struct flow_answer *a, void *arg)
{
	struct sms_waiting *w = arg;
	struct sms_link *k = sms_link_find(strv(w->gateway));
	enum err e = a->kind == FLOW_REFUSED ? a->err : ERR_OK;

	if (e == ERR_OK)
		remember(w);
	else
		log_info("message not taken gateway=%s seq=%" PRIu32 " from=%s "
		    "to=%s why=%s", w->gateway, w->seq, w->message->from.p,
		    w->message->to.p, err_info(e)->name);
	if (k)
		sms_accept_count(k, e);
	if (a->id)
		trace_step(a->id, LANE_IWF, LANE_SENDER, "deliver_sm_resp %s",
		    smpp_status_name(sms_deliver_status(e, w->nack_unknown)));
	end_set(w, e);
	if (w->bind)
		sms_bind_answer(w->bind, w->command, w->seq,
		    sms_deliver_status(e, w->nack_unknown));
	message_unref(w->message);
	free(w);
}

void sms_accept(struct sms_waiting *w, struct message *m)
{
	w->message = message_ref(m);	/* the flow takes ours over */
	if (w->set) {
		w->set->busy = true;
		journal_parts_drop(strv(w->set->key));
	}
	flow_submit(m, 0, submitted, w);
}

/* --- parts that do not come ------------------------------------------------ */

static void deliver_incomplete(struct sms_set *s, const struct sms_link *k)
{
	enum dcs_alphabet seven = k->conf.alphabet;
	struct dcs dcs = dcs_parse(sms_set_coding(s), seven);
	struct smpp_addr src = { .ton = s->src_ton };
	struct smpp_addr dst = { .ton = s->dst_ton };
	struct addr_rules rules;
	struct buf from, to, text;
	struct sms_waiting *w = xalloc(sizeof(*w));

	(void)SMPP_SET(src.addr, strv(s->src));
	(void)SMPP_SET(dst.addr, strv(s->dst));
	sms_settings_rules(&k->conf, &rules);
	buf_init(&from, ADDR_MAX);
	buf_init(&to, ADDR_MAX);
	buf_init(&text, SMS_LONG_TEXT);
	w->set = s;
	(void)snprintf(w->gateway, sizeof(w->gateway), "%s", k->name);
	if (sms_key(&src, &rules, &from) == ERR_OK &&
	    sms_key(&dst, &rules, &to) == ERR_OK &&
	    sms_set_text(s, seven, &text) == ERR_OK) {
		sms_accept(w, sms_accept_make(k, buf_strv(&from), buf_strv(&to),
		    &dcs, buf_strv(&text), 0));
	} else {
		journal_parts_drop(strv(s->key));
		sms_set_free(s);
		free(w);
	}
	buf_deinit(&from);
	buf_deinit(&to);
	buf_deinit(&text);
}

static void give_up(struct sms_set *s)
{
	struct sms_link *k = sms_link_find(strv(s->link));

	log_warn("parts of a message did not come gateway=%s from=%s have=%u "
	    "of=%u", s->link, s->src, s->have, s->total);
	if (k && k->conf.deliver_incomplete && s->have) {
		deliver_incomplete(s, k);
		return;
	}
	if (k)
		sms_count(&k->count, SMS_IN_DROPPED);
	journal_parts_drop(strv(s->key));
	sms_set_free(s);
}

void sms_deliver_tick(void)
{
	int64_t now = now_ms();
	struct sms_set *s = sms_set_next(NULL), *next;

	for (; s; s = next) {
		const struct sms_link *k = sms_link_find(strv(s->link));
		int64_t wait = k ? k->conf.parts_ms : PARTS_MS;

		next = sms_set_next(s);
		if (!s->busy && now - s->started >= wait)
			give_up(s);
	}
}

void sms_deliver_load(void)
{
	if (journal_parts_load(sms_parts_load) != ERR_OK)
		log_err("parts of long messages could not be read");
}

void sms_deliver_fini(void)
{
	sms_parts_fini();
}
