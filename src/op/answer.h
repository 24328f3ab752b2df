/* answer.h - what an operation answers: the fields named in its row. */

#ifndef OP_ANSWER_H
#define OP_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strv.h"

/*
 * One text per operation, a word for each field:
 *
 *	"[address+ name state=active|suspended devices:int seen:time?] text~"
 *
 * is a list of rows with four fields each, and a text beside it that may be
 * missing.  Without [] around the first words it is one object.
 *	NAME		a text
 *	NAME=A|B	one of these
 *	NAME:KIND	int, bool, time (RFC 3339), s, ms, us, bytes, percent,
 *			number, texts (an array), object (any members), json
 *	NAME:{...}	an object of these fields
 *	NAME:[...]	an array of such objects
 *	*		and others, as the object has them
 * An answer that is not JSON is "@" and its type.  And at the end, in this
 * order:
 *	?	may be null
 *	~	may be missing
 *	+	the list can be sorted by it, page by page; where there are no
 *		pages, it can be by every field
 */
enum answer_kind {
	ANSWER_TEXT, ANSWER_INT, ANSWER_BOOL, ANSWER_TIME, ANSWER_S,
	ANSWER_MS, ANSWER_US, ANSWER_BYTES, ANSWER_PERCENT, ANSWER_NUMBER,
	ANSWER_TEXTS, ANSWER_OBJECT, ANSWER_JSON,
	ANSWER_FIELDS,		/* {...} */
	ANSWER_ROWS		/* [...] */
};

struct answer_field {
	struct strv name;	/* "": the rows of a list */
	enum answer_kind kind;
	struct strv choices;	/* "a|b", or absent */
	struct strv inner;	/* of FIELDS and ROWS */
	bool null, missing, sorted;
};

/* The next field of *rest; false: there are no more, or it cannot be read
 * (then rest->p is not NULL). */
bool answer_next(struct strv *rest, struct answer_field *f);
const char *answer_kind_name(enum answer_kind k);	/* "int" */
/* A whole number, whatever its unit. */
bool answer_is_int(enum answer_kind k);
/* One value that can be compared. */
bool answer_is_plain(enum answer_kind k);

/* The fields of a list's rows; absent: it is no list. */
struct strv answer_rows(const char *answer);
/* Of a row's fields, by name. */
bool answer_find(struct strv fields, struct strv name,
    struct answer_field *f);
/* All of it can be read, and no name is there twice. */
bool answer_ok(const char *answer);

#endif
