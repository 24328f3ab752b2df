/* receipt.h - delivery receipts of an SMSC (SMPP v3.4 appendix B). */

#ifndef WIRE_RECEIPT_H
#define WIRE_RECEIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strv.h"
#include "wire/smpp.h"

/* message_state, 5.2.28 */
enum receipt_state {
	RECEIPT_NONE		= 0,	/* not said */
	RECEIPT_ENROUTE		= 1,
	RECEIPT_DELIVERED	= 2,
	RECEIPT_EXPIRED		= 3,
	RECEIPT_DELETED		= 4,
	RECEIPT_UNDELIVERABLE	= 5,
	RECEIPT_ACCEPTED	= 6,
	RECEIPT_UNKNOWN		= 7,
	RECEIPT_REJECTED	= 8,
};

/* What it means to the sender of the message: the IMDN to make of it. */
enum receipt_fate {
	RECEIPT_FATE_PROGRESS,	/* nothing yet */
	RECEIPT_FATE_DELIVERED,
	RECEIPT_FATE_FAILED,
	RECEIPT_FATE_ERROR,
	RECEIPT_FATE_FORBIDDEN,
};

/* All views are into the PDU or text it was read from. */
struct receipt {
	struct strv id;		/* of the message, as the SMSC writes it */
	enum receipt_state state;
	struct strv err;	/* err: of the text, or none */
	uint8_t net_type;	/* network_error_code: 3 GSM; 0: not said */
	uint16_t net_code;
	int64_t submit_ms, done_ms;	/* as if UTC, the zone is not said;
					 * 0: not said */
	struct strv text;	/* beginning of the message, or none */
};

/*
 * Read a deliver_sm (or data_sm) whose type is receipt or intermediate
 * notification.  TLVs are believed first; the text fills in what they do
 * not say.  ERR_BAD_SYNTAX if there is no id in either, or no state.
 */
enum err receipt_decode(const struct smpp_pdu *p, struct receipt *out);

/*
 * Read "id:... sub:... dlvrd:... submit date:... done date:... stat:...
 * err:... text:..." leniently: any order, any case, keys missing, blanks
 * after the colon, dates of 10, 12 or 14 digits.  text: is last, it takes
 * the rest.  Unknown states are RECEIPT_UNKNOWN.  Never fails.
 */
void receipt_parse(struct strv text, struct receipt *out);

const char *receipt_state_name(enum receipt_state s);	/* "DELIVRD" */
enum receipt_fate receipt_fate(enum receipt_state s);

/* --- message ids: written in one base in the response, in another in the
 *     receipt, padded or not ---------------------------------------------- */

#define RECEIPT_ID_SIZE	66	/* octets with the NUL; longer ids are cut */

/*
 * What to store beside the id of a submit_sm_resp as its normal form: lower
 * case, without leading zeros.
 */
void receipt_id_norm(struct strv id, char out[RECEIPT_ID_SIZE]);

enum receipt_id_form {
	RECEIPT_ID_EXACT,	/* compare with the stored id as it came */
	RECEIPT_ID_STRIPPED,	/* this and the next: with its normal form */
	RECEIPT_ID_DEC_TO_HEX,
	RECEIPT_ID_HEX_TO_DEC,
	RECEIPT_ID_N
};

struct receipt_ids {
	unsigned n;		/* 2..RECEIPT_ID_N */
	struct {
		enum receipt_id_form form;
		char s[RECEIPT_ID_SIZE];
	} id[RECEIPT_ID_N];
};

/*
 * What the id in a receipt may have been called in the submit_sm_resp, most
 * likely first.  Changes of base are for values of at most 64 bits; none
 * comes twice.  Which form hit teaches the habit of the link.  The number
 * of the handset must match too: ids are not unique across forms.
 */
void receipt_id_candidates(struct strv id, struct receipt_ids *out);

enum receipt_id_base {
	RECEIPT_ID_STRING, RECEIPT_ID_DEC, RECEIPT_ID_HEX,
};

/*
 * For links whose habit is configured: both ids in the same form (a number
 * in decimal, or the string itself).  false if id is no number of that base
 * in 64 bits; then out is the string itself.
 */
bool receipt_id_canon(struct strv id, enum receipt_id_base base,
    char out[RECEIPT_ID_SIZE]);

#endif
