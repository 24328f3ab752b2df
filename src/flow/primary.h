/* primary.h - the device with the SIM: SMS while it has no IP. */

#ifndef FLOW_PRIMARY_H
#define FLOW_PRIMARY_H

#include "core/leg.h"
#include "flow/access.h"
#include "flow/flow.h"

/* At the most, to look again at who is quiet: he may have said otherwise. */
#define PRIMARY_QUIET_MS	300000

/* The phone of a user; texts are the user's. */
struct primary {
	struct strv device;	/* its instance; none: it was never over IP */
	struct strv number;	/* key */
	enum access access;
};

/*
 * u's primary device; without one, by "policy primary virtual", the phone
 * with u's number.  false: none, or without a number, or SMS to it is off.
 */
bool primary_find(const struct user *u, struct primary *out);
/* In words: "has no IP, SMS reaches it". */
const char *access_text(enum access a);
/* ms that what is for it now shall wait for it to register. */
int64_t primary_wait(const struct user *u, const struct primary *p,
    bool explaining);

/* --- legs COPY and UCN ---------------------------------------------------- */

/*
 * l is the next of its hop.  true: it goes out now (a UCN has its text).
 * false: primary_turn() must follow, when it is in nobody's queue.
 */
bool primary_goes(struct leg *l);
/* l may not go now: over IP instead, later or never.  Takes it over. */
void primary_turn(struct leg *l);
/*
 * l is committed HELD until a time.  A COPY is kept in memory, too, so that
 * the device gets the message when it registers before that; the others are
 * looked at in their time.  true: taken over.
 */
bool primary_keeps(struct leg *l);
/* l was read from disk: the one in memory is outdated. */
void primary_loaded(const struct leg *l);
/* l failed, has run out of time, or was never committed. */
void primary_ended(const struct leg *l);
/* key is a user who registered. */
void primary_woken(struct strv key);
/*
 * l, a COPY under way, failed for good.  true: it was taken over and waits for
 * its device, or it is a UCN now.
 */
bool primary_failed(struct leg *l, enum err why);
/* The service centre has it, and that is all the sender will hear of. */
bool primary_is_delivered(const struct leg *l);

/* --- what is learned ------------------------------------------------------ */

/*
 * The devices of l's recipient answered, or did not; sets l->replaces.  true:
 * the phone did not: it has legs of its own now, and l is not for it.
 */
bool primary_result(struct leg *l, const struct flow_outcome *o);
/* The same of a device of u that fell silent when another one had taken m. */
bool primary_missed(const struct message *m, struct user *u,
    struct strv device);
/* A receipt about an SMS to key. */
void primary_receipt(struct strv key, enum report_status status, enum err why);

void primary_register(void);	/* "policy primary" */
void primary_start(void);
void primary_stop(void);

#endif
