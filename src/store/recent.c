/* recent.c - the names of the newest messages, in memory, for searches. */

#include <stdatomic.h>
#include <string.h>

#include "base/id.h"
#include "base/map.h"
#include "store/recent.h"

#define BLOCK	256
#define BLOCKS	512

/* Hashes; 0: it has no such name. */
enum name {
	SENDER, RECIPIENT,	/* keys */
	IMDN_ID, IN_REF, CONVERSATION, CONTRIBUTION, REPLIES_TO, REPORT_OF,
	NAMES
};

struct record {
	_Atomic uint64_t message;
	_Atomic uint32_t name[NAMES];
};

/*
 * A ring that the writer alone fills.  Who reads takes no lock: he may see a
 * record half old and half new, which is a wrong hint, and from says then
 * that the old one is no longer here.
 */
static struct record records[BLOCKS][BLOCK];
static _Atomic uint64_t newest[BLOCKS];	/* message of each; 0: none */
static _Atomic uint64_t count;		/* records ever written */
static _Atomic uint64_t from = UINT64_MAX;

static uint32_t hash_of(struct strv s)
{
	uint32_t h = s.n ? (uint32_t)(map_hash(s) >> 32) : 0;

	return s.n && !h ? 1 : h;
}

/* --- the writer's --------------------------------------------------------- */

/* Before it is filled anew, and before the count says that it may be. */
static void give_up(size_t block)
{
	uint64_t most = atomic_load(&newest[block]);
	uint64_t least = atomic_load(&from);

	if (least != UINT64_MAX && most >= least)
		atomic_store(&from, most + 1);
	atomic_store(&newest[block], 0);
}

static void note(uint64_t message, const uint32_t names[NAMES])
{
	uint64_t n = atomic_load(&count);
	size_t block = n / BLOCK % BLOCKS;
	struct record *r = &records[block][n % BLOCK];

	for (size_t i = 0; i < NAMES; i++)
		atomic_store_explicit(&r->name[i], names[i],
		    memory_order_release);
	atomic_store_explicit(&r->message, message, memory_order_release);
	if (message > atomic_load(&newest[block]))
		atomic_store_explicit(&newest[block], message,
		    memory_order_release);
	if ((n + 1) % BLOCK == 0)
		give_up((block + 1) % BLOCKS);
	atomic_store_explicit(&count, n + 1, memory_order_release);
}

void recent_message(const struct message *m)
{
	const uint32_t names[NAMES] = {
		[SENDER] = hash_of(m->from),
		[RECIPIENT] = hash_of(m->to),
		[IMDN_ID] = hash_of(m->imdn_id),
		[IN_REF] = hash_of(m->in_ref),
		[CONVERSATION] = hash_of(m->conversation),
		[CONTRIBUTION] = hash_of(m->contribution),
		[REPLIES_TO] = hash_of(m->replies_to),
		[REPORT_OF] = hash_of(m->report.imdn_id),
	};

	/* ids grow, so whatever is not below the first comes after it */
	if (atomic_load(&from) == UINT64_MAX)
		atomic_store(&from, m->id);
	note(m->id, names);
}

void recent_name(uint64_t message, struct strv name, struct strv key)
{
	const uint32_t names[NAMES] = {
		[RECIPIENT] = hash_of(key), [IMDN_ID] = hash_of(name),
	};

	if (names[RECIPIENT] || names[IMDN_ID])
		note(message, names);
}

void recent_leg(const struct message *m, const struct leg *l)
{
	recent_name(id_message_of(l->id), l->ref,
	    strv_eq(l->recipient, m->to) ? STRV_NONE : l->recipient);
}

void recent_reset(void)
{
	for (size_t i = 0; i < BLOCKS; i++)
		atomic_store(&newest[i], 0);
	atomic_store(&count, 0);
	atomic_store(&from, UINT64_MAX);
}

/* --- who reads ------------------------------------------------------------- */

struct wanted {
	uint32_t text, key, other;
	uint64_t before;
	uint64_t *ids;		/* RECENT_MAX, the newest first */
	size_t n;
};

static void keep(struct wanted *w, uint64_t id)
{
	size_t at = w->n;

	while (at > 0 && w->ids[at - 1] < id)
		at--;
	if (at == RECENT_MAX || (at > 0 && w->ids[at - 1] == id))
		return;
	if (w->n < RECENT_MAX)
		w->n++;
	memmove(w->ids + at + 1, w->ids + at,
	    (w->n - 1 - at) * sizeof(*w->ids));
	w->ids[at] = id;
}

static uint32_t name_of(struct record *r, size_t i)
{
	return atomic_load_explicit(&r->name[i], memory_order_acquire);
}

static bool has(struct record *r, const struct wanted *w)
{
	if (w->key && (name_of(r, SENDER) == w->key ||
	    name_of(r, RECIPIENT) == w->key))
		return true;
	if (w->other && name_of(r, IMDN_ID) == w->other)
		return true;
	for (size_t i = IMDN_ID; w->text && i < NAMES; i++)
		if (name_of(r, i) == w->text)
			return true;
	return false;
}

static void look(size_t block, size_t n, struct wanted *w)
{
	for (size_t i = n; i-- > 0;) {
		struct record *r = &records[block][i];
		uint64_t id;

		if (!has(r, w))
			continue;
		id = atomic_load_explicit(&r->message, memory_order_acquire);
		if (id < w->before)
			keep(w, id);
	}
}

/* Nothing in it can be newer than the last that is kept. */
static bool is_past(size_t block, const struct wanted *w)
{
	return w->n == RECENT_MAX && atomic_load_explicit(&newest[block],
	    memory_order_acquire) <= w->ids[RECENT_MAX - 1];
}

size_t recent_find(struct strv text, struct strv key, struct strv other,
    uint64_t before, uint64_t ids[RECENT_MAX], uint64_t *least)
{
	struct wanted w = { hash_of(text), hash_of(key), hash_of(other),
		before, ids, 0 };
	uint64_t n = atomic_load_explicit(&count, memory_order_acquire);
	uint64_t last = n / BLOCK, first = last < BLOCKS ? 0 :
	    last - BLOCKS + 1;

	*least = atomic_load(&from);
	if (before <= *least)
		return 0;
	for (uint64_t i = last + 1; i-- > first;)
		if (!is_past(i % BLOCKS, &w))
			look(i % BLOCKS, i == last ? n % BLOCK :
			    BLOCK, &w);
	*least = atomic_load(&from);	/* after all that was looked at */
	while (w.n > 0 && ids[w.n - 1] < *least)
		w.n--;
	return w.n;
}
