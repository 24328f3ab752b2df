/* settings.c - the settings on disk: load, commit as revisions, undo. */

#define LOG_UNIT "conf"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/map.h"
#include "base/now.h"
#include "conf/draft.h"
#include "loop/loop.h"
#include "store/audit.h"
#include "store/settings_priv.h"
#include "store/writer.h"

/* Who last changed a path; the map's value and key. */
struct author {
	char *path, *actor;
	int64_t revision;
};

static int64_t newest;
static char *rescue;		/* the newest's comment, if it is one */
static bool saving;
static struct map authors;
static struct settings_pending waiting;	/* revision 0: none */

int64_t settings_revision(void)
{
	return newest;
}

const char *settings_rescue(void)
{
	return rescue;
}

const struct settings_pending *settings_pending(void)
{
	return waiting.revision ? &waiting : NULL;
}

/* --- authors ------------------------------------------------------------- */

static void author_set(struct strv path, struct strv actor, int64_t revision)
{
	struct author *a = map_get(&authors, path);

	if (!a) {
		a = xalloc(sizeof(*a));
		a->path = xstrndup(path.p, path.n);
		(void)map_set(&authors, strv(a->path), a);
	}
	free(a->actor);
	a->actor = xstrndup(actor.p, actor.n);
	a->revision = revision;
}

int64_t settings_author(struct strv path, struct strv *actor)
{
	const struct author *a = map_get(&authors, path);

	*actor = a ? strv(a->actor) : STRV_NONE;
	return a ? a->revision : 0;
}

static void authors_free(void)
{
	struct author *a;
	size_t at = 0;

	while ((a = map_next(&authors, &at)) != NULL) {
		free(a->path);
		free(a->actor);
		free(a);
	}
	map_deinit(&authors);
	map_init(&authors);
}

/* --- the revision that waits --------------------------------------------- */

static void pending_clear(void)
{
	free(waiting.actor);
	buf_deinit(&waiting.back);
	buf_deinit(&waiting.renamed);
	waiting = (struct settings_pending){ 0 };
}

static void pending_set(int64_t revision, int64_t until, struct strv actor,
    struct strv back, struct strv renamed)
{
	pending_clear();
	waiting.revision = revision;
	waiting.until = until;
	waiting.actor = xstrndup(actor.p, actor.n);
	buf_init(&waiting.back, BUF_NO_LIMIT);
	buf_adds(&waiting.back, back);
	buf_init(&waiting.renamed, BUF_NO_LIMIT);
	buf_adds(&waiting.renamed, renamed);
}

void pending_expire(void)
{
	waiting.until = now_ms();
}

/* --- loading ------------------------------------------------------------- */

static void newest_set(int64_t id, enum revision_kind kind,
    struct strv comment)
{
	free(rescue);
	newest = id;
	rescue = kind == REVISION_RESCUE ? xstrndup(comment.p, comment.n) :
	    NULL;
}

static enum err newest_load(void)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT id, kind, comment "
	    "FROM revision ORDER BY id DESC LIMIT 1");

	if (stmt_row(s)) {
		int64_t id = col_int(s);
		enum revision_kind kind = (enum revision_kind)col_int(s);

		newest_set(id, kind, col_text(s));
	}
	return stmt_stop(s);
}

static enum err values_load(void)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG),
	    "SELECT path, value FROM setting");
	int64_t n = 0;

	for (; stmt_row(s); n++) {
		struct strv path = col_text(s), value = col_text(s);
		char *p = xstrndup(path.p, path.n);
		char *v = xstrndup(value.p, value.n);

		conf_load_row(p, v);
		free(p);
		free(v);
	}
	log_info("settings loaded values=%" PRId64 " revision=%" PRId64, n,
	    newest);
	return stmt_end(s);
}

/* Each author in turn, the newest last; and every secret ever seen. */
static enum err history_load(void)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT c.path, r.actor, "
	    "r.id FROM revision r JOIN revision_change c ON c.revision = r.id "
	    "ORDER BY r.id");
	enum err e;

	while (stmt_row(s)) {
		struct strv path = col_text(s), actor = col_text(s);

		author_set(path, actor, col_int(s));
	}
	e = stmt_end(s);
	s = stmt(db_reader(DB_CONFIG), "SELECT sealed, NULL FROM secret UNION "
	    "SELECT was, path FROM revision_change WHERE secret = 1 AND "
	    "was IS NOT NULL UNION SELECT will, path FROM revision_change "
	    "WHERE secret = 1 AND will IS NOT NULL");
	while (stmt_row(s)) {
		struct strv sealed = col_text(s), path = col_text(s);

		conf_secret_know(sealed, path);
	}
	return stmt_end(s) == ERR_OK ? e : ERR_STORAGE;
}

static enum err pending_load(void)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT p.revision, "
	    "p.until, p.actor, b.content, r.renamed FROM pending p "
	    "JOIN revision r ON r.id = p.revision "
	    "LEFT JOIN revision b ON b.id = r.parent");

	if (stmt_row(s)) {
		int64_t revision = col_int(s), until = col_int(s);
		struct strv actor = col_text(s), back = col_text(s);

		pending_set(revision, until, actor, back.p ? back : STRV(""),
		    col_text(s));
	}
	return stmt_stop(s);
}

enum err settings_load(void)
{
	enum err e;

	settings_unload();
	e = newest_load();
	if (e == ERR_OK)
		e = values_load();
	if (e == ERR_OK)
		e = history_load();
	if (e == ERR_OK)
		e = content_fill(newest);
	if (e == ERR_OK)
		e = pending_load();
	if (e == ERR_OK)
		e = starts_check();
	if (e == ERR_OK)
		conf_load_done();
	waiting.since = now_mono();
	return e;
}

void settings_unload(void)
{
	pending_clear();
	authors_free();
	newest_set(0, REVISION_COMMIT, STRV_NONE);
}

/* --- in force ------------------------------------------------------------ */

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

static void save_free(struct save *s)
{
	conf_edit_free(s->edit);
	buf_deinit(&s->content);
	buf_deinit(&s->back);
	arena_deinit(&s->arena);
	free(s);
}

static void save_end(struct save *s)
{
	s->done(s->err, newest, s->arg);
	save_free(s);
}

/* It is on disk: what we know of it follows. */
static void committed(struct save *s)
{
	struct buf renamed;

	newest_set(s->revision, s->how.kind, s->how.comment);
	for (const struct change *c = s->changes; c; c = c->next)
		author_set(c->path, s->name, newest);
	if (s->of)
		pending_clear();
	buf_init(&renamed, BUF_NO_LIMIT);
	renames_text(s->renames, &renamed);
	if (s->how.until)
		pending_set(newest, s->how.until, s->name, buf_strv(&s->back),
		    buf_strv(&renamed));
	buf_deinit(&renamed);
	log_info("settings changed revision=%" PRId64 " actor=%.*s%s",
	    newest, STRV_ARG(s->name), s->how.until ?
	    " waits to be kept" : "");
}

static void save_done(struct write *w)
{
	struct save *s = (struct save *)w;
	struct conf_edit *edit = s->edit;

	saving = false;
	/* a refused row would be our own bug; nothing of it is in force */
	s->err = w->err == ERR_OK ? ERR_OK : ERR_STORAGE;
	if (s->err == ERR_OK) {
		committed(s);
		s->edit = NULL;
		renames_moved(s->renames);
		conf_edit_apply(edit);
		waiting.since = now_mono();
	}
	save_end(s);
}

/* Nothing is changed but what lies on disk of its draft. */
static void draft_done(struct write *w)
{
	struct save *s = (struct save *)w;

	saving = false;
	s->err = w->err == ERR_OK ? ERR_OK : ERR_STORAGE;
	save_end(s);
}

static void save_idle(void *arg)
{
	save_end(arg);
}

static struct strv text(struct save *s, struct strv v)
{
	return arena_str(&s->arena, v.p ? v : STRV(""));
}

static struct save *save_new(struct conf_edit *edit,
    const struct settings_commit *how)
{
	struct save *s = xalloc(sizeof(*s));

	arena_init(&s->arena);
	buf_init(&s->content, BUF_NO_LIMIT);
	buf_init(&s->back, BUF_NO_LIMIT);
	s->edit = edit;
	s->how = *how;
	s->how.actor = text(s, how->actor);
	s->name = audit_name(s->how.actor);
	s->how.comment = text(s, how->comment);
	s->how.via = text(s, how->via);
	s->end = &s->changes;
	s->renames_end = &s->renames;
	s->revision = newest + 1;
	if (edit)
		conf_edit_changes(edit, collect, s);
	if (edit)
		renames_collect(s);
	return s;
}

static void save_start(struct save *s, settings_saved_fn *done, void *arg)
{
	s->done = done;
	s->arg = arg;
	if (saving || writer_busy())
		s->err = ERR_BUSY;
	if (s->err != ERR_OK || (!s->changes && !s->of && !s->how.draft)) {
		loop_defer(save_idle, s);
		return;
	}
	if (!s->changes && !s->of) {
		s->write.run = draft_run;
		s->write.done = draft_done;
	}
	saving = true;
	s->write.db = DB_CONFIG;
	writer_put(&s->write);
}

void settings_commit(struct conf_edit *edit, const struct settings_commit *how,
    settings_saved_fn *done, void *arg)
{
	struct save *s = save_new(edit, how);

	s->write.run = save_run;
	s->write.done = save_done;
	if (waiting.revision)
		s->err = ERR_BUSY;
	save_start(s, done, arg);
}

void settings_save(struct conf_edit *edit, struct strv actor,
    struct strv comment, settings_saved_fn *done, void *arg)
{
	const struct settings_commit how = { .actor = actor,
		.comment = comment };

	settings_commit(edit, &how, done, arg);
}

/* --- keep and undo ------------------------------------------------------- */

static void keep_done(struct write *w)
{
	struct save *s = (struct save *)w;

	saving = false;
	s->err = w->err == ERR_OK ? ERR_OK : ERR_STORAGE;
	if (s->err == ERR_OK) {
		pending_clear();
		log_info("settings kept revision=%" PRId64 " actor=%.*s",
		    newest, STRV_ARG(s->name));
	}
	save_end(s);
}

void settings_keep(struct strv actor, struct strv via,
    settings_saved_fn *done, void *arg)
{
	struct save *s = save_new(NULL, &(struct settings_commit){
	    .actor = actor, .via = via });

	s->write.run = keep_run;
	s->write.done = keep_done;
	s->revision = newest;
	s->of = waiting.revision;
	if (!s->of)
		s->err = ERR_BUSY;
	save_start(s, done, arg);
}

/* The edit that brings a content back, all of it that can be set. */
static struct conf_edit *back_to(struct strv content, struct strv renamed)
{
	struct conf_edit *e = conf_edit_new();
	struct buf left_out;

	buf_init(&left_out, BUF_NO_LIMIT);
	(void)conf_edit_take(e, content, STRV(""), &left_out, NULL);
	if (left_out.n)
		log_warn("settings of the revision before left out: %s",
		    left_out.p);
	buf_deinit(&left_out);
	conf_edit_unrename(e, renamed);
	return e;
}

void settings_undo(const struct settings_commit *how,
    settings_saved_fn *done, void *arg)
{
	struct settings_commit undo = *how;
	struct save *s;

	undo.kind = REVISION_UNDO;
	undo.until = 0;
	s = save_new(back_to(buf_strv(&waiting.back),
	    buf_strv(&waiting.renamed)), &undo);
	s->write.run = save_run;
	s->write.done = save_done;
	s->of = waiting.revision;
	s->of_state = REVISION_UNDONE;
	if (!s->of)
		s->err = ERR_BUSY;
	save_start(s, done, arg);
}

/* --- at start ------------------------------------------------------------ */

enum err settings_force(struct conf_edit *edit,
    const struct settings_commit *how, int64_t of, enum revision_state state)
{
	struct db *db = db_writer(DB_CONFIG);
	struct save *s = save_new(edit, how);
	enum err e;

	s->of = of;
	s->of_state = state;
	e = db_exec(db, "BEGIN IMMEDIATE");
	if (e == ERR_OK)
		e = save_run(&s->write, db);
	if (e == ERR_OK)
		e = db_exec(db, "COMMIT");
	else
		(void)db_exec(db, "ROLLBACK");
	audit_ended(e == ERR_OK);
	if (e == ERR_OK) {
		committed(s);
		s->edit = NULL;
		conf_edit_install(edit);
	}
	save_free(s);
	return e;
}
