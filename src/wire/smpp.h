/* smpp.h - short message peer to peer PDUs (SMPP v3.4), over libsmpp34. */

#ifndef WIRE_SMPP_H
#define WIRE_SMPP_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strv.h"

/*
 * libsmpp34 does the packing and the unpacking, behind smpp.c alone.  It
 * keeps its state in globals: call everything here from one thread (the
 * core).  It trusts its input: every PDU is walked by us first.
 */

#define SMPP_RESP	0x80000000u	/* SMPP_SUBMIT_SM | SMPP_RESP */
#define SMPP_HEADER	16		/* octets */
#define SMPP_TLV_MAX	32		/* kept of a received PDU */
#define SMPP_TEXT_MAX	253	/* octets of short_message we send: one
				 * less than 3.4 allows, as libsmpp34 packs;
				 * beyond it use message_payload */
#define SMPP_V34	0x34		/* interface_version */

enum smpp_command {
	SMPP_BIND_RECEIVER	= 0x01,
	SMPP_BIND_TRANSMITTER	= 0x02,
	SMPP_SUBMIT_SM		= 0x04,
	SMPP_DELIVER_SM		= 0x05,
	SMPP_UNBIND		= 0x06,
	SMPP_BIND_TRANSCEIVER	= 0x09,
	SMPP_OUTBIND		= 0x0b,	/* has no response */
	SMPP_ENQUIRE_LINK	= 0x15,
	SMPP_ALERT_NOTIFICATION	= 0x102,	/* has no response */
	SMPP_DATA_SM		= 0x103,
};
#define SMPP_GENERIC_NACK	SMPP_RESP

/* command_status, 5.1.3: SMPP_ROK, SMPP_RTHROTTLED, ... */
enum smpp_status {
#define STATUS(name, value, text) SMPP_##name = value,
#include "wire/smpp_status.def"
#undef STATUS
};

/* The optional parameters, 5.3.2: SMPP_TLV_MESSAGE_PAYLOAD, ... */
enum smpp_tag {
#define TLV(name, text, tag, min, max, form) SMPP_TLV_##name = tag,
#include "wire/smpp_tlv.def"
#undef TLV
};

/* esm_class, 5.2.12 */
#define SMPP_ESM_TYPE(esm)	((esm) & 0x3c)
#define SMPP_ESM_RECEIPT	0x04
#define SMPP_ESM_DELIVERY_ACK	0x08
#define SMPP_ESM_USER_ACK	0x10
#define SMPP_ESM_INTERMEDIATE	0x20
#define SMPP_ESM_UDHI		0x40

struct smpp_addr {
	uint8_t ton, npi;	/* any value: a peer's oddities survive */
	char addr[66];		/* 20 characters but in data_sm and alert */
};

/*
 * value is what travels.  When sending a number set num and leave value.p
 * NULL: the width is the tag's.  A received value of 1 to 4 octets is in
 * num as well.
 */
struct smpp_tlv {
	uint16_t tag;
	uint32_t num;
	struct strv value;
};

/*
 * One PDU, either way.  Fields the command does not have are zero.  Text
 * is NUL-terminated in its field; fill it with SMPP_SET.  short_message and
 * the TLV values are views: of the received bytes, or of the sender's.
 */
struct smpp_pdu {
	uint32_t id;		/* enum smpp_command, or with SMPP_RESP */
	uint32_t status;	/* any value; 0 in requests */
	uint32_t seq;		/* 1..0x7fffffff; a received one may be any */

	/* bind_*, outbind, and system_id in bind_*_resp */
	char system_id[16], password[9], system_type[13];
	uint8_t interface_version;
	struct smpp_addr range;	/* address_range: 40 characters */

	/* submit_sm, deliver_sm, data_sm; alert_notification has both ends */
	char service_type[6];
	struct smpp_addr src, dst;
	uint8_t esm_class, protocol_id, priority_flag;
	char schedule_delivery_time[17], validity_period[17];
	uint8_t registered_delivery, replace_if_present_flag;
	uint8_t data_coding, sm_default_msg_id;
	struct strv short_message;	/* UDH and all; 0..255 octets */

	/* submit_sm_resp, deliver_sm_resp, data_sm_resp */
	char message_id[65];

	size_t tlv_n;
	struct smpp_tlv tlv[SMPP_TLV_MAX];

	uint32_t fault;		/* set by smpp_decode() */
};

/*
 * Find the first PDU in a stream.  ERR_OK: it is the first *len octets, or
 * *len is 0 and more octets are needed to say.  ERR_BAD_SYNTAX: its length
 * is below 16; ERR_TOO_BIG: above max.  Both end the stream (3.2): answer
 * generic_nack, sequence 0, SMPP_RINVCMDLEN, and close.
 */
enum err smpp_frame(struct strv in, size_t max, size_t *len);

/*
 * Decode exactly one PDU as framed above.
 *
 * ERR_OK or ERR_BAD_SYNTAX; with the latter out->fault is the
 * command_status to answer, and id, status and seq are set as far as the
 * octets went:
 *	SMPP_RINVCMDLEN		not one PDU, or it ends inside a field
 *	SMPP_RINVCMDID		no command of ours
 *	SMPP_RINVPARLEN		a C-octet string longer than its field
 *	SMPP_RINVMSGLEN		sm_length points outside the PDU
 *	SMPP_RINVOPTPARSTREAM	TLVs cut short, or more than SMPP_TLV_MAX
 *
 * What the field does and 3.4 forbids is taken: TON and NPI of any value,
 * any interface_version, times in deliver_sm, a message_id in
 * deliver_sm_resp, vendor's status values, responses of a header alone, or
 * with TLVs, or with octets behind that are no TLVs (ignored).  Of a
 * response with status not 0 only the header is read.  A known TLV of the
 * wrong length is dropped, unknown ones are kept.
 */
enum err smpp_decode(struct strv in, struct smpp_pdu *out);

/*
 * Append the PDU to out.  TLVs come last, those over 1024 octets behind the
 * others.  A response with status not 0 is a header alone.
 *
 * ERR_TOO_BIG: a text not terminated within its field of this command (the
 * times of deliver_sm and the message_id of deliver_sm_resp must be empty),
 * short_message over SMPP_TEXT_MAX, a value over 65535 octets, more than 16
 * TLVs, or out is full.  ERR_BAD_SYNTAX: no command of ours, a known TLV of
 * the wrong length, a number without a known tag.  Then out is as before.
 */
enum err smpp_encode(const struct smpp_pdu *p, struct buf *out);

/*
 * Begin the answer to a received PDU: its response command, or generic_nack
 * if it has none, with its sequence number.
 */
void smpp_answer(const struct smpp_pdu *to, uint32_t status,
    struct smpp_pdu *out);

/* The octets of the message: short_message, or message_payload. */
struct strv smpp_body(const struct smpp_pdu *p);

/* The first of that tag, or NULL.  The result lives as long as p. */
const struct smpp_tlv *smpp_tlv_find(const struct smpp_pdu *p, uint16_t tag);

/* false, and p as before, if p has all it can keep. */
bool smpp_tlv_add(struct smpp_pdu *p, uint16_t tag, struct strv value);
bool smpp_tlv_add_num(struct smpp_pdu *p, uint16_t tag, uint32_t num);

/*
 * Copy s into a text field.  false, and the field empty, if s has a NUL or
 * is longer than the field.
 */
#define SMPP_SET(field, s)	smpp_set(field, sizeof(field), s)
bool smpp_set(char *field, size_t size, struct strv s);

/* For logs: "submit_sm_resp", "ESME_RTHROTTLED", "message_payload". */
const char *smpp_command_name(uint32_t id);	/* or "unknown" */
const char *smpp_status_name(uint32_t status);	/* or "vendor", "unknown" */
const char *smpp_status_text(uint32_t status);	/* for people */
const char *smpp_tlv_name(uint16_t tag);	/* or "unknown" */

#endif
