/* review.h - a change of settings as people see it before they commit. */

#ifndef ADMIN_REVIEW_H
#define ADMIN_REVIEW_H

#include "conf/draft.h"
#include "op/op.h"

/* The fields "changes" and "sentences" of an answer. */
void changes_json(struct op_call *c, const struct conf_edit *e);
/* The text of an answer, in the form of its argument "format". */
void changes_say(struct op_call *c, const struct conf_edit *e);

/* The field "conflicts", and lines for people; how many there are. */
size_t conflicts_json(struct op_call *c, const struct conf_edit *e);
size_t conflicts_text(const struct conf_edit *e, struct buf *out);

/*
 * Can it be committed, and what would happen: errors, conflicts, tests,
 * plan.  Ends the call; exit 5 when it cannot.  Tests alone only warn.
 */
void check_answer(struct op_call *c, struct conf_edit *e);

#endif
