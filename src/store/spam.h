/* spam.h - legs in the spam folder, on disk. */

#ifndef STORE_SPAM_H
#define STORE_SPAM_H

#include "store/journal.h"

/*
 * The legs of a message that are SPAM become HELD, and live until expires
 * (ms) at least: done gets their hops, for their wakes.  ERR_NO_USER: there
 * are none; ERR_STORAGE.
 */
void spam_release(uint64_t message, int64_t expires, journal_hops_fn *done,
    void *arg);
/* The same, but they become CANCELLED. */
void spam_cancel(uint64_t message, journal_hops_fn *done, void *arg);

#endif
