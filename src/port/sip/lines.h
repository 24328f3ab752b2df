/* lines.h - header lines kept with a message, and parameters in them. */

#ifndef PORT_SIP_LINES_H
#define PORT_SIP_LINES_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/strv.h"

#define LINES_TOKEN	128	/* bytes of Conversation-ID and its like */
#define LINES_MAX	8192	/* bytes of all lines kept with a message */

/*
 * Take the next "Name: value\r\n" off *rest; views into it.  false: none is
 * left.
 */
bool lines_next(struct strv *rest, struct strv *name, struct strv *value);

/* The value of the first line of that name, any case; or absent. */
struct strv lines_find(struct strv lines, struct strv name);

/* The sender asked to be anonymous (Privacy, RFC 3323 and 3325). */
bool lines_private(struct strv lines);

/*
 * Append a line.  raw may hold the folds and the white space of the wire;
 * a fold becomes one space, everything else stays byte for byte.
 */
void lines_add(struct buf *lines, struct strv name, struct strv raw);

/*
 * Take the next element off a list separated by sep, or the next parameter:
 * separators inside quotes or <> do not count, white space around is
 * dropped.  false: none is left.
 */
bool lines_item(struct strv *rest, char sep, struct strv *item);

/* Split "name = value" at the =; value is absent when there is none and
 * comes without its quotes. */
void lines_param(struct strv item, struct strv *name, struct strv *value);

/* 1 to LINES_TOKEN visible characters, no space. */
bool lines_is_token(struct strv s);

struct strv lines_trim(struct strv s);

#endif
