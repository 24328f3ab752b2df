/* blast_flight.c - client transactions over UDP (RFC 3261 17.1.2). */

#include <stdio.h>
#include <stdlib.h>

#include "blast.h"

enum { T1_US = 500000, T2_US = 4000000, LIFE_US = 64 * T1_US };

void flights_init(struct flights *all, const struct options *o)
{
	*all = (struct flights){ .o = o, .free = UINT32_MAX };
	all->slot = calloc(MAX_WINDOW, sizeof(*all->slot));
	if (!all->slot)
		abort();
}

void flights_deinit(struct flights *all)
{
	for (uint32_t i = 0; i < all->top; i++)
		free(all->slot[i].bytes);
	free(all->slot);
}

static struct flight *take(struct flights *all)
{
	struct flight *f;

	if (all->free != UINT32_MAX) {
		f = &all->slot[all->free];
		all->free = f->next_free;
		return f;
	}
	if (all->top == MAX_WINDOW)
		return NULL;
	f = &all->slot[all->top++];
	f->size = all->o->body + 4096;
	f->bytes = malloc(f->size);
	if (!f->bytes)
		abort();
	return f;
}

struct flight *flight_start(struct flights *all, struct net *net,
    const struct request *q, int64_t now)
{
	struct flight *f = take(all);
	uint32_t generation;

	if (!f)
		return NULL;
	generation = f->q.branch[1] + 1;
	f->q = *q;
	f->q.branch[0] = (uint32_t)(f - all->slot);
	f->q.branch[1] = generation;
	f->q.port = net_port(net);
	f->net = net;
	f->used = true;
	f->first_us = now;
	f->due_us = now + T1_US;
	f->interval_us = T1_US;
	f->n = text_request(all->o, &f->q, f->bytes, f->size);
	all->in_use++;
	net_send(net, f->bytes, f->n);
	return f;
}

struct flight *flight_find(struct flights *all, struct strv branch,
    uint32_t run)
{
	unsigned slot, generation, its_run;
	char text[40];
	struct flight *f;

	if (branch.n >= sizeof(text))
		return NULL;
	memcpy(text, branch.p ? branch.p : "", branch.n);
	text[branch.n] = 0;
	if (sscanf(text, "%x.%x.%x", &slot, &generation, &its_run) != 3 ||
	    its_run != run || slot >= all->top)
		return NULL;
	f = &all->slot[slot];
	return f->used && f->q.branch[1] == generation ? f : NULL;
}

void flight_slow(struct flight *f, int64_t now)
{
	f->interval_us = T2_US;
	f->due_us = now + T2_US;
}

void flight_end(struct flights *all, struct flight *f)
{
	f->used = false;
	f->next_free = all->free;
	all->free = f->q.branch[0];
	all->in_use--;
}

void flights_tick(struct flights *all, int64_t now, flight_timeout_fn *fn,
    void *arg)
{
	for (uint32_t i = 0; i < all->top; i++) {
		struct flight *f = &all->slot[i];

		if (!f->used || now < f->due_us)
			continue;
		if (now - f->first_us >= LIFE_US) {
			fn(f, arg);
			flight_end(all, f);
			continue;
		}
		all->retransmissions++;
		net_send(f->net, f->bytes, f->n);
		f->interval_us *= 2;
		if (f->interval_us > T2_US)
			f->interval_us = T2_US;
		f->due_us = now + f->interval_us;
	}
}
