/* sip_priv.h - what the files of the SIP edge share. */

#ifndef PORT_SIP_SIP_PRIV_H
#define PORT_SIP_SIP_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/list.h"
#include "base/metric.h"
#include "base/strv.h"

struct request;
struct replay;
struct push;
struct leg;
struct user;
struct message;
struct digest;
struct sipbody_in;

#define NTA_OUTGOING_MAGIC_T	struct push

#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/nta.h>

/* Sofia takes a text or a url_t by the same pointer. */
static inline url_string_t *url_text(const char *s)
{
	return (url_string_t *)(uintptr_t)s;
}

#define SIP_SOURCE	80	/* bytes of a source's text with its NUL */
#define SIP_ACCEPT \
	"text/plain, message/cpim, message/imdn+xml, " \
	"application/im-iscomposing+xml, */*"
#define SIP_ALLOW	"REGISTER, MESSAGE, OPTIONS"

/* --- sip.c: settings and counters -------------------------------------- */

/* Of "policy sip", read when they change. */
struct sip_settings {
	size_t max_message;		/* bytes of a whole request */
	unsigned transaction_ms;	/* timers F and J */
	unsigned idle_ms;		/* of connections */
	unsigned udp_buffer;		/* bytes */
	unsigned device_parallel;
	int64_t nonce_ms;
	bool digest_md5, digest_sha256;
	bool trust_connections;
	bool service_route;
	bool lenient_tags;
	int64_t register_min, register_default, register_max;	/* seconds */
	int64_t flow_timer;		/* seconds */
	const char *service_header;	/* Non-CPM-Service */
	const char *service_param;	/* x-noncpm */
	const char *service_tag;	/* urn:...iari.noncpm. */
};
extern struct sip_settings sip_settings;

enum sip_metric {
	M_REGISTER, M_MESSAGE, M_OPTIONS, M_OTHER,	/* requests in */
	M_1XX, M_2XX, M_3XX, M_4XX, M_5XX, M_6XX,	/* answers out */
	M_AUTH_PASSWORD, M_AUTH_STALE, M_AUTH_REPLAY, M_AUTH_SYNTAX,
	M_AUTH_IDENTITY,
	M_MALFORMED, M_DROPPED, M_FORGED, M_REPLAYED, M_COMPOSING,
	M_REPORT_UNKNOWN,
	M_PUSH_OK, M_PUSH_REFUSED, M_PUSH_UNREACHABLE, M_PUSHES,
	M_RETRANSMITS, M_N
};
extern struct metric sip_metrics[M_N];
static inline void sip_count(enum sip_metric m)
{
	metric_inc(&sip_metrics[m]);
}

/* --- edge.c and listener.c ---------------------------------------------- */

nta_agent_t *edge_agent(void);	/* NULL before start and after stop */
nta_leg_t *edge_leg(void);

/* Whether a URI names this edge: the home domain, or a listener's address. */
bool listener_is_us(const url_t *url);
/* The listener of that name, if it is open and there are others of its
 * transport; else NULL: any will do. */
const char *listener_ident(struct strv name);
/* The name and the URI of the listener a request came in by; the URI has
 * no user: sip:192.0.2.1:5060;transport=tcp */
bool listener_local(const struct request *r, const char **name,
    struct buf *uri);

/* --- request.c: a request in hand, and its answer ------------------------ */

struct request {
	struct list hook;	/* of all that are open */
	struct tport_s *tport;	/* one reference; NULL: its agent is gone */
	msg_t *msg;		/* one reference */
	const sip_t *sip;	/* msg's */
	const struct peer *peer;	/* a configured peer sent it; or NULL */
	struct replay *replay;	/* what is remembered of it */
	char source[SIP_SOURCE];	/* "udp 127.0.0.1:5062 LISTENER" */
};

nta_message_f request_in;	/* for every message of no transaction */
void request_init(void);
void request_fini(void);
void request_orphan(void);	/* the agent dies: nobody can be answered */
size_t request_open(void);	/* requests still without an answer */
void request_expire(void);	/* forget old answers; for a timer */

/*
 * The one answer of a request; frees it.  phrase NULL: the standard one.
 * headers: lines with CRLF, or NULL.
 */
void request_answer(struct request *r, int status, const char *phrase,
    const char *headers);
/* An answer that refuses, and its line in the log; the same rules. */
void request_refuse(struct request *r, int status, const char *phrase,
    const char *headers, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* The value of a header Sofia does not know, or absent; the first one. */
struct strv request_header(const struct request *r, const char *name);
/* The content and the headers that describe it; views, texts in a. */
void request_body(const struct request *r, struct arena *a,
    struct sipbody_in *in);
/* A URI as text, in buf (cleared first). */
void request_url(const url_t *url, struct buf *out);
/* Whether a list header has this word, any case. */
bool request_lists(const msg_list_t *list, const char *word);

/* --- trust.c: who is believed ------------------------------------------- */

struct peer {
	char name[33];
	bool core;		/* an IMS core, not only an honest proxy */
};

void trust_register(void);
void trust_fini(void);
const struct peer *trust_find(const su_sockaddr_t *from);

/* Who a request is from, once that is certain. */
struct identity {
	struct user *user;	/* a user of ours; NULL: a peer vouches */
	struct buf key;		/* the asserted sender */
	bool terminating;	/* the core says: only the recipient's service */
};

/*
 * Find out who sent a request, by a trusted peer's word or by digest.
 * false: it has been answered (challenged or refused) and is gone.
 * id->key is for the caller to deinit in either case.
 */
bool trust_identify(struct request *r, struct identity *id);

/* --- login.c: digest ------------------------------------------------------ */

void login_dir(const char *dir);	/* for the key of the nonces; borrowed */
bool login_start(void);	/* false: no key, said in the log */
void login_stop(void);
/*
 * Check the credentials of a request.  claimed: the user it must be, or NULL
 * for whoever the digest says.  NULL: it has been answered and is gone.
 */
struct user *login_check(struct request *r, struct user *claimed,
    bool claim);

/* --- the methods; each ends in request_answer() ----------------------- */

void registrar_in(struct request *r);
void pager_in(struct request *r);
void options_in(struct request *r);

/* --- push.c: legs to devices ---------------------------------------------- */

void push_init(void);
void push_deliver(struct leg *l);
unsigned push_window(struct strv hop);
void push_orphan(void);		/* the agent dies: answer every leg */
size_t push_open(void);		/* legs not yet answered */

#endif
