/* inflate.h - undo a Content-Encoding, within bounds (RFC 1950 to 1952). */

#ifndef WIRE_INFLATE_H
#define WIRE_INFLATE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strv.h"

#define INFLATE_RATIO	100	/* bytes out per byte in, at most */
#define INFLATE_FREE	4096	/* bytes out that are allowed at any ratio */

/* Whether inflate_decode() knows this coding: deflate, gzip, x-gzip,
 * identity, or none at all; any case. */
bool inflate_knows(struct strv coding);

/*
 * Append the decoded bytes of in to out.  "deflate" means RFC 1950, but raw
 * RFC 1951 and gzip are recognised by their first bytes, because clients
 * differ.  Identity copies.  Line ends behind the stream are ignored.
 *
 * ERR_BAD_CONTENT: a coding we do not know.  ERR_BAD_SYNTAX: damaged, cut
 * short, asks for a dictionary, or other bytes follow.  ERR_TOO_BIG: out is
 * full, or the ratio is beyond the bounds above.  ERR_BUSY: no memory.  After
 * an error out may hold a part.
 */
enum err inflate_decode(struct strv coding, struct strv in, struct buf *out);

#endif
