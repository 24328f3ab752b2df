/* form.h - the content of a message as one device can read it. */

#ifndef PORT_SIP_FORM_H
#define PORT_SIP_FORM_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "core/message.h"

struct form {
	struct buf type;	/* Content-Type; empty: there is no content */
	struct buf encoding;	/* Content-Encoding, or empty */
	struct buf body;
};

void form_init(struct form *f, size_t max_body);
void form_deinit(struct form *f);

/*
 * cpim: the device reads message/cpim.  A CPIM for it stays byte for byte,
 * plain content is wrapped, with m->imdn_id.  Other devices get the content
 * of a CPIM with its encodings undone.  A report without content becomes a
 * CPIM with an IMDN for both.  from and to are URIs for what we write.
 *
 * ERR_OK, ERR_BAD_SYNTAX, ERR_BAD_CONTENT, ERR_TOO_BIG.
 */
enum err form_make(const struct message *m, bool cpim, struct strv from,
    struct strv to, struct form *f);

#endif
