/* bindings_priv.h - what the files of the bindings share. */

#ifndef DIR_BINDINGS_PRIV_H
#define DIR_BINDINGS_PRIV_H

#include "dir/bindings.h"
#include "dir/users_priv.h"
#include "store/registrations.h"

enum binding_event {
	BINDING_NEW, BINDING_REFRESHED, BINDING_REMOVED, BINDING_EXPIRED,
	BINDING_DEAD
};
void binding_event(enum binding_event e);	/* counts it */

struct binding *binding_copy(const struct binding *from);
/* The one that b replaces; NULL: none. */
struct binding *binding_like(struct user *u, const struct binding *b);
bool binding_same_key(const struct binding *a, const struct binding *b);

void binding_insert(struct user *u, struct binding *b);	/* takes b over */
void binding_remove(struct binding *b);			/* frees it */
/* false: more than times differ; nothing was done. */
bool binding_refresh(struct binding *b, const struct binding *by);

/* Rows to delete, in one write; the list is freed. */
struct ids {
	uint64_t *p;
	size_t n, size;
};
void ids_add(struct ids *ids, uint64_t id);
void registrations_drop(struct ids *ids);

#endif
