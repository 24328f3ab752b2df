/* charging.h - charging records: files of what happened, without a gap. */

#ifndef STORE_CHARGING_H
#define STORE_CHARGING_H

#include "store/db.h"

/*
 * While charging is on every chargeable fact is noted in the table charge by
 * the transaction that makes it true.  A worker writes the facts to
 *
 *	DIR/cdr/cpm-SITE-SEQ.jsonl.tmp	(and .csv.tmp)
 *
 * where SEQ is that of the first record, flushes the file to disk, and only
 * then they go.  When it is large or old enough, a file with its SHA-256
 * is written beside it and it loses its .tmp; from then on it never changes.
 * After a kill the open file is continued behind its last whole record, so no
 * record is lost, and none is there twice.  Switched off, what is noted is
 * still written, nothing else is noted, and no number is used.
 */
void charging_register(void);	/* settings, before conf_load_row() */
void charging_start(void);	/* core, after writer_start() */
void charging_stop(void);	/* before the writer and the workers stop */

/* Close the open files now; done(arg) in the core.  false: it is closing. */
bool charging_close(void (*done)(enum err e, void *arg), void *arg);

struct charging_status {
	int64_t written;	/* the newest seq in a file */
	int64_t backlog;	/* facts that are in none */
	int64_t behind_ms;	/* age of the oldest of them; 0: none */
	const char *why;	/* it cannot write, or NULL */
};
void charging_status(struct charging_status *s);	/* core */

/* --- the files; any thread ------------------------------------------------ */

struct charging_file {
	const char *name;
	bool open;		/* still a .tmp */
	int64_t first;		/* seq */
	int64_t size, changed;	/* bytes, ms */
	const char *sha256;	/* hex, or "" */
};
/* In order of name, until fn returns false. */
typedef bool charging_file_fn(const struct charging_file *f, void *arg);
enum err charging_files(const char *dir, charging_file_fn *fn, void *arg);

#endif
