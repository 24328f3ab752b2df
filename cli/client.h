/* client.h - requests to the daemon, over its socket or HTTPS. */

#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include "base/buf.h"

struct remote;

struct client {
	char *socket;		/* path */
	const struct remote *remote;	/* NULL: the socket */
	int timeout_s;		/* for a whole answer */
};

struct answer {
	int status;		/* HTTP */
	struct buf body;
};

/*
 * One request, one connection.  type may be NULL (no body).  true: *a has an
 * answer, to be freed by answer_free(); false: why says what went wrong in
 * one sentence and *a is empty.
 */
bool client_call(const struct client *c, const char *method,
    const char *target, const char *type, struct strv body, struct answer *a,
    struct buf *why);
void answer_free(struct answer *a);

/* One byte more of an HTTP answer's head, body and length; for the tests. */
enum reply_state { REPLY_MORE, REPLY_DONE, REPLY_BAD };
/* What is known of an answer in all its bytes so far. closed: no more come. */
enum reply_state reply_read(struct strv all, bool closed, int *status,
    struct strv *body);

/* The head of a request but its first line and its end: Host, the token. */
void client_head(const struct client *c, const char *method, struct buf *out);

/* Append s so that it can stand in a path or a query. */
void client_escape(struct buf *out, struct strv s);

#endif
