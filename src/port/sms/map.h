/* map.h - what SMPP says and what we do about it: the tables. */

#ifndef PORT_SMS_MAP_H
#define PORT_SMS_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "core/addr.h"
#include "core/message.h"
#include "wire/receipt.h"
#include "wire/smpp.h"

/* What a command_status of a submit_sm_resp makes us do. */
enum sms_action {
	SMS_TAKEN,		/* the service centre has it */
	SMS_REFUSED,		/* never: err says why */
	SMS_LATER,		/* again later, by time */
	SMS_ONCE_MORE,		/* again later, but only once */
	SMS_PAUSE,		/* the peer is congested: pause the gateway */
	SMS_UNBOUND,		/* the bind is no good: close it */
	/* again at once and once, refused if that was tried: */
	SMS_NO_VALIDITY,	/*   without validity_period */
	SMS_OTHER_CONCAT,	/*   tied together in another way */
	SMS_OTHER_SOURCE	/*   from the fallback source */
};

struct sms_verdict {
	enum sms_action action;
	enum err err;		/* when it ends there */
};

/* Never NULL; unknown and vendor's values are refusals. */
const struct sms_verdict *sms_verdict(uint32_t status);

/* What the state in a receipt means to the sender; false: nothing yet. */
bool sms_receipt_status(enum receipt_state s, enum report_status *status,
    enum err *why);

/* What to answer to a deliver_sm that the flow refused with e. */
uint32_t sms_deliver_status(enum err e, bool nack_unknown);

/* What to do when a bind is refused. */
struct sms_refusal {
	bool try_pair;		/* no transceiver: transmitter and receiver */
	int64_t pause_ms;	/* at least, before the next try */
	const char *remedy;	/* for people; or "" */
};
const struct sms_refusal *sms_refusal(uint32_t status);

/* How numbers are written on a link. */
struct sms_numbering {
	uint8_t source_ton, source_npi;		/* of international numbers */
	uint8_t short_ton, short_npi;
	bool national;			/* destinations at home: TON 2 */
	struct strv country;		/* "49"; or empty */
};

/*
 * The SMPP form of a key that is a number, or of an alphanumeric sender
 * (source only).  false: neither.
 */
bool sms_address(struct strv key, const struct addr_rules *rules,
    const struct sms_numbering *how, bool source, struct smpp_addr *out);

/* A setting of a source: +49..., a short code, or up to 11 letters. */
bool sms_address_set(const char *text, const struct sms_numbering *how,
    struct smpp_addr *out);

/*
 * The key of a received address.  ERR_BAD_SYNTAX: it is empty or no address.
 */
enum err sms_key(const struct smpp_addr *a, const struct addr_rules *rules,
    struct buf *key);

#endif
