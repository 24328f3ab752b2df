/* outcome.h - what the answers of a recipient's devices amount to. */

#ifndef PORT_SIP_OUTCOME_H
#define PORT_SIP_OUTCOME_H

#include <stdbool.h>

#include "base/err.h"

/* What one device's final answer means for the message. */
struct outcome_row {
	int from, to;		/* status codes, both included */
	enum err err;
	bool gone;		/* its contact is dead: drop the binding */
};

const struct outcome_row *outcome_of(int status);	/* never NULL */

/*
 * The outcome of all devices, one by one; start with ERR_OK.  A device that
 * may still take it (TEMP) outweighs refusals; of refusals, one for content
 * yields to one by the user.
 */
enum err outcome_add(enum err all, enum err one);

#endif
