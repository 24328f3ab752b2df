/* uareq.c - requests of a simulated client: building, challenges, outcome. */

#include <stdio.h>
#include <stdlib.h>

#include "event.h"
#include "stats.h"
#include "ua_priv.h"

enum { MAX_TRIES = 4 };	/* a registrar that says stale for ever */

struct ua_request *ua_request_new(struct ua *ua, const char *method,
	const char *uri, const char *to)
{
	struct ua_request *r = xalloc(sizeof(*r));

	r->ua = ua;
	r->method = method;
	r->uri = new_str(uri);
	r->to = new_str(to);
	r->from = new_str(ua->aor);
	r->headers = r->body = (struct buf)BUF_EMPTY;
	random_uuid(r->call_id);
	rand_hex(r->from_tag, 8);
	r->next = ua->requests;
	ua->requests = r;
	return r;
}

void ua_request_free(struct ua_request *r)
{
	struct ua_request **at = &r->ua->requests;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	buf_deinit(&r->headers);
	buf_deinit(&r->body);
	free(r->uri);
	free(r->from);
	free(r->to);
	free(r->type);
	free(r->message_id);
	free(r->report_id);
	free(r->datetime);
	free(r->conversation);
	free(r);
}

static void credentials(struct ua_request *r, int i, struct buf *to)
{
	static const char *const names[] = {
		"Authorization", "Proxy-Authorization",
	};
	struct ua *ua = r->ua;
	char cnonce[17];

	if (ua->auth[i].algorithm == DIGEST_NONE || !ua->password)
		return;
	rand_hex(cnonce, 16);
	buf_addf(to, "%s: ", names[i]);
	digest_write(&ua->auth[i], ua->user, ua->password, r->method, r->uri,
	    cnonce, to);
	buf_addz(to, "\r\n");
}

static void write_request(struct ua_request *r, const char *branch,
	struct buf *to)
{
	struct ua *ua = r->ua;

	buf_addf(to, "%s %s SIP/2.0\r\n"
	    "Via: SIP/2.0/%s %s;branch=%s;rport\r\n"
	    "Max-Forwards: 70\r\n", r->method, r->uri,
	    ua->net.tcp ? "TCP" : "UDP", ua->local, branch);
	if (strcmp(r->method, "REGISTER") != 0)
		buf_adds(to, buf_strv(&ua->service_route));
	buf_addf(to, "From: <%s>;tag=%s\r\nTo: <%s>\r\nCall-ID: %s\r\n"
	    "CSeq: %u %s\r\n", r->from, r->from_tag, r->to, r->call_id,
	    r->cseq, r->method);
	credentials(r, 0, to);
	credentials(r, 1, to);
	buf_adds(to, buf_strv(&r->headers));
	buf_addz(to, "User-Agent: parley-sim\r\n");
	if (r->type)
		buf_addf(to, "Content-Type: %s\r\n", r->type);
	buf_addf(to, "Content-Length: %zu\r\n\r\n", r->body.n);
	buf_adds(to, buf_strv(&r->body));
}

/* SHA-256 before MD5 (RFC 8760 2.3). */
static bool best_challenge(const struct sipmsg *m, const char *header,
	struct digest *to)
{
	struct digest d;
	struct strv v;
	bool found = false;

	for (int i = 0; (v = sipmsg_nth(m, header, i)).p; i++) {
		if (!digest_read(v, &d) ||
		    (found && d.algorithm <= to->algorithm))
			continue;
		*to = d;
		found = true;
	}
	return found;
}

/* True if the request goes out once more, with credentials. */
static bool try_again(struct ua_request *r, const struct sipmsg *m)
{
	bool proxy = m->status == 407;
	struct digest d;

	if ((m->status != 401 && !proxy) || !r->ua->password ||
	    r->tries >= MAX_TRIES)
		return false;
	if (!best_challenge(m, proxy ? "Proxy-Authenticate" :
	    "WWW-Authenticate", &d))
		return false;
	if (r->tries > 0 && !d.stale)
		return false;		/* the password is wrong */
	r->ua->auth[proxy] = d;
	r->tries++;
	return true;
}

static void answered(void *arg, const struct sipmsg *m)
{
	struct ua_request *r = arg;

	if (m && try_again(r, m)) {
		ua_request_send(r);
		return;
	}
	r->done(r, m);
	ua_request_free(r);
}

void ua_request_send(struct ua_request *r)
{
	struct ua *ua = r->ua;
	struct buf b = BUF_EMPTY;
	char hex[17], branch[32];

	rand_hex(hex, 16);
	snprintf(branch, sizeof(branch), "z9hG4bK%s", hex);
	r->cseq = strcmp(r->method, "REGISTER") == 0 ? ++ua->reg_cseq :
	    r->cseq + 1;
	write_request(r, branch, &b);
	if (strcmp(r->method, "MESSAGE") == 0) {
		buf_deinit(&ua->last);
		buf_adds(&ua->last, buf_strv(&b));
		memcpy(ua->last_branch, branch, sizeof(branch));
	}
	sipnet_send(&ua->net, buf_strv(&b), branch, answered, r);
	buf_deinit(&b);
}

void ua_response_event(const struct ua_request *r, const struct sipmsg *m)
{
	event("response");
	event_str("ua", r->ua->name);
	event_str("method", r->method);
	event_int("status", m ? m->status : 408);
	if (m)
		event_view("reason", m->reason);
	else
		event_str("reason", "nothing came for 32 seconds");
	event_str("to", r->to);
	event_str("call-id", r->call_id);
	event_int("cseq", r->cseq);
	event_int("challenges", r->tries);
	event_str("message-id", r->message_id);
	event_str("report", r->report);
	event_str("report-id", r->report_id);
	if (m)
		event_message_headers(m);
	event_end();
}
