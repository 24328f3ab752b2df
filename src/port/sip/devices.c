/* devices.c - a device as a place to send to. */

#include "port/sip/devices.h"

#include <arpa/inet.h>

#include "base/map.h"
#include "core/addr.h"
#include "port/sip/features.h"
#include "port/sip/lines.h"

#define NOTES_MAX	65536

/* Values of the map of notes. */
static char reads_note, refuses_note;
static struct map notes;

bool device_reads_cpim(const struct binding *b)
{
	const char *note = map_get_u64(&notes, b->id);

	return note ? note == &reads_note : features_cpm(b->features);
}

void device_note_cpim(uint64_t binding, bool reads)
{
	if (notes.n >= NOTES_MAX) {	/* they will be seen again */
		map_deinit(&notes);
		map_init(&notes);
	}
	map_set_u64(&notes, binding, reads ? &reads_note : &refuses_note);
}

/* --- the way to it -------------------------------------------------------- */

void device_route_init(struct device_route *r)
{
	buf_init(&r->next, 1024);
	buf_init(&r->routes, 4096);
	buf_init(&r->listener, 64);
}

void device_route_deinit(struct device_route *r)
{
	buf_deinit(&r->next);
	buf_deinit(&r->routes);
	buf_deinit(&r->listener);
}

static bool is_number(struct strv host)
{
	char s[INET6_ADDRSTRLEN + 2];
	unsigned char a[16];

	if (host.n >= 2 && host.p[0] == '[')
		host = (struct strv){ host.p + 1, host.n - 2 };
	if (host.n == 0 || host.n >= sizeof(s))
		return false;
	memcpy(s, host.p, host.n);
	s[host.n] = 0;
	return inet_pton(AF_INET, s, a) == 1 || inet_pton(AF_INET6, s, a) == 1;
}

/* Sofia would go to a maddr instead of the host, and look its name up. */
static bool is_direct(struct strv uri)
{
	return is_number(addr_host(uri)) && !addr_param(uri, STRV("maddr")).p;
}

/* "udp 127.0.0.1:5062 LISTENER" */
struct source {
	struct strv transport, address, host, listener;
};

static bool source_read(struct strv text, struct source *s)
{
	const char *colon;

	s->transport = strv_split(text, ' ', &text);
	s->address = strv_split(text, ' ', &s->listener);
	colon = s->address.n ? memrchr(s->address.p, ':', s->address.n) : NULL;
	if (!colon)
		return false;
	s->host = (struct strv){ s->address.p,
	    (size_t)(colon - s->address.p) };
	return true;
}

static void uris_to_routes(struct strv list, struct buf *routes)
{
	struct strv item;

	while (lines_item(&list, ',', &item))
		buf_addf(routes, "Route: %.*s\r\n", STRV_ARG(item));
}

/* Route lines of the message that lead to host; false: none. */
static bool kept_routes(struct strv kept, struct strv host,
    struct buf *routes)
{
	struct strv rest = kept, name, value, uri;
	struct strv first = lines_find(kept, STRV("Route"));

	if (!first.p || addr_name(first, NULL, &uri) != ERR_OK ||
	    !strv_caseeq(addr_host(uri), host))
		return false;
	while (lines_next(&rest, &name, &value))
		if (strv_caseeq(name, STRV("Route")))
			buf_addf(routes, "Route: %.*s\r\n", STRV_ARG(value));
	return true;
}

static void by_source(const struct source *s, struct device_route *r)
{
	buf_addf(&r->next, "sip:%.*s;transport=%.*s", STRV_ARG(s->address),
	    STRV_ARG(s->transport));
	buf_adds(&r->listener, s->listener);
	r->flow = !strv_caseeq(s->transport, STRV("udp"));
}

/*
 * A URI that names no transport means UDP (RFC 3263 4.1, numeric host); Sofia
 * would take whichever listener is first.
 */
static void by_uri(struct strv uri, struct buf *next)
{
	struct strv rest, scheme = strv_split(uri, ':', &rest);

	buf_adds(next, uri);
	if (!addr_param(uri, STRV("transport")).p &&
	    !strv_caseeq(scheme, STRV("sips")) && !memchr(uri.p, '?', uri.n))
		buf_addz(next, ";transport=udp");
}

static void by_path(const struct binding *b, struct strv kept,
    const struct source *s, bool have_source, struct device_route *r)
{
	struct strv list = b->path, first, uri = STRV_NONE;

	lines_item(&list, ',', &first);
	if (addr_name(first, NULL, &uri) != ERR_OK)
		uri = STRV_NONE;
	if (!kept_routes(kept, addr_host(uri), &r->routes))
		uris_to_routes(b->path, &r->routes);
	if (is_direct(uri))
		by_uri(uri, &r->next);
	else if (have_source)
		by_source(s, r);
	r->flow = false;	/* the proxy's connection, not the device's */
}

bool device_route(const struct binding *b, struct strv kept,
    struct device_route *r)
{
	struct source s;
	bool have_source = source_read(b->source, &s);
	bool outbound = b->reg_id != 0 || addr_param(b->contact,
	    STRV("ob")).p != NULL;
	struct strv host = addr_host(b->contact);

	buf_clear(&r->next);
	buf_clear(&r->routes);
	buf_clear(&r->listener);
	r->flow = false;
	if (b->path.n > 0)
		by_path(b, kept, &s, have_source, r);
	else if (have_source && (outbound || !is_direct(b->contact) ||
	    !strv_caseeq(s.host, host) ||
	    !strv_caseeq(s.transport, STRV("udp"))))
		by_source(&s, r);	/* a translator, or a connection */
	else if (is_direct(b->contact))
		by_uri(b->contact, &r->next);
	if (have_source && r->listener.n == 0)
		buf_adds(&r->listener, s.listener);
	return r->next.n > 0 && !r->next.full && !r->routes.full;
}
