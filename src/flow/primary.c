/* primary.c - the device with the SIM: which it is, what is learned of it. */

#include <string.h>

#include "base/buf.h"
#include "base/now.h"
#include "conf/conf.h"
#include "dir/bindings.h"
#include "dir/devices.h"
#include "dir/gateways.h"
#include "flow/flow_priv.h"
#include "flow/notify.h"
#include "flow/plan.h"
#include "flow/primary.h"
#include "flow/sched.h"
#include "store/journal.h"

#define POLICY	"policy primary"

/* --- which ---------------------------------------------------------------- */

static const struct device *flagged(const struct user *u)
{
	for (const struct device *d = devices_of(u); d; d = d->next)
		if (d->primary)
			return d;
	return NULL;
}

static enum access access_of(const struct user *u, const struct device *d)
{
	const struct binding *b = d ? device_binding(u, d->instance) : NULL;
	struct access_info i;

	access_get(u, &i);
	/* its last REGISTER was before it fell silent */
	return b && (i.silent == 0 || b->seen > i.silent) ? ACCESS_IP :
	    i.state;
}

bool primary_find(const struct user *u, struct primary *out)
{
	const struct device *d = flagged(u);

	if ((d && d->blocked) || !conf_bool(POLICY, "", "sms") ||
	    (!d && !conf_bool(POLICY, "", "virtual")))
		return false;
	out->device = d ? d->instance : STRV_NONE;
	out->number = user_number(u);
	out->access = access_of(u, d);
	return out->number.n > 0;
}

const char *access_text(enum access a)
{
	static const char *const texts[ACCESS_N] = {
		[ACCESS_UNKNOWN] = "has no IP, not known if SMS reaches it",
		[ACCESS_NONE] = "has no IP, out of reach of SMS, too",
		[ACCESS_CS_ONLY] = "has no IP, SMS reaches it",
		[ACCESS_IP] = "has IP",
	};

	return texts[a];
}

int64_t primary_wait(const struct user *u, const struct primary *p,
    bool explaining)
{
	struct access_info i;

	if (!p->device.n)
		return 0;	/* it never registers */
	if (!explaining)
		return access_expect(u, p->number);
	access_get(u, &i);
	return i.since ? access_wait(u) : conf_int(POLICY, "", "grace");
}

bool primary_is_delivered(const struct leg *l)
{
	const struct gateway *g = gateway_find(l->hop);

	return l->role == LEG_UCN && (!g || !g->reports ||
	    strcmp(conf_text("policy ucn", "", "delivered-by"),
	    "sending") == 0);
}

/* --- what is learned ------------------------------------------------------ */

/* One leg of the plan, now that the message is on disk already. */
static void put_leg(const struct message *m, const struct user *u,
    const struct plan_leg *l)
{
	const struct journal_late late = {
		.message = m->id, .recipient = u->key, .hop = l->hop,
		.port = l->port, .devices = l->device, .role = l->role,
		.why = ERR_TIMEOUT, .due = l->due, .expires = m->expires
	};

	journal_late(&late);
	if (l->role != LEG_WHOLE && l->due == 0)
		sched_due(l->hop);
}

/* It has no IP then: what goes there at once goes by SMS. */
static bool go_by_sms(const struct message *m, struct user *u)
{
	struct plan p;

	access_heard(u->key, HEARD_SILENCE, now_ms());
	if (m->expires <= now_ms())
		return false;
	plan_silent(m, u, &p);
	for (size_t i = 0; i < p.n; i++)
		put_leg(m, u, &p.legs[i]);
	return p.n > 0;
}

static void add_reached(struct leg *l, struct strv device)
{
	struct buf list;

	buf_init(&list, BUF_NO_LIMIT);
	buf_addf(&list, "%.*s%s%.*s", STRV_ARG(l->reached),
	    l->reached.n ? " " : "", STRV_ARG(device));
	l->reached = message_str(l->message, buf_strv(&list));
	buf_deinit(&list);
}

bool primary_result(struct leg *l, const struct flow_outcome *o)
{
	struct user *u = user_find(l->recipient);
	const struct device *d = u ? flagged(u) : NULL;

	if (!d || l->role != LEG_WHOLE || l->message->kind == MESSAGE_REPORT)
		return false;
	if (strv_listed(o->reached, d->instance)) {
		access_heard(u->key, HEARD_ANSWER, now_ms());
		l->replaces = true;
		notify_replaced(l->message->from, l->recipient,
		    l->message->id);
	}
	if (l->device.n || !strv_listed(o->missed, d->instance) ||
	    !go_by_sms(l->message, u))
		return false;
	add_reached(l, d->instance);
	return true;
}

bool primary_missed(const struct message *m, struct user *u,
    struct strv device)
{
	const struct device *d = flagged(u);

	return d && strv_eq(d->instance, device) && go_by_sms(m, u);
}

void primary_receipt(struct strv key, enum report_status status, enum err why)
{
	if (status == STATUS_DELIVERED)
		access_heard(key, HEARD_SMS, now_ms());
	else if (why == ERR_EXPIRED || why == ERR_OFFLINE)
		access_heard(key, HEARD_ABSENT, now_ms());
}

/* --- settings ------------------------------------------------------------- */

static const struct conf_row rows[] = {
	{ .name = "sms", .type = CONF_BOOL, .fallback = "on",
	  .help = "a primary device without IP gets text by SMS at once, and "
	  "of anything else a notification, where a route leads to the "
	  "subscriber's number" },
	{ .name = "virtual", .type = CONF_BOOL, .fallback = "off",
	  .help = "a subscriber with a number but no primary device has a "
	  "phone that is never registered, as if that were it" },
	{ .name = "grace", .type = CONF_DURATION, .fallback = "10s",
	  .min = 0, .max = 300000,
	  .help = "how long a message for a phone that came within reach of "
	  "the radio network waits for it to register over IP, before it "
	  "goes by SMS; 0: not at all" },
	{ .name = "remember", .type = CONF_DURATION, .fallback = "1h",
	  .min = 60000, .max = INT64_C(7) * 86400000,
	  .help = "how long it counts what was last heard of a phone's "
	  "access" },
};

static const struct conf_section section = {
	.name = POLICY, .rows = rows, .n = sizeof(rows) / sizeof(*rows),
	.help = "the device that has the SIM, while it has no IP"
};

static const char *access_word(const struct user *u)
{
	struct primary p;

	return primary_find(u, &p) ? access_name(p.access) : NULL;
}

void primary_register(void)
{
	conf_register(&section);
	devices_access(access_word);
}
