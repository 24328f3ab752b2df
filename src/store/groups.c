/* groups.c - pre-defined groups and their members on disk. */

#include "store/groups.h"

#define GROUP_COLUMNS \
	"id, key, written, subject, state, may_send, may_see, closed, " \
	"max_size, reports, copy, created, changed"

static void read_group(struct stmt *s, struct group_row *g)
{
	g->id = (uint64_t)col_int(s);
	g->key = col_text(s);
	g->written = col_text(s);
	g->subject = col_text(s);
	g->state = (enum group_state)col_int(s);
	g->may_send = (enum group_who)col_int(s);
	g->may_see = (enum group_who)col_int(s);
	g->closed = col_int(s) != 0;
	g->max_size = col_int(s);
	g->reports = (enum group_reports)col_int(s);
	g->copy = col_int(s) != 0;
	g->created = col_int(s);
	g->changed = col_int(s);
}

static void read_member(struct stmt *s, struct member_row *m)
{
	m->group = (uint64_t)col_int(s);
	m->key = col_text(s);
	m->role = (enum group_role)col_int(s);
	m->added = col_int(s);
}

/* --- looking -------------------------------------------------------------- */

enum err groups_each(group_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT " GROUP_COLUMNS
	    " FROM grp ORDER BY id");
	struct group_row g;

	while (stmt_row(s)) {
		read_group(s, &g);
		fn(&g, arg);
	}
	return stmt_end(s);
}

enum err members_each(member_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT grp, key, role, "
	    "added FROM grp_member ORDER BY grp, key");
	struct member_row m;

	while (stmt_row(s)) {
		read_member(s, &m);
		fn(&m, arg);
	}
	return stmt_end(s);
}

static bool begins(struct strv s, struct strv prefix)
{
	return s.n >= prefix.n && strv_eq((struct strv){ s.p, prefix.n },
	    prefix);
}

enum err groups_list(struct strv prefix, struct strv after,
    group_list_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT " GROUP_COLUMNS
	    ", (SELECT count(*) FROM grp_member WHERE grp = grp.id) "
	    "FROM grp WHERE key >= ? AND key > ? ORDER BY key");
	struct group_row g;
	bool more = true;

	stmt_text(s, prefix.p ? prefix : STRV(""));
	stmt_text(s, after.p ? after : STRV(""));
	while (more && stmt_row(s)) {
		read_group(s, &g);
		more = begins(g.key, prefix) && fn(&g, col_int(s), arg);
	}
	return stmt_stop(s);
}

static enum err find_group(struct strv key, int64_t *id)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG),
	    "SELECT id FROM grp WHERE key = ?");
	bool found;
	enum err e;

	stmt_text(s, key);
	found = stmt_row(s);
	if (found)
		*id = col_int(s);
	e = stmt_end(s);
	return e == ERR_OK && !found ? ERR_NO_USER : e;
}

enum err members_list(struct strv group, struct strv after,
    member_list_fn *fn, void *arg)
{
	struct member_row m;
	struct stmt *s;
	bool more = true;
	int64_t id = 0;
	enum err e = find_group(group, &id);

	if (e != ERR_OK)
		return e;
	s = stmt(db_reader(DB_CONFIG), "SELECT grp, key, role, added "
	    "FROM grp_member WHERE grp = ? AND key > ? ORDER BY key");
	stmt_int(s, id);
	stmt_text(s, after.p ? after : STRV(""));
	while (more && stmt_row(s)) {
		read_member(s, &m);
		more = fn(&m, arg);
	}
	return stmt_stop(s);
}

/* --- writes --------------------------------------------------------------- */

static enum err end(struct stmt *s)
{
	return stmt_end(s) == ERR_OK ? ERR_OK : ERR_STORAGE;
}

/* All but id, key, written and created. */
static void bind_rules(struct stmt *s, const struct group_row *g)
{
	stmt_text(s, g->subject);
	stmt_int(s, g->state);
	stmt_int(s, g->may_send);
	stmt_int(s, g->may_see);
	stmt_int(s, g->closed);
	stmt_int(s, g->max_size);
	stmt_int(s, g->reports);
	stmt_int(s, g->copy);
	stmt_int(s, g->changed);
}

enum err group_add(struct db *db, const struct group_row *g)
{
	struct stmt *s = stmt(db, "INSERT INTO grp (subject, state, may_send, "
	    "may_see, closed, max_size, reports, copy, changed, id, key, "
	    "written, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	bind_rules(s, g);
	stmt_int(s, (int64_t)g->id);
	stmt_text(s, g->key);
	stmt_text(s, g->written);
	stmt_int(s, g->created);
	return end(s);
}

enum err group_set(struct db *db, const struct group_row *g)
{
	struct stmt *s = stmt(db, "UPDATE grp SET subject = ?, state = ?, "
	    "may_send = ?, may_see = ?, closed = ?, max_size = ?, "
	    "reports = ?, copy = ?, changed = ? WHERE id = ?");

	bind_rules(s, g);
	stmt_int(s, (int64_t)g->id);
	return end(s);
}

/* its members go with it */
enum err group_delete(struct db *db, uint64_t id)
{
	struct stmt *s = stmt(db, "DELETE FROM grp WHERE id = ?");

	stmt_int(s, (int64_t)id);
	return end(s);
}

enum err member_put(struct db *db, const struct member_row *m)
{
	struct stmt *s = stmt(db, "INSERT INTO grp_member (grp, key, role, "
	    "added) VALUES (?, ?, ?, ?) ON CONFLICT (grp, key) DO UPDATE "
	    "SET role = excluded.role");

	stmt_int(s, (int64_t)m->group);
	stmt_text(s, m->key);
	stmt_int(s, m->role);
	stmt_int(s, m->added);
	return end(s);
}

enum err member_delete(struct db *db, uint64_t group, struct strv key)
{
	struct stmt *s = stmt(db,
	    "DELETE FROM grp_member WHERE grp = ? AND key = ?");

	stmt_int(s, (int64_t)group);
	stmt_text(s, key);
	return end(s);
}

enum err member_delete_all(struct db *db, struct strv key)
{
	struct stmt *s = stmt(db, "DELETE FROM grp_member WHERE key = ?");

	stmt_text(s, key);
	return end(s);
}
