/* seal.h - secrets at rest: AES-256-GCM under the key of conf_seal_open(). */

#ifndef CONF_SEAL_H
#define CONF_SEAL_H

#include "base/buf.h"
#include "base/err.h"

/* At most 4096 bytes, to a text and back; the caller wipes clear. */
enum err seal(struct strv clear, struct buf *out);
enum err unseal(struct strv sealed, struct buf *clear);
bool seal_looks_so(struct strv text);

#endif
