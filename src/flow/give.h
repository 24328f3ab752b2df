/* give.h - what a device gets of a message now, and when that changes. */

#ifndef FLOW_GIVE_H
#define FLOW_GIVE_H

#include "core/leg.h"
#include "dir/prefs.h"
#include "flow/plan.h"

struct binding;
struct user;

/*
 * What this device of u gets of l: WHOLE, NOTICE or NOTHING.  A port whose
 * hops are users asks for each device when it delivers:
 *
 *	WHOLE	send the message
 *	NOTICE	of a leg for all devices: name it in the outcome's apart; of a
 *		leg for one: send notice_make(l) instead, ERR_NOTICED when the
 *		device has it
 *	NOTHING	not this device, neither now nor for this leg later
 *
 * A report is always whole.
 */
enum give give_now(const struct leg *l, const struct user *u,
    const struct binding *b);

/* The same of a device that is away. */
enum give give_away(const struct message *m, const struct user *u,
    struct strv device);

/*
 * l, for one device that is online, would get nothing more now: it stays on
 * disk, and its hop is woken when that may have changed.
 */
bool give_keeps(const struct leg *l);

/* For explain: a note for each device of u. */
void give_explain(const struct message *m, const struct user *u,
    struct plan *p);

/* A notification counts as the delivery of the message. */
bool give_notice_counts(void);

/* pull.c: when this device of a user asked for the whole; 0: it did not. */
int64_t pull_asked(struct strv user, struct strv device);
void pull_start(void);
void pull_stop(void);

void give_register(void);	/* "policy notice" */
void give_start(void);
void give_stop(void);

/*
 * notice.c: the notification of l's message, for l's device, as a message of
 * the same sender and conversation with an id of its own; one reference.
 * private: it does not say who the sender is.
 */
struct message *notice_make(const struct leg *l, bool private);

#endif
