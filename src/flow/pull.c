/* pull.c - devices that ask for what they were only told of. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/now.h"
#include "conf/conf.h"
#include "core/addr.h"
#include "dir/users.h"
#include "flow/flow.h"
#include "flow/flow_priv.h"
#include "flow/give.h"
#include "flow/sched.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "store/pulls.h"
#include "store/writer.h"

#define ASKED_MAX	4096	/* devices; then all are forgotten, and may
				 * ask again */
#define PRUNE_MS	86400000

/* A device that has asked: gets what came before, whole. */
struct asked {
	struct strv key;	/* its user's key, a blank, its name */
	int64_t at;		/* ms */
	char bytes[];
};

static struct map all;
static bool on;

static void make_key(struct strv user, struct strv device, struct buf *out)
{
	buf_init(out, BUF_NO_LIMIT);
	buf_addf(out, "%.*s %.*s", STRV_ARG(user), STRV_ARG(device));
}

static void forget_all(void)
{
	struct asked *a;
	size_t at = 0;

	while ((a = map_next(&all, &at)) != NULL) {
		(void)map_del(&all, a->key);
		free(a);
	}
}

static struct asked *get(struct strv key)
{
	struct asked *a = map_get(&all, key);

	if (a)
		return a;
	if (all.n >= ASKED_MAX)
		forget_all();
	a = xalloc(sizeof(*a) + key.n);
	memcpy(a->bytes, key.p, key.n);
	a->key = (struct strv){ a->bytes, key.n };
	(void)map_set(&all, a->key, a);
	return a;
}

bool flow_is_pull(struct strv key)
{
	return strv_caseeq(addr_user(key), strv(conf_text("policy notice", "",
	    "pull-user"))) && dir_is_home(addr_host(key)) && !user_find(key);
}

static void note(struct strv user, struct strv device, int64_t at)
{
	struct buf key;

	make_key(user, device, &key);
	get(buf_strv(&key))->at = at;
	buf_deinit(&key);
}

/* One that asks, until it is on disk that it did. */
struct asking {
	struct write w;
	struct arena arena;
	struct strv user, device;
	int64_t at;
	flow_reported_fn *done;
	void *arg;
};

static void asking_free(struct asking *a, enum err e)
{
	if (a->done)
		a->done(e, a->arg);
	arena_deinit(&a->arena);
	free(a);
}

static enum err run(struct write *w, struct db *db)
{
	const struct asking *a = (const struct asking *)(const void *)w;

	return pull_put(db, a->user, a->device, a->at);
}

static void written(struct write *w)
{
	struct asking *a = (struct asking *)(void *)w;

	if (w->err == ERR_OK && on) {
		note(a->user, a->device, a->at);
		sched_wake(a->user);
	}
	asking_free(a, w->err);
}

static void busy(void *arg)
{
	asking_free(arg, ERR_BUSY);
}

void flow_pull(struct strv user, struct strv device, flow_reported_fn *done,
    void *arg)
{
	struct asking *a = xalloc(sizeof(*a));

	arena_init(&a->arena);
	a->w = (struct write){ .db = DB_STORE, .run = run, .done = written };
	a->user = arena_str(&a->arena, user);
	a->device = arena_str(&a->arena, device);
	a->at = now_ms();
	a->done = done;
	a->arg = arg;
	if (submit_is_stopping() || writer_busy())
		loop_defer(busy, a);
	else
		writer_put(&a->w);
}

int64_t pull_asked(struct strv user, struct strv device)
{
	struct asked *a = NULL;
	struct buf key;

	if (all.n == 0)
		return 0;
	make_key(user, device, &key);
	a = map_get(&all, buf_strv(&key));
	buf_deinit(&key);
	return a ? a->at : 0;
}

/* --- what nothing that waits can be older than --------------------------- */

static struct timer prune_timer;
static struct write prune;
static int64_t prune_before;

static enum err prune_run(struct write *w, struct db *db)
{
	(void)w;
	return pulls_prune(db, prune_before);
}

static void pruned(struct write *w)
{
	(void)w;
	if (on)
		timer_set(&prune_timer, PRUNE_MS);
}

static void prune_now(void *arg)
{
	(void)arg;
	prune_before = now_ms() - flow_max_deferral();
	prune = (struct write){ .db = DB_STORE, .run = prune_run,
		.done = pruned };
	writer_put(&prune);
}

/* --- life ----------------------------------------------------------------- */

void pull_start(void)
{
	map_init(&all);
	(void)pulls_each(now_ms() - flow_max_deferral(), note);
	timer_init(&prune_timer, "old pulls", prune_now, NULL);
	timer_set(&prune_timer, PRUNE_MS);
	on = true;
}

void pull_stop(void)
{
	on = false;
	timer_cancel(&prune_timer);
	forget_all();
	map_deinit(&all);
}
