/* fake.h - the daemon's inside under a frozen clock, with fake ports. */

#ifndef FLOW_FAKE_H
#define FLOW_FAKE_H

#include "flow/flow.h"
#include "model.h"

/* Open the databases in dir and start the flow on what they hold. */
bool fake_start(struct model *m, const char *dir);

/* Run what is posted, written and due, until nothing is left, or only for
 * the rounds that the model allows. */
void fake_drain(void);
void fake_time(int64_t ms);	/* let ms pass, in steps */

/*
 * Pairs of an argument and its value, then NULL.  An id is that of the message
 * that was submitted with it.
 */
bool fake_operate(const char *command, const char *const *pairs);
bool fake_operation(const char *command, ...) __attribute__((sentinel));
const char *fake_key(const char *name);
bool fake_set(const char *line);	/* set PATH VALUE */
/* For ms; a device that begins with sip: has no instance, but that contact. */
void fake_online(const char *name, const char *device, const char *tags,
    int64_t ms);
void fake_offline(const char *name, const char *device);	/* "": all */
void fake_gateway(const char *name, int state);
void fake_sticky(const char *user, const char *peer, const char *service);
void fake_disk(bool full);
int64_t fake_rows(const char *sql);	/* the number it selects; -1: failed */
void fake_stop(void);		/* no process may follow in this one */

struct fake_message {
	const char *from, *to, *text, *id, *wants, *service;
	const char *recipients;	/* alice,bob: to is the exploder; NULL: no list */
	const char *device;	/* it is sent from; NULL: not known */
	const char *type;	/* of the content; text/plain: it is text */
	int64_t expires;	/* ms from now; -1: not said */
};
void fake_submit(const struct fake_message *what, int64_t wait_ms);
void fake_report(const char *from, const char *to, const char *id,
    enum report_status status);
void fake_receipt(const char *gateway, const char *ref,
    enum report_status status);

/* The device did not answer, though another one may have. */
bool fake_missed(const struct model_sent *s, const char *device);
/* "alert", "attached", ... (flow/access.h); false: there is no such signal */
bool fake_heard(const char *name, const char *signal);

/* Answer one leg; false: it is not open any more. */
bool fake_result(struct model_sent *s, const struct flow_outcome *o);

#endif
