/* overrides.c - what operators set at run time: kept, ended in time, told. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "override"
#include "base/alloc.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/map.h"
#include "base/metric.h"
#include "base/now.h"
#include "dir/overrides.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "op/health.h"
#include "store/audit.h"
#include "store/writer.h"

#define LOOK_MS		60000	/* the clock may have been set */
#define WATCHERS	8
#define SAID		5	/* by name, in the health check */

/* The core alone changes them, under the lock; it reads them without. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct map all[OVERRIDE_KINDS];
static struct timer timer;
static struct {
	unsigned kinds;
	override_changed_fn *fn;
} watchers[WATCHERS];
static size_t n_watchers;

static struct metric gauges[] = {
	GAUGE("parley_overrides", "kind=\"link\"",
	    "Set by operators at run time: gateways drained or disabled, "
	    "rates, queues held."),
	GAUGE("parley_overrides", "kind=\"rate\"",
	    "Set by operators at run time: gateways drained or disabled, "
	    "rates, queues held."),
	GAUGE("parley_overrides", "kind=\"hold\"",
	    "Set by operators at run time: gateways drained or disabled, "
	    "rates, queues held."),
};

/* --- looking ---------------------------------------------------------------- */

const struct override *override_find(enum override_kind kind,
    struct strv name)
{
	return map_get(&all[kind], name);
}

const struct override *override_hold(struct strv hop)
{
	return all[OVERRIDE_HOLD].n ? override_find(OVERRIDE_HOLD, hop) : NULL;
}

bool override_copy(enum override_kind kind, struct strv name,
    struct override *out)
{
	const struct override *o;

	pthread_mutex_lock(&lock);
	o = override_find(kind, name);
	if (o)
		*out = *o;
	pthread_mutex_unlock(&lock);
	out->name = STRV_NONE;
	return o != NULL;
}

/* Copied under the lock and told without it: fn may take its time. */
void overrides_each(enum override_kind kind, override_fn *fn, void *arg)
{
	const struct override *o;
	struct override *copies;
	size_t at = 0, n = 0;
	struct arena arena;

	arena_init(&arena);
	pthread_mutex_lock(&lock);
	copies = xalloc((all[kind].n + 1) * sizeof(*copies));
	while ((o = map_next(&all[kind], &at)) != NULL) {
		copies[n] = *o;
		copies[n++].name = arena_str(&arena, o->name);
	}
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < n; i++)
		fn(&copies[i], arg);
	free(copies);
	arena_deinit(&arena);
}

/* --- in memory -------------------------------------------------------------- */

/* What is over is looked at soon, or when the disk may take it again. */
static void look_at_clock(int64_t soon)
{
	int64_t now = now_ms(), wait = LOOK_MS;
	const struct override *o;
	bool any = false;

	for (unsigned k = 0; k < OVERRIDE_KINDS; k++)
		for (size_t at = 0; (o = map_next(&all[k], &at)) != NULL;) {
			int64_t left = o->until > now ? o->until - now : soon;

			any |= o->until != 0;
			if (o->until && left < wait)
				wait = left;
		}
	if (any)
		timer_set(&timer, wait);
}

static void tell(enum override_kind kind, struct strv name)
{
	metric_set(&gauges[kind], (int64_t)all[kind].n);
	for (size_t i = 0; i < n_watchers; i++)
		if (watchers[i].kinds & 1u << kind)
			watchers[i].fn(name);
}

static void keep(const struct override_row *r)
{
	struct override *o = xalloc(sizeof(*o) + r->name.n + 1), *was;

	*o = (struct override){ .kind = r->kind, .value = r->value,
		.since = r->since, .until = r->until };
	(void)snprintf(o->who, sizeof(o->who), "%.*s", STRV_ARG(r->who));
	(void)snprintf(o->reason, sizeof(o->reason), "%.*s",
	    STRV_ARG(r->reason));
	memcpy(o + 1, r->name.p, r->name.n);
	o->name = (struct strv){ (char *)(o + 1), r->name.n };
	pthread_mutex_lock(&lock);
	was = map_del(&all[r->kind], o->name);
	(void)map_set(&all[r->kind], o->name, o);
	pthread_mutex_unlock(&lock);
	free(was);
}

/* until: 0, or it goes only if it ends then. */
static void forget(enum override_kind kind, struct strv name, int64_t until)
{
	struct override *o = map_get(&all[kind], name);

	if (!o || (until && o->until != until))
		return;
	pthread_mutex_lock(&lock);
	(void)map_del(&all[kind], name);
	pthread_mutex_unlock(&lock);
	tell(kind, name);
	free(o);
}

/* --- changes ---------------------------------------------------------------- */

struct change {
	struct write w;
	bool lift;
	unsigned kinds;
	int64_t until;		/* of a lift by the clock; or 0 */
	struct override_row row;	/* of a lift: its name */
	struct strv actor, detail;
	const char *action;
	struct arena arena;
	override_done_fn *done;	/* NULL: by the clock */
	void *arg;
};

static enum err run(struct write *w, struct db *db)
{
	const struct change *g = (const struct change *)(const void *)w;
	enum err e = g->lift ? override_drop(db, g->kinds, g->row.name,
	    g->until) : override_put(db, &g->row);

	if (e == ERR_OK)
		e = audit_put(db, g->actor, strv(g->action), g->row.name,
		    g->detail);
	return e == ERR_OK ? ERR_OK : ERR_STORAGE;
}

static void changed(struct write *w)
{
	struct change *g = (struct change *)(void *)w;
	enum err e = w->err;

	if (e == ERR_OK && !g->lift) {
		keep(&g->row);
		tell(g->row.kind, g->row.name);
	}
	for (unsigned k = 0; e == ERR_OK && g->lift && k < OVERRIDE_KINDS; k++)
		if (g->kinds & 1u << k)
			forget(k, g->row.name, g->until);
	if (e == ERR_OK)
		look_at_clock(LOOK_MS);
	if (g->done)
		g->done(e, g->arg);
	arena_deinit(&g->arena);
	free(g);
}

static struct change *change_new(struct strv name, struct strv actor,
    const char *action)
{
	struct change *g = xalloc(sizeof(*g));

	g->w = (struct write){ .db = DB_CONFIG, .run = run, .done = changed };
	arena_init(&g->arena);
	g->row.name = arena_str(&g->arena, name);
	g->actor = arena_str(&g->arena, actor);
	g->detail = STRV("");
	g->action = action;
	return g;
}

void override_set(const struct override_row *r, struct strv actor,
    const char *action, override_done_fn *done, void *arg)
{
	struct change *g = change_new(r->name, actor, action);
	struct strv name = g->row.name;
	struct override shown = { .kind = r->kind, .value = r->value,
		.since = r->since, .until = r->until };
	struct buf text;

	g->row = *r;
	g->row.name = name;
	g->row.who = arena_str(&g->arena, r->who);
	g->row.reason = arena_str(&g->arena, r->reason);
	(void)snprintf(shown.who, sizeof(shown.who), "%.*s",
	    STRV_ARG(r->who));
	(void)snprintf(shown.reason, sizeof(shown.reason), "%.*s",
	    STRV_ARG(r->reason));
	buf_init(&text, BUF_NO_LIMIT);
	override_words(&shown, &text);
	g->detail = arena_str(&g->arena, buf_strv(&text));
	buf_deinit(&text);
	g->done = done;
	g->arg = arg;
	writer_put(&g->w);
}

void override_lift(unsigned kinds, struct strv name, struct strv actor,
    const char *action, override_done_fn *done, void *arg)
{
	struct change *g = change_new(name, actor, action);

	g->lift = true;
	g->kinds = kinds;
	g->done = done;
	g->arg = arg;
	writer_put(&g->w);
}

static void end(const struct override *o)
{
	struct change *g = change_new(o->name, STRV("parley"),
	    "override expires");

	log_info("its time is over kind=%d name=%.*s", (int)o->kind,
	    STRV_ARG(o->name));
	g->lift = true;
	g->kinds = 1u << o->kind;
	g->until = o->until;
	writer_put(&g->w);
}

/* What the disk refuses is tried again at the next look. */
static void due(void *arg)
{
	int64_t now = now_ms();
	const struct override *o;

	(void)arg;
	for (unsigned k = 0; k < OVERRIDE_KINDS; k++)
		for (size_t at = 0; (o = map_next(&all[k], &at)) != NULL;)
			if (o->until && o->until <= now)
				end(o);
	look_at_clock(LOOK_MS);
}

void override_watch(unsigned kinds, override_changed_fn *fn)
{
	for (size_t i = 0; i < n_watchers; i++)
		if (watchers[i].fn == fn)
			return;
	if (n_watchers == WATCHERS)
		abort();
	watchers[n_watchers].kinds = kinds;
	watchers[n_watchers++].fn = fn;
}

/* --- renamed ---------------------------------------------------------------- */

/* A gateway and its queue have one name. */
#define SECTION STRV("gateway")

static enum err rename_run(struct db *db, const struct settings_rename *r)
{
	return overrides_rename(db, r, SECTION);
}

static void put(enum override_kind kind, struct override *o, struct strv name)
{
	struct override *copy = xalloc(sizeof(*copy) + name.n + 1);

	*copy = *o;
	memcpy(copy + 1, name.p, name.n);
	copy->name = (struct strv){ (char *)(copy + 1), name.n };
	(void)map_set(&all[kind], copy->name, copy);
	free(o);
}

/* All at once: two may have changed their names with each other. */
static void rename_kind(enum override_kind kind,
    const struct settings_rename *r)
{
	const struct settings_rename *i;
	struct override **moved;
	size_t n = 0, at = 0;

	for (i = r; i; i = i->next)
		n++;
	moved = xalloc((n + 1) * sizeof(*moved));
	pthread_mutex_lock(&lock);
	for (i = r, at = 0; i; i = i->next, at++)
		if (strv_eq(i->section, SECTION))
			moved[at] = map_del(&all[kind], i->from);
	for (i = r, at = 0; i; i = i->next, at++) {
		if (strv_eq(i->section, SECTION))
			free(map_del(&all[kind], i->to));
		if (moved[at])
			put(kind, moved[at], i->to);
	}
	pthread_mutex_unlock(&lock);
	free(moved);
}

struct told {
	size_t n;
	char name[];
};

static void tell_all(void *arg)
{
	struct told *t = arg;

	for (unsigned k = 0; k < OVERRIDE_KINDS; k++)
		tell((enum override_kind)k, (struct strv){ t->name, t->n });
	free(t);
}

/* When the settings are in force: one that goes must not be set free. */
static void tell_later(struct strv name)
{
	struct told *t = xalloc(sizeof(*t) + name.n);

	t->n = name.n;
	memcpy(t->name, name.p, name.n);
	loop_defer(tell_all, t);
}

static void renamed(const struct settings_rename *r)
{
	for (unsigned k = 0; k < OVERRIDE_KINDS; k++)
		rename_kind((enum override_kind)k, r);
	for (; r; r = r->next)
		if (strv_eq(r->section, SECTION))
			tell_later(r->to);
}

static const struct settings_follower follower = { rename_run, renamed };

/* --- health ----------------------------------------------------------------- */

static void say(const struct override *o, size_t i, struct buf *says)
{
	if (i >= SAID)
		return;
	buf_addf(says, "%s%.*s ", says->n ? "; " : "", STRV_ARG(o->name));
	override_words(o, says);
}

static enum health check(struct buf *says, struct buf *remedy)
{
	size_t links = all[OVERRIDE_LINK].n + all[OVERRIDE_RATE].n, n = 0;

	for (unsigned k = 0; k < OVERRIDE_KINDS; k++) {
		const struct override *o;

		for (size_t at = 0; (o = map_next(&all[k], &at)) != NULL;)
			say(o, n++, says);
	}
	if (n > SAID)
		buf_addf(says, "; and %zu more", n - SAID);
	if (n == 0) {
		buf_addz(says, "no gateway is drained or limited, no queue "
		    "held");
		return HEALTH_OK;
	}
	if (links)
		buf_addz(remedy, "if it is no longer meant: gateway "
		    "clear-override NAME");
	if (all[OVERRIDE_HOLD].n)
		buf_addf(remedy, "%squeue release NAME", links ? ", " :
		    "if it is no longer meant: ");
	return HEALTH_WARN;
}

static const struct health_check checks[] = {
	{ "operated", false, check },
};

/* --- start and end ---------------------------------------------------------- */

void overrides_register(void)
{
	health_register(checks, sizeof(checks) / sizeof(*checks));
	metric_register(gauges, sizeof(gauges) / sizeof(*gauges));
	settings_follow(&follower);
}

enum err overrides_load(void)
{
	const struct override *o;
	enum err e;

	overrides_unload();
	timer_init(&timer, "overrides", due, NULL);
	e = overrides_read(keep);
	for (unsigned k = 0; k < OVERRIDE_KINDS; k++)
		for (size_t at = 0; (o = map_next(&all[k], &at)) != NULL;)
			tell(k, o->name);
	look_at_clock(1);
	return e;
}

void overrides_unload(void)
{
	timer_cancel(&timer);
	for (unsigned k = 0; k < OVERRIDE_KINDS; k++) {
		struct override *o;

		for (size_t at = 0; (o = map_next(&all[k], &at)) != NULL;)
			free(o);
		map_deinit(&all[k]);
		map_init(&all[k]);
		metric_set(&gauges[k], 0);
	}
}
