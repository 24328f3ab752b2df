/* xml.c - documents of strangers: parsed behind fences, matched by name. */

#include <libxml/parser.h>

#include "wire/xml.h"

/* no network; entities and DTDs are not even asked for */
#define FENCE	(XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | \
		 XML_PARSE_NOCDATA | XML_PARSE_COMPACT)

xmlDoc *xml_parse(struct strv text, const char **why)
{
	xmlDoc *doc = text.n ? xmlReadMemory(text.p, (int)text.n, NULL, NULL,
	    FENCE) : NULL;

	*why = doc ? NULL : "not well-formed XML";
	if (doc && (doc->intSubset || doc->extSubset)) {
		*why = "a DTD is not accepted";
		xmlFreeDoc(doc);
		doc = NULL;
	}
	return doc;
}

/* The only element of a list of nodes, apart from blanks; the rest is freed. */
static xmlNode *take_element(xmlNode *list)
{
	xmlNode *found = NULL, *next;
	bool good = true;

	for (xmlNode *n = list; n; n = next) {
		next = n->next;
		xmlUnlinkNode(n);
		if (n->type == XML_ELEMENT_NODE && !found) {
			found = n;
			continue;
		}
		good = good && xmlIsBlankNode(n) == 1;
		xmlFreeNode(n);
	}
	if (good || !found)
		return found;
	xmlFreeNode(found);
	return NULL;
}

xmlNode *xml_parse_in(xmlNode *in, struct strv text)
{
	xmlNode *list = NULL;

	if (text.n == 0 || xmlParseInNodeContext(in, text.p, (int)text.n,
	    FENCE, &list) != XML_ERR_OK) {
		xmlFreeNodeList(list);
		return NULL;
	}
	return take_element(list);
}

bool xml_is(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE &&
	    strcmp((const char *)n->name, name) == 0;
}

const xmlNode *xml_root(const xmlDoc *doc, const char *name)
{
	const xmlNode *n = doc->children;

	while (n && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n && xml_is(n, name) ? n : NULL;
}

const xmlNode *xml_first(const xmlNode *n)
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

static bool join(struct arena *a, const xmlNode *n, size_t max,
    struct strv *out)
{
	struct buf b;
	struct strv s;
	bool full;

	buf_init(&b, max);
	for (; n; n = n->next) {
		if (n->type == XML_TEXT_NODE && n->content)
			buf_addz(&b, (const char *)n->content);
	}
	s = buf_strv(&b);
	while (s.n && space(s.p[0]))
		s = (struct strv){ s.p + 1, s.n - 1 };
	while (s.n && space(s.p[s.n - 1]))
		s.n--;
	*out = s.n ? arena_str(a, s) : STRV_NONE;
	full = b.full;
	buf_deinit(&b);
	return !full;
}

bool xml_text(struct arena *a, const xmlNode *n, size_t max,
    struct strv *out)
{
	return join(a, n->children, max, out);
}

bool xml_attribute(struct arena *a, const xmlNode *n, const char *name,
    size_t max, struct strv *out)
{
	*out = STRV_NONE;
	for (const xmlAttr *t = n->properties; t; t = t->next) {
		if (strcmp((const char *)t->name, name) == 0)
			return join(a, t->children, max, out);
	}
	return true;
}

void xml_escape(struct buf *out, struct strv s)
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
		case '"':
			buf_addz(out, "&quot;");
			break;
		default:
			buf_addc(out, s.p[i]);
			break;
		}
	}
}
