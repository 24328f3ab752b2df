/* sipbody.h - what the body of a SIP MESSAGE is (RFC 3428, 3862, 5438). */

#ifndef WIRE_SIPBODY_H
#define WIRE_SIPBODY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/strv.h"
#include "wire/cpim.h"
#include "wire/imdn.h"

enum sipbody_kind {
	SIPBODY_EMPTY,
	SIPBODY_TEXT,		/* text/plain; sipbody_text() reads it */
	SIPBODY_IMDN,		/* message/imdn+xml; imdn is set */
	SIPBODY_OTHER		/* any other content */
};

/* The headers of the request that describe its body; absent is fine. */
struct sipbody_in {
	struct strv type;	/* Content-Type; absent: text/plain */
	struct strv encoding;	/* Content-Encoding */
	struct strv transfer;	/* Content-Transfer-Encoding */
	struct strv body;
	size_t max_size;	/* bytes of the content when decoded */
};

struct sipbody {
	enum sipbody_kind kind;
	bool wrapped;		/* it came as message/cpim: cpim is set */
	struct cpim cpim;
	struct imdn imdn;
	struct strv type;	/* of the content, with parameters */
	struct strv content;	/* decoded: view into the body or the arena */
	const char *why;	/* after an error: what is wrong, for people */
};

/*
 * Undo the encodings of the request, leave a recipient-list-history (RFC
 * 5364) beside, look into a CPIM, undo the encodings of
 * its content, read an IMDN.  Views point into in->body or a.
 *
 * ERR_BAD_SYNTAX, ERR_TOO_BIG, ERR_BAD_CONTENT (an encoding we do not know),
 * with out->why.
 */
enum err sipbody_decode(const struct sipbody_in *in, struct arena *a,
    struct sipbody *out);

/*
 * Append the content as UTF-8, for people and for SMS: charset UTF-8,
 * US-ASCII, ISO-8859-1, ISO-8859-15, Windows-1252, UTF-16 (with BOM, BE,
 * LE).  What cannot be read becomes U+FFFD.  ERR_BAD_CONTENT: another
 * charset.  ERR_TOO_BIG: out is full.
 */
enum err sipbody_text(const struct sipbody *b, struct buf *out);

/* Code points of the text; 0: it is none, or over max bytes of UTF-8. */
uint32_t sipbody_chars(const struct sipbody *b, size_t max);

/* Compare the media type of a Content-Type value, any case. */
bool sipbody_type_is(struct strv type, struct strv media);
/* A parameter of a header value, without quotes; any case; or absent. */
struct strv sipbody_param(struct strv value, struct strv name);

#endif
