/* settings.c - the settings on disk: load, save as revisions. */

#define LOG_UNIT "conf"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/now.h"
#include "loop/loop.h"
#include "store/audit.h"
#include "store/settings.h"
#include "store/writer.h"

struct change {
	struct change *next;
	struct strv path, was, will;	/* absent: not set */
	bool secret;
};

struct save {
	struct write write;	/* first: run() and done() get it back */
	struct conf_edit *edit;
	struct arena arena;
	struct strv actor, comment;
	struct change *changes, **end;
	int64_t revision;
	enum err err;
	settings_saved_fn *done;
	void *arg;
};

static int64_t newest;
static bool saving;

int64_t settings_revision(void)
{
	return newest;
}

static enum err newest_load(void)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG),
	    "SELECT coalesce(max(id), 0) FROM revision");

	if (stmt_row(s))
		newest = col_int(s);
	return stmt_end(s);
}

enum err settings_load(void)
{
	struct stmt *s;
	enum err e = newest_load();
	int64_t n = 0;

	if (e != ERR_OK)
		return e;
	s = stmt(db_reader(DB_CONFIG), "SELECT path, value FROM setting");
	while (stmt_row(s)) {
		struct strv path = col_text(s), value = col_text(s);
		char *p = xstrndup(path.p, path.n);
		char *v = xstrndup(value.p, value.n);

		conf_load_row(p, v);
		free(p);
		free(v);
		n++;
	}
	e = stmt_end(s);
	if (e != ERR_OK)
		return e;
	log_info("settings loaded values=%" PRId64 " revision=%" PRId64, n,
	    newest);
	conf_load_done();
	return ERR_OK;
}

/* --- saving --------------------------------------------------------------- */

static void collect(const char *path, const char *was, const char *will,
    bool secret, void *arg)
{
	struct save *s = arg;
	struct change *c = arena_alloc(&s->arena, sizeof(*c));

	c->path = arena_str(&s->arena, strv(path));
	c->was = arena_str(&s->arena, strv(was));
	c->will = arena_str(&s->arena, strv(will));
	c->secret = secret;
	*s->end = c;
	s->end = &c->next;
}

static enum err setting_put(struct db *db, const struct change *c)
{
	struct stmt *s;

	if (!c->will.p) {
		s = stmt(db, "DELETE FROM setting WHERE path = ?");
		stmt_text(s, c->path);
		return stmt_end(s);
	}
	s = stmt(db, "INSERT INTO setting (path, value) VALUES (?, ?) "
	    "ON CONFLICT (path) DO UPDATE SET value = excluded.value");
	stmt_text(s, c->path);
	stmt_text(s, c->will);
	return stmt_end(s);
}

static enum err change_put(struct db *db, int64_t revision,
    const struct change *c)
{
	struct stmt *s = stmt(db, "INSERT INTO revision_change "
	    "(revision, path, was, will, secret) VALUES (?, ?, ?, ?, ?)");

	stmt_int(s, revision);
	stmt_text(s, c->path);
	stmt_text(s, c->was);
	stmt_text(s, c->will);
	stmt_int(s, c->secret);
	return stmt_end(s);
}

static enum err revision_put(struct db *db, struct save *save)
{
	struct stmt *s = stmt(db, "INSERT INTO revision "
	    "(id, time, actor, comment) VALUES (?, ?, ?, ?)");

	stmt_int(s, save->revision);
	stmt_int(s, now_ms());
	stmt_text(s, audit_name(save->actor));
	stmt_text(s, save->comment);
	return stmt_end(s);
}

static struct strv shown(struct strv value, bool secret)
{
	return !value.p ? STRV("unset") : secret ? STRV("(set)") : value;
}

static void change_text(struct buf *b, struct strv path, struct strv was,
    struct strv will, bool secret)
{
	if (b->n)
		buf_addz(b, "; ");
	if (secret && was.p && will.p) {
		buf_addf(b, "%.*s changed", STRV_ARG(path));
		return;
	}
	was = shown(was, secret);
	will = shown(will, secret);
	buf_addf(b, "%.*s %.*s -> %.*s", STRV_ARG(path), STRV_ARG(was),
	    STRV_ARG(will));
}

static enum err audit_save(struct db *db, const struct save *save)
{
	struct buf detail;
	char object[32];
	enum err e;

	buf_init(&detail, BUF_NO_LIMIT);
	for (const struct change *c = save->changes; c; c = c->next)
		change_text(&detail, c->path, c->was, c->will, c->secret);
	(void)snprintf(object, sizeof(object), "revision %" PRId64,
	    save->revision);
	e = audit_put(db, save->actor, STRV("configuration set"),
	    strv(object), buf_strv(&detail));
	buf_deinit(&detail);
	return e;
}

static enum err save_run(struct write *w, struct db *db)
{
	struct save *save = (struct save *)w;
	enum err e = revision_put(db, save);

	for (const struct change *c = save->changes; c && e == ERR_OK;
	    c = c->next) {
		e = setting_put(db, c);
		if (e == ERR_OK)
			e = change_put(db, save->revision, c);
	}
	return e == ERR_OK ? audit_save(db, save) : e;
}

static void save_end(struct save *s)
{
	s->done(s->err, newest, s->arg);
	conf_edit_free(s->edit);
	arena_deinit(&s->arena);
	free(s);
}

static void save_done(struct write *w)
{
	struct save *s = (struct save *)w;
	struct strv who = audit_name(s->actor);
	struct conf_edit *edit = s->edit;

	saving = false;
	/* a refused row would be our own bug; nothing of it is in force */
	s->err = w->err == ERR_OK ? ERR_OK : ERR_STORAGE;
	if (s->err == ERR_OK) {
		newest = s->revision;
		log_info("settings changed revision=%" PRId64 " actor=%.*s",
		    newest, STRV_ARG(who));
		s->edit = NULL;
		conf_edit_apply(edit);
	}
	save_end(s);
}

static void save_idle(void *arg)
{
	save_end(arg);
}

void settings_save(struct conf_edit *edit, struct strv actor,
    struct strv comment, settings_saved_fn *done, void *arg)
{
	struct save *s = xalloc(sizeof(*s));

	arena_init(&s->arena);
	s->edit = edit;
	s->actor = arena_str(&s->arena, actor.p ? actor : STRV(""));
	s->comment = arena_str(&s->arena, comment.p ? comment : STRV(""));
	s->end = &s->changes;
	s->done = done;
	s->arg = arg;
	conf_edit_changes(edit, collect, s);
	s->err = saving || writer_busy() ? ERR_BUSY : ERR_OK;
	if (s->err != ERR_OK || !s->changes) {
		loop_defer(save_idle, s);
		return;
	}
	saving = true;
	s->revision = newest + 1;
	s->write = (struct write){ .db = DB_CONFIG, .run = save_run,
		.done = save_done };
	writer_put(&s->write);
}

/* --- history ------------------------------------------------------------- */

static enum err changes_of(int64_t revision, struct buf *out)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT path, was, will, "
	    "secret FROM revision_change WHERE revision = ? ORDER BY path");

	stmt_int(s, revision);
	while (stmt_row(s)) {
		struct strv path = col_text(s), was = col_text(s);
		struct strv will = col_text(s);

		change_text(out, path, was, will, col_int(s) != 0);
	}
	return stmt_end(s);
}

enum err revision_each(int64_t before, int64_t limit, revision_fn *fn,
    void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT id, time, actor, "
	    "comment FROM revision WHERE id < ? ORDER BY id DESC LIMIT ?");
	struct revision_row row;
	struct buf changes;
	enum err e = ERR_OK;

	buf_init(&changes, BUF_NO_LIMIT);
	stmt_int(s, before ? before : INT64_MAX);
	stmt_int(s, limit);
	while (e == ERR_OK && stmt_row(s)) {
		row.id = col_int(s);
		row.time = col_int(s);
		row.actor = col_text(s);
		row.comment = col_text(s);
		buf_clear(&changes);
		e = changes_of(row.id, &changes);
		row.changes = buf_strv(&changes);
		fn(&row, arg);
	}
	if (stmt_end(s) != ERR_OK)
		e = ERR_STORAGE;
	buf_deinit(&changes);
	return e;
}
