/* loop.c - the core's event loop on Sofia's su_root, and posts to it. */

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <sofia-sip/su_wait.h>

#define LOG_UNIT "loop"
#include "base/alloc.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/now.h"
#include "loop/loop.h"
#include "loop/loop_priv.h"
#include "loop/timer.h"
#include "loop/watch.h"

#define MAX_WAIT_MS	1000
#define PROBE_MS	50	/* a timer whose lateness is the lag */
#define SLOW_TURN_US	50000

struct post {
	struct post *next;
	loop_fn *fn;
	void *arg;
};

struct queue {
	struct post *first, **end;
};

static su_root_t *root;
static pthread_t core;
static bool have_core;
static atomic_bool stopping;
static int wake_fd = -1;
static struct watch wake_watch;
static struct timer probe;
static const char *doing = "start";

/*
 * The newest first.  Without a lock: the core must not wait for a thread that
 * gives way and is not running.
 */
static _Atomic(struct post *) posted;
static struct queue deferred;

static struct metric metrics[] = {
	HISTOGRAM("parley_loop_lag_seconds", NULL,
	    "How late the core's timers run."),
	COUNTER("parley_loop_slow_turns_total", NULL,
	    "Turns of the core that took over 50 ms."),
};
enum { LAG, SLOW };

void loop_doing(const char *what)
{
	doing = what;
}

/* --- posts ------------------------------------------------------------- */

static struct post *post_new(loop_fn *fn, void *arg)
{
	struct post *p = xalloc(sizeof(*p));

	p->fn = fn;
	p->arg = arg;
	return p;
}

static bool queue_run(struct post *p)
{
	bool any = p != NULL;

	while (p) {
		struct post *next = p->next;

		p->fn(p->arg);
		free(p);
		p = next;
	}
	return any;
}

static void wake(void)
{
	uint64_t one = 1;

	if (wake_fd >= 0 && write(wake_fd, &one, sizeof(one)) < 0)
		return;	/* the counter is full: the core will wake anyway */
}

void loop_post(loop_fn *fn, void *arg)
{
	struct post *p = post_new(fn, arg), *newest = atomic_load(&posted);

	do
		p->next = newest;
	while (!atomic_compare_exchange_weak(&posted, &newest, p));
	if (!newest)	/* p may be gone by now */
		wake();
}

void loop_defer(loop_fn *fn, void *arg)
{
	struct post *p = post_new(fn, arg);

	if (!deferred.first)
		deferred.end = &deferred.first;
	*deferred.end = p;
	deferred.end = &p->next;
}

static bool run_posted(void)
{
	struct post *newest = atomic_exchange(&posted, NULL), *p = NULL;

	while (newest) {
		struct post *next = newest->next;

		newest->next = p;
		p = newest;
		newest = next;
	}
	loop_doing("posted");
	return queue_run(p);
}

static bool run_deferred(void)
{
	struct post *p = deferred.first;

	deferred.first = NULL;
	loop_doing("deferred");
	return queue_run(p);
}

static void woken(int fd, int events, void *arg)
{
	uint64_t count;

	(void)events;
	(void)arg;
	if (read(fd, &count, sizeof(count)) < 0)
		return;
}

/* --- life ---------------------------------------------------------------- */

static void probe_due(void *arg)
{
	(void)arg;
	metric_observe(&metrics[LAG], (now_mono() - probe.at) * 1000);
	timer_set(&probe, PROBE_MS);
}

void loop_init(void)
{
	if (su_init() != 0)
		abort();
	root = su_root_create(NULL);
	wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (!root || wake_fd < 0)
		abort();
	(void)su_root_multishot(root, 1);
	core = pthread_self();
	have_core = true;
	stopping = false;
	metric_register(metrics, sizeof(metrics) / sizeof(*metrics));
	if (!watch_open(&wake_watch, wake_fd, WATCH_IN, woken, NULL))
		abort();
	timer_init(&probe, "lag probe", probe_due, NULL);
	timer_set(&probe, PROBE_MS);
}

static void turn_ended(int64_t began_us)
{
	int64_t took = now_us() - began_us;

	if (took < SLOW_TURN_US)
		return;
	metric_inc(&metrics[SLOW]);
	log_warn("slow turn ms=%" PRId64 " last=%s", took / 1000, doing);
}

void loop_run(void)
{
	while (!stopping) {
		int64_t began = now_us(), wait;

		(void)run_posted();
		do
			wait = timer_run();
		while (run_deferred());
		turn_ended(began);
		if (wait < 0 || wait > MAX_WAIT_MS)
			wait = MAX_WAIT_MS;
		loop_doing("descriptors");
		(void)su_root_step(root, (su_duration_t)wait);
	}
	stopping = false;
}

void loop_stop(void)
{
	stopping = true;
	wake();
}

void loop_deinit(void)
{
	timer_cancel(&probe);
	(void)timer_run();
	watch_close(&wake_watch);
	(void)close(wake_fd);
	wake_fd = -1;
	su_root_destroy(root);
	root = NULL;
	have_core = false;
	su_deinit();
}

void *loop_su_root(void)
{
	return root;
}

bool loop_is_core(void)
{
	return !have_core || pthread_equal(core, pthread_self());
}

/*
 * Not by nice(): a thread with nice 19 keeps the processor for milliseconds
 * after the core has woken.  Both are of a thread on Linux, and of those that
 * it starts.
 */
void loop_give_way(void)
{
	static const struct sched_param none;
	int fault = pthread_setschedparam(pthread_self(), SCHED_IDLE, &none);

	if (fault)
		log_warn("a thread cannot give way: %s", strerror(fault));
}

void loop_drain(void)
{
	bool any = true;

	while (any) {
		any = run_posted();
		any |= run_deferred();
		(void)timer_run();
		any |= deferred.first != NULL;
	}
}
