/* smsc.c - simulated service centres: listening, binds, framing, commands. */

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "event.h"
#include "smsc_priv.h"
#include "stats.h"

static struct smsc *all;

struct smsc *smsc_find(const char *name)
{
	struct smsc *c = all;

	while (c && strcmp(c->name, name) != 0)
		c = c->next;
	return c;
}

const char *smsc_name(const struct smsc *c)
{
	return c->name;
}

bool session_receives(const struct session *s)
{
	return s->bound == BIND_RECEIVER || s->bound == BIND_TRANSCEIVER;
}

bool smsc_bound(const struct smsc *c)
{
	for (const struct session *s = c->sessions; s; s = s->next)
		if (session_receives(s))
			return true;
	return false;
}

struct session *session_find(struct smsc *c, uint32_t number)
{
	struct session *s = c->sessions;

	while (s && s->number != number)
		s = s->next;
	return s;
}

static void session_event(const char *kind, const struct session *s)
{
	event(kind);
	event_str("smsc", s->smsc->name);
	event_int("session", s->number);
}

static void session_free(struct session *s, const char *why)
{
	struct session **at = &s->smsc->sessions;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	stats.closed++;
	session_event("closed", s);
	event_str("why", why);
	event_end();
	s->bound = 0;
	deliver_session_closed(s);
	free(s);
}

void session_close(struct session *s, const char *why)
{
	conn_stop(&s->conn);
	session_free(s, why);
}

static void session_send(struct session *s, uint32_t id, uint32_t status,
	uint32_t seq, struct strv body)
{
	struct buf b = BUF_EMPTY;
	size_t start = pdu_begin(&b, id, status, seq);

	buf_adds(&b, body);
	pdu_end(&b, start);
	conn_send(&s->conn, buf_strv(&b));
	buf_deinit(&b);
}

void session_answer(struct session *s, uint32_t id, uint32_t status,
	uint32_t seq, struct strv body)
{
	if (s->smsc->set.wrong_sequence)
		seq += 1000;
	session_send(s, id, status, seq, body);
}

static void nack(struct session *s, uint32_t status, uint32_t seq)
{
	stats.nacks++;
	session_event("nack-sent", s);
	event_status("status", status);
	event_int("seq", seq);
	event_end();
	session_answer(s, GENERIC_NACK, status, seq, STRV_NONE);
}

static uint32_t bind_status(const struct session *s, const struct bind *b)
{
	const struct smsc *c = s->smsc;

	if (s->bound)
		return ESME_RALYBND;
	if (c->set.bind_status != 0)
		return (uint32_t)c->set.bind_status;
	if (strcmp(b->system_id, c->system_id) != 0)
		return ESME_RINVSYSID;
	if (strcmp(b->password, c->password) != 0)
		return ESME_RINVPASWD;
	return ESME_ROK;
}

static void bind_received(struct session *s, const struct pdu *h,
	struct strv body)
{
	struct buf answer = BUF_EMPTY;
	struct bind b;
	uint32_t status = pdu_bind_decode(body, &b);

	if (status == ESME_ROK)
		status = bind_status(s, &b);
	session_event("bind", s);
	event_str("kind", h->id == BIND_RECEIVER ? "rx" :
	    h->id == BIND_TRANSMITTER ? "tx" : "trx");
	event_status("status", status);
	event_str("system-id", b.system_id);
	event_str("system-type", b.system_type);
	event_int("interface-version", b.interface_version);
	event_str("address-range", b.address_range);
	event_end();
	if (status == ESME_ROK) {
		stats.binds++;
		buf_cstr(&answer, s->smsc->system_id);
		pdu_tlv_u8(&answer, TLV_SC_VERSION, 0x34);
		s->bound = h->id;
	}
	session_answer(s, h->id | PDU_RESP, status, h->seq,
	    buf_strv(&answer));
	buf_deinit(&answer);
	if (session_receives(s))
		deliver_session_bound(s->smsc);
}

static void unbind_received(struct session *s, const struct pdu *h,
	struct strv body)
{
	(void)body;
	session_event("unbind", s);
	event_end();
	s->bound = 0;
	session_answer(s, UNBIND | PDU_RESP, ESME_ROK, h->seq, STRV_NONE);
}

static void enquired(struct session *s, const struct pdu *h,
	struct strv body)
{
	(void)body;
	session_answer(s, ENQUIRE_LINK | PDU_RESP, ESME_ROK, h->seq,
	    STRV_NONE);
}

static void response_event(struct session *s, const struct pdu *h,
	struct strv body)
{
	(void)body;
	session_event("response-received", s);
	event_str("pdu", pdu_name(h->id));
	event_status("status", h->status);
	event_int("seq", h->seq);
	event_end();
}

static void deliver_resp(struct session *s, const struct pdu *h,
	struct strv body)
{
	(void)body;
	deliver_answered(s, h);
}

static const struct {
	uint32_t id;
	void (*received)(struct session *s, const struct pdu *h,
		struct strv body);
} pdus[] = {
	{ SUBMIT_SM, submit_received },
	{ DELIVER_SM | PDU_RESP, deliver_resp },
	{ ENQUIRE_LINK, enquired },
	{ BIND_TRANSCEIVER, bind_received },
	{ BIND_TRANSMITTER, bind_received },
	{ BIND_RECEIVER, bind_received },
	{ UNBIND, unbind_received },
	{ UNBIND | PDU_RESP, response_event },
	{ ENQUIRE_LINK | PDU_RESP, response_event },
	{ GENERIC_NACK, response_event },
};

static void received(struct session *s, const struct pdu *h, struct strv body)
{
	stats.pdus++;
	for (size_t i = 0; i < sizeof(pdus) / sizeof(pdus[0]); i++) {
		if (pdus[i].id == h->id) {
			pdus[i].received(s, h, body);
			return;
		}
	}
	if (!(h->id & PDU_RESP))
		nack(s, ESME_RINVCMDID, h->seq);
}

/* Whole PDUs off the front of the input; false if the session closed. */
static bool data(void *arg)
{
	struct session *s = arg;
	struct buf *in = &s->conn.in;
	size_t at = 0;

	if (s->smsc->set.half_open) {
		in->n = 0;
		return true;
	}
	while (in->n - at >= PDU_HEAD) {
		struct pdu h = pdu_head(in->p + at);
		struct strv body;

		if (h.length < PDU_HEAD || h.length > PDU_MAX) {
			nack(s, ESME_RINVCMDLEN, 0);
			s->conn.corked = false;
			conn_send(&s->conn, STRV(""));
			session_close(s, "no PDU has this length");
			return false;
		}
		if (in->n - at < h.length)
			break;
		body = (struct strv){ in->p + at + PDU_HEAD,
		    h.length - PDU_HEAD };
		received(s, &h, body);
		at += h.length;
		s->pdus++;
		if (s->smsc->set.close_after > 0 &&
		    s->pdus >= s->smsc->set.close_after) {
			session_close(s, "close-after");
			return false;
		}
	}
	buf_drop(in, at);
	return true;
}

static void closed(void *arg)
{
	session_free(arg, "by the peer");
}

static const struct conn_handler handler = { data, closed };

static void accepting(void *arg, uint32_t events)
{
	struct smsc *c = arg;
	int fd = net_accept(c->listener.fd);
	struct session *s;

	(void)events;
	if (fd < 0)
		return;
	s = xalloc(sizeof(*s));
	s->smsc = c;
	s->number = ++c->next_session;
	s->sent_end = &s->sent;
	s->next = c->sessions;
	c->sessions = s;
	conn_start(&s->conn, fd, &handler, s);
	conn_deaf(&s->conn, c->set.half_open);
	session_event("connected", s);
	event_end();
}

/* --- commands --- */

static void stop_listening(struct smsc *c)
{
	int fd = c->listener.fd;

	if (!c->listener.on)
		return;
	watch_stop(&c->listener);
	close(fd);
}

static bool listen_now(struct smsc *c)
{
	int fd = net_listen(&c->at);

	if (fd < 0 || !net_local(fd, &c->at)) {
		refuse("cannot listen: %s", strerror(errno));
		return false;
	}
	watch_start(&c->listener, fd, EPOLLIN, accepting, c);
	event("smsc-listening");
	event_str("smsc", c->name);
	event_int("port", addr_port(&c->at));
	event_end();
	return true;
}

static void start(const struct words *w)
{
	const char *listen_at = "127.0.0.1:0", *id = "parley", *pass = "";
	const struct opt opts[] = {
		{ "listen", OPT_TEXT, &listen_at },
		{ "system-id", OPT_TEXT, &id },
		{ "password", OPT_TEXT, &pass },
		{ NULL, OPT_FLAG, NULL },
	};
	struct smsc *c;
	struct addr at;

	if (smsc_find(w->w[2])) {
		refuse("there is a service centre %s", w->w[2]);
		return;
	}
	if (!words_options(w, 3, opts))
		return;
	if (!addr_parse(listen_at, &at)) {
		refuse("no address: %s", listen_at);
		return;
	}
	c = xalloc(sizeof(*c));
	c->name = new_str(w->w[2]);
	c->system_id = new_str(id);
	c->password = new_str(pass);
	c->at = at;
	/* another run must not give out the same identifiers again */
	c->next_id = (uint64_t)time(NULL) << 4 & 0xffffffff;
	c->waiting_end = &c->waiting;
	smscset_init(c);
	c->next = all;
	all = c;
	listen_now(c);
}

static void cmd_listen(struct smsc *c, const struct words *w)
{
	(void)w;
	if (!c->listener.on)
		listen_now(c);
}

static void cmd_drop(struct smsc *c, const struct words *w)
{
	(void)w;
	while (c->sessions)
		session_close(c->sessions, "dropped");
}

static void cmd_stop(struct smsc *c, const struct words *w)
{
	stop_listening(c);
	cmd_drop(c, w);
}

static void to_all(struct smsc *c, uint32_t id)
{
	for (struct session *s = c->sessions; s; s = s->next)
		session_send(s, id, 0, ++s->seq, STRV_NONE);
}

static void cmd_unbind(struct smsc *c, const struct words *w)
{
	(void)w;
	to_all(c, UNBIND);
}

static void cmd_enquire(struct smsc *c, const struct words *w)
{
	(void)w;
	to_all(c, ENQUIRE_LINK);
}

static void cmd_raw(struct smsc *c, const struct words *w)
{
	struct buf b = BUF_EMPTY;

	if (w->n != 4 || !text_encode(BINARY, strv(w->w[3]), &b))
		refuse("smsc NAME raw HEX");
	for (struct session *s = c->sessions; s && b.n > 0; s = s->next)
		conn_send(&s->conn, buf_strv(&b));
	buf_deinit(&b);
}

/* 4.12.1: which phone, and who had asked for it (set_dpf). */
static void cmd_alert(struct smsc *c, const struct words *w)
{
	const char *from = NULL;
	long status = -1, ton = 1, npi = 1;
	const struct opt opts[] = {
		{ "from", OPT_TEXT, &from },
		{ "status", OPT_NUMBER, &status },
		{ "ton", OPT_NUMBER, &ton },
		{ "npi", OPT_NUMBER, &npi },
		{ NULL, OPT_FLAG, NULL },
	};
	struct buf b = BUF_EMPTY;

	if (!words_options(w, 3, opts))
		return;
	if (!from) {
		refuse("smsc NAME alert from NUMBER");
		return;
	}
	buf_u8(&b, (unsigned)ton);
	buf_u8(&b, (unsigned)npi);
	buf_cstr(&b, from);
	buf_u8(&b, 0);
	buf_u8(&b, 0);
	buf_cstr(&b, c->system_id);
	if (status >= 0)
		pdu_tlv_u8(&b, TLV_AVAILABILITY, (unsigned)status);
	for (struct session *s = c->sessions; s; s = s->next) {
		if (!session_receives(s))
			continue;
		session_send(s, ALERT_NOTIFICATION, 0, ++s->seq,
		    buf_strv(&b));
		session_event("alert", s);
		event_str("from", from);
		event_end();
		break;
	}
	buf_deinit(&b);
}

static void cmd_mo(struct smsc *c, const struct words *w)
{
	struct mo mo = MO_DEFAULT;
	const char *order = "";
	bool udh8 = false, udh16 = false, sar = false, payload = false;
	const struct opt opts[] = {
		{ "from", OPT_TEXT, &mo.from },
		{ "to", OPT_TEXT, &mo.to },
		{ "text", OPT_TEXT, &mo.text },
		{ "dcs", OPT_NUMBER, &mo.dcs },
		{ "ref", OPT_NUMBER, &mo.ref },
		{ "ton", OPT_NUMBER, &mo.ton },
		{ "npi", OPT_NUMBER, &mo.npi },
		{ "drop", OPT_NUMBER, &mo.drop },
		{ "udh8", OPT_FLAG, &udh8 },
		{ "udh16", OPT_FLAG, &udh16 },
		{ "sar", OPT_FLAG, &sar },
		{ "payload", OPT_FLAG, &payload },
		{ "order", OPT_TEXT, &order },
		{ "flash", OPT_FLAG, &mo.flash },
		{ "registered", OPT_FLAG, &mo.registered },
		{ NULL, OPT_FLAG, NULL },
	};

	if (!words_options(w, 3, opts))
		return;
	if (!mo.from || !mo.to || !mo.text) {
		refuse("smsc NAME mo from A to B text TEXT");
		return;
	}
	mo.reversed = strcmp(order, "reversed") == 0;
	mo.kind = udh16 ? PART_UDH16 : sar ? PART_SAR :
	    payload ? PART_PAYLOAD : PART_UDH8;
	if (!smsc_mo(c, &mo))
		refuse("an address or the text is too long");
}

static const struct {
	const char *name;
	void (*run)(struct smsc *c, const struct words *w);
} commands[] = {
	{ "set", smscset_command },
	{ "mo", cmd_mo },
	{ "alert", cmd_alert },
	{ "raw", cmd_raw },
	{ "unbind", cmd_unbind },
	{ "enquire", cmd_enquire },
	{ "drop", cmd_drop },
	{ "stop", cmd_stop },
	{ "listen", cmd_listen },
};

void smsc_command(const struct words *w)
{
	struct smsc *c;

	if (w->n >= 3 && strcmp(w->w[1], "start") == 0) {
		start(w);
		return;
	}
	c = w->n >= 3 ? smsc_find(w->w[1]) : NULL;
	if (!c) {
		refuse("no service centre %s", w->n > 1 ? w->w[1] : "named");
		return;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, w->w[2]) == 0) {
			commands[i].run(c, w);
			return;
		}
	}
	refuse("a service centre cannot %s", w->w[2]);
}
