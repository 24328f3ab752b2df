/* window.h - requests that wait for their answers, by sequence number. */

#ifndef PORT_SMS_WINDOW_H
#define PORT_SMS_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/map.h"

#define SMS_SEQ_MAX	0x7fffffffu

struct sms_window {
	uint32_t last;		/* sequence number given last */
	struct map by_seq;
	struct list order;	/* oldest first */
	size_t n;
};

/* One request; what waits for its answer is the owner, part of it. */
struct sms_sent {
	struct list hook;
	uint32_t seq;
	int64_t at;		/* now_mono() of sending */
	int64_t at_us;		/* now_us() */
	void *owner;		/* NULL: nobody cares any more */
	unsigned part;
};

void sms_window_init(struct sms_window *w);
void sms_window_deinit(struct sms_window *w);

/* The next sequence number, 1..SMS_SEQ_MAX, that no request waits for. */
uint32_t sms_window_seq(struct sms_window *w);
void sms_window_add(struct sms_window *w, uint32_t seq, void *owner,
    unsigned part, int64_t now);
/* Take the request out; false: no such number. */
bool sms_window_take(struct sms_window *w, uint32_t seq,
    struct sms_sent *out);
/* Take out the oldest if it was sent at or before then. */
bool sms_window_late(struct sms_window *w, int64_t then,
    struct sms_sent *out);
/* ms (now_mono()) when the oldest was sent; -1: none waits. */
int64_t sms_window_oldest(const struct sms_window *w);
/* Answers to requests of owner shall go to nobody. */
void sms_window_disown(struct sms_window *w, const void *owner);

#endif
