/* delay.c - waits after wrong passwords, a table that cannot grow. */

#include "admin/delay.h"

#include <stdio.h>

#include "admin/net.h"
#include "base/map.h"
#include "base/now.h"

#define PLACES	4096	/* the one that is used is chosen by its hash */
#define FREE	3	/* failures without a wait, for people who mistype */
#define MEMORY_MS (15 * 60 * 1000)

struct place {
	uint64_t key;		/* 0: free */
	unsigned failures;
	int64_t last;		/* ms, monotonic */
};

static struct place places[PLACES];

static uint64_t key_of(char kind, struct strv s)
{
	char text[200];
	int n = snprintf(text, sizeof(text), "%c%.*s", kind,
	    (int)(s.n < 150 ? s.n : 150), s.n ? s.p : "");

	return map_hash((struct strv){ text, (size_t)n }) | 1;
}

/* Two that fall on one place share it only until one is forgotten. */
static struct place *find(uint64_t key)
{
	struct place *p = &places[key % PLACES];

	if (p->key && now_mono() - p->last > MEMORY_MS)
		*p = (struct place){ 0 };
	return p;
}

static int64_t wait_ms(const struct place *p, uint64_t key)
{
	unsigned over = p->failures - FREE;
	int64_t s;

	if (p->key != key || p->failures <= FREE)
		return 0;
	s = over > 6 ? DELAY_MOST_S : (int64_t)1 << (over - 1);
	if (s > DELAY_MOST_S)
		s = DELAY_MOST_S;
	return p->last + s * 1000 - now_mono();
}

static uint64_t account_key(struct strv account)
{
	return key_of('a', account);
}

static uint64_t net_key(struct strv peer)
{
	char net[NET_TEXT];

	net_of(peer, net);
	return key_of('n', strv(net));
}

int64_t delay_left(struct strv account, struct strv peer)
{
	uint64_t a = account_key(account), n = net_key(peer);
	int64_t ms = wait_ms(find(a), a), other = wait_ms(find(n), n);

	if (other > ms)
		ms = other;
	return ms > 0 ? (ms + 999) / 1000 : 0;
}

static void failed(uint64_t key)
{
	struct place *p = find(key);

	if (p->key != key)	/* whoever fails now matters more */
		*p = (struct place){ .key = key };
	p->failures++;
	p->last = now_mono();
}

void delay_failed(struct strv account, struct strv peer)
{
	failed(account_key(account));
	failed(net_key(peer));
}

void delay_forgive(struct strv account)
{
	uint64_t key = account_key(account);
	struct place *p = find(key);

	if (p->key == key)
		*p = (struct place){ 0 };
}

void delay_reset(void)
{
	memset(places, 0, sizeof(places));
}
