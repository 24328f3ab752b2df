/* prefs_doc.h - what a subscriber prefers, as a document of its own. */

#ifndef WIRE_PREFS_DOC_H
#define WIRE_PREFS_DOC_H

#include "base/arena.h"
#include "base/buf.h"
#include "wire/xcap_doc.h"

#define PREFS_DOC_NS	"urn:parley:ns:x-cpm-prefs"
#define PREFS_DOC_TEXT	512	/* bytes of one text in it */
#define PREFS_DOC_MOST	64	/* devices, profiles, times */

struct prefs_doc_device {
	struct strv instance, name;
};

struct prefs_doc_profile {
	struct strv name;
	bool active;
};

struct prefs_doc {
	struct prefs_doc_device device[PREFS_DOC_MOST];
	size_t ndevices;
	struct prefs_doc_profile profile[PREFS_DOC_MOST];
	size_t nprofiles;
	struct strv quiet;	/* "22:00-07:00,12:00-13:00"; or empty */
	bool send_display;	/* read reports; true when not said */
	struct strv anonymous;	/* yes: refused, no, silent or site */
	const char *why;	/* after a conflict: for people */
};

/*
 * Read it; texts are copied to a.  OK, or a conflict with why: NOT_VALID for
 * an attribute that is missing or has another value than it may, CONSTRAINT
 * for too many of a kind, NOT_UNIQUE for two active profiles.
 */
enum xcap_result prefs_doc_decode(struct strv text, struct arena *a,
    struct prefs_doc *out);

/* Append it as a document. */
void prefs_doc_encode(const struct prefs_doc *p, struct buf *out);

#endif
