/* replays.c - answers already given, for repeats that come too late. */

#include "port/sip/replays.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"

struct entry {
	uint64_t key;
	int64_t at;	/* ms; 0: free */
	int status;
};

struct replays {
	struct entry sets[REPLAYS_SETS][REPLAYS_WAYS];
};

struct replays *replays_new(void)
{
	return xalloc(sizeof(struct replays));
}

void replays_free(struct replays *t)
{
	free(t);
}

static bool is_live(const struct entry *e, int64_t now_ms)
{
	return e->at != 0 && now_ms - e->at < REPLAYS_MS;
}

void replays_note(struct replays *t, uint64_t key, int status,
    int64_t now_ms)
{
	struct entry *set = t->sets[key % REPLAYS_SETS], *use = set;

	for (struct entry *e = set; e < set + REPLAYS_WAYS; e++) {
		if (e->at < use->at)
			use = e;
		if (e->at != 0 && e->key == key) {
			use = e;
			break;
		}
	}
	*use = (struct entry){ key, now_ms, status };
}

int replays_find(const struct replays *t, uint64_t key, int64_t now_ms)
{
	const struct entry *set = t->sets[key % REPLAYS_SETS];

	for (const struct entry *e = set; e < set + REPLAYS_WAYS; e++)
		if (e->key == key && is_live(e, now_ms))
			return e->status;
	return 0;
}
