/* imdn.c - message disposition notifications in XML (RFC 5438 7). */

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/utf8.h"
#include "wire/cpim.h"
#include "wire/imdn.h"

/* no network; entities and DTDs are not even asked for */
#define FENCE	(XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | \
		 XML_PARSE_NOCDATA | XML_PARSE_COMPACT)

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

static bool element(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE &&
	    strcmp((const char *)n->name, name) == 0;
}

static const xmlNode *first_element(const xmlNode *n)
{
	for (n = n->children; n; n = n->next) {
		if (n->type == XML_ELEMENT_NODE)
			return n;
	}
	return NULL;
}

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The text directly in n, trimmed; false: too long.  Elements inside are an
 * extension that says nothing to us. */
static bool text(struct arena *a, const xmlNode *n, struct strv *out)
{
	struct buf b;
	struct strv s;

	buf_init(&b, IMDN_MAX_TEXT);
	for (n = n->children; n; n = n->next) {
		if (n->type == XML_TEXT_NODE && n->content)
			buf_addz(&b, (const char *)n->content);
	}
	s = buf_strv(&b);
	while (s.n && space(s.p[0]))
		s = (struct strv){ s.p + 1, s.n - 1 };
	while (s.n && space(s.p[s.n - 1]))
		s.n--;
	*out = s.n ? arena_str(a, s) : STRV_NONE;
	s.n = b.full;
	buf_deinit(&b);
	return s.n == 0;
}

static enum err status(struct reader *r, const xmlNode *notification)
{
	const xmlNode *s = first_element(notification);

	while (s && !element(s, "status"))
		s = s->next;
	s = s ? first_element(s) : NULL;
	if (!s)
		return fail(r->out, "notification without status");
	r->out->status = IMDN_OTHER;
	for (size_t i = 0; i < STATUSES; i++) {
		if (!element(s, statuses[i].name))
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
	if (element(n, "message-id") && !out->message_id.p)
		fits = text(r->a, n, &out->message_id);
	else if (element(n, "recipient-uri") && !out->recipient.p)
		fits = text(r->a, n, &out->recipient);
	else if (element(n, "original-recipient-uri") &&
	    !out->original_recipient.p)
		fits = text(r->a, n, &out->original_recipient);
	else if (element(n, "datetime") && !out->has_datetime)
		fits = text(r->a, n, &when);
	if (when.p)
		out->has_datetime = cpim_time(when, &out->datetime);
	return fits ? ERR_OK : fail(out, "text too long");
}

static enum err document(struct reader *r, const xmlDoc *doc)
{
	const xmlNode *root;
	enum err e = ERR_OK;

	if (doc->intSubset || doc->extSubset)
		return fail(r->out, "a DTD is not accepted");
	root = doc->children;
	while (root && root->type != XML_ELEMENT_NODE)
		root = root->next;
	if (!root || !element(root, "imdn"))
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
	doc = xml.n ? xmlReadMemory(xml.p, (int)xml.n, NULL, NULL, FENCE) :
	    NULL;
	if (!doc)
		return fail(out, "not well-formed XML");
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

static void escape(struct buf *out, struct strv s)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '<':
			buf_addz(out, "&lt;");
			break;
		case '>':
			buf_addz(out, "&gt;");
			break;
		case '&':
			buf_addz(out, "&amp;");
			break;
		default:
			buf_addc(out, s.p[i]);
			break;
		}
	}
}

static void add(struct buf *out, const char *name, struct strv s)
{
	if (s.n == 0)
		return;
	buf_addf(out, "<%s>", name);
	escape(out, s);
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
