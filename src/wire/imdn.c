/* imdn.c - message disposition notifications in XML (RFC 5438 7). */

#include <libxml/parser.h>

#include "base/utf8.h"
#include "wire/cpim.h"
#include "wire/imdn.h"
#include "wire/xml.h"

#define EXTENSION "urn:oma:xml:cpm:imdn-extensions:1.0"

static const char *const kinds[] = {
	[IMDN_DELIVERY] = "delivery",
	[IMDN_DISPLAY] = "display",
	[IMDN_PROCESSING] = "processing",
	[IMDN_INTERWORKING] = "interworking",
};
#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

#define IN(kind) (1u << IMDN_##kind)

static const struct {
	const char *name;
	unsigned in;	/* the kinds that may have it */
} statuses[] = {
	[IMDN_DELIVERED] = { "delivered", IN(DELIVERY) },
	[IMDN_FAILED] = { "failed", IN(DELIVERY) },
	[IMDN_DISPLAYED] = { "displayed", IN(DISPLAY) },
	[IMDN_PROCESSED] = { "processed", IN(PROCESSING) },
	[IMDN_STORED] = { "stored", IN(PROCESSING) },
	[IMDN_LEGACY_SMS] = { "legacy-sms", IN(INTERWORKING) },
	[IMDN_LEGACY_MMS] = { "legacy-mms", IN(INTERWORKING) },
	[IMDN_FORBIDDEN] = { "forbidden",
	    IN(DELIVERY) | IN(DISPLAY) | IN(PROCESSING) },
	[IMDN_ERROR] = { "error", IN(DELIVERY) | IN(DISPLAY) |
	    IN(PROCESSING) | IN(INTERWORKING) },
};
#define STATUSES (sizeof(statuses) / sizeof(statuses[0]))

const char *imdn_kind_name(enum imdn_kind k)
{
	return (size_t)k < KINDS ? kinds[k] : "?";
}

const char *imdn_status_name(enum imdn_status s)
{
	return (size_t)s < STATUSES ? statuses[s].name : "other";
}

void imdn_init(void)
{
	xmlInitParser();
}

/* --- read ------------------------------------------------------------- */

struct reader {
	struct arena *a;
	struct imdn *out;
	unsigned notifications;
};

static enum err fail(struct imdn *out, const char *why)
{
	out->why = why;
	return ERR_BAD_SYNTAX;
}

static enum err status(struct reader *r, const xmlNode *notification)
{
	const xmlNode *s = xml_first(notification);

	while (s && !xml_is(s, "status"))
		s = s->next;
	s = s ? xml_first(s) : NULL;
	if (!s)
		return fail(r->out, "notification without status");
	r->out->status = IMDN_OTHER;
	for (size_t i = 0; i < STATUSES; i++) {
		if (!xml_is(s, statuses[i].name))
			continue;
		if (!(statuses[i].in & 1u << r->out->kind))
			return fail(r->out, "status of another notification");
		r->out->status = (enum imdn_status)i;
	}
	return ERR_OK;
}

/* <KIND-notification> */
static bool notification(const xmlNode *n, enum imdn_kind *kind)
{
	if (n->type != XML_ELEMENT_NODE)
		return false;
	for (size_t i = 0; i < KINDS; i++) {
		const char *name = (const char *)n->name;
		size_t k = strlen(kinds[i]);

		if (strncmp(name, kinds[i], k) == 0 &&
		    strcmp(name + k, "-notification") == 0) {
			*kind = (enum imdn_kind)i;
			return true;
		}
	}
	return false;
}

static enum err child(struct reader *r, const xmlNode *n)
{
	struct imdn *out = r->out;
	struct strv when = STRV_NONE;
	bool fits = true;

	if (n->type != XML_ELEMENT_NODE)
		return ERR_OK;
	if (notification(n, &out->kind)) {
		if (r->notifications++)
			return fail(out, "two notifications");
		return status(r, n);
	}
	if (xml_is(n, "message-id") && !out->message_id.p)
		fits = xml_text(r->a, n, IMDN_MAX_TEXT, &out->message_id);
	else if (xml_is(n, "recipient-uri") && !out->recipient.p)
		fits = xml_text(r->a, n, IMDN_MAX_TEXT, &out->recipient);
	else if (xml_is(n, "original-recipient-uri") &&
	    !out->original_recipient.p)
		fits = xml_text(r->a, n, IMDN_MAX_TEXT,
		    &out->original_recipient);
	else if (xml_is(n, "datetime") && !out->has_datetime)
		fits = xml_text(r->a, n, IMDN_MAX_TEXT, &when);
	if (when.p)
		out->has_datetime = cpim_time(when, &out->datetime);
	return fits ? ERR_OK : fail(out, "text too long");
}

static enum err document(struct reader *r, const xmlDoc *doc)
{
	const xmlNode *root = xml_root(doc, "imdn");
	enum err e = ERR_OK;

	if (!root)
		return fail(r->out, "no imdn element");
	for (const xmlNode *n = root->children; n && e == ERR_OK; n = n->next)
		e = child(r, n);
	if (e != ERR_OK)
		return e;
	if (!r->out->message_id.p)
		return fail(r->out, "no message-id");
	if (r->notifications == 0)
		return fail(r->out, "no notification");
	return ERR_OK;
}

enum err imdn_decode(struct strv xml, struct arena *a, struct imdn *out)
{
	struct reader r = { .a = a, .out = out };
	xmlDoc *doc;
	enum err e;

	*out = (struct imdn){ .why = NULL };
	if (xml.n > IMDN_MAX_SIZE) {
		out->why = "IMDN too large";
		return ERR_TOO_BIG;
	}
	doc = xml_parse(xml, &out->why);
	if (!doc)
		return ERR_BAD_SYNTAX;
	e = document(&r, doc);
	xmlFreeDoc(doc);
	return e;
}

/* --- write ------------------------------------------------------------ */

/* XML 1.0 2.2: no controls but these, whatever the escaping. */
static bool fit(struct strv s)
{
	while (s.n) {
		bool bad = false;
		uint32_t c = utf8_next(&s, &bad);

		if (bad || c < ' ' || c == 0x7f || c == 0xfffe || c == 0xffff)
			return false;
	}
	return true;
}

static void add(struct buf *out, const char *name, struct strv s)
{
	if (s.n == 0)
		return;
	buf_addf(out, "<%s>", name);
	xml_escape(out, s);
	buf_addf(out, "</%s>\r\n", name);
}

enum err imdn_encode(const struct imdn *m, struct buf *out)
{
	bool own = m->kind != IMDN_INTERWORKING;
	const char *p = own ? "" : "cpm:";

	if (m->message_id.n == 0 || (size_t)m->kind >= KINDS ||
	    (size_t)m->status >= STATUSES ||
	    !(statuses[m->status].in & 1u << m->kind) ||
	    !fit(m->message_id) || !fit(m->recipient) ||
	    !fit(m->original_recipient))
		return ERR_BAD_SYNTAX;
	buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
	    "<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\"");
	buf_addz(out, own ? ">\r\n" : " xmlns:cpm=\"" EXTENSION "\">\r\n");
	add(out, "message-id", m->message_id);
	if (m->has_datetime) {
		buf_addz(out, "<datetime>");
		cpim_add_time(out, m->datetime);
		buf_addz(out, "</datetime>\r\n");
	}
	add(out, "recipient-uri", m->recipient);
	add(out, "original-recipient-uri", m->original_recipient);
	buf_addf(out, "<%s%s-notification><%sstatus><%s%s/></%sstatus>"
	    "</%s%s-notification>\r\n</imdn>", p, kinds[m->kind], p, p,
	    statuses[m->status].name, p, p, kinds[m->kind]);
	return out->full ? ERR_TOO_BIG : ERR_OK;
}
