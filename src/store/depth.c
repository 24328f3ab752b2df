/* depth.c - how much waits, for whom, since when; how large the files are. */

#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/metric.h"
#include "base/now.h"
#include "loop/timer.h"
#include "loop/work.h"
#include "store/db.h"
#include "store/depth.h"

#define EVERY_MS	5000
#define SHARE		50	/* counting takes at most 1/50 of a worker */
#define QUEUES		64	/* with gauges of their own */

/* What waits for one hop; the users are one together. */
struct queue {
	char name[64];
	int64_t waiting, oldest;	/* oldest: ms; 0: nothing waits */
	struct metric depth, age;
	char *labels;
	bool shown;
};

static struct {
	struct queue queues[QUEUES];	/* the first one: users */
	size_t n;
	int64_t bytes[DB_N][2];		/* of the database, of its log */
	int64_t took_us;
	bool busy;		/* a worker looks */
	bool running;
	struct timer timer;
} d;

static struct metric sizes[DB_N][2] = {
#define SIZES(db) { \
	GAUGE("parley_db_bytes", "db=\"" db "\"", "Size of a database."), \
	GAUGE("parley_db_wal_bytes", "db=\"" db "\"", \
	    "Size of the log of a database.") }
	[DB_CONFIG] = SIZES("config"), [DB_STORE] = SIZES("store"),
	[DB_TRACE] = SIZES("trace"),
#undef SIZES
};

/* --- in a worker -------------------------------------------------------------- */

/* Addresses have a colon, names of gateways have none. */
static struct queue *queue_of(struct strv hop)
{
	if (memchr(hop.p, ':', hop.n) || hop.n >= sizeof(d.queues[0].name))
		return &d.queues[0];
	for (size_t i = 1; i < d.n; i++)
		if (strv_eq(strv(d.queues[i].name), hop))
			return &d.queues[i];
	if (d.n == QUEUES)
		return &d.queues[0];
	memcpy(d.queues[d.n].name, hop.p, hop.n);
	return &d.queues[d.n++];
}

static void count_queues(void)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT hop, count(*), "
	    "min(id) FROM leg INDEXED BY leg_waiting WHERE state <= 1 "
	    "GROUP BY hop");

	for (size_t i = 0; i < d.n; i++)
		d.queues[i].waiting = d.queues[i].oldest = 0;
	while (stmt_row(s)) {
		struct queue *q = queue_of(col_text(s));
		int64_t n = col_int(s), since;

		since = id_ms(id_message_of((uint64_t)col_int(s)));
		q->waiting += n;
		if (q->oldest == 0 || since < q->oldest)
			q->oldest = since;
	}
	(void)stmt_end(s);
}

static int64_t size_of(enum db_which db, const char *suffix)
{
	char path[4096];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s.db%s", db_dir(),
	    db_name(db), suffix);
	return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

static void look(void *arg)
{
	int64_t began = now_us();

	(void)arg;
	count_queues();
	for (enum db_which i = 0; i < DB_N; i++) {
		d.bytes[i][0] = size_of(i, "");
		d.bytes[i][1] = size_of(i, "-wal");
	}
	d.took_us = now_us() - began;
}

/* --- in the core ---------------------------------------------------------------- */

static void show(struct queue *q)
{
	char text[100];

	(void)snprintf(text, sizeof(text), "queue=\"%s\"", q->name);
	q->shown = true;
	q->labels = xstrndup(text, strlen(text));
	q->depth = (struct metric)GAUGE("parley_queue_messages", q->labels,
	    "Legs that wait.");
	q->age = (struct metric)GAUGE("parley_queue_oldest_age_seconds",
	    q->labels, "Age of the oldest message that waits.");
	metric_register(&q->depth, 1);
	metric_register(&q->age, 1);
}

static void looked(void *arg)
{
	int64_t now = now_ms(), pause = d.took_us * SHARE / 1000;

	(void)arg;
	d.busy = false;
	if (!d.running)
		return;
	for (size_t i = 0; i < d.n; i++) {
		struct queue *q = &d.queues[i];

		if (!q->shown)
			show(q);
		metric_set(&q->depth, q->waiting);
		metric_set(&q->age, q->oldest && now > q->oldest ?
		    (now - q->oldest) / 1000 : 0);
	}
	for (enum db_which i = 0; i < DB_N; i++)
		for (int k = 0; k < 2; k++)
			metric_set(&sizes[i][k], d.bytes[i][k]);
	timer_set(&d.timer, pause > EVERY_MS ? pause : EVERY_MS);
}

static void due(void *arg)
{
	(void)arg;
	d.busy = d.busy || work_run(look, looked, NULL);
	if (!d.busy)
		timer_set(&d.timer, EVERY_MS);
}

void depth_start(void)
{
	strcpy(d.queues[0].name, "users");
	if (d.n == 0)
		d.n = 1;
	d.running = true;
	for (enum db_which i = 0; i < DB_N; i++)
		metric_register(sizes[i], 2);
	timer_init(&d.timer, "queue depth", due, NULL);
	timer_set(&d.timer, 0);
}

void depth_stop(void)
{
	timer_cancel(&d.timer);
	d.running = false;
}

/* From the gauges: a worker may be counting anew. */
bool depth_of_gateways(struct depth *out)
{
	out->waiting = 0;
	out->age_s = -1;
	for (size_t i = 1; i < QUEUES && d.queues[i].shown; i++) {
		const struct queue *q = &d.queues[i];

		if (metric_get(&q->depth) == 0 ||
		    metric_get(&q->age) <= out->age_s)
			continue;
		out->queue = q->name;
		out->waiting = metric_get(&q->depth);
		out->age_s = metric_get(&q->age);
	}
	return out->waiting > 0;
}
