/* lists_rows.c - rows of a CSV text with members of lists. */

#include <stdarg.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "dir/groups_priv.h"
#include "dir/lists_import.h"
#include "wire/csv.h"

enum column { SUBSCRIBER, LIST, TITLE, MEMBER, NAME, COLUMNS };

static const char *const columns[COLUMNS] = {
	"subscriber", "list", "title", "member", "name"
};

struct reading {
	struct lists_rows *rows;
	struct csv csv;
	int at[COLUMNS];	/* the field of each column, or -1 */
};

void lists_rows_init(struct lists_rows *r)
{
	site_copy(&r->site, site_now());
	arena_init(&r->arena);
}

void lists_rows_deinit(struct lists_rows *r)
{
	for (size_t i = 0; i < r->nwrong && i < LISTS_WRONG; i++)
		free(r->wrong[i].text);
	site_deinit(&r->site);
	arena_deinit(&r->arena);
	free(r->row);
}

void lists_rows_wrong(struct lists_rows *r, unsigned line, const char *fmt,
    ...)
{
	struct buf text;
	va_list ap;

	if (r->nwrong++ >= LISTS_WRONG)
		return;
	buf_init(&text, 2048);
	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	r->wrong[r->nwrong - 1] = (struct lists_wrong){ line,
		buf_steal(&text) };
}

bool lists_rows_refused(const struct lists_rows *r, struct op_call *c)
{
	if (r->nwrong == 0)
		return false;
	for (size_t i = 0; i < r->nwrong && i < LISTS_WRONG; i++)
		op_error(c, r->wrong[i].line, strv(r->wrong[i].text));
	op_fail(c, OP_INVALID, "%zu of the lines are wrong: nothing was "
	    "changed", r->nwrong);
	return true;
}

/* --- reading ---------------------------------------------------------------- */

static void read_header(struct reading *m)
{
	for (int i = 0; i < COLUMNS; i++)
		m->at[i] = -1;
	for (size_t f = 0; f < m->csv.n; f++) {
		int i = 0;

		while (i < COLUMNS &&
		    !strv_eq(m->csv.field[f], strv(columns[i])))
			i++;
		if (i == COLUMNS || m->at[i] >= 0)
			lists_rows_wrong(m->rows, m->csv.line, "column \"%.*s\" is unknown or "
			    "there twice: use subscriber,list,title,member,"
			    "name", STRV_ARG(m->csv.field[f]));
		else
			m->at[i] = (int)f;
	}
	if (m->at[SUBSCRIBER] < 0 || m->at[LIST] < 0)
		lists_rows_wrong(m->rows, m->csv.line, "the first line must name the columns, "
		    "and two must be subscriber and list");
}

static struct strv field(const struct reading *m, enum column c)
{
	int at = m->at[c];

	return at < 0 || (size_t)at >= m->csv.n ? STRV("") : m->csv.field[at];
}

static bool read_key(struct reading *m, enum column c, struct strv *out)
{
	struct strv text = field(m, c);
	struct buf key;
	bool good;

	buf_init(&key, ADDR_MAX);
	good = groups_is_address(&m->rows->site, text, &key);
	if (good)
		*out = arena_str(&m->rows->arena, buf_strv(&key));
	else
		lists_rows_wrong(m->rows, m->csv.line, "%s: \"%.*s\" is no sip: or tel: "
		    "address", columns[c], STRV_ARG(text));
	buf_deinit(&key);
	return good;
}

static bool read_text(struct reading *m, enum column c, struct strv *out)
{
	struct strv text = csv_unmarked(field(m, c));

	if (text.n == 0)
		return true;
	*out = arena_str(&m->rows->arena, text);
	if (profile_is_text(text, LISTS_NAME_MAX))
		return true;
	lists_rows_wrong(m->rows, m->csv.line, "%s: this is up to %d bytes of text without "
	    "controls", columns[c], LISTS_NAME_MAX);
	return false;
}

static void read_record(struct reading *m)
{
	struct lists_row r = { .line = m->csv.line };
	struct lists_rows *all = m->rows;

	if (!read_key(m, SUBSCRIBER, &r.owner) ||
	    !read_text(m, LIST, &r.list) || !read_text(m, TITLE, &r.title) ||
	    !read_text(m, NAME, &r.name) ||
	    (field(m, MEMBER).n && !read_key(m, MEMBER, &r.member)))
		return;
	if (!r.list.n) {
		lists_rows_wrong(m->rows, r.line, "list: a name is needed");
		return;
	}
	if (all->n == all->size) {
		all->size = all->size ? 2 * all->size : 1024;
		all->row = xrealloc(all->row, all->size * sizeof(*all->row));
	}
	all->row[all->n++] = r;
}

void lists_rows_read(struct lists_rows *r, struct strv text)
{
	struct reading reading = { .rows = r }, *m = &reading;
	enum csv_got got;
	bool header = true;

	csv_init(&m->csv);
	while ((got = csv_next(&m->csv, &text, true)) == CSV_RECORD) {
		if (header)
			read_header(m);
		else
			read_record(m);
		if (header && r->nwrong)
			break;
		header = false;
	}
	if (got == CSV_BAD)
		lists_rows_wrong(r, m->csv.line, "column %u: %s",
		    m->csv.column, m->csv.why);
	else if (header && !r->nwrong)
		lists_rows_wrong(r, 1, "the file is empty: the first line "
		    "must name the columns");
	csv_deinit(&m->csv);
}
