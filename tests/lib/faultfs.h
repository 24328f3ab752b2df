/* faultfs.h - a file system for SQLite that fails when it is told to. */

#ifndef TESTS_FAULTFS_H
#define TESTS_FAULTFS_H

/* Make it the default of all databases opened from now on. */
void faultfs_install(void);

/*
 * After `after` more writes and syncs all of them fail with rc (SQLITE_FULL,
 * SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC), until faultfs_heal().
 */
void faultfs_fail(int after, int rc);
void faultfs_heal(void);

#endif
