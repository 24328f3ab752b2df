/* window.c - requests that wait for their answers, by sequence number. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/now.h"
#include "port/sms/window.h"

void sms_window_init(struct sms_window *w)
{
	*w = (struct sms_window){ .last = 0 };
	map_init(&w->by_seq);
	list_init(&w->order);
}

static void drop(struct sms_window *w, struct sms_sent *s)
{
	list_del(&s->hook);
	(void)map_del_u64(&w->by_seq, s->seq);
	w->n--;
	free(s);
}

void sms_window_deinit(struct sms_window *w)
{
	LIST_FOR(at, &w->order)
		drop(w, LIST_ENTRY(at, struct sms_sent, hook));
	map_deinit(&w->by_seq);
}

uint32_t sms_window_seq(struct sms_window *w)
{
	do
		w->last = w->last < SMS_SEQ_MAX ? w->last + 1 : 1;
	while (map_get_u64(&w->by_seq, w->last));
	return w->last;
}

void sms_window_add(struct sms_window *w, uint32_t seq, void *owner,
    unsigned part, int64_t now)
{
	struct sms_sent *s = xalloc(sizeof(*s));

	s->seq = seq;
	s->at = now;
	s->at_us = now_us();
	s->owner = owner;
	s->part = part;
	list_push(&w->order, &s->hook);
	(void)map_set_u64(&w->by_seq, seq, s);
	w->n++;
}

static bool take(struct sms_window *w, struct sms_sent *s,
    struct sms_sent *out)
{
	if (!s)
		return false;
	*out = *s;
	drop(w, s);
	return true;
}

bool sms_window_take(struct sms_window *w, uint32_t seq,
    struct sms_sent *out)
{
	return take(w, map_get_u64(&w->by_seq, seq), out);
}

static struct sms_sent *oldest(const struct sms_window *w)
{
	struct list *first = list_first(&w->order);

	return first ? LIST_ENTRY(first, struct sms_sent, hook) : NULL;
}

bool sms_window_late(struct sms_window *w, int64_t then,
    struct sms_sent *out)
{
	struct sms_sent *s = oldest(w);

	return s && s->at <= then && take(w, s, out);
}

int64_t sms_window_oldest(const struct sms_window *w)
{
	const struct sms_sent *s = oldest(w);

	return s ? s->at : -1;
}

void sms_window_disown(struct sms_window *w, const void *owner)
{
	LIST_FOR(at, &w->order) {
		struct sms_sent *s = LIST_ENTRY(at, struct sms_sent, hook);

		if (s->owner == owner)
			s->owner = NULL;
	}
}
