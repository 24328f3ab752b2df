/* ladder.h - a message's steps as a sequence chart in plain text. */

#ifndef FLOW_LADDER_H
#define FLOW_LADDER_H

#include "base/buf.h"
#include "flow/trace.h"

struct ladder {
	struct buf *out;	/* borrowed */
	int64_t first;		/* us; of the first step */
	bool started;
};

const char *ladder_lane(enum lane l);	/* "sender" */

/* Steps come in the order of time.  UTF-8, 13 columns a lane. */
void ladder_init(struct ladder *l, struct buf *out);
void ladder_add(struct ladder *l, int64_t at_us, enum lane from,
    enum lane to, struct strv text);
void ladder_end(struct ladder *l);

#endif
