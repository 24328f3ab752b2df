/* csvw.h - write comma separated values (RFC 4180). */

#ifndef BASE_CSVW_H
#define BASE_CSVW_H

#include <stdint.h>

#include "base/buf.h"

struct csvw {
	struct buf *out;	/* borrowed */
	bool more;		/* the line has a field */
};

/*
 * One field.  Quoted where it must be; one that a spreadsheet would take for
 * a formula (= + - @ first) gets an apostrophe in front.
 */
void csvw_field(struct csvw *w, struct strv text);
void csvw_int(struct csvw *w, int64_t v);
void csvw_end(struct csvw *w);	/* of the line: CRLF */

#endif
