/* checks.c - what an administrator should know before it hurts. */

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>

#include "admin/admin_priv.h"
#include "base/metric.h"
#include "base/now.h"
#include "loop/timer.h"
#include "loop/work.h"
#include "op/health.h"
#include "store/db.h"
#include "store/depth.h"

#define EVERY_MS	60000
#define FIRST_MS	1000
#define LOG_BYTES	((int64_t)512 << 20)
#define STEP_MS		2000	/* of the clock, that is said */
#define SAY_MS		3600000	/* so long */
#define LATE_S		900	/* the oldest message for a gateway */

static struct {
	struct timer timer;
	bool running, busy, looked;
	/* the worker's while busy */
	int64_t fds, max_fds;
	char log_name[32];
	int64_t log_bytes;
	bool synchronised;
	/* the core's */
	int64_t offset;		/* ms between the clocks; at the last look */
	int64_t step_ms, step_at;	/* the newest step of the clock */
	int64_t dropped, drops, dropped_at;	/* of the trace */
} w;

/* --- in a worker ----------------------------------------------------------------- */

static void look_at_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct rlimit l;

	w.fds = -3;	/* ".", ".." and this one */
	while (d && readdir(d))
		w.fds++;
	if (d)
		(void)closedir(d);
	w.max_fds = getrlimit(RLIMIT_NOFILE, &l) == 0 ?
	    (int64_t)l.rlim_cur : 0;
}

static void look_at_logs(void)
{
	char path[4200];
	struct stat st;

	w.log_bytes = 0;
	for (enum db_which i = 0; i < DB_N; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s.db-wal", db_dir(),
		    db_name(i));
		if (stat(path, &st) < 0 || st.st_size < w.log_bytes)
			continue;
		w.log_bytes = st.st_size;
		(void)snprintf(w.log_name, sizeof(w.log_name), "%s.db-wal",
		    db_name(i));
	}
}

static void look(void *arg)
{
	struct timex t = { .modes = 0 };

	(void)arg;
	look_at_fds();
	look_at_logs();
	w.synchronised = adjtimex(&t) != TIME_ERROR;
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
}

static void due(void *arg)
{
	(void)arg;
	look_at_clock();
	look_at_trace();
	w.busy = w.busy || work_run(look, looked, NULL);
	timer_set(&w.timer, EVERY_MS);
}

void checks_start(void)
{
	w.running = true;
	timer_init(&w.timer, "checks", due, NULL);
	timer_set(&w.timer, FIRST_MS);
}

void checks_stop(void)
{
	timer_cancel(&w.timer);
	w.running = false;
}

/* Nothing is known in the first second, or while it is looked at. */
static bool is_known(struct buf *says)
{
	if (w.looked && !w.busy)
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
	    w.fds, w.max_fds);
	if (w.fds * 10 < w.max_fds * 8)
		return HEALTH_OK;
	buf_addz(remedy, "raise LimitNOFILE of the service, or lower admin "
	    "connections");
	return w.fds * 100 < w.max_fds * 95 ? HEALTH_WARN : HEALTH_CRITICAL;
}

static enum health check_logs(struct buf *says, struct buf *remedy)
{
	if (!is_known(says))
		return HEALTH_OK;
	buf_addf(says, "the largest log of a database has %" PRId64 " MB",
	    w.log_bytes >> 20);
	if (w.log_bytes < LOG_BYTES)
		return HEALTH_OK;
	buf_addf(remedy, "something reads %s for long, a backup or a program "
	    "beside the daemon: see backup job, and end the other",
	    w.log_name);
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
	buf_addz(says, w.synchronised ? "a time service keeps the clock" :
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

static const struct health_check checks[] = {
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
