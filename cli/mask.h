/* mask.h - numbers and addresses made unreadable, for pictures of screens. */

#ifndef CLI_MASK_H
#define CLI_MASK_H

#include "base/buf.h"

/*
 * A telephone number keeps its beginning and its last two digits, what is
 * before an @ its first letter, an IP address its first half.  Each character
 * that goes is one column wide, so that drawings stay as they are.  Of bare
 * digits only 8 or more are taken for a number.
 */
void mask_text(struct buf *out, struct strv text);
/* The same in all strings of a JSON text; names of members stay. */
void mask_json(struct buf *out, struct strv json);

#endif
