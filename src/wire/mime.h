/* mime.h - the parts of a multipart body (RFC 2046 5.1). */

#ifndef WIRE_MIME_H
#define WIRE_MIME_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strv.h"

#define MIME_PARTS	16
#define MIME_BOUNDARY	70	/* bytes */
#define MIME_HEADERS	32	/* lines of one part */

/* Views into the body; absent headers are absent.  A folded value keeps its
 * line ends. */
struct mime_part {
	struct strv type;		/* Content-Type with parameters */
	struct strv disposition;	/* Content-Disposition */
	struct strv transfer;		/* Content-Transfer-Encoding */
	struct strv encoding;		/* Content-Encoding */
	struct strv body;		/* still encoded */
	struct strv whole;		/* its headers and body */
};

struct mime {
	struct mime_part part[MIME_PARTS];
	size_t n;
	const char *why;	/* after an error: what is wrong, for people */
};

/*
 * Split body by the boundary in type, the value of its Content-Type.  Lenient
 * where senders are known to differ: LF alone ends a line, a preamble, blanks
 * behind a boundary, no boundary at the end, a part with headers and no more.
 * Parts inside parts stay whole.
 *
 * ERR_BAD_CONTENT: type is not multipart.  ERR_BAD_SYNTAX: no boundary or
 * none of RFC 2046, no part, a line in a part's head that is no header.
 * ERR_TOO_BIG: too many parts or headers.
 */
enum err mime_split(struct strv type, struct strv body, struct mime *out);

/* A Content-Transfer-Encoding that changes nothing; absent is one. */
bool mime_is_plain(struct strv transfer);

#endif
