/* jsonw.h - write JSON (RFC 8259) to a buffer. */

#ifndef BASE_JSONW_H
#define BASE_JSONW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define JSONW_DEPTH	32

/*
 * Commas come by themselves.  name is the member's name inside an object and
 * NULL inside an array and for the outermost value; getting that wrong, or
 * ending more than was begun, is a bug and aborts.  Whether all of it fitted
 * is in out->full, checked once.
 */
struct jsonw {
	struct buf *out;	/* borrowed */
	unsigned depth;
	bool object[JSONW_DEPTH + 1];	/* what is open at each depth */
	bool more[JSONW_DEPTH + 1];	/* it has a value already */
};

void jsonw_init(struct jsonw *w, struct buf *out);

void jsonw_object(struct jsonw *w, const char *name);
void jsonw_array(struct jsonw *w, const char *name);
void jsonw_end(struct jsonw *w);	/* of the innermost one */

/* Invalid bytes become U+FFFD; absent (p == NULL) is null. */
void jsonw_str(struct jsonw *w, const char *name, struct strv v);
void jsonw_int(struct jsonw *w, const char *name, int64_t v);
void jsonw_bool(struct jsonw *w, const char *name, bool v);
void jsonw_null(struct jsonw *w, const char *name);
/* Text that is one JSON value already. */
void jsonw_raw(struct jsonw *w, const char *name, struct strv json);

/* Only the quoted and escaped string. */
void jsonw_quote(struct buf *out, struct strv v);
/* It would be v between quotes. */
bool jsonw_is_plain(struct strv v);

#endif
