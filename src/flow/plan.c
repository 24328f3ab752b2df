/* plan.c - which legs a message gets: a pure decision on gathered facts. */

#include <stdarg.h>
#include <stdio.h>

#include "conf/conf.h"
#include "core/addr.h"
#include "core/content.h"
#include "dir/bindings.h"
#include "dir/gateways.h"
#include "dir/groups.h"
#include "dir/overrides.h"
#include "dir/routes.h"
#include "dir/sticky.h"
#include "dir/users.h"
#include "flow/origin.h"
#include "flow/amending.h"
#include "flow/flow_priv.h"
#include "flow/give.h"
#include "flow/plan_priv.h"
#include "flow/port.h"
#include "flow/term.h"

#define GROUP_PORT	"group"

__attribute__((format(printf, 4, 5)))
static void note(struct plan *p, const char *step, bool passed,
    const char *fmt, ...)
{
	struct plan_note *n = &p->notes[p->nnotes];
	va_list ap;

	if (!p->explaining || p->nnotes == PLAN_NOTES)
		return;
	n->step = step;
	n->passed = passed;
	va_start(ap, fmt);
	(void)vsnprintf(n->text, sizeof(n->text), fmt, ap);
	va_end(ap);
	p->nnotes++;
}

void plan_note(struct plan *p, const char *step, bool passed,
    const char *text)
{
	note(p, step, passed, "%s", text);
}

struct plan_leg *plan_add(struct plan *p, const char *port,
    struct strv hop)
{
	struct plan_leg *l = &p->legs[p->n < PLAN_LEGS - 1 ? p->n++ : p->n];

	*l = (struct plan_leg){ .port = port, .hop = hop };
	return l;
}

/* --- originating service --------------------------------------------------- */

static enum err authorise(struct query *q)
{
	struct user *sender;

	if (q->m->origin != FROM_USER) {
		note(q->p, "authorise", true, "not from a subscriber: the "
		    "originating service does not run");
		return ERR_OK;
	}
	sender = user_find(q->m->from);
	if (!sender) {
		note(q->p, "authorise", false, "sender %.*s is no subscriber",
		    STRV_ARG(q->m->from));
		return ERR_UNAUTHORISED;
	}
	if (sender->state != USER_ACTIVE) {
		note(q->p, "authorise", false, "sender is suspended");
		return ERR_UNAUTHORISED;
	}
	note(q->p, "authorise", true, "subscriber %.*s may send",
	    STRV_ARG(sender->key));
	return origin_limit(q->m, q->p);
}

/* --- interworking ------------------------------------------------------------ */

static bool is_up(const struct query *q, const struct gateway *g)
{
	for (size_t i = 0; q->assume && i < q->assume->n_down; i++)
		if (strv_eq(q->assume->down[i], strv(g->name)))
			return false;
	return g->state != GATEWAY_DOWN;
}

/* "smsc1" of "sms;via=smsc1", whose token is "sms"; absent without one. */
static struct strv via_of(struct strv service, struct strv *token)
{
	struct strv rest, name, value;

	*token = strv_split(service, ';', &rest);
	while (rest.p) {
		name = strv_split(rest, ';', &rest);
		name = strv_split(name, '=', &value);
		if (strv_caseeq(name, STRV("via")))
			return value;
	}
	return STRV_NONE;
}

/* The gateway of the route that the identifier means: by name, or else the
 * first of the service that is up. */
static struct gateway *meant(struct query *q, const struct route *r,
    struct strv service)
{
	struct strv token, via = via_of(service, &token);
	struct gateway *found = NULL;

	for (size_t i = 0; i < r->n; i++) {
		struct gateway *g = r->gateways[i];

		if (via.p ? !strv_eq(strv(g->name), via) :
		    !strv_caseeq(strv(g->service), token))
			continue;
		if (!found || (!is_up(q, found) && is_up(q, g)))
			found = g;
	}
	return found;
}

/* What the client echoes may be less than what we remember: sms, without the
 * gateway. */
static struct strv reply_service(struct query *q, const char **how)
{
	struct strv told = q->m->service, token, known_token;
	struct strv known = sticky_find(q->m->from, q->p->recipient);

	*how = "the message names it";
	if (!told.n || (!via_of(told, &token).p && known.n &&
	    via_of(known, &known_token).p &&
	    strv_caseeq(token, known_token))) {
		*how = "the peer last wrote by it";
		return known;
	}
	return told;
}

/* A reply leaves by the service its cause came by, if the rules allow. */
static struct gateway *pinned(struct query *q, const struct route *r)
{
	struct strv service;
	struct gateway *g;
	const char *how;

	if (q->m->origin != FROM_USER || q->role != LEG_WHOLE)
		return NULL;
	service = reply_service(q, &how);
	if (!service.n) {
		note(q->p, "reply service", true,
		    "none named and none remembered: free choice");
		return NULL;
	}
	g = meant(q, r, service);
	note(q->p, "reply service", g != NULL, g ? "%.*s: %s" :
	    "%.*s is not allowed by route %s: ignored", STRV_ARG(service),
	    g ? how : r->name);
	return g;
}

/* Its sender asks for privacy, and the gateway has no other source. */
static bool would_show(const struct message *m, const struct gateway *g)
{
	return m->anonymous && !g->anonymous;
}

static bool fits(struct query *q, const struct gateway *g)
{
	if (would_show(q->m, g)) {
		note(q->p, "privacy", false, "%s would show the sender: it has "
		    "no anonymous-source", g->name);
		return false;
	}
	if (q->role == LEG_UCN)
		return true;
	if (q->m->text_chars == 0 && !(port_find(strv(g->port))->caps &
	    PORT_MEDIA)) {
		note(q->p, "convert", false, "%s carries text only", g->name);
		return false;
	}
	if (g->max_text && q->m->text_chars > g->max_text) {
		note(q->p, "convert", false, "%s takes %zu characters at most",
		    g->name, g->max_text);
		return false;
	}
	return true;
}

/* The first that fits, of those asked for; NULL: any, any service. */
static struct gateway *first(struct query *q, const struct route *r,
    const struct gateway *only, const char *service, bool must_be_up)
{
	for (size_t i = 0; i < r->n; i++) {
		struct gateway *g = r->gateways[i];

		if ((!only || g == only) && (!service ||
		    strcmp(g->service, service) == 0) &&
		    (!must_be_up || is_up(q, g)) && fits(q, g))
			return g;
	}
	return NULL;
}

/* What operators have set, and what it does to this message. */
static void note_operated(struct query *q, const struct route *r)
{
	for (size_t i = 0; i < r->n && q->p->explaining; i++)
		if (r->gateways[i]->aside)
			note(q->p, "gateway", false, "%s is %s",
			    r->gateways[i]->name, r->gateways[i]->aside);
}

static void note_hold(struct query *q, struct strv hop)
{
	const struct override *o = override_hold(hop);
	struct buf words;

	if (!o || !q->p->explaining)
		return;
	buf_init(&words, BUF_NO_LIMIT);
	override_words(o, &words);
	note(q->p, "queue", false, "waits: its queue is %s", words.p);
	buf_deinit(&words);
}

/* None fits. */
static enum err why_none(const struct query *q, const struct route *r)
{
	bool shows = true;

	for (size_t i = 0; i < r->n; i++)
		shows = shows && would_show(q->m, r->gateways[i]);
	return shows ? ERR_ANONYMOUS : q->m->text_chars ? ERR_TOO_BIG :
	    ERR_BAD_CONTENT;
}

/*
 * A reply goes by the gateway its cause came by; while that is down by
 * another one of the same service.
 */
static enum err choose_gateway(struct query *q, const struct route *r)
{
	struct gateway *pin = pinned(q, r), *g = NULL;

	note_operated(q, r);
	if (pin)
		g = first(q, r, pin, NULL, true);
	if (!g && pin)
		g = first(q, r, NULL, pin->service, true);
	if (!g && pin)
		g = first(q, r, pin, NULL, false);
	if (!g)
		g = first(q, r, NULL, NULL, true);
	if (!g)
		g = first(q, r, NULL, NULL, false);	/* waits for it */
	if (!g)
		return why_none(q, r);
	note(q->p, "deliver", true, "by %s through gateway %s (%s)",
	    g->service, g->name, is_up(q, g) ? g->why : g->aside ? "set aside: waits" :
	    "down: waits");
	note_hold(q, strv(g->name));
	plan_add(q->p, g->port, strv(g->name));
	return ERR_OK;
}

enum err plan_by_route(struct query *q, struct strv to)
{
	struct route r;

	if (route_find(to, q->p->explaining, &r) != ERR_OK) {
		note(q->p, "route", false, "no route matches %.*s",
		    STRV_ARG(to));
		return ERR_NO_USER;
	}
	if (r.refuse) {
		note(q->p, "route", false, "route %s (%s) is barred", r.name,
		    r.pattern);
		return ERR_FORBIDDEN;
	}
	note(q->p, "route", true, "route %s (%s) is the longest match",
	    r.name, r.pattern);
	if (r.n == 0)
		return ERR_NO_SERVICE;
	return choose_gateway(q, &r);
}

static enum err interwork(struct query *q)
{
	if (q->m->origin == FROM_NETWORK) {
		note(q->p, "route", false, "recipient is nobody's here, and "
		    "messages from a network are not passed on");
		return ERR_NO_USER;
	}
	return plan_by_route(q, q->p->recipient);
}

/* --- terminating service --------------------------------------------------------- */

/* A member's copy; one for the sender's other devices is for devices only. */
static bool is_from_group(const struct query *q)
{
	return q->m->origin == FROM_GROUP &&
	    user_find(q->m->from) != q->recipient;
}

static bool offline_goes_by_sms(struct query *q)
{
	struct route r;

	if (q->m->kind != MESSAGE_TEXT || q->m->text_chars == 0 ||
	    (q->m->origin != FROM_USER && !is_from_group(q)))
		return false;
	if (strcmp(conf_text("policy interworking", "", "offline-user"),
	    "sms") != 0)
		return false;
	return route_find(q->p->recipient, true, &r) == ERR_OK && r.n > 0 &&
	    !r.refuse;
}

static void note_late(struct plan *p, const struct user *u)
{
	unsigned n = p->explaining ? late_count(u) : 0;

	if (n > 0)
		note(p, "late devices", true, "%u known but not online: each "
		    "gets it when it registers", n);
}

static enum err to_user(struct query *q)
{
	struct user *u = q->recipient;
	bool online = user_is_online(u) &&
	    !(q->assume && q->assume->recipient_offline);

	if (u->state != USER_ACTIVE) {
		note(q->p, "locate", false, "subscriber %.*s is suspended",
		    STRV_ARG(u->key));
		return ERR_FORBIDDEN;
	}
	note(q->p, "locate", true, "subscriber %.*s, %zu device%s online",
	    STRV_ARG(u->key), online ? u->nbindings : 0,
	    online && u->nbindings == 1 ? "" : "s");
	q->p->quiet = term_is_quiet(u);
	if (plan_phone(q, online))
		return ERR_OK;
	if (q->p->quiet) {
		note(q->p, "deliver", true, "waits on disk: %.*s is not to "
		    "be disturbed now", STRV_ARG(u->key));
		plan_add(q->p, USER_PORT, u->key);
		return ERR_OK;
	}
	if (!online && offline_goes_by_sms(q)) {
		note(q->p, "offline", true, "policy interworking offline-user "
		    "is sms");
		if (interwork(q) == ERR_OK)
			return ERR_OK;
	}
	note(q->p, "deliver", true, online ? "over IP to every device" :
	    "waits on disk until a device registers");
	note_late(q->p, u);
	give_explain(q->m, u, q->p);
	note_hold(q, u->key);
	plan_add(q->p, USER_PORT, u->key);
	return ERR_OK;
}

/*
 * The rules of each group are for who wrote the message, also when it comes
 * through another group.
 */
static enum err to_group(struct query *q, const struct group *g)
{
	struct strv from = q->m->from;

	if (g->row.state != GROUP_ACTIVE) {
		note(q->p, "group", false, "group %.*s is suspended",
		    STRV_ARG(g->row.key));
		return ERR_FORBIDDEN;
	}
	if (!group_may_send(g, from)) {
		note(q->p, "group", false, "%.*s may not send: %s may",
		    STRV_ARG(from), g->row.may_send == WHO_ADMINS ?
		    "only its admins" : "only its members");
		return ERR_UNAUTHORISED;
	}
	note(q->p, "group", true, "group %.*s, %zu member%s",
	    STRV_ARG(g->row.key), g->roster->n,
	    g->roster->n == 1 ? "" : "s");
	note(q->p, "deliver", true, "to each member as a message of its own");
	note_hold(q, g->row.key);
	q->p->at_commit = FLOW_TAKEN;
	plan_add(q->p, GROUP_PORT, g->row.key);
	return ERR_OK;
}

/* Its content says who the message is for, which only the port reads. */
static enum err to_list(struct query *q)
{
	static const struct strv type = { "multipart/mixed", 15 };
	const struct content *c = q->m->content;

	if (c && (c->type.n < type.n || !strv_caseeq((struct strv){
	    c->type.p, type.n }, type))) {
		note(q->p, "list", false, "no list of recipients");
		return ERR_BAD_CONTENT;
	}
	if (q->m->origin != FROM_USER) {
		note(q->p, "list", false, "lists are for subscribers");
		return ERR_UNAUTHORISED;
	}
	note(q->p, "deliver", true, "to each of a list as a message of its "
	    "own");
	q->p->at_commit = FLOW_STORED;
	plan_add(q->p, GROUP_PORT, q->p->recipient);
	return ERR_OK;
}

static enum err to_outside(struct query *q)
{
	return groups_is_exploder(q->m->to) ? to_list(q) : interwork(q);
}

void plan_make(const struct message *m, const struct plan_assume *assume,
    struct plan *p)
{
	struct query q = { .m = m, .assume = assume,
		.recipient = user_find(m->to), .p = p };
	const struct group *g = group_find(m->to);

	p->n = p->nnotes = 0;
	p->at_commit = FLOW_REFUSED;
	p->spam = p->quiet = false;
	p->retry_after = 0;
	p->recipient = q.recipient ? q.recipient->key : m->to;
	note(p, "normalise", true, "%.*s", STRV_ARG(p->recipient));
	p->err = authorise(&q);
	if (p->err == ERR_OK)
		p->err = amending_explain(m, p);
	if (p->err == ERR_OK)
		p->err = term_screen(m, q.recipient, p);
	if (p->err != ERR_OK)
		return;
	if (p->spam)
		note(p, "spam", true, "kept in the spam folder, sent to nobody");
	p->err = q.recipient ? to_user(&q) : g ? to_group(&q, g) :
	    to_outside(&q);
}

/* --- another gateway ------------------------------------------------------------- */

/*
 * Can g carry what was meant for was?  Where the length of the text is not
 * known no smaller limit will do.
 */
static bool can_replace(const struct message *m, const struct gateway *g,
    const struct gateway *was)
{
	if (!was || g->max_text == 0)
		return true;
	if (m->text_chars)
		return m->text_chars <= g->max_text;
	return was->max_text && was->max_text <= g->max_text;
}

const struct gateway *plan_other_gateway(const struct message *m,
    struct strv recipient, struct strv hop)
{
	const struct gateway *was = gateway_find(hop);
	bool reply = m->origin == FROM_USER && (m->service.n ||
	    sticky_find(m->from, recipient).n);
	const struct user *u = user_find(recipient);
	struct strv number = u ? user_number(u) : STRV_NONE;
	struct route r;

	if ((was && was->state == GATEWAY_UP) ||
	    route_find(number.n ? number : recipient, false, &r) != ERR_OK || r.refuse)
		return NULL;
	for (size_t i = 0; i < r.n; i++) {
		const struct gateway *g = r.gateways[i];

		if (g != was && g->state == GATEWAY_UP &&
		    !override_hold(strv(g->name)) &&
		    can_replace(m, g, was) && !would_show(m, g) && (!reply || !was ||
		    strcmp(g->service, was->service) == 0))
			return g;
	}
	return NULL;
}
