/* amending.h - the operator's rules about content, on a message's way. */

#ifndef FLOW_AMENDING_H
#define FLOW_AMENDING_H

#include "base/buf.h"
#include "flow/plan.h"

/*
 * Apply them to m, which comes in: as dir/amend.h.  names is for
 * amending_trace().  Never to reports and what the system itself says.
 */
enum err amending_apply(struct message *m, struct plan *p,
    struct buf *names);
/* m has its id: say in its trace what was done, if anything was. */
void amending_trace(const struct message *m, const struct buf *names);

/* For explain: a note for each rule that fits.  ERR_FORBIDDEN: refused. */
enum err amending_explain(const struct message *m, struct plan *p);

#endif
