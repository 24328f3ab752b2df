/* smpp_priv.h - what smpp_pdu.c gives to smpp.c. */

#ifndef WIRE_SMPP_PRIV_H
#define WIRE_SMPP_PRIV_H

#include "wire/smpp.h"

/* how libsmpp34 holds the value; the forms of smpp_tlv.def */
enum smpp_form { SMPP_AS_IS, SMPP_WORD, SMPP_OWN };

struct smpp_row {
	uint16_t tag;
	const char *text;
	uint16_t min, max;	/* octets */
	enum smpp_form form;
};

const struct smpp_row *smpp_row(uint16_t tag);	/* NULL: unknown */

/* A value of 0 to 4 octets, big endian; 0 if longer. */
uint32_t smpp_number(struct strv value);

#endif
