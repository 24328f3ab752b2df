/* pdu.h - SMPP 3.4 protocol data units (Issue 1.2), as a service centre. */

#ifndef SIM_PDU_H
#define SIM_PDU_H

#include <stdint.h>

#include "bytes.h"

enum {	/* command_id, 5.1.2.1 */
	GENERIC_NACK		= 0x80000000,
	BIND_RECEIVER		= 0x00000001,
	BIND_TRANSMITTER	= 0x00000002,
	SUBMIT_SM		= 0x00000004,
	DELIVER_SM		= 0x00000005,
	UNBIND			= 0x00000006,
	BIND_TRANSCEIVER	= 0x00000009,
	ENQUIRE_LINK		= 0x00000015,
	ALERT_NOTIFICATION	= 0x00000102,
	PDU_RESP		= 0x80000000,	/* added to the above */
};

enum {	/* command_status, 5.1.3 */
	ESME_ROK		= 0x00,
	ESME_RINVMSGLEN		= 0x01,
	ESME_RINVCMDLEN		= 0x02,
	ESME_RINVCMDID		= 0x03,
	ESME_RINVBNDSTS		= 0x04,
	ESME_RALYBND		= 0x05,
	ESME_RINVPASWD		= 0x0e,
	ESME_RINVSYSID		= 0x0f,
	ESME_RMSGQFUL		= 0x14,
	ESME_RTHROTTLED		= 0x58,
	ESME_RX_T_APPN		= 0x64,
	ESME_RINVOPTPARSTREAM	= 0xc0,
	ESME_RINVPARLEN		= 0xc2,
};

enum {	/* optional parameters, 5.3.2 */
	TLV_RECEIPTED_ID	= 0x001e,
	TLV_SAR_REF		= 0x020c,
	TLV_SAR_TOTAL		= 0x020e,
	TLV_SAR_SEQ		= 0x020f,
	TLV_SC_VERSION		= 0x0210,
	TLV_SET_DPF		= 0x0421,
	TLV_AVAILABILITY	= 0x0422,
	TLV_NETWORK_ERROR	= 0x0423,
	TLV_PAYLOAD		= 0x0424,
	TLV_MESSAGE_STATE	= 0x0427,
};

enum {	/* esm_class, 5.2.12 */
	ESM_RECEIPT		= 0x04,
	ESM_TYPE_MASK		= 0x3c,
	ESM_UDHI		= 0x40,
};

enum { PDU_HEAD = 16, PDU_MAX = 70000, PDU_TLVS = 64 };

struct pdu {
	uint32_t length, id, status, seq;
};

struct bind {
	char system_id[16], password[9], system_type[13], address_range[41];
	uint8_t interface_version, ton, npi;
};

struct tlv {
	uint16_t tag;
	struct strv value;
};

/* submit_sm and deliver_sm have one layout (4.4.1, 4.6.1). */
struct sm {
	char service_type[6], src[21], dst[21], schedule[17], validity[17];
	uint8_t src_ton, src_npi, dst_ton, dst_npi;
	uint8_t esm_class, protocol_id, priority, registered, replace, dcs;
	uint8_t default_id, sm_length;
	struct strv text;		/* short_message as it stands */
	struct tlv tlvs[PDU_TLVS];	/* those beyond are not kept */
	int tlvs_n;
};

/* The header; p must hold PDU_HEAD octets. */
struct pdu pdu_head(const char *p);

/*
 * Decode a body (what follows the header).  Views point into it.  Returns
 * ESME_ROK or the command_status the specification has for the fault.
 */
uint32_t pdu_bind_decode(struct strv body, struct bind *to);
uint32_t pdu_sm_decode(struct strv body, struct sm *to);

struct strv pdu_tlv(const struct sm *sm, uint16_t tag);	/* or absent */

/* Write a PDU: begin, body fields, end; begin returns where it starts. */
size_t pdu_begin(struct buf *b, uint32_t id, uint32_t status, uint32_t seq);
void pdu_end(struct buf *b, size_t start);
void pdu_tlv_add(struct buf *b, uint16_t tag, struct strv value);
void pdu_tlv_u8(struct buf *b, uint16_t tag, unsigned value);

/* The body of a deliver_sm: mandatory fields, then the TLVs of sm. */
void pdu_sm_encode(struct buf *b, const struct sm *sm);

const char *pdu_name(uint32_t id);	/* "submit_sm"; "unknown" */

#endif
