/* payload.h - of which types the content of a message is. */

#ifndef DIR_PAYLOAD_H
#define DIR_PAYLOAD_H

#include "base/buf.h"

struct message;

/*
 * Append the media types of what m carries, separated by blanks, without
 * parameters and in lower case: what is inside a CPIM, and of a multipart
 * its parts too.  What cannot be read counts by its Content-Type.
 */
void payload_types(const struct message *m, struct buf *out);

#endif
