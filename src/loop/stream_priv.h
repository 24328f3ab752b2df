/* stream_priv.h - what stream.c asks of TLS (secure.c). */

#ifndef LOOP_STREAM_PRIV_H
#define LOOP_STREAM_PRIV_H

#include "base/buf.h"
#include "loop/stream.h"

/*
 * One TLS session between two queues of bytes: it never touches the socket.
 * OpenSSL's own sockets would raise SIGPIPE.
 */
struct secure_session;

/* host NULL: no name is sent, only the chain is verified. */
struct secure_session *secure_open(struct secure *s, const char *host);
void secure_close(struct secure_session *t);	/* NULL is fine */

enum secure_result {
	SECURE_WAIT,	/* needs more from the peer */
	SECURE_DONE,	/* handshake: finished */
	SECURE_ENDED,	/* the peer said that it closes */
	SECURE_FAILED	/* why says what */
};

/* What came from the socket. */
void secure_feed(struct secure_session *t, const void *p, size_t n);
/* A step of the handshake; what must go to the peer is appended to out. */
enum secure_result secure_handshake(struct secure_session *t,
    struct buf *out, char *why);
/* Append clear text to in, at most up to its limit. */
enum secure_result secure_read(struct secure_session *t, struct buf *in,
    struct buf *out, char *why);
/* Append s, sealed, to out.  false: out is full, or the session broken. */
bool secure_write(struct secure_session *t, struct strv s, struct buf *out);
/* Say that we close. */
void secure_goodbye(struct secure_session *t, struct buf *out);

#endif
