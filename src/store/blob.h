/* blob.h - contents too large for a row: files named by their SHA-256. */

#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include <stdint.h>

#include "base/buf.h"
#include "store/db.h"

#define BLOB_MIN	(64 * 1024)	/* bytes; smaller ones stay in the row */
#define BLOB_HASH	32

/*
 * All in the writer thread, inside a transaction of DB_STORE; the table file
 * counts who has each.  A file is on disk, with its folder's entry, before
 * the row that counts it is committed.
 */

/* Write bytes unless they are there, and count one more holder. */
enum err blob_put(struct db *db, struct strv bytes, uint8_t hash[BLOB_HASH]);
/* One holder less; *last: none is left, so blob_remove() it after the
 * commit. */
enum err blob_drop(struct db *db, struct strv hash, bool *last);
/* Remove the file unless somebody has it again. */
void blob_remove(struct db *db, struct strv hash);

/* Any thread: open the file to read; -1: it cannot be (logged). */
int blob_open(struct strv hash);
/* Any thread: append the bytes.  ERR_STORAGE: it cannot be read. */
enum err blob_get(struct strv hash, struct buf *out);

#endif
