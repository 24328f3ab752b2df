/* charging.c - charging records: from the ledger to files, step by step. */

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_UNIT "charging"
#include "base/alloc.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/now.h"
#include "conf/conf.h"
#include "loop/timer.h"
#include "loop/work.h"
#include "op/health.h"
#include "store/charging.h"
#include "store/charging_fact.h"
#include "store/charging_out.h"
#include "store/charging_record.h"
#include "store/writer.h"

#define EVERY_MS	1000
#define AGAIN_MS	10000	/* after a failure */
#define BATCH		5000	/* records flushed at once */
#define PART		500	/* of them in memory: in that of a core */
#define PRUNE_MS	3600000
#define LATE_MS		300000	/* a backlog this old is a fault */

enum { JSONL, CSV, FORMATS };

/* what the running job does */
enum step { APPEND, CLOSE };

static struct {
	bool running, busy;
	bool recovered;		/* what a former run left is open again */
	enum step step;
	struct charging_out out[FORMATS];	/* the job's while busy */
	struct timer timer;
	int64_t pruned;		/* now_mono() */

	/* a copy for the job: settings belong to the core */
	char dir[4096], site[256];
	bool csv;
	int64_t keep_ms;

	/* what the job found */
	bool ok, more;
	int error;
	int64_t position, last, oldest, left;
	struct charging_status status;
	char why[200];

	void (*closed)(enum err e, void *arg);	/* charging_close() waits */
	void *arg;
	bool close_now;
	struct write write;
} c = { .out = { { .ext = "jsonl", .fd = -1 }, { .ext = "csv", .fd = -1 } } };

static struct metric metrics[] = {
	COUNTER("parley_cdr_written_total", NULL,
	    "Charging records in files."),
	GAUGE("parley_cdr_backlog", NULL,
	    "Charging records that are in no file yet."),
};
enum { WRITTEN, BACKLOG };

/* --- in a worker: append ----------------------------------------------------------- */

struct batch {
	struct buf lines[FORMATS];
	int64_t from[FORMATS];		/* the last one that is in the file */
	int64_t first[FORMATS], last;
	int64_t n;
};

static bool add(int64_t seq, const struct charging_field *f, void *arg)
{
	struct batch *b = arg;

	for (int i = 0; i < FORMATS; i++) {
		if (seq <= b->from[i] || (i == CSV && !c.csv))
			continue;
		if (!b->lines[i].n)
			b->first[i] = seq;
		(i == CSV ? charging_csv : charging_jsonl)(f, &b->lines[i]);
	}
	b->last = seq;
	b->n++;
	return !b->lines[JSONL].full && !b->lines[CSV].full;
}

static bool put(struct batch *b, int i)
{
	struct buf head;
	bool ok;

	if (!b->lines[i].n)
		return true;
	buf_init(&head, 4096);
	if (i == CSV)
		charging_csv_head(&head);
	ok = charging_out_append(&c.out[i], c.dir, c.site, b->first[i],
	    b->last, buf_strv(&head), buf_strv(&b->lines[i]));
	buf_deinit(&head);
	return ok;
}

static bool read_position(void)
{
	struct stmt *s = stmt(db_reader(DB_STORE),
	    "SELECT seq FROM charge_position");

	c.position = stmt_row(s) ? col_int(s) : 0;
	if (stmt_stop(s) != ERR_OK)
		return false;
	s = stmt(db_reader(DB_STORE), "SELECT max(0, coalesce((SELECT "
	    "seq + n - 1 FROM charge ORDER BY seq DESC LIMIT 1), 0) - ?)");
	stmt_int(s, c.position);
	c.left = stmt_row(s) ? col_int(s) : 0;
	return stmt_stop(s) == ERR_OK;
}

static bool read_oldest(void)
{
	struct stmt *s = stmt(db_reader(DB_STORE),
	    "SELECT facts FROM charge ORDER BY seq LIMIT 1");
	struct charging_fact f;
	struct strv facts;

	c.oldest = 0;
	if (stmt_row(s)) {
		facts = col_text(s);
		if (facts.n >= CHARGING_FACT_SIZE &&
		    charging_fact_read(facts.p, &f))
			c.oldest = f.at;
	}
	return stmt_stop(s) == ERR_OK;
}

static bool recover(void)
{
	for (int i = 0; i < FORMATS && !c.recovered; i++)
		if (!charging_out_recover(&c.out[i], c.dir))
			return false;
	c.recovered = true;
	return true;
}

/* The next part; more: it was a whole one. */
static bool append_part(struct batch *b, bool *more)
{
	bool ok;

	b->n = 0;
	for (int i = 0; i < FORMATS; i++)
		buf_clear(&b->lines[i]);
	ok = charging_records(c.site, b->last, PART, add, b) == ERR_OK &&
	    put(b, JSONL) && put(b, CSV);
	*more = b->n == PART;
	return ok;
}

/* The facts behind what each file has, to the end of both. */
static bool append(void)
{
	struct batch b = { .n = 0 };
	bool ok = true;

	if (!recover() || !read_position() || !read_oldest())
		return false;
	for (int i = 0; i < FORMATS; i++) {
		b.from[i] = c.out[i].fd >= 0 && c.out[i].last > c.position ?
		    c.out[i].last : c.position;
		buf_init(&b.lines[i], BUF_NO_LIMIT);
	}
	b.last = c.csv && b.from[CSV] < b.from[JSONL] ? b.from[CSV] :
	    b.from[JSONL];
	c.more = true;
	for (int64_t n = 0; n < BATCH && ok && c.more; n += PART)
		ok = append_part(&b, &c.more);
	ok = ok && charging_out_flush(&c.out[JSONL]) &&
	    charging_out_flush(&c.out[CSV]);
	c.last = b.last;
	for (int i = 0; i < FORMATS; i++)
		buf_deinit(&b.lines[i]);
	return ok;
}

/* --- in a worker: close and prune ---------------------------------------------------- */

static void prune_one(const char *name)
{
	char path[4096 + 300];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", c.dir, name);
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    (int64_t)st.st_mtime * 1000 < now_ms() - c.keep_ms)
		(void)unlink(path);
}

/* Closed files past their time; an open one never is. */
static void prune(void)
{
	DIR *d = opendir(c.dir);
	struct dirent *e;

	while (d && (e = readdir(d)) != NULL) {
		const char *dot = strrchr(e->d_name, '.');

		if (strncmp(e->d_name, "cpm-", 4) == 0 && dot &&
		    strcmp(dot, ".tmp") != 0)
			prune_one(e->d_name);
	}
	if (d)
		(void)closedir(d);
}

static bool close_files(void)
{
	bool ok = recover();

	for (int i = 0; i < FORMATS && ok; i++)
		ok = charging_out_close(&c.out[i], c.dir);
	prune();
	return ok;
}

static void job(void *arg)
{
	(void)arg;
	c.ok = c.step == APPEND ? append() : close_files();
	c.error = errno;
}

/* --- in the core ----------------------------------------------------------------------- */

static void take_settings(void)
{
	const char *site = conf_text("site", "", "domain");
	size_t n = 0;

	(void)snprintf(c.dir, sizeof(c.dir), "%s/cdr", db_dir());
	for (; site[n] && n + 1 < sizeof(c.site); n++)
		c.site[n] = site[n] == '/' ? '_' : site[n];
	c.site[n] = 0;
	if (n == 0)
		strcpy(c.site, "site");
	c.csv = conf_bool("charging", "", "csv");
	c.keep_ms = conf_int("charging", "", "keep");
}

static void job_done(void *arg);

static void start(enum step step)
{
	c.step = step;
	take_settings();
	c.busy = work_run(job, job_done, NULL);
	if (!c.busy)
		timer_set(&c.timer, EVERY_MS);
}

static void answer(enum err e)
{
	void (*closed)(enum err, void *) = c.closed;

	c.closed = NULL;
	c.close_now = false;
	if (closed)
		closed(e, c.arg);
}

static bool is_due(const struct charging_out *o)
{
	return o->fd >= 0 && (c.close_now ||
	    o->size >= conf_int("charging", "", "max-size") ||
	    now_ms() - o->opened >= conf_int("charging", "", "max-age"));
}

/* What is in the files is committed as written. */
static void go_on(void)
{
	if (c.more) {
		start(APPEND);
	} else if (is_due(&c.out[JSONL]) || is_due(&c.out[CSV]) ||
	    now_mono() - c.pruned >= PRUNE_MS) {
		c.pruned = now_mono();
		start(CLOSE);
	} else {
		answer(ERR_OK);
		timer_set(&c.timer, EVERY_MS);
	}
}

static enum err commit_run(struct write *w, struct db *db)
{
	struct stmt *s = stmt(db, "UPDATE charge_position SET seq = ?");
	enum err e;

	(void)w;
	stmt_int(s, c.last);
	e = stmt_end(s);
	if (e != ERR_OK)
		return ERR_STORAGE;
	s = stmt(db, "DELETE FROM charge WHERE seq + n - 1 <= ?");
	stmt_int(s, c.last);
	return stmt_end(s) == ERR_OK ? ERR_OK : ERR_STORAGE;
}

static void failed(const char *what)
{
	(void)snprintf(c.why, sizeof(c.why), "%s: %s", what,
	    strerror(c.error));
	if (!c.status.why)
		log_err("%s dir=%s", c.why, c.dir);
	c.status.why = c.why;
	answer(ERR_STORAGE);
	timer_set(&c.timer, AGAIN_MS);
}

static void commit_done(struct write *w)
{
	c.busy = false;
	if (!c.running)
		return;
	if (w->err != ERR_OK) {
		c.error = EIO;
		failed("what is written cannot be noted");
		return;
	}
	metric_add(&metrics[WRITTEN], c.last - c.position);
	c.status.written = c.last;
	go_on();
}

static void commit(void)
{
	c.write = (struct write){ .db = DB_STORE, .run = commit_run,
		.done = commit_done };
	c.busy = true;
	writer_put(&c.write);
}

static void note(void)
{
	int64_t left = c.left - (c.last - c.position);

	c.status.backlog = left > 0 ? left : 0;
	c.status.behind_ms = c.more && c.oldest ? now_ms() - c.oldest : 0;
	if (!c.ok) {
		c.status.backlog = c.left;
		c.status.behind_ms = c.oldest ? now_ms() - c.oldest : 0;
	}
	metric_set(&metrics[BACKLOG], c.status.backlog);
}

static void job_done(void *arg)
{
	(void)arg;
	c.busy = false;
	if (!c.running)
		return;
	if (c.step == APPEND)
		note();
	if (!c.ok) {
		failed(c.step == APPEND ? "records cannot be written" :
		    "a file cannot be closed");
		return;
	}
	c.status.why = NULL;
	if (c.step == CLOSE) {
		answer(ERR_OK);
		timer_set(&c.timer, EVERY_MS);
	} else if (c.last > c.position) {
		commit();
	} else {
		c.status.written = c.position;
		go_on();
	}
}

static void due(void *arg)
{
	(void)arg;
	if (!c.busy)
		start(APPEND);
}

/* Whatever the writer begins after this is noted, or is not. */
static void apply(const char *name, bool gone)
{
	(void)name;
	(void)gone;
	charging_facts_want(c.running && conf_bool("charging", "", "enabled"));
}

/* --- from outside ---------------------------------------------------------------------- */

bool charging_close(void (*done)(enum err e, void *arg), void *arg)
{
	if (!c.running || c.closed)
		return false;
	c.closed = done;
	c.arg = arg;
	c.close_now = true;
	if (!c.busy)
		timer_set(&c.timer, 0);
	return true;
}

void charging_status(struct charging_status *s)
{
	*s = c.status;
}

void charging_start(void)
{
	c.running = true;
	c.pruned = now_mono();
	apply("", false);
	timer_init(&c.timer, "charging", due, NULL);
	timer_set(&c.timer, 0);
}

void charging_stop(void)
{
	timer_cancel(&c.timer);
	c.running = false;
}

/* --- settings and health ---------------------------------------------------------------- */

static enum health check(struct buf *says, struct buf *remedy)
{
	const struct charging_status *s = &c.status;

	if (!conf_bool("charging", "", "enabled")) {
		buf_addz(says, "charging records are switched off");
		return HEALTH_OK;
	}
	if (s->why || s->behind_ms > LATE_MS) {
		buf_addf(says, "%s; %" PRId64 " records wait, the oldest for %"
		    PRId64 " s", s->why ? s->why : "charging records lag behind",
		    s->backlog, s->behind_ms / 1000);
		buf_addf(remedy, "make room for %s/cdr and see that the "
		    "daemon may write there; nothing is lost meanwhile",
		    db_dir());
		return s->behind_ms > LATE_MS ? HEALTH_CRITICAL : HEALTH_WARN;
	}
	buf_addf(says, "charging records are written up to %" PRId64,
	    s->written);
	return HEALTH_OK;
}

static const struct health_check checks[] = {
	{ .name = "charging", .run = check },
};

void charging_register(void)
{
	static const struct conf_row rows[] = {
		{ .name = "enabled", .type = CONF_BOOL, .fallback = "on",
		  .help = "write charging records to DIR/cdr" },
		{ .name = "csv", .type = CONF_BOOL, .fallback = "off",
		  .help = "a CSV file beside each JSONL file" },
		{ .name = "max-size", .type = CONF_SIZE, .fallback = "16m",
		  .min = 4096, .max = INT64_C(1) << 32,
		  .help = "size at which a file is closed" },
		{ .name = "max-age", .type = CONF_DURATION, .fallback = "15m",
		  .min = 1000, .max = 86400000,
		  .help = "age at which a file is closed" },
		{ .name = "keep", .type = CONF_DURATION, .fallback = "90d",
		  .min = 3600000, .max = INT64_C(3650) * 86400000,
		  .help = "how long closed files are kept" },
	};
	static const struct conf_section section = {
		.name = "charging", .rows = rows,
		.n = sizeof(rows) / sizeof(*rows),
		.help = "records of what can be charged, in files",
		.apply = apply,
	};

	conf_register(&section);
	metric_register(metrics, sizeof(metrics) / sizeof(*metrics));
	health_register(checks, sizeof(checks) / sizeof(*checks));
}
