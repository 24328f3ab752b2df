/* xcap.h - the address of an XCAP resource (RFC 4825 6). */

#ifndef WIRE_XCAP_H
#define WIRE_XCAP_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

#define XCAP_URI_MAX	4096	/* bytes of a path, and of a query */
#define XCAP_STEPS	8
#define XCAP_BINDINGS	8

/* A name with its namespace; ns absent: of the document's own (elements), or
 * of none (attributes). */
struct xcap_name {
	struct strv ns, local;
};

/* One step down: NAME[position][@attr="value"]. */
struct xcap_step {
	struct xcap_name name;
	bool any;		/* the name is a * */
	unsigned position;	/* among those of its name, from 1; 0: not said */
	bool has_attr;
	struct xcap_name attr;
	struct strv value;
};

enum xcap_what { XCAP_DOCUMENT, XCAP_ELEMENT, XCAP_ATTRIBUTE, XCAP_NAMESPACES };

/* Texts are in the arena, without escapes. */
struct xcap_uri {
	struct strv auid;
	bool global;		/* of the global tree; user is absent */
	struct strv user;	/* the XUI */
	struct strv document;	/* all of its path below: "index" */
	enum xcap_what what;
	struct xcap_step step[XCAP_STEPS];
	size_t nsteps;		/* 0 for a document */
	struct xcap_name attr;	/* XCAP_ATTRIBUTE */
	const char *why;	/* after an error: what is wrong, for people */
};

/*
 * Decode path, as it stood in the request and without its query, below root
 * ("/" or "/services"), and the query, which binds prefixes: xmlns(p=uri).
 *
 * ERR_NO_USER: it is not below root, or names no document.  ERR_TOO_BIG: over
 * XCAP_URI_MAX, or too many steps or bindings.  ERR_BAD_SYNTAX: a broken
 * escape, a selector that is none, a prefix that nothing binds.
 */
enum err xcap_uri_decode(struct strv root, struct strv path,
    struct strv query, struct arena *a, struct xcap_uri *out);

#endif
