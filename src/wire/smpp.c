/* smpp.c - short message peer to peer PDUs (SMPP v3.4), over libsmpp34. */

#include <assert.h>
#include <netinet/in.h>
#include <smpp34.h>
#include <smpp34_structs.h>
#include <smpp34_params.h>

#include "base/rd.h"
#include "wire/smpp_priv.h"

/*
 * The library overruns its own trace buffer on many TLVs, leaks on errors,
 * and refuses much that peers really send.  So it only ever sees a PDU we
 * know to be good: a copy of the mandatory part, walked by the tables below
 * and with the values it would refuse replaced.  Those, and the TLVs, we
 * read ourselves.
 */

enum { LIB_TLV_MAX = 16, LIB_VALUE_MAX = 1024 };	/* see the test */

enum kind {
	TEXT,		/* C-octet string */
	BYTE,
	KEPT,		/* a byte the library is shown as 0: TON, NPI */
	VERSION,	/* a byte the library is shown as 0x34 */
	OCTETS,		/* sm_length and short_message */
};

/* A mandatory field, in our struct and in the library's. */
struct field {
	enum kind kind;
	uint8_t max, lib_max;	/* octets of a TEXT with its NUL */
	uint16_t ours, theirs;	/* offsets */
};

/* The library is not asked about a text it has no room for. */
static bool lib_knows(const struct field *f)
{
	return f->kind == BYTE || (f->kind == TEXT && f->lib_max >= f->max);
}

#define BOTH(our, t, their) \
	offsetof(struct smpp_pdu, our), offsetof(t, their)
#define STR(max, our, t, their) \
	{ TEXT, max, sizeof(((t *)0)->their), BOTH(our, t, their) }
#define NUM(kind, our, t, their) { kind, 1, 1, BOTH(our, t, their) }
#define ADDR(max, our, t, their_ton, their_npi, their_addr) \
	NUM(KEPT, our.ton, t, their_ton), \
	NUM(KEPT, our.npi, t, their_npi), \
	STR(max, our.addr, t, their_addr)

#define BIND(t) { \
	STR(16, system_id, t, system_id), \
	STR(9, password, t, password), \
	STR(13, system_type, t, system_type), \
	NUM(VERSION, interface_version, t, interface_version), \
	ADDR(41, range, t, addr_ton, addr_npi, address_range), \
}

#define MESSAGE(t) { \
	STR(6, service_type, t, service_type), \
	ADDR(21, src, t, source_addr_ton, source_addr_npi, source_addr), \
	ADDR(21, dst, t, dest_addr_ton, dest_addr_npi, destination_addr), \
	NUM(BYTE, esm_class, t, esm_class), \
	NUM(BYTE, protocol_id, t, protocol_id), \
	NUM(BYTE, priority_flag, t, priority_flag), \
	STR(17, schedule_delivery_time, t, schedule_delivery_time), \
	STR(17, validity_period, t, validity_period), \
	NUM(BYTE, registered_delivery, t, registered_delivery), \
	NUM(BYTE, replace_if_present_flag, t, replace_if_present_flag), \
	NUM(BYTE, data_coding, t, data_coding), \
	NUM(BYTE, sm_default_msg_id, t, sm_default_msg_id), \
	NUM(OCTETS, short_message, t, sm_length), \
}

static const struct field bind_receiver[] = BIND(bind_receiver_t);
static const struct field bind_transmitter[] = BIND(bind_transmitter_t);
static const struct field bind_transceiver[] = BIND(bind_transceiver_t);
static const struct field bind_receiver_resp[] = {
	STR(16, system_id, bind_receiver_resp_t, system_id),
};
static const struct field bind_transmitter_resp[] = {
	STR(16, system_id, bind_transmitter_resp_t, system_id),
};
static const struct field bind_transceiver_resp[] = {
	STR(16, system_id, bind_transceiver_resp_t, system_id),
};
static const struct field outbind[] = {
	STR(16, system_id, outbind_t, system_id),
	STR(9, password, outbind_t, password),
};
static const struct field submit_sm[] = MESSAGE(submit_sm_t);
static const struct field submit_sm_resp[] = {
	STR(65, message_id, submit_sm_resp_t, message_id),
};
static const struct field deliver_sm[] = MESSAGE(deliver_sm_t);
static const struct field deliver_sm_resp[] = {
	STR(65, message_id, deliver_sm_resp_t, message_id),
};
static const struct field data_sm[] = {
	STR(6, service_type, data_sm_t, service_type),
	ADDR(65, src, data_sm_t, source_addr_ton, source_addr_npi,
	    source_addr),
	ADDR(65, dst, data_sm_t, dest_addr_ton, dest_addr_npi,
	    destination_addr),
	NUM(BYTE, esm_class, data_sm_t, esm_class),
	NUM(BYTE, registered_delivery, data_sm_t, registered_delivery),
	NUM(BYTE, data_coding, data_sm_t, data_coding),
};
static const struct field data_sm_resp[] = {
	STR(65, message_id, data_sm_resp_t, message_id),
};
static const struct field alert_notification[] = {
	ADDR(65, src, alert_notification_t, source_addr_ton,
	    source_addr_npi, source_addr),
	ADDR(65, dst, alert_notification_t, esme_addr_ton, esme_addr_npi,
	    esme_addr),
};

/* What smpp34_pack() and smpp34_unpack() work on; all begin alike. */
union lib {
	generic_nack_t head;
	bind_receiver_t bind_receiver;
	bind_transmitter_t bind_transmitter;
	bind_transceiver_t bind_transceiver;
	bind_receiver_resp_t bind_receiver_resp;
	bind_transmitter_resp_t bind_transmitter_resp;
	bind_transceiver_resp_t bind_transceiver_resp;
	outbind_t outbind;
	submit_sm_t submit_sm;
	submit_sm_resp_t submit_sm_resp;
	deliver_sm_t deliver_sm;
	deliver_sm_resp_t deliver_sm_resp;
	data_sm_t data_sm;
	data_sm_resp_t data_sm_resp;
	alert_notification_t alert_notification;
	uint8_t at[1];
};

struct command {
	uint32_t id;
	const char *name;
	const struct field *field;
	size_t n;
	size_t tlv;	/* offset of the library's list; 0: we append ours */
};

#define ROW(id, f, tlv)	{ id, #f, f, sizeof(f) / sizeof((f)[0]), tlv }
#define BARE(id, name)	{ id, #name, NULL, 0, 0 }

static const struct command commands[] = {
	ROW(SUBMIT_SM, submit_sm, offsetof(submit_sm_t, tlv)),
	ROW(SUBMIT_SM_RESP, submit_sm_resp, 0),
	ROW(DELIVER_SM, deliver_sm, offsetof(deliver_sm_t, tlv)),
	ROW(DELIVER_SM_RESP, deliver_sm_resp, 0),
	BARE(ENQUIRE_LINK, enquire_link),
	BARE(ENQUIRE_LINK_RESP, enquire_link_resp),
	ROW(BIND_TRANSCEIVER, bind_transceiver, 0),
	ROW(BIND_TRANSCEIVER_RESP, bind_transceiver_resp, 0),
	ROW(BIND_TRANSMITTER, bind_transmitter, 0),
	ROW(BIND_TRANSMITTER_RESP, bind_transmitter_resp, 0),
	ROW(BIND_RECEIVER, bind_receiver, 0),
	ROW(BIND_RECEIVER_RESP, bind_receiver_resp, 0),
	ROW(OUTBIND, outbind, 0),
	BARE(UNBIND, unbind),
	BARE(UNBIND_RESP, unbind_resp),
	BARE(GENERIC_NACK, generic_nack),
	ROW(DATA_SM, data_sm, 0),
	ROW(DATA_SM_RESP, data_sm_resp, 0),
	ROW(ALERT_NOTIFICATION, alert_notification, 0),
};

/* what an error response of any command is packed as */
static const struct command header_alone = BARE(GENERIC_NACK, generic_nack);

static const struct command *command(uint32_t id)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].id == id)
			return &commands[i];
	return NULL;
}

/* --- framing ------------------------------------------------------------- */

enum err smpp_frame(struct strv in, size_t max, size_t *len)
{
	struct rd r = rd(in.p, in.n);
	uint32_t n = rd_u32(&r);

	*len = 0;
	if (r.bad)
		return ERR_OK;
	if (n < SMPP_HEADER)
		return ERR_BAD_SYNTAX;
	if (n > max)
		return ERR_TOO_BIG;
	if (n <= in.n)
		*len = n;
	return ERR_OK;
}

/* --- decoding ------------------------------------------------------------ */

/* The copy for the library: 16 + 6 + 2 * (2 + 65) + 2 * 17 + 9 at most. */
struct copy {
	uint8_t b[256];
	size_t n;
};

static void copy_add(struct copy *c, const void *p, size_t n)
{
	assert(n <= sizeof(c->b) - c->n);
	memcpy(c->b + c->n, p, n);
	c->n += n;
}

static void copy_u8(struct copy *c, uint8_t v)
{
	copy_add(c, &v, 1);
}

static void copy_u32(struct copy *c, uint32_t v)
{
	v = htonl(v);
	copy_add(c, &v, 4);
}

static uint32_t walk_text(struct rd *r, const struct field *f,
    struct copy *c, struct smpp_pdu *out)
{
	size_t left = rd_left(r), n = left < f->max ? left : f->max;
	const uint8_t *nul = n ? memchr(r->p, 0, n) : NULL;
	struct strv s;

	if (!nul)
		return left < f->max ? SMPP_RINVCMDLEN : SMPP_RINVPARLEN;
	s = rd_bytes(r, (size_t)(nul - r->p) + 1);
	if (lib_knows(f)) {
		copy_add(c, s.p, s.n);
	} else {
		copy_u8(c, 0);
		memcpy((char *)out + f->ours, s.p, s.n);
	}
	return SMPP_ROK;
}

static uint32_t walk_octets(struct rd *r, struct copy *c,
    struct smpp_pdu *out)
{
	uint8_t n;

	if (rd_left(r) == 0)
		return SMPP_RINVCMDLEN;
	n = rd_u8(r);
	out->short_message = rd_bytes(r, n);
	copy_u8(c, 0);
	return r->bad ? SMPP_RINVMSGLEN : SMPP_ROK;
}

static uint32_t walk_field(struct rd *r, const struct field *f,
    struct copy *c, struct smpp_pdu *out)
{
	uint8_t v;

	if (f->kind == TEXT)
		return walk_text(r, f, c, out);
	if (f->kind == OCTETS)
		return walk_octets(r, c, out);
	v = rd_u8(r);
	if (f->kind != BYTE)
		*((uint8_t *)out + f->ours) = v;
	copy_u8(c, f->kind == BYTE ? v : f->kind == VERSION ? SMPP_V34 : 0);
	return r->bad ? SMPP_RINVCMDLEN : SMPP_ROK;
}

/* Read the mandatory part off r into what is ours and what the library's. */
static uint32_t walk(struct rd *r, const struct command *cmd,
    struct copy *c, struct smpp_pdu *out)
{
	uint32_t fault = SMPP_ROK;

	copy_u32(c, 0);
	copy_u32(c, cmd->id);
	copy_u32(c, SMPP_ROK);
	copy_u32(c, 1);
	for (size_t i = 0; i < cmd->n && !fault; i++)
		fault = walk_field(r, &cmd->field[i], c, out);
	return fault;
}

static uint32_t unpack(struct copy *c, const struct command *cmd,
    struct smpp_pdu *out)
{
	union lib lib = { .head = { 0 } };
	uint32_t len = htonl((uint32_t)c->n);

	memset(&lib, 0, sizeof(lib));
	memcpy(c->b, &len, sizeof(len));
	if (smpp34_unpack(cmd->id, &lib, c->b, (int)c->n) != 0)
		return SMPP_RSYSERR;
	for (size_t i = 0; i < cmd->n; i++) {
		const struct field *f = &cmd->field[i];

		if (lib_knows(f))
			memcpy((char *)out + f->ours, lib.at + f->theirs,
			    f->kind == TEXT ? f->lib_max : 1);
	}
	return SMPP_ROK;
}

static uint32_t walk_tlvs(struct rd *r, struct smpp_pdu *out)
{
	for (unsigned seen = 0; rd_left(r) > 0; seen++) {
		uint16_t tag = rd_u16(r);
		struct strv value = rd_bytes(r, rd_u16(r));
		const struct smpp_row *t = smpp_row(tag);

		if (r->bad || seen == SMPP_TLV_MAX)
			return SMPP_RINVOPTPARSTREAM;
		if (!t || (value.n >= t->min && value.n <= t->max))
			smpp_tlv_add(out, tag, value);
	}
	return SMPP_ROK;
}

static uint32_t decode(struct strv in, struct smpp_pdu *out)
{
	struct rd r = rd(in.p, in.n);
	uint32_t len = rd_u32(&r), fault;
	struct copy c = { .n = 0 };
	const struct command *cmd;
	bool resp;

	out->id = rd_u32(&r);
	out->status = rd_u32(&r);
	out->seq = rd_u32(&r);
	if (r.bad || len != in.n)
		return SMPP_RINVCMDLEN;
	cmd = command(out->id);
	if (!cmd)
		return SMPP_RINVCMDID;
	resp = (out->id & SMPP_RESP) != 0;
	if (resp && (out->status || rd_left(&r) == 0))
		return SMPP_ROK;
	fault = walk(&r, cmd, &c, out);
	if (!fault)
		fault = unpack(&c, cmd, out);
	if (fault)
		return fault;
	fault = walk_tlvs(&r, out);
	return resp ? SMPP_ROK : fault;
}

enum err smpp_decode(struct strv in, struct smpp_pdu *out)
{
	*out = (struct smpp_pdu){ 0 };
	out->fault = decode(in, out);
	return out->fault ? ERR_BAD_SYNTAX : ERR_OK;
}

/* --- encoding ------------------------------------------------------------ */

/* One PDU on its way out; nodes is the library's list without its malloc. */
struct packer {
	const struct smpp_pdu *p;
	union lib lib;
	tlv_t nodes[LIB_TLV_MAX];
	size_t n_nodes;
	uint8_t wire[1024 + LIB_TLV_MAX * (4 + LIB_VALUE_MAX)];
	size_t n;		/* octets in wire */
};

static enum err fill_field(struct packer *k, const struct field *f)
{
	const char *ours = (const char *)k->p + f->ours;
	uint8_t *theirs = k->lib.at + f->theirs;
	struct strv text = k->p->short_message;
	size_t n;

	switch (f->kind) {
	case TEXT:
		n = strnlen(ours, f->lib_max);
		if (n == f->lib_max)
			return ERR_TOO_BIG;
		memcpy(theirs, ours, n + 1);
		return ERR_OK;
	case OCTETS:
		if (text.n > SMPP_TEXT_MAX)
			return ERR_TOO_BIG;
		theirs[0] = (uint8_t)text.n;
		if (text.n)
			memcpy(theirs + 1, text.p, text.n);
		return ERR_OK;
	case BYTE:
		theirs[0] = (uint8_t)*ours;
		return ERR_OK;
	case KEPT:
	case VERSION:
		theirs[0] = f->kind == VERSION ? SMPP_V34 : 0;
		return ERR_OK;
	}
	return ERR_BAD_SYNTAX;
}

/* Put in the header and the bytes that the library was not shown. */
static void restore(struct packer *k, const struct command *cmd)
{
	uint32_t head[] = { 0, htonl(k->p->id), htonl(k->p->status),
	    htonl(k->p->seq) };
	uint8_t *w = k->wire + SMPP_HEADER;

	memcpy(k->wire, head, sizeof(head));
	for (size_t i = 0; i < cmd->n; i++) {
		const struct field *f = &cmd->field[i];

		if (f->kind == KEPT || f->kind == VERSION)
			*w = *((const uint8_t *)k->p + f->ours);
		w += f->kind == TEXT ? strlen((char *)w) + 1 : 1;
	}
}

/* The value as octets; a number's are put in tmp.  p NULL: not to be sent. */
static struct strv tlv_octets(const struct smpp_tlv *tlv, uint8_t tmp[4])
{
	const struct smpp_row *t = smpp_row(tlv->tag);
	struct strv v = tlv->value;

	if (!v.p) {
		if (!t || t->min != t->max || t->max == 0 || t->max > 4 ||
		    t->max == 3)
			return STRV_NONE;
		v = (struct strv){ (char *)tmp, t->max };
		for (size_t i = 0; i < v.n; i++)
			tmp[i] = (uint8_t)(tlv->num >> 8 * (v.n - 1 - i));
	}
	if (t && (v.n < t->min || v.n > t->max))
		return STRV_NONE;
	return v;
}

static bool lib_takes(const struct command *cmd, const struct smpp_tlv *tlv,
    size_t n)
{
	const struct smpp_row *t = smpp_row(tlv->tag);

	return cmd->tlv && n <= LIB_VALUE_MAX && !(t && t->form == SMPP_OWN);
}

static void node_add(struct packer *k, uint16_t tag, struct strv v)
{
	const struct smpp_row *t = smpp_row(tag);
	tlv_t *node = &k->nodes[k->n_nodes++];

	memset(node, 0, sizeof(*node));
	node->tag = tag;
	node->length = (uint16_t)v.n;
	if (t && t->form == SMPP_WORD)
		node->value.val16 = (uint16_t)smpp_number(v);
	else if (v.n)
		memcpy(node->value.octet, v.p, v.n);
	if (k->n_nodes > 1)
		node[-1].next = node;
}

/* Pass the library its TLVs; *more is the room the others need. */
static enum err fill_tlvs(struct packer *k, const struct command *cmd,
    size_t *more)
{
	tlv_t *first = k->nodes;
	uint8_t tmp[4];

	*more = 0;
	if (k->p->tlv_n > LIB_TLV_MAX)
		return ERR_TOO_BIG;
	for (size_t i = 0; i < k->p->tlv_n; i++) {
		struct strv v = tlv_octets(&k->p->tlv[i], tmp);

		if (!v.p)
			return ERR_BAD_SYNTAX;
		if (v.n > UINT16_MAX)
			return ERR_TOO_BIG;
		if (lib_takes(cmd, &k->p->tlv[i], v.n))
			node_add(k, k->p->tlv[i].tag, v);
		else
			*more += 4 + v.n;
	}
	if (k->n_nodes)
		memcpy(k->lib.at + cmd->tlv, &first, sizeof(first));
	return ERR_OK;
}

static enum err pack(struct packer *k, const struct command *cmd)
{
	int n = 0;

	k->lib.head.command_id = cmd->id;
	k->lib.head.sequence_number = 1;
	if (smpp34_pack(cmd->id, k->wire, sizeof(k->wire), &n, &k->lib) != 0)
		return ERR_BAD_SYNTAX;
	k->n = (size_t)n;
	restore(k, cmd);
	return ERR_OK;
}

static void append(const struct packer *k, const struct command *cmd,
    size_t more, struct buf *out)
{
	uint8_t tmp[4];

	buf_u32(out, (uint32_t)(k->n + more));
	buf_add(out, k->wire + 4, k->n - 4);
	for (size_t i = 0; i < k->p->tlv_n && more; i++) {
		const struct smpp_tlv *tlv = &k->p->tlv[i];
		struct strv v = tlv_octets(tlv, tmp);

		if (lib_takes(cmd, tlv, v.n))
			continue;
		buf_u16(out, tlv->tag);
		buf_u16(out, (uint16_t)v.n);
		buf_adds(out, v);
	}
}

enum err smpp_encode(const struct smpp_pdu *p, struct buf *out)
{
	const struct command *cmd = command(p->id);
	struct packer k;
	size_t more = 0;
	enum err e = ERR_OK;

	if (!cmd)
		return ERR_BAD_SYNTAX;
	if (p->status && (p->id & SMPP_RESP))
		cmd = &header_alone;
	k.p = p;
	k.n_nodes = 0;
	memset(&k.lib, 0, sizeof(k.lib));
	for (size_t i = 0; i < cmd->n && !e; i++)
		e = fill_field(&k, &cmd->field[i]);
	if (!e && cmd->id == p->id)
		e = fill_tlvs(&k, cmd, &more);
	if (!e)
		e = pack(&k, cmd);
	if (e)
		return e;
	if (out->full || k.n + more > out->limit - out->n)
		return ERR_TOO_BIG;
	append(&k, cmd, more, out);
	return ERR_OK;
}

void smpp_answer(const struct smpp_pdu *to, uint32_t status,
    struct smpp_pdu *out)
{
	uint32_t id = to->id | SMPP_RESP;

	*out = (struct smpp_pdu){ .status = status, .seq = to->seq };
	out->id = command(to->id) && command(id) ? id : SMPP_GENERIC_NACK;
}

const char *smpp_command_name(uint32_t id)
{
	const struct command *c = command(id);

	return c ? c->name : "unknown";
}
