/* lists_import.c - many members of lists from a CSV text: checked, then put. */

#include <inttypes.h>
#include <stdlib.h>

#define LOG_UNIT "lists"
#include "base/alloc.h"
#include "base/log.h"
#include "dir/jobs.h"
#include "dir/lists_import.h"
#include "loop/loop.h"
#include "loop/work.h"

#define LOOKED	500	/* rows looked at in one go */
#define PARTS	32	/* subscribers whose documents are made in one go */

/* The document of one subscriber, and its rows. */
struct part {
	struct importing *m;
	struct lists_job job;
	const struct lists_row *rows;
	size_t n;
	size_t lists, added, changed;
	struct buf detail;
};

/* One file on its way; in turn the workers' and the core's. */
struct importing {
	struct turn turn;
	struct op_call *c;
	struct lists_rows rows;
	struct job *job;	/* of the second pass, which writes */
	bool cancelled;
	size_t done;		/* rows of this pass */
	struct part parts[PARTS];
	size_t nparts, unwritten;
	enum err err;
	size_t subscribers, lists, added, changed;
};

/* --- in a worker ------------------------------------------------------------ */

static void read_all(void *arg)
{
	struct importing *m = arg;

	lists_rows_read(&m->rows, op_text(m->c, "file"));
}

static int compare(const void *a, const void *b)
{
	const struct lists_row *r = a, *s = b;

	if (r->id != s->id)
		return r->id < s->id ? -1 : 1;
	return (r->line > s->line) - (r->line < s->line);
}

/* In the order of subscribers and lines. */
static void sort_all(void *arg)
{
	struct importing *m = arg;

	if (m->rows.n)
		qsort(m->rows.row, m->rows.n, sizeof(*m->rows.row), compare);
}

/* --- the end -------------------------------------------------------------- */

static void importing_free(struct importing *m)
{
	lists_rows_deinit(&m->rows);
	free(m);
}

static void end_job(struct importing *m, enum job_state state)
{
	struct buf detail;

	if (!m->job)
		return;
	buf_init(&detail, 200);
	buf_addf(&detail, "%zu of %zu lines: %zu lists new, %zu members "
	    "added, %zu changed", m->done, m->rows.n, m->lists, m->added,
	    m->changed);
	m->job->arg = NULL;
	job_end(m->job, state, buf_strv(&detail));
	buf_deinit(&detail);
}

static void end(struct importing *m, enum job_state state)
{
	log_info("lists imported lines=%zu subscribers=%zu lists=%zu "
	    "added=%zu changed=%zu wrong=%zu", m->rows.n, m->subscribers,
	    m->lists, m->added, m->changed, m->rows.nwrong);
	end_job(m, state);
	turn_end(&m->turn);
	importing_free(m);
}

static bool is_wrong(struct importing *m)
{
	if (!lists_rows_refused(&m->rows, m->c))
		return false;
	end(m, JOB_FAILED);
	return true;
}

static void refuse_busy(struct importing *m)
{
	op_fail(m->c, OP_BUSY, "too much is going on: try again; %zu of %zu "
	    "lines were imported", m->job ? m->done : 0, m->rows.n);
	end(m, JOB_FAILED);
}

static void finish(struct importing *m)
{
	op_field_int(m->c, "total", (int64_t)m->rows.n);
	op_field_int(m->c, "subscribers", (int64_t)m->subscribers);
	op_field_int(m->c, "lists", (int64_t)m->lists);
	op_field_int(m->c, "added", (int64_t)m->added);
	op_field_int(m->c, "changed", (int64_t)m->changed);
	op_field_bool(m->c, "dry_run", !m->job);
	op_done(m->c);
	end(m, JOB_DONE);
}

/* --- one subscriber, in a worker ------------------------------------------ */

static void put_row(struct part *p, struct list_edit *e, const struct lists_row *r)
{
	enum list_edited put;
	bool new;

	p->lists += list_edit_add(e, r->list) == LIST_EDITED;
	if (r->title.p)
		(void)list_edit_title(e, r->list, r->title);
	if (!r->member.p)
		return;
	put = list_edit_put(e, r->list, r->member, r->name, &new);
	p->added += new;
	p->changed += !new && put == LIST_EDITED;
}

static void work_part(struct part *p)
{
	struct list_edit *e = lists_job_open(&p->job);

	if (!e)
		return;
	for (size_t i = 0; i < p->n; i++)
		put_row(p, e, &p->rows[i]);
	(void)lists_job_keep(&p->job, e);
	list_edit_close(e);
	buf_addf(&p->detail, "%zu lines: %zu lists new, %zu members added, "
	    "%zu changed", p->n, p->lists, p->added, p->changed);
}

static void work(void *arg)
{
	struct importing *m = arg;

	for (size_t i = 0; i < m->nparts; i++)
		work_part(&m->parts[i]);
}

/* --- all of them, in the core --------------------------------------------- */

static void next_parts(void *arg);

static void part_start(struct importing *m, struct part *p)
{
	const struct lists_row *first = &m->rows.row[m->done];

	*p = (struct part){ .m = m, .rows = first };
	lists_job_init(&p->job, m->c);
	buf_init(&p->detail, 400);
	p->job.doc.user = first->id;
	p->job.doc.object = first->owner;
	p->job.doc.site = &p->job.site;
	p->job.doc.arena = &p->job.arena;
	while (m->done < m->rows.n && m->rows.row[m->done].id == first->id) {
		p->n++;
		m->done++;
	}
}

static void parts_end(struct importing *m)
{
	for (size_t i = 0; i < m->nparts; i++) {
		struct part *p = &m->parts[i];

		m->lists += p->lists;
		m->added += p->added;
		m->changed += p->changed;
		lists_job_deinit(&p->job);
		buf_deinit(&p->detail);
	}
	m->subscribers += m->nparts;
	m->nparts = 0;
}

static void fail_half(struct importing *m)
{
	op_fail(m->c, OP_FAILED, "the database could not be read or written: "
	    "not all of the first %zu of %zu lines, and none behind them, "
	    "were imported; see the log of the daemon", m->done, m->rows.n);
	end(m, JOB_FAILED);
}

static void part_written(struct own_document *d, enum err e)
{
	struct part *p = d->arg;
	struct importing *m = p->m;

	if (e != ERR_OK)
		m->err = e;
	if (--m->unwritten > 0)
		return;
	parts_end(m);
	if (m->err == ERR_OK)
		loop_post(next_parts, m);
	else
		fail_half(m);
}

static void parts_write(struct importing *m)
{
	m->unwritten = m->nparts;
	for (size_t i = 0; i < m->nparts; i++) {
		struct part *p = &m->parts[i];
		const struct own_lists_note note = { op_who(m->c),
			STRV("list import"), buf_strv(&p->detail) };

		own_lists_write(&p->job.doc, buf_strv(&p->job.text), &note,
		    part_written, p);
	}
}

static void worked(void *arg)
{
	struct importing *m = arg;

	for (size_t i = 0; i < m->nparts; i++) {
		const struct part *p = &m->parts[i];

		if (p->job.why.n)
			lists_rows_wrong(&m->rows, p->rows[p->n - 1].line, "%s", p->job.why.p);
	}
	if (m->job && m->rows.nwrong == 0) {
		parts_write(m);
		return;
	}
	parts_end(m);
	if (m->job)
		fail_half(m);
	else
		loop_post(next_parts, m);
}

static void cancel(struct job *j)
{
	((struct importing *)j->arg)->cancelled = true;
}

static const struct job_kind kind = { "list-import", "list import",
	"the lines that were written until then stay: import the same file again, "
	"what is there already is not changed", cancel,
	NULL, NULL };

/* All is checked once before the first is written. */
static void pass_end(struct importing *m)
{
	bool dry = strv_eq(op_text(m->c, "dry-run"), STRV("on"));

	if (!m->job && is_wrong(m))
		return;
	if (m->job || dry) {
		finish(m);
		return;
	}
	m->job = job_begin(m->c, &kind, STRV("lists"), STRV(""), m);
	if (!m->job) {
		end(m, JOB_FAILED);
		return;
	}
	m->job->total = (int64_t)m->rows.n;
	m->done = m->subscribers = m->lists = m->added = m->changed = 0;
	next_parts(m);
}

static bool is_cancelled(struct importing *m)
{
	if (!m->cancelled)
		return false;
	op_fail(m->c, OP_CONFLICT, "somebody has cancelled it: %zu of %zu "
	    "lines were imported", m->done, m->rows.n);
	end(m, JOB_CANCELLED);
	return true;
}

static void next_parts(void *arg)
{
	struct importing *m = arg;

	if (m->job)
		m->job->done = (int64_t)m->done;
	if (is_cancelled(m))
		return;
	if (m->done == m->rows.n) {
		pass_end(m);
		return;
	}
	while (m->nparts < PARTS && m->done < m->rows.n)
		part_start(m, &m->parts[m->nparts++]);
	if (work_run(work, worked, m))
		return;
	m->done = (size_t)(m->parts[0].rows - m->rows.row);
	parts_end(m);
	refuse_busy(m);
}

static void sorted(void *arg)
{
	struct importing *m = arg;

	m->done = 0;
	next_parts(m);
}

static void check_row(struct importing *m, struct lists_row *r)
{
	const struct user *u = user_find(r->owner);

	if (!u) {
		lists_rows_wrong(&m->rows, r->line, "there is no subscriber %.*s",
		    STRV_ARG(r->owner));
		return;
	}
	r->id = u->id;
	r->owner = arena_str(&m->rows.arena, u->key);
}

static void check_some(void *arg)
{
	struct importing *m = arg;

	for (size_t i = 0; i < LOOKED && m->done < m->rows.n; i++)
		check_row(m, &m->rows.row[m->done++]);
	if (m->done < m->rows.n)
		loop_post(check_some, m);
	else if (!is_wrong(m) && !work_run(sort_all, sorted, m))
		refuse_busy(m);
}

static void our_turn(struct turn *t)
{
	struct importing *m = LIST_ENTRY(t, struct importing, turn);

	if (!is_wrong(m))
		check_some(m);
}

static void all_read(void *arg)
{
	struct importing *m = arg;

	m->turn.run = our_turn;
	turn(&m->turn);
}

/* --- the operation -------------------------------------------------------- */

static void op_import(struct op_call *c)
{
	struct importing *m = xalloc(sizeof(*m));

	m->c = c;
	m->err = ERR_OK;
	lists_rows_init(&m->rows);
	if (work_run(read_all, all_read, m))
		return;
	importing_free(m);
	op_fail(c, OP_BUSY, "too much is going on: try again");
}

static const struct op_arg import_args[] = {
	{ "file", ARG_REQUIRED | ARG_POSITION | ARG_FILE, NULL,
	  "CSV; first line subscriber,list,title,member,name",
	  IS_FILE(OP_FILE_MAX) },
	{ "dry-run", ARG_FLAG, NULL, "check all and count, and change "
	  "nothing", IS_FLAG },
	{ 0 }
};

static const struct op ops[] = {
	{ "list import", "POST", "/lists/import", CAP_PEOPLE, OP_CORE,
	  import_args, "add members to lists of many subscribers; lists that "
	  "are missing are made; all lines are checked first", op_import,
	  "total:int subscribers:int lists:int added:int changed:int "
	  "dry_run:bool" },
};

void lists_import_register(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
