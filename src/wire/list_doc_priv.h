/* list_doc_priv.h - what the files about resource-lists share. */

#ifndef WIRE_LIST_DOC_PRIV_H
#define WIRE_LIST_DOC_PRIV_H

#include "wire/list_doc.h"
#include "wire/xml.h"

/* An element of RFC 4826 with this local name. */
bool list_doc_is(const xmlNode *n, const char *name);
/* The first list of this name directly in an element; NULL: none. */
xmlNode *list_doc_list(xmlNode *in, const char *name);
/* Parsed; an absent text is an empty document.  NULL: not well-formed. */
xmlDoc *list_doc_parse(struct strv text);
/* Append it; NOT_WELL_FORMED: it cannot be written, TOO_BIG: out is full. */
enum xcap_result list_doc_print(xmlDoc *doc, struct buf *out);

#endif
