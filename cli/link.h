/* link.h - one connection to the daemon: its socket, or TLS. */

#ifndef CLI_LINK_H
#define CLI_LINK_H

#include <openssl/ssl.h>
#include <sys/types.h>

#include "cli/client.h"

struct link {
	int fd;			/* -1: closed; to be polled */
	SSL *ssl;		/* NULL: a socket of this machine */
	short wants;		/* what it waits for, when not what is asked */
};

/*
 * Until deadline (now_mono()).  false: why says what went wrong.  *seen, when
 * it is not NULL: as remote_trusted() says.
 */
bool link_open(struct link *l, const struct client *c, int64_t deadline,
    char *seen, struct buf *why);
void link_close(struct link *l);

/* As send() and recv(), never waiting: -1 with EAGAIN; 0: it was closed. */
ssize_t link_send(struct link *l, const void *p, size_t n);
ssize_t link_recv(struct link *l, void *p, size_t n);
/* Readiness before the deadline; false: time is up. */
bool link_wait(struct link *l, short what, int64_t deadline);

#endif
