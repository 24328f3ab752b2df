/* linked.h - the content behind a link: of one leg, read where it lies. */

#ifndef STORE_LINKED_H
#define STORE_LINKED_H

#include "core/leg.h"
#include "store/db.h"

struct linked {
	enum leg_state state;
	int64_t received, expires;	/* of the message, of the leg; ms */
	struct strv type, encoding;
	struct strv bytes;
	/* The file that has these bytes from its start; -1: none. */
	int fd;
	struct buf texts;	/* linked.c's, like map */
	void *map;
};

/*
 * Any thread but the core, on its own connection.  ERR_OK: until
 * linked_close().  ERR_NO_USER: the leg is not there, or its message has no
 * content.  ERR_STORAGE.
 */
enum err linked_open(uint64_t leg, struct linked *out);
void linked_close(struct linked *l);

#endif
