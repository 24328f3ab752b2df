/* settings_write.c - one revision into the database, in one transaction. */

#include <inttypes.h>
#include <stdio.h>

#include "base/now.h"
#include "conf/draft.h"
#include "store/audit.h"
#include "store/revisions.h"
#include "store/settings_priv.h"

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

enum err secret_put(struct db *db, struct strv sealed)
{
	struct stmt *s;
	struct buf ref;
	enum err e;

	buf_init(&ref, 64);
	conf_secret_ref(sealed, &ref);
	s = stmt(db, "INSERT INTO secret (ref, sealed) VALUES (?, ?) "
	    "ON CONFLICT (ref) DO NOTHING");
	stmt_text(s, buf_strv(&ref));
	stmt_text(s, sealed);
	e = stmt_end(s);	/* what is bound stays until then */
	buf_deinit(&ref);
	return e;
}

/* Thousands of lines on a large site: not for the core. */
static void contents(struct save *save, char digest[CONF_DIGEST])
{
	buf_clear(&save->content);
	buf_clear(&save->back);
	conf_content(save->edit, &save->content);
	conf_digest(buf_strv(&save->content), digest);
	if (save->how.until)
		conf_content_before(save->edit, &save->back);
}

static enum err revision_put(struct db *db, struct save *save)
{
	char digest[CONF_DIGEST];
	struct stmt *s = stmt(db, "INSERT INTO revision (id, time, actor, "
	    "comment, parent, via, kind, state, content, digest, renamed) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	struct buf renamed;
	enum err e;

	contents(save, digest);
	buf_init(&renamed, BUF_NO_LIMIT);
	renames_text(save->renames, &renamed);
	stmt_int(s, save->revision);
	stmt_int(s, now_ms());
	stmt_text(s, save->name);
	stmt_text(s, save->how.comment);
	stmt_int(s, save->revision - 1);
	stmt_text(s, save->how.via);
	stmt_int(s, save->how.kind);
	stmt_int(s, save->how.until ? REVISION_PENDING : REVISION_KEPT);
	stmt_text(s, buf_strv(&save->content));
	stmt_text(s, strv(digest));
	stmt_text(s, buf_strv(&renamed));
	e = stmt_end(s);	/* what is bound stays until then */
	buf_deinit(&renamed);
	return e;
}

static enum err pending_put(struct db *db, const struct save *save)
{
	struct stmt *s;

	if (!save->how.until)
		return ERR_OK;
	s = stmt(db, "INSERT INTO pending (revision, until, actor) "
	    "VALUES (?, ?, ?)");
	stmt_int(s, save->revision);
	stmt_int(s, save->how.until);
	stmt_text(s, save->name);
	return stmt_end(s);
}

/* The one before is kept, or taken back. */
static enum err pending_end(struct db *db, int64_t revision,
    enum revision_state state)
{
	struct stmt *s = stmt(db, "UPDATE revision SET state = ? "
	    "WHERE id = ?");
	enum err e;

	stmt_int(s, state);
	stmt_int(s, revision);
	e = stmt_end(s);
	return e == ERR_OK ? db_exec(db, "DELETE FROM pending") : e;
}

static enum err draft_delete(struct db *db, int64_t id)
{
	struct stmt *s;

	if (!id)
		return ERR_OK;
	s = stmt(db, "DELETE FROM draft WHERE id = ?");
	stmt_int(s, id);
	return stmt_end(s);
}

static enum err prune(struct db *db, int64_t revision)
{
	struct stmt *s = stmt(db, "DELETE FROM revision_change "
	    "WHERE revision IN (SELECT id FROM revision "
	    "WHERE id <= ? AND pinned = 0)");
	enum err e;

	stmt_int(s, revision - REVISIONS_KEPT);
	e = stmt_end(s);
	if (e != ERR_OK)
		return e;
	s = stmt(db, "DELETE FROM revision WHERE id <= ? AND pinned = 0");
	stmt_int(s, revision - REVISIONS_KEPT);
	return stmt_end(s);
}

static enum err audit_save(struct db *db, const struct save *save)
{
	static const char *const actions[] = {
		[REVISION_COMMIT] = "configuration commit",
		[REVISION_ROLLBACK] = "configuration rollback",
		[REVISION_UNDO] = "configuration undo",
		[REVISION_RESCUE] = "configuration rescue",
	};
	struct buf detail;
	char object[32];
	enum err e;

	buf_init(&detail, BUF_NO_LIMIT);
	for (const struct change *c = save->changes; c; c = c->next)
		revision_change_text(&detail, c->path, c->was, c->will,
		    c->secret);
	(void)snprintf(object, sizeof(object), "revision %" PRId64,
	    save->revision);
	e = audit_put(db, save->how.actor, save->edit ?
	    strv(actions[save->how.kind]) : STRV("configuration keep"),
	    strv(object), buf_strv(&detail));
	buf_deinit(&detail);
	return e;
}

enum err save_run(struct write *w, struct db *db)
{
	struct save *save = (struct save *)w;
	enum err e = revision_put(db, save);

	for (const struct change *c = save->changes; c && e == ERR_OK;
	    c = c->next) {
		e = setting_put(db, c);
		if (e == ERR_OK)
			e = change_put(db, save->revision, c);
		if (e == ERR_OK && c->secret && c->will.p)
			e = secret_put(db, c->will);
	}
	if (e == ERR_OK && save->of)
		e = pending_end(db, save->of, save->of_state);
	if (e == ERR_OK)
		e = pending_put(db, save);
	if (e == ERR_OK)
		e = draft_delete(db, save->how.draft);
	if (e == ERR_OK)
		e = renames_run(db, save->renames);
	if (e == ERR_OK)
		e = prune(db, save->revision);
	return e == ERR_OK ? audit_save(db, save) : e;
}

enum err keep_run(struct write *w, struct db *db)
{
	struct save *s = (struct save *)w;
	enum err e = pending_end(db, s->of, REVISION_KEPT);

	return e == ERR_OK ? audit_save(db, s) : e;
}

enum err draft_run(struct write *w, struct db *db)
{
	struct save *s = (struct save *)w;
	enum err e = draft_delete(db, s->how.draft);

	return e != ERR_OK ? e : audit_put(db, s->how.actor,
	    STRV("configuration commit"), STRV("draft"),
	    STRV("nothing to change\n"));
}
