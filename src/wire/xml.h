/* xml.h - documents of strangers: parsed behind fences, matched by name. */

#ifndef WIRE_XML_H
#define WIRE_XML_H

#include <stdbool.h>

#include <libxml/tree.h>

#include "base/arena.h"
#include "base/buf.h"

#define XML_DEPTH	32	/* elements inside each other that we follow */

/*
 * Parse without network, entities or DTD; xmlFreeDoc() the result.  NULL:
 * why says what is wrong: not well-formed, or a DTD.  The caller has checked
 * the size.
 */
xmlDoc *xml_parse(struct strv text, const char **why);

/*
 * The same of one element and white space, read where in stands: its
 * prefixes count.  A node of in's document that hangs nowhere yet; NULL: it
 * is something else.
 */
xmlNode *xml_parse_in(xmlNode *in, struct strv text);

/* The root element if it has this local name, else NULL. */
const xmlNode *xml_root(const xmlDoc *doc, const char *name);

/* An element of this local name, whatever its prefix. */
bool xml_is(const xmlNode *n, const char *name);
const xmlNode *xml_first(const xmlNode *n);	/* its first element, or NULL */

/*
 * The text directly in n, trimmed, in the arena; absent when there is none;
 * false: over max bytes.  Elements inside are an extension that says nothing
 * to us.
 */
bool xml_text(struct arena *a, const xmlNode *n, size_t max,
    struct strv *out);

/* The same of the attribute with this local name, in any namespace. */
bool xml_attribute(struct arena *a, const xmlNode *n, const char *name,
    size_t max, struct strv *out);

/* Append as text of an element or inside double quotes. */
void xml_escape(struct buf *out, struct strv s);

#endif
