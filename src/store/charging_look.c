/* charging_look.c - messages and legs of many facts, in one sweep each. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "core/leg.h"
#include "store/charging_look.h"

#define SKIP	12	/* rows of others that cost less than a look-up */

typedef void take_fn(struct charging_look *k, size_t i, struct stmt *s);

static void take_message(struct charging_look *k, size_t i, struct stmt *s)
{
	struct charging_message *m = &k->messages[i];
	struct strv *const parties[] = { &m->sender, &m->recipient,
		&m->conversation, &m->contribution, &m->imdn_id,
		&m->service };

	m->kind = col_int(s);
	m->origin = col_int(s);
	for (size_t j = 0; j < sizeof(parties) / sizeof(*parties); j++)
		*parties[j] = arena_str(&k->arena, col_text(s));
	m->received = col_int(s);
	m->port = arena_str(&k->arena, col_text(s));
	m->in_ref = arena_str(&k->arena, col_text(s));
	m->type = arena_str(&k->arena, col_text(s));
	m->size = col_int(s);
}

static void take_leg(struct charging_look *k, size_t i, struct stmt *s)
{
	struct charging_leg *l = &k->legs[i];

	l->port = arena_str(&k->arena, col_text(s));
	l->recipient = arena_str(&k->arena, col_text(s));
	l->hop = arena_str(&k->arena, col_text(s));
	l->why = arena_str(&k->arena, col_text(s));
	l->role = col_int(s);
	l->segments = col_int(s);
}

/* From ids[i] on, until the ids lie too far apart; gives the next i. */
static enum err stretch(struct charging_look *k, const char *sql,
    const uint64_t *ids, size_t n, size_t *i, take_fn *take)
{
	struct stmt *s = stmt(db_reader(DB_STORE), sql);
	unsigned skipped = 0;

	stmt_int(s, (int64_t)ids[*i]);
	stmt_int(s, (int64_t)ids[n - 1]);
	while (*i < n && skipped < SKIP) {
		uint64_t id;

		if (!stmt_row(s)) {
			*i = n;
			break;
		}
		id = (uint64_t)col_int(s);
		while (*i < n && ids[*i] < id)
			++*i;
		skipped++;
		if (*i < n && ids[*i] == id) {
			take(k, (*i)++, s);
			skipped = 0;
		}
	}
	return stmt_stop(s);
}

static enum err sweep(struct charging_look *k, const char *sql,
    const uint64_t *ids, size_t n, take_fn *take)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < n && e == ERR_OK; )
		e = stretch(k, sql, ids, n, &i, take);
	return e;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Sorted, each once; gives how many are left. */
static size_t sort(uint64_t *ids, size_t n)
{
	size_t kept = 0;

	qsort(ids, n, sizeof(*ids), by_number);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || ids[i] != ids[kept - 1])
			ids[kept++] = ids[i];
	return kept;
}

enum err charging_look_init(struct charging_look *k,
    const struct charging_fact *facts, size_t n)
{
	enum err e;

	*k = (struct charging_look){ .nlegs = 0 };
	arena_init(&k->arena);
	k->message_ids = xalloc((n + 1) * sizeof(uint64_t));
	k->leg_ids = xalloc((n + 1) * sizeof(uint64_t));
	for (size_t i = 0; i < n; i++) {
		k->message_ids[i] = id_message_of(facts[i].leg);
		if (facts[i].state != LEG_READY)
			k->leg_ids[k->nlegs++] = facts[i].leg;
	}
	k->nmessages = sort(k->message_ids, n);
	k->nlegs = sort(k->leg_ids, k->nlegs);
	k->messages = xalloc((k->nmessages + 1) * sizeof(*k->messages));
	k->legs = xalloc((k->nlegs + 1) * sizeof(*k->legs));
	e = sweep(k, "SELECT id, kind, origin, sender, recipient, "
	    "conversation, contribution, imdn_id, service, received, port, "
	    "in_ref, type, size FROM message WHERE id BETWEEN ? AND ? "
	    "ORDER BY id", k->message_ids, k->nmessages, take_message);
	return e != ERR_OK ? e : sweep(k, "SELECT id, port, recipient, hop, "
	    "why, role, segments FROM leg WHERE id BETWEEN ? AND ? "
	    "ORDER BY id", k->leg_ids, k->nlegs, take_leg);
}

void charging_look_deinit(struct charging_look *k)
{
	free(k->message_ids);
	free(k->leg_ids);
	free(k->messages);
	free(k->legs);
	arena_deinit(&k->arena);
}

static size_t index_of(const uint64_t *ids, size_t n, uint64_t id)
{
	const uint64_t *p = bsearch(&id, ids, n, sizeof(id), by_number);

	return p ? (size_t)(p - ids) : n;	/* the empty one */
}

const struct charging_message *charging_look_message(
    const struct charging_look *k, uint64_t id)
{
	return &k->messages[index_of(k->message_ids, k->nmessages, id)];
}

const struct charging_leg *charging_look_leg(const struct charging_look *k,
    uint64_t id)
{
	return &k->legs[index_of(k->leg_ids, k->nlegs, id)];
}
