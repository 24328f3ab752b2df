/* backup_check.c - is what was taken out of a backup whole, and ours? */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hex.h"
#include "store/audit.h"
#include "store/backup_priv.h"
#include "store/db_priv.h"

struct checking {
	const char *dir;
	const struct backup_list *l;
	struct buf *found, *why;
	struct db *db;
	enum db_which which;
};

static enum err bad(struct checking *k, const char *what)
{
	if (!k->why->n)
		buf_addf(k->why, "%s.db of this backup: %s",
		    db_name(k->which), what);
	return ERR_BAD_CONTENT;
}

static int64_t count(struct checking *k, const char *sql)
{
	struct stmt *s = stmt(k->db, sql);
	int64_t n = stmt_row(s) ? col_int(s) : -1;

	return stmt_stop(s) == ERR_OK ? n : -1;
}

/* --- the schema ------------------------------------------------------------------ */

/*
 * SQLite makes some of it itself.  That is told by its text, and not by its
 * name, which a file that was made by hand can give to anything.  In such a
 * file a text may hold a NUL, after which SQLite reads no further.
 */
#define SCHEMA "SELECT group_concat(type || ' ' || name || ' ' || sql, " \
	"char(10)) FROM (SELECT type, name, sql FROM sqlite_schema " \
	"WHERE sql IS NOT NULL AND sql NOT IN (" \
	"'CREATE TABLE sqlite_sequence(name,seq)', " \
	"'CREATE TABLE sqlite_stat1(tbl,idx,stat)', " \
	"'CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)') " \
	"ORDER BY type, name)"

static void schema_of(sqlite3 *h, struct buf *b)
{
	sqlite3_stmt *s = NULL;
	const void *p;

	if (sqlite3_prepare_v2(h, SCHEMA, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW) {
		p = sqlite3_column_text(s, 0);
		buf_add(b, p, (size_t)sqlite3_column_bytes(s, 0));
	}
	(void)sqlite3_finalize(s);
}

/*
 * Exactly what our own migrations make of an empty one: a trigger or a view
 * that somebody slipped in would run with our next write.
 */
static bool is_ours(struct checking *k, int version)
{
	sqlite3 *h = NULL;
	struct buf want, have;
	bool same;

	buf_init(&want, BUF_NO_LIMIT);
	buf_init(&have, BUF_NO_LIMIT);
	schema_of(k->db->h, &have);
	if (sqlite3_open(":memory:", &h) == SQLITE_OK &&
	    migrate_empty(h, k->which, version))
		schema_of(h, &want);
	same = want.n && strv_eq(buf_strv(&want), buf_strv(&have));
	buf_deinit(&want);
	buf_deinit(&have);
	(void)sqlite3_close(h);
	return same;
}

/* --- one database ------------------------------------------------------------------ */

static bool says_ok(struct checking *k, const char *sql)
{
	struct stmt *s = stmt(k->db, sql);
	bool ok = stmt_row(s) && strv_eq(col_text(s), STRV("ok"));

	return stmt_stop(s) == ERR_OK && ok;
}

static enum err check_version(struct checking *k)
{
	int64_t version = count(k, "PRAGMA user_version");

	if (version > migrate_newest(k->which)) {
		buf_addf(k->why, "%s.db of this backup has version %" PRId64
		    ", this program knows %d: install the newer program",
		    db_name(k->which), version, migrate_newest(k->which));
		return ERR_FORBIDDEN;
	}
	if (version < 1 || !is_ours(k, (int)version))
		return bad(k, "its tables are not ours");
	buf_addf(k->found, "%s.db: version %" PRId64, db_name(k->which),
	    version);
	return ERR_OK;
}

static enum err check_audit(struct checking *k)
{
	struct audit_verdict v;

	if (count(k, "SELECT count(*) FROM pragma_table_info('audit') "
	    "WHERE name = 'hash'") != 1)
		return ERR_OK;
	if (audit_verify_in(k->db, &v) != ERR_OK)
		return bad(k, "the audit cannot be read");
	if (v.broken && count(k, "SELECT count(*) FROM audit WHERE hash "
	    "IS NOT NULL") > 0)
		return bad(k, "the chain of the audit is broken");
	buf_addf(k->found, ", %" PRId64 " rows of audit in their chain",
	    v.rows);
	return ERR_OK;
}

/* Every content a message has is there. */
static enum err check_contents(struct checking *k)
{
	struct stmt *s = stmt(k->db, "SELECT sha256 FROM file");
	bool all = true;
	char hex[65], name[100];

	while (all && stmt_row(s)) {
		struct strv h = col_text(s);

		all = h.n == BACKUP_SHA;
		if (!all)
			break;
		hex_encode(h.p, BACKUP_SHA, hex);
		(void)snprintf(name, sizeof(name), "content/%.2s/%s", hex,
		    hex);
		all = map_get(&k->l->by_name, strv(name)) != NULL;
	}
	if (stmt_stop(s) != ERR_OK || !all)
		return bad(k, "a content is missing");
	return ERR_OK;
}

static enum err check_special(struct checking *k)
{
	switch (k->which) {
	case DB_CONFIG:
		buf_addf(k->found, ", %" PRId64 " settings, %" PRId64
		    " subscribers", count(k, "SELECT count(*) FROM setting"),
		    count(k, "SELECT count(*) FROM subscriber"));
		return check_audit(k);
	case DB_STORE:
		buf_addf(k->found, ", %" PRId64 " messages", count(k,
		    "SELECT count(*) FROM message"));
		return check_contents(k);
	default:
		return ERR_OK;
	}
}

static enum err check_db(struct checking *k)
{
	char path[BACKUP_PATH];
	struct stmt *s;
	enum err e;

	backup_path(path, "%s/%s.db", k->dir, db_name(k->which));
	k->db = db_connect(path, k->which, false, k->why);
	if (!k->db)
		return ERR_BAD_CONTENT;
	e = says_ok(k, "PRAGMA quick_check(1)") ? check_version(k) :
	    bad(k, "it is damaged");
	s = stmt(k->db, "PRAGMA foreign_key_check");
	if (e == ERR_OK && stmt_row(s))
		e = bad(k, "a row refers to one that is not there");
	(void)stmt_stop(s);
	if (e == ERR_OK)
		e = check_special(k);
	db_disconnect(k->db);
	buf_addc(k->found, '\n');
	return e;
}

/* --- contents ---------------------------------------------------------------------- */

static bool hash_file(const char *path, char hex[65])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char part[65536], sum[BACKUP_SHA];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	(void)EVP_DigestInit_ex(md, EVP_sha256(), NULL);
	while (fd >= 0 && (n = read(fd, part, sizeof(part))) > 0)
		(void)EVP_DigestUpdate(md, part, (size_t)n);
	(void)EVP_DigestFinal_ex(md, sum, NULL);
	EVP_MD_CTX_free(md);
	if (fd >= 0)
		(void)close(fd);
	hex_encode(sum, BACKUP_SHA, hex);
	return n == 0;
}

static enum err check_names(struct checking *k, int64_t *n)
{
	char path[BACKUP_PATH], hex[65];

	for (size_t i = 0; i < k->l->n; i++) {
		const char *name = k->l->all[i].name;

		if (strncmp(name, "content/", 8) != 0)
			continue;
		backup_path(path, "%s/%s", k->dir, name);
		if (!hash_file(path, hex) || strcmp(hex, name + 11) != 0) {
			buf_addf(k->why, "%s of this backup is not what its "
			    "name says", name);
			return ERR_BAD_CONTENT;
		}
		++*n;
	}
	return ERR_OK;
}

enum err backup_check(const char *dir, const struct backup_list *l,
    struct buf *found, struct buf *why)
{
	struct checking k = { .dir = dir, .l = l, .found = found,
		.why = why };
	enum err e = ERR_OK;
	int64_t n = 0;

	for (enum db_which i = 0; i < DB_N && e == ERR_OK; i++) {
		char name[20];

		(void)snprintf(name, sizeof(name), "%s.db", db_name(i));
		k.which = i;
		if (map_get(&l->by_name, strv(name)))
			e = check_db(&k);
	}
	if (e == ERR_OK)
		e = check_names(&k, &n);
	buf_addf(found, "%" PRId64 " contents, each as its name says\n%s\n",
	    n, l->encrypted ? "encrypted; the passphrase fits" :
	    "without passwords and keys");
	return e;
}
