/* checks.c - what an administrator should know before it hurts. */

#define LOG_UNIT "admin"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>

#include "admin/admin_priv.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/now.h"
#include "loop/timer.h"
#include "loop/work.h"
#include "op/health.h"
#include "store/db.h"
#include "store/depth.h"
#include "store/integrity.h"

#define EVERY_MS	60000
#define FIRST_MS	1000
#define LOG_BYTES	((int64_t)512 << 20)
#define STEP_MS		2000	/* of the clock, that is said */
#define SAY_MS		3600000	/* so long */
#define LATE_S		900	/* the oldest message for a gateway */
#define WHOLE_FIRST_MS	600000
#define WHOLE_EVERY_MS	86400000

static struct {
	struct timer timer, whole;
	bool running, busy, looked;
	struct seen {
		int64_t fds, max_fds;
		char log_name[32];
		int64_t log_bytes;
		bool synchronised;
	} now, next;		/* next: the worker's while busy */
	int64_t offset;		/* ms between the clocks; at the last look */
	int64_t step_ms, step_at;	/* the newest step of the clock */
	int64_t dropped, drops, dropped_at;	/* of the trace */
	/* of the databases */
	int64_t whole_at;	/* now_ms() of the last look; 0: none */
	bool broken;
	char damage[400];	/* which, and what; or why nobody could look */
} w;

/* --- in a worker ----------------------------------------------------------------- */

static void look_at_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct rlimit l;

	w.next.fds = -3;	/* ".", ".." and this one */
	while (d && readdir(d))
		w.next.fds++;
	if (d)
		(void)closedir(d);
	w.next.max_fds = getrlimit(RLIMIT_NOFILE, &l) == 0 ?
	    (int64_t)l.rlim_cur : 0;
}

static void look_at_logs(void)
{
	char path[4200];
	struct stat st;

	w.next.log_bytes = 0;
	for (enum db_which i = 0; i < DB_N; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s.db-wal", db_dir(),
		    db_name(i));
		if (stat(path, &st) < 0 || st.st_size < w.next.log_bytes)
			continue;
		w.next.log_bytes = st.st_size;
		(void)snprintf(w.next.log_name, sizeof(w.next.log_name),
		    "%s.db-wal", db_name(i));
	}
}

static void look(void *arg)
{
	struct timex t = { .modes = 0 };

	(void)arg;
	look_at_fds();
	look_at_logs();
	w.next.synchronised = adjtimex(&t) != TIME_ERROR;
}

/* All that is looked at, by one who asked for it or once a day. */
struct round {
	bool seen, broken;
	char damage[400];
	void (*done)(void *arg);	/* or NULL */
	void *arg;
};

static void look_at_databases(void *arg)
{
	struct round *r = arg;
	struct buf why;

	buf_init(&why, 1024);
	r->seen = true;
	for (enum db_which i = 0; i < DB_N && !r->broken; i++) {
		enum err e = integrity_check(i, &why);

		r->seen = r->seen && e != ERR_STORAGE;
		r->broken = e == ERR_BAD_CONTENT;
		if (e != ERR_OK)
			(void)snprintf(r->damage, sizeof(r->damage),
			    "%s.db: %s", db_name(i), why.n ? why.p :
			    "it cannot be read");
	}
	buf_deinit(&why);
}

/* --- in the core -------------------------------------------------------------------- */

/* The time of day went its own way since the last look. */
static void look_at_clock(void)
{
	int64_t offset = now_ms() - now_mono(), step = offset - w.offset;

	if (w.offset && (step > STEP_MS || step < -STEP_MS)) {
		w.step_ms = step;
		w.step_at = now_mono();
	}
	w.offset = offset;
}

static void add_dropped(const struct metric *m, void *arg)
{
	if (strcmp(m->name, "parley_trace_dropped_total") == 0)
		*(int64_t *)arg += metric_get(m);
}

static void look_at_trace(void)
{
	int64_t n = 0;

	metric_each(add_dropped, &n);
	if (n > w.dropped) {
		w.drops = n - w.dropped;
		w.dropped_at = now_mono();
	}
	w.dropped = n;
}

static void looked(void *arg)
{
	(void)arg;
	w.busy = false;
	w.looked = true;
	w.now = w.next;
}

static void due(void *arg)
{
	(void)arg;
	look_at_clock();
	look_at_trace();
	w.busy = w.busy || work_run(look, looked, NULL);
	timer_set(&w.timer, EVERY_MS);
}

static void databases_looked(void *arg)
{
	struct round *r = arg;

	if (r->seen || r->broken)
		w.whole_at = now_ms();
	if (r->broken && !w.broken)
		log_err("a database is damaged %s", r->damage);
	w.broken = r->broken;
	memcpy(w.damage, r->damage, sizeof(w.damage));
	if (r->done)
		r->done(r->arg);
	free(r);
}

static bool round_start(void (*done)(void *arg), void *arg)
{
	struct round *r = xalloc(sizeof(*r));

	r->done = done;
	r->arg = arg;
	if (work_put(WORK_SLOW, look_at_databases, databases_looked, r))
		return true;
	free(r);
	return false;
}

static void whole_due(void *arg)
{
	(void)arg;
	(void)round_start(NULL, NULL);
	timer_set(&w.whole, WHOLE_EVERY_MS);
}

bool checks_look(void (*done)(void *arg), void *arg)
{
	if (!w.running || !round_start(done, arg))
		return false;
	timer_set(&w.timer, 0);
	return true;
}

void checks_start(void)
{
	w.running = true;
	timer_init(&w.whole, "databases", whole_due, NULL);
	timer_set(&w.whole, WHOLE_FIRST_MS);
	timer_init(&w.timer, "checks", due, NULL);
	timer_set(&w.timer, FIRST_MS);
}

void checks_stop(void)
{
	timer_cancel(&w.timer);
	timer_cancel(&w.whole);
	w.running = false;
}

/* Nothing is known in the first second. */
static bool is_known(struct buf *says)
{
	if (w.looked)
		return true;
	buf_addz(says, "is being looked at");
	return false;
}

/* --- the checks ----------------------------------------------------------------------- */

static enum health check_files(struct buf *says, struct buf *remedy)
{
	if (!is_known(says))
		return HEALTH_OK;
	buf_addf(says, "%" PRId64 " of %" PRId64 " descriptors are open",
	    w.now.fds, w.now.max_fds);
	if (w.now.fds * 10 < w.now.max_fds * 8)
		return HEALTH_OK;
	buf_addz(remedy, "raise LimitNOFILE of the service, or lower admin "
	    "connections");
	return w.now.fds * 100 < w.now.max_fds * 95 ? HEALTH_WARN :
	    HEALTH_CRITICAL;
}

static enum health check_logs(struct buf *says, struct buf *remedy)
{
	if (!is_known(says))
		return HEALTH_OK;
	buf_addf(says, "the largest log of a database has %" PRId64 " MB",
	    w.now.log_bytes >> 20);
	if (w.now.log_bytes < LOG_BYTES)
		return HEALTH_OK;
	buf_addf(remedy, "something reads %s for long, a backup or a program "
	    "beside the daemon: see backup job, and end the other",
	    w.now.log_name);
	return HEALTH_WARN;
}

static enum health check_clock(struct buf *says, struct buf *remedy)
{
	if (w.step_at && now_mono() - w.step_at < SAY_MS) {
		buf_addf(says, "the clock was set by %+" PRId64 " ms %" PRId64
		    " min ago", w.step_ms, (now_mono() - w.step_at) / 60000);
		buf_addz(remedy, "let a time service (chrony, "
		    "systemd-timesyncd) keep the clock: times of messages "
		    "and their order by time depend on it");
		return HEALTH_WARN;
	}
	if (!is_known(says))
		return HEALTH_OK;
	buf_addz(says, w.now.synchronised ? "a time service keeps the clock" :
	    "the kernel knows of no time service that keeps the clock");
	return HEALTH_OK;
}

static enum health check_backlog(struct buf *says, struct buf *remedy)
{
	struct depth d;

	if (!depth_of_gateways(&d)) {
		buf_addz(says, "nothing waits for a gateway");
		return HEALTH_OK;
	}
	buf_addf(says, "%" PRId64 " messages wait for gateway %s, the oldest "
	    "for %" PRId64 " s", d.waiting, d.queue, d.age_s);
	if (d.age_s < LATE_S)
		return HEALTH_OK;
	buf_addf(remedy, "parley show gateways says why %s takes nothing; a "
	    "route may name another", d.queue);
	return HEALTH_WARN;
}

static enum health check_trace(struct buf *says, struct buf *remedy)
{
	if (!w.dropped_at || now_mono() - w.dropped_at > SAY_MS) {
		buf_addz(says, "every step of messages is recorded that "
		    "should be");
		return HEALTH_OK;
	}
	buf_addf(says, "%" PRId64 " steps of messages were not recorded in "
	    "one minute, %" PRId64 " min ago", w.drops,
	    (now_mono() - w.dropped_at) / 60000);
	buf_addz(remedy, "more messages came than can be traced: messages "
	    "are not concerned; set trace enabled off while that lasts");
	return HEALTH_WARN;
}

static enum health check_whole(struct buf *says, struct buf *remedy)
{
	if (w.broken) {
		buf_addf(says, "a database is damaged: %s", w.damage);
		buf_addz(remedy, "look whether the disk is failing, make a "
		    "copy of the data directory, and take the newest good "
		    "backup with parley backup restore");
		return HEALTH_CRITICAL;
	}
	if (w.damage[0]) {
		buf_addf(says, "a database could not be looked at: %s",
		    w.damage);
		buf_addz(remedy, "parley health run looks again; the log "
		    "says more");
		return HEALTH_WARN;
	}
	if (!w.whole_at) {
		buf_addz(says, "the databases were not looked at yet");
		return HEALTH_OK;
	}
	buf_addf(says, "the databases were whole %" PRId64 " h ago",
	    (now_ms() - w.whole_at) / 3600000);
	return HEALTH_OK;
}

static const struct health_check checks[] = {
	{ .name = "integrity", .run = check_whole },
	{ .name = "descriptors", .run = check_files },
	{ .name = "database-logs", .run = check_logs },
	{ .name = "clock", .run = check_clock },
	{ .name = "backlog", .run = check_backlog },
	{ .name = "trace", .run = check_trace },
};

void checks_register(void)
{
	health_register(checks, sizeof(checks) / sizeof(*checks));
}
