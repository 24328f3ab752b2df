/* devices.c - the devices each subscriber is known to have (CPM-MLD). */

#include <inttypes.h>
#include <stdlib.h>

#define LOG_UNIT "devices"
#include "base/alloc.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/now.h"
#include "conf/conf.h"
#include "dir/bindings.h"
#include "dir/devices_priv.h"
#include "dir/users_priv.h"
#include "loop/timer.h"

/*
 * A refresh writes nothing here, since the registration's row has its time;
 * what was seen of a device is written when that row goes.
 */
#define SAVE_MS		2000
#define SAVE_ROWS	500	/* in one write */

struct list devices_users = { &devices_users, &devices_users };
static struct list unsaved = { &unsaved, &unsaved };
static struct timer timer;
static size_t n_devices;
static const struct devices_listener *listener;

static struct metric metrics[] = {
	GAUGE("parley_devices", NULL, "Devices that subscribers have."),
};

/* --- find ----------------------------------------------------------------- */

struct device *devices_of(const struct user *u)
{
	return u->known ? u->known->first : NULL;
}

struct device *device_find(const struct user *u, struct strv instance)
{
	for (struct device *d = devices_of(u); d; d = d->next) {
		if (strv_eq(d->instance, instance))
			return d;
	}
	return NULL;
}

const struct binding *device_binding(const struct user *u,
    struct strv instance)
{
	int64_t now = now_ms();

	for (const struct list *h = u->bindings.next; h != &u->bindings;
	    h = h->next) {
		const struct binding *b = BINDING_OF(h);

		if (b->expires > now && strv_eq(b->instance, instance))
			return u->state == USER_ACTIVE ? b : NULL;
	}
	return NULL;
}

bool device_is_online(const struct user *u, struct strv instance)
{
	return device_binding(u, instance) != NULL;
}

int64_t device_seen(const struct user *u, const struct device *d)
{
	int64_t seen = d->seen;

	for (const struct list *h = u->bindings.next; h != &u->bindings;
	    h = h->next) {
		const struct binding *b = BINDING_OF(h);

		if (b->seen > seen && strv_eq(b->instance, d->instance))
			seen = b->seen;
	}
	return seen;
}

static bool begins(struct strv s, struct strv with)
{
	return s.n >= with.n && strv_caseeq((struct strv){ s.p, with.n },
	    with);
}

/* "6f474eac-..." of "urn:uuid:6f474eac-..." */
static struct strv bare(struct strv instance)
{
	const char *colon = instance.n ? memrchr(instance.p, ':',
	    instance.n) : NULL;
	size_t n = colon ? (size_t)(colon - instance.p) + 1 : 0;

	return (struct strv){ instance.p + n, instance.n - n };
}

enum err device_meant(const struct user *u, struct strv text,
    struct device **out)
{
	size_t n = 0;

	*out = NULL;
	for (struct device *d = devices_of(u); d && text.n; d = d->next) {
		if (strv_caseeq(d->name, text) ||
		    strv_eq(d->instance, text)) {
			*out = d;
			return ERR_OK;
		}
		if (!begins(d->name, text) && !begins(d->instance, text) &&
		    !begins(bare(d->instance), text))
			continue;
		*out = d;
		n++;
	}
	return n == 1 ? ERR_OK : n ? ERR_TOO_BIG : ERR_NO_USER;
}

size_t devices_count(void)
{
	return n_devices;
}

void devices_watch(const struct devices_listener *l)
{
	listener = l;
}

void device_is_gone(const struct user *u, struct strv instance)
{
	if (listener)
		listener->gone(u, instance);
}

/* --- one device ----------------------------------------------------------- */

static void counted(int n)
{
	n_devices += (size_t)n;
	metric_set(&metrics[0], (int64_t)n_devices);
}

static struct strv put_str(char **at, struct strv s)
{
	struct strv copy = { *at, s.n };

	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

static struct device *device_new(const struct device_row *r)
{
	struct device *d = xalloc(sizeof(*d) + r->instance.n + r->name.n +
	    r->agent.n);
	char *at = (char *)(d + 1);

	d->instance = put_str(&at, r->instance);
	d->name = put_str(&at, r->name);
	d->agent = put_str(&at, r->agent);
	d->added = r->added;
	d->seen = r->seen;
	d->primary = r->primary;
	d->blocked = r->blocked;
	return d;
}

static struct known *known_of(struct user *u)
{
	struct known *k = u->known;

	if (k)
		return k;
	k = xalloc(sizeof(*k));
	k->user = u;
	list_init(&k->dirty);
	list_push(&devices_users, &k->hook);
	u->known = k;
	return k;
}

static void known_free(struct known *k)
{
	k->user->known = NULL;
	list_del(&k->hook);
	list_del(&k->dirty);
	free(k);
}

/* Where d hangs, or would. */
static struct device **place(struct known *k, struct strv instance)
{
	struct device **at = &k->first;

	while (*at && !strv_eq((*at)->instance, instance))
		at = &(*at)->next;
	return at;
}

struct device *device_set(struct user *u, const struct device_row *r)
{
	struct known *k = known_of(u);
	struct device **at = place(k, r->instance), *was = *at;
	struct device *d = device_new(r);	/* r may borrow from was */

	for (struct device *o = k->first; o && r->primary; o = o->next)
		o->primary = false;
	d->next = was ? was->next : NULL;
	*at = d;
	free(was);
	if (!was) {
		k->n++;
		counted(1);
	}
	return d;
}

void device_remove(struct user *u, struct device *d)
{
	struct known *k = u->known;

	*place(k, d->instance) = d->next;
	free(d);
	counted(-1);
	if (--k->n == 0)
		known_free(k);
}

void device_row(const struct user *u, const struct device *d,
    struct device_row *out)
{
	*out = (struct device_row){ .subscriber = u->id,
		.instance = d->instance, .name = d->name, .agent = d->agent,
		.primary = d->primary, .blocked = d->blocked,
		.added = d->added, .seen = device_seen(u, d) };
}

/* --- written later -------------------------------------------------------- */

struct saving {
	struct write w;
	struct arena arena;	/* of the texts */
	size_t n;
	struct device_row rows[SAVE_ROWS];
};

static void mark(struct known *k, int64_t ms)
{
	if (list_empty(&k->dirty))
		list_push(&unsaved, &k->dirty);
	if (!timer_is_set(&timer) || ms == 0)
		timer_set(&timer, ms);
}

static enum err save_run(struct write *w, struct db *db)
{
	const struct saving *s = (struct saving *)(void *)w;
	enum err e = ERR_OK;

	for (size_t i = 0; i < s->n && e == ERR_OK; i++)
		e = device_see(db, &s->rows[i]);
	return e;
}

static void save_done(struct write *w)
{
	struct saving *s = (struct saving *)(void *)w;

	for (size_t i = 0; i < s->n && w->err != ERR_OK; i++) {
		struct user *u = user_by_id(s->rows[i].subscriber);

		if (u && u->known)
			mark(u->known, SAVE_MS);
	}
	arena_deinit(&s->arena);
	free(s);
}

static void add_rows(struct saving *s, const struct known *k)
{
	for (const struct device *d = k->first; d; d = d->next) {
		struct device_row *r = &s->rows[s->n++];

		device_row(k->user, d, r);
		r->instance = arena_str(&s->arena, r->instance);
		r->name = arena_str(&s->arena, r->name);
		r->agent = arena_str(&s->arena, r->agent);
	}
}

/* A user whose devices an operation changes is left for the next time. */
static void take_rows(struct saving *s)
{
	LIST_FOR(h, &unsaved) {
		struct known *k = LIST_ENTRY(h, struct known, dirty);

		if (s->n + k->n > SAVE_ROWS)
			break;
		if (k->changing)
			continue;
		list_del(h);
		add_rows(s, k);
	}
}

static void save(void *arg)
{
	struct saving *s = xalloc(sizeof(*s));

	(void)arg;
	arena_init(&s->arena);
	s->w = (struct write){ .db = DB_CONFIG, .run = save_run,
		.done = save_done };
	take_rows(s);
	if (!list_empty(&unsaved))
		timer_set(&timer, s->n == 0 ? SAVE_MS : 0);
	if (s->n > 0)
		writer_put(&s->w);
	else
		free(s);
}

/* --- what registers ------------------------------------------------------- */

/* The longest unseen; never one that is blocked or online. */
static struct device *oldest(const struct user *u)
{
	struct device *found = NULL;

	for (struct device *d = devices_of(u); d; d = d->next) {
		if (d->blocked || d->primary ||
		    device_is_online(u, d->instance))
			continue;
		if (!found || d->seen < found->seen)
			found = d;
	}
	return found;
}

struct dropping {
	struct write w;
	uint64_t user;
	struct strv instance;
	char bytes[];
};

static enum err drop_run(struct write *w, struct db *db)
{
	const struct dropping *d = (struct dropping *)(void *)w;

	return device_delete(db, d->user, d->instance);
}

/* What stays for a fault of the disk is one too many at the next start. */
static void drop_done(struct write *w)
{
	free(w);
}

static void drop(struct user *u, struct device *d)
{
	struct dropping *g = xalloc(sizeof(*g) + d->instance.n);
	char *at = g->bytes;

	log_info("forgotten for a newer one user=%.*s instance=%.*s",
	    STRV_ARG(u->key), STRV_ARG(d->instance));
	g->w = (struct write){ .db = DB_CONFIG, .run = drop_run,
		.done = drop_done };
	g->user = u->id;
	g->instance = put_str(&at, d->instance);
	device_remove(u, d);
	device_is_gone(u, g->instance);
	writer_put(&g->w);
}

static bool make_room(struct user *u)
{
	int64_t max = conf_int("policy devices", "", "max");

	while (u->known && u->known->n >= max) {
		struct device *d = u->known->changing ? NULL : oldest(u);

		if (!d)
			return false;
		drop(u, d);
	}
	return true;
}

/* "device-2": the first that is free. */
static void make_name(const struct user *u, struct buf *out)
{
	bool taken = true;

	for (int i = 1; taken; i++) {
		taken = false;
		buf_clear(out);
		buf_addf(out, "device-%d", i);
		for (const struct device *d = devices_of(u); d; d = d->next)
			taken |= strv_caseeq(d->name, buf_strv(out));
	}
}

static void add(struct user *u, const struct binding *b)
{
	struct device_row r = { .instance = b->instance, .agent = b->agent,
		.added = b->seen, .seen = b->seen };
	struct buf name;

	if (!make_room(u)) {
		log_debug("one device too many to be known user=%.*s "
		    "instance=%.*s", STRV_ARG(u->key), STRV_ARG(b->instance));
		return;
	}
	buf_init(&name, DEVICE_NAME_MAX);
	make_name(u, &name);
	r.name = buf_strv(&name);
	(void)device_set(u, &r);
	buf_deinit(&name);
	mark(u->known, 0);
	if (listener)
		listener->known(u, b->instance);
}

bool device_registered(struct user *u, const struct binding *b)
{
	struct device *d = device_find(u, b->instance);
	struct device_row r;

	if (b->instance.n == 0)
		return true;
	if (!d) {
		add(u, b);
		return true;
	}
	if (d->blocked || strv_eq(d->agent, b->agent))
		return !d->blocked;
	device_row(u, d, &r);
	r.agent = b->agent;
	(void)device_set(u, &r);
	mark(u->known, SAVE_MS);
	return true;
}

void device_lapsed(const struct binding *b)
{
	struct device *d = device_find(b->user, b->instance);

	if (!d || b->seen <= d->seen)
		return;
	d->seen = b->seen;
	mark(b->user->known, SAVE_MS);
}

/* --- life ----------------------------------------------------------------- */

static const struct conf_row rows[] = {
	{ .name = "max", .type = CONF_INT, .fallback = "16", .min = 1,
	  .max = DEVICES_MAX,
	  .help = "devices that are known of one subscriber; past it the "
	  "longest unseen is forgotten" },
	{ .name = "late", .type = CONF_BOOL, .fallback = "on",
	  .help = "a device that was away when a message came gets it when it "
	  "registers, also if another device has it" },
	{ .name = "new-window", .type = CONF_DURATION, .fallback = "0",
	  .min = 0, .max = INT64_C(90) * 86400000,
	  .help = "a device that registers for the first time gets the "
	  "messages of so long ago that its subscriber's others have and that "
	  "still live; 0: none" },
	{ .name = "late-window", .type = CONF_DURATION, .fallback = "7d",
	  .min = 60000, .max = INT64_C(90) * 86400000,
	  .help = "messages are kept only for devices that were registered "
	  "within this time" },
};

static const struct conf_section section = {
	.name = "policy devices", .rows = rows,
	.n = sizeof(rows) / sizeof(*rows),
	.help = "the devices of a subscriber"
};

void devices_register(void)
{
	conf_register(&section);
	metric_register(metrics, sizeof(metrics) / sizeof(*metrics));
	devices_ops_register();
}

static void load_one(const struct device_row *r, void *arg)
{
	struct user *u = user_by_id(r->subscriber);

	(void)arg;
	if (u)
		(void)device_set(u, r);
}

enum err devices_load(void)
{
	timer_cancel(&timer);
	timer_init(&timer, "devices to be saved", save, NULL);
	return devices_each(load_one, NULL);
}

void devices_free(struct user *u)
{
	while (devices_of(u))
		device_remove(u, devices_of(u));
}

void devices_unload(void)
{
	timer_cancel(&timer);
}
