/* charging_out.h - one open file of charging records, and its end. */

#ifndef STORE_CHARGING_OUT_H
#define STORE_CHARGING_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strv.h"

/* One format's file; start with { .ext = "jsonl", .fd = -1 }. */
struct charging_out {
	const char *ext;	/* "jsonl", "csv" */
	int fd;			/* -1: none is open */
	char name[300];		/* without .tmp */
	int64_t last;		/* the newest seq in it; 0: none known */
	int64_t size;		/* bytes */
	int64_t safe, safe_last;	/* both as of the newest flush */
	int64_t opened;		/* ms; of one that was there: the start */
};

/*
 * In one worker at a time; dir is DIR/cdr.  All return false with errno set;
 * what was half done is undone or done again by the next call.
 */
/* Go on with what a former run left open, behind its last whole record. */
bool charging_out_recover(struct charging_out *o, const char *dir);
/* Make it if none is open, named by the seq first; write lines. */
bool charging_out_append(struct charging_out *o, const char *dir,
    const char *site, int64_t first, int64_t last, struct strv head,
    struct strv lines);
/* To disk; false: what was appended since the last flush is not there. */
bool charging_out_flush(struct charging_out *o);
/* Its SHA-256 beside it, then its name without .tmp. */
bool charging_out_close(struct charging_out *o, const char *dir);

#endif
