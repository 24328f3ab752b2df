/* shape.h - requests and contents as the web sees them: pure tables. */

#ifndef PORT_LINK_SHAPE_H
#define PORT_LINK_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* /TOKEN, /anything/TOKEN, and /TOKEN/3 for a part; part 0: the whole. */
struct shape_path {
	struct strv token;
	unsigned part;
};
void shape_path(struct strv path, struct shape_path *out);

/*
 * How a content is given to a browser: only what cannot carry a program is
 * shown in it, all else is saved as a file of no type, or of one that a
 * browser does not run.
 */
struct shape {
	const char *type;	/* Content-Type of the answer */
	const char *name;	/* of the file */
	const char *called;	/* in a list of parts: "a picture" */
	bool inside;		/* shown in the browser */
};
const struct shape *shape_of(struct strv content_type);
/* Text, to be sent as UTF-8: shape_of() says it of text/plain. */
bool shape_is_text(const struct shape *s);

/*
 * A Range header (RFC 9110 14.2) of a content of size bytes.  RANGE_WHOLE:
 * absent, several, of another unit or malformed, which is to be ignored.
 */
enum range { RANGE_WHOLE, RANGE_PART, RANGE_OUTSIDE };
enum range shape_range(struct strv header, uint64_t size, uint64_t *from,
    uint64_t *n);

#endif
