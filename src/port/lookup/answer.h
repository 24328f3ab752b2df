/* answer.h - the question and the answer of a look-up, as texts: pure. */

#ifndef PORT_LOOKUP_ANSWER_H
#define PORT_LOOKUP_ANSWER_H

#include "base/buf.h"
#include "base/err.h"
#include "flow/access.h"

#define ANSWER_MAX	4096	/* bytes */
#define ANSWER_HOST	256

/* The parts of a URL that a connection needs. */
struct answer_server {
	char host[ANSWER_HOST];	/* IPv6 without brackets */
	uint16_t port;
	bool tls;
};

/*
 * A URL with {number} (+15550100002, as %2B15550100002) or {digits}
 * (15550100002) in it, https://, or http:// of an address of this machine.
 * ERR_BAD_SYNTAX: why says what is wrong.
 */
enum err answer_check(struct strv url, struct answer_server *server,
    struct buf *why);

/* The URL for a key; false: it is no number (tel:+...). */
bool answer_url(struct strv url, struct strv key, struct buf *out);

/*
 * {"state": "attached" | "detached" | "unknown", "access": ...}; other
 * members are passed over.  ERR_OK; ERR_BAD_SYNTAX: why has the reason.
 */
enum err answer_read(struct strv json, enum access_signal *what,
    struct buf *why);

#endif
