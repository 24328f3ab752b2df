/* pace.c - how many requests one client may make. */

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "admin/pace.h"
#include "base/map.h"
#include "base/now.h"

#define SETS	256
#define WAYS	4
#define AT_ONCE_US	2000000	/* what two seconds allow */

/* When the client would have asked for it all at an even pace; us. */
struct client {
	uint64_t hash;
	int64_t even;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* under lock */
static struct client clients[SETS][WAYS];
static unsigned per_second = 1000;

/* With another one everybody begins anew. */
void pace_set(unsigned rate)
{
	pthread_mutex_lock(&lock);
	if (rate != per_second)
		memset(clients, 0, sizeof(clients));
	per_second = rate;
	pthread_mutex_unlock(&lock);
}

/* His place, or that of the one who has been still for the longest. */
static struct client *place_of(uint64_t hash)
{
	struct client *set = clients[hash % SETS], *c = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].hash == hash)
			return &set[i];
		if (set[i].even < c->even)
			c = &set[i];
	}
	*c = (struct client){ .hash = hash };
	return c;
}

bool pace_take(struct strv client, unsigned cost)
{
	int64_t now = now_mono() * 1000;
	uint64_t hash = map_hash(client);
	struct client *c;
	bool ok;

	pthread_mutex_lock(&lock);
	c = place_of(hash);
	if (c->even < now)
		c->even = now;
	ok = c->even - now < AT_ONCE_US;
	if (ok)
		c->even += (int64_t)cost * 1000000 / per_second;
	pthread_mutex_unlock(&lock);
	return ok;
}
