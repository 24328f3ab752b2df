/* resolve.h - host names to addresses, without stopping the loop. */

#ifndef LOOP_RESOLVE_H
#define LOOP_RESOLVE_H

#include <stdint.h>
#include <sys/socket.h>

#include "base/strv.h"

#define RESOLVE_MAX	8	/* addresses kept of a name */

struct resolved {
	size_t n;		/* 0: why says what is wrong */
	struct {
		struct sockaddr_storage sa;
		socklen_t n;
	} address[RESOLVE_MAX];
	const char *why;	/* for people */
};

/* Once, from the loop, never inside resolve_host(); not after a cancel. */
typedef void resolve_fn(const struct resolved *r, void *arg);

struct resolve;

/*
 * host is a name or an address, IPv6 with or without brackets.  Addresses
 * are answered at once, names by the worker pool (loop/work.h) and for a
 * minute from memory.
 */
struct resolve *resolve_host(struct strv host, uint16_t port,
    resolve_fn *done, void *arg);
/* Before the answer; NULL is fine. */
void resolve_cancel(struct resolve *q);

void resolve_forget(void);	/* empty the memory: tests, end of daemon */

#endif
