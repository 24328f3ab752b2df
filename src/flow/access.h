/* access.h - how a user's phone can be reached now: over IP, by SMS, not. */

#ifndef FLOW_ACCESS_H
#define FLOW_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strv.h"

struct user;

/*
 * What is known of the radio side of the device that has a user's number,
 * from whatever was heard of it; whether it is registered over IP is seen
 * from the bindings (flow/primary.h).  It is known over a restart, too; when
 * nothing was heard for "policy primary remember", it is UNKNOWN.
 * Core thread only.
 */
enum access {
	ACCESS_UNKNOWN,
	ACCESS_NONE,		/* off, or out of reach */
	ACCESS_CS_ONLY,		/* SMS reaches it */
	ACCESS_IP,		/* registered, and it answers */
	ACCESS_N
};
const char *access_name(enum access a);		/* "cs-only" */

enum access_signal {
	HEARD_ALERT,		/* it has just come within reach (SMSC) */
	HEARD_ATTACHED,		/* it is within reach (look-up) */
	HEARD_DETACHED,		/* it is not (look-up) */
	HEARD_NOTHING,		/* who was asked does not know (look-up) */
	HEARD_SMS,		/* an SMS reached it (receipt) */
	HEARD_ABSENT,		/* an SMS did not find it (receipt, answer) */
	HEARD_ANSWER,		/* it answered over IP */
	HEARD_SILENCE,		/* registered, but it does not answer over IP */
	HEARD_N
};

/*
 * A signal about the user who has this key: the canonical form of any address
 * or alias of his (core/addr.h).  Nobody's here: ignored.  at: ms since the
 * epoch; what is older than what is known already is ignored, too.  May wake
 * messages that wait, but sends nothing from inside the call.
 */
void access_heard(struct strv key, enum access_signal what, int64_t at);

#define ACCESS_ASK_MS	1000	/* an answer is waited for so long */
#define ACCESS_FRESH_MS	60000	/* and is not asked for again so long */

/*
 * Ask for the access of a number, given as a key: tel:+15550100002.  key is
 * borrowed for the call.  The answer is a later access_heard() of ATTACHED,
 * DETACHED or NOTHING, never from inside this call; one that does not come
 * in time is not waited for, but still used.  false: it was not asked (busy,
 * switched off).
 */
typedef bool access_ask_fn(struct strv key);
/* The one who knows; NULL: nobody any more. */
void access_asker(access_ask_fn *ask);

/* --- for flow/primary.c ---------------------------------------------------- */

struct access_info {
	enum access state;	/* never IP */
	int64_t since;		/* ms: state began; 0: unknown */
	int64_t heard;		/* ms: the last signal; 0: none */
	int64_t silent;		/* ms: no answer over IP then; 0: it answers */
};
void access_get(const struct user *u, struct access_info *out);

/*
 * ms that a message for the phone of u, who is not there over IP, shall wait
 * for it to register: the rest of "policy primary grace" since it came within
 * reach, or since somebody first asked while nothing was known; and the rest
 * of a question that is out.  0: go on.
 */
int64_t access_wait(const struct user *u);
/* The same before it is decided: begins the wait, and asks who knows. */
int64_t access_expect(const struct user *u, struct strv number);

void access_register(void);	/* metrics */
void access_start(void);
void access_stop(void);

#endif
