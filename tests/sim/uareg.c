/* uareg.c - registration of a simulated client (RFC 3261 10, 3608, 5626). */

#include <stdlib.h>

#include "event.h"
#include "stats.h"
#include "ua_priv.h"

static void refresh_due(void *arg)
{
	struct ua *ua = arg;

	if (ua->expires > 0)
		ua_register(ua, ua->expires, false);
}

/* The whole life of our own contact in the 200, or of all of them. */
static long granted(const struct ua *ua, const struct sipmsg *m, int *contacts)
{
	long expires = strv_number(sipmsg_get(m, "Expires"), 0);
	struct strv list, contact, v;

	*contacts = 0;
	for (int i = 0; (list = sipmsg_nth(m, "Contact", i)).p; i++) {
		while (sip_element(&list, &contact)) {
			struct strv uri = sip_uri(contact);

			(*contacts)++;
			v = sip_param(contact, "expires");
			if (v.p && memmem(uri.p, uri.n, ua->local,
			    strlen(ua->local)))
				expires = strv_number(v, expires);
		}
	}
	return expires;
}

/* RFC 3608: the values in their order become our Route. */
static void keep_service_route(struct ua *ua, const struct sipmsg *m)
{
	struct strv v;

	buf_clear(&ua->service_route);
	for (int i = 0; (v = sipmsg_nth(m, "Service-Route", i)).p; i++)
		buf_addf(&ua->service_route, "Route: %.*s\r\n",
		    STRV_ARG(v));
}

static void registered(struct ua *ua, const struct sipmsg *m)
{
	int contacts;
	long expires = granted(ua, m, &contacts);

	keep_service_route(ua, m);
	if (ua->expires > 0 && expires > 0)
		timer_start(&ua->refresh, (unsigned)(expires * 800),
		    refresh_due, ua);
	event(ua->expires > 0 ? "registered" : "unregistered");
	event_str("ua", ua->name);
	event_int("expires", expires);
	event_int("contacts", contacts);
	event_view("service-route", sipmsg_get(m, "Service-Route"));
	event_view("associated", sipmsg_get(m, "P-Associated-URI"));
	event_view("algorithm",
	    ua->auth[0].algorithm == DIGEST_SHA256 ? STRV("SHA-256") :
	    ua->auth[0].algorithm == DIGEST_MD5 ? STRV("MD5") : STRV_NONE);
	event_message_headers(m);
	event_end();
}

static void done(struct ua_request *r, const struct sipmsg *m)
{
	struct ua *ua = r->ua;
	long least;

	if (m && m->status / 100 == 2) {
		registered(ua, m);
		return;
	}
	least = m && m->status == 423 ?
	    strv_number(sipmsg_get(m, "Min-Expires"), 0) : 0;
	if (least > ua->expires) {	/* 10.2.8 */
		ua_register(ua, least, false);
		return;
	}
	event("register-failed");
	event_str("ua", ua->name);
	event_int("status", m ? m->status : 408);
	event_view("reason", m ? m->reason : STRV("no answer"));
	if (m)
		event_message_headers(m);
	event_end();
}

void ua_contact(const struct ua *ua, struct buf *to)
{
	buf_addf(to, "<sip:%s@%s%s>", ua->number, ua->local,
	    ua->net.tcp ? ";transport=tcp" : "");
	if (ua->plain)
		return;
	buf_addf(to, ";" ICSI_TAG ",urn%%3Aurn-7%%3A3gpp-service.ims."
	    "icsi.oma.cpm.deferred\";+sip.instance=\"<%s>\"", ua->instance);
}

void ua_register(struct ua *ua, long expires, bool all)
{
	struct ua_request *r = ua_request_new(ua, "REGISTER", ua->domain,
	    ua->aor);

	stats.registers++;
	ua->expires = expires;
	timer_stop(&ua->refresh);
	memcpy(r->call_id, ua->reg_call_id, sizeof(r->call_id));
	memcpy(r->from_tag, ua->reg_tag, sizeof(r->from_tag));
	buf_addz(&r->headers, "Contact: ");
	if (all) {
		buf_addz(&r->headers, "*");
	} else {
		ua_contact(ua, &r->headers);
		if (!ua->plain)
			buf_addz(&r->headers, ";reg-id=1");
	}
	buf_addf(&r->headers, "\r\nExpires: %ld\r\n"
	    "Supported: path, gruu, outbound\r\n" UA_ALLOW, expires);
	r->done = done;
	ua_request_send(r);
}
