/* fetch.h - HTTP requests from a thread of their own, over libcurl. */

#ifndef PORT_LOOKUP_FETCH_H
#define PORT_LOOKUP_FETCH_H

#include "base/buf.h"
#include "base/list.h"

/*
 * One GET.  The texts are its owner's until done(); what libcurl does with
 * certificates takes too long for the core, so it has its own thread.
 */
struct fetch {
	const char *url;
	const char *address;	/* +HOST:PORT:IP[,IP...], so that no name is
				 * asked for; NULL: the URL has an address */
	const char *user, *password;	/* Basic; or NULL */
	const char *bearer;	/* or NULL */
	const char *ca;		/* PEM file of authorities; NULL: the system's */
	long timeout_ms;
	struct buf body;	/* the answer; set up with its limit */
	long status;		/* 0: none; why says it */
	const char *why;	/* for people */
	/* In the core, once; not after fetch_stop(). */
	void (*done)(struct fetch *f);
	void *arg;

	struct list hook;	/* fetch.c's, like the rest */
	void *easy, *headers, *resolve;
};

/* Core.  false: no thread could be made. */
bool fetch_start(void);
/*
 * Core: waits for the thread, some milliseconds; given() gets each fetch that
 * was not done.  Fine when not started.
 */
void fetch_stop(void (*given)(struct fetch *f));
void fetch_put(struct fetch *f);	/* core; between the two */

#endif
