/* stream.h - a TCP or TLS connection: bytes in, bytes out, one end. */

#ifndef LOOP_STREAM_H
#define LOOP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/strv.h"

/* Whom TLS connections trust; shared by those of one peer. */
struct secure;

/*
 * ca: a PEM file, NULL or empty: the system's.  verify off takes any
 * certificate.  NULL: the file cannot be read; why (80 bytes) says so.
 * The owner frees it after the last stream that was opened with it.
 */
#define SECURE_WHY	80
struct secure *secure_new(const char *ca, bool verify, char *why);
void secure_free(struct secure *s);	/* NULL is fine */

struct stream_opt {
	size_t max_in;		/* bytes of input kept while a unit is cut */
	size_t max_out;		/* bytes of output that may wait */
	int64_t connect_ms;	/* for connection and TLS together */
	struct secure *secure;	/* NULL: no TLS */
	const char *host;	/* TLS: name to send and verify; or NULL */
};

/*
 * All are called from the loop, never inside a call of this header, and not
 * after stream_free().  Inside them everything here may be called, also
 * stream_free().
 */
struct stream_handler {
	/* Connected, and the TLS handshake is done. */
	void (*opened)(void *arg);
	/*
	 * All input that waits.  Returns how many bytes of it are done with;
	 * the rest is given again when more has come.
	 */
	size_t (*input)(struct strv bytes, void *arg);
	/*
	 * Once, the last call: not connected in time, closed by the peer,
	 * broken, or input that filled max_in and was not taken.  why is for
	 * people.  The stream still has to be freed.
	 */
	void (*closed)(const char *why, void *arg);
};

struct stream;

/* Connect; the address is copied, h and what opt points to are borrowed. */
struct stream *stream_connect(const struct sockaddr *to, socklen_t n,
    const struct stream_opt *opt, const struct stream_handler *h, void *arg);
/* Take over a connected descriptor. */
struct stream *stream_adopt(int fd, const struct stream_opt *opt,
    const struct stream_handler *h, void *arg);

/*
 * Send all of it, in order, as the peer takes it; what is written in one
 * turn of the loop leaves together.  false: not open, or more than max_out
 * would wait; then nothing of it is sent.
 */
bool stream_write(struct stream *s, struct strv bytes);

size_t stream_waiting(const struct stream *s);	/* bytes not yet sent */

/* Let go of s when what was written is sent, after ms at the latest.  No
 * callback follows. */
void stream_finish(struct stream *s, int64_t ms);

/* At once, without sending what waits.  NULL is fine. */
void stream_free(struct stream *s);

#endif
