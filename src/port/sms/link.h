/* link.h - a gateway: its binds, what waits for them, what they count. */

#ifndef PORT_SMS_LINK_H
#define PORT_SMS_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "dir/gateways.h"
#include "dir/overrides.h"
#include "loop/resolve.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "port/sms/count.h"
#include "port/sms/habit.h"
#include "port/sms/pace.h"
#include "port/sms/settings.h"
#include "port/sms/window.h"
#include "wire/smpp.h"

struct leg;
struct sms_link;

/*
 *  CLOSED --> CONNECTING --> BINDING --> BOUND --> UNBINDING --> CLOSED
 *     ^           |             |          |
 *     +-----------+-------------+----------+   lost, refused, malformed
 *
 * CONNECTING: name look-up, TCP and TLS.
 */
enum sms_state {
	SMS_CLOSED, SMS_CONNECTING, SMS_BINDING, SMS_BOUND, SMS_UNBINDING,
	SMS_NSTATES
};
const char *sms_state_name(enum sms_state s);	/* "bound" */

/* One session with the service centre (bind.c). */
struct sms_bind {
	struct sms_link *link;
	uint64_t id;		/* for answers that come later; never reused */
	uint32_t mode;		/* the bind command */
	enum sms_state state;
	struct resolve *resolve;
	struct stream *stream;
	struct timer timer;	/* what the state waits for */
	struct timer watch;	/* silence, and late answers */
	struct sms_window window;
	size_t host, address;	/* tried last, of the settings and its name */
	unsigned tries;		/* to connect since the last good bind */
	uint32_t enquire_seq;	/* 0: none is out */
	int64_t enquired;	/* now_mono() ms */
	unsigned misses;	/* enquire_links without an answer */
	int64_t heard;		/* last PDU from the peer, now_mono() ms */
	int64_t bound_at;	/* now_mono() ms; 0: never */
	bool stopping;		/* stays CLOSED */
};

struct sms_link {
	struct list hook;	/* sms_links */
	struct gateway gateway;
	char name[33];
	char why[160];		/* gateway.why */
	char aside_text[160];	/* gateway.aside */
	enum override_link aside;	/* what an operator wants */
	struct sms_conf conf;
	struct secure *secure;	/* NULL: no TLS */
	struct sms_bind *out;	/* transceiver, or transmitter */
	struct sms_bind *in;	/* receiver; NULL with a transceiver */
	bool pair;		/* set so, or the transceiver was refused */
	int64_t since;		/* ms: when its state began */

	struct list queue;	/* submit.c: messages with parts to send */
	unsigned in_flight;	/* legs */
	bool pump_due;
	uint16_t refs[256];	/* concatenation references by destination */
	struct sms_bucket bucket;
	struct sms_throttle throttle;
	uint32_t congestion;	/* the status that asked for it */
	struct timer pace;	/* next token, or end of a throttle pause */

	struct sms_habit habit;	/* how it writes message ids */
	struct sms_count count;
};

/* --- all links (link.c) ------------------------------------------------------ */

extern struct list sms_links;
struct sms_link *sms_link_find(struct strv name);
/* A gateway's settings changed, or it is gone. */
void sms_link_applied(const char *name, bool gone);
/* Somebody drained it, freed it, or set its rate. */
void sms_link_operated(struct strv name);
/* A leg of one that is drained ended: was it the last? */
void sms_link_drain(struct sms_link *k);
void sms_links_start(void);	/* from now on links are opened */
void sms_links_stop(void (*done)(void));	/* unbind all, 5 s at most */
void sms_links_fini(void);

/* --- what the binds tell their link (link.c) ---------------------------------- */

/* b->state or the reason for it changed; why is for people. */
void sms_link_changed(struct sms_bind *b, const char *why);
/* The transceiver is not known there: two binds instead. */
void sms_link_use_pair(struct sms_link *k);
bool sms_link_is_up(const struct sms_link *k);	/* submits may go out */
/* The peer is congested. */
void sms_link_throttle(struct sms_link *k, uint32_t status);

/* --- sessions (bind.c) ----------------------------------------------------------- */

struct sms_bind *sms_bind_new(struct sms_link *k, uint32_t mode);
/* Says good-bye, but does not wait for the answer.  NULL is fine. */
void sms_bind_free(struct sms_bind *b);
struct sms_bind *sms_bind_find(uint64_t id);	/* NULL: no more */
void sms_bind_open(struct sms_bind *b);		/* now */
/* Say good-bye, then stay CLOSED. */
void sms_bind_unbind(struct sms_bind *b);
/* Close, and open again later; pause 0: the usual time. */
void sms_bind_drop(struct sms_bind *b, enum sms_drop reason, int64_t pause,
    const char *why);
/* ERR_OK; ERR_BUSY: closed, or too much waits; else as smpp_encode(). */
enum err sms_bind_send(struct sms_bind *b, const struct smpp_pdu *p);
/* Answer a request of the peer, if that session still stands. */
void sms_bind_answer(uint64_t bind, uint32_t command, uint32_t seq,
    uint32_t status);
/* A submit_sm left with this sequence number. */
void sms_bind_sent(struct sms_bind *b, uint32_t seq, void *owner,
    unsigned part);

/* --- messages out (submit.c) ------------------------------------------------------ */

void sms_submit(struct sms_link *k, struct leg *l);
void sms_submit_pump(struct sms_link *k);	/* soon */
void sms_submit_answered(struct sms_bind *b, const struct sms_sent *s,
    const struct smpp_pdu *p);
void sms_submit_late(struct sms_bind *b, const struct sms_sent *s);
/* The bind is gone: no answer will come to s, nothing more goes out by b. */
void sms_submit_lost(struct sms_bind *b, const struct sms_sent *s);
/* Nothing goes out for a while: give back what was not begun. */
void sms_submit_return(struct sms_link *k);

/* --- messages in (deliver.c), receipts (receipt.c) ---------------------------------- */

void sms_deliver(struct sms_bind *b, const struct smpp_pdu *p);
void sms_deliver_load(void);	/* parts on disk; once, at start */
void sms_deliver_tick(void);	/* once a second */
void sms_deliver_fini(void);
void sms_receipt(struct sms_bind *b, const struct smpp_pdu *p);
/* An answer named a message: receipts may have come before it. */
void sms_receipt_named(struct sms_link *k, struct strv ref);
void sms_receipt_tick(void);	/* once a second */
void sms_receipt_fini(void);

#endif
