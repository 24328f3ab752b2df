/* ladder.c - a message's steps as a sequence chart in plain text. */

#include <inttypes.h>

#include "flow/ladder.h"

#define WIDTH	13	/* columns between two lanes */

static const char *const lanes[LANE_N] = {
	[LANE_SENDER]	= "sender",
	[LANE_EDGE]	= "sip-edge",
	[LANE_PF]	= "conversation",
	[LANE_IWF]	= "iwf",
	[LANE_STORE]	= "store",
	[LANE_FAR]	= "far",
};

const char *ladder_lane(enum lane l)
{
	return (unsigned)l < LANE_N ? lanes[l] : "?";
}

static void repeat(struct buf *out, const char *s, int n)
{
	while (n-- > 0)
		buf_addz(out, s);
}

void ladder_init(struct ladder *l, struct buf *out)
{
	*l = (struct ladder){ .out = out };
	buf_addz(out, "      ms  ");
	for (int i = 0; i < LANE_N; i++)
		buf_addf(out, "%-*s", WIDTH, lanes[i]);
	buf_addz(out, "\n");
}

/* One line of lanes with an arrow from one to the other, or a mark. */
static void arrow(struct buf *out, int from, int to)
{
	int low = from < to ? from : to, high = from < to ? to : from;

	for (int i = 0; i < LANE_N; i++) {
		bool inside = i >= low && i < high;

		buf_addz(out, from == to && i == from ? "◆" : "│");
		if (i == LANE_N - 1)
			break;
		if (!inside) {
			repeat(out, " ", WIDTH - 1);
			continue;
		}
		buf_addz(out, i == low && to == low ? "◀" : "─");
		repeat(out, "─", WIDTH - 3);
		buf_addz(out, i == high - 1 && to == high ? "▶" : "─");
	}
}

void ladder_add(struct ladder *l, int64_t at_us, enum lane from,
    enum lane to, struct strv text)
{
	int64_t us;

	if (!l->started)
		l->first = at_us;
	l->started = true;
	us = at_us - l->first;
	buf_addf(l->out, "%6" PRId64 ".%01" PRId64 "  ", us / 1000,
	    us / 100 % 10);
	arrow(l->out, (int)from, (int)to);
	buf_addf(l->out, "  %.*s\n", STRV_ARG(text));
}

void ladder_end(struct ladder *l)
{
	if (!l->started)
		buf_addz(l->out, "(no steps are here: not written yet - that "
		    "takes a quarter of a second -, too old, or more came "
		    "than could be traced)\n");
}
