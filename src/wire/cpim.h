/* cpim.h - CPIM messages and the IMDN headers in them (RFC 3862, 5438). */

#ifndef WIRE_CPIM_H
#define WIRE_CPIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strv.h"

#define CPIM_HEADERS	64	/* message and content headers together */
#define CPIM_LINE	4096	/* bytes of one line, without its end */
#define CPIM_ID		256	/* bytes of imdn.Message-ID */

/* What imdn.Disposition-Notification asks for (RFC 5438 6.3). */
enum cpim_wants {
	CPIM_DELIVERY		= 1 << 0,	/* positive-delivery */
	CPIM_NEGATIVE		= 1 << 1,	/* negative-delivery */
	CPIM_DISPLAY		= 1 << 2,
	CPIM_PROCESSING		= 1 << 3,
	CPIM_INTERWORKING	= 1 << 4,	/* OMA extension */
	CPIM_NONE		= 1 << 5	/* the word "none" was there */
};

/* A header as it stood; prefixes are resolved to their namespace. */
struct cpim_header {
	struct strv ns;		/* URI of its namespace; empty: CPIM's own;
				   a prefix without NS stands for itself */
	struct strv prefix;	/* as written, without the dot; may be empty */
	struct strv name;	/* without the prefix, as written */
	struct strv value;	/* trimmed; MIME ones may hold folded lines */
	struct strv line;	/* the whole header without its line end */
	bool mime;		/* one of the content's MIME headers */
};

/*
 * All strvs are views into the decoded bytes.  Absent headers are absent
 * (p == NULL): nothing is made up.
 */
struct cpim {
	struct strv from, from_name;	/* URI without <>; display name */
	struct strv to, to_name;	/* of the first To */
	struct strv subject;
	bool has_datetime;
	int64_t datetime;	/* ms since the epoch, UTC */

	struct strv message_id;		/* imdn.Message-ID */
	struct strv original_to;	/* imdn.Original-To, URI without <> */
	bool has_wants;			/* the header was there */
	unsigned wants;			/* enum cpim_wants */
	struct strv payload_type;	/* cpm.Payload-Type */
	struct strv service;		/* iw.Service: the legacy service */

	struct strv type;		/* Content-Type with parameters */
	struct strv disposition;	/* Content-Disposition */
	struct strv transfer;		/* Content-Transfer-Encoding */
	struct strv encoding;		/* Content-Encoding */
	struct strv content;		/* still encoded; n 0: none */

	const char *why;	/* after an error: what is wrong, for people */
	unsigned line;		/* and in which line, from 1 */

	size_t n_headers;
	struct cpim_header headers[CPIM_HEADERS];
};

/*
 * Decode the body of a message/cpim.  Lenient where clients are known to
 * differ: LF alone ends a line, names in any case, remapped prefixes, imdn
 * cpm and iw without their NS, a missing blank line on either side of the
 * MIME headers.  The content reaches to the end of body whatever an inner
 * Content-Length says, unless only line ends follow what it counts.
 *
 * ERR_OK; ERR_BAD_SYNTAX with out->why and out->line set: no CPIM headers at
 * all, a line that is no header, a folded message header, a control
 * character, too many headers, a line too long, an NS without URI, an
 * imdn.Message-ID that is no token or is there twice.
 */
enum err cpim_decode(struct strv body, struct cpim *out);

/* The first header of that namespace (empty: CPIM's own) and name, any
 * case; NULL: none. */
const struct cpim_header *cpim_find(const struct cpim *c, struct strv ns,
    struct strv name);

extern const struct strv cpim_ns_imdn, cpim_ns_cpm, cpim_ns_iw;

/*
 * ISO 8601 as RFC 3339 and clients write it: 2025-03-01T10:00:00Z, any
 * number of fraction digits, offsets +01:00, +0100 and +01.  A time without
 * zone is no time.  false: *ms is untouched.
 */
bool cpim_time(struct strv s, int64_t *ms);

/* Append ms since the epoch as RFC 3339 in UTC, a fraction only if any. */
void cpim_add_time(struct buf *out, int64_t ms);

/* What we write ourselves.  Absent parts are left out. */
struct cpim_out {
	struct strv from, from_name;	/* from: URI without <>; required */
	struct strv to;			/* URI without <>; required */
	int64_t datetime;		/* ms since the epoch */
	struct strv message_id;
	unsigned wants;			/* enum cpim_wants; 0: no header */
	struct strv original_to;
	struct strv subject;		/* left out unless one clean line */
	struct strv service;		/* iw.Service: "sms" */
	struct strv type;		/* required */
	bool notification;		/* Content-Disposition: notification */
	struct strv content;
};

/*
 * Append a CPIM to out, prefixes literally imdn and iw, names in the exact
 * case of the RFCs, CRLF, Content-Length right.
 *
 * ERR_BAD_SYNTAX: a required part is absent, or one has bytes that cannot
 * stand in a header (controls; < and > in a URI); nothing was appended.
 * ERR_TOO_BIG: out is full.
 */
enum err cpim_encode(const struct cpim_out *c, struct buf *out);

#endif
