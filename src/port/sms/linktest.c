/* linktest.c - a gateway's link tried step by step, on a connection apart. */

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/now.h"
#include "port/sms/linktest.h"

#define WHOLE_MS	60000
#define CONNECT_MS	5000	/* one address */
#define MAX_IN		8192
#define MAX_OUT		70000

static const struct {
	const char *name;
	int64_t limit_ms;
} stages[STAGE_N] = {
	[STAGE_RESOLVE]	= { "resolve", 10000 },
	[STAGE_CONNECT]	= { "connect", CONNECT_MS },
	[STAGE_TLS]	= { "tls", 10000 },
	[STAGE_BIND]	= { "bind", 10000 },
	[STAGE_ECHO]	= { "echo", 10000 },
	[STAGE_SUBMIT]	= { "submit", 10000 },
	[STAGE_UNBIND]	= { "unbind", 5000 },
};

const char *sms_stage_name(enum sms_stage s)
{
	return stages[s].name;
}

const char *sms_result_name(enum sms_result r)
{
	static const char *const names[] = { "waiting", "running", "ok",
		"failed", "skipped" };

	return names[r];
}

/* --- the end ---------------------------------------------------------------- */

static void close_all(struct sms_linktest *t)
{
	t->over = true;
	timer_cancel(&t->timer);
	timer_cancel(&t->whole);
	resolve_cancel(t->resolve);
	t->resolve = NULL;
	if (t->fd >= 0) {
		watch_close(&t->watch);
		(void)close(t->fd);
	}
	t->fd = -1;
	stream_free(t->stream);
	t->stream = NULL;
	secure_free(t->secure);
	t->secure = NULL;
	explicit_bzero(t->password, sizeof(t->password));
}

static void end(struct sms_linktest *t, bool ok)
{
	for (int i = 0; i < STAGE_N; i++)
		if (t->steps[i].result == STAGE_WAITING)
			t->steps[i].result = STAGE_SKIPPED;
	close_all(t);
	t->ended(t, ok);
}

static void step_over(struct sms_linktest *t, enum sms_result r)
{
	struct sms_step *s = &t->steps[t->at];

	timer_cancel(&t->timer);
	s->result = r;
	s->ms = (now_us() - s->began) / 1000;
	t->stepped(t);
}

__attribute__((format(printf, 3, 4)))
static void fail(struct sms_linktest *t, const char *remedy, const char *fmt,
    ...)
{
	struct sms_step *s = &t->steps[t->at];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(s->detail, sizeof(s->detail), fmt, ap);
	va_end(ap);
	(void)snprintf(s->remedy, sizeof(s->remedy), "%s", remedy);
	step_over(t, STAGE_FAILED);
	end(t, false);
}

__attribute__((format(printf, 2, 3)))
static void done(struct sms_linktest *t, const char *fmt, ...)
{
	struct sms_step *s = &t->steps[t->at];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(s->detail, sizeof(s->detail), fmt, ap);
	va_end(ap);
	step_over(t, STAGE_OK);
}

static void begin(struct sms_linktest *t, enum sms_stage s)
{
	t->at = s;
	if (t->steps[s].result != STAGE_RUNNING)	/* the next address */
		t->steps[s].began = now_us();
	t->steps[s].result = STAGE_RUNNING;
	timer_set(&t->timer, stages[s].limit_ms);
}

/* --- SMPP ------------------------------------------------------------------- */

static void tell(struct sms_linktest *t, struct smpp_pdu *p)
{
	struct buf out;

	buf_init(&out, MAX_OUT);
	if (smpp_encode(p, &out) == ERR_OK && t->stream)
		(void)stream_write(t->stream, buf_strv(&out));
	explicit_bzero(out.p, out.n);
	buf_deinit(&out);
}

static void request(struct sms_linktest *t, struct smpp_pdu *p)
{
	p->seq = ++t->seq;
	tell(t, p);
}

static void unbind(struct sms_linktest *t)
{
	struct smpp_pdu p = { .id = SMPP_UNBIND };

	begin(t, STAGE_UNBIND);
	request(t, &p);
}

static void submit(struct sms_linktest *t)
{
	struct smpp_pdu p = { .id = SMPP_SUBMIT_SM, .src = t->src,
		.dst = t->dst, .data_coding = t->data_coding,
		.short_message = { t->text, t->ntext } };

	begin(t, STAGE_SUBMIT);
	(void)SMPP_SET(p.service_type, strv(t->conf.service_type));
	request(t, &p);
}

static void echo(struct sms_linktest *t)
{
	struct smpp_pdu p = { .id = SMPP_ENQUIRE_LINK };

	begin(t, STAGE_ECHO);
	request(t, &p);
}

static void try_bind(struct sms_linktest *t)
{
	const struct sms_peer *peer = &t->conf.peer;
	struct smpp_pdu p = { .id = t->mode, .interface_version = SMPP_V34 };

	begin(t, STAGE_BIND);
	(void)SMPP_SET(p.system_id, strv(peer->system_id));
	(void)SMPP_SET(p.system_type, strv(peer->system_type));
	(void)SMPP_SET(p.range.addr, strv(peer->address_range));
	(void)SMPP_SET(p.password, strv(t->password));
	request(t, &p);
	explicit_bzero(p.password, sizeof(p.password));
}

static void bind_refused(struct sms_linktest *t, uint32_t status)
{
	const struct sms_refusal *r = sms_refusal(status);

	if (r->try_pair && t->mode == SMPP_BIND_TRANSCEIVER) {
		t->mode = SMPP_BIND_TRANSMITTER;	/* as the link does */
		try_bind(t);
		return;
	}
	fail(t, status == SMPP_RALYBND ? "it allows no session more: if the "
	    "gateway is bound now, gateway drain it and test again" :
	    *r->remedy ? r->remedy : "ask the service centre what it means by "
	    "this", "refused: %s (%s)", smpp_status_text(status),
	    smpp_status_name(status));
}

static void bind_answered(struct sms_linktest *t, const struct smpp_pdu *p)
{
	if (p->status != SMPP_ROK) {
		bind_refused(t, p->status);
		return;
	}
	done(t, "bound as %s, the service centre calls itself \"%s\"",
	    t->mode == SMPP_BIND_TRANSCEIVER ? "transceiver" : "transmitter",
	    p->system_id);
	echo(t);
}

static void echo_answered(struct sms_linktest *t, const struct smpp_pdu *p)
{
	(void)p;		/* it lives, whatever it says */
	done(t, "answers enquire_link");
	if (t->submit)
		submit(t);
	else
		unbind(t);
}

static void submit_answered(struct sms_linktest *t, const struct smpp_pdu *p)
{
	if (p->status != SMPP_ROK) {
		fail(t, "the link is good: check the number, and source, "
		    "source-ton and source-npi of the gateway",
		    "refused: %s (%s)", smpp_status_text(p->status),
		    smpp_status_name(p->status));
		return;
	}
	done(t, "taken, message id %s", p->message_id);
	unbind(t);
}

static void unbound(struct sms_linktest *t, const char *how)
{
	done(t, "%s", how);
	end(t, true);
}

static void unbind_answered(struct sms_linktest *t, const struct smpp_pdu *p)
{
	(void)p;
	unbound(t, "answered");
}

/* What each step waits for; a generic_nack of ours is an answer, too. */
static void answered(struct sms_linktest *t, const struct smpp_pdu *p)
{
	static void (*const handle[STAGE_N])(struct sms_linktest *,
	    const struct smpp_pdu *) = {
		[STAGE_BIND] = bind_answered, [STAGE_ECHO] = echo_answered,
		[STAGE_SUBMIT] = submit_answered,
		[STAGE_UNBIND] = unbind_answered,
	};

	if (p->seq == t->seq && handle[t->at])
		handle[t->at](t, p);
}

static void asked(struct sms_linktest *t, const struct smpp_pdu *p)
{
	struct smpp_pdu a;

	if (p->id == SMPP_ALERT_NOTIFICATION || p->id == SMPP_OUTBIND)
		return;
	smpp_answer(p, p->id == SMPP_ENQUIRE_LINK || p->id == SMPP_UNBIND ?
	    SMPP_ROK : SMPP_RX_T_APPN, &a);
	tell(t, &a);
	if (p->id == SMPP_UNBIND && t->at != STAGE_UNBIND)
		fail(t, "ask the service centre why it ends the session",
		    "unbound by the service centre");
}

static size_t input(struct strv bytes, void *arg)
{
	struct sms_linktest *t = arg;
	size_t used = 0;

	while (used < bytes.n && !t->over) {
		struct strv rest = { bytes.p + used, bytes.n - used };
		struct smpp_pdu p;
		size_t n;

		if (smpp_frame(rest, MAX_IN, &n) != ERR_OK) {
			fail(t, "this is no SMPP: check the port; or it wants "
			    "TLS: set tls on", "sent what is no PDU");
			break;
		}
		if (n == 0)
			break;
		used += n;
		if (smpp_decode((struct strv){ rest.p, n }, &p) != ERR_OK)
			fail(t, "tell the service centre; messages will "
			    "suffer", "sent a malformed PDU: %s",
			    smpp_status_text(p.fault));
		else if (p.id & SMPP_RESP)
			answered(t, &p);
		else
			asked(t, &p);
	}
	return used;
}

/* --- the connection --------------------------------------------------------- */

static void opened(void *arg)
{
	struct sms_linktest *t = arg;

	if (t->at == STAGE_TLS)
		done(t, t->conf.peer.tls_verify ? "encrypted, certificate "
		    "trusted" : "encrypted; the certificate was not looked "
		    "at: tls-verify is off");
	try_bind(t);
}

static void closed(const char *why, void *arg)
{
	static const char *const remedies[STAGE_N] = {
		[STAGE_TLS] = "check tls-ca and the name in address; set tls "
		    "off if the service centre has none",
		[STAGE_BIND] = "does the service centre allow this host? or "
		    "it wants TLS: set tls on",
	};
	struct sms_linktest *t = arg;

	if (t->at == STAGE_UNBIND)
		unbound(t, "closed without an answer");
	else
		fail(t, remedies[t->at] ? remedies[t->at] : "look at the log "
		    "of the service centre", "%s", why);
}

static const struct stream_handler handler = { opened, input, closed };

static void adopt(struct sms_linktest *t)
{
	const struct sms_peer *peer = &t->conf.peer;
	const struct stream_opt opt = {
		.max_in = MAX_IN * 2, .max_out = MAX_OUT,
		.connect_ms = stages[STAGE_TLS].limit_ms,
		.secure = t->secure, .host = peer->hosts[t->host].name,
	};
	int fd = t->fd;

	watch_close(&t->watch);
	t->fd = -1;
	if (peer->tls)
		begin(t, STAGE_TLS);
	else
		t->steps[STAGE_TLS].result = STAGE_SKIPPED;
	t->stream = stream_adopt(fd, &opt, &handler, t);
}

static void address_text(const struct sms_linktest *t, char *out, size_t n)
{
	char host[NI_MAXHOST] = "?", port[NI_MAXSERV] = "";
	const struct sockaddr *sa = (const struct sockaddr *)
	    &t->found.address[t->address].sa;

	(void)getnameinfo(sa, t->found.address[t->address].n, host,
	    sizeof(host), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	(void)snprintf(out, n, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host,
	    port);
}

static void next_host(struct sms_linktest *t);
static void next_address(struct sms_linktest *t);

static void connect_failed(struct sms_linktest *t, int error)
{
	char at[100];

	address_text(t, at, sizeof(at));
	if (t->fd >= 0) {
		watch_close(&t->watch);
		(void)close(t->fd);
	}
	t->fd = -1;
	if (t->address + 1 < t->found.n) {
		t->address++;
		next_address(t);
	} else if (t->host + 1 < t->conf.peer.nhosts) {
		t->host++;
		next_host(t);
	} else {
		fail(t, error == ECONNREFUSED ? "nothing listens there: check "
		    "the port in address, and whether the service centre runs"
		    : "check address, routes and firewalls on the way", "%s: "
		    "%s", at, error ? strerror(error) : "no answer");
	}
}

static void writable(int fd, int events, void *arg)
{
	struct sms_linktest *t = arg;
	int error = 0;
	socklen_t n = sizeof(error);
	char at[100];

	(void)events;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
		error = errno;
	if (error) {
		connect_failed(t, error);
		return;
	}
	address_text(t, at, sizeof(at));
	done(t, "%s", at);
	adopt(t);
}

static void next_address(struct sms_linktest *t)
{
	const struct sockaddr *sa = (const struct sockaddr *)
	    &t->found.address[t->address].sa;

	begin(t, STAGE_CONNECT);
	t->fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (t->fd < 0 || !watch_open(&t->watch, t->fd, WATCH_OUT, writable,
	    t)) {
		fail(t, "too many files are open: see the log", "%s",
		    strerror(errno));
		return;
	}
	if (connect(t->fd, sa, t->found.address[t->address].n) != 0 &&
	    errno != EINPROGRESS)
		connect_failed(t, errno);
}

static void resolved(const struct resolved *r, void *arg)
{
	struct sms_linktest *t = arg;
	const char *name = t->conf.peer.hosts[t->host].name;
	char at[100];

	t->resolve = NULL;
	if (r->n == 0 && t->host + 1 < t->conf.peer.nhosts) {
		t->host++;
		next_host(t);
	} else if (r->n == 0) {
		fail(t, "check the name in address, and the DNS of this host",
		    "%s: %s", name, r->why);
	} else {
		t->found = *r;
		t->address = 0;
		address_text(t, at, sizeof(at));
		done(t, "%s is %s%s", name, at, r->n > 1 ? " and others" : "");
		next_address(t);
	}
}

static void next_host(struct sms_linktest *t)
{
	begin(t, STAGE_RESOLVE);
	t->resolve = resolve_host(strv(t->conf.peer.hosts[t->host].name),
	    t->conf.peer.hosts[t->host].port, resolved, t);
}

static void late(void *arg)
{
	struct sms_linktest *t = arg;

	if (t->at == STAGE_CONNECT)
		connect_failed(t, 0);
	else if (t->at == STAGE_UNBIND)
		unbound(t, "no answer; closed");
	else
		fail(t, t->at == STAGE_BIND ? "something else than SMPP may "
		    "listen there, or it wants TLS: set tls on" :
		    "ask the service centre: it does not answer in time",
		    "no answer in %" PRId64 " s",
		    stages[t->at].limit_ms / 1000);
}

static void too_long(void *arg)
{
	fail(arg, "try fewer addresses", "the whole takes more than %d s",
	    WHOLE_MS / 1000);
}

/* --- life ------------------------------------------------------------------- */

void sms_linktest_start(struct sms_linktest *t)
{
	const struct sms_peer *peer = &t->conf.peer;
	char why[SECURE_WHY];

	t->fd = -1;
	timer_init(&t->timer, "link test", late, t);
	timer_init(&t->whole, "link test", too_long, t);
	timer_set(&t->whole, WHOLE_MS);
	if (peer->tls)
		t->secure = secure_new(peer->tls_ca, peer->tls_verify, why);
	if (peer->tls && !t->secure) {
		begin(t, STAGE_TLS);
		fail(t, "set tls-ca to a readable PEM file", "%s", why);
		return;
	}
	next_host(t);
}

void sms_linktest_stop(struct sms_linktest *t)
{
	struct smpp_pdu p = { .id = SMPP_UNBIND };

	if (t->over)
		return;
	if (t->stream && t->at > STAGE_BIND && t->at < STAGE_UNBIND) {
		request(t, &p);
		stream_finish(t->stream, 1000);
		t->stream = NULL;
	}
	for (int i = 0; i < STAGE_N; i++)
		if (t->steps[i].result <= STAGE_RUNNING)
			t->steps[i].result = STAGE_SKIPPED;
	close_all(t);
}
