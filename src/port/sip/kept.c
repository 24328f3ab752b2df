/* kept.c - what of a MESSAGE travels on beside its content. */

#include "port/sip/kept.h"

#include "core/addr.h"
#include "port/sip/lines.h"
#include "port/sip/sip_priv.h"

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>

/* Headers that Sofia does not read are kept by name. */
static const char *const unknown_kept[] = {
	"Content-Transfer-Encoding"
};

/* One line for each value; a line that does not fit is left out. */
static void keep(const sip_header_t *h, const char *name, struct buf *lines)
{
	char value[2048];

	for (; h; h = h->sh_next) {
		issize_t n = msg_header_field_e(value, sizeof(value),
		    (const msg_header_t *)h, 0);
		size_t was = lines->n;

		if (n <= 0 || (size_t)n >= sizeof(value))
			continue;
		lines_add(lines, strv(name), (struct strv){ value,
		    (size_t)n });
		if (!lines->full)
			continue;
		lines->n = was;
		lines->p[was] = 0;
		lines->full = false;
		return;
	}
}

/* What follows the Route that led here. */
static void keep_routes(const sip_t *sip, struct buf *lines)
{
	const sip_route_t *route = sip->sip_route;
	struct buf uri;

	if (route && listener_is_us(route->r_url))
		route = route->r_next;
	buf_init(&uri, 512);
	for (; route; route = route->r_next) {
		request_url(route->r_url, &uri);
		if (uri.n > 0)
			buf_addf(lines, "Route: <%s>\r\n", uri.p);
	}
	buf_deinit(&uri);
}

void kept_headers(const sip_t *sip, bool peer, struct buf *lines)
{
	keep((const sip_header_t *)sip->sip_accept_contact,
	    "Accept-Contact", lines);
	keep((const sip_header_t *)sip->sip_reject_contact,
	    "Reject-Contact", lines);
	keep((const sip_header_t *)sip->sip_priority, "Priority", lines);
	keep((const sip_header_t *)sip->sip_content_disposition,
	    "Content-Disposition", lines);
	keep((const sip_header_t *)sip->sip_content_language,
	    "Content-Language", lines);
	keep((const sip_header_t *)sip_privacy(sip), "Privacy", lines);
	for (const sip_unknown_t *u = sip->sip_unknown; u; u = u->un_next)
		for (size_t i = 0; i < sizeof(unknown_kept) /
		    sizeof(unknown_kept[0]); i++)
			if (strcasecmp(u->un_name, unknown_kept[i]) == 0)
				lines_add(lines, strv(unknown_kept[i]),
				    strv(u->un_value));
	if (peer)
		keep_routes(sip, lines);
}

/* --- the non-CPM service ---------------------------------------------------- */

static bool is_service(struct strv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '!' || s.p[i] > '~')
			return false;
	return s.n > 0 && s.n <= 128;
}

static bool from_header(const sip_t *sip, struct buf *service)
{
	for (const sip_unknown_t *u = sip->sip_unknown; u; u = u->un_next) {
		struct strv v = lines_trim(strv(u->un_value));

		if (strcasecmp(u->un_name, sip_settings.service_header) != 0 ||
		    !is_service(v))
			continue;
		buf_adds(service, v);
		return true;
	}
	return false;
}

static bool from_tag(const sip_t *sip, struct buf *service)
{
	const sip_accept_contact_t *a = sip->sip_accept_contact;
	struct strv prefix = strv(sip_settings.service_tag);
	struct buf plain;
	bool found = false;

	buf_init(&plain, 1024);
	for (; a && !found; a = a->cp_next) {
		struct strv list = strv(msg_params_find(a->cp_params,
		    "+g.3gpp.iari-ref")), item;

		if (list.n >= 2 && list.p[0] == '"')
			list = (struct strv){ list.p + 1, list.n - 2 };
		while (!found && lines_item(&list, ',', &item)) {
			buf_clear(&plain);
			if (!addr_unescape(item, &plain) ||
			    plain.n <= prefix.n)
				continue;
			found = strv_caseeq((struct strv){ plain.p,
			    prefix.n }, prefix);
		}
	}
	if (found)
		buf_add(service, plain.p + prefix.n, plain.n - prefix.n);
	buf_deinit(&plain);
	return found;
}

void kept_service(const sip_t *sip, struct strv uri, struct buf *service)
{
	struct strv v;

	buf_clear(service);
	if (from_header(sip, service))
		return;
	v = addr_param(uri, strv(sip_settings.service_param));
	if (is_service(v)) {
		buf_adds(service, v);
		return;
	}
	from_tag(sip, service);
}
