/* id.c - ids of messages and legs. */

#include <inttypes.h>
#include <stdio.h>

#include "base/hex.h"
#include "base/id.h"
#include "base/now.h"

#define EPOCH_2020	INT64_C(1577836800000)	/* ms */
#define SEQUENCE_BITS	14

static uint64_t last;

uint64_t id_new(void)
{
	uint64_t id = id_at(now_ms());

	last = id > last ? id : last + 1;
	return last;
}

void id_above(uint64_t id)
{
	if (id > last)
		last = id;
}

uint64_t id_at(int64_t ms)
{
	ms -= EPOCH_2020;
	return (uint64_t)(ms > 0 ? ms : 0) << SEQUENCE_BITS;
}

int64_t id_ms(uint64_t id)
{
	return (int64_t)(id >> SEQUENCE_BITS) + EPOCH_2020;
}

/* By hand: several for each message, and printf takes ten times as long. */
static void text(uint64_t id, char *s, size_t digits)
{
	s[digits] = 0;
	for (; digits > 0; id >>= 4)
		s[--digits] = "0123456789abcdef"[id & 15];
}

void id_message_text(uint64_t id, char s[ID_MESSAGE_TEXT])
{
	text(id, s, ID_MESSAGE_TEXT - 1);
}

void id_leg_text(uint64_t id, char s[ID_LEG_TEXT])
{
	text(id, s, ID_LEG_TEXT - 1);
}

bool id_parse(struct strv text, uint64_t *message)
{
	uint8_t b[8];
	uint64_t v = 0;
	size_t n = text.n / 2;

	if ((n != 7 && n != 8) || !hex_decode(text, b, n))
		return false;
	for (size_t i = 0; i < 7; i++)
		v = v << 8 | b[i];
	*message = v;
	return true;
}

bool id_parse_leg(struct strv text, uint64_t *leg)
{
	uint8_t b[8];
	uint64_t v = 0;

	if (text.n != 2 * sizeof(b) || !hex_decode(text, b, sizeof(b)))
		return false;
	for (size_t i = 0; i < sizeof(b); i++)
		v = v << 8 | b[i];
	*leg = v;
	return v <= INT64_MAX;
}
