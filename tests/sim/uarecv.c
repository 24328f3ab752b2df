/* uarecv.c - requests that a simulated client gets, and its answers. */

#include <stdio.h>
#include <stdlib.h>

#include "event.h"
#include "stats.h"
#include "ua_priv.h"

/* How often a message came: more than once is for the tests to judge. */
struct seen_id {
	struct seen_id *next;
	char *id;
	int times;
};

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" }, { 202, "Accepted" }, { 403, "Forbidden" },
	{ 404, "Not Found" }, { 405, "Method Not Allowed" },
	{ 408, "Request Timeout" }, { 415, "Unsupported Media Type" },
	{ 480, "Temporarily Unavailable" }, { 486, "Busy Here" },
	{ 488, "Not Acceptable Here" }, { 500, "Server Internal Error" },
	{ 503, "Service Unavailable" }, { 603, "Decline" },
	{ 606, "Not Acceptable" },
};

void ua_seen_free(struct ua *ua)
{
	while (ua->seen) {
		struct seen_id *s = ua->seen;

		ua->seen = s->next;
		free(s->id);
		free(s);
	}
}

static int times_seen(struct ua *ua, struct strv id)
{
	struct seen_id *s = ua->seen;

	if (!id.p)
		return 1;
	while (s && !strv_eq(id, strv(s->id)))
		s = s->next;
	if (!s) {
		s = xalloc(sizeof(*s));
		s->id = new_view(id);
		s->next = ua->seen;
		ua->seen = s;
	}
	return ++s->times;
}

static const char *reason_of(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Simulated";
}

static void respond(struct sip_server *server, const struct sipmsg *m,
	int status, const char *headers)
{
	struct buf b = BUF_EMPTY;
	struct strv via, to = sipmsg_get(m, "To");
	char tag[9];

	buf_addf(&b, "SIP/2.0 %d %s\r\n", status, reason_of(status));
	for (int i = 0; (via = sipmsg_nth(m, "Via", i)).p; i++)
		buf_addf(&b, "Via: %.*s\r\n", STRV_ARG(via));
	buf_addf(&b, "From: %.*s\r\nTo: %.*s",
	    STRV_ARG(sipmsg_get(m, "From")), STRV_ARG(to));
	rand_hex(tag, 8);
	if (!sip_param(to, "tag").p)
		buf_addf(&b, ";tag=%s", tag);
	buf_addf(&b, "\r\nCall-ID: %.*s\r\nCSeq: %.*s\r\n%s"
	    "Content-Length: 0\r\n\r\n", STRV_ARG(sipmsg_get(m, "Call-ID")),
	    STRV_ARG(sipmsg_get(m, "CSeq")), headers);
	sipnet_answer(server, buf_strv(&b));
	buf_deinit(&b);
}

/* --- what came, as an event --- */

static void envelope(const struct ua *ua, const struct sipmsg *m)
{
	static const char *const interesting[][2] = {
		{ "asserted-identity", "P-Asserted-Identity" },
		{ "asserted-service", "P-Asserted-Service" },
		{ "called-party", "P-Called-Party-ID" },
		{ "non-cpm-service", "Non-CPM-Service" },
		{ "conversation-id", "Conversation-ID" },
		{ "contribution-id", "Contribution-ID" },
		{ "in-reply-to", "InReplyTo-Contribution-ID" },
		{ "accept-contact", "Accept-Contact" },
		{ "date", "Date" },
		{ "expires", "Expires" },
		{ "call-id", "Call-ID" },
		{ "content-type", "Content-Type" },
	};

	event_str("ua", ua->name);
	event_view("uri", m->uri);
	event_view("from", sip_uri(sipmsg_get(m, "From")));
	event_view("to", sip_uri(sipmsg_get(m, "To")));
	for (size_t i = 0; i < sizeof(interesting) / sizeof(interesting[0]);
	    i++)
		event_view(interesting[i][0], sipmsg_get(m,
		    interesting[i][1]));
}

static void cpim_event(const struct cpim *c)
{
	struct buf b = BUF_EMPTY;

	event_view("message-id", cpim_imdn(c, "Message-ID"));
	event_view("disposition", cpim_imdn(c, "Disposition-Notification"));
	event_view("cpim-from", sip_uri(cpim_get(c, "From")));
	event_view("cpim-to", sip_uri(cpim_get(c, "To")));
	event_view("cpim-date", cpim_get(c, "DateTime"));
	event_view("cpim-type", cpim_mime(c, "Content-Type"));
	event_list("cpim");
	for (int i = 0; i < c->n; i++) {
		buf_clear(&b);
		buf_addf(&b, "%.*s: %.*s", STRV_ARG(c->h[i].name),
		    STRV_ARG(c->h[i].value));
		event_item(buf_strv(&b));
	}
	event_list_end();
	buf_deinit(&b);
}

static void message_event(struct ua *ua, const struct sipmsg *m,
	const struct cpim *c)
{
	int seen = times_seen(ua, c ? cpim_imdn(c, "Message-ID") : STRV_NONE);

	stats.messages_in++;
	event("message");
	envelope(ua, m);
	if (c)
		cpim_event(c);
	event_view("text", c ? c->content : m->body);
	event_int("seen", seen);
	event_int("answer", ua->answer);
	event_message_headers(m);
	event_end();
}

static void imdn_event(const struct ua *ua, const struct sipmsg *m,
	const struct imdn *report, const struct cpim *c)
{
	stats.imdns++;
	event("imdn");
	envelope(ua, m);
	event_view("message-id", report->id);
	event_view("kind", report->kind);
	event_view("status", report->status);
	if (c) {
		event_view("own-id", cpim_imdn(c, "Message-ID"));
		event_view("cpim-from", sip_uri(cpim_get(c, "From")));
		event_view("disposition", cpim_mime(c, "Content-Disposition"));
	}
	event_int("answer", ua->answer);
	event_message_headers(m);
	event_end();
}

static bool is_type(struct strv value, const char *type)
{
	struct strv rest;

	return strv_caseeq(strv_trim(strv_split(value, ';', &rest)),
	    strv(type));
}

/* Whom a report on this message goes to: RFC 5438 wants the CPIM From. */
static struct strv sender(const struct sipmsg *m, const struct cpim *c)
{
	struct strv from = sip_uri(cpim_get(c, "From"));

	if (from.n == 0 || memmem(from.p, from.n, "anonymous", 9))
		from = sip_uri(sipmsg_get(m, "From"));
	return from;
}

static bool wants(struct strv list, const char *word)
{
	while (list.p)
		if (strv_caseeq(strv_trim(strv_split(list, ',', &list)),
		    strv(word)))
			return true;
	return false;
}

static void auto_report(struct ua *ua, const struct sipmsg *m,
	const struct cpim *c)
{
	struct strv list = cpim_imdn(c, "Disposition-Notification");
	struct strv id = cpim_imdn(c, "Message-ID");
	bool delivery = ua->auto_imdn && wants(list, "positive-delivery");
	bool display = ua->auto_display && wants(list, "display");
	char *to, *id_text;

	if (!id.p || (!delivery && !display))
		return;
	to = new_view(sender(m, c));
	id_text = new_view(id);
	ua_report(ua, to, id_text, delivery ? "delivered" : "displayed",
	    cpim_get(c, "DateTime"), sipmsg_get(m, "Conversation-ID"),
	    delivery && display);
	free(to);
	free(id_text);
}

static void message(struct ua *ua, struct sip_server *server,
	const struct sipmsg *m)
{
	struct strv type = sipmsg_get(m, "Content-Type");
	struct imdn report;
	struct cpim c;
	bool is_cpim = is_type(type, "message/cpim") && cpim_read(m->body, &c);
	bool is_report = is_cpim ?
	    is_type(cpim_mime(&c, "Content-Type"), "message/imdn+xml") &&
	    imdn_read(c.content, &report) :
	    is_type(type, "message/imdn+xml") && imdn_read(m->body, &report);

	if (ua->answer > 0)
		respond(server, m, ua->answer, "");
	if (is_report)
		imdn_event(ua, m, &report, is_cpim ? &c : NULL);
	else
		message_event(ua, m, is_cpim ? &c : NULL);
	if (is_cpim && !is_report && ua->answer / 100 == 2)
		auto_report(ua, m, &c);
}

static void options(struct ua *ua, struct sip_server *server,
	const struct sipmsg *m)
{
	struct buf b = BUF_EMPTY;

	buf_addz(&b, UA_ALLOW "Accept: message/cpim, text/plain, "
	    "message/imdn+xml\r\nContact: ");
	ua_contact(ua, &b);
	buf_addz(&b, "\r\n");
	event("options");
	envelope(ua, m);
	event_end();
	respond(server, m, 200, b.p);
	buf_deinit(&b);
}

static void notify(struct ua *ua, struct sip_server *server,
	const struct sipmsg *m)
{
	event("notify");
	envelope(ua, m);
	event_view("package", sipmsg_get(m, "Event"));
	event_view("text", m->body);
	event_end();
	respond(server, m, 200, "");
}

static const struct {
	const char *method;
	void (*received)(struct ua *ua, struct sip_server *server,
		const struct sipmsg *m);
} methods[] = {
	{ "MESSAGE", message },
	{ "OPTIONS", options },
	{ "NOTIFY", notify },
};

void ua_request_received(void *arg, struct sip_server *server,
	const struct sipmsg *m)
{
	if (!server)
		return;		/* ACK of a refused INVITE */
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strv_eq(m->method, strv(methods[i].method))) {
			methods[i].received(arg, server, m);
			return;
		}
	}
	respond(server, m, 405, UA_ALLOW);
}
