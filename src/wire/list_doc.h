/* list_doc.h - a subscriber's resource-lists as a document (RFC 4826). */

#ifndef WIRE_LIST_DOC_H
#define WIRE_LIST_DOC_H

#include "base/arena.h"
#include "base/buf.h"
#include "wire/xcap_doc.h"

#define LIST_DOC_NS	"urn:ietf:params:xml:ns:resource-lists"
#define LIST_DOC_TEXT	1024	/* bytes of one uri or name */

/* An address in one of the lists whose contents are kept elsewhere. */
struct list_doc_entry {
	struct strv key;	/* the normal form of its uri */
	unsigned view;		/* which of those lists */
	bool seen;		/* list_doc.c's */
};

/* The order of keys, as strcmp() says it. */
int list_doc_compare(const struct list_doc_entry *a,
    const struct list_doc_entry *b);

struct list_doc_views {
	const char *const *names;	/* of lists at the top */
	unsigned n;
	/* The normal form of a uri, appended; false: it has none. */
	bool (*key)(struct strv uri, struct buf *key, void *arg);
	void *arg;
};

/* Whether it may be kept: RFC 4826, names and uris of one list unique.  OK,
 * or a conflict with why. */
enum xcap_result list_doc_check(struct strv text, const char **why);

/*
 * Append text with the lists of v holding exactly entries, which are in the
 * order of keys, each once: others go, those missing come at the end, with
 * their key as uri.  An absent text is an empty document.
 */
enum xcap_result list_doc_sync(struct strv text,
    const struct list_doc_views *v, struct list_doc_entry *entries, size_t n,
    struct buf *out);

/*
 * What the lists of v hold, in the order of keys, each once (of several
 * lists the first counts), in the arena.  CONSTRAINT: a uri without normal
 * form, or more than max.
 */
enum xcap_result list_doc_read(struct strv text,
    const struct list_doc_views *v, size_t max, struct arena *a,
    struct list_doc_entry **out, size_t *n);

#endif
