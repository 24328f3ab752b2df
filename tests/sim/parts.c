/* parts.c - long messages: taking apart and joining (23.040 9.2.3.24). */

#include <stdlib.h>

#include "base/rd.h"
#include "parts.h"
#include "poller.h"

enum {
	IEI_CONCAT8 = 0x00, IEI_CONCAT16 = 0x08,
	SET_AGE_S = 300,
};

struct part_set {
	struct part_set *next;
	char src[21], dst[21];
	enum part_kind kind;
	uint16_t ref;
	uint8_t total, dcs;
	int have;
	uint64_t since_us;
	struct buf text[256];		/* by seq */
	bool got[256];
};

static const char *const kinds[] = {
	[PART_SINGLE] = "single", [PART_UDH8] = "udh8",
	[PART_UDH16] = "udh16", [PART_SAR] = "sar",
	[PART_PAYLOAD] = "payload",
};

const char *part_kind_name(enum part_kind kind)
{
	return kinds[kind];
}

bool part_kind_of(const char *name, enum part_kind *to)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i], name) == 0) {
			*to = (enum part_kind)i;
			return true;
		}
	}
	return false;
}

static void number(struct part *p, enum part_kind kind, uint16_t ref,
	uint8_t total, uint8_t seq)
{
	if (total == 0 || seq == 0 || seq > total)
		return;		/* to be ignored, 9.2.3.24.1 */
	p->kind = kind;
	p->ref = ref;
	p->total = total;
	p->seq = seq;
}

static bool header(struct part *p)
{
	struct rd all = rd(p->text.p, p->text.n), ies;
	struct strv in = rd_bytes(&all, rd_u8(&all));

	if (all.bad)
		return false;
	ies = rd(in.p, in.n);
	while (rd_left(&ies) > 0) {
		uint8_t iei = rd_u8(&ies);
		struct strv v = rd_bytes(&ies, rd_u8(&ies));
		struct rd r = rd(v.p, v.n);
		uint16_t ref;
		uint8_t total;

		if (ies.bad)
			return false;
		if (iei != IEI_CONCAT8 && iei != IEI_CONCAT16)
			continue;
		ref = iei == IEI_CONCAT8 ? rd_u8(&r) : rd_u16(&r);
		total = rd_u8(&r);
		number(p, iei == IEI_CONCAT8 ? PART_UDH8 : PART_UDH16, ref,
		    total, rd_u8(&r));
	}
	p->udh = (struct strv){ p->text.p, in.n + 1 };
	p->text = rd_bytes(&all, rd_left(&all));
	return true;
}

static uint32_t tlv_number(const struct sm *sm, uint16_t tag)
{
	struct strv v = pdu_tlv(sm, tag);
	uint32_t n = 0;

	for (size_t i = 0; i < v.n && i < 4; i++)
		n = n << 8 | (uint8_t)v.p[i];
	return n;
}

bool part_of(const struct sm *sm, struct part *to)
{
	struct strv payload = pdu_tlv(sm, TLV_PAYLOAD);

	*to = (struct part){ .total = 1, .seq = 1, .text = sm->text };
	if (sm->text.n == 0 && payload.p) {
		to->kind = PART_PAYLOAD;
		to->text = payload;
	}
	if (sm->esm_class & ESM_UDHI)
		return header(to);
	if (pdu_tlv(sm, TLV_SAR_REF).p)
		number(to, PART_SAR, (uint16_t)tlv_number(sm, TLV_SAR_REF),
		    (uint8_t)tlv_number(sm, TLV_SAR_TOTAL),
		    (uint8_t)tlv_number(sm, TLV_SAR_SEQ));
	return true;
}

static void set_free(struct part_set *s)
{
	for (int i = 0; i < 256; i++)
		buf_deinit(&s->text[i]);
	free(s);
}

void joiner_free(struct joiner *j)
{
	while (j->sets) {
		struct part_set *s = j->sets;

		j->sets = s->next;
		set_free(s);
	}
}

static void forget_old(struct joiner *j)
{
	uint64_t now = poller_us();

	for (struct part_set **at = &j->sets; *at;) {
		struct part_set *s = *at;

		if (now - s->since_us < SET_AGE_S * UINT64_C(1000000)) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		set_free(s);
	}
}

static struct part_set **find(struct joiner *j, const struct sm *sm,
	const struct part *p)
{
	struct part_set **at = &j->sets;

	for (; *at; at = &(*at)->next) {
		struct part_set *s = *at;

		if (s->kind == p->kind && s->ref == p->ref &&
		    s->total == p->total && strcmp(s->src, sm->src) == 0 &&
		    strcmp(s->dst, sm->dst) == 0)
			break;
	}
	return at;
}

/* Septets on their own, whatever the header before them left as fill. */
static void take_text(const struct part *p, enum alphabet a, struct buf *to)
{
	unsigned fill = (unsigned)(7 - p->udh.n * 8 % 7) % 7;

	to->n = 0;
	if (a == GSM7_PACKED)
		septets_unpack(p->text, fill, (p->text.n * 8 - fill) / 7, to);
	else
		buf_adds(to, p->text);
}

static void finish(struct part_set *s, enum alphabet a, whole_fn *done,
	void *arg)
{
	struct buf all = BUF_EMPTY;

	for (int i = 1; i <= s->total; i++)
		buf_adds(&all, buf_strv(&s->text[i]));
	done(&(struct whole){ s->src, s->dst, s->total, s->kind, s->dcs,
	    buf_strv(&all), a == GSM7_PACKED ? GSM7 : a }, arg);
	buf_deinit(&all);
}

void joiner_add(struct joiner *j, const struct sm *sm, const struct part *p,
	enum alphabet zero, whole_fn *done, void *arg)
{
	enum alphabet a = alphabet_of_dcs(sm->dcs, zero);
	struct part_set **at, *s;

	if (p->total == 1 && a != GSM7_PACKED) {
		done(&(struct whole){ sm->src, sm->dst, 1, p->kind, sm->dcs,
		    p->text, a }, arg);
		return;
	}
	forget_old(j);
	at = find(j, sm, p);
	if (!*at) {
		*at = s = xalloc(sizeof(*s));
		memcpy(s->src, sm->src, sizeof(s->src));
		memcpy(s->dst, sm->dst, sizeof(s->dst));
		s->kind = p->kind;
		s->ref = p->ref;
		s->total = p->total;
		s->dcs = sm->dcs;
		s->since_us = poller_us();
		for (int i = 0; i < 256; i++)
			s->text[i] = (struct buf)BUF_EMPTY;
	}
	s = *at;
	take_text(p, a, &s->text[p->seq]);
	s->have += !s->got[p->seq];
	s->got[p->seq] = true;
	if (s->have < s->total)
		return;
	*at = s->next;
	finish(s, a, done, arg);
	set_free(s);
}

size_t part_take(enum alphabet a, struct strv rest, size_t max)
{
	size_t n = 0;

	while (n < rest.n) {
		struct strv at = { rest.p + n, rest.n - n };
		size_t unit = text_unit(a, at);

		if (n + unit > max && n > 0)
			break;
		n += unit;
	}
	return n;
}

/* 140 octets or 160 septets, less the header (23.040 9.2.3.24.1, .8). */
size_t part_room(enum alphabet a, enum part_kind kind, size_t n)
{
	bool septets = a == GSM7 || a == GSM7_PACKED;
	size_t head = kind == PART_UDH16 ? 7 : 6;

	if (kind == PART_PAYLOAD)
		return 65535;
	if (n <= (septets ? 160u : 140u))
		return septets ? 160 : 140;
	if (septets)
		return 160 - (head * 8 + 6) / 7;
	return (140 - head) & (a == UCS2 ? ~(size_t)1 : ~(size_t)0);
}
