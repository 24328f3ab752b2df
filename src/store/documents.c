/* documents.c - XML documents of subscribers, on disk. */

#include "base/now.h"
#include "store/documents.h"

static void bind_key(struct stmt *s, uint64_t subscriber, struct strv usage,
    struct strv name)
{
	stmt_int(s, (int64_t)subscriber);
	stmt_text(s, usage);
	stmt_text(s, name);
}

enum err document_read(uint64_t subscriber, struct strv usage,
    struct strv name, struct buf *out)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT body "
	    "FROM document WHERE subscriber = ? AND usage = ? AND name = ?");
	bool found;
	enum err e;

	bind_key(s, subscriber, usage, name);
	found = stmt_row(s);
	if (found)
		buf_adds(out, col_text(s));
	e = stmt_end(s);
	return e == ERR_OK && !found ? ERR_NO_USER : e;
}

enum err document_owners(struct strv usage, struct strv name,
    document_owner_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT subscriber, key "
	    "FROM address WHERE place = 0 AND (EXISTS (SELECT 1 "
	    "FROM document WHERE document.subscriber = address.subscriber "
	    "AND usage = ? AND name = ?) OR EXISTS (SELECT 1 "
	    "FROM screening_rule WHERE screening_rule.subscriber = "
	    "address.subscriber)) ORDER BY key");

	stmt_text(s, usage);
	stmt_text(s, name);
	while (stmt_row(s)) {
		uint64_t subscriber = (uint64_t)col_int(s);

		if (!fn(subscriber, col_text(s), arg))
			break;
	}
	return stmt_stop(s);
}

static enum err end(struct stmt *s)
{
	return stmt_end(s) == ERR_OK ? ERR_OK : ERR_STORAGE;
}

enum err document_put(struct db *db, uint64_t subscriber, struct strv usage,
    struct strv name, struct strv body)
{
	struct stmt *s = stmt(db, "INSERT INTO document (subscriber, usage, "
	    "name, body, changed) VALUES (?, ?, ?, ?, ?) "
	    "ON CONFLICT (subscriber, usage, name) DO UPDATE SET "
	    "body = excluded.body, changed = excluded.changed");

	bind_key(s, subscriber, usage, name);
	stmt_text(s, body);
	stmt_int(s, now_ms());
	return end(s);
}

enum err document_delete(struct db *db, uint64_t subscriber,
    struct strv usage, struct strv name)
{
	struct stmt *s = stmt(db, "DELETE FROM document WHERE subscriber = ? "
	    "AND usage = ? AND name = ?");

	bind_key(s, subscriber, usage, name);
	return end(s);
}
