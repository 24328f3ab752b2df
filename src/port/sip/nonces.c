/* nonces.c - nonce counts seen, so that no credentials work twice. */

#include "port/sip/nonces.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/list.h"
#include "base/map.h"

struct entry {
	struct list hook;	/* in order of first use */
	uint64_t key;
	int64_t first;		/* ms of the first use; made before that */
	uint64_t window;	/* bit i: count top - i was used */
	uint32_t top;
};

struct nonces {
	struct map map;
	struct list order;
	int64_t forgotten;	/* ms: counts of nonces up to here may be lost */
};

struct nonces *nonces_new(int64_t now_ms)
{
	struct nonces *t = xalloc(sizeof(*t));

	map_init(&t->map);
	list_init(&t->order);
	t->forgotten = now_ms;
	return t;
}

static void forget(struct nonces *t, struct entry *e)
{
	list_del(&e->hook);
	map_del_u64(&t->map, e->key);
	free(e);
}

void nonces_free(struct nonces *t)
{
	if (!t)
		return;
	LIST_FOR(h, &t->order)
		forget(t, LIST_ENTRY(h, struct entry, hook));
	map_deinit(&t->map);
	free(t);
}

int64_t nonces_age(const struct nonces *t, int64_t now_ms,
    int64_t max_age_ms)
{
	int64_t since = now_ms - t->forgotten;

	if (since < 0)	/* the clock stepped back */
		since = 0;
	return since < max_age_ms ? since : max_age_ms;
}

static struct entry *find(const struct nonces *t, struct strv nonce)
{
	return map_get_u64(&t->map, map_hash(nonce));
}

bool nonces_known(const struct nonces *t, struct strv nonce)
{
	return find(t, nonce) != NULL;
}

/* The oldest entries: too old to matter, or in the way. */
static void make_room(struct nonces *t, int64_t now_ms, int64_t max_age_ms)
{
	struct list *h;

	while ((h = list_first(&t->order)) != NULL) {
		struct entry *e = LIST_ENTRY(h, struct entry, hook);
		bool old = now_ms - e->first > max_age_ms;

		if (!old && t->map.n < NONCES_MAX)
			return;
		if (!old && e->first > t->forgotten)
			t->forgotten = e->first;
		forget(t, e);
	}
}

static struct entry *entry_new(struct nonces *t, struct strv nonce,
    int64_t now_ms)
{
	struct entry *e = xalloc(sizeof(*e));

	e->key = map_hash(nonce);
	e->first = now_ms;
	list_init(&e->hook);
	list_push(&t->order, &e->hook);
	map_set_u64(&t->map, e->key, e);
	return e;
}

bool nonces_use(struct nonces *t, struct strv nonce, uint32_t nc,
    int64_t now_ms, int64_t max_age_ms)
{
	struct entry *e = find(t, nonce);
	uint32_t ahead, behind;

	if (nc == 0)
		return false;
	if (!e) {
		make_room(t, now_ms, max_age_ms);
		e = entry_new(t, nonce, now_ms);
	}
	if (nc > e->top) {
		ahead = nc - e->top;
		e->window = ahead < NONCES_WINDOW ? e->window << ahead : 0;
		e->window |= 1;
		e->top = nc;
		return true;
	}
	behind = e->top - nc;
	if (behind >= NONCES_WINDOW || (e->window >> behind & 1) != 0)
		return false;
	e->window |= (uint64_t)1 << behind;
	return true;
}
