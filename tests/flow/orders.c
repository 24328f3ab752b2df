/* orders.c - scenarios of several devices in every order of events. */

#include <stdarg.h>
#include <stdio.h>
#include <stdbool.h>

#include "orders.h"

#define LINE		120
#define DEVICES		5

enum first { OK, REFUSED, SILENT, N_FIRST };

static char lines[MAX_LINES][LINE];
static struct scenario scenario;
static int count;		/* of all orders so far */

static const char *file;
static orders_play_fn *play_fn;

void orders_line(const char *fmt, ...)
{
	int i = scenario.n++;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(lines[i], LINE, fmt, ap);
	va_end(ap);
	scenario.text[i] = lines[i];
	scenario.line[i] = i + 1;
}

void orders_begin(void)
{
	scenario.n = 0;
}

const struct scenario *orders_scenario(void)
{
	return &scenario;
}

static void everybody_reports(int n)
{
	for (int i = 1; i <= n; i++)
		orders_line("reports d%d", i);
}

/* One recipient's devices, and what happens to them. */
struct order {
	int n;			/* devices */
	unsigned away;		/* bits 1..n: not there when it comes */
	enum first first;
	int event[DEVICES + 1];	/* 0: the first answer; i: i registers */
	int events;
};

static bool all_away(const struct order *o)
{
	return o->away == (2u << o->n) - 2;
}

static void events(const struct order *o)
{
	bool answered = false;

	for (int k = 0; k < o->events; k++) {
		answered |= o->event[k] == 0;
		if (o->event[k] > 0)
			orders_line("online bob device d%d", o->event[k]);
		else if (o->first == REFUSED)
			orders_line("refuse");
		else if (o->first == SILENT && (k > 0 || !all_away(o)))
			orders_line("result silent");
		if (answered)
			orders_line("take");
		everybody_reports(o->n);
	}
}

/* Who registers behind a refusal has not refused. */
static bool must_have(const struct order *o, int device)
{
	int k = 0;

	if (o->first != REFUSED)
		return true;
	while (o->event[k] != 0)
		k++;
	for (; k < o->events; k++)
		if (o->event[k] == device)
			return true;
	return false;
}

static void end(const struct order *o)
{
	char must[LINE] = "";
	int at = 0;

	orders_line("time +20s");
	orders_line("take");
	everybody_reports(o->n);
	orders_line("take");
	orders_line("time +8d");
	orders_line("take");
	for (int i = 1; i <= o->n; i++)
		if (must_have(o, i))
			at += snprintf(must + at, sizeof(must) - (size_t)at,
			    " d%d", i);
	orders_line("finally order %d%s", o->n, must);
}

static void play(const struct order *o)
{
	int submitted;

	orders_begin();
	orders_line("user alice tel:+15550100001");
	orders_line("user bob tel:+15550100002");
	orders_line("online alice");
	for (int i = 1; i <= o->n; i++)
		orders_line("online bob device d%d", i);
	for (int i = 1; i <= o->n; i++)
		if (o->away >> i & 1)
			orders_line("offline bob device d%d", i);
	submitted = scenario.n;
	orders_line("submit alice -> bob \"hi\" id m1 wants delivered,displayed,"
	    "failed wait 5s");
	events(o);
	end(o);
	play_fn(&scenario, file, -1);
	play_fn(&scenario, file, submitted + count % (scenario.n - 1 -
	    submitted));
}

static void permute(struct order *o, int at)
{
	static const int stride[DEVICES + 1] = { 1, 1, 1, 1, 5, 31 };

	if (at == o->events) {
		for (int f = OK; f < N_FIRST; f++) {
			o->first = (enum first)f;
			if (count++ % stride[o->n] == 0)
				play(o);
		}
		return;
	}
	for (int i = at; i < o->events; i++) {
		int was = o->event[at];

		o->event[at] = o->event[i];
		o->event[i] = was;
		permute(o, at + 1);
		o->event[i] = o->event[at];
		o->event[at] = was;
	}
}

void orders_each(int devices, const char *name, orders_play_fn *play_one)
{
	file = name;
	play_fn = play_one;
	for (int n = 1; n <= devices && n <= DEVICES; n++) {
		for (unsigned away = 0; away < 2u << n; away += 2) {
			struct order o = { .n = n, .away = away, .events = 1 };

			for (int i = 1; i <= n; i++)
				if (away >> i & 1)
					o.event[o.events++] = i;
			permute(&o, 0);
		}
	}
}
