/* rollback.h - an older revision into a change. */

#ifndef ADMIN_ROLLBACK_H
#define ADMIN_ROLLBACK_H

#include "conf/draft.h"
#include "op/op.h"

/*
 * Propose the content below each "path" of the call, or all of it; left_out
 * gets what cannot be set any more.  false: the call has failed.
 */
bool rollback_take(struct op_call *c, struct conf_edit *e,
    struct strv content, struct strv renamed, struct buf *left_out);
/* Of revision_fetch(): false: the call has failed. */
bool rollback_found(struct op_call *c, enum err e);

#endif
