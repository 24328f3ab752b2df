/* writer.c - one thread writes: group commit, then one post to the core. */

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define LOG_UNIT "writer"
#include "base/log.h"
#include "base/metric.h"
#include "base/now.h"
#include "loop/loop.h"
#include "store/audit.h"
#include "store/charging_fact.h"
#include "store/db_priv.h"
#include "store/writer.h"

#define IDLE_MS	2000	/* without a write: empty the write-ahead logs */

/*
 * Pages in a log before it is copied to its database.  A copy is a pause of
 * 5 ms for 400 pages and 30 ms for 4000, but the more pages, the more of them
 * are written once instead of often: short pauses while there is time, and
 * few when the batches show that there is none.
 */
#define PAGES_CALM	400
#define PAGES_BUSY	4000
#define BUSY_BATCH	100	/* writes */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct write *first, **end;	/* under lock */
	bool waiting;			/* the thread is; under lock */
	bool stopping;			/* under lock */
	bool running;			/* core */
	size_t load;			/* put and not done; core */
	bool failing;			/* core */
	pthread_t thread;
	bool dirty[DB_N];		/* has a log to empty; the thread's */
	int pages[DB_N];		/* in each log; the thread's */
	int copied[DB_N];		/* of them at the last copy */
} q = { .lock = PTHREAD_MUTEX_INITIALIZER, .end = &q.first };

static struct metric commits[DB_N] = {
	HISTOGRAM("parley_db_commit_duration_seconds", "db=\"config\"",
	    "Time of a commit, the disk included."),
	HISTOGRAM("parley_db_commit_duration_seconds", "db=\"store\"",
	    "Time of a commit, the disk included."),
	HISTOGRAM("parley_db_commit_duration_seconds", "db=\"trace\"",
	    "Time of a commit, the disk included."),
};
static struct metric metrics[] = {
	GAUGE("parley_db_queue_length", NULL,
	    "Writes that wait for the writer or its commit."),
	GAUGE("parley_db_batch_size", NULL,
	    "Writes in the newest transaction."),
	COUNTER("parley_db_writes_total", "result=\"ok\"",
	    "Writes that were committed or rolled back."),
	COUNTER("parley_db_writes_total", "result=\"failed\"",
	    "Writes that were committed or rolled back."),
};
enum { QUEUE, BATCH, WRITTEN, FAILED };

/* --- one batch ------------------------------------------------------------ */

struct batch {
	bool begun[DB_N];
	bool failed[DB_N];
};

static bool begin(struct batch *b, enum db_which which)
{
	if (!b->begun[which] && !b->failed[which]) {
		b->begun[which] = true;
		b->failed[which] = db_exec(db_writer(which),
		    "BEGIN IMMEDIATE") != ERR_OK;
		if (which == DB_STORE)
			charging_facts_begin();
	}
	return !b->failed[which];
}

/* A write that failed before its first change fails alone. */
static void run(struct batch *b, struct write *w)
{
	struct db *db = db_writer(w->db);
	int64_t before;
	size_t noted;

	w->err = ERR_STORAGE;
	if (!begin(b, w->db))
		return;
	before = db_total_changes(db);
	noted = charging_facts_noted();
	w->err = w->run(w, db);
	if (db_total_changes(db) == before)
		charging_facts_cut(noted);
	if (w->err == ERR_STORAGE && (db_total_changes(db) != before ||
	    !db_in_transaction(db)))
		b->failed[w->db] = true;
}

static void end(struct batch *b, enum db_which which)
{
	struct db *db = db_writer(which);
	int64_t began = now_us();

	if (!b->begun[which])
		return;
	if (!b->failed[which] && which == DB_STORE)
		b->failed[which] = charging_facts_put(db) != ERR_OK;
	if (!b->failed[which])
		b->failed[which] = db_exec(db, "COMMIT") != ERR_OK;
	if (db_in_transaction(db))
		(void)db_exec(db, "ROLLBACK");
	if (which == DB_CONFIG)
		audit_ended(!b->failed[which]);
	metric_observe(&commits[which], now_us() - began);
	q.dirty[which] = true;
}

/* In the core: everything of one batch, in the order of the puts. */
static void finished(void *arg)
{
	struct write *w = arg;

	while (w) {
		struct write *next = w->next;

		q.load--;
		q.failing = w->err == ERR_STORAGE;
		metric_inc(&metrics[q.failing ? FAILED : WRITTEN]);
		w->done(w);
		w = next;
	}
	metric_set(&metrics[QUEUE], (int64_t)q.load);
}

static int grown(void *arg, sqlite3 *h, const char *name, int pages)
{
	(void)h;
	(void)name;
	*(int *)arg = pages;
	return SQLITE_OK;
}

/* After the answers are posted, so that nobody waits for this batch. */
static void copy_logs(int64_t batch)
{
	int limit = batch < BUSY_BATCH ? PAGES_CALM : PAGES_BUSY;

	for (enum db_which i = 0; i < DB_N; i++) {
		if (q.pages[i] < q.copied[i])
			q.copied[i] = 0;	/* it began anew */
		if (q.pages[i] - q.copied[i] < limit)
			continue;
		q.copied[i] = q.pages[i];
		(void)sqlite3_wal_checkpoint_v2(db_writer(i)->h, NULL,
		    SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	}
}

static void run_batch(struct write *first)
{
	struct batch b = { .begun = { false } };
	int64_t n = 0;

	for (struct write *w = first; w; w = w->next, n++)
		run(&b, w);
	for (enum db_which i = 0; i < DB_N; i++)
		end(&b, i);
	for (struct write *w = first; w; w = w->next) {
		if (b.failed[w->db])
			w->err = ERR_STORAGE;
	}
	metric_set(&metrics[BATCH], n);
	loop_post(finished, first);
	copy_logs(n);
}

/* --- the queue ------------------------------------------------------------ */

/* Under lock: up to a batch of what waits. */
static struct write *take(void)
{
	struct write *first = q.first, **at = &q.first;

	for (size_t n = 0; *at && n < WRITER_BATCH; n++)
		at = &(*at)->next;
	q.first = *at;
	*at = NULL;
	if (!q.first)
		q.end = &q.first;
	return first;
}

void writer_put(struct write *w)
{
	w->next = NULL;
	q.load++;
	pthread_mutex_lock(&q.lock);
	*q.end = w;
	q.end = &w->next;
	if (q.waiting)
		pthread_cond_signal(&q.wake);
	pthread_mutex_unlock(&q.lock);
}

bool writer_is_failing(void)
{
	return q.failing;
}

bool writer_busy(void)
{
	return q.load > WRITER_LIMIT;
}

/* Nobody waits for us: the next start shall find short logs. */
static void checkpoint(void)
{
	for (enum db_which i = 0; i < DB_N; i++) {
		struct db *db = db_writer(i);

		if (!q.dirty[i])
			continue;
		q.dirty[i] = false;
		/* a reader in the way is no reason to wait */
		(void)sqlite3_busy_timeout(db->h, 0);
		(void)sqlite3_wal_checkpoint_v2(db->h, NULL,
		    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
		(void)sqlite3_busy_timeout(db->h, 5000);
	}
}

/* Under lock: until there is work or we stop; false: nothing for long. */
static bool wait_for_work(void)
{
	struct timespec t;
	int rc = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += IDLE_MS / 1000;
	q.waiting = true;
	while (!q.first && !q.stopping && rc != ETIMEDOUT) {
		if (q.dirty[DB_CONFIG] || q.dirty[DB_STORE] ||
		    q.dirty[DB_TRACE])
			rc = pthread_cond_timedwait(&q.wake, &q.lock, &t);
		else
			rc = pthread_cond_wait(&q.wake, &q.lock);
	}
	q.waiting = false;
	return q.first || q.stopping;
}

static void *writer(void *arg)
{
	pthread_mutex_lock(&q.lock);
	for (;;) {
		bool work = wait_for_work();
		struct write *w = take();
		bool last = q.stopping && !w;

		pthread_mutex_unlock(&q.lock);
		if (w)
			run_batch(w);
		else if (!work)
			checkpoint();
		if (last)
			return arg;
		pthread_mutex_lock(&q.lock);
	}
}

/* SQLite's own copying waits inside the commit: only without us. */
static void own_logs(bool own)
{
	for (enum db_which i = 0; i < DB_N; i++) {
		q.pages[i] = q.copied[i] = 0;
		if (own)
			(void)sqlite3_wal_hook(db_writer(i)->h, grown,
			    &q.pages[i]);
		else
			(void)sqlite3_wal_autocheckpoint(db_writer(i)->h,
			    1000);
	}
}

static void register_metrics(void)
{
	metric_register(commits, DB_N);
	metric_register(metrics, sizeof(metrics) / sizeof(*metrics));
}

void writer_start(void)
{
	pthread_condattr_t attr;

	assert(!q.running);
	register_metrics();
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&q.wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	own_logs(true);
	q.stopping = false;
	if (pthread_create(&q.thread, NULL, writer, NULL) != 0) {
		log_err("no thread for the writer");
		abort();
	}
	q.running = true;
}

void writer_stop(void)
{
	if (!q.running)
		return;
	pthread_mutex_lock(&q.lock);
	q.stopping = true;
	pthread_cond_signal(&q.wake);
	pthread_mutex_unlock(&q.lock);
	(void)pthread_join(q.thread, NULL);
	(void)pthread_cond_destroy(&q.wake);
	own_logs(false);
	q.running = false;
}

void writer_drain(void)
{
	struct write *w;

	assert(!q.running);
	do {
		pthread_mutex_lock(&q.lock);
		w = take();
		pthread_mutex_unlock(&q.lock);
		if (w)
			run_batch(w);
	} while (w);
}
