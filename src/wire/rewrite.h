/* rewrite.h - take parts or links out of a content (RFC 2046, 3862). */

#ifndef WIRE_REWRITE_H
#define WIRE_REWRITE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strv.h"

enum rewrite_what {
	REWRITE_KEEP,
	REWRITE_LINKS,		/* of a text: each link becomes the text */
	REWRITE_STRIP,
	REWRITE_REPLACE		/* by a text/plain with the text */
};

struct rewrite_how {
	enum rewrite_what what;
	struct strv text;	/* UTF-8 */
};

/* Asked once for each part; type has its parameters, size is in bytes as the
 * part came. */
typedef struct rewrite_how rewrite_fn(struct strv type, size_t size,
    void *arg);

struct rewrite_in {
	struct strv type;	/* Content-Type; absent: text/plain */
	struct strv encoding;	/* Content-Encoding */
	struct strv transfer;	/* Content-Transfer-Encoding */
	struct strv body;
	size_t max_size;	/* bytes when decoded */
};

#define REWRITE_DEPTH	4	/* contents inside contents */

struct rewritten {
	bool changed;		/* false: type and body are empty */
	bool nothing_left;	/* all was to be stripped; the same */
	struct buf type, body;	/* without encodings */
};

/*
 * Look into message/cpim and multipart.  Of a CPIM every header stays as it
 * was, but those that describe its content; of a multipart every part that is
 * kept stays byte for byte.
 *
 * out is initialised here; the caller ends it with rewritten_deinit().
 * ERR_BAD_SYNTAX, ERR_BAD_CONTENT, ERR_TOO_BIG: it cannot be read, so that
 * what it has inside is not known.
 */
enum err rewrite(const struct rewrite_in *in, rewrite_fn *fn, void *arg,
    struct rewritten *out);
void rewritten_deinit(struct rewritten *r);

/*
 * The length of the link at the beginning of s, 0: none.  A link is
 * scheme://..., www...., or host.tld/..., up to a blank, a control, <, > or a
 * double quote, without the punctuation at its end.
 */
size_t rewrite_link(struct strv s);

/* Append text with each of its links as by; true: there were some. */
bool rewrite_links(struct strv text, struct strv by, struct buf *out);

#endif
