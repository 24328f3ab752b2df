/* waiting.h - legs that wait in one queue, chosen by what they are. */

#ifndef STORE_WAITING_H
#define STORE_WAITING_H

#include "store/journal.h"

struct waiting_filter {
	struct strv hop;
	int state;		/* LEG_READY, LEG_HELD; -1: both */
	struct strv why;	/* name in err.def; absent: any */
	struct strv from, to;	/* keys of sender and recipient; absent: any */
	uint64_t upto;		/* legs up to this id; 0: all */
};

struct waiting_count {
	int64_t n;
	uint64_t oldest, newest;	/* ids of legs; 0: there is none */
};

/* Any thread, on its reader: may take a second on a million. */
enum err waiting_count(const struct waiting_filter *f,
    struct waiting_count *out);
/* Ids above after, in order, at most max; *n: how many. */
enum err waiting_find(const struct waiting_filter *f, uint64_t after,
    uint64_t *ids, size_t max, size_t *n);

/*
 * From the core: of these legs those that are HELD for a time shall go as soon
 * as they are looked at.  done gets their hops, each once.
 */
void waiting_retry(const uint64_t *ids, size_t n, journal_hops_fn *done,
    void *arg);
/* The same of all HELD legs of a message; ERR_NO_USER: there are none. */
void waiting_retry_message(uint64_t first, uint64_t last,
    journal_hops_fn *done, void *arg);

#endif
