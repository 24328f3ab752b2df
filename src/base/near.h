/* near.h - the nearest word, for "did you mean". */

#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include "base/strv.h"

/*
 * Feed candidates one by one; best is the nearest so far, NULL while none
 * is near enough to be a slip of the fingers.  Candidates are borrowed.
 */
struct near {
	struct strv word;	/* what was typed */
	const char *best;
	unsigned cost;		/* of best */
};

struct near near_to(struct strv word);
void near_offer(struct near *n, const char *candidate);

#endif
