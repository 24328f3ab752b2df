/* feed.h - what happens in the daemon, as it happens (GET /events). */

#ifndef CLI_FEED_H
#define CLI_FEED_H

#include "cli/link.h"

struct feed {
	struct link link;	/* its fd is to be polled for reading */
	int status;		/* HTTP; 0: not yet known */
	struct buf in;
	size_t used;		/* of in, by the event that was given */
};

/* false: why says what went wrong; f is closed. */
bool feed_open(struct feed *f, const struct client *c, const char *topics,
    struct buf *why);
void feed_close(struct feed *f);
/* Take what has come; false: the daemon has closed it. */
bool feed_read(struct feed *f);
/* The next event, valid until the next call of any of these. */
bool feed_next(struct feed *f, struct strv *event, struct strv *data);

/*
 * One event of a stream (WHATWG HTML 9.2): *used bytes are done with.
 * event is absent for a comment.  false: its end has not come.
 */
bool sse_next(struct strv all, size_t *used, struct strv *event,
    struct strv *data);

#endif
