/* conn.h - a stream connection with buffers on both sides. */

#ifndef SIM_CONN_H
#define SIM_CONN_H

#include "bytes.h"
#include "poller.h"

/*
 * data: something new is in in; take it from the front with buf_drop.
 * Returns false if it has closed the connection.
 * closed: the peer is gone; the connection is stopped already.
 */
struct conn_handler {
	bool (*data)(void *arg);
	void (*closed)(void *arg);
};

struct conn {
	struct watch w;
	struct buf in, out;
	const struct conn_handler *h;
	void *arg;
	uint32_t mask;	/* what epoll was last told */
	bool corked;	/* output waits until data() returns */
	bool deaf;	/* nothing is read */
};

/* Takes over fd, which may still be connecting. */
void conn_start(struct conn *c, int fd, const struct conn_handler *h,
	void *arg);
void conn_send(struct conn *c, struct strv data);
void conn_deaf(struct conn *c, bool deaf);

/* Close at once; closed() is not called.  Harmless on a stopped one. */
void conn_stop(struct conn *c);

#endif
