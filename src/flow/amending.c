/* amending.c - the operator's rules about content, on a message's way. */

#include "core/content.h"
#include "core/message.h"
#include "dir/amend.h"
#include "dir/users.h"
#include "flow/amending.h"
#include "flow/term.h"
#include "flow/trace.h"

static bool is_exempt(const struct message *m)
{
	return !amend_any() || m->origin == FROM_SYSTEM ||
	    m->kind == MESSAGE_REPORT || !m->content;
}

/* Whose service sends it; a group's and a network's was asked before, or is
 * not ours. */
static const struct user *sender(const struct message *m)
{
	return m->origin == FROM_USER ? user_find(m->from) : NULL;
}

enum err amending_apply(struct message *m, struct plan *p, struct buf *names)
{
	enum err e;

	if (is_exempt(m))
		return ERR_OK;
	e = amend(m, sender(m), user_find(m->to), names);
	if (e != ERR_OK)
		term_refused(m, p, SCREENED_REFUSED, names->n ? names->p :
		    "content");
	else if (names->n)
		term_count(SCREENED_AMENDED);
	return e;
}

void amending_trace(const struct message *m, const struct buf *names)
{
	if (names->n)
		trace_step(m->id, LANE_PF, LANE_PF, "amended by content-rule "
		    "%s", names->p);
}

enum err amending_explain(const struct message *m, struct plan *p)
{
	struct amend_said said;
	size_t at = 0;

	if (!p->explaining || is_exempt(m))
		return ERR_OK;
	while (amend_explain(m->content->type, m->content->bytes.n,
	    sender(m), user_find(m->to), &at, &said)) {
		term_note(p, "content", !said.refuses, "content-rule %s: %s",
		    said.rule, said.effect);
		if (said.refuses)
			return ERR_FORBIDDEN;
	}
	return ERR_OK;
}
