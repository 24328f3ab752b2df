/* reach.c - which of the sender's devices a report goes to. */

#include "base/id.h"
#include "base/now.h"
#include "conf/conf.h"
#include "core/message.h"
#include "dir/bindings.h"
#include "dir/devices.h"
#include "flow/flow_priv.h"
#include "flow/sched.h"
#include "store/journal.h"

#define POLICY		"policy reports"
#define FIRST		1	/* ordinal of a report's own leg; others are copies */

static bool copies(void)
{
	return strcmp(conf_text(POLICY, "", "copy"), "all") == 0;
}

/* The other devices have copies: nothing to fall back to. */
bool reach_any(void)
{
	return strcmp(conf_text(POLICY, "", "fallback"), "any") == 0 &&
	    !copies();
}

static bool is_awaited(const struct user *u, const struct device *d)
{
	return !d->blocked && now_ms() - device_seen(u, d) <
	    conf_int(POLICY, "", "device-wait");
}

void reach_awaited(const struct user *u, struct buf *names)
{
	for (const struct device *d = devices_of(u); d; d = d->next)
		if (is_awaited(u, d) && !user_has(u, d->instance))
			buf_addf(names, "%s%.*s", names->n ? " " : "",
			    STRV_ARG(d->instance));
}

static bool is_own_leg(const struct leg *l)
{
	return l->message->kind == MESSAGE_REPORT && l->device.n > 0 &&
	    l->id == id_leg(l->message->id, FIRST);
}

bool reach_waits(const struct leg *l)
{
	const struct user *u = user_find(l->hop);

	return l->device.n > 0 && u && !user_has(u, l->device);
}

void reach_fall_back(struct leg *l)
{
	const struct user *u = user_find(l->hop);
	const struct device *d;

	if (!u || !is_own_leg(l) || user_has(u, l->device) || !reach_any())
		return;
	d = device_find(u, l->device);
	if (!d || !is_awaited(u, d))
		l->device = STRV_NONE;
}

static bool gets_copy(const struct user *u, const struct device *d,
    const struct leg *l)
{
	return !d->blocked && !strv_eq(d->instance, l->device) &&
	    (user_has(u, d->instance) || now_ms() - device_seen(u, d) <=
	    conf_int("policy devices", "", "late-window"));
}

void reach_copy(const struct leg *l)
{
	const struct user *u = user_find(l->hop);
	struct journal_late copy = {
		.message = l->message->id, .recipient = l->recipient,
		.hop = l->hop, .port = l->port, .why = ERR_OFFLINE,
		.expires = l->expires
	};
	struct buf list;

	if (!u || !is_own_leg(l) || !copies())
		return;
	buf_init(&list, BUF_NO_LIMIT);
	for (const struct device *d = devices_of(u); d; d = d->next)
		if (gets_copy(u, d, l))
			buf_addf(&list, "%s%.*s", list.n ? " " : "",
			    STRV_ARG(d->instance));
	copy.devices = buf_strv(&list);
	if (list.n)
		journal_late(&copy);
	buf_deinit(&list);
	sched_due(l->hop);	/* those that are there */
}
