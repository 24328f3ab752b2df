/* cursor.h - places in lists, as clients carry them: opaque and signed. */

#ifndef ADMIN_CURSOR_H
#define ADMIN_CURSOR_H

#include "op/op.h"

/* For op_cursor_with(): good for this operation with these arguments, order
 * and conditions, until the daemon ends. */
void cursor_seal(const struct op_call *c, struct strv place,
    struct buf *out);
/* false: not one that such a call gave.  All else of c must be there. */
bool cursor_open(const struct op_call *c, struct strv cursor,
    struct buf *place);

#endif
