/* plan.h - which legs a message gets: a pure decision on gathered facts. */

#ifndef FLOW_PLAN_H
#define FLOW_PLAN_H

#include "base/err.h"
#include "base/strv.h"
#include "core/leg.h"
#include "core/message.h"
#include "flow/flow.h"

#define PLAN_LEGS	8
#define PLAN_NOTES	40
#define PLAN_NOTE	160	/* bytes of text with the NUL */

struct user;

struct plan_leg {
	const char *port;
	struct strv hop;	/* user's key or gateway's name; borrowed */
	enum leg_role role;
	struct strv device;	/* of the recipient, only this one; or none */
	struct strv kept;	/* the device that this one is not for; or
				 * none */
	int64_t due;		/* ms: HELD until then; 0: at once */
	bool held;		/* until its device registers */
};

/* One consideration, for explain: what was asked and what followed. */
struct plan_note {
	const char *step;	/* "authorise", "route", ... */
	bool passed;
	char text[PLAN_NOTE];
};

struct plan {
	enum err err;		/* OK: legs; else the refusal */
	struct strv recipient;	/* key; a subscriber's own for its alias */
	struct plan_leg legs[PLAN_LEGS];
	size_t n;
	struct plan_note notes[PLAN_NOTES];
	size_t nnotes;
	enum flow_answer_kind at_commit;	/* TAKEN: a group is ours;
				 * STORED: a list; REFUSED: as legs end */
	bool spam;		/* legs go into the spam folder */
	bool quiet;		/* the recipient is not to be disturbed now */
	int32_t retry_after;	/* seconds, with ERR_BUSY; 0: as always */
	bool explaining;	/* set by the caller: keep notes, change
				 * nothing, not even round robins */
};

/*
 * What-ifs of explain: gateways to be taken as down, users as offline,
 * or their primary device alone.
 * NULL in real traffic.
 */
#define ASSUME_DOWN	16
struct plan_assume {
	struct strv down[ASSUME_DOWN];	/* names of gateways */
	size_t n_down;
	bool recipient_offline;
	bool primary_no_ip;	/* the recipient's primary device */
};

/* Add one while explaining; the text is copied. */
void plan_note(struct plan *p, const char *step, bool passed,
    const char *text);

/*
 * Originating service, routing, terminating service and interworking
 * selection of m, in this order, from the directory's tables in memory.
 * Texts in the plan live until the directory changes, that is, not across a
 * turn of the loop.
 */
void plan_make(const struct message *m, const struct plan_assume *assume,
    struct plan *p);

/*
 * The same for the recipient's primary device alone, which was believed to
 * have IP and does not answer.  No legs: nothing can go there by SMS.
 */
void plan_silent(const struct message *m, struct user *recipient,
    struct plan *p);

/*
 * The gateway m should now use instead of hop on its way to recipient: the
 * first of its route that is up and can carry it, by the same service when
 * the message is a reply to one.  NULL: none is better.
 */
struct gateway;
const struct gateway *plan_other_gateway(const struct message *m,
    struct strv recipient, struct strv hop);

#endif
