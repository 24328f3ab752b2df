/* settings_fill.c - the content of a revision that kept its changes only. */

#include <stdlib.h>

#include "base/alloc.h"
#include "conf/draft.h"
#include "store/settings_priv.h"

struct fill {
	struct write write;
	int64_t revision;
	struct buf content, secrets;	/* secrets: sealed, one to a line */
};

static void fill_secret(const struct conf_section *s, const char *name,
    const struct conf_row *row, const char *text, bool given, void *arg)
{
	struct fill *f = arg;

	(void)s;
	(void)name;
	(void)given;
	if (row->type == CONF_SECRET)
		buf_addf(&f->secrets, "%s\n", text);
}

static enum err fill_run(struct write *w, struct db *db)
{
	struct fill *f = (struct fill *)w;
	struct strv rest = buf_strv(&f->secrets);
	char digest[CONF_DIGEST];
	struct stmt *s;
	enum err e = ERR_OK;

	while (e == ERR_OK && rest.n)
		e = secret_put(db, strv_split(rest, '\n', &rest));
	if (e != ERR_OK)
		return e;
	conf_digest(buf_strv(&f->content), digest);
	s = stmt(db, "UPDATE revision SET content = ?, digest = ? "
	    "WHERE id = ? AND content IS NULL");
	stmt_text(s, buf_strv(&f->content));
	stmt_text(s, strv(digest));
	stmt_int(s, f->revision);
	return stmt_end(s);
}

static void fill_done(struct write *w)
{
	struct fill *f = (struct fill *)w;

	buf_deinit(&f->content);
	buf_deinit(&f->secrets);
	free(f);
}

/* Else nobody could come back to it. */
enum err content_fill(int64_t newest)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT 1 FROM revision "
	    "WHERE id = ? AND content IS NULL");
	struct fill *f;
	bool missing;

	stmt_int(s, newest);
	missing = stmt_row(s);
	if (stmt_stop(s) != ERR_OK)
		return ERR_STORAGE;
	if (!missing)
		return ERR_OK;
	f = xalloc(sizeof(*f));
	buf_init(&f->content, BUF_NO_LIMIT);
	buf_init(&f->secrets, BUF_NO_LIMIT);
	conf_content(NULL, &f->content);
	conf_each(false, fill_secret, f);
	f->revision = newest;
	f->write = (struct write){ .db = DB_CONFIG, .run = fill_run,
		.done = fill_done };
	writer_put(&f->write);
	return ERR_OK;
}
