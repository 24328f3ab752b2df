/* access.h - what was last heard of subscribers' phones, on disk. */

#ifndef STORE_ACCESS_H
#define STORE_ACCESS_H

#include "store/db.h"

struct access_row {
	uint64_t subscriber;
	int state;		/* enum access */
	int64_t since, heard, silent;	/* ms; flow/access.h */
};

/* In run() of a write to DB_STORE; ERR_STORAGE when it fails. */
enum err access_row_put(struct db *db, const struct access_row *r);

/* At start, in this thread: those heard since then (ms), the longest unheard
 * first; the others are deleted. */
typedef void access_row_fn(const struct access_row *r, void *arg);
enum err access_rows_each(int64_t since, access_row_fn *fn, void *arg);

#endif
