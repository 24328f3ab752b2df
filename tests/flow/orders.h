/* orders.h - scenarios of several devices in every order of events. */

#ifndef FLOW_ORDERS_H
#define FLOW_ORDERS_H

#define MAX_LINES	200

struct scenario {
	char *text[MAX_LINES];
	int line[MAX_LINES];
	int n;
};

/*
 * For 1 to devices devices of one recipient: each of them there or away when
 * the message comes, the first answer a success, a refusal or a silence, and
 * the answer and the registrations of those who were away in every order, each
 * followed by reports of all who have it.  Each order is played, and once more with a
 * crash (behind the step it is given) that moves on from order to order.
 * With 4 devices every 5th order, with 5 every 31st, each time others.
 */
typedef void orders_play_fn(const struct scenario *s, const char *name,
    int crash);
void orders_each(int devices, const char *name, orders_play_fn *play);

/*
 * The same for a phone without IP and 0 to tablets other devices: text or an
 * image, what the service centre answers and what its receipt says, the phone
 * registering at any moment, with and without a moment for IP.  Only some of
 * the orders, each time others.
 */
void orders_phone(int tablets, const char *name, orders_play_fn *play);

/* The scenario that is being written. */
void orders_begin(void);
void orders_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const struct scenario *orders_scenario(void);

#endif
