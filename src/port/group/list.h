/* list.h - a message that brings the list of its recipients (RFC 5365). */

#ifndef PORT_GROUP_LIST_H
#define PORT_GROUP_LIST_H

#include "base/err.h"
#include "port/group/fanout.h"

struct content;

/*
 * Read the list and what its recipients shall get; fills roster and content
 * of to.  Whoever is named twice, in whatever spelling, is there once.
 *
 * ERR_BAD_SYNTAX, ERR_BAD_CONTENT: it is not what the edge let in.
 */
enum err list_expand(const struct content *c, struct fanout_to *to);

#endif
