/* plan_phone.c - the legs of a user whose primary device has no IP. */

#include <inttypes.h>

#include "base/now.h"
#include "conf/conf.h"
#include "core/content.h"
#include "dir/bindings.h"
#include "dir/users.h"
#include "flow/flow_priv.h"
#include "flow/give.h"
#include "flow/notify.h"
#include "flow/plan_priv.h"
#include "flow/port.h"
#include "flow/primary.h"
#include "flow/term.h"

/* Nothing that came by SMS, that says nothing, or that is one's own. */
static bool is_for_phone(const struct query *q)
{
	const struct message *m = q->m;
	const struct port *in = m->in ? port_find(strv(m->in)) : NULL;

	if (q->p->spam || m->kind == MESSAGE_REPORT ||
	    m->kind == MESSAGE_NOTICE || user_find(m->from) == q->recipient ||
	    (!q->p->explaining && (!m->content || m->content->bytes.n == 0)))
		return false;
	return m->origin == FROM_USER || m->origin == FROM_GROUP ||
	    (m->origin == FROM_NETWORK && in && (in->caps & PORT_USERS));
}

static bool any_other(const struct user *u, struct strv device, bool online)
{
	int64_t now = now_ms();

	for (const struct list *h = u->bindings.next; h != &u->bindings &&
	    online; h = h->next)
		if (BINDING_OF(h)->expires > now &&
		    !strv_eq(binding_name(BINDING_OF(h)), device))
			return true;
	return late_any(u, device);
}

static bool has_access(struct query *q, struct primary *pr)
{
	if (q->assume && pr->access == ACCESS_IP && (q->assume->primary_no_ip ||
	    q->assume->recipient_offline))
		pr->access = ACCESS_UNKNOWN;
	term_note(q->p, "primary", true, "%s: %s", pr->device.n ?
	    "its device with the SIM" : "its phone", access_text(pr->access));
	return pr->access == ACCESS_IP;
}

/* What its rules give a phone that is known. */
static enum give give_phone(struct query *q, const struct primary *pr)
{
	enum give g = pr->device.n ? give_away(q->m, q->recipient,
	    pr->device) : GIVE_WHOLE;

	if (g == GIVE_NOTHING)
		term_note(q->p, "phone", false, "gets nothing, by a rule for "
		    "its devices");
	return g;
}

/* By which gateway, and as what: the text, or a notification. */
static bool choose_phone(struct query *q, const struct primary *pr)
{
	enum give g = give_phone(q, pr);
	enum err e = g == GIVE_NOTHING ? ERR_FORBIDDEN : ERR_TOO_BIG;

	if (q->m->text_chars > 0 && g == GIVE_WHOLE) {
		q->role = LEG_COPY;
		e = plan_by_route(q, pr->number);
	}
	if (e == ERR_TOO_BIG) {
		q->role = LEG_UCN;
		e = plan_by_route(q, pr->number);
	}
	return e == ERR_OK;
}

/* ms from now; a message that does not live so long goes at once. */
static int64_t phone_wait(struct query *q, const struct primary *pr)
{
	int64_t wait = term_quiet_ms(q->recipient, PRIMARY_QUIET_MS);
	int64_t expires = q->m->expires;

	if (wait == 0)
		wait = primary_wait(q->recipient, pr, q->p->explaining);
	if (wait == 0 || (expires && expires - now_ms() <= wait))
		return 0;
	term_note(q->p, "grace", true, "waits %" PRId64 " s for the phone to "
	    "register", (wait + 999) / 1000);
	return now_ms() + wait;
}

/* The leg by SMS; what waits longer than for IP waits for its interval. */
static void add_phone(struct query *q, const struct primary *pr,
    const struct plan_leg *by)
{
	int64_t due = phone_wait(q, pr), at = due ? due : now_ms();
	struct plan_leg *l;

	if (q->role == LEG_UCN) {
		int64_t goes = notify_plan(q->m->from, q->p->recipient, at,
		    q->p->explaining);

		term_note(q->p, "notification", goes != 0, goes == 0 ? "one that "
		    "waits says it" : goes > at ? "waits for policy ucn "
		    "interval" : "says that there is a message");
		if (goes == 0)
			return;
		due = goes > at ? goes : due;
	}
	l = plan_add(q->p, by->port, by->hop);
	l->role = q->role;
	l->device = pr->device;
	l->due = due;
}

/*
 * One leg for the phone by SMS, for what SMS cannot carry one that waits for
 * its IP, and one for all other devices.
 */
bool plan_phone(struct query *q, bool online)
{
	struct user *u = q->recipient;
	struct primary pr;
	struct plan_leg by, *l;
	bool others;

	if (!is_for_phone(q) || !primary_find(u, &pr) || has_access(q, &pr))
		return false;
	if (!online && strcmp(conf_text("policy interworking", "",
	    "offline-user"), "defer") == 0) {
		term_note(q->p, "offline", true, "policy interworking offline-user "
		    "is defer: no SMS");
		return false;
	}
	if (!choose_phone(q, &pr))
		return false;
	by = q->p->legs[--q->p->n];
	others = any_other(u, pr.device, online);
	if (others || (q->role == LEG_UCN && !pr.device.n)) {
		term_note(q->p, "deliver", true, "over IP to every other device");
		give_explain(q->m, u, q->p);
		l = plan_add(q->p, USER_PORT, u->key);
		l->kept = pr.device;
	}
	if (q->role == LEG_UCN && pr.device.n) {
		l = plan_add(q->p, USER_PORT, u->key);
		l->device = pr.device;
		l->held = true;
	}
	add_phone(q, &pr, &by);
	return true;
}

void plan_silent(const struct message *m, struct user *recipient,
    struct plan *p)
{
	const struct plan_assume assume = { .primary_no_ip = true };
	struct query q = { .m = m, .assume = &assume, .recipient = recipient,
		.p = p };
	size_t n = 0;

	*p = (struct plan){ .recipient = recipient->key };
	(void)plan_phone(&q, user_is_online(recipient));
	for (size_t i = 0; i < p->n; i++)
		if (p->legs[i].device.n > 0)
			p->legs[n++] = p->legs[i];
	p->n = n;
}

