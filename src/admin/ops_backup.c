/* ops_backup.c - backups: make, list, verify, restore, one job at a time. */

#define LOG_UNIT "backup"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin/admin_priv.h"
#include "admin/eyes.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/now.h"
#include "conf/conf.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "op/complete.h"
#include "op/health.h"
#include "store/audit.h"
#include "store/backup.h"
#include "store/db.h"

#define LOOK_MS		600000	/* is a scheduled one due */
#define RESTART_MS	500	/* for the answer to leave */
#define LATE_MS		172800000	/* no backup for so long: say it */
#define PATH_SIZE	4400

enum kind { CREATE, VERIFY, RESTORE };
static const char *const kinds[] = { "create", "verify", "restore" };
enum state { IDLE, RUNNING, DONE, FAILED, CANCELLED, RESTARTING };
static const char *const states[] = { "idle", "running", "done", "failed",
	"cancelled", "restarting" };

/* The one job, or the newest; the thread's alone between start and end. */
static struct {
	enum kind kind;
	enum state state;
	int64_t id, began, ended;	/* ms */
	char name[BACKUP_NAME], dir[4096];
	char *who;		/* op_who() */
	char *passphrase;
	bool trace, force;
	struct backup_progress progress;
	struct buf why, found;
	enum err err;
	pthread_t thread;
	bool joinable;
	struct timer timer, restart;
	bool started;
} job;

static struct metric age = GAUGE("parley_backup_age_seconds", NULL,
	    "Since the newest backup; -1: there is none.");

/* --- the thread ------------------------------------------------------------------ */

static void ended(void *arg);

static void *work(void *arg)
{
	struct backup_options o = { .dir = job.dir, .trace = job.trace,
		.force = job.force, .passphrase = strv(job.passphrase) };
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%s/backup/%s", job.dir, job.name);
	switch (job.kind) {
	case CREATE:
		job.err = backup_make(&o, &job.progress, job.name, &job.why);
		break;
	case VERIFY:
		job.err = backup_verify(path, &o, &job.progress, &job.found,
		    &job.why);
		break;
	case RESTORE:
		job.err = backup_stage(path, &o, strv(job.who), &job.progress,
		    &job.why);
		break;
	}
	loop_post(ended, NULL);
	return arg;
}

/* --- in the core ------------------------------------------------------------------- */

static void forget_passphrase(void)
{
	if (job.passphrase)
		explicit_bzero(job.passphrase, strlen(job.passphrase));
	free(job.passphrase);
	job.passphrase = NULL;
}

/* A new start takes what is staged; systemd or exec brings us back. */
static void restart(void *arg)
{
	(void)arg;
	(void)kill(getpid(), SIGTERM);
}

static void note(void)
{
	struct buf action;

	buf_init(&action, 40);
	buf_addf(&action, "backup %s", kinds[job.kind]);
	if (job.kind != RESTORE || job.err != ERR_OK)
		audit_event(strv(job.who), buf_strv(&action), strv(job.name),
		    job.err == ERR_OK ? STRV("ok") : strv(states[job.state]),
		    buf_strv(&job.why));
	buf_deinit(&action);
}

static void ended(void *arg)
{
	(void)arg;
	(void)pthread_join(job.thread, NULL);
	job.joinable = false;
	forget_passphrase();
	job.ended = now_ms();
	job.state = job.err == ERR_OK ? DONE : job.err == ERR_BUSY ?
	    CANCELLED : FAILED;
	note();
	if (job.err != ERR_OK)
		log_warn("%s %s name=%s why=\"%s\"", kinds[job.kind],
		    states[job.state], job.name, job.why.p);
	else
		log_info("%s done name=%s ms=%" PRId64, kinds[job.kind],
		    job.name, job.ended - job.began);
	if (job.err == ERR_OK && job.kind == CREATE)
		backup_prune(job.dir, conf_int("backup", "", "keep"));
	if (job.err == ERR_OK && job.kind == RESTORE) {
		job.state = RESTARTING;
		timer_init(&job.restart, "restart", restart, NULL);
		timer_set(&job.restart, RESTART_MS);
	}
}

static bool is_busy(void)
{
	return job.state == RUNNING || job.state == RESTARTING;
}

/* flag: the trace too, or force.  false: one runs already, or no thread can be had */
static bool start(enum kind kind, struct strv name, struct strv who,
    struct strv passphrase, bool flag)
{
	if (is_busy() || !job.started)
		return false;
	free(job.who);
	job.kind = kind;
	job.id++;
	job.who = xstrndup(who.p, who.n);
	forget_passphrase();
	if (passphrase.p)
		job.passphrase = xstrndup(passphrase.p, passphrase.n);
	(void)snprintf(job.name, sizeof(job.name), "%.*s", STRV_ARG(name));
	(void)snprintf(job.dir, sizeof(job.dir), "%s", db_dir());
	job.trace = flag && kind == CREATE;
	job.force = flag && kind != CREATE;
	buf_clear(&job.why);
	buf_clear(&job.found);
	atomic_store(&job.progress.done, 0);
	atomic_store(&job.progress.total, 0);
	atomic_store(&job.progress.cancel, false);
	job.began = now_ms();
	job.state = RUNNING;
	job.joinable = pthread_create(&job.thread, NULL, work, NULL) == 0;
	if (!job.joinable)
		job.state = FAILED;
	return job.joinable;
}

/* --- the schedule ------------------------------------------------------------------ */

static bool newest(const struct backup_file *f, void *arg)
{
	if (!backup_is_own(f->name))
		return true;
	*(int64_t *)arg = f->time;
	return false;
}

static int64_t newest_time(void)
{
	int64_t time = 0;

	(void)backup_each(db_dir(), newest, &time);
	return time;
}

static void scheduled(void)
{
	struct buf secret;
	bool has;

	buf_init(&secret, 4096);
	has = conf_secret("backup", "", "passphrase", &secret) == ERR_OK;
	(void)start(CREATE, STRV(""), STRV("schedule"), has ?
	    buf_strv(&secret) : STRV_NONE, conf_bool("backup", "", "trace"));
	explicit_bzero(secret.p, secret.n);
	buf_deinit(&secret);
}

static void look(void *arg)
{
	int64_t every = conf_int("backup", "", "every");
	int64_t time = newest_time();

	(void)arg;
	metric_set(&age, time ? (now_ms() - time) / 1000 : -1);
	if (every && now_ms() - time >= every)
		scheduled();
	timer_set(&job.timer, LOOK_MS);
}

void backup_jobs_start(void)
{
	job.started = true;
	metric_register(&age, 1);
	timer_init(&job.timer, "backup", look, NULL);
	timer_set(&job.timer, LOOK_MS);
}

void backup_jobs_stop(void)
{
	timer_cancel(&job.timer);
	timer_cancel(&job.restart);
	job.started = false;
	atomic_store(&job.progress.cancel, true);
	if (job.joinable)
		(void)pthread_join(job.thread, NULL);
	job.joinable = false;
}

/* --- operations --------------------------------------------------------------------- */

static void job_fields(struct op_call *c)
{
	op_field(c, "what", strv(kinds[job.kind]));
	op_field(c, "state", strv(states[job.state]));
	op_field(c, "name", job.kind == CREATE && job.state != DONE ?
	    STRV_NONE : strv(job.name));
	op_field_int(c, "done", atomic_load(&job.progress.done));
	op_field_int(c, "total", atomic_load(&job.progress.total));
	op_field_time(c, "began", job.began);
	op_field_time(c, "ended", is_busy() ? 0 : job.ended);
	op_field(c, "why", is_busy() ? STRV_NONE : buf_strv(&job.why));
	op_field(c, "found", is_busy() ? STRV_NONE : buf_strv(&job.found));
	op_done(c);
}

static void begin(struct op_call *c, enum kind kind, struct strv name,
    bool flag)
{
	if (start(kind, name, op_who(c), op_text(c, "passphrase"), flag)) {
		op_field(c, "job", STRV(API "/backups/job"));
		job_fields(c);
	} else {
		op_fail(c, OP_CONFLICT, "backup %s is at work: backup job "
		    "shows how far it is, backup cancel ends it",
		    kinds[job.kind]);
	}
}

static void create_run(struct op_call *c)
{
	begin(c, CREATE, STRV(""), op_given(c, "trace"));
}

/* The name of a backup that is there; otherwise the call has failed. */
static bool name_of(struct op_call *c, struct strv *name, char *path)
{
	*name = op_text(c, "name");
	(void)snprintf(path, PATH_SIZE, "%s/backup/%.*s", db_dir(),
	    STRV_ARG(*name));
	if (backup_name_ok(*name) && access(path, R_OK) == 0)
		return true;
	op_fail(c, OP_NOT_FOUND, "there is no backup \"%.*s\"; backup list "
	    "shows those that are in %s/backup", STRV_ARG(*name), db_dir());
	return false;
}

/* What was signed elsewhere, or changed: by who may write the disk anyway. */
static bool force_of(struct op_call *c, bool *force)
{
	*force = op_given(c, "force");
	if (!*force || by_root(c))
		return true;
	op_fail(c, OP_FORBIDDEN, "force is for root on the machine itself, "
	    "over its socket");
	return false;
}

static void verify_run(struct op_call *c)
{
	char path[PATH_SIZE];
	struct strv name;
	bool force;

	if (name_of(c, &name, path) && force_of(c, &force))
		begin(c, VERIFY, name, force);
}

/* It brings other settings, and what one person uploaded is one person's. */
static bool eyes_off(struct op_call *c)
{
	if (!conf_bool("policy commit", "", "four-eyes") || by_root(c))
		return true;
	op_fail(c, OP_FORBIDDEN, "a restore replaces all settings, and each "
	    "change of those takes two persons here: it is for root on the "
	    "machine itself, over its socket");
	return false;
}

static void restore_run(struct op_call *c)
{
	char path[PATH_SIZE];
	struct strv name;
	bool force;

	if (!name_of(c, &name, path) || !force_of(c, &force) || !eyes_off(c))
		return;
	if (!strv_eq(op_text(c, "site"), strv(conf_text("site", "",
	    "domain"))))
		op_fail(c, OP_INVALID, "this replaces settings, subscribers "
		    "and messages by those of the backup and restarts the "
		    "daemon: if that is meant, name the site with --site, as "
		    "site domain has it");
	else
		begin(c, RESTORE, name, force);
}

static void cancel_run(struct op_call *c)
{
	if (job.state != RUNNING) {
		op_fail(c, OP_NOT_FOUND, "nothing is at work");
		return;
	}
	atomic_store(&job.progress.cancel, true);
	audit_event(op_who(c), STRV("backup cancel"),
	    strv(kinds[job.kind]), STRV("ok"), STRV(""));
	job_fields(c);
}

static bool list_one(const struct backup_file *f, void *arg)
{
	struct op_call *c = arg;

	op_row(c);
	op_field(c, "name", strv(f->name));
	op_field_int(c, "size", f->size);
	op_field_time(c, "time", f->time);
	return true;
}

static void list_run(struct op_call *c)
{
	op_list(c);
	if (backup_each(db_dir(), list_one, c) != ERR_OK)
		op_fail(c, OP_FAILED, "%s/backup cannot be read", db_dir());
	else
		op_done(c);
}

/* The manifest up to its list of files. */
static void show_run(struct op_call *c)
{
	struct backup_content b;
	char path[PATH_SIZE];
	struct strv name, text, line;
	struct buf why;

	if (!name_of(c, &name, path))
		return;
	buf_init(&why, 4096);
	if (backup_look(path, db_dir(), &b, &why) != ERR_OK) {
		op_fail(c, OP_INVALID, "%s", why.p);
	} else {
		for (text = buf_strv(&b.manifest); text.p;) {
			line = strv_split(text, '\n', &text);
			if (line.n > 5 && memcmp(line.p, "file ", 5) == 0)
				break;
			op_say(c, line);
			op_say(c, STRV("\n"));
		}
		op_field(c, "name", name);
		op_field_int(c, "files", b.entries);
		op_field_int(c, "size", b.size);
		op_field(c, "signed", strv(b.by));
		op_done(c);
	}
	buf_deinit(&b.manifest);
	buf_deinit(&why);
}

static void delete_run(struct op_call *c)
{
	char path[PATH_SIZE];
	struct strv name;

	if (!name_of(c, &name, path))
		return;
	if (unlink(path) < 0) {
		op_fail(c, OP_FAILED, "%s cannot be removed", path);
		return;
	}
	audit_event(op_who(c), STRV("backup delete"), name, STRV("ok"),
	    STRV_NONE);
	op_done(c);
}

/* --- health and settings --------------------------------------------------------------- */

static enum health check(struct buf *says, struct buf *remedy)
{
	int64_t every = conf_int("backup", "", "every");
	int64_t time = newest_time(), old = time ? now_ms() - time : 0;
	int64_t limit = 2 * every > LATE_MS ? 2 * every : LATE_MS;

	if (job.state == FAILED && job.kind == CREATE) {
		buf_addf(says, "the newest backup failed: %s", job.why.p);
		buf_addz(remedy, "mend that, then: parley backup create");
		return HEALTH_WARN;
	}
	if (time == 0) {
		buf_addz(says, every ? "there is no backup yet; one is made "
		    "by itself" : "there is no backup, and none is made by "
		    "itself");
		if (every)
			return HEALTH_OK;
		buf_addz(remedy, "parley backup create, or set backup every");
		return HEALTH_WARN;
	}
	buf_addf(says, "the newest backup is %" PRId64 " h old",
	    old / 3600000);
	if (old <= limit)
		return HEALTH_OK;
	buf_addz(remedy, "parley backup create, and look why none is made by "
	    "itself: set backup every");
	return HEALTH_WARN;
}

static const struct health_check checks[] = {
	{ .name = "backup", .run = check },
};

static void settings(void)
{
	static const struct conf_row rows[] = {
		{ .name = "every", .type = CONF_DURATION, .fallback = "1d",
		  .min = 0, .max = INT64_C(90) * 86400000,
		  .help = "how often a backup is made by itself; 0: never" },
		{ .name = "keep", .type = CONF_INT, .fallback = "7",
		  .min = 1, .max = 1000,
		  .help = "so many backups stay, the oldest go first" },
		{ .name = "trace", .type = CONF_BOOL, .fallback = "off",
		  .help = "the recorded steps of messages too" },
		{ .name = "passphrase", .type = CONF_SECRET,
		  .help = "encrypts backups made by themselves; without it "
		  "passwords and keys are left out of them" },
	};
	static const struct conf_section section = {
		.name = "backup", .rows = rows,
		.n = sizeof(rows) / sizeof(*rows),
		.help = "everything in one file, made while the daemon runs",
	};

	conf_register(&section);
}

struct offering {
	complete_offer_fn *offer;
	void *arg;
};

static bool complete_one(const struct backup_file *f, void *arg)
{
	const struct offering *o = arg;

	return o->offer(strv(f->name), o->arg);
}

static void complete_run(struct strv prefix, complete_offer_fn *offer,
    void *arg)
{
	struct offering o = { offer, arg };

	(void)prefix;
	(void)backup_each(db_dir(), complete_one, &o);
}

static const struct completer names = { "backup", complete_run };

/* --- the table --------------------------------------------------------------------------- */

#define PASSPHRASE { "passphrase", ARG_SECRET, NULL, \
	"of the backup; without one it has no passwords and keys", \
	  IS_TEXT(0, 1024) }
#define FORCE { "force", ARG_FLAG, NULL, "also one that was signed on " \
	"another machine, or not: for root on this one", IS_FLAG }
#define NAME { "name", ARG_PATH, "backup", "as backup list shows it", \
	  IS_TEXT(1, 255) }

static const struct op_arg create_args[] = {
	PASSPHRASE,
	{ "trace", ARG_FLAG, NULL, "the recorded steps of messages too",
	  IS_FLAG },
	{ 0 }
};
static const struct op_arg name_args[] = { NAME, { 0 } };
static const struct op_arg verify_args[] = {
	NAME, PASSPHRASE, FORCE, { 0 }
};
static const struct op_arg restore_args[] = {
	NAME, PASSPHRASE, FORCE,
	{ "site", 0, NULL, "the site's domain, to show that it is meant",
	  IS_TEXT(0, 255) },
	{ 0 }
};

#define JOB \
	"what=create|verify|restore " \
	"state=idle|running|done|failed|cancelled|restarting name? " \
	"done:bytes total:bytes began:time? ended:time? why? found?"

static const struct op ops[] = {
	{ "backup create", "POST", "/backups", CAP_SECURITY, OP_CORE,
	  create_args, "everything in one file, while messages flow",
	  create_run,
	  "job " JOB },
	{ "backup list", "GET", "/backups", CAP_SECURITY, OP_READ, NULL,
	  "the backups there are", list_run,
	  "[name size:bytes time:time]" },
	{ "backup job", "GET", "/backups/job", CAP_SECURITY, OP_CORE, NULL,
	  "how far the newest job is", job_fields,
	  JOB },
	{ "backup cancel", "POST", "/backups/cancel", CAP_SECURITY, OP_CORE,
	  NULL, "end what is at work; nothing half done remains",
	  cancel_run,
	  JOB },
	{ "backup show", "GET", "/backups/{name}", CAP_SECURITY, OP_READ,
	  name_args, "what is in it, and what is not", show_run,
	  "name files:int size:bytes signed=box|passphrase|elsewhere|nobody "
	  "text" },
	{ "backup verify", "POST", "/backups/{name}/verify", CAP_SECURITY,
	  OP_CORE, verify_args, "restore it into a scratch folder and look "
	  "at everything there", verify_run,
	  "job " JOB },
	{ "backup restore", "POST", "/backups/{name}/restore", CAP_SECURITY,
	  OP_CORE, restore_args, "verify it, put it in place of what is "
	  "there, and restart", restore_run,
	  "job " JOB },
	{ "backup delete", "DELETE", "/backups/{name}", CAP_SECURITY, OP_CORE,
	  name_args, "remove a backup", delete_run,
	  "" },
};

void ops_backup(void)
{
	if (!job.why.size && !job.why.p) {
		buf_init(&job.why, 4096);
		buf_init(&job.found, 65536);
	}
	settings();
	ops_backup_files();
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
	health_register(checks, sizeof(checks) / sizeof(*checks));
	complete_register(&names, 1);
}
