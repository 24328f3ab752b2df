/* map.h - hash map from bytes or a number to a pointer. */

#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strv.h"

/*
 * Open addressing, grows by itself.  Keys are borrowed: the caller keeps the
 * bytes alive and unchanged while the entry is in the map (they usually live
 * in the value).  Values are never NULL.  The hash is seeded per process, so
 * a peer cannot choose colliding keys.
 */
struct map_slot {
	struct strv key;	/* p NULL in a map of numbers */
	uint64_t hash;		/* the number itself in a map of numbers */
	void *value;		/* NULL: free; see map.c for removed */
};

struct map {
	struct map_slot *slots;
	size_t n;	/* entries */
	size_t used;	/* entries and removed ones */
	size_t size;	/* slots; a power of two, or 0 */
};

void map_init(struct map *m);
void map_deinit(struct map *m);		/* frees no value */

void *map_get(const struct map *m, struct strv key);	/* NULL: absent */
/* Set or replace; returns the value it replaced, or NULL. */
void *map_set(struct map *m, struct strv key, void *value);
void *map_del(struct map *m, struct strv key);	/* the removed value */

void *map_get_u64(const struct map *m, uint64_t key);
void *map_set_u64(struct map *m, uint64_t key, void *value);
void *map_del_u64(struct map *m, uint64_t key);

/*
 * Walk all entries: size_t at = 0; while ((v = map_next(m, &at))) ...
 * The body may delete the entry it was given, and nothing else.
 */
void *map_next(const struct map *m, size_t *at);

uint64_t map_hash(struct strv key);

#endif
