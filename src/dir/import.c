/* import.c - many subscribers at once: checked whole, then written in pieces. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "import"
#include "base/alloc.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/now.h"
#include "dir/groups.h"
#include "dir/import.h"
#include "loop/loop.h"
#include "store/audit.h"

static struct import *imports;		/* the newest first */
static struct digest *digest;		/* the core's */

static const char *const states[] = { "waiting", "running", "done",
	"failed", "cancelled" };

/* --- the answer --------------------------------------------------------- */

static void errors_json(const struct import *m, struct buf *out)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_array(&w, NULL);
	for (size_t i = 0; i < m->nerrors && i < IMPORT_ERRORS; i++) {
		jsonw_object(&w, NULL);
		jsonw_int(&w, "line", m->errors[i].line);
		jsonw_str(&w, "text", strv(m->errors[i].text));
		jsonw_end(&w);
	}
	jsonw_end(&w);
}

static void fields(struct op_call *c, const struct import *m,
    const char *id)
{
	struct buf errors;

	buf_init(&errors, BUF_NO_LIMIT);
	errors_json(m, &errors);
	op_field_int(c, id, (int64_t)m->id);
	op_field(c, "state", strv(states[m->state]));
	op_field_int(c, "done", (int64_t)m->done);
	op_field_int(c, "total", (int64_t)m->n);
	op_field_int(c, "added", (int64_t)m->added);
	op_field_int(c, "updated", (int64_t)m->updated);
	op_field_int(c, "errors", (int64_t)m->nerrors);
	op_field_json(c, "problems", buf_strv(&errors));
	op_field_time(c, "started", m->started);
	op_field_time(c, "ended", m->ended);
	buf_deinit(&errors);
}

/* Whoever sent the file learns at once what is wrong with it. */
static void answer(struct import *m)
{
	struct op_call *c = m->call;

	m->call = NULL;
	if (m->nerrors == 0) {
		fields(c, m, "job");
		op_done(c);
		return;
	}
	for (size_t i = 0; i < m->nerrors && i < IMPORT_ERRORS; i++)
		op_error(c, m->errors[i].line, strv(m->errors[i].text));
	op_fail(c, OP_INVALID, "%zu of the lines are wrong: nothing was "
	    "changed", m->nerrors);
}

static void far(struct import *m)
{
	m->job->done = (int64_t)m->done;
	m->job->total = (int64_t)m->n;
	m->job->errors = (int64_t)m->nerrors;
}

/* --- the job ------------------------------------------------------------- */

static void job_cancel(struct job *j)
{
	((struct import *)j->arg)->cancelled = true;
}

static void job_fields(struct op_call *c, const struct job *j)
{
	const struct import *m = j->arg;
	struct buf errors;

	if (!m)
		return;
	buf_init(&errors, BUF_NO_LIMIT);
	errors_json(m, &errors);
	op_field_int(c, "added", (int64_t)m->added);
	op_field_int(c, "updated", (int64_t)m->updated);
	op_field_json(c, "problems", buf_strv(&errors));
	buf_deinit(&errors);
}

static void job_release(void *arg)
{
	if (arg)
		((struct import *)arg)->job = NULL;
}

static const struct job_kind kind = {
	.name = "subscriber-import", .action = "subscriber import",
	.interrupted = "the lines that were written until then stay: import "
	    "the same file again, what is there already is not changed",
	.cancel = job_cancel, .fields = job_fields, .release = job_release,
};

/* --- life --------------------------------------------------------------- */

static void free_rows(struct import *m)
{
	site_deinit(&m->site);
	arena_deinit(&m->arena);
	free(m->rows);
	free(m->batch);
	free(m->kinds);
	m->rows = NULL;
	m->batch = NULL;
	m->kinds = NULL;
}

static void import_free(struct import *m)
{
	if (m->job)
		m->job->arg = NULL;
	for (size_t i = 0; i < m->nerrors && i < IMPORT_ERRORS; i++)
		free(m->errors[i].text);
	free((void *)m->actor.p);
	free(m);
}

static void forget_old(void)
{
	struct import **at = &imports;

	for (size_t n = 0; *at; n++) {
		struct import *m = *at;

		if (n < IMPORT_KEPT || m->ended == 0) {
			at = &m->next;
			continue;
		}
		*at = m->next;
		import_free(m);
	}
}

static void end_job(struct import *m, enum import_state state)
{
	static const enum job_state ends[] = {
		[IMPORT_DONE] = JOB_DONE, [IMPORT_FAILED] = JOB_FAILED,
		[IMPORT_CANCELLED] = JOB_CANCELLED,
	};
	struct job *j = m->job;
	struct buf detail;

	far(m);
	if (state == IMPORT_CANCELLED)
		(void)snprintf(j->why, sizeof(j->why), "%zu of %zu lines were "
		    "imported, and stay; the others were not", m->done, m->n);
	else if (state == IMPORT_FAILED)
		(void)snprintf(j->why, sizeof(j->why), "%s", m->errors[0].text);
	buf_init(&detail, 200);
	buf_addf(&detail, "%zu of %zu lines: %zu added, %zu changed, %zu wrong",
	    m->done, m->n, m->added, m->updated, m->nerrors);
	job_end(j, ends[state], buf_strv(&detail));
	buf_deinit(&detail);
}

static void end(struct import *m, enum import_state state)
{
	end_job(m, state);
	m->state = state;
	m->ended = now_ms();
	log_info("import %s id=%" PRIu64 " total=%zu added=%zu updated=%zu "
	    "errors=%zu ms=%" PRId64, states[state], m->id, m->n, m->added,
	    m->updated, m->nerrors, m->ended - m->started);
	turn_end(&m->turn);
	free_rows(m);
	if (m->call)
		answer(m);
	if (m->cancel) {
		fields(m->cancel, m, "id");
		op_done(m->cancel);
		m->cancel = NULL;
	}
	forget_old();
}

/* --- write -------------------------------------------------------------- */

static void write_batch(void *arg);

static void batch_written(struct provision *p, enum err e)
{
	struct import *m = p->arg;

	arena_deinit(&p->arena);
	if (e != ERR_OK) {
		import_error(m, m->rows[m->done].line, "the database could "
		    "not be written: this line and all after it were not "
		    "imported");
		end(m, IMPORT_FAILED);
		return;
	}
	m->added += m->batch_added;
	m->updated += p->n - m->batch_added;
	m->done += p->n;
	far(m);
	/* by a post: what came in meanwhile has its turn */
	loop_post(write_batch, m);
}

static void fill(struct import *m, struct provision *p)
{
	struct maker k = { &m->site, digest, &p->arena };
	struct buf why;

	buf_init(&why, 1000);
	m->batch_added = 0;
	for (p->n = 0; p->n < IMPORT_BATCH && m->done + p->n < m->n; p->n++) {
		const struct import_row *r = &m->rows[m->done + p->n];
		struct account *a = &m->batch[p->n];
		struct user *u = user_find(r->keys[0]);
		struct profile profile;

		import_row_profile(r, &profile);
		import_row_account(r, a);
		/* cannot fail: all was checked in this turn */
		(void)profile_merge(&profile, &k, u, a, &why);
		m->kinds[p->n] = u ? PROVISION_SET : PROVISION_ADD;
		m->batch_added += u == NULL;
	}
	buf_deinit(&why);
}

static void write_batch(void *arg)
{
	struct import *m = arg;
	struct provision *p = &m->p;
	struct buf text;

	if (m->done == m->n || m->cancelled) {
		end(m, m->done == m->n ? IMPORT_DONE : IMPORT_CANCELLED);
		return;
	}
	*p = (struct provision){ .done = batch_written, .arg = m };
	arena_init(&p->arena);
	p->accounts = m->batch;
	p->kinds = m->kinds;
	fill(m, p);
	buf_init(&text, 200);
	buf_addf(&text, "import %" PRIu64, m->id);
	p->object = arena_str(&p->arena, buf_strv(&text));
	buf_clear(&text);
	buf_addf(&text, "lines %u to %u: %zu added, %zu changed",
	    m->rows[m->done].line, m->rows[m->done + p->n - 1].line,
	    m->batch_added, p->n - m->batch_added);
	p->detail = arena_str(&p->arena, buf_strv(&text));
	buf_deinit(&text);
	p->actor = m->actor;
	p->action = STRV("subscriber import");
	provision_put(p);
}

/* --- check -------------------------------------------------------------- */

static void check_row(struct import *m, const struct import_row *r)
{
	const struct user *u = user_find(r->keys[0]);

	if (u && !strv_eq(u->key, r->keys[0])) {
		import_error(m, r->line, "%.*s is an alias of subscriber "
		    "%.*s", STRV_ARG(r->keys[0]), STRV_ARG(u->key));
		return;
	}
	for (size_t i = 0; i < r->n; i++) {
		const struct user *other = user_find(r->keys[i]);

		if (group_find(r->keys[i])) {
			import_error(m, r->line, "%.*s is a group",
			    STRV_ARG(r->keys[i]));
			return;
		}
		if (other && other != u) {
			import_error(m, r->line, "%.*s belongs to subscriber "
			    "%.*s", STRV_ARG(r->keys[i]),
			    STRV_ARG(other->key));
			return;
		}
	}
}

static void check_some(void *arg)
{
	struct import *m = arg;

	if (m->cancelled) {
		end(m, IMPORT_CANCELLED);
		return;
	}
	for (size_t i = 0; i < IMPORT_BATCH && m->checked < m->n; i++)
		check_row(m, &m->rows[m->checked++]);
	if (m->checked < m->n) {
		loop_post(check_some, m);
		return;
	}
	if (m->nerrors > 0) {
		end(m, IMPORT_FAILED);
		return;
	}
	m->state = IMPORT_WRITING;
	far(m);
	m->batch = xalloc(IMPORT_BATCH * sizeof(*m->batch));
	m->kinds = xalloc(IMPORT_BATCH * sizeof(*m->kinds));
	answer(m);
	write_batch(m);
}

static void our_turn(struct turn *t)
{
	check_some(LIST_ENTRY(t, struct import, turn));
}

static void parse(void *arg)
{
	import_parse(arg);
}

static void parsed(void *arg)
{
	struct import *m = arg;

	m->turn.run = our_turn;
	turn(&m->turn);
}

/* --- operations --------------------------------------------------------- */

static void op_import(struct op_call *c)
{
	struct import *m = xalloc(sizeof(*m));
	struct strv actor = op_who(c), text = op_text(c, "file");

	m->job = job_begin(c, &kind, STRV("subscribers"), STRV(""), m);
	if (!m->job) {
		free(m);
		return;
	}
	m->id = m->job->id;
	m->call = c;
	m->actor = (struct strv){ xstrndup(actor.p, actor.n), actor.n };
	m->started = now_ms();
	arena_init(&m->arena);
	m->text = text;		/* lives until the call is answered */
	site_copy(&m->site, site_now());
	if (!work_run(parse, parsed, m)) {
		free_rows(m);
		job_end(m->job, JOB_FAILED, STRV("busy"));
		import_free(m);
		op_fail(c, OP_BUSY, "too much is going on: try again");
		return;
	}
	m->next = imports;
	imports = m;
}

/* NULL: the call has failed. */
static struct import *find(struct op_call *c)
{
	int64_t id = op_int(c, "id");

	for (struct import *m = imports; m; m = m->next)
		if (m->id == (uint64_t)id)
			return m;
	op_fail(c, OP_NOT_FOUND, "there is no import %" PRId64
	    ", or it was long ago", id);
	return NULL;
}

static void op_show(struct op_call *c)
{
	const struct import *m = find(c);

	if (!m)
		return;
	fields(c, m, "id");
	op_done(c);
}

/*
 * What is written stays; the lines after the batch at work are not imported.
 * Answered when it has ended, so that the figures are the last ones.
 */
static void op_cancel(struct op_call *c)
{
	struct import *m = find(c);
	struct buf object;

	if (!m)
		return;
	if (m->ended || m->cancelled) {
		op_fail(c, OP_CONFLICT, "import %" PRIu64 " %s", m->id,
		    m->ended ? "has ended" : "is being cancelled already");
		return;
	}
	buf_init(&object, 40);
	buf_addf(&object, "import %" PRIu64, m->id);
	audit_event(op_who(c), STRV("import cancel"), buf_strv(&object),
	    STRV("ok"), STRV(""));
	buf_deinit(&object);
	m->cancel = c;
	m->cancelled = true;
}

static void op_list_all(struct op_call *c)
{
	op_list(c);
	for (struct import *m = imports; m; m = m->next) {
		op_row(c);
		fields(c, m, "id");
	}
	op_done(c);
}

static const struct op_arg import_args[] = {
	{ "file", ARG_REQUIRED | ARG_POSITION | ARG_FILE, NULL,
	  "CSV; first line address,name,class,password,aliases",
	  IS_FILE(OP_FILE_MAX) },
	{ 0 }
};
static const struct op_arg show_args[] = {
	{ "id", ARG_REQUIRED | ARG_POSITION | ARG_PATH, NULL,
	  "what subscriber import answered", IS_INT(1, INT64_MAX, NULL) },
	{ 0 }
};

#define IMPORT \
	"state=waiting|running|done|failed|cancelled done:int total:int " \
	"added:int updated:int errors:int problems:[line:int text] " \
	"started:time? ended:time?"

static const struct op ops[] = {
	{ "subscriber import", "POST", "/imports", CAP_PEOPLE, OP_CORE,
	  import_args, "add and change many subscribers; all lines are "
	  "checked first", op_import,
	  "job:int " IMPORT },
	{ "show import", "GET", "/imports/{id}", CAP_PEOPLE_READ, OP_CORE,
	  show_args, "how far an import is", op_show,
	  "id:int " IMPORT },
	{ "import cancel", "POST", "/imports/{id}/cancel", CAP_PEOPLE,
	  OP_CORE, show_args, "end an import; what was written by then stays, "
	  "and the answer says how many", op_cancel,
	  "id:int " IMPORT },
	{ "show imports", "GET", "/imports", CAP_PEOPLE_READ, OP_CORE, NULL,
	  "the newest imports", op_list_all,
	  "[id:int " IMPORT "]" },
};

void import_register(void)
{
	if (!digest)
		digest = digest_new();
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
