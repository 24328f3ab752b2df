/* push_priv.h - what push.c asks of push_text.c. */

#ifndef PORT_SIP_PUSH_PRIV_H
#define PORT_SIP_PUSH_PRIV_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "port/sip/form.h"
#include "port/sip/sip_priv.h"

struct binding;

#define PUSH_LINES	48	/* header lines of a request we send */

/* The texts of a MESSAGE to one device (spec/conversation.md 3.1). */
struct push_text {
	struct buf from, to;	/* header values; from without its tag */
	struct buf lines;	/* all other headers, "Name: value\r\n" */
	struct form form;
};

void push_text_init(struct push_text *t);
void push_text_deinit(struct push_text *t);
enum err push_text_write(const struct message *m, const struct user *to,
    const struct binding *b, bool cpim, const struct buf *routes,
    struct push_text *t);

/*
 * Append a Call-ID.  A client that knows no CPIM names the message by its
 * Call-ID in the IMDN it sends (liblinphone): for it, it is the message's id.
 */
void push_call_id(const struct message *m, bool cpim, struct buf *out);

/*
 * Cut lines into strings and make a tag of each, PUSH_LINES at most and the
 * end; Sofia then writes them byte for byte.
 */
void push_lines_to_tags(struct buf *lines, tagi_t *tags);

#endif
