/* lists_import.c - many members of lists from a CSV text: checked, then put. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#define LOG_UNIT "lists"
#include "base/alloc.h"
#include "base/log.h"
#include "dir/groups_priv.h"
#include "dir/lists_priv.h"
#include "loop/loop.h"
#include "loop/work.h"
#include "wire/csv.h"

#define LOOKED	500	/* rows looked at in one go */
#define PARTS	32	/* subscribers whose documents are made in one go */
#define ERRORS	100	/* told one by one; all are counted */

enum column { SUBSCRIBER, LIST, TITLE, MEMBER, NAME, COLUMNS };

static const char *const columns[COLUMNS] = {
	"subscriber", "list", "title", "member", "name"
};

struct row {
	unsigned line;
	uint64_t id;		/* of the subscriber */
	struct strv owner, member;	/* keys; no member: the list alone */
	struct strv list, title, name;	/* absent: not given */
};

struct wrong {
	unsigned line;
	char *text;
};

/* The document of one subscriber, and its rows. */
struct part {
	struct importing *m;
	struct lists_job job;
	const struct row *rows;
	size_t n;
	size_t lists, added, changed;
	struct buf detail;
};

/* One file on its way; in turn the workers' and the core's. */
struct importing {
	struct turn turn;
	struct op_call *c;
	struct site site;
	struct arena arena;
	struct row *rows;
	size_t n, size;
	struct wrong wrong[ERRORS];
	size_t nwrong;		/* also those beyond the array */
	struct csv csv;
	int at[COLUMNS];	/* the field of each column, or -1 */

	bool writing;		/* the second pass over all subscribers */
	size_t done;		/* rows of this pass */
	struct part parts[PARTS];
	size_t nparts, unwritten;
	enum err err;
	size_t subscribers, lists, added, changed;
};

__attribute__((format(printf, 3, 4)))
static void wrong(struct importing *m, unsigned line, const char *fmt, ...)
{
	struct buf text;
	va_list ap;

	if (m->nwrong++ >= ERRORS)
		return;
	buf_init(&text, 2048);
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
			    "there twice: use subscriber,list,title,member,"
			    "name", STRV_ARG(m->csv.field[f]));
		else
			m->at[i] = (int)f;
	}
	if (m->at[SUBSCRIBER] < 0 || m->at[LIST] < 0)
		wrong(m, m->csv.line, "the first line must name the columns, "
		    "and two must be subscriber and list");
}

static struct strv field(const struct importing *m, enum column c)
{
	int at = m->at[c];

	return at < 0 || (size_t)at >= m->csv.n ? STRV("") : m->csv.field[at];
}

/* An export marks what a spreadsheet would take for a formula. */
static struct strv unmarked(struct strv s)
{
	bool marked = s.n > 1 && s.p[0] == '\'' && strchr("=+-@", s.p[1]);

	return marked ? (struct strv){ s.p + 1, s.n - 1 } : s;
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

static bool read_text(struct importing *m, enum column c, struct strv *out)
{
	struct strv text = unmarked(field(m, c));

	if (text.n == 0)
		return true;
	*out = arena_str(&m->arena, text);
	if (profile_is_text(text, LISTS_NAME_MAX))
		return true;
	wrong(m, m->csv.line, "%s: this is up to %d bytes of text without "
	    "controls", columns[c], LISTS_NAME_MAX);
	return false;
}

static void read_record(struct importing *m)
{
	struct row r = { .line = m->csv.line };

	if (!read_key(m, SUBSCRIBER, &r.owner) ||
	    !read_text(m, LIST, &r.list) || !read_text(m, TITLE, &r.title) ||
	    !read_text(m, NAME, &r.name) ||
	    (field(m, MEMBER).n && !read_key(m, MEMBER, &r.member)))
		return;
	if (!r.list.n) {
		wrong(m, r.line, "list: a name is needed");
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

	if (r->id != s->id)
		return r->id < s->id ? -1 : 1;
	return (r->line > s->line) - (r->line < s->line);
}

/* In the order of subscribers and lines. */
static void sort_all(void *arg)
{
	struct importing *m = arg;

	if (m->n)
		qsort(m->rows, m->n, sizeof(*m->rows), compare);
}

/* --- the end -------------------------------------------------------------- */

static void importing_free(struct importing *m)
{
	for (size_t i = 0; i < m->nwrong && i < ERRORS; i++)
		free(m->wrong[i].text);
	site_deinit(&m->site);
	arena_deinit(&m->arena);
	free(m->rows);
	free(m);
}

static void end(struct importing *m)
{
	log_info("lists imported lines=%zu subscribers=%zu lists=%zu "
	    "added=%zu changed=%zu wrong=%zu", m->n, m->subscribers, m->lists,
	    m->added, m->changed, m->nwrong);
	turn_end(&m->turn);
	importing_free(m);
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

static void refuse_busy(struct importing *m)
{
	op_fail(m->c, OP_BUSY, "too much is going on: try again; %zu of %zu "
	    "lines were imported", m->writing ? m->done : 0, m->n);
	end(m);
}

static void finish(struct importing *m)
{
	op_field_int(m->c, "total", (int64_t)m->n);
	op_field_int(m->c, "subscribers", (int64_t)m->subscribers);
	op_field_int(m->c, "lists", (int64_t)m->lists);
	op_field_int(m->c, "added", (int64_t)m->added);
	op_field_int(m->c, "changed", (int64_t)m->changed);
	op_field_bool(m->c, "dry_run", !m->writing);
	op_done(m->c);
	end(m);
}

/* --- one subscriber, in a worker ------------------------------------------ */

static void put_row(struct part *p, struct list_edit *e, const struct row *r)
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
	const struct row *first = &m->rows[m->done];

	*p = (struct part){ .m = m, .rows = first };
	lists_job_init(&p->job, m->c);
	buf_init(&p->detail, 400);
	p->job.doc.user = first->id;
	p->job.doc.object = first->owner;
	p->job.doc.site = &p->job.site;
	p->job.doc.arena = &p->job.arena;
	while (m->done < m->n && m->rows[m->done].id == first->id) {
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
	    "were imported; see the log of the daemon", m->done, m->n);
	end(m);
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
			wrong(m, p->rows[p->n - 1].line, "%s", p->job.why.p);
	}
	if (m->writing && m->nwrong == 0) {
		parts_write(m);
		return;
	}
	parts_end(m);
	if (m->writing)
		fail_half(m);
	else
		loop_post(next_parts, m);
}

/* All is checked once before the first is written. */
static void pass_end(struct importing *m)
{
	bool dry = strv_eq(op_text(m->c, "dry-run"), STRV("on"));

	if (is_wrong(m))
		return;
	if (m->writing || dry) {
		finish(m);
		return;
	}
	m->writing = true;
	m->done = m->subscribers = m->lists = m->added = m->changed = 0;
	next_parts(m);
}

static void next_parts(void *arg)
{
	struct importing *m = arg;

	if (m->done == m->n) {
		pass_end(m);
		return;
	}
	while (m->nparts < PARTS && m->done < m->n)
		part_start(m, &m->parts[m->nparts++]);
	if (work_run(work, worked, m))
		return;
	m->done = (size_t)(m->parts[0].rows - m->rows);
	parts_end(m);
	refuse_busy(m);
}

static void sorted(void *arg)
{
	struct importing *m = arg;

	m->done = 0;
	next_parts(m);
}

static void check_row(struct importing *m, struct row *r)
{
	const struct user *u = user_find(r->owner);

	if (!u) {
		wrong(m, r->line, "there is no subscriber %.*s",
		    STRV_ARG(r->owner));
		return;
	}
	r->id = u->id;
	r->owner = arena_str(&m->arena, u->key);
}

static void check_some(void *arg)
{
	struct importing *m = arg;

	for (size_t i = 0; i < LOOKED && m->done < m->n; i++)
		check_row(m, &m->rows[m->done++]);
	if (m->done < m->n)
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
	site_copy(&m->site, site_now());
	arena_init(&m->arena);
	if (work_run(read_all, all_read, m))
		return;
	importing_free(m);
	op_fail(c, OP_BUSY, "too much is going on: try again");
}

static const struct op_arg import_args[] = {
	{ "file", ARG_REQUIRED | ARG_POSITION | ARG_FILE, NULL,
	  "CSV; first line subscriber,list,title,member,name" },
	{ "dry-run", ARG_FLAG, NULL, "check all and count, and change "
	  "nothing" },
	{ NULL, 0, NULL, NULL },
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
