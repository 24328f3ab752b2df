/* fanout.h - one message to many: a child message for each of a roster. */

#ifndef PORT_GROUP_FANOUT_H
#define PORT_GROUP_FANOUT_H

#include "dir/groups.h"

struct leg;
struct content;

/* What the members get. */
struct fanout_to {
	struct roster *roster;		/* one reference, taken over */
	enum group_reports reports;	/* of theirs, to the sender */
	bool copy;			/* to the sender's other devices */
	struct content *content;	/* one reference, taken over */
};

/*
 * Submit a child for every member but the sender, a slice in each turn of the
 * loop.  Children are found again by their sender, Message-ID and recipient,
 * so a leg that is delivered once more sends nobody a second message.
 * flow_result(l) follows, never from inside this call: OK when every child is
 * committed, or refused for good and reported; else a reason to try again.
 */
void fanout_start(struct leg *l, const struct fanout_to *to);

void fanout_init(void);		/* settings and metrics */
size_t fanouts_open(void);
void fanout_fini(void);		/* the loop has ended: free what is left */

#endif
