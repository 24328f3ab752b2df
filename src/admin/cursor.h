/* cursor.h - places in lists, as clients carry them: opaque and signed. */

#ifndef ADMIN_CURSOR_H
#define ADMIN_CURSOR_H

#include "op/op.h"

/* For op_cursor_with(): good for this operation, until the daemon ends. */
void cursor_seal(const struct op *op, struct strv place, struct buf *out);
/* false: not one that this operation gave. */
bool cursor_open(const struct op *op, struct strv cursor,
    struct buf *place);

#endif
