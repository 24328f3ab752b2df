/* writer.h - the writer thread: takes all that waits, one transaction. */

#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "store/db.h"

/*
 * One unit of work, embedded in a larger struct of the caller, who keeps it
 * alive and untouched from writer_put() until done().
 */
struct write {
	enum db_which db;
	/*
	 * In the writer thread, inside the transaction of its batch.  It sees
	 * all earlier writes.  Refusals come before the first change: what
	 * one write has changed is undone only together with its batch, so
	 * ERR_STORAGE after a change fails the batch.
	 */
	enum err (*run)(struct write *w, struct db *db);
	/*
	 * In the core, after the batch was committed, in the order of the
	 * puts.  err is what run() said, or ERR_STORAGE when the batch was
	 * rolled back (disk full, I/O error): then nothing has happened,
	 * and run() may not have been called.
	 */
	void (*done)(struct write *w);
	enum err err;
	struct write *next;	/* writer.c's */
};

#define WRITER_LIMIT	20000	/* waiting writes; past it: busy */
#define WRITER_BATCH	500	/* writes in one transaction */

void writer_start(void);	/* after db_open_all() */
void writer_stop(void);		/* finishes what waits, closes nothing */

void writer_put(struct write *w);	/* core only; cannot fail */
bool writer_is_failing(void);	/* the newest batch was rolled back; core */
bool writer_busy(void);		/* over the limit: refuse new work; core */

/*
 * Run and post everything now, in this thread; for tests without threads,
 * and at start before writer_start().
 */
void writer_drain(void);

#endif
