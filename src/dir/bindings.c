/* bindings.c - where users are now: registered contacts (RFC 3261 10). */

#include <inttypes.h>
#include <stdlib.h>

#define LOG_UNIT "bindings"
#include "base/alloc.h"
#include "base/id.h"
#include "base/log.h"
#include "base/map.h"
#include "base/metric.h"
#include "base/now.h"
#include "dir/bindings_priv.h"
#include "dir/devices_priv.h"
#include "loop/timer.h"

#define SLOTS	4096	/* seconds on the wheel; longer ones go around */
#define TICK_MS	1000

static struct list wheel[SLOTS];
static int64_t turned;		/* the second up to which the wheel is done */
static struct timer tick;
static size_t n_bindings;

static struct metric metrics[] = {
	GAUGE("parley_registrations", NULL, "Registered devices."),
	COUNTER("parley_registration_events_total", "event=\"registered\"",
	    "Changes of registrations."),
	COUNTER("parley_registration_events_total", "event=\"refreshed\"",
	    "Changes of registrations."),
	COUNTER("parley_registration_events_total", "event=\"removed\"",
	    "Changes of registrations."),
	COUNTER("parley_registration_events_total", "event=\"expired\"",
	    "Changes of registrations."),
	COUNTER("parley_registration_events_total", "event=\"dead\"",
	    "Changes of registrations."),
};

void binding_event(enum binding_event e)
{
	metric_inc(&metrics[1 + e]);
}

size_t bindings_count(void)
{
	return n_bindings;
}

static void counted(int n)
{
	n_bindings += (size_t)n;
	metric_set(&metrics[0], (int64_t)n_bindings);
}

/* --- one binding ---------------------------------------------------------- */

static struct strv put_str(char **at, struct strv s)
{
	struct strv copy = { *at, s.n };

	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

static size_t strings_of(const struct binding *b)
{
	return b->contact.n + b->instance.n + b->path.n + b->source.n +
	    b->features.n + b->agent.n + b->call_id.n;
}

struct binding *binding_copy(const struct binding *from)
{
	struct binding *b = xalloc(sizeof(*b) + strings_of(from));
	char *at = (char *)(b + 1);

	*b = *from;
	list_init(&b->hook);
	list_init(&b->wheel);
	b->contact = put_str(&at, from->contact);
	b->instance = put_str(&at, from->instance);
	b->path = put_str(&at, from->path);
	b->source = put_str(&at, from->source);
	b->features = put_str(&at, from->features);
	b->agent = put_str(&at, from->agent);
	b->call_id = put_str(&at, from->call_id);
	return b;
}

bool binding_same_key(const struct binding *a, const struct binding *b)
{
	if (a->instance.n > 0 || b->instance.n > 0)
		return strv_eq(a->instance, b->instance) &&
		    a->reg_id == b->reg_id;
	return strv_eq(a->contact, b->contact);
}

struct binding *binding_like(struct user *u, const struct binding *b)
{
	LIST_FOR(h, &u->bindings) {
		if (binding_same_key(BINDING_OF(h), b))
			return BINDING_OF(h);
	}
	return NULL;
}

static void on_wheel(struct binding *b)
{
	list_del(&b->wheel);
	list_push(&wheel[(b->expires / TICK_MS + 1) % SLOTS], &b->wheel);
	if (!timer_is_set(&tick)) {
		turned = now_ms() / TICK_MS;
		timer_set(&tick, TICK_MS);
	}
}

void binding_insert(struct user *u, struct binding *b)
{
	b->user = u;
	list_add_before(u->bindings.next, &b->hook);
	u->nbindings++;
	on_wheel(b);
	counted(1);
}

void binding_remove(struct binding *b)
{
	list_del(&b->hook);
	list_del(&b->wheel);
	b->user->nbindings--;
	counted(-1);
	free(b);
}

/* A refresh as a rule changes only times: the place in memory stays. */
bool binding_refresh(struct binding *b, const struct binding *by)
{
	if (!strv_eq(b->contact, by->contact) ||
	    !strv_eq(b->path, by->path) || !strv_eq(b->source, by->source) ||
	    !strv_eq(b->features, by->features) ||
	    !strv_eq(b->agent, by->agent) ||
	    !strv_eq(b->call_id, by->call_id))
		return false;
	b->cseq = by->cseq;
	b->q = by->q;
	b->expires = by->expires;
	b->seen = by->seen;
	list_del(&b->hook);
	list_add_before(b->user->bindings.next, &b->hook);
	on_wheel(b);
	return true;
}

bool user_is_online(const struct user *u)
{
	int64_t now = now_ms();

	if (u->state != USER_ACTIVE)
		return false;
	for (const struct list *h = u->bindings.next; h != &u->bindings;
	    h = h->next) {
		if (BINDING_OF(h)->expires > now)
			return true;
	}
	return false;
}

bool user_has(const struct user *u, struct strv device)
{
	int64_t now = now_ms();

	for (const struct list *h = u->bindings.next; h != &u->bindings;
	    h = h->next) {
		const struct binding *b = BINDING_OF(h);

		if (b->expires > now && strv_eq(binding_name(b), device))
			return u->state == USER_ACTIVE;
	}
	return false;
}

void user_devices(const struct user *u, struct buf *names)
{
	int64_t now = now_ms();

	for (const struct list *h = u->bindings.next; h != &u->bindings &&
	    u->state == USER_ACTIVE; h = h->next) {
		const struct binding *b = BINDING_OF(h);
		struct strv name = binding_name(b);

		if (b->expires > now)
			buf_addf(names, "%s%.*s", names->n ? " " : "",
			    STRV_ARG(name));
	}
}

/* --- expiry --------------------------------------------------------------- */

static void expire_slot(struct list *slot, int64_t now, struct ids *ids)
{
	LIST_FOR(h, slot) {
		struct binding *b = LIST_ENTRY(h, struct binding, wheel);

		if (b->expires > now)
			continue;
		log_info("expired user=%.*s device=%014" PRIx64,
		    STRV_ARG(b->user->key), b->id);
		binding_event(BINDING_EXPIRED);
		ids_add(ids, b->id);
		device_lapsed(b);
		binding_remove(b);
	}
}

/* A clock that jumped makes us look at every slot, and once. */
static void expire(void *arg)
{
	int64_t now = now_ms(), second = now / TICK_MS;
	struct ids ids = { .n = 0 };

	(void)arg;
	if (second - turned > SLOTS || second < turned)
		turned = second - SLOTS;
	while (turned < second)
		expire_slot(&wheel[++turned % SLOTS], now, &ids);
	registrations_drop(&ids);
	if (n_bindings > 0)
		timer_set(&tick, TICK_MS);
}

void binding_drop(struct binding *b)
{
	struct ids ids = { .n = 0 };

	binding_event(BINDING_DEAD);
	ids_add(&ids, b->id);
	registrations_drop(&ids);
	device_lapsed(b);
	binding_remove(b);
}

void bindings_drop_all(struct user *u)
{
	struct ids ids = { .n = 0 };

	LIST_FOR(h, &u->bindings) {
		binding_event(BINDING_REMOVED);
		ids_add(&ids, BINDING_OF(h)->id);
		device_lapsed(BINDING_OF(h));
		binding_remove(BINDING_OF(h));
	}
	registrations_drop(&ids);
}

void bindings_free_all(struct user *u)
{
	LIST_FOR(h, &u->bindings)
		binding_remove(BINDING_OF(h));
	if (n_bindings == 0)
		timer_cancel(&tick);
}

/* --- rows to drop --------------------------------------------------------- */

struct dropping {
	struct write w;
	size_t n;
	uint64_t ids[];
};

static enum err drop_run(struct write *w, struct db *db)
{
	const struct dropping *d = (struct dropping *)(void *)w;
	enum err e = ERR_OK;

	for (size_t i = 0; i < d->n && e == ERR_OK; i++)
		e = registration_delete(db, d->ids[i]);
	return e;
}

/* What stays for a fault of the disk is dropped at the next start. */
static void drop_done(struct write *w)
{
	free(w);
}

void ids_add(struct ids *ids, uint64_t id)
{
	if (ids->n == ids->size) {
		ids->size = ids->size ? 2 * ids->size : 16;
		ids->p = xrealloc(ids->p, ids->size * sizeof(*ids->p));
	}
	ids->p[ids->n++] = id;
}

void registrations_drop(struct ids *ids)
{
	struct dropping *d;

	if (ids->n > 0) {
		d = xalloc(sizeof(*d) + ids->n * sizeof(*d->ids));
		d->w = (struct write){ .db = DB_STORE, .run = drop_run,
			.done = drop_done };
		d->n = ids->n;
		memcpy(d->ids, ids->p, ids->n * sizeof(*d->ids));
		writer_put(&d->w);
	}
	free(ids->p);
}

/* --- start ---------------------------------------------------------------- */

struct loading {
	int64_t now;
	struct ids stale;
};

static void load_one(const struct registration_row *r, void *arg)
{
	struct loading *l = arg;
	struct user *u = user_by_id(r->subscriber);
	struct binding b = { .user = u, .id = r->id, .contact = r->contact,
		.instance = r->instance, .path = r->path,
		.source = r->source, .features = r->features,
		.agent = r->agent, .call_id = r->call_id, .cseq = r->cseq,
		.reg_id = r->reg_id, .q = r->q, .expires = r->expires,
		.seen = r->seen };

	if (u && device_registered(u, &b) && r->expires > l->now) {
		binding_insert(u, binding_copy(&b));
		return;
	}
	ids_add(&l->stale, r->id);
	if (u)
		device_lapsed(&b);
}

enum err bindings_load(void)
{
	struct loading l = { .now = now_ms() };
	enum err e;

	for (size_t i = 0; i < SLOTS; i++)
		list_init(&wheel[i]);
	timer_cancel(&tick);
	timer_init(&tick, "registrations", expire, NULL);
	e = devices_load();
	if (e == ERR_OK)
		e = registrations_each(load_one, &l);
	log_info("registrations loaded n=%zu stale=%zu", n_bindings,
	    l.stale.n);
	registrations_drop(&l.stale);
	return e;
}

void bindings_register(void)
{
	metric_register(metrics, sizeof(metrics) / sizeof(*metrics));
}
