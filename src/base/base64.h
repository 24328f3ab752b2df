/* base64.h - RFC 4648 section 4, as MIME and digest use it. */

#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>

#include "base/buf.h"

void base64_encode(struct strv s, struct buf *out);	/* appends, one line */

/*
 * Append the bytes of s to out.  White space is skipped (RFC 2045 6.8); any
 * other byte outside the alphabet, or a wrong end, makes it false.
 */
bool base64_decode(struct strv s, struct buf *out);

#endif
