/* orders_phone.c - a phone without IP among other devices, in every order. */

#include <stdbool.h>
#include <stdio.h>

#include "orders.h"

#define TABLETS		4
#define EVENTS		(4 + TABLETS)

enum { IP, SMS, RECEIPT, PHONE, TABLET };	/* TABLET + i: it registers */

struct order {
	int n;			/* tablets */
	unsigned away;		/* bits 1..n: not there when it comes */
	bool image, grace;
	int answer;		/* of the service centre: an index */
	bool lost;		/* what its receipt says */
	int event[EVENTS];
	int events;
};

static const char *const answers[] = { "ok", "refused", "silent" };
static int count;
static const char *file;
static orders_play_fn *play_fn;

static void everybody_reports(int n)
{
	orders_line("reports phone");
	for (int i = 1; i <= n; i++)
		orders_line("reports d%d", i);
}

static void event(const struct order *o, int what)
{
	if (what == IP)
		orders_line("ip ok");
	else if (what == SMS)
		orders_line("sms %s", answers[o->answer]);
	else if (what == RECEIPT)
		orders_line("receipt smsc1 %s 1", o->lost ? "failed" :
		    "delivered");
	else if (what == PHONE)
		orders_line("online bob device phone");
	else
		orders_line("online bob device d%d", what - TABLET);
	everybody_reports(o->n);
}

static void end(const struct order *o)
{
	orders_line("online bob device phone");
	orders_line("ip ok");
	orders_line("time +20s");
	orders_line("sms ok");
	orders_line("ip ok");
	everybody_reports(o->n);
	orders_line("take");
	orders_line("time +8d");
	orders_line("take");
	orders_line("finally phone %d %s %s", o->n, o->image ? "image" :
	    "text", !o->grace && o->answer == 0 && !o->lost ? "sms" : "ip");
}

static void begin(const struct order *o)
{
	static const char *const lines[] = {
		"user alice tel:+15550100001", "user bob tel:+15550100002",
		"online alice", "online bob device phone",
		"operate \"device make-primary\" subscriber bob device phone",
		"offline bob device phone", "gateway smsc1 up",
		"set route r1 to tel:+1555*", "set route r1 via smsc1",
		"set policy ucn text UCN",
		"set policy interworking offline-user sms",
	};

	orders_begin();
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		orders_line("%s", lines[i]);
	orders_line("set policy primary grace %s", o->grace ? "10s" : "0");
	for (int i = 1; i <= o->n; i++)
		orders_line("online bob device d%d", i);
	for (int i = 1; i <= o->n; i++)
		if (o->away >> i & 1)
			orders_line("offline bob device d%d", i);
}

static void play(const struct order *o)
{
	int submitted, n;

	begin(o);
	submitted = orders_scenario()->n;
	orders_line("submit alice -> bob \"hi\" id m1 wants delivered,"
	    "displayed,failed wait 5s type %s", o->image ? "image/png" :
	    "text/plain");
	for (int i = 0; i < o->events; i++)
		event(o, o->event[i]);
	end(o);
	n = orders_scenario()->n - 1 - submitted;
	play_fn(orders_scenario(), file, -1);
	play_fn(orders_scenario(), file, submitted + count % n);
}

/* A receipt comes behind the answer of the service centre. */
static bool is_possible(const struct order *o)
{
	int i = 0;

	while (o->event[i] != SMS && o->event[i] != RECEIPT)
		i++;
	return o->event[i] == SMS;
}

static void vary(struct order *o)
{
	static const int stride[TABLETS + 1] = { 3, 11, 97, 2003, 60013 };

	for (int v = 0; v < 24; v++) {
		o->image = v & 1;
		o->lost = v >> 1 & 1;
		o->grace = v >> 2 & 1;
		o->answer = v >> 3;
		if (count++ % stride[o->n] == 0)
			play(o);
	}
}

static void permute(struct order *o, int at)
{
	if (at == o->events) {
		if (is_possible(o))
			vary(o);
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

void orders_phone(int tablets, const char *name, orders_play_fn *play_one)
{
	file = name;
	play_fn = play_one;
	for (int n = 0; n <= tablets && n <= TABLETS; n++) {
		for (unsigned away = 0; away < 2u << n; away += 2) {
			struct order o = { .n = n, .away = away,
				.event = { IP, SMS, RECEIPT, PHONE },
				.events = 4 };

			for (int i = 1; i <= n; i++)
				if (away >> i & 1)
					o.event[o.events++] = TABLET + i;
			permute(&o, 0);
		}
	}
}
