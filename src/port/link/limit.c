/* limit.c - how often one address may ask: a table of fixed size. */

#include <arpa/inet.h>

#include "base/map.h"
#include "base/now.h"
#include "port/link/limit.h"

static uint64_t who(struct strv peer)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char ip[16];

	if (peer.n >= sizeof(text) || !memchr(peer.p, ':', peer.n))
		return map_hash(peer);
	memcpy(text, peer.p, peer.n);
	text[peer.n] = 0;
	if (inet_pton(AF_INET6, text, ip) != 1)
		return map_hash(peer);
	return map_hash((struct strv){ (const char *)ip, 8 });
}

bool limit_take(struct limit *l, struct strv peer, uint32_t cost,
    uint32_t max)
{
	uint64_t hash = who(peer.p ? peer : STRV(""));
	struct limit_slot *s = &l->slots[hash % LIMIT_SLOTS];
	int64_t now = now_mono();

	if (s->who != hash || now - s->since >= LIMIT_WINDOW)
		*s = (struct limit_slot){ .who = hash, .since = now };
	if (s->n > max)		/* it has been told; no number runs over */
		return false;
	s->n += cost;
	return s->n <= max;
}
