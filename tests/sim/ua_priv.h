/* ua_priv.h - what ua.c, uareq.c, uareg.c, uamsg.c and uarecv.c share. */

#ifndef SIM_UA_PRIV_H
#define SIM_UA_PRIV_H

#include "cpim.h"
#include "digest.h"
#include "sipnet.h"
#include "ua.h"

#define ICSI	"urn:urn-7:3gpp-service.ims.icsi.oma.cpm."
#define ICSI_TAG "+g.3gpp.icsi-ref=\"urn%%3Aurn-7%%3A3gpp-service.ims.icsi." \
		"oma.cpm.msg"
#define UA_ALLOW "Allow: MESSAGE, OPTIONS, NOTIFY\r\n"

struct ua {
	struct ua *next;
	char *name, *aor, *user, *password, *instance;
	char *number;			/* user part of aor */
	char *domain;			/* "sip:" and the host of aor */
	bool plain;			/* an ordinary softphone */
	struct sipnet net;
	char local[64];
	struct digest auth[2];		/* 401, 407 */
	struct ua_request *requests;	/* without a final response yet */

	/* registration: uareg.c */
	char reg_call_id[37], reg_tag[9];
	uint32_t reg_cseq;
	long expires;			/* asked for; 0: not registered */
	struct buf service_route;	/* Route lines of other requests */
	struct timer refresh;

	/* messages: uamsg.c, uarecv.c */
	bool auto_imdn, auto_display;
	int answer;			/* to MESSAGE; 0: none */
	struct buf last;		/* the last MESSAGE as sent */
	char last_branch[32];
	struct seen_id *seen;		/* imdn.Message-IDs received */
};

/* One request until its final response, through challenges. */
struct ua_request {
	struct ua_request *next;
	struct ua *ua;
	const char *method;
	char *uri, *from, *to;
	char call_id[37], from_tag[9];
	uint32_t cseq;
	int tries;			/* challenges answered */
	struct buf headers;		/* lines with CRLF */
	char *type;			/* Content-Type, or NULL */
	struct buf body;
	void (*done)(struct ua_request *r, const struct sipmsg *m);

	/* for the events and what follows */
	char *message_id;		/* or NULL */
	const char *report;		/* "delivered", "displayed", or NULL */
	char *report_id, *datetime, *conversation;
	bool then_display;
};

/* --- uareq.c --- */
struct ua_request *ua_request_new(struct ua *ua, const char *method,
	const char *uri, const char *to);
/* done gets the final response or NULL; the request is freed after it. */
void ua_request_send(struct ua_request *r);
void ua_request_free(struct ua_request *r);
void ua_response_event(const struct ua_request *r, const struct sipmsg *m);

/* --- uareg.c --- */
void ua_register(struct ua *ua, long expires, bool all);

/* --- uamsg.c --- */
void ua_message(struct ua *ua, const struct words *w);
void ua_imdn_command(struct ua *ua, const struct words *w);
void ua_resend(struct ua *ua);
/* Report on message id to its sender; display follows if then_display. */
void ua_report(struct ua *ua, const char *to, const char *id,
	const char *status, struct strv datetime, struct strv conversation,
	bool then_display);

/* --- uarecv.c --- */
void ua_request_received(void *ua, struct sip_server *server,
	const struct sipmsg *m);
void ua_seen_free(struct ua *ua);

/* --- ua.c --- */
void ua_contact(const struct ua *ua, struct buf *to);	/* value */
void event_message_headers(const struct sipmsg *m);

#endif
