/* starts.c - starts that did not become ready; and what is undone then. */

#define LOG_UNIT "conf"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "conf/draft.h"
#include "store/settings_priv.h"
#include "store/writer.h"

static bool guarded;

void settings_guard(void)
{
	guarded = true;
}

/* --- coming back to a content -------------------------------------------- */

static enum err back_to(struct strv content, struct strv renamed,
    enum revision_kind kind, const char *comment, int64_t of,
    enum revision_state state)
{
	struct settings_commit how = { .actor = STRV("parleyd"),
		.comment = strv(comment), .kind = kind };
	struct conf_edit *e = conf_edit_new();
	struct buf left_out;

	buf_init(&left_out, BUF_NO_LIMIT);
	(void)conf_edit_take(e, content, STRV(""), &left_out, NULL);
	if (left_out.n)
		log_warn("settings left out: %s", left_out.p);
	buf_deinit(&left_out);
	conf_edit_unrename(e, renamed);
	return settings_force(e, &how, of, state);
}

/* Nobody kept it before we ended: a crash is no way to keep. */
static enum err pending_undo(const struct settings_pending *p)
{
	struct buf comment, content, renamed;
	enum err e;

	buf_init(&comment, 256);
	buf_init(&content, BUF_NO_LIMIT);
	buf_init(&renamed, BUF_NO_LIMIT);
	buf_adds(&content, buf_strv(&p->back));
	buf_adds(&renamed, buf_strv(&p->renamed));
	buf_addf(&comment, "revision %" PRId64 " of %s was not kept before "
	    "the daemon ended", p->revision, p->actor);
	log_warn("%s: undone", comment.p);
	e = back_to(buf_strv(&content), buf_strv(&renamed), REVISION_UNDO,
	    comment.p, p->revision, REVISION_UNDONE);
	buf_deinit(&comment);
	buf_deinit(&content);
	buf_deinit(&renamed);
	return e;
}

/* --- counting ------------------------------------------------------------ */

struct tries {
	int64_t n, first;
};

/* Of the newest revision, unless it has started well before. */
static enum err tries_load(struct tries *t)
{
	struct stmt *s = stmt(db_writer(DB_CONFIG), "SELECT s.tries, s.first "
	    "FROM start s JOIN revision r ON r.id = s.revision "
	    "WHERE s.revision = ? AND r.started = 0");

	*t = (struct tries){ 0 };
	stmt_int(s, settings_revision());
	if (stmt_row(s)) {
		t->n = col_int(s);
		t->first = col_int(s);
	}
	return stmt_stop(s);
}

static enum err tries_save(const struct tries *t)
{
	struct stmt *s;
	enum err e = db_exec(db_writer(DB_CONFIG), "DELETE FROM start");

	if (e != ERR_OK)
		return e;
	s = stmt(db_writer(DB_CONFIG), "INSERT INTO start "
	    "(revision, tries, first) VALUES (?, ?, ?)");
	stmt_int(s, settings_revision());
	stmt_int(s, t->n);
	stmt_int(s, t->first);
	return stmt_end(s);
}

/* The newest kept one that is not like any that failed. */
static enum err kept_find(struct buf *content, int64_t *id)
{
	struct stmt *s = stmt(db_writer(DB_CONFIG), "SELECT id, content "
	    "FROM revision WHERE id < ? AND state = ? AND content IS NOT NULL "
	    "AND digest NOT IN (SELECT digest FROM revision "
	    "WHERE state = ? OR id = ?) ORDER BY id DESC LIMIT 1");

	*id = 0;
	stmt_int(s, settings_revision());
	stmt_int(s, REVISION_KEPT);
	stmt_int(s, REVISION_FAILED);
	stmt_int(s, settings_revision());
	if (stmt_row(s)) {
		*id = col_int(s);
		buf_adds(content, col_text(s));
	}
	return stmt_stop(s);
}

static enum err rescue(void)
{
	int64_t failed = settings_revision(), id;
	struct buf comment, content, renamed;
	enum err e;

	buf_init(&comment, 256);
	buf_init(&content, BUF_NO_LIMIT);
	buf_init(&renamed, BUF_NO_LIMIT);
	e = kept_find(&content, &id);
	if (e == ERR_OK)
		e = renames_after(db_writer(DB_CONFIG), id, &renamed);
	if (e == ERR_OK) {
		buf_addf(&comment, "revision %" PRId64 " did not start %d "
		    "times; ", failed, STARTS_FAILED);
		if (id)
			buf_addf(&comment, "revision %" PRId64 " is in force "
			    "again", id);
		else
			buf_addz(&comment, "everything has its default");
		log_err("%s", comment.p);
		e = back_to(buf_strv(&content), buf_strv(&renamed),
		    REVISION_RESCUE, comment.p, failed, REVISION_FAILED);
	}
	buf_deinit(&comment);
	buf_deinit(&content);
	buf_deinit(&renamed);
	return e;
}

enum err starts_check(void)
{
	const struct settings_pending *p = settings_pending();
	struct tries t;
	enum err e;

	if (!guarded)
		return ERR_OK;
	guarded = false;
	if (p && pending_undo(p) != ERR_OK) {
		log_warn("it is undone as soon as the disk takes it");
		pending_expire();
	}
	e = tries_load(&t);
	if (e != ERR_OK || settings_revision() == 0)
		return e;
	if (t.n && now_ms() - t.first > STARTS_MS)
		t.n = 0;
	if (t.n >= STARTS_FAILED) {
		e = rescue();
		t.n = 0;
	}
	if (t.n++ == 0)
		t.first = now_ms();
	/* on a full disk we are there to say so, and to end what fills it */
	if (e == ERR_OK && tries_save(&t) != ERR_OK)
		log_warn("this start cannot be counted");
	return e;
}

/* --- ready --------------------------------------------------------------- */

struct ready {
	struct write write;
	int64_t revision;
};

static enum err ready_run(struct write *w, struct db *db)
{
	struct stmt *s = stmt(db, "UPDATE revision SET started = 1 "
	    "WHERE id = ?");
	enum err e;

	stmt_int(s, ((struct ready *)w)->revision);
	e = stmt_end(s);
	return e == ERR_OK ? db_exec(db, "DELETE FROM start") : e;
}

static void ready_done(struct write *w)
{
	free(w);
}

void settings_started(void)
{
	struct ready *r = xalloc(sizeof(*r));

	r->write = (struct write){ .db = DB_CONFIG, .run = ready_run,
		.done = ready_done };
	r->revision = settings_revision();
	writer_put(&r->write);
}
