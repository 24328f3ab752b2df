/* give.c - what a device gets of a message now, and when that changes. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/list.h"
#include "base/map.h"
#include "conf/conf.h"
#include "core/content.h"
#include "dir/bindings.h"
#include "dir/devices.h"
#include "dir/payload.h"
#include "dir/ucn.h"
#include "flow/choose.h"
#include "flow/flow_priv.h"
#include "flow/give.h"
#include "flow/sched.h"
#include "flow/term.h"
#include "loop/timer.h"

/* --- the facts ------------------------------------------------------------ */

struct facts {
	struct choose_message m;
	struct choose_rules rules;
	struct buf types;
};

static void facts_init(struct facts *f, const struct message *m,
    const struct user *u)
{
	buf_init(&f->types, 4096);
	payload_types(m, &f->types);
	f->m.types = buf_strv(&f->types);
	f->m.size = m->content ? (int64_t)m->content->bytes.n : 0;
	f->rules = (struct choose_rules){ .klass = u->klass,
		.own = prefs_active(u), .minute = term_minute() };
	f->rules.of_class = prefs_class_rules(&f->rules.n_of_class);
}

/* A device that is away is known without what it will register. */
static struct choose_device device_facts(const struct user *u,
    struct strv name, struct strv features)
{
	const struct device *d = device_find(u, name);

	return (struct choose_device){ .instance = name,
		.features = features, .name = d ? d->name : STRV_NONE,
		.primary = d && d->primary };
}

static struct chosen ask(const struct message *m, const struct user *u,
    struct strv name, struct strv features)
{
	struct choose_device d = device_facts(u, name, features);
	struct chosen out;
	struct facts f;

	facts_init(&f, m, u);
	out = choose(&f.m, &d, &f.rules);
	buf_deinit(&f.types);
	return out;
}

/* --- who waits for a change ----------------------------------------------- */

/* Those woken in one turn are few: each costs the writer a look. */
#define EVERY_MS	1000
#define STEP_MS		20
#define STEP_USERS	2000
#define STEP_WAKES	100

/* A user whose devices did not get all that there was. */
struct waiting {
	struct list hook;
	uint64_t times;		/* which of the rules' times it was */
	struct strv key;
	char bytes[];
};

static struct map users;
static struct list queue = { &queue, &queue };
static struct timer timer;
static bool running, all_changed;
static unsigned minute;			/* the last that was looked at */
static size_t left;			/* to be looked at in this pass */

static uint64_t add_times(uint64_t h, const struct prefs_rule *r,
    unsigned now)
{
	for (size_t i = 0; i < r->ntimes; i++)
		h = h * 31 + 1 + screen_inside(&r->times[i], now);
	return h;
}

/* Another number when a time of one of u's rules has begun or ended. */
static uint64_t times_of(const struct user *u)
{
	const struct prefs_profile *own = prefs_active(u);
	unsigned now = term_minute();
	uint64_t h = 0;
	size_t n;
	const struct prefs_class_rule *k = prefs_class_rules(&n);

	for (size_t i = 0; i < n; i++)
		h = add_times(h, &k[i].rule, now);
	for (size_t i = 0; own && i < own->n; i++)
		h = add_times(h, &own->rules[i], now);
	return h;
}

static void wait_for_change(const struct user *u)
{
	struct waiting *w = running ? map_get(&users, u->key) : NULL;

	if (w || !running)
		return;
	w = xalloc(sizeof(*w) + u->key.n);
	memcpy(w->bytes, u->key.p, u->key.n);
	w->key = (struct strv){ w->bytes, u->key.n };
	w->times = times_of(u);
	list_push(&queue, &w->hook);
	(void)map_set(&users, w->key, w);
	if (!timer_is_set(&timer))
		timer_set(&timer, EVERY_MS);
}

static void forget(struct waiting *w)
{
	(void)map_del(&users, w->key);
	list_del(&w->hook);
	free(w);
}

/* true: its hop was woken */
static bool look(struct waiting *w)
{
	const struct user *u = user_find(w->key);

	if (u && !all_changed && w->times == times_of(u)) {
		list_del(&w->hook);
		list_push(&queue, &w->hook);
		return false;
	}
	forget(w);
	if (u)
		sched_wake(u->key);
	return u != NULL;
}

static void step(void *arg)
{
	size_t looked = 0, woken = 0;

	(void)arg;
	if (left == 0 && (all_changed || minute != term_minute())) {
		minute = term_minute();
		left = users.n;
	}
	while (left > 0 && !list_empty(&queue) && looked < STEP_USERS &&
	    woken < STEP_WAKES) {
		left--;
		looked++;
		woken += look(LIST_ENTRY(queue.next, struct waiting, hook));
	}
	if (list_empty(&queue))
		left = 0;
	all_changed = all_changed && left > 0;
	if (users.n)
		timer_set(&timer, left ? STEP_MS : EVERY_MS);
}

static void changed(const struct user *u)
{
	if (!running)
		return;
	if (u) {
		sched_wake(u->key);
		return;
	}
	all_changed = true;
	left = users.n;
	if (users.n)
		timer_set(&timer, 0);
}

/* --- what is given -------------------------------------------------------- */

static enum give give_to(const struct leg *l, const struct user *u,
    struct strv name, struct strv features)
{
	struct chosen c;

	if (!prefs_any() || l->message->kind == MESSAGE_REPORT)
		return GIVE_WHOLE;
	c = ask(l->message, u, name, features);
	if (c.give == GIVE_NOTICE && l->device.n &&
	    pull_asked(u->key, name) >= l->message->received)
		return GIVE_WHOLE;
	if (c.give != GIVE_WHOLE)
		wait_for_change(u);
	return c.give;
}

enum give give_now(const struct leg *l, const struct user *u,
    const struct binding *b)
{
	return give_to(l, u, binding_name(b), b->features);
}

enum give give_away(const struct message *m, const struct user *u,
    struct strv device)
{
	return prefs_any() ? ask(m, u, device, STRV("")).give : GIVE_WHOLE;
}

static const struct binding *binding_of(const struct user *u,
    struct strv name)
{
	for (const struct list *h = u->bindings.next; h != &u->bindings;
	    h = h->next)
		if (strv_eq(binding_name(BINDING_OF(h)), name))
			return BINDING_OF(h);
	return NULL;
}

bool give_keeps(const struct leg *l)
{
	const struct user *u;
	const struct binding *b;
	enum give g;

	if (l->device.n == 0 || !prefs_any())
		return false;
	u = user_find(l->hop);
	b = u ? binding_of(u, l->device) : NULL;
	if (!b)
		return false;
	g = give_now(l, u, b);
	return g == GIVE_NOTHING || (g == GIVE_NOTICE &&
	    l->why == ERR_NOTICED);
}

/* --- for explain ---------------------------------------------------------- */

/* ", by its profile: notice device=tablet" */
static void add_rule(const struct chosen *c, const struct device *d,
    struct buf *out)
{
	if (!c->rule)
		return;
	buf_addf(out, ", by %s: ", c->of_class ? c->of_class->name :
	    "its profile");
	if (d && c->rule->device.p && strv_eq(c->rule->device, d->instance))
		prefs_rule_name(c->rule->text, d->name, out);
	else
		buf_adds(out, c->rule->text);
}

static void explain_one(const struct message *m, const struct user *u,
    struct strv name, const struct binding *b, struct plan *p)
{
	const struct device *d = device_find(u, name);
	struct chosen c = ask(m, u, name, b ? b->features : STRV(""));
	struct strv shown = d ? d->name : name;
	struct buf text;

	if (d && d->blocked) {
		term_note(p, "device", false, "%.*s: blocked",
		    STRV_ARG(shown));
		return;
	}
	buf_init(&text, 2 * PREFS_RULE);
	buf_addf(&text, "%.*s%s: %s", STRV_ARG(shown), b ? "" : " (away)",
	    give_name(c.give));
	add_rule(&c, d, &text);
	term_note(p, "device", c.give != GIVE_NOTHING, "%s", text.p);
	buf_deinit(&text);
}

void give_explain(const struct message *m, const struct user *u,
    struct plan *p)
{
	if (!p->explaining || !prefs_any())
		return;
	for (const struct device *d = devices_of(u); d; d = d->next)
		explain_one(m, u, d->instance, device_binding(u, d->instance),
		    p);
	for (const struct list *h = u->bindings.next; h != &u->bindings;
	    h = h->next)
		if (!device_find(u, binding_name(BINDING_OF(h))))
			explain_one(m, u, binding_name(BINDING_OF(h)),
			    BINDING_OF(h), p);
}

/* --- settings and life ---------------------------------------------------- */

static const struct conf_row rows[] = {
	{ .name = "text", .type = CONF_TEXT, .max = UCN_TEMPLATE,
	  .fallback = "You have a message[ from {sender}]: {type}[, {size}]. "
	  "[Open it: {link}]",
	  .help = "what a device is sent instead of a message that is not "
	  "for it; variables as of policy ucn text" },
	{ .name = "pull-user", .type = CONF_NAME, .fallback = "deferred",
	  .help = "a device that sends any MESSAGE to this user of the site "
	  "gets whole what it was only notified of" },
	{ .name = "counts", .type = CONF_BOOL, .fallback = "off",
	  .help = "a notification counts as the delivery of the message, so "
	  "that the sender gets the delivery report for it" },
};

static enum err check(const char *name, struct buf *why)
{
	(void)name;
	return ucn_check(strv(conf_text("policy notice", "", "text")), why);
}

static const struct conf_section section = {
	.name = "policy notice", .rows = rows, .check = check,
	.n = sizeof(rows) / sizeof(*rows),
	.help = "notifications that a message is available, for devices that "
	"do not get the whole"
};

bool give_notice_counts(void)
{
	return conf_bool("policy notice", "", "counts");
}

void give_register(void)
{
	conf_register(&section);
	prefs_watch(changed);
}

void give_start(void)
{
	map_init(&users);
	timer_init(&timer, "what devices get", step, NULL);
	minute = term_minute();
	left = 0;
	all_changed = false;
	pull_start();
	running = true;
}

void give_stop(void)
{
	running = false;
	pull_stop();
	timer_cancel(&timer);
	while (!list_empty(&queue))
		forget(LIST_ENTRY(queue.next, struct waiting, hook));
	map_deinit(&users);
}
