/* revisions.c - the revisions of the settings that are kept. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "store/audit.h"
#include "store/revisions.h"
#include "store/settings_priv.h"
#include "store/writer.h"

const char *revision_kind_name(enum revision_kind k)
{
	static const char *const names[] = {
		[REVISION_COMMIT] = "commit", [REVISION_ROLLBACK] = "rollback",
		[REVISION_UNDO] = "undo", [REVISION_RESCUE] = "rescue",
	};

	return names[k];
}

const char *revision_state_name(enum revision_state s)
{
	static const char *const names[] = {
		[REVISION_KEPT] = "kept", [REVISION_PENDING] = "pending",
		[REVISION_UNDONE] = "undone", [REVISION_FAILED] = "failed",
	};

	return names[s];
}

static struct strv shown(struct strv value, bool secret)
{
	return !value.p ? STRV("unset") : secret ? STRV("(set)") : value;
}

void revision_change_text(struct buf *b, struct strv path, struct strv was,
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

/* --- reading ------------------------------------------------------------- */

static enum err changes_of(int64_t revision, struct buf *out)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT path, was, will, "
	    "secret FROM revision_change WHERE revision = ? ORDER BY path");

	stmt_int(s, revision);
	while (stmt_row(s)) {
		struct strv path = col_text(s), was = col_text(s);
		struct strv will = col_text(s);

		revision_change_text(out, path, was, will, col_int(s) != 0);
	}
	return stmt_end(s);
}

/* The columns as all our statements name them. */
static void columns(struct stmt *s, struct revision_row *row)
{
	*row = (struct revision_row){ .id = col_int(s) };
	row->time = col_int(s);
	row->parent = col_int(s);
	row->kind = (enum revision_kind)col_int(s);
	row->state = (enum revision_state)col_int(s);
	row->pinned = col_int(s) != 0;
	row->actor = col_text(s);
	row->via = col_text(s);
	row->comment = col_text(s);
	row->digest = col_text(s);
}

enum err revision_each(int64_t before, int64_t limit, revision_fn *fn,
    void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT id, time, parent, "
	    "kind, state, pinned, actor, via, comment, digest "
	    "FROM revision WHERE id < ? ORDER BY id DESC LIMIT ?");
	struct revision_row row;
	struct buf changes;
	enum err e = ERR_OK;

	buf_init(&changes, BUF_NO_LIMIT);
	stmt_int(s, before ? before : INT64_MAX);
	stmt_int(s, limit);
	while (e == ERR_OK && stmt_row(s)) {
		columns(s, &row);
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

enum err revision_read(int64_t id, revision_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT id, time, parent, "
	    "kind, state, pinned, actor, via, comment, digest, content "
	    "FROM revision WHERE id = ?");
	struct revision_row row;
	struct buf changes;
	enum err e = ERR_NO_USER;

	buf_init(&changes, BUF_NO_LIMIT);
	stmt_int(s, id);
	if (stmt_row(s)) {
		columns(s, &row);
		row.content = col_text(s);
		e = changes_of(id, &changes);
		row.changes = buf_strv(&changes);
		if (e == ERR_OK)
			fn(&row, arg);
	}
	if (stmt_stop(s) != ERR_OK)
		e = ERR_STORAGE;
	buf_deinit(&changes);
	return e;
}

/* --- for the core -------------------------------------------------------- */

struct fetch {
	struct write write;
	int64_t id;
	struct buf content, renamed;
	revision_content_fn *done;
	void *arg;
};

static enum err fetch_run(struct write *w, struct db *db)
{
	struct fetch *f = (struct fetch *)w;
	struct stmt *s = stmt(db, "SELECT content FROM revision "
	    "WHERE id = ? AND content IS NOT NULL");
	bool there;

	stmt_int(s, f->id);
	there = stmt_row(s);
	if (there)
		buf_adds(&f->content, col_text(s));
	if (stmt_stop(s) != ERR_OK ||
	    renames_after(db, f->id, &f->renamed) != ERR_OK)
		return ERR_STORAGE;
	return there ? ERR_OK : ERR_NO_USER;
}

static void fetch_done(struct write *w)
{
	struct fetch *f = (struct fetch *)w;

	f->done(w->err, buf_strv(&f->content), buf_strv(&f->renamed), f->arg);
	buf_deinit(&f->content);
	buf_deinit(&f->renamed);
	free(f);
}

void revision_fetch(int64_t id, revision_content_fn *done, void *arg)
{
	struct fetch *f = xalloc(sizeof(*f));

	f->write = (struct write){ .db = DB_CONFIG, .run = fetch_run,
		.done = fetch_done };
	f->id = id;
	f->done = done;
	f->arg = arg;
	buf_init(&f->content, BUF_NO_LIMIT);
	buf_init(&f->renamed, BUF_NO_LIMIT);
	writer_put(&f->write);
}

struct pin {
	struct write write;
	int64_t id;
	bool pinned;
	char *actor;
	revision_done_fn *done;
	void *arg;
};

static enum err pin_run(struct write *w, struct db *db)
{
	struct pin *p = (struct pin *)w;
	struct stmt *s = stmt(db, "UPDATE revision SET pinned = ? "
	    "WHERE id = ?");
	char object[32];
	enum err e;

	stmt_int(s, p->pinned);
	stmt_int(s, p->id);
	e = stmt_end(s);
	if (e != ERR_OK || db_changes(db) == 0)
		return e == ERR_OK ? ERR_NO_USER : e;
	(void)snprintf(object, sizeof(object), "revision %" PRId64, p->id);
	return audit_put(db, strv(p->actor), STRV("configuration pin"),
	    strv(object), p->pinned ? STRV("on") : STRV("off"));
}

static void pin_done(struct write *w)
{
	struct pin *p = (struct pin *)w;

	p->done(w->err, p->arg);
	free(p->actor);
	free(p);
}

void revision_pin(int64_t id, bool pinned, struct strv actor,
    revision_done_fn *done, void *arg)
{
	struct pin *p = xalloc(sizeof(*p));

	p->write = (struct write){ .db = DB_CONFIG, .run = pin_run,
		.done = pin_done };
	p->id = id;
	p->pinned = pinned;
	p->actor = xstrndup(actor.p, actor.n);
	p->done = done;
	p->arg = arg;
	writer_put(&p->write);
}
