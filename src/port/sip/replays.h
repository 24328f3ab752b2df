/* replays.h - requests seen lately and their answers, for repeats of them. */

#ifndef PORT_SIP_REPLAYS_H
#define PORT_SIP_REPLAYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

/*
 * This is all there is of server transactions (RFC 3261 17.2.2): a client
 * repeats a request for 32 s (timer F), and what it asked for is done once.
 * Bounded: when full, the oldest answers go.  Core only.
 */
#define REPLAYS_MS	32000
#define REPLAYS_MAX	524288		/* answered requests */
#define REPLAYS_BYTES	(64u << 20)	/* of all that is kept */
#define REPLAYS_TAG	12		/* digits */

struct replay {
	struct replay *next;	/* of the same bucket */
	struct list hook;	/* of the answered ones, oldest first */
	uint64_t key;		/* Call-ID, CSeq, From tag, Request-URI */
	uint64_t twin;		/* the transaction, and where it came from */
	int64_t at;		/* ms, when it was answered */
	char *text;		/* phrase NUL headers NUL, or NULL: neither */
	uint32_t text_size;
	uint16_t status;	/* 0: not answered yet */
	char tag[REPLAYS_TAG + 1];	/* of To in its answer */
};

struct replays;
struct replays *replays_new(void);
void replays_free(struct replays *t);	/* and those not answered */

/* The newest request with this key; NULL: none in the last 32 s. */
struct replay *replays_find(const struct replays *t, uint64_t key,
    int64_t now_ms);
/* A new request; stays until it is answered or forgotten. */
struct replay *replays_begin(struct replays *t, uint64_t key, uint64_t twin,
    int64_t now_ms);
/* phrase, headers: or NULL. */
void replays_answer(struct replays *t, struct replay *e, int status,
    const char *phrase, const char *headers, int64_t now_ms);
const char *replay_phrase(const struct replay *e);	/* or NULL */
const char *replay_headers(const struct replay *e);	/* or NULL */
/* Its repeat shall be a request of its own. */
void replays_forget(struct replays *t, struct replay *e);

/* Free what is out of date, a bounded number; for a timer. */
void replays_expire(struct replays *t, int64_t now_ms);

size_t replays_bytes(const struct replays *t);	/* all that is kept */

#endif
