/* filter.h - which rows of a list are wanted: a few conditions. */

#ifndef OP_FILTER_H
#define OP_FILTER_H

#include "base/buf.h"
#include "op/answer.h"

/*
 *	devices>2 and seen<2026-11-01 and address=tel:+1555* and name!=""
 *
 * = != < <= > >= on the fields of a row; text with * at its end: what begins
 * so (= and != only).  A value with a space stands in "".  Times as op_when()
 * takes them, booleans true and false; an empty value is null too.  Nothing
 * is ever < or > null.  All conditions hold, or the row is left out.
 */
#define FILTER_MAX 8	/* conditions */

enum filter_how { FILTER_EQ, FILTER_NE, FILTER_LT, FILTER_LE, FILTER_GT,
	FILTER_GE };

struct filter {
	struct term {
		struct strv name, text;
		enum answer_kind kind;
		enum filter_how how;
		bool prefix;
		int64_t number;	/* also ms, and 0 or 1 */
	} terms[FILTER_MAX];
	size_t n;
	unsigned seen, held;	/* bit per term, of the row at hand */
};

/*
 * Add the conditions of text, which must stay, to *f; fields are the row's
 * (answer_rows()).  false: why says what is wrong in one sentence.
 */
bool filter_parse(struct filter *f, struct strv fields, struct strv text,
    struct buf *why);
/* One that is name=value already. */
bool filter_equal(struct filter *f, struct strv fields, struct strv name,
    struct strv value, struct buf *why);

/* "x" is no field of this list (did you mean y?) */
void filter_unknown(struct strv fields, struct strv name, struct buf *why);

/* The field meant by name, or absent. */
struct strv filter_near(struct strv fields, struct strv name);

/* "30s" ago, "2026-11-20": as op_when(); text ends in NUL or in what no time
 * has. */
bool when_parse(struct strv text, int64_t *ms);
bool span_parse(struct strv text, int64_t *ms);	/* "30s": how long */

/* The next row; then its values, as they come; then whether it is wanted.
 * What did not come is null. */
static inline void filter_row(struct filter *f)
{
	f->seen = f->held = 0;
}
void filter_text(struct filter *f, const char *name, struct strv v);
void filter_number(struct filter *f, const char *name, int64_t v);
/* As memcmp() says; nothing is before everything. */
int filter_order(struct strv a, struct strv b);
bool filter_holds(struct filter *f);

#endif
