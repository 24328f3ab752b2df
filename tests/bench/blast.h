/* blast.h - the parts of the load generator (one program, tests/bench). */

#ifndef BENCH_BLAST_H
#define BENCH_BLAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strv.h"

enum {
	MAX_WINDOW	= 32768,	/* transactions in flight */
	MAX_BODY	= 8192,		/* bytes of text in one message */
	MAX_PACKET	= MAX_BODY + 4096,
	MAX_NAME	= 24,		/* user part of an address, with NUL */
};

/* What a case needs and when one of its messages is complete. */
enum {
	NEED_ANSWER	= 0x01,	/* final answer to the sender */
	NEED_PUSH	= 0x02,	/* the recipient has it */
	NEED_DELIVERED	= 0x04,	/* the sender has the delivery notification */
	NEED_DISPLAYED	= 0x08,	/* and the read report */
	NEED_ALL	= 0x0f,
	REG_RECIPIENTS	= 0x10,	/* registered before the measured time */
	REG_SENDERS	= 0x20,
	USE_CPIM	= 0x40,
	USE_TEL		= 0x80,	/* recipients are telephone numbers */
	LOAD_REGISTER	= 0x100,	/* the load is REGISTER */
	LOAD_WAKE	= 0x200,	/* one REGISTER, then await a push */
	TO_GROUP	= 0x400,	/* each for all recipients; each push counts */
	WANT_REPORTS	= 0x800,	/* USE_CPIM: both notifications are asked for */
};

struct options {
	const char *kase;
	unsigned needs;		/* of the case, from the enum above */
	const char *peer;	/* reported as is */
	const char *label;	/* reported as is; "" when none */
	bool durable;		/* reported as is */
	const char *server;	/* HOST:PORT, numeric */
	const char *local;	/* address to bind, numeric */
	const char *domain;
	const char *password;	/* of every account */
	const char *tel;	/* prefix of the numbers, e.g. +1777 */
	const char *metrics;	/* admin socket, or NULL */
	const char *path;	/* http: path and query, %u is the number,
				   several with blanks between, in turns;
				   disk: a folder */
	const char *token;	/* http: of the API, or NULL; several with
				 * blanks between are shared out */
	const char *change;	/* http: PATCH with this body, or NULL */
	unsigned users;		/* pairs of sender and recipient */
	unsigned first;		/* index of the first user */
	unsigned window;	/* messages in flight; closed loop */
	double rate;		/* messages/s; 0 = closed loop */
	unsigned count;		/* stop after so many; 0 = by time */
	unsigned body;		/* bytes of text */
	unsigned expires;	/* of REGISTER, s; 0 takes it back */
	double seconds, warmup, drain;
	const char *pids;	/* processes measured, N,N...; or NULL */
	bool digest;		/* credentials on MESSAGE too */
	bool identity;		/* P-Asserted-Identity, as a trusted peer */
	bool refresh;		/* REGISTER again with the nonce in hand */
	bool tls;		/* http: HTTPS; no certificate is checked */
};

/* --- blast_stat.c: time, histograms, processes, the result --------------- */

/* Buckets: 64 linear ones per power of two, so 1.6 % wide at most. */
struct hist {
	uint32_t n[64 * 28];
	uint64_t total;
	int64_t max_us;
};

struct usage {
	int64_t cpu_us;		/* user and system, all its processes */
	long rss_kb;		/* now */
	long peak_kb;		/* high water; the same as now for a family */
};

struct result {
	uint64_t done, transactions;
	uint64_t total;		/* asked for, with the warm-up */
	uint64_t retransmissions;	/* ours */
	uint64_t repeated;	/* pushes of what the recipient had already */
	uint64_t lost;		/* not complete at the end of the drain */
	uint64_t overrun;	/* not sent: no room in flight */
	uint32_t status[700];	/* final answers other than 2xx */
	struct hist answer, whole;
	double elapsed_s;
	double lag_p99_ms, lag_max_ms;	/* of its loop; < 0 when unknown */
	struct usage before, after;
};

int64_t now_us(void);
void hist_add(struct hist *h, int64_t us);
/* Value below which the given part (0 to 1) lies, in ms; 0 when empty. */
double hist_ms(const struct hist *h, double part);
/* The processes "N,N..." and their descendants; zeroes for NULL. */
struct usage usage_of(const char *pids);
/* One JSON line on stdout. */
void result_print(const struct options *o, const struct result *r);

/* --- blast_net.c: UDP in batches ----------------------------------------- */

struct net;

/* A socket bound to an ephemeral port of local and connected to server. */
struct net *net_new(const char *local, const char *server);
void net_free(struct net *n);
int net_fd(const struct net *n);
unsigned net_port(const struct net *n);
/* Copies; goes out at the next flush or when the batch is full. */
void net_send(struct net *n, const char *p, size_t len);
void net_flush(struct net *n);
typedef void net_packet_fn(struct strv packet, void *arg);
/* Call fn for what has arrived; false when nothing had. */
bool net_read(struct net *n, net_packet_fn *fn, void *arg);
/* HOST:PORT to a TCP connection, non-blocking; -1 when refused. */
int net_tcp(const char *server);
/* A port that was free on local, UDP and TCP, a moment ago. */
unsigned net_free_port(const char *local);

/* --- blast_digest.c: HTTP digest, MD5 and SHA-256, qop=auth -------------- */

struct challenge {
	char realm[64], nonce[256], opaque[128];
	bool sha256, proxy;
	char ha1[65];		/* once computed; "" before */
	uint32_t nc;
};

/* The value of WWW-Authenticate or Proxy-Authenticate. */
bool challenge_parse(struct strv value, bool proxy, struct challenge *out);
/* Writes the whole header line with CRLF; counts nc up. */
size_t challenge_answer(struct challenge *c, char *out, size_t size,
    const char *user, const char *password, const char *method,
    const char *uri);

/* --- blast_sip.c: just enough SIP ---------------------------------------- */

struct sip {
	int status;		/* 0 for a request */
	struct strv method;	/* requests */
	struct strv via[8];	/* values, topmost first */
	unsigned vias;
	struct strv from, to, call_id, cseq;
	struct strv www[2], proxy[2];	/* challenges */
	struct strv body;
};

bool sip_parse(struct strv packet, struct sip *out);
/* Our branch of the topmost Via: what follows "z9hG4bK-"; or none. */
struct strv sip_branch(const struct sip *s);
/* 200 OK to a request; returns its length. */
size_t sip_ok(const struct sip *s, char *out, size_t size);

/* --- blast_text.c: the requests we send ---------------------------------- */

enum kind { KIND_MESSAGE, KIND_DELIVERED, KIND_DISPLAYED, KIND_REGISTER };

struct account {
	char user[MAX_NAME];
	uint32_t cseq;		/* of its REGISTER */
	bool challenged;	/* c is valid */
	bool registered;
	struct challenge c;
};

struct request {
	enum kind kind;
	uint32_t job;		/* number of the user message */
	uint32_t run;		/* differs between runs */
	uint32_t branch[2];	/* slot and generation */
	unsigned attempt;	/* 0, or 1 with credentials asked for */
	struct account *from, *to;
	unsigned port;		/* ours */
};

size_t text_request(const struct options *o, const struct request *q,
    char *out, size_t size);
/* What marks the messages of a run: finds a job's number in a body. */
bool text_find_job(struct strv body, uint32_t run, uint32_t *job);

/* --- blast_flight.c: client transactions in flight ----------------------- */

struct flight {
	struct request q;
	struct net *net;
	uint32_t next_free;
	bool used;
	int64_t first_us, due_us, interval_us;
	size_t n, size;		/* of bytes */
	char *bytes;		/* as sent, for retransmission */
};

struct flights {
	const struct options *o;
	struct flight *slot;	/* MAX_WINDOW of them, those below top used */
	uint32_t top, free, in_use;
	uint64_t retransmissions;
};

void flights_init(struct flights *all, const struct options *o);
void flights_deinit(struct flights *all);
/* Fills in q's branch and port, and sends; NULL when all are in use. */
struct flight *flight_start(struct flights *all, struct net *net,
    const struct request *q, int64_t now);
/* The flight that a response's branch names, or NULL. */
struct flight *flight_find(struct flights *all, struct strv branch,
    uint32_t run);
/* A provisional answer: repeat only every T2. */
void flight_slow(struct flight *f, int64_t now);
void flight_end(struct flights *all, struct flight *f);
typedef void flight_timeout_fn(struct flight *f, void *arg);
/* Repeat what is due; fn for what had no answer in 64 * T1, then end it. */
void flights_tick(struct flights *all, int64_t now, flight_timeout_fn *fn,
    void *arg);

/* --- the loads ----------------------------------------------------------- */

/* blast_load.c: SIP; 0, or 1 when there was nothing to measure. */
int load_run(const struct options *o, struct result *r);
/*
 * blast_http.c: GET o->path on o->window connections that stay open, until
 * the time is over or SIGTERM comes.
 */
int http_run(const struct options *o, struct result *r);
/* blast_disk.c: append 4 kB and fdatasync, in the folder o->path. */
int disk_run(const struct options *o, struct result *r);

/* --- blast_tls.c: HTTPS -------------------------------------------------- */

struct tls;

/* fd, non-blocking, is connected and stays the caller's; NULL: no handshake. */
struct tls *tls_new(int fd);
void tls_free(struct tls *t);		/* NULL is fine */
/* As read() and write() of a non-blocking fd. */
ssize_t tls_read(struct tls *t, char *p, size_t n);
ssize_t tls_write(struct tls *t, const char *p, size_t n);

/* --- blast_metrics.c ----------------------------------------------------- */

/* Cumulative buckets of one histogram of the daemon's metrics. */
struct buckets {
	unsigned n;
	double le[40], count[40];
};

/* GET /metrics on a Unix socket; false when it cannot be had. */
bool metrics_buckets(const char *path, const char *name, struct buckets *b);
/* The same for a single number without labels. */
bool metrics_value(const char *path, const char *name, double *out);
/* Upper bound of the bucket that holds the part (1: the most) between two. */
double metrics_quantile(const struct buckets *before,
    const struct buckets *after, double part);

#endif
