/* import_rows.c - the text of an import: records, checked one by one. */

#include <stdarg.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "dir/import.h"
#include "wire/csv.h"

enum column { ADDRESS, NAME, CLASS, PASSWORD, ALIASES, COLUMNS };

static const char *const columns[COLUMNS] = {
	"address", "name", "class", "password", "aliases"
};

struct reading {
	struct import *m;
	struct maker k;
	struct csv csv;
	int at[COLUMNS];	/* the field of each column, or -1 */
	struct map seen;	/* key -> row number + 1 */
	struct buf why;
};

void import_error(struct import *m, unsigned line, const char *fmt, ...)
{
	struct buf text;
	va_list ap;

	if (m->nerrors++ >= IMPORT_ERRORS)
		return;
	buf_init(&text, 1000);
	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	m->errors[m->nerrors - 1] = (struct import_error){ line,
		buf_steal(&text) };
}

/* --- the header ----------------------------------------------------------- */

static void read_header(struct reading *r)
{
	for (int i = 0; i < COLUMNS; i++)
		r->at[i] = -1;
	for (size_t f = 0; f < r->csv.n; f++) {
		int i = 0;

		while (i < COLUMNS &&
		    !strv_eq(r->csv.field[f], strv(columns[i])))
			i++;
		if (i == COLUMNS)
			import_error(r->m, r->csv.line, "unknown column "
			    "\"%.*s\": use address,name,class,password,"
			    "aliases", STRV_ARG(r->csv.field[f]));
		else if (r->at[i] >= 0)
			import_error(r->m, r->csv.line, "column %s is there "
			    "twice", columns[i]);
		else
			r->at[i] = (int)f;
	}
	if (r->at[ADDRESS] < 0)
		import_error(r->m, r->csv.line, "the first line must name the "
		    "columns, and one must be address");
}

/* --- a record ------------------------------------------------------------- */

/* An empty field is as good as none.  No export has a password. */
static struct strv field(struct reading *r, enum column c)
{
	int at = r->at[c];

	if (at < 0 || (size_t)at >= r->csv.n || r->csv.field[at].n == 0)
		return STRV_NONE;
	return arena_str(&r->m->arena, c == PASSWORD ? r->csv.field[at] :
	    csv_unmarked(r->csv.field[at]));
}

static bool is_space(char c)
{
	return c == ' ' || c == ';' || c == '\t';
}

static bool split_aliases(struct strv s, struct profile *p)
{
	size_t i = 0;

	p->has_aliases = s.p != NULL;
	while (i < s.n) {
		size_t from;

		while (i < s.n && is_space(s.p[i]))
			i++;
		from = i;
		while (i < s.n && !is_space(s.p[i]))
			i++;
		if (i == from)
			break;
		if (p->naliases == ACCOUNT_ADDRESSES - 1)
			return false;
		p->aliases[p->naliases++] =
		    (struct strv){ s.p + from, i - from };
	}
	return true;
}

static bool see_keys(struct reading *r, const struct account *a)
{
	struct import *m = r->m;

	for (size_t i = 0; i < a->n; i++) {
		uintptr_t at = (uintptr_t)map_get(&r->seen, a->keys[i]);

		if (at > 0) {
			import_error(m, r->csv.line, "%.*s is on line %u "
			    "already", STRV_ARG(a->keys[i]),
			    m->rows[at - 1].line);
			return false;
		}
	}
	for (size_t i = 0; i < a->n; i++)
		(void)map_set(&r->seen, a->keys[i], (void *)(m->n + 1));
	return true;
}

static struct strv *copy_views(struct arena *a, const struct strv *from,
    size_t n)
{
	struct strv *to = arena_alloc(a, n * sizeof(*to));

	memcpy(to, from, n * sizeof(*to));
	return to;
}

static void add_row(struct reading *r, const struct profile *p,
    const struct account *a)
{
	struct import *m = r->m;

	if (m->n == m->size) {
		m->size = m->size ? 2 * m->size : 1024;
		m->rows = xrealloc(m->rows, m->size * sizeof(*m->rows));
	}
	m->rows[m->n++] = (struct import_row){ .line = r->csv.line,
		.has_aliases = p->has_aliases, .n = (uint8_t)a->n,
		.name = p->name, .klass = p->klass, .password = p->password,
		.keys = copy_views(&m->arena, a->keys, a->n),
		.written = copy_views(&m->arena, a->written, a->n),
		.secrets = a->secrets };
}

static void read_record(struct reading *r)
{
	struct import *m = r->m;
	struct profile p = { .address = field(r, ADDRESS),
		.name = field(r, NAME), .klass = field(r, CLASS),
		.password = field(r, PASSWORD) };
	struct account a;

	buf_clear(&r->why);
	if (r->at[ALIASES] < 0 && r->csv.n > COLUMNS)
		import_error(m, r->csv.line, "too many fields");
	else if (!p.address.p)
		import_error(m, r->csv.line, "no address");
	else if (!split_aliases(field(r, ALIASES), &p))
		import_error(m, r->csv.line, "at most %d aliases",
		    ACCOUNT_ADDRESSES - 1);
	else if (profile_account(&p, &r->k, &a, &r->why) != ERR_OK)
		import_error(m, r->csv.line, "%s", r->why.p);
	else if (see_keys(r, &a))
		add_row(r, &p, &a);
}

/* --- the text ------------------------------------------------------------- */

static void read_all(struct reading *r)
{
	struct strv in = r->m->text;
	enum csv_got got;
	bool header = true;

	while ((got = csv_next(&r->csv, &in, true)) == CSV_RECORD) {
		if (header)
			read_header(r);
		else
			read_record(r);
		if (header && r->m->nerrors > 0)
			return;
		header = false;
	}
	if (got == CSV_BAD)
		import_error(r->m, r->csv.line, "column %u: %s",
		    r->csv.column, r->csv.why);
	else if (header)
		import_error(r->m, 1, "the file is empty: the first line must "
		    "name the columns");
}

void import_parse(struct import *m)
{
	struct reading r = { .m = m };

	r.k = (struct maker){ &m->site, digest_new(), &m->arena };
	csv_init(&r.csv);
	map_init(&r.seen);
	buf_init(&r.why, 1000);
	read_all(&r);
	buf_deinit(&r.why);
	map_deinit(&r.seen);
	csv_deinit(&r.csv);
	digest_free(r.k.digest);
}

void import_row_profile(const struct import_row *r, struct profile *out)
{
	*out = (struct profile){ .address = r->written[0], .name = r->name,
		.klass = r->klass, .password = r->password,
		.has_aliases = r->has_aliases };
}

void import_row_account(const struct import_row *r, struct account *out)
{
	*out = (struct account){ .name = r->name, .klass = r->klass,
		.n = r->n, .secrets = r->secrets };
	for (size_t i = 0; i < r->n; i++) {
		out->keys[i] = r->keys[i];
		out->written[i] = r->written[i];
	}
}
