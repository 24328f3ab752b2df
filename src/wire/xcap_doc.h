/* xcap_doc.h - documents of XCAP and their parts (RFC 4825 7, 8, 11). */

#ifndef WIRE_XCAP_DOC_H
#define WIRE_XCAP_DOC_H

#include "base/buf.h"
#include "wire/xcap.h"

/* What came of it; from XCAP_NOT_WELL_FORMED on it is a conflict (409). */
enum xcap_result {
	XCAP_OK,
	XCAP_CREATED,		/* of a PUT: it was not there before */
	XCAP_NOT_FOUND,
	XCAP_TOO_BIG,		/* the result does not fit into out */
	XCAP_NOT_WELL_FORMED, XCAP_BAD_FRAGMENT, XCAP_NO_PARENT,
	XCAP_CANNOT_INSERT, XCAP_CANNOT_DELETE, XCAP_NOT_UTF8,
	XCAP_NOT_ATT_VALUE, XCAP_NOT_UNIQUE, XCAP_NOT_VALID, XCAP_CONSTRAINT,
	XCAP_RESULTS
};

/*
 * The part of doc that u names, appended; ns is the default namespace of its
 * elements.  Exactly one element must fit.
 */
enum xcap_result xcap_get(struct strv doc, const struct xcap_uri *u,
    const char *ns, struct buf *out);

/*
 * Append doc with the part put in or taken out.  As the RFC has it: what was
 * put is what u names afterwards, and what was deleted is gone, or nothing
 * is done.  body is an element, or the text of an attribute as XML has it.
 */
enum xcap_result xcap_put(struct strv doc, const struct xcap_uri *u,
    const char *ns, struct strv body, struct buf *out);
enum xcap_result xcap_delete(struct strv doc, const struct xcap_uri *u,
    const char *ns, struct buf *out);

/* Whether text is a document with this root; OK, or a conflict. */
enum xcap_result xcap_check(struct strv text, const char *root,
    const char *ns);

/* The entity tag of a document: it says what the bytes are, so it holds over
 * a restart too. */
#define XCAP_ETAG	20	/* quotes, 16 digits, NUL */
void xcap_etag(struct strv doc, char tag[XCAP_ETAG]);

/* "application/xcap-el+xml"; of a document absent: its usage's. */
const char *xcap_part_type(enum xcap_what what);

/* Append an application/xcap-error+xml for a conflict; phrase for people. */
void xcap_error_write(enum xcap_result r, const char *phrase,
    struct buf *out);

#endif
