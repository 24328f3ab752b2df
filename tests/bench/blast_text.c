/* blast_text.c - the requests of senders and recipients. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "blast.h"

/* in a format, hence the doubled signs */
#define ICSI	"urn%%3Aurn-7%%3A3gpp-service.ims.icsi.oma.cpm.msg"
#define SERVICE	"urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg"

/* A growing text; n counts on past the end, so one test at the end does. */
struct text {
	char *p;
	size_t n, size;
};

__attribute__((format(printf, 2, 3)))
static void put(struct text *t, const char *format, ...)
{
	size_t left = t->n < t->size ? t->size - t->n : 0;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(left ? t->p + t->n : NULL, left, format, args);
	va_end(args);
	t->n += n > 0 ? (size_t)n : 0;
}

static const char *stamp(void)
{
	static char text[32];
	static time_t last;
	time_t now = time(NULL);
	struct tm tm;

	if (now != last) {
		last = now;
		gmtime_r(&now, &tm);
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	}
	return text;
}

/* --- bodies -------------------------------------------------------------- */

static void user_text(struct text *t, const struct options *o,
    const struct request *q)
{
	static const char words[] = "the quick brown fox jumps over the lazy "
	    "dog and comes back by the same way to jump once more ";
	size_t end = t->n + o->body;

	put(t, "BN%08x-%010u ", q->run, q->job);
	while (t->n < end) {
		size_t left = end - t->n;
		int n = (int)(left < sizeof(words) - 1 ? left :
		    sizeof(words) - 1);

		put(t, "%.*s", n, words);
	}
}

static void imdn(struct text *t, const struct options *o,
    const struct request *q)
{
	bool read = q->kind == KIND_DISPLAYED;
	const char *kind = read ? "display" : "delivery";

	put(t, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
	    "<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\">\r\n"
	    "<message-id>BN%08x-%010u</message-id>\r\n"
	    "<datetime>%s</datetime>\r\n"
	    "<recipient-uri>sip:%s@%s</recipient-uri>\r\n"
	    "<%s-notification><status><%s/></status></%s-notification>\r\n"
	    "</imdn>\r\n", q->run, q->job, stamp(), q->from->user, o->domain,
	    kind, read ? "displayed" : "delivered", kind);
}

static void cpim(struct text *t, const struct options *o,
    const struct request *q)
{
	char part[MAX_BODY + 64];
	struct text inner = { part, 0, sizeof(part) };
	bool report = q->kind != KIND_MESSAGE;

	if (report)
		imdn(&inner, o, q);
	else
		user_text(&inner, o, q);
	put(t, "From: <sip:%s@%s>\r\nTo: <sip:%s@%s>\r\nDateTime: %s\r\n"
	    "NS: imdn <urn:ietf:params:imdn>\r\n", q->from->user, o->domain,
	    q->to->user, o->domain, stamp());
	if (report)
		put(t, "imdn.Message-ID: ID%08x-%010u-%d\r\n\r\n"
		    "Content-Type: message/imdn+xml\r\n"
		    "Content-Disposition: notification\r\n", q->run, q->job,
		    q->kind);
	else
		put(t, "imdn.Message-ID: BN%08x-%010u\r\n%s\r\n"
		    "Content-Type: text/plain; charset=UTF-8\r\n", q->run,
		    q->job, o->needs & WANT_REPORTS ?
		    "imdn.Disposition-Notification: positive-delivery, "
		    "display\r\n" : "");
	put(t, "Content-Length: %zu\r\n\r\n%s", inner.n, part);
}

bool text_find_job(struct strv body, uint32_t run, uint32_t *job)
{
	char mark[16];
	const char *p, *end = body.p + body.n;

	snprintf(mark, sizeof(mark), "BN%08x-", run);
	p = body.n ? memmem(body.p, body.n, mark, 11) : NULL;
	if (!p || end - p < 21)
		return false;
	*job = 0;
	for (p += 11; p < end && *p >= '0' && *p <= '9'; p++)
		*job = *job * 10 + (uint32_t)(*p - '0');
	return true;
}

/* --- heads --------------------------------------------------------------- */

static void credentials(struct text *t, const struct options *o,
    struct account *a, const char *method, const char *uri)
{
	char line[1024];

	if (a->challenged && challenge_answer(&a->c, line, sizeof(line),
	    a->user, o->password, method, uri))
		put(t, "%s", line);
}

static void top(struct text *t, const struct options *o,
    const struct request *q, const char *method, const char *uri)
{
	put(t, "%s %s SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP %s:%u;branch=z9hG4bK-%x.%x.%x;rport\r\n"
	    "Max-Forwards: 70\r\nFrom: <sip:%s@%s>;tag=%x%x\r\n", method, uri,
	    o->local, q->port, q->branch[0], q->branch[1], q->run,
	    q->from->user, o->domain, q->run, q->job);
}

static void text_register(struct text *t, const struct options *o,
    const struct request *q)
{
	struct account *a = q->from;
	char uri[80];

	snprintf(uri, sizeof(uri), "sip:%s", o->domain);
	top(t, o, q, "REGISTER", uri);
	put(t, "To: <sip:%s@%s>\r\nCall-ID: %08x-%s@%s\r\n"
	    "CSeq: %u REGISTER\r\n", a->user, o->domain, q->run, a->user,
	    o->local, ++a->cseq);
	put(t, "Contact: <sip:%s@%s:%u>;+sip.instance=\"<urn:uuid:"
	    "00000000-0000-4000-8000-%06x%06u>\"", a->user, o->local, q->port,
	    a->user[0], (unsigned)(strtoul(a->user + 1, NULL, 10)));
	if (o->needs & USE_CPIM)
		put(t, ";+g.3gpp.icsi-ref=\"" ICSI "\"");
	put(t, "\r\nExpires: %u\r\nSupported: path\r\n", o->expires);
	credentials(t, o, a, "REGISTER", uri);
	put(t, "Content-Length: 0\r\n\r\n");
}

static void text_message(struct text *t, const struct options *o,
    const struct request *q)
{
	char uri[96], bytes[MAX_BODY + 1024];
	struct text body = { bytes, 0, sizeof(bytes) };
	bool wrap = o->needs & USE_CPIM;

	if (o->needs & USE_TEL)
		snprintf(uri, sizeof(uri), "tel:%s%s", o->tel,
		    q->to->user + 1);
	else
		snprintf(uri, sizeof(uri), "sip:%s@%s", q->to->user,
		    o->domain);
	top(t, o, q, "MESSAGE", uri);
	put(t, "To: <%s>\r\nCall-ID: %08x-%u-%d@%s\r\nCSeq: %u MESSAGE\r\n",
	    uri, q->run, q->job, q->kind, o->local, 1 + q->attempt);
	if (o->identity)
		put(t, "P-Asserted-Identity: <sip:%s@%s>\r\n", q->from->user,
		    o->domain);
	if (o->digest)
		credentials(t, o, q->from, "MESSAGE", uri);
	if (wrap)
		put(t, "P-Preferred-Service: " SERVICE "\r\n"
		    "Accept-Contact: *;+g.3gpp.icsi-ref=\"" ICSI "\"\r\n"
		    "Conversation-ID: %08x-%s\r\n"
		    "Contribution-ID: %08x%010u%d\r\n", q->run,
		    q->kind == KIND_MESSAGE ? q->from->user : q->to->user,
		    q->run, q->job, q->kind);
	if (wrap)
		cpim(&body, o, q);
	else
		user_text(&body, o, q);
	put(t, "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
	    wrap ? "message/cpim" : "text/plain", body.n, bytes);
}

size_t text_request(const struct options *o, const struct request *q,
    char *out, size_t size)
{
	struct text t = { out, 0, size };

	if (q->kind == KIND_REGISTER)
		text_register(&t, o, q);
	else
		text_message(&t, o, q);
	return t.n < size ? t.n : 0;
}
