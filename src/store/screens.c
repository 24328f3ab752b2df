/* screens.c - the rows behind dir/screening.h. */

#include "store/screens.h"

static enum err give(struct stmt *s, screen_row_fn *fn, void *arg)
{
	struct screen_row r;

	while (stmt_row(s)) {
		r.id = col_int(s);
		r.subscriber = (uint64_t)col_int(s);
		r.address = col_text(s);
		r.pattern = col_text(s);
		r.effect = (int)col_int(s);
		if (!fn(&r, arg))
			break;
	}
	return stmt_stop(s);
}

enum err screens_each_rule(int64_t after, screen_row_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT "
	    "screening_rule.id, coalesce(screening_rule.subscriber, 0), "
	    "address.key, screening_rule.pattern, screening_rule.effect "
	    "FROM screening_rule LEFT JOIN address "
	    "ON address.subscriber = screening_rule.subscriber "
	    "AND address.place = 0 WHERE screening_rule.id > ? "
	    "ORDER BY screening_rule.id");

	stmt_int(s, after);
	return give(s, fn, arg);
}

enum err screens_of(uint64_t subscriber, screen_row_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT id, subscriber, "
	    "NULL, pattern, effect FROM screening_rule "
	    "WHERE subscriber = ? ORDER BY pattern");

	stmt_int(s, (int64_t)subscriber);
	return give(s, fn, arg);
}

enum err screens_each_wish(screen_row_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT subscriber, "
	    "subscriber, NULL, quiet, anonymous FROM screening_wish");

	return give(s, fn, arg);
}

/* --- writes --------------------------------------------------------------- */

static enum err end(struct stmt *s)
{
	return stmt_end(s) == ERR_OK ? ERR_OK : ERR_STORAGE;
}

enum err screen_rule_delete(struct db *db, uint64_t subscriber,
    struct strv pattern)
{
	struct stmt *s = stmt(db, "DELETE FROM screening_rule "
	    "WHERE subscriber IS nullif(?, 0) AND pattern = ?");

	stmt_int(s, (int64_t)subscriber);
	stmt_text(s, pattern);
	return end(s);
}

enum err screen_rule_put(struct db *db, uint64_t subscriber,
    struct strv pattern, int effect)
{
	enum err e = screen_rule_delete(db, subscriber, pattern);
	struct stmt *s;

	if (e != ERR_OK)
		return e;
	s = stmt(db, "INSERT INTO screening_rule (subscriber, pattern, "
	    "effect) VALUES (nullif(?, 0), ?, ?)");
	stmt_int(s, (int64_t)subscriber);
	stmt_text(s, pattern);
	stmt_int(s, effect);
	return end(s);
}

enum err screen_wish_put(struct db *db, uint64_t subscriber,
    struct strv quiet, int anonymous)
{
	struct stmt *s = stmt(db, "INSERT INTO screening_wish (subscriber, "
	    "quiet, anonymous) VALUES (?, ?, ?) ON CONFLICT (subscriber) "
	    "DO UPDATE SET quiet = excluded.quiet, "
	    "anonymous = excluded.anonymous");

	stmt_int(s, (int64_t)subscriber);
	stmt_text(s, quiet.p ? quiet : STRV(""));
	stmt_int(s, anonymous);
	return end(s);
}
