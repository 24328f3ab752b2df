/* groups_import.c - many members from a CSV text: checked whole, then put. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "groups"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "dir/groups_priv.h"
#include "dir/jobs.h"
#include "loop/loop.h"
#include "loop/work.h"
#include "wire/csv.h"

#define BATCH	500	/* rows looked at, or put, in one go */
#define ERRORS	100	/* told one by one; all are counted */

enum column { GROUP, MEMBER, ROLE, COLUMNS };

static const char *const columns[COLUMNS] = { "group", "member", "role" };

struct row {
	unsigned line;
	int role;			/* enum group_role; -1: not given */
	struct strv group, member;	/* keys */
	uint64_t id;			/* of the group */
};

struct wrong {
	unsigned line;
	char *text;
};

/* What the job says of it, also when it is over. */
struct done {
	struct importing *m;		/* while it runs */
	size_t added, changed;
};

/* One file on its way; in turn the worker's and the core's. */
struct importing {
	struct turn turn;
	struct group_write w;
	struct op_call *c;		/* until it is answered */
	struct job *job;		/* from then on */
	bool cancelled;
	struct site site;
	struct arena arena;
	struct row *rows;
	size_t n, size;
	struct wrong wrong[ERRORS];
	size_t nwrong;			/* also those beyond the array */
	struct csv csv;
	int at[COLUMNS];		/* the field of each column, or -1 */

	size_t done;			/* rows of this pass */
	size_t of_group;		/* new members of the row's group */
	size_t added, changed;
	size_t new;			/* of those being put */
	struct group_change changes[BATCH];
	struct buf detail;
};

__attribute__((format(printf, 3, 4)))
static void wrong(struct importing *m, unsigned line, const char *fmt, ...)
{
	struct buf text;
	va_list ap;

	if (m->nwrong++ >= ERRORS)
		return;
	buf_init(&text, 1000);
	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	m->wrong[m->nwrong - 1] = (struct wrong){ line, buf_steal(&text) };
}

/* --- read, in a worker ---------------------------------------------------- */

static void read_header(struct importing *m)
{
	for (int i = 0; i < COLUMNS; i++)
		m->at[i] = -1;
	for (size_t f = 0; f < m->csv.n; f++) {
		int i = 0;

		while (i < COLUMNS &&
		    !strv_eq(m->csv.field[f], strv(columns[i])))
			i++;
		if (i == COLUMNS || m->at[i] >= 0)
			wrong(m, m->csv.line, "column \"%.*s\" is unknown or "
			    "there twice: use group,member,role",
			    STRV_ARG(m->csv.field[f]));
		else
			m->at[i] = (int)f;
	}
	if (m->at[GROUP] < 0 || m->at[MEMBER] < 0)
		wrong(m, m->csv.line, "the first line must name the columns, "
		    "and two must be group and member");
}

static struct strv field(const struct importing *m, enum column c)
{
	int at = m->at[c];

	return at < 0 || (size_t)at >= m->csv.n ? STRV("") : m->csv.field[at];
}

static bool read_key(struct importing *m, enum column c, struct strv *out)
{
	struct strv text = field(m, c);
	struct buf key;
	bool good;

	buf_init(&key, ADDR_MAX);
	good = groups_is_address(&m->site, text, &key);
	if (good)
		*out = arena_str(&m->arena, buf_strv(&key));
	else
		wrong(m, m->csv.line, "%s: \"%.*s\" is no sip: or tel: "
		    "address", columns[c], STRV_ARG(text));
	buf_deinit(&key);
	return good;
}

static void read_record(struct importing *m)
{
	struct strv role = field(m, ROLE);
	struct row r = { .line = m->csv.line,
		.role = role.n ? group_role_of(role) : -1 };

	if (!read_key(m, GROUP, &r.group) || !read_key(m, MEMBER, &r.member))
		return;
	if (role.n && r.role < 0) {
		wrong(m, r.line, "role: \"%.*s\" is not member or admin",
		    STRV_ARG(role));
		return;
	}
	if (m->n == m->size) {
		m->size = m->size ? 2 * m->size : 1024;
		m->rows = xrealloc(m->rows, m->size * sizeof(*m->rows));
	}
	m->rows[m->n++] = r;
}

static void read_all(void *arg)
{
	struct importing *m = arg;
	struct strv in = op_text(m->c, "file");
	enum csv_got got;
	bool header = true;

	csv_init(&m->csv);
	while ((got = csv_next(&m->csv, &in, true)) == CSV_RECORD) {
		if (header)
			read_header(m);
		else
			read_record(m);
		if (header && m->nwrong)
			break;
		header = false;
	}
	if (got == CSV_BAD)
		wrong(m, m->csv.line, "column %u: %s", m->csv.column,
		    m->csv.why);
	else if (header && !m->nwrong)
		wrong(m, 1, "the file is empty: the first line must name the "
		    "columns");
	csv_deinit(&m->csv);
}

static int compare(const void *a, const void *b)
{
	const struct row *r = a, *s = b;
	size_t n = r->member.n < s->member.n ? r->member.n : s->member.n;
	int c;

	if (r->id != s->id)
		return r->id < s->id ? -1 : 1;
	c = memcmp(r->member.p, s->member.p, n);
	if (c == 0 && r->member.n != s->member.n)
		c = r->member.n < s->member.n ? -1 : 1;
	return c ? c : (r->line > s->line) - (r->line < s->line);
}

/* In the order of groups and keys; nobody twice. */
static void sort_all(void *arg)
{
	struct importing *m = arg;

	if (m->n)
		qsort(m->rows, m->n, sizeof(*m->rows), compare);
	for (size_t i = 1; i < m->n; i++) {
		const struct row *r = &m->rows[i], *was = r - 1;

		if (r->id == was->id && strv_eq(r->member, was->member))
			wrong(m, r->line, "%.*s is on line %u already",
			    STRV_ARG(r->member), was->line);
	}
}

/* --- the end -------------------------------------------------------------- */

static void importing_free(struct importing *m)
{
	for (size_t i = 0; i < m->nwrong && i < ERRORS; i++)
		free(m->wrong[i].text);
	site_deinit(&m->site);
	arena_deinit(&m->arena);
	buf_deinit(&m->detail);
	free(m->rows);
	free(m);
}

static void end(struct importing *m)
{
	log_info("members imported lines=%zu added=%zu changed=%zu wrong=%zu",
	    m->n, m->added, m->changed, m->nwrong);
	turn_end(&m->turn);
	importing_free(m);
}

/* What is written stays, however it ends. */
static void end_job(struct importing *m, enum job_state state)
{
	struct job *j = m->job;

	buf_clear(&m->detail);
	buf_addf(&m->detail, "%" PRId64 " of %zu lines: %zu members added, "
	    "%zu changed", j->done, m->n, m->added, m->changed);
	if (state == JOB_CANCELLED)
		(void)snprintf(j->why, sizeof(j->why), "%" PRId64 " of %zu "
		    "lines were imported, and stay; the others were not",
		    j->done, m->n);
	job_end(j, state, buf_strv(&m->detail));
	end(m);
}

static bool is_wrong(struct importing *m)
{
	if (m->nwrong == 0)
		return false;
	for (size_t i = 0; i < m->nwrong && i < ERRORS; i++)
		op_error(m->c, m->wrong[i].line, strv(m->wrong[i].text));
	op_fail(m->c, OP_INVALID, "%zu of the lines are wrong: nothing was "
	    "changed", m->nwrong);
	end(m);
	return true;
}

/* --- put ------------------------------------------------------------------ */

static void put_some(void *arg);

/* Of the piece at hand, which is safe. */
static void counted(struct importing *m)
{
	struct done *d = m->job->arg;

	m->added += m->new;
	m->changed += m->w.n - m->new;
	m->w.n = m->new = 0;
	m->job->done = (int64_t)m->done;
	d->added = m->added;
	d->changed = m->changed;
}

static void written(struct group_write *w, enum err e)
{
	struct importing *m = w->arg;

	if (e == ERR_OK) {
		counted(m);
		loop_post(put_some, m);
		return;
	}
	m->job->errors++;
	(void)snprintf(m->job->why, sizeof(m->job->why), "the database could "
	    "not be written: %" PRId64 " of %zu lines were imported; see the "
	    "log of the daemon", m->job->done, m->n);
	end_job(m, JOB_FAILED);
}

/* false: the member is there and stays as it is. */
static bool make_change(struct importing *m, const struct row *r,
    struct group_change *out)
{
	const struct group *g = group_by_id(r->id);
	const struct group_member *was = group_find_member(g, r->member);

	if (was && (r->role < 0 || (int)was->role == r->role))
		return false;
	m->new += was == NULL;
	*out = (struct group_change){ .kind = MEMBER_PUT, .member = {
	    r->id, r->member, r->role == ROLE_OF_ADMIN ? ROLE_OF_ADMIN :
	    ROLE_OF_MEMBER, now_ms() } };
	return true;
}

static void put_some(void *arg)
{
	struct importing *m = arg;
	size_t n = 0, last = m->done + BATCH < m->n ? m->done + BATCH : m->n;

	if (m->done == m->n || m->cancelled) {
		end_job(m, m->done == m->n ? JOB_DONE : JOB_CANCELLED);
		return;
	}
	while (m->done < last)
		n += make_change(m, &m->rows[m->done++], &m->changes[n]);
	m->w.n = n;
	if (n == 0) {
		counted(m);
		loop_post(put_some, m);
		return;
	}
	buf_clear(&m->detail);
	buf_addf(&m->detail, "%zu members added or changed", n);
	m->w = (struct group_write){ .actor = strv(m->job->who),
		.action = STRV("group import"), .object = STRV("members"),
		.detail = buf_strv(&m->detail), .changes = m->changes,
		.n = n, .done = written, .arg = m };
	groups_write(&m->w);
}

/* --- the job ---------------------------------------------------------------- */

static void cancel(struct job *j)
{
	struct done *d = j->arg;

	d->m->cancelled = true;
}

static void fields(struct op_call *c, const struct job *j)
{
	const struct done *d = j->arg;

	op_field_int(c, "added", (int64_t)d->added);
	op_field_int(c, "changed", (int64_t)d->changed);
}

static const struct job_kind kind = {
	.name = "group-import", .action = "group import",
	.interrupted = "the lines that were written until then stay: import "
	    "the same file again, what is there already is not changed",
	.cancel = cancel, .fields = fields, .release = free,
};

/* All is checked: from now on it goes by itself. */
static bool begin(struct importing *m)
{
	struct done *d = xalloc(sizeof(*d));

	d->m = m;
	m->job = job_begin(m->c, &kind, STRV("members"), STRV(""), d);
	if (!m->job) {
		free(d);
		end(m);
		return false;
	}
	m->job->total = (int64_t)m->n;
	job_answer(m->c, m->job);
	m->c = NULL;
	return true;
}

/* --- check, in the core --------------------------------------------------- */

/* The new ones of each group fit into it; rows are sorted. */
static void count_row(struct importing *m, size_t i)
{
	const struct row *r = &m->rows[i];
	const struct group *g = group_by_id(r->id);

	if (i == 0 || m->rows[i - 1].id != r->id)
		m->of_group = 0;
	if (group_find_member(g, r->member))
		return;
	m->of_group++;
	if ((int64_t)(g->roster->n + m->of_group) == g->row.max_size + 1)
		wrong(m, r->line, "group %.*s would have more members than "
		    "its max-size %" PRId64, STRV_ARG(g->row.key),
		    g->row.max_size);
}

static void count_some(void *arg)
{
	struct importing *m = arg;

	for (size_t i = 0; i < BATCH && m->done < m->n; i++)
		count_row(m, m->done++);
	if (m->done < m->n) {
		loop_post(count_some, m);
		return;
	}
	if (!is_wrong(m) && begin(m)) {
		m->done = 0;
		put_some(m);
	}
}

static void sorted(void *arg)
{
	struct importing *m = arg;

	if (is_wrong(m))
		return;
	m->done = 0;
	count_some(m);
}

static void check_row(struct importing *m, struct row *r)
{
	const struct group *g = group_find(r->group);
	const struct user *u = user_find(r->member);

	if (!g) {
		wrong(m, r->line, "there is no group %.*s: add it first",
		    STRV_ARG(r->group));
		return;
	}
	r->id = g->row.id;
	if (u)
		r->member = u->key;	/* nobody changes it in our turn */
	if (strv_eq(r->member, g->row.key))
		wrong(m, r->line, "a group cannot be its own member");
}

static void check_some(void *arg)
{
	struct importing *m = arg;

	for (size_t i = 0; i < BATCH && m->done < m->n; i++)
		check_row(m, &m->rows[m->done++]);
	if (m->done < m->n) {
		loop_post(check_some, m);
		return;
	}
	if (is_wrong(m))
		return;
	if (!work_run(sort_all, sorted, m)) {
		op_fail(m->c, OP_BUSY, "too much is going on: try again");
		end(m);
	}
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
	site_copy(&m->site, site_now());
	arena_init(&m->arena);
	buf_init(&m->detail, 200);
	if (work_run(read_all, all_read, m))
		return;
	importing_free(m);
	op_fail(c, OP_BUSY, "too much is going on: try again");
}

static const struct op_arg import_args[] = {
	{ "file", ARG_REQUIRED | ARG_POSITION | ARG_FILE, NULL,
	  "CSV; first line group,member,role", IS_FILE(OP_FILE_MAX) },
	{ 0 }
};

static const struct op ops[] = {
	{ "group import", "POST", "/groups/import", CAP_PEOPLE, OP_CORE,
	  import_args, "add many members to groups there are; all lines are "
	  "checked first, then a job writes them", op_import,
	  JOB_ANSWER " " JOB_MORE },
};

void groups_import_register(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
