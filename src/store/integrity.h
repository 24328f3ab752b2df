/* integrity.h - is a database file whole? */

#ifndef STORE_INTEGRITY_H
#define STORE_INTEGRITY_H

#include "store/db.h"

/*
 * Look at every page, on a connection of its own: a second for each 500 MB,
 * or more.  Any thread but the core; given up when the workers stop.
 * ERR_OK: it is whole.  ERR_BAD_CONTENT: damaged, why has one sentence.
 * ERR_STORAGE: it could not be looked at.
 */
enum err integrity_check(enum db_which which, struct buf *why);

#endif
