/* import.h - many subscribers from a CSV text. */

#ifndef DIR_IMPORT_H
#define DIR_IMPORT_H

#include "dir/jobs.h"
#include "dir/users_priv.h"
#include "loop/work.h"

#define IMPORT_BATCH	1000	/* subscribers in one write */
#define IMPORT_ERRORS	100	/* told one by one; all are counted */
#define IMPORT_KEPT	16	/* finished imports one can still ask for */

enum import_state { IMPORT_CHECKING, IMPORT_WRITING, IMPORT_DONE,
	IMPORT_FAILED, IMPORT_CANCELLED };

/* One record: what is given, checked and keyed; small, there are many. */
struct import_row {
	unsigned line;
	bool has_aliases;
	uint8_t n;			/* addresses */
	struct strv name, klass, password;	/* absent: not given */
	struct strv *keys, *written;	/* n each */
	struct strv secrets;
};

struct import_error {
	unsigned line;
	char *text;
};

struct import {
	struct turn turn;
	struct import *next;		/* import.c's: the newest first */
	uint64_t id;
	enum import_state state;
	struct op_call *call;		/* until it is answered */
	struct op_call *cancel;		/* who waits for its end */
	bool cancelled;
	struct job *job;		/* NULL: forgotten already */
	struct strv actor;
	int64_t started, ended;		/* ms */

	struct arena arena;		/* of the text and the rows */
	struct strv text;
	struct site site;
	struct import_row *rows;
	size_t n, size;
	struct import_error errors[IMPORT_ERRORS];
	size_t nerrors;			/* also those beyond the array */

	size_t checked, done;		/* rows */
	size_t added, updated;
	struct provision p;		/* the batch on its way */
	struct account *batch;
	enum provision_kind *kinds;
	size_t batch_added;
};

/* import_rows.c, in a worker: text to rows and errors. */
void import_parse(struct import *m);
void import_error(struct import *m, unsigned line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What profile_merge() asks for. */
void import_row_profile(const struct import_row *r, struct profile *out);
void import_row_account(const struct import_row *r, struct account *out);

#endif
