/* settings_rename.c - what a commit renames, and who follows it. */

#include <stdlib.h>

#include "conf/draft.h"
#include "store/settings_priv.h"

#define FOLLOWERS	8

static const struct settings_follower *followers[FOLLOWERS];
static size_t n_followers;

void settings_follow(const struct settings_follower *f)
{
	for (size_t i = 0; i < n_followers; i++)
		if (followers[i] == f)
			return;
	if (n_followers == FOLLOWERS)
		abort();
	followers[n_followers++] = f;
}

/* --- of a commit --------------------------------------------------------- */

static void collect(const char *section, const char *from, const char *to,
    void *arg)
{
	struct save *s = arg;
	struct settings_rename *r = arena_alloc(&s->arena, sizeof(*r));

	r->section = arena_str(&s->arena, strv(section));
	r->from = arena_str(&s->arena, strv(from));
	r->to = arena_str(&s->arena, strv(to));
	*s->renames_end = r;
	s->renames_end = &r->next;
}

void renames_collect(struct save *s)
{
	conf_edit_renames(s->edit, collect, s);
}

void renames_text(const struct settings_rename *r, struct buf *out)
{
	for (; r; r = r->next)
		buf_addf(out, "%.*s %.*s %.*s\n", STRV_ARG(r->section),
		    STRV_ARG(r->from), STRV_ARG(r->to));
}

enum err renames_run(struct db *db, const struct settings_rename *r)
{
	enum err e = ERR_OK;

	for (size_t i = 0; r && e == ERR_OK && i < n_followers; i++)
		if (followers[i]->run)
			e = followers[i]->run(db, r);
	return e == ERR_OK ? ERR_OK : ERR_STORAGE;
}

void renames_moved(const struct settings_rename *r)
{
	for (size_t i = 0; r && i < n_followers; i++)
		if (followers[i]->moved)
			followers[i]->moved(r);
}

/* --- of older ones ------------------------------------------------------- */

enum err renames_after(struct db *db, int64_t revision, struct buf *out)
{
	struct stmt *s = stmt(db, "SELECT renamed FROM revision "
	    "WHERE id > ? AND renamed <> '' ORDER BY id");

	stmt_int(s, revision);
	while (stmt_row(s)) {
		buf_adds(out, col_text(s));
		buf_addc(out, '\n');
	}
	return stmt_end(s);
}

/* The names are the last two words. */
static bool take(struct strv line, struct settings_rename *r)
{
	size_t at[2], n = 0;

	for (size_t i = line.n; i-- > 0 && n < 2;)
		if (line.p[i] == ' ')
			at[n++] = i;
	if (n < 2)
		return false;
	r->section = (struct strv){ line.p, at[1] };
	r->from = (struct strv){ line.p + at[1] + 1, at[0] - at[1] - 1 };
	r->to = (struct strv){ line.p + at[0] + 1, line.n - at[0] - 1 };
	return true;
}

void settings_renamed(void (*fn)(const struct settings_rename *r))
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT renamed "
	    "FROM revision ORDER BY id DESC LIMIT 1");
	struct settings_rename r = { 0 };
	struct buf text;
	struct strv rest;

	buf_init(&text, BUF_NO_LIMIT);
	if (stmt_row(s))
		buf_adds(&text, col_text(s));
	(void)stmt_stop(s);
	for (rest = buf_strv(&text); rest.n;)
		if (take(strv_split(rest, '\n', &rest), &r))
			fn(&r);
	buf_deinit(&text);
}
