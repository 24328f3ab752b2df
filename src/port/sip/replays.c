/* replays.c - requests seen lately and their answers, for repeats of them. */

#include "port/sip/replays.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rand.h"

#define BUCKETS		65536
#define FEW		4	/* looked at with each new one */
#define MANY		16384	/* at each turn of the timer: under 1 ms */

struct replays {
	struct replay *buckets[BUCKETS];
	struct list answered;
	size_t n;		/* of answered */
	size_t bytes;		/* of all */
};

struct replays *replays_new(void)
{
	struct replays *t = xalloc(sizeof(*t));

	list_init(&t->answered);
	return t;
}

void replays_free(struct replays *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (t->buckets[i])
			replays_forget(t, t->buckets[i]);
	free(t);
}

static bool is_old(const struct replay *e, int64_t now_ms)
{
	return e->status != 0 && now_ms - e->at >= REPLAYS_MS;
}

static bool is_full(const struct replays *t)
{
	return t->n > REPLAYS_MAX || t->bytes > REPLAYS_BYTES;
}

void replays_forget(struct replays *t, struct replay *e)
{
	struct replay **at = &t->buckets[e->key % BUCKETS];

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	if (e->status != 0) {
		list_del(&e->hook);
		t->n--;
	}
	t->bytes -= sizeof(*e) + e->text_size;
	free(e->text);
	free(e);
}

static void trim(struct replays *t, int64_t now_ms, unsigned most)
{
	struct list *h = list_first(&t->answered);

	for (; h; h = list_first(&t->answered)) {
		struct replay *e = LIST_ENTRY(h, struct replay, hook);

		if (!is_full(t) && (!is_old(e, now_ms) || most-- == 0))
			return;
		replays_forget(t, e);
	}
}

struct replay *replays_find(const struct replays *t, uint64_t key,
    int64_t now_ms)
{
	struct replay *e = t->buckets[key % BUCKETS];

	while (e && (e->key != key || is_old(e, now_ms)))
		e = e->next;
	return e;
}

struct replay *replays_begin(struct replays *t, uint64_t key, uint64_t twin,
    int64_t now_ms)
{
	struct replay *e = xalloc(sizeof(*e)), **bucket;

	trim(t, now_ms, FEW);
	bucket = &t->buckets[key % BUCKETS];
	e->key = key;
	e->twin = twin;
	rand_hex(e->tag, REPLAYS_TAG);
	e->next = *bucket;
	*bucket = e;
	t->bytes += sizeof(*e);
	return e;
}

static void keep_text(struct replays *t, struct replay *e,
    const char *phrase, const char *headers)
{
	size_t p = phrase ? strlen(phrase) : 0;
	size_t h = headers ? strlen(headers) : 0;

	if (p == 0 && h == 0)
		return;
	e->text_size = (uint32_t)(p + h + 2);
	e->text = xalloc(e->text_size);
	if (p)
		memcpy(e->text, phrase, p);
	if (h)
		memcpy(e->text + p + 1, headers, h);
	t->bytes += e->text_size;
}

void replays_answer(struct replays *t, struct replay *e, int status,
    const char *phrase, const char *headers, int64_t now_ms)
{
	e->status = (uint16_t)status;
	e->at = now_ms;
	keep_text(t, e, phrase, headers);
	list_push(&t->answered, &e->hook);
	t->n++;
}

const char *replay_phrase(const struct replay *e)
{
	return e->text && e->text[0] ? e->text : NULL;
}

const char *replay_headers(const struct replay *e)
{
	const char *headers = e->text ? e->text + strlen(e->text) + 1 : "";

	return headers[0] ? headers : NULL;
}

void replays_expire(struct replays *t, int64_t now_ms)
{
	trim(t, now_ms, MANY);
}

size_t replays_bytes(const struct replays *t)
{
	return t->bytes;
}
