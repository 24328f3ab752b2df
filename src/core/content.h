/* content.h - the body of a message: shared, immutable, counted. */

#ifndef CORE_CONTENT_H
#define CORE_CONTENT_H

#include "base/strv.h"

struct content {
	struct strv type;	/* Content-Type as received, parameters too */
	struct strv encoding;	/* Content-Encoding, or none */
	struct strv bytes;	/* as received; never changed */
	unsigned refs;		/* content.c's */
};

/* Copies all three; one reference.  Sizes must have been checked. */
struct content *content_new(struct strv type, struct strv encoding,
    struct strv bytes);
struct content *content_ref(struct content *c);		/* returns c */
void content_unref(struct content *c);			/* NULL is fine */

#endif
