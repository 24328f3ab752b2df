/* sched.c - which leg goes out when: first tries, retries, wakes. */

#include "base/now.h"
#include "dir/bindings.h"
#include "dir/gateways.h"
#include "dir/groups.h"
#include "flow/flow_priv.h"
#include "flow/give.h"
#include "flow/hop.h"
#include "flow/quiet.h"
#include "flow/reroute.h"
#include "flow/sched.h"
#include "store/journal.h"

#define UNSURE_MS	1000	/* the port says wait, but its window is open */
#define ABSENT_MS	1800000	/* none of the user's devices is for this leg */

enum leg_state sched_state(const struct leg *l)
{
	struct hop *h = hop_find(l->hop);

	if (hop_is_stopped() || hop_window_of(l->hop, l->port) == 0 ||
	    quiet_keeps(l))
		return LEG_HELD;
	if (!h && restart_is_on())
		return LEG_HELD;	/* older ones may not be woken yet */
	if (!h)
		return hop_has_room() ? LEG_READY : LEG_HELD;
	if (!h->more && !h->loading && h->queued < HOP_QUEUE &&
	    !timer_is_set(&h->pause) && hop_has_room())
		return LEG_READY;
	h->more = true;
	return LEG_HELD;
}

bool sched_is_waking(const struct leg *l)
{
	const struct hop *h = hop_find(l->hop);

	return h && h->loading && h->queued == 0 && hop_window(h) > 0;
}

bool sched_is_free(struct strv hop, const char *port)
{
	return (out_of(port)->port->caps & PORT_USERS) && !hop_find(hop) &&
	    !hop_is_stopped() && hop_window_of(hop, port) > 0 &&
	    hop_has_room();
}

void sched_add(struct leg *l)
{
	struct hop *h = hop_get(l->hop, l->port);
	uint64_t early = l->early ? l->id : 0;

	hop_queue(h, l);
	hop_pump(h);
	if (early)
		hop_waits(hop_leg(early));
}

void sched_held(const struct leg *l)
{
	struct hop *h = hop_find(l->hop);

	if ((!h && hop_window_of(l->hop, l->port) == 0) ||
	    quiet_keeps(l))
		return;
	h = hop_get(l->hop, l->port);
	h->more = true;
	hop_pump(h);
}

void sched_move(struct leg *l, const struct gateway *to)
{
	struct hop *h;

	l->port = out_of(to->port)->port->name;
	l->hop = message_str(l->message, strv(to->name));
	l->due = 0;
	if (sched_state(l) == LEG_READY) {
		if (l->state == LEG_HELD)
			leg_move(l, LEG_READY, ERR_OK);
		journal_move(l);
		sched_add(l);
		return;
	}
	journal_move(l);
	submit_leg_waits(l);
	h = hop_get(l->hop, l->port);
	leg_free(l);
	hop_look_anew(h);	/* it is older than what h has loaded */
	hop_pump(h);
}

void sched_by_ip(struct leg *l)
{
	const struct user *u = user_find(l->recipient);
	bool there = u && user_has(u, l->device);
	struct hop *h = there ? hop_get(u->key, USER_PORT) : NULL;

	if (l->state == LEG_READY)
		leg_move(l, LEG_HELD, ERR_OFFLINE);
	l->role = LEG_WHOLE;
	l->port = USER_PORT;
	l->hop = l->recipient;
	l->ref = STRV_NONE;
	l->due = 0;
	journal_move(l);
	submit_leg_waits(l);
	leg_free(l);
	if (!h)
		return;
	hop_look_anew(h);
	hop_pump(h);
}

void sched_return(struct leg *l)
{
	struct hop *h = hop_leave(l);

	hop_forget(l->id);
	leg_move(l, LEG_HELD, l->why);
	sched_by_ip(l);
	hop_go_on(h);
}

void sched_ended(struct leg *l)
{
	struct hop *h = hop_leave(l);

	if (timer_is_set(&h->pause)) {	/* it answers again */
		timer_cancel(&h->pause);
		hop_look_anew(h);
	}
	if (l->late.n && late_is_there(l))
		hop_look_anew(h);
	hop_forget(l->id);
	leg_free(l);
	hop_go_on(h);
}

static void hold(struct leg *l, int64_t due)
{
	l->due = due;
	journal_move(l);
	submit_leg_waits(l);
	leg_free(l);
}

/* due 0: until a wake */
static void again_by_gateway(struct hop *h, struct leg *l, int64_t due)
{
	const struct gateway *other = due == 0 && hop_window(h) == 0 ?
	    reroute_choice(l) : NULL;

	leg_move(l, LEG_HELD, l->why);
	if (other)
		sched_move(l, other);
	else if (due == 0 && hop_window(h) > 0)
		hold(l, now_ms() + UNSURE_MS);
	else
		hold(l, due);
}

/*
 * Its REGISTER wakes the leg of a device that is not there; the other devices
 * need not wait for one that does not answer.
 */
static void again_to_device(struct hop *h, struct leg *l, int64_t due)
{
	const struct user *u = user_find(l->hop);

	if (due == 0 && u && user_has(u, l->device) && !give_keeps(l))
		due = now_ms() + UNSURE_MS;	/* it came back meanwhile */
	leg_move(l, LEG_HELD, l->why);
	hop_rest(h, l->device);
	hold(l, due);
}

static void again_to_user(struct hop *h, struct leg *l, int64_t due)
{
	bool absent = due == 0 && hop_window(h) > 0;
	bool anew = l->late.n && late_is_there(l);
	int64_t now = now_ms();

	if (absent) {
		leg_move(l, LEG_HELD, ERR_OFFLINE);
		hold(l, now + ABSENT_MS);
		if (anew)
			hop_look_anew(h);
		return;
	}
	leg_move(l, LEG_HELD, l->why == ERR_OFFLINE && due ? ERR_TIMEOUT :
	    l->why);
	hold(l, due);
	if (due > now)
		timer_set(&h->pause, due - now);
	hop_unload(h);
	hop_look_anew(h);
}

void sched_again(struct leg *l, int64_t due)
{
	struct hop *h = hop_leave(l);

	hop_forget(l->id);
	if (hop_is_user(h) && l->device.n)
		again_to_device(h, l, due);
	else if (hop_is_user(h))
		again_to_user(h, l, due);
	else
		again_by_gateway(h, l, due);
	hop_go_on(h);
}

void sched_noticed(struct leg *l)
{
	struct hop *h = hop_leave(l);

	hop_forget(l->id);
	leg_move(l, LEG_HELD, ERR_NOTICED);
	hold(l, give_keeps(l) ? 0 : now_ms() + UNSURE_MS);
	hop_go_on(h);
}

static const char *port_of(struct strv hop)
{
	struct gateway *g = gateway_find(hop);

	return g ? g->port : group_find(hop) ||
	    groups_is_exploder(hop) ? "group" : "sip";
}

static void rested(struct strv name)
{
	if (!hop_is_stopped() && hop_window_of(name, port_of(name)) > 0)
		sched_due(name);
}

static void look(struct strv name, bool appeared)
{
	const char *port = port_of(name);
	struct hop *h;

	if (hop_window_of(name, port) == 0) {
		journal_rest(name, rested);
		return;
	}
	h = hop_get(name, port);
	timer_cancel(&h->pause);
	h->appeared |= appeared;
	hop_look_anew(h);
	hop_pump(h);
}

void sched_wake(struct strv name)
{
	if (hop_is_stopped())
		return;
	look(name, true);
	reroute_look(name);
}

void sched_due(struct strv name)
{
	if (!hop_is_stopped())
		look(name, false);
}

unsigned sched_in_flight(void)
{
	unsigned n = 0;

	for (struct out *o = out_next(NULL); o; o = out_next(o))
		n += o->in_flight;
	return n;
}

bool sched_has(uint64_t leg)
{
	return hop_leg(leg) != NULL;
}

void sched_hold(struct strv name)
{
	struct hop *h = hop_find(name);

	if (h)
		hop_pump(h);
}

bool sched_end(uint64_t leg, void (*end)(struct leg *))
{
	struct leg *l = hop_leg(leg);
	struct hop *h;

	if (!l || l->state != LEG_READY)
		return false;
	h = hop_find(l->hop);
	hop_end(h, l, end);
	hop_pump(h);
	return true;
}
