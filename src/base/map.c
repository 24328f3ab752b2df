/* map.c - hash map with open addressing and linear probing. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/rand.h"

/* marks a slot whose entry was removed: probing goes on past it */
static char removed[1];

void map_init(struct map *m)
{
	*m = (struct map){ 0 };
}

void map_deinit(struct map *m)
{
	free(m->slots);
	map_init(m);
}

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	x ^= x >> 32;
	return x;
}

static uint64_t seed(void)
{
	static uint64_t s;

	if (s == 0)
		s = rand_u64() | 1;
	return s;
}

uint64_t map_hash(struct strv key)
{
	uint64_t h = seed() ^ key.n, word;

	while (key.n >= sizeof(word)) {
		memcpy(&word, key.p, sizeof(word));
		h = mix(h ^ word);
		key.p += sizeof(word);
		key.n -= sizeof(word);
	}
	word = 0;
	if (key.n)
		memcpy(&word, key.p, key.n);
	return mix(h ^ word);
}

static size_t start(const struct map *m, struct strv key, uint64_t hash)
{
	return (key.p ? hash : mix(hash ^ seed())) & (m->size - 1);
}

static struct map_slot *find(const struct map *m, struct strv key,
    uint64_t hash)
{
	if (m->size == 0)
		return NULL;
	for (size_t i = start(m, key, hash);; i = (i + 1) & (m->size - 1)) {
		struct map_slot *s = &m->slots[i];

		if (!s->value)
			return NULL;
		if (s->value != removed && s->hash == hash &&
		    strv_eq(s->key, key))
			return s;
	}
}

static void place(struct map *m, struct strv key, uint64_t hash, void *value)
{
	size_t i = start(m, key, hash);

	while (m->slots[i].value && m->slots[i].value != removed)
		i = (i + 1) & (m->size - 1);
	if (!m->slots[i].value)
		m->used++;
	m->slots[i] = (struct map_slot){ key, hash, value };
	m->n++;
}

static void grow(struct map *m)
{
	struct map old = *m;

	if (m->used * 4 < m->size * 3)
		return;
	m->size = 16;
	while (m->size < old.n * 3)
		m->size *= 2;
	m->slots = xalloc(m->size * sizeof(*m->slots));
	m->n = m->used = 0;
	for (size_t i = 0; i < old.size; i++) {
		struct map_slot *s = &old.slots[i];

		if (s->value && s->value != removed)
			place(m, s->key, s->hash, s->value);
	}
	free(old.slots);
}

static void *set(struct map *m, struct strv key, uint64_t hash, void *value)
{
	struct map_slot *s = find(m, key, hash);
	void *old;

	if (!s) {
		grow(m);
		place(m, key, hash, value);
		return NULL;
	}
	old = s->value;
	s->key = key;
	s->value = value;
	return old;
}

static void *del(struct map *m, struct strv key, uint64_t hash)
{
	struct map_slot *s = find(m, key, hash);
	void *old;

	if (!s)
		return NULL;
	old = s->value;
	*s = (struct map_slot){ .value = removed };
	m->n--;
	return old;
}

/* an absent key would make the entry look like a number's */
static struct strv bytes(struct strv key)
{
	return key.p ? key : STRV("");
}

void *map_get(const struct map *m, struct strv key)
{
	struct map_slot *s = find(m, bytes(key), map_hash(key));

	return s ? s->value : NULL;
}

void *map_set(struct map *m, struct strv key, void *value)
{
	return set(m, bytes(key), map_hash(key), value);
}

void *map_del(struct map *m, struct strv key)
{
	return del(m, bytes(key), map_hash(key));
}

void *map_get_u64(const struct map *m, uint64_t key)
{
	struct map_slot *s = find(m, STRV_NONE, key);

	return s ? s->value : NULL;
}

void *map_set_u64(struct map *m, uint64_t key, void *value)
{
	return set(m, STRV_NONE, key, value);
}

void *map_del_u64(struct map *m, uint64_t key)
{
	return del(m, STRV_NONE, key);
}

void *map_next(const struct map *m, size_t *at)
{
	while (*at < m->size) {
		void *v = m->slots[(*at)++].value;

		if (v && v != removed)
			return v;
	}
	return NULL;
}
