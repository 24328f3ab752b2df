/* imdn.h - message disposition notifications in XML (RFC 5438 7). */

#ifndef WIRE_IMDN_H
#define WIRE_IMDN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/strv.h"

#define IMDN_MAX_SIZE	65536	/* bytes of a document */
#define IMDN_MAX_TEXT	1024	/* bytes of one text in it */

enum imdn_kind {
	IMDN_DELIVERY,
	IMDN_DISPLAY,
	IMDN_PROCESSING,
	IMDN_INTERWORKING	/* urn:oma:xml:cpm:imdn-extensions:1.0 */
};

enum imdn_status {
	IMDN_DELIVERED,		/* delivery */
	IMDN_FAILED,		/* delivery */
	IMDN_DISPLAYED,		/* display */
	IMDN_PROCESSED,		/* processing */
	IMDN_STORED,		/* processing */
	IMDN_LEGACY_SMS,	/* interworking */
	IMDN_LEGACY_MMS,	/* interworking */
	IMDN_FORBIDDEN,		/* any but interworking */
	IMDN_ERROR,		/* any */
	IMDN_OTHER		/* an extension we do not know */
};

struct imdn {
	struct strv message_id;		/* of the message reported on */
	bool has_datetime;
	int64_t datetime;	/* ms: when that message was sent */
	struct strv recipient;		/* recipient-uri; may be absent */
	struct strv original_recipient;	/* may be absent */
	enum imdn_kind kind;
	enum imdn_status status;
	const char *why;	/* after an error: what is wrong, for people */
};

/* Once, before threads; the parser's tables are shared by all of them. */
void imdn_init(void);

/*
 * Decode a message/imdn+xml body; texts are copied to a.  Elements are
 * matched by local name, so any prefix or none will do; a BOM is accepted.
 *
 * ERR_TOO_BIG: over IMDN_MAX_SIZE.  ERR_BAD_SYNTAX with out->why: not
 * well-formed, a DTD, no imdn root, no message-id, not exactly one
 * notification, no status, or a status that its kind cannot have.
 */
enum err imdn_decode(struct strv xml, struct arena *a, struct imdn *out);

/*
 * Append a document.  Texts are escaped.  ERR_BAD_SYNTAX: no message_id, a
 * status that its kind cannot have or IMDN_OTHER, or a text that XML cannot
 * carry (controls, invalid UTF-8); nothing was appended.  ERR_TOO_BIG: out
 * is full.
 */
enum err imdn_encode(const struct imdn *m, struct buf *out);

const char *imdn_kind_name(enum imdn_kind k);		/* "delivery" */
const char *imdn_status_name(enum imdn_status s);	/* "legacy-sms" */

#endif
