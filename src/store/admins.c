/* admins.c - administrators on disk. */

#include "store/admins.h"

static bool take(char *to, size_t size, struct strv s)
{
	if (s.n >= size)
		return false;
	if (s.n)
		memcpy(to, s.p, s.n);
	to[s.n] = 0;
	return true;
}

static struct strv or_null(const char *s)
{
	return s[0] ? strv(s) : STRV_NONE;
}

enum err admins_each(admin_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT id, name, "
	    "unix_user, password, roles, totp, totp_step, created, changed "
	    "FROM admin ORDER BY name");

	while (stmt_row(s)) {
		struct admin a = { .id = col_int(s) };
		bool ok = take(a.name, sizeof(a.name), col_text(s));

		ok &= take(a.unix_user, sizeof(a.unix_user), col_text(s));
		ok &= take(a.password, sizeof(a.password), col_text(s));
		a.roles = (unsigned)col_int(s);
		ok &= take(a.totp, sizeof(a.totp), col_text(s));
		a.totp_step = col_int(s);
		a.created = col_int(s);
		a.changed = col_int(s);
		if (ok)
			fn(&a, arg);
		explicit_bzero(a.password, sizeof(a.password));
	}
	return stmt_end(s);
}

enum err admin_add(struct db *db, const struct admin *a)
{
	struct stmt *s = stmt(db, "INSERT INTO admin (id, name, unix_user, "
	    "password, roles, totp, totp_step, created, changed) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");

	stmt_int(s, a->id);
	stmt_text(s, strv(a->name));
	stmt_text(s, or_null(a->unix_user));
	stmt_text(s, or_null(a->password));
	stmt_int(s, a->roles);
	stmt_text(s, or_null(a->totp));
	stmt_int(s, a->totp_step);
	stmt_int(s, a->created);
	stmt_int(s, a->changed);
	return stmt_end(s);
}

#define FIELD(bit, column, place) column " = CASE WHEN ?2 & " bit \
	" THEN " place " ELSE " column " END, "

enum err admin_set(struct db *db, const struct admin *a, unsigned fields)
{
	struct stmt *s = stmt(db, "UPDATE admin SET "
	    FIELD("1", "password", "?3") FIELD("2", "roles", "?4")
	    FIELD("4", "unix_user", "?5") FIELD("8", "totp", "?6")
	    FIELD("16", "totp_step", "?7") "changed = ?8 WHERE id = ?1");
	enum err e;

	stmt_int(s, a->id);
	stmt_int(s, fields);
	stmt_text(s, or_null(a->password));
	stmt_int(s, a->roles);
	stmt_text(s, or_null(a->unix_user));
	stmt_text(s, or_null(a->totp));
	stmt_int(s, a->totp_step);
	stmt_int(s, a->changed);
	e = stmt_end(s);
	return e != ERR_OK ? e : db_changes(db) ? ERR_OK : ERR_NO_USER;
}

enum err admin_delete(struct db *db, int64_t id)
{
	struct stmt *s = stmt(db, "DELETE FROM admin WHERE id = ?");

	stmt_int(s, id);
	return stmt_end(s);
}

static enum err one_int(struct stmt *s, int64_t *n)
{
	*n = stmt_row(s) ? col_int(s) : 0;
	return stmt_stop(s);
}

enum err admins_count(struct db *db, int64_t *n)
{
	return one_int(stmt(db, "SELECT count(*) FROM admin"), n);
}

enum err admins_count_others(struct db *db, int64_t id, unsigned role,
    int64_t *n)
{
	struct stmt *s = stmt(db, "SELECT count(*) FROM admin "
	    "WHERE id != ? AND roles & ? != 0");

	stmt_int(s, id);
	stmt_int(s, role);
	return one_int(s, n);
}

/* --- tokens --------------------------------------------------------------- */

enum err admin_tokens_each(admin_token_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT id, admin, name, "
	    "hash, roles, source, created, expires, used FROM admin_token "
	    "ORDER BY created");

	while (stmt_row(s)) {
		struct admin_token t = { 0 };
		bool ok = take(t.id, sizeof(t.id), col_text(s));
		struct strv hash;

		t.admin = col_int(s);
		ok &= take(t.name, sizeof(t.name), col_text(s));
		hash = col_text(s);
		ok &= hash.n == sizeof(t.hash);
		if (ok)
			memcpy(t.hash, hash.p, sizeof(t.hash));
		t.roles = (unsigned)col_int(s);
		ok &= take(t.source, sizeof(t.source), col_text(s));
		t.created = col_int(s);
		t.expires = col_int(s);
		t.used = col_int(s);
		if (ok)
			fn(&t, arg);
	}
	return stmt_end(s);
}

enum err admin_token_add(struct db *db, const struct admin_token *t)
{
	struct stmt *s = stmt(db, "INSERT INTO admin_token (id, admin, name, "
	    "hash, roles, source, created, expires, used) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");

	stmt_text(s, strv(t->id));
	stmt_int(s, t->admin);
	stmt_text(s, strv(t->name));
	stmt_blob(s, (struct strv){ (const char *)t->hash,
	    sizeof(t->hash) });
	stmt_int(s, t->roles);
	stmt_text(s, strv(t->source));
	stmt_int(s, t->created);
	stmt_int(s, t->expires);
	stmt_int(s, t->used);
	return stmt_end(s);
}

enum err admin_token_used(struct db *db, const struct admin_token *t)
{
	struct stmt *s = stmt(db, "UPDATE admin_token SET used = ? "
	    "WHERE id = ?");

	stmt_int(s, t->used);
	stmt_text(s, strv(t->id));
	return stmt_end(s);
}

enum err admin_token_delete(struct db *db, const char *id)
{
	struct stmt *s = stmt(db, "DELETE FROM admin_token WHERE id = ?");

	stmt_text(s, strv(id));
	return stmt_end(s);
}

/* --- recovery codes ------------------------------------------------------- */

enum err admin_recovery_set(struct db *db, int64_t admin,
    const unsigned char (*hashes)[ADMIN_KEY], size_t n)
{
	struct stmt *s = stmt(db, "DELETE FROM admin_recovery "
	    "WHERE admin = ?");
	enum err e;

	stmt_int(s, admin);
	e = stmt_end(s);
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		s = stmt(db, "INSERT INTO admin_recovery (admin, hash) "
		    "VALUES (?, ?)");
		stmt_int(s, admin);
		stmt_blob(s, (struct strv){ (const char *)hashes[i],
		    ADMIN_KEY });
		e = stmt_end(s);
	}
	return e;
}

enum err admin_recovery_use(struct db *db, int64_t admin,
    const unsigned char hash[ADMIN_KEY])
{
	struct stmt *s = stmt(db, "DELETE FROM admin_recovery "
	    "WHERE admin = ? AND hash = ?");
	enum err e;

	stmt_int(s, admin);
	stmt_blob(s, (struct strv){ (const char *)hash, ADMIN_KEY });
	e = stmt_end(s);
	return e != ERR_OK ? e : db_changes(db) ? ERR_OK : ERR_NO_USER;
}
