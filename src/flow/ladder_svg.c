/* ladder_svg.c - a message's steps as a drawing. */

#include <inttypes.h>

#include "base/now.h"
#include "base/utf8.h"
#include "flow/ladder.h"
#include "flow/ladder_svg.h"

#define LEFT	84	/* px of the times */
#define LANE	128	/* between two lanes */
#define TOP	74	/* above the first step */
#define ROW	30	/* of a step */
#define TEXT	620	/* of the words */

static const char style[] =
    "<style>"
    "svg{background:#fff;color:#1d2530;font:13px system-ui,sans-serif}"
    ".lane{stroke:#c3cad4;stroke-width:1;stroke-dasharray:3 4}"
    ".head{fill:#eef2f7;stroke:#c3cad4}"
    ".name{fill:#1d2530;font-weight:600;text-anchor:middle}"
    ".go{stroke:#2463b5;stroke-width:1.6;fill:none}"
    ".tip{fill:#2463b5}"
    ".mark{fill:#b45f06}"
    ".at{fill:#667080;text-anchor:end;font:12px ui-monospace,monospace}"
    ".step{fill:#1d2530}"
    ".bad{fill:#b3261e}"
    ".odd{fill:#f6f8fb}"
    "@media (prefers-color-scheme:dark){"
    "svg{background:#14181f;color:#dfe5ee}"
    ".lane{stroke:#3c4655}.head{fill:#222a36;stroke:#3c4655}"
    ".name,.step{fill:#dfe5ee}.go{stroke:#7fb2ff}.tip{fill:#7fb2ff}"
    ".mark{fill:#f0ab5c}.at{fill:#98a3b3}.bad{fill:#ff9c94}"
    ".odd{fill:#191f28}}"
    "</style>\n";

/* --- texts -------------------------------------------------------------------- */

/* Marks that turn the direction of what follows, and the like. */
static bool is_hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c >= 0xfffe;
}

static void escape(struct buf *out, struct strv s)
{
	static const struct {
		char c;
		const char *text;
	} names[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" } };

	while (s.n) {
		uint32_t c = utf8_next(&s, NULL);
		const char *name = NULL;

		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
			if (c == (unsigned char)names[i].c)
				name = names[i].text;
		if (name)
			buf_addz(out, name);
		else
			utf8_add(out, is_hidden(c) ? UTF8_REPLACEMENT : c);
	}
}

/* --- the drawing ---------------------------------------------------------------- */

struct drawing {
	struct buf *out;
	int x[LANE_N];		/* 0: the lane has no step */
	int width, height;
	int64_t first;
};

static void place_lanes(struct drawing *d, const struct trace_event *steps,
    size_t n)
{
	bool used[LANE_N] = { false };
	int x = LEFT + LANE / 2;

	for (size_t i = 0; i < n; i++) {
		used[steps[i].from % LANE_N] = true;
		used[steps[i].to % LANE_N] = true;
	}
	for (int l = 0; l < LANE_N; l++) {
		if (!used[l])
			continue;
		d->x[l] = x;
		x += LANE;
	}
	d->width = x - LANE / 2 + TEXT;
	d->height = TOP + (int)n * ROW + 20;
}

static void head(struct drawing *d, const char *title)
{
	buf_addf(d->out, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n"
	    "<title>", d->width, d->height, d->width, d->height);
	escape(d->out, strv(title));
	buf_addf(d->out, "</title>\n%s", style);
	buf_addz(d->out, "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" "
	    "refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" "
	    "orient=\"auto\"><path class=\"tip\" d=\"M0 0 8 4 0 8z\"/>"
	    "</marker></defs>\n<text class=\"step\" x=\"14\" y=\"22\">");
	escape(d->out, strv(title));
	buf_addz(d->out, "</text>\n");
}

static void lanes(struct drawing *d)
{
	for (int l = 0; l < LANE_N; l++) {
		int x = d->x[l];

		if (!x)
			continue;
		buf_addf(d->out, "<line class=\"lane\" x1=\"%d\" y1=\"60\" "
		    "x2=\"%d\" y2=\"%d\"/>\n", x, x, d->height - 10);
		buf_addf(d->out, "<rect class=\"head\" x=\"%d\" y=\"36\" "
		    "width=\"%d\" height=\"24\" rx=\"5\"/>"
		    "<text class=\"name\" x=\"%d\" y=\"52\">%s</text>\n",
		    x - LANE / 2 + 6, LANE - 12, x,
		    ladder_lane((enum lane)l));
	}
}

static bool is_bad(struct strv text)
{
	return text.n >= 6 && (memmem(text.p, text.n, "failed", 6) ||
	    memmem(text.p, text.n, "refuse", 6));
}

static void arrow(struct drawing *d, const struct trace_event *e, int y)
{
	int from = d->x[e->from % LANE_N], to = d->x[e->to % LANE_N];

	if (from == to)
		buf_addf(d->out, "<path class=\"mark\" d=\"M%d %dl6 6-6 6-6-6z"
		    "\"/>", from, y - 6);
	else
		buf_addf(d->out, "<line class=\"go\" x1=\"%d\" y1=\"%d\" "
		    "x2=\"%d\" y2=\"%d\" marker-end=\"url(#tip)\"/>", from,
		    y, to > from ? to - 1 : to + 1, y);
}

static void step(struct drawing *d, const struct trace_event *e, size_t i)
{
	int y = TOP + (int)i * ROW + ROW / 2;
	struct strv text = strv(e->text);
	int64_t us = e->at - d->first;
	char at[NOW_TEXT];

	now_text(e->at / 1000, at);
	buf_addf(d->out, "<g><title>%s %s to %s: ", at,
	    ladder_lane((enum lane)e->from), ladder_lane((enum lane)e->to));
	escape(d->out, text);
	buf_addf(d->out, "</title><text class=\"at\" x=\"%d\" y=\"%d\">%"
	    PRId64 ".%" PRId64 " ms</text>", LEFT - 10, y + 4, us / 1000,
	    us / 100 % 10);
	arrow(d, e, y);
	buf_addf(d->out, "<text class=\"%s\" x=\"%d\" y=\"%d\">",
	    is_bad(text) ? "bad" : "step", d->width - TEXT + 8, y + 4);
	escape(d->out, text);
	buf_addz(d->out, "</text></g>\n");
}

/* Under the lanes: every other step. */
static void bands(struct drawing *d, size_t n)
{
	for (size_t i = 1; i < n; i += 2)
		buf_addf(d->out, "<rect class=\"odd\" x=\"0\" y=\"%d\" "
		    "width=\"%d\" height=\"%d\"/>\n", TOP + (int)i * ROW,
		    d->width, ROW);
}

void ladder_svg(struct buf *out, const char *title,
    const struct trace_event *steps, size_t n)
{
	struct drawing d = { .out = out, .first = n ? steps[0].at : 0 };

	place_lanes(&d, steps, n);
	head(&d, title);
	bands(&d, n);
	lanes(&d);
	for (size_t i = 0; i < n; i++)
		step(&d, &steps[i], i);
	if (n == 0)
		buf_addf(out, "<text class=\"step\" x=\"14\" y=\"%d\">no "
		    "steps are here: not written yet, too old, or more came "
		    "than could be traced</text>\n", TOP + 12);
	buf_addz(out, "</svg>\n");
}
