/* late.c - devices that have not had what the others of their user have. */

#include "base/now.h"
#include "conf/conf.h"
#include "core/message.h"
#include "dir/bindings.h"
#include "dir/devices.h"
#include "flow/flow_priv.h"
#include "flow/port.h"
#include "flow/primary.h"
#include "store/journal.h"

/*
 * When the leg for all devices of a user has ended, each device that is known,
 * was seen lately and has not had the message gets a leg of its own, which
 * waits for its REGISTER.  Until that moment there is only one leg, so that a
 * message to a user whose only device is online costs nothing more.
 */
static bool is_late(const struct user *u, const struct device *d)
{
	return !d->blocked && (device_is_online(u, d->instance) ||
	    now_ms() - device_seen(u, d) <=
	    conf_int("policy devices", "", "late-window"));
}

static bool may_be_late(const struct message *m)
{
	return m->kind != MESSAGE_REPORT && m->expires > now_ms() &&
	    m->expires - m->received > FLOW_ATTEMPT &&
	    conf_bool("policy devices", "", "late");
}

static bool is_for_all(const struct leg *l)
{
	return l->device.n == 0 &&
	    (port_find(strv(l->port))->caps & PORT_USERS) != 0;
}

static void add_name(struct buf *list, struct strv name)
{
	buf_addf(list, "%s%.*s", list->n ? " " : "", STRV_ARG(name));
}

static void add_apart(const struct leg *l, struct strv apart,
    struct buf *list)
{
	while (apart.n > 0) {
		struct strv name = strv_split(apart, ' ', &apart);

		if (!strv_listed(l->reached, name) &&
		    !strv_listed(buf_strv(list), name))
			add_name(list, name);
	}
}

static void add_late(const struct leg *l, const struct user *u,
    const struct flow_outcome *o, struct buf *list)
{
	for (const struct device *d = devices_of(u); d; d = d->next)
		if (is_late(u, d) && !strv_listed(l->reached, d->instance) &&
		    !strv_listed(o->reached, d->instance) &&
		    (!strv_listed(o->tried, d->instance) ||
		    strv_listed(o->missed, d->instance)))
			add_name(list, d->instance);
}

void late_apart(struct leg *l, const struct flow_outcome *o)
{
	struct buf list;

	l->late = STRV_NONE;
	if (o->apart.n == 0 || !is_for_all(l))
		return;
	buf_init(&list, BUF_NO_LIMIT);
	add_apart(l, o->apart, &list);
	l->late = message_str(l->message, buf_strv(&list));
	buf_clear(&list);
	buf_adds(&list, l->reached);
	add_apart(l, o->apart, &list);
	l->reached = message_str(l->message, buf_strv(&list));
	buf_deinit(&list);
}

bool late_find(struct leg *l, const struct flow_outcome *o)
{
	const struct user *u = user_find(l->recipient);
	struct buf list;

	l->late = STRV_NONE;
	if (!u || !is_for_all(l))
		return false;
	buf_init(&list, BUF_NO_LIMIT);
	if (may_be_late(l->message))
		add_late(l, u, o, &list);
	add_apart(l, o->apart, &list);
	if (list.n)
		l->late = message_str(l->message, buf_strv(&list));
	buf_deinit(&list);
	return l->late.n > 0;
}

unsigned late_count(const struct user *u)
{
	bool on = conf_bool("policy devices", "", "late");
	unsigned n = 0;

	for (const struct device *d = devices_of(u); d && on; d = d->next)
		n += is_late(u, d) && !device_is_online(u, d->instance);
	return n;
}

bool late_any(const struct user *u, struct strv but)
{
	bool on = conf_bool("policy devices", "", "late");

	for (const struct device *d = devices_of(u); d && on; d = d->next)
		if (is_late(u, d) && !strv_eq(d->instance, but))
			return true;
	return false;
}

bool late_is_there(const struct leg *l)
{
	const struct user *u = user_find(l->recipient);
	struct strv list = l->late;

	while (u && list.n > 0)
		if (user_has(u, strv_split(list, ' ', &list)))
			return true;
	return false;
}

void flow_missed(const struct message *m, struct strv recipient,
    struct strv device)
{
	struct user *u = user_find(recipient);
	const struct device *d = u ? device_find(u, device) : NULL;
	struct journal_late late = {
		.message = m->id, .recipient = recipient, .hop = recipient,
		.port = "sip", .devices = device, .why = ERR_TIMEOUT,
		.due = now_ms() + FLOW_PAUSE_MIN, .expires = m->expires
	};

	if (u && primary_missed(m, u, device))
		return;
	if (d && is_late(u, d) && may_be_late(m))
		journal_late(&late);
}
