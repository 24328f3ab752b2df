/* id.h - ids of messages and legs: 64 bits, ordered by time. */

#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strv.h"

/*
 * A message id has 55 bits: 41 bits of ms since 2020 and 14 bits of sequence.
 * A leg id is the message id << 8 | ordinal, so both fit a signed column.
 * In text a message has 14 hex digits and a leg 16, so the first is a prefix
 * of the second and one search finds a message's whole life.
 */
#define ID_MESSAGE_TEXT	15	/* bytes with the NUL */
#define ID_LEG_TEXT	17

/*
 * A new message id, greater than every one before it in this process, even
 * when the clock steps back.  One thread only (the core).
 */
uint64_t id_new(void);
/* Make id_new() continue above id; called once with the store's greatest. */
void id_above(uint64_t id);

/* The least id of that time, and the time of an id: ms since the epoch. */
uint64_t id_at(int64_t ms);
int64_t id_ms(uint64_t id);

static inline uint64_t id_leg(uint64_t message, unsigned ordinal)
{
	return message << 8 | (ordinal & 255);
}

static inline uint64_t id_message_of(uint64_t leg)
{
	return leg >> 8;
}

void id_message_text(uint64_t id, char s[ID_MESSAGE_TEXT]);
void id_leg_text(uint64_t id, char s[ID_LEG_TEXT]);

/* A message's or a leg's text; *message gets the message's id. */
bool id_parse(struct strv text, uint64_t *message);
/* A leg's alone. */
bool id_parse_leg(struct strv text, uint64_t *leg);

#endif
