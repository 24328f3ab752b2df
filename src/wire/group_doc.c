/* group_doc.c - a group as a document of its own (OMA group XDM). */

#include <inttypes.h>

#include "wire/group_doc.h"
#include "wire/xml.h"

struct reader {
	struct arena *a;
	struct group_doc *out;
	size_t max;
	enum xcap_result result;	/* the first failure sticks */
};

static void fail(struct reader *r, enum xcap_result result, const char *why)
{
	if (r->result != XCAP_OK)
		return;
	r->result = result;
	r->out->why = why;
}

static void read_entry(struct reader *r, const xmlNode *n)
{
	struct strv uri;

	if (!xml_attribute(r->a, n, "uri", GROUP_DOC_TEXT, &uri) || !uri.n)
		fail(r, XCAP_NOT_VALID, "an entry without a uri");
	else if (r->out->n == r->max)
		fail(r, XCAP_CONSTRAINT, "too many members");
	else
		r->out->member[r->out->n++] = uri;
}

static void read_list(struct reader *r, const xmlNode *list)
{
	for (const xmlNode *n = list->children; n; n = n->next) {
		if (xml_is(n, "entry"))
			read_entry(r, n);
		else if (xml_is(n, "external"))
			fail(r, XCAP_CONSTRAINT, "a list by reference is "
			    "not followed");
	}
}

/* 1 to 6 digits */
static int64_t read_number(struct reader *r, const xmlNode *n)
{
	struct strv text;
	int64_t v = 0;

	if (!xml_text(r->a, n, 6, &text) || !text.n)
		v = -1;
	for (size_t i = 0; i < text.n && v >= 0; i++)
		v = text.p[i] >= '0' && text.p[i] <= '9' ?
		    v * 10 + text.p[i] - '0' : -1;
	if (v <= 0)
		fail(r, XCAP_NOT_VALID, "max-participant-count is no number");
	return v;
}

static void read_service(struct reader *r, const xmlNode *service)
{
	struct group_doc *g = r->out;

	if (!xml_attribute(r->a, service, "uri", GROUP_DOC_TEXT, &g->uri) ||
	    !g->uri.n)
		fail(r, XCAP_NOT_VALID, "a list-service without a uri");
	for (const xmlNode *n = service->children; n; n = n->next) {
		if (xml_is(n, "list"))
			read_list(r, n);
		else if (xml_is(n, "max-participant-count"))
			g->max = read_number(r, n);
		else if (xml_is(n, "display-name") && !g->name.n &&
		    !xml_text(r->a, n, GROUP_DOC_TEXT, &g->name))
			fail(r, XCAP_NOT_VALID, "a display-name too long");
	}
}

enum xcap_result group_doc_decode(struct strv text, size_t max,
    struct arena *a, struct group_doc *out)
{
	struct reader r = { .a = a, .out = out, .max = max };
	const xmlNode *service;
	xmlDoc *doc;

	*out = (struct group_doc){ .why = "it is no group document" };
	r.result = xcap_check(text, "group", GROUP_DOC_NS);
	if (r.result != XCAP_OK)
		return r.result;
	doc = xml_parse(text, &out->why);
	if (!doc)
		return XCAP_NOT_WELL_FORMED;
	out->member = arena_alloc(a, (max + 1) * sizeof(*out->member));
	service = xml_first(xml_root(doc, "group"));
	if (service && xml_is(service, "list-service"))
		read_service(&r, service);
	else
		fail(&r, XCAP_NOT_VALID, "a group without a list-service");
	xmlFreeDoc(doc);
	return r.result;
}

void group_doc_encode(const struct group_doc *g, struct buf *out)
{
	buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<group xmlns=\"" GROUP_DOC_NS "\""
	    " xmlns:rl=\"urn:ietf:params:xml:ns:resource-lists\">\n"
	    "<list-service uri=\"");
	xml_escape(out, g->uri);
	buf_addz(out, "\">\n");
	if (g->name.n) {
		buf_addz(out, "<display-name>");
		xml_escape(out, g->name);
		buf_addz(out, "</display-name>\n");
	}
	buf_addz(out, "<list>\n");
	for (size_t i = 0; i < g->n; i++) {
		buf_addz(out, "<entry uri=\"");
		xml_escape(out, g->member[i]);
		buf_addz(out, "\"/>\n");
	}
	buf_addz(out, "</list>\n");
	if (g->max)
		buf_addf(out, "<max-participant-count>%" PRId64
		    "</max-participant-count>\n", g->max);
	buf_addz(out, "</list-service>\n</group>\n");
}
