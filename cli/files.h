/* files.h - the files that lines of the user name. */

#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "base/buf.h"

/*
 * From now on, for the whole program, only plain names in ~/parley-out can be
 * read and written, and the pager is less.  For users who have no other shell.
 */
void files_restrict(void);
bool files_restricted(void);

/* "~/x" is in the user's own folder.  A descriptor, or -1: why says what is
 * wrong.  What is written is for its owner alone. */
int files_read(const char *path, struct buf *why);
int files_write(const char *path, struct buf *why);

/*
 * A file of the shell itself: $VARIABLE/parley/NAME or ~/FALLBACK/parley/NAME.
 * Folders are made, others may not read.  false: there is no home.
 */
bool files_own(const char *variable, const char *fallback, const char *name,
    char *path, size_t size);

#endif
