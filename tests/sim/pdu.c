/* pdu.c - SMPP 3.4 protocol data units (Issue 1.2), as a service centre. */

#include "base/rd.h"
#include "pdu.h"

static uint32_t get_u32(struct rd *r)
{
	uint32_t hi = rd_u16(r);

	return hi << 16 | rd_u16(r);
}

/* C-octet string of at most size octets with its NUL (3.1). */
static void get_cstr(struct rd *r, char *to, size_t size)
{
	size_t left = rd_left(r), most = left < size ? left : size;
	const char *end = most ? memchr(r->p, 0, most) : NULL;
	struct strv s;

	to[0] = '\0';
	if (!end) {
		r->bad = true;
		return;
	}
	s = rd_bytes(r, (size_t)(end - (const char *)r->p) + 1);
	memcpy(to, s.p, s.n);
}

struct pdu pdu_head(const char *p)
{
	struct rd r = rd(p, PDU_HEAD);
	struct pdu h;

	h.length = get_u32(&r);
	h.id = get_u32(&r);
	h.status = get_u32(&r);
	h.seq = get_u32(&r);
	return h;
}

uint32_t pdu_bind_decode(struct strv body, struct bind *to)
{
	struct rd r = rd(body.p, body.n);

	*to = (struct bind){ 0 };
	get_cstr(&r, to->system_id, sizeof(to->system_id));
	get_cstr(&r, to->password, sizeof(to->password));
	get_cstr(&r, to->system_type, sizeof(to->system_type));
	to->interface_version = rd_u8(&r);
	to->ton = rd_u8(&r);
	to->npi = rd_u8(&r);
	get_cstr(&r, to->address_range, sizeof(to->address_range));
	return r.bad ? ESME_RINVCMDLEN : ESME_ROK;
}

static uint32_t tlvs(struct rd *r, struct sm *to)
{
	while (rd_left(r) > 0) {
		uint16_t tag = rd_u16(r);
		struct strv value = rd_bytes(r, rd_u16(r));

		if (r->bad)
			return ESME_RINVOPTPARSTREAM;
		if (to->tlvs_n < PDU_TLVS)
			to->tlvs[to->tlvs_n++] = (struct tlv){ tag, value };
	}
	return ESME_ROK;
}

uint32_t pdu_sm_decode(struct strv body, struct sm *to)
{
	struct rd r = rd(body.p, body.n);

	to->tlvs_n = 0;
	to->sm_length = 0;
	to->text = STRV_NONE;
	get_cstr(&r, to->service_type, sizeof(to->service_type));
	to->src_ton = rd_u8(&r);
	to->src_npi = rd_u8(&r);
	get_cstr(&r, to->src, sizeof(to->src));
	to->dst_ton = rd_u8(&r);
	to->dst_npi = rd_u8(&r);
	get_cstr(&r, to->dst, sizeof(to->dst));
	to->esm_class = rd_u8(&r);
	to->protocol_id = rd_u8(&r);
	to->priority = rd_u8(&r);
	get_cstr(&r, to->schedule, sizeof(to->schedule));
	get_cstr(&r, to->validity, sizeof(to->validity));
	to->registered = rd_u8(&r);
	to->replace = rd_u8(&r);
	to->dcs = rd_u8(&r);
	to->default_id = rd_u8(&r);
	if (r.bad)
		return ESME_RINVCMDLEN;
	to->sm_length = rd_u8(&r);
	to->text = rd_bytes(&r, to->sm_length);
	if (r.bad || to->sm_length > 254)
		return ESME_RINVMSGLEN;
	return tlvs(&r, to);
}

struct strv pdu_tlv(const struct sm *sm, uint16_t tag)
{
	for (int i = 0; i < sm->tlvs_n; i++)
		if (sm->tlvs[i].tag == tag)
			return sm->tlvs[i].value;
	return STRV_NONE;
}

size_t pdu_begin(struct buf *b, uint32_t id, uint32_t status, uint32_t seq)
{
	size_t start = b->n;

	buf_u32(b, 0);
	buf_u32(b, id);
	buf_u32(b, status);
	buf_u32(b, seq);
	return start;
}

void pdu_end(struct buf *b, size_t start)
{
	uint32_t n = (uint32_t)(b->n - start);

	for (int i = 0; i < 4; i++)
		b->p[start + (size_t)i] = (char)(n >> (24 - 8 * i));
}

void pdu_tlv_add(struct buf *b, uint16_t tag, struct strv value)
{
	buf_u16(b, tag);
	buf_u16(b, (unsigned)value.n);
	buf_adds(b, value);
}

void pdu_tlv_u8(struct buf *b, uint16_t tag, unsigned value)
{
	char o = (char)value;

	pdu_tlv_add(b, tag, (struct strv){ &o, 1 });
}

void pdu_sm_encode(struct buf *b, const struct sm *sm)
{
	buf_cstr(b, sm->service_type);
	buf_u8(b, sm->src_ton);
	buf_u8(b, sm->src_npi);
	buf_cstr(b, sm->src);
	buf_u8(b, sm->dst_ton);
	buf_u8(b, sm->dst_npi);
	buf_cstr(b, sm->dst);
	buf_u8(b, sm->esm_class);
	buf_u8(b, sm->protocol_id);
	buf_u8(b, sm->priority);
	buf_cstr(b, sm->schedule);
	buf_cstr(b, sm->validity);
	buf_u8(b, sm->registered);
	buf_u8(b, sm->replace);
	buf_u8(b, sm->dcs);
	buf_u8(b, sm->default_id);
	buf_u8(b, (unsigned)sm->text.n);
	buf_adds(b, sm->text);
	for (int i = 0; i < sm->tlvs_n; i++)
		pdu_tlv_add(b, sm->tlvs[i].tag, sm->tlvs[i].value);
}

const char *pdu_name(uint32_t id)
{
	static const struct {
		uint32_t id;
		const char *name;
	} rows[] = {
		{ BIND_RECEIVER, "bind_receiver" },
		{ BIND_TRANSMITTER, "bind_transmitter" },
		{ BIND_TRANSCEIVER, "bind_transceiver" },
		{ SUBMIT_SM, "submit_sm" },
		{ DELIVER_SM, "deliver_sm" },
		{ DELIVER_SM | PDU_RESP, "deliver_sm_resp" },
		{ UNBIND, "unbind" },
		{ UNBIND | PDU_RESP, "unbind_resp" },
		{ ENQUIRE_LINK, "enquire_link" },
		{ ENQUIRE_LINK | PDU_RESP, "enquire_link_resp" },
		{ GENERIC_NACK, "generic_nack" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].id == id)
			return rows[i].name;
	return "unknown";
}
