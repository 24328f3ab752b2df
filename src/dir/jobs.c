/* jobs.c - long operations: how far they are, how they end, by whom. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "jobs"
#include "base/alloc.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/now.h"
#include "dir/jobs.h"
#include "store/audit.h"
#include "store/jobs.h"
#include "store/writer.h"

#define WEEK_MS	(INT64_C(7) * 86400000)

static const char *const states[] = {
	[JOB_RUNNING] = "running", [JOB_DONE] = "done",
	[JOB_FAILED] = "failed", [JOB_CANCELLED] = "cancelled",
	[JOB_INTERRUPTED] = "interrupted",
};

static struct list jobs = { &jobs, &jobs };	/* the oldest first */
static uint64_t last_id;
static size_t running, ended;

static void job_free(struct job *j)
{
	list_del(&j->hook);
	if (j->kind->release)
		j->kind->release(j->arg);
	free(j->object);
	free(j->who);
	free(j);
}

/* but: has just ended, and its owner still looks at it. */
static void forget_oldest(const struct job *but)
{
	LIST_FOR(at, &jobs) {
		struct job *j = LIST_ENTRY(at, struct job, hook);

		if (j->state == JOB_RUNNING || j == but)
			continue;
		job_free(j);
		ended--;
		return;
	}
}

/* --- on disk ---------------------------------------------------------------- */

struct noting {
	struct write w;
	struct job_row row;
	struct arena arena;
};

static enum err put_run(struct write *w, struct db *db)
{
	return job_row_put(db, &((struct noting *)(void *)w)->row);
}

static enum err drop_run(struct write *w, struct db *db)
{
	return job_row_drop(db, ((struct noting *)(void *)w)->row.id);
}

static enum err end_run(struct write *w, struct db *db)
{
	int64_t now = ((struct noting *)(void *)w)->row.ended;

	return job_rows_end(db, now, now - WEEK_MS);
}

/* One that could not be noted goes on; only a start would not know it. */
static void noted(struct write *w)
{
	struct noting *g = (struct noting *)(void *)w;

	arena_deinit(&g->arena);
	free(g);
}

static void note(enum err (*run)(struct write *w, struct db *db),
    const struct job_row *row)
{
	struct noting *g = xalloc(sizeof(*g));
	struct job_row *r = &g->row;

	*r = *row;
	arena_init(&g->arena);
	r->kind = arena_str(&g->arena, row->kind);
	r->action = arena_str(&g->arena, row->action);
	r->object = arena_str(&g->arena, row->object);
	r->who = arena_str(&g->arena, row->who);
	r->means = arena_str(&g->arena, row->means);
	g->w = (struct write){ .db = DB_CONFIG, .run = run, .done = noted };
	writer_put(&g->w);
}

static void note_begin(const struct job *j)
{
	const struct job_row row = { .id = (int64_t)j->id,
		.kind = strv(j->kind->name), .action = strv(j->kind->action),
		.object = strv(j->object), .who = strv(j->who),
		.means = strv(j->kind->interrupted), .began = j->began };

	note(put_run, &row);
}

static void note_end(const struct job *j)
{
	const struct job_row row = { .id = (int64_t)j->id };

	note(drop_run, &row);
}

/* --- from begin to end ------------------------------------------------------- */

struct job *job_begin(struct op_call *c, const struct job_kind *kind,
    struct strv object, struct strv detail, void *arg)
{
	struct strv who = op_who(c);
	struct job *j;

	if (running == JOBS_RUNNING) {
		op_fail(c, OP_BUSY, "%d long operations are at work: show jobs "
		    "lists them; wait for one, or job cancel it",
		    JOBS_RUNNING);
		return NULL;
	}
	j = xalloc(sizeof(*j));
	j->id = ++last_id;
	j->kind = kind;
	j->object = xstrndup(object.p, object.n);
	j->who = xstrndup(who.p, who.n);
	j->began = now_ms();
	j->arg = arg;
	list_push(&jobs, &j->hook);
	running++;
	note_begin(j);
	audit_event(who, strv(kind->action), object, STRV("begun"), detail);
	return j;
}

void job_end(struct job *j, enum job_state state, struct strv detail)
{
	j->state = state;
	j->ended = now_ms();
	running--;
	note_end(j);
	audit_event(strv(j->who), strv(j->kind->action), strv(j->object),
	    state == JOB_DONE ? STRV("ok") : strv(states[state]), detail);
	if (ended++ == JOBS_KEPT)
		forget_oldest(j);
}

/* --- a start ----------------------------------------------------------------- */

static void no_cancel(struct job *j)
{
	(void)j;
}

static void kind_free(void *arg)
{
	struct job_kind *k = arg;

	free((char *)(uintptr_t)k->name);
	free((char *)(uintptr_t)k->action);
	free(k);
}

static bool changes;	/* one was not known before, or is too old */

static void keep(const struct job_row *r)
{
	struct job_kind *kind = xalloc(sizeof(*kind));
	struct job *j = xalloc(sizeof(*j));

	kind->name = xstrndup(r->kind.p, r->kind.n);
	kind->action = xstrndup(r->action.p, r->action.n);
	kind->cancel = no_cancel;
	kind->release = kind_free;
	j->id = (uint64_t)r->id;
	j->kind = kind;
	j->arg = kind;
	j->object = xstrndup(r->object.p, r->object.n);
	j->who = xstrndup(r->who.p, r->who.n);
	j->state = JOB_INTERRUPTED;
	j->began = r->began;
	j->ended = r->ended ? r->ended : now_ms();
	(void)snprintf(j->why, sizeof(j->why), "%.*s", STRV_ARG(r->means));
	list_push(&jobs, &j->hook);
	ended++;
	if (r->ended)
		return;
	log_warn("the daemon ended while it ran: %s job=%" PRIu64
	    " kind=%s object=\"%s\"", j->why, j->id, kind->name, j->object);
	audit_event(r->who, r->action, r->object, strv(states[j->state]),
	    r->means);
}

static void found(const struct job_row *r)
{
	bool old = r->ended && r->ended < now_ms() - WEEK_MS;

	last_id = (uint64_t)r->id;
	changes = changes || old || !r->ended;
	if (!old)
		keep(r);
}

enum err jobs_load(void)
{
	const struct job_row now = { .ended = now_ms() };
	enum err e = job_rows_read(found);

	if (changes)
		note(end_run, &now);
	changes = false;
	return e;
}

void jobs_unload(void)
{
	LIST_FOR(at, &jobs)
		job_free(LIST_ENTRY(at, struct job, hook));
	running = ended = 0;
}

/* --- operations ------------------------------------------------------------- */

static void fields(struct op_call *c, const struct job *j)
{
	op_field_int(c, "id", (int64_t)j->id);
	op_field(c, "kind", strv(j->kind->name));
	op_field(c, "object", strv(j->object));
	op_field(c, "state", strv(states[j->state]));
	op_field_int(c, "done", j->done);
	op_field_int(c, "total", j->total);
	op_field_int(c, "errors", j->errors);
	op_field_int(c, "skipped", j->skipped);
	op_field(c, "by", audit_name(strv(j->who)));
	op_field_time(c, "began", j->began);
	op_field_time(c, "ended", j->ended);
	op_field(c, "why", strv(j->why));
}

static void all_fields(struct op_call *c, const struct job *j)
{
	fields(c, j);
	if (j->kind->fields)
		j->kind->fields(c, j);
}

void job_answer(struct op_call *c, const struct job *j)
{
	op_fieldf(c, "job", "/api/v1/jobs/%" PRIu64, j->id);
	all_fields(c, j);
	op_done(c);
}

static struct job *find(struct op_call *c)
{
	int64_t id = op_int(c, "id");

	LIST_FOR(at, &jobs) {
		struct job *j = LIST_ENTRY(at, struct job, hook);

		if (j->id == (uint64_t)id)
			return j;
	}
	op_fail(c, OP_NOT_FOUND, "there is no job %" PRId64 ", or it was long "
	    "ago; show jobs lists them", id);
	return NULL;
}

static void run_list(struct op_call *c)
{
	op_list(c);
	for (const struct list *at = jobs.prev; at != &jobs; at = at->prev) {
		op_row(c);
		fields(c, LIST_ENTRY(at, struct job, hook));
	}
	op_done(c);
}

static void run_show(struct op_call *c)
{
	const struct job *j = find(c);

	if (!j)
		return;
	all_fields(c, j);
	op_done(c);
}

static void run_cancel(struct op_call *c)
{
	struct job *j = find(c);

	if (!j)
		return;
	if (j->state != JOB_RUNNING) {
		op_fail(c, OP_CONFLICT, "job %" PRIu64 " has ended: %s", j->id,
		    states[j->state]);
		return;
	}
	audit_event(op_who(c), STRV("job cancel"), strv(j->object),
	    STRV("ok"), strv(j->kind->action));
	j->kind->cancel(j);
	all_fields(c, j);
	op_done(c);
}

static const struct op_arg id_args[] = {
	{ "id", ARG_REQUIRED | ARG_POSITION | ARG_PATH, NULL,
	  "as show jobs has it", IS_INT(1, INT64_MAX, NULL) },
	{ 0 }
};

static const struct op ops[] = {
	{ "show jobs", "GET", "/jobs", CAP_TRAFFIC, OP_CORE, NULL,
	  "long operations, the newest first: imports, tests of gateways, "
	  "work on queues", run_list,
	  "[" JOB_FIELDS "]" },
	{ "show job", "GET", "/jobs/{id}", CAP_TRAFFIC, OP_CORE, id_args,
	  "how far one is, and what came of it", run_show,
	  JOB_FIELDS " " JOB_MORE " text~" },
	{ "job cancel", "POST", "/jobs/{id}/cancel", CAP_OPERATE, OP_CORE,
	  id_args, "end it; what it has done stays done", run_cancel,
	  JOB_FIELDS " " JOB_MORE " text~" },
};

void jobs_register(void)
{
	op_register(ops, sizeof(ops) / sizeof(*ops));
}
