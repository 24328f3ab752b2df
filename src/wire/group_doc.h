/* group_doc.h - a group as a document of its own (OMA group XDM). */

#ifndef WIRE_GROUP_DOC_H
#define WIRE_GROUP_DOC_H

#include "base/arena.h"
#include "base/buf.h"
#include "wire/xcap_doc.h"

#define GROUP_DOC_NS	"urn:oma:xml:poc:list-service"
#define GROUP_DOC_TEXT	1024	/* bytes of one text in it */

struct group_doc {
	struct strv uri;
	struct strv name;	/* display-name; absent: none */
	struct strv *member;	/* the URIs of the list, in the arena */
	size_t n;
	int64_t max;		/* max-participant-count; 0: not said */
	const char *why;	/* after a conflict: for people */
};

/*
 * Read group/list-service; texts are copied to a.  What it says beyond the
 * above is not kept.  OK, or a conflict with why: more than max members or
 * another list by reference is CONSTRAINT.
 */
enum xcap_result group_doc_decode(struct strv text, size_t max,
    struct arena *a, struct group_doc *out);

/* Append it as a document. */
void group_doc_encode(const struct group_doc *g, struct buf *out);

#endif
