/* scratch.h - a folder of a test's own, gone when the process ends. */

#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

/*
 * Make a new empty folder below TMPDIR; the path is static until the next
 * call.  It is removed with all that is in it when the calling process exits.
 */
const char *scratch_new(void);

/*
 * A new folder with what a kill at this moment would leave of the databases
 * in dir: the files as they are, without the shared memory.
 */
const char *scratch_crash(const char *dir);

#endif
