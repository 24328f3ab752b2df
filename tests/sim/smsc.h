/* smsc.h - simulated service centres: SMPP 3.4 servers that misbehave. */

#ifndef SIM_SMSC_H
#define SIM_SMSC_H

#include "parts.h"
#include "words.h"

struct smsc;

/* "smsc NAME ..." and "smsc start NAME ..."; refuses what is wrong. */
void smsc_command(const struct words *w);

struct smsc *smsc_find(const char *name);	/* or NULL */
const char *smsc_name(const struct smsc *c);
bool smsc_bound(const struct smsc *c);		/* somebody can receive */

/* A short message that a phone sends into the service centre. */
struct mo {
	const char *from, *to, *text;	/* UTF-8; hex when dcs is binary */
	long dcs;			/* -1: GSM if it fits, else UCS2 */
	enum part_kind kind;		/* of a long one; SINGLE means udh8 */
	bool reversed, flash, registered;
	long drop;			/* this part is not sent; 0: none */
	long ref;			/* concatenation; -1: counted */
	long ton, npi;			/* of from; -1: by its look */
};
#define MO_DEFAULT { .dcs = -1, .ref = -1, .ton = -1, .npi = -1 }

/* Queued until somebody can receive.  False if the text does not fit. */
bool smsc_mo(struct smsc *c, const struct mo *mo);

#endif
