/* csv.h - read comma separated values, record by record (RFC 4180). */

#ifndef WIRE_CSV_H
#define WIRE_CSV_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/strv.h"

#define CSV_FIELDS	32		/* of one record */
#define CSV_RECORD_SIZE	65536		/* bytes of one record */

enum csv_got {
	CSV_RECORD,	/* field[0..n) and line are set */
	CSV_MORE,	/* all of the input is used, give more */
	CSV_END,	/* all of the input is used, and it was the last */
	CSV_BAD		/* line, column and why are set; final */
};

struct csv {
	struct strv field[CSV_FIELDS];	/* unquoted; until the next call */
	size_t n;
	unsigned line;		/* where the record begins, or the error is */
	unsigned column;	/* of an error: characters from 1 */
	const char *why;	/* of an error: for people */

	/* the reader's own */
	struct buf bytes;		/* the record's fields, joined */
	size_t end[CSV_FIELDS];		/* where each ends in bytes */
	unsigned column_of[CSV_FIELDS];	/* where each began */
	unsigned line_of[CSV_FIELDS];
	int state;
	bool begun;			/* the record has a byte */
	unsigned at_line, at_column;	/* of the next byte */
	unsigned first_line;		/* of the record being read */
	unsigned bom;			/* bytes of a BOM seen; 3: past it */
};

void csv_init(struct csv *c);
void csv_deinit(struct csv *c);

/*
 * Read on and take what was used off *in; last tells that nothing follows
 * *in.  CRLF and LF end a record, inside quotes they belong to the field.
 * Empty lines are skipped, a BOM at the start too; spaces are kept.
 *
 * CSV_BAD: a quote inside an unquoted field, anything but a comma or line
 * end behind a closing quote, a quote never closed, a lone CR, a NUL,
 * invalid UTF-8, too many fields or bytes.
 */
enum csv_got csv_next(struct csv *c, struct strv *in, bool last);
/* A field without the mark that base/csvw.h puts before = + - @ and a tab, so
 * that no spreadsheet takes it for a formula. */
struct strv csv_unmarked(struct strv field);

#endif
