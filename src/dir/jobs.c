/* jobs.c - long operations: how far they are, how they end, by whom. */

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/now.h"
#include "dir/jobs.h"
#include "store/audit.h"

static const char *const states[] = {
	[JOB_RUNNING] = "running", [JOB_DONE] = "done",
	[JOB_FAILED] = "failed", [JOB_CANCELLED] = "cancelled",
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
	audit_event(who, strv(kind->action), object, STRV("begun"), detail);
	return j;
}

void job_end(struct job *j, enum job_state state, struct strv detail)
{
	j->state = state;
	j->ended = now_ms();
	running--;
	audit_event(strv(j->who), strv(j->kind->action), strv(j->object),
	    state == JOB_DONE ? STRV("ok") : strv(states[state]), detail);
	if (ended++ == JOBS_KEPT)
		forget_oldest(j);
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
	  "long operations, the newest first: tests of gateways, work on "
	  "queues", run_list,
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
