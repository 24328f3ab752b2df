/* reach.c - which of the sender's devices a report goes to. */

#include "base/id.h"
#include "base/now.h"
#include "conf/conf.h"
#include "core/message.h"
#include "dir/bindings.h"
#include "dir/devices.h"
#include "dir/prefs.h"
#include "flow/flow_priv.h"
#include "flow/hop.h"
#include "flow/sched.h"
#include "store/journal.h"

#define POLICY		"policy reports"
#define FIRST		1	/* ordinal of a report's own leg; others are copies */

static bool is_named(struct strv list, const struct device *d)
{
	while (list.p) {
		struct strv one = strv_split(list, ',', &list);

		if (strv_eq(one, d->instance) || strv_caseeq(one, d->name))
			return true;
	}
	return false;
}

/* As u has it in the profile that counts, else as the site has it. */
static bool wants_copy(const struct user *u, const struct device *d)
{
	const struct prefs_profile *p = prefs_active(u);
	struct strv list = p && p->copies.n ? p->copies :
	    strv(conf_text(POLICY, "", "copy"));

	return !d->blocked && !strv_eq(list, STRV("none")) &&
	    (strv_eq(list, STRV("all")) || is_named(list, d));
}

static bool copies(const struct user *u)
{
	const struct device *d = devices_of(u);

	while (d && !wants_copy(u, d))
		d = d->next;
	return d != NULL;
}

/* Where other devices have copies there is nothing to fall back to. */
bool reach_any(const struct user *u)
{
	return strcmp(conf_text(POLICY, "", "fallback"), "any") == 0 &&
	    !copies(u);
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

	if (!u || !is_own_leg(l) || user_has(u, l->device) || !reach_any(u))
		return;
	d = device_find(u, l->device);
	if (!d || !is_awaited(u, d))
		l->device = STRV_NONE;
}

static bool gets_copy(const struct user *u, const struct device *d,
    const struct leg *l)
{
	return wants_copy(u, d) && !strv_eq(d->instance, l->device) &&
	    (user_has(u, d->instance) || now_ms() - device_seen(u, d) <=
	    conf_int("policy devices", "", "late-window"));
}

bool reach_is_copy(const struct leg *l)
{
	return l->message->kind == MESSAGE_REPORT && !is_own_leg(l);
}

void reach_copy(struct leg *l)
{
	const struct user *u = user_find(l->hop);
	struct journal_late copy = {
		.message = l->message->id, .recipient = l->recipient,
		.hop = l->hop, .port = l->port, .why = ERR_OFFLINE,
		.expires = l->expires
	};
	struct buf list;

	if (!u || !is_own_leg(l) || !copies(u))
		return;
	hop_waits(l);	/* with the others, which are looked for now */
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
