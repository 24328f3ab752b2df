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

#define CHECK_ANSWER \
	"errors:[path message]~ conflicts:[path base? mine? " \
	"theirs? their_actor their_revision:int]~ tests:[path " \
	"ok:bool says]~ plan:[section name? " \
	"change=new|changed|deleted " \
	"impact=live|relink|rebind|restart|lockout says] " \
	"lockout:bool~ revert_in_s:s~ ok:bool~ exit:int~ text~"
#define CHANGES_ANSWER \
	"changes:[path:texts op=set|delete was? will? default? " \
	"secret:bool impact=live|relink|rebind|restart|lockout] " \
	"sentences:texts"
#define CONFLICTS_ANSWER \
	"conflicts:[path base? mine? theirs? their_actor " \
	"their_revision:int]"

#endif
