/* backup_restore.c - verify, stage, and take what is staged at start. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_UNIT "restore"
#include "base/log.h"
#include "base/now.h"
#include "base/rand.h"
#include "store/audit.h"
#include "store/backup_priv.h"
#include "store/db_priv.h"

#define READY	"restore.ready"
#define OLD	"restore.old"
#define MARK	"complete"	/* in READY: all of it is there and checked */
#define MERGED	"merged"	/* in READY: what stays was put in */
#define WAS	"was.db"	/* in READY: what is in force, brought forward */
#define SWAP	"swapping"	/* in READY: OLD belongs to this restore */

static bool exists(const char *dir, const char *name)
{
	char path[BACKUP_PATH];

	backup_path(path, "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

static bool touch(const char *dir, const char *name, const char *text)
{
	char path[BACKUP_PATH];
	int fd;
	bool ok;

	backup_path(path, "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ok = fd >= 0 && backup_write(fd, text, strlen(text)) &&
	    fsync(fd) == 0;
	if (fd >= 0)
		(void)close(fd);
	return ok && sync_dir(dir);
}

/* --- verify and stage -------------------------------------------------------------- */

static enum err extract_and_check(const char *path, const char *to,
    const struct backup_options *o, struct backup_progress *p,
    struct buf *found, struct buf *why)
{
	struct backup_list l;
	enum err e;

	backup_list_init(&l);
	if (mkdir(to, 0700) < 0) {
		buf_addf(why, "%s: %s", to, strerror(errno));
		e = ERR_STORAGE;
	} else {
		e = backup_extract(path, to, o, &l, p, why);
	}
	if (e == ERR_OK)
		e = backup_check(to, &l, found, why);
	if (e == ERR_OK && backup_cancelled(p, why))
		e = ERR_BUSY;
	backup_list_deinit(&l);
	return e;
}

enum err backup_verify(const char *path, const struct backup_options *o,
    struct backup_progress *p, struct buf *found, struct buf *why)
{
	char dir[BACKUP_PATH], random[9];
	enum err e;

	rand_hex(random, 8);
	backup_path(dir, "%s/.verify-%s", o->dir, random);
	e = extract_and_check(path, dir, o, p, found, why);
	backup_remove_tree(dir);
	return e;
}

enum err backup_stage(const char *path, const struct backup_options *o,
    struct strv actor, struct backup_progress *p, struct buf *why)
{
	char dir[BACKUP_PATH], text[600];
	struct buf found;
	enum err e;

	backup_path(dir, "%s/" READY, o->dir);
	backup_remove_tree(dir);
	buf_init(&found, 65536);
	e = extract_and_check(path, dir, o, p, &found, why);
	buf_deinit(&found);
	(void)snprintf(text, sizeof(text), "%.200s\n%.*s\n",
	    strrchr(path, '/') ? strrchr(path, '/') + 1 : path,
	    (int)(actor.n < 300 ? actor.n : 300), actor.p);
	if (e == ERR_OK && (!backup_sync_tree(dir) ||
	    !touch(dir, MARK, text))) {
		buf_addf(why, "%s: %s", dir, strerror(errno));
		e = ERR_STORAGE;
	}
	if (e != ERR_OK)
		backup_remove_tree(dir);
	return e;
}

/* --- what stays as it is now -------------------------------------------------------- */

/*
 * old is the database in force, which may be of an older program and lack a
 * table.  Each group runs as a whole or not at all.
 */
static const char *const config_goes[] = {
	/* nobody gets in again by a restore */
	"DELETE FROM main.admin_token;",
	"DELETE FROM main.content_grant;",
	/* what waited to be kept or undone was of that time */
	("DELETE FROM main.pending;"
	"UPDATE main.revision SET state = 0 WHERE state = 1;"),
	"DELETE FROM main.start;",
};
static const char *const config_stays[] = {
	/* and nobody is locked out */
	"DELETE FROM main.admin WHERE EXISTS (SELECT 1 FROM old.admin);"
	"INSERT OR IGNORE INTO main.admin SELECT * FROM old.admin;"
	"DELETE FROM main.admin_recovery WHERE EXISTS "
	"(SELECT 1 FROM old.admin);"
	"INSERT OR IGNORE INTO main.admin_recovery "
	"SELECT * FROM old.admin_recovery;",
	/* the audit is never set back */
	"DELETE FROM main.audit WHERE EXISTS (SELECT 1 FROM old.audit);"
	"INSERT OR IGNORE INTO main.audit SELECT * FROM old.audit;",
	/* what operators set at run time is not of that time */
	"DELETE FROM main.override WHERE EXISTS (SELECT 1 FROM old.admin);"
	"INSERT OR IGNORE INTO main.override SELECT * FROM old.override;",
	/* passwords that the backup left out */
	"UPDATE main.subscriber SET secrets = (SELECT o.secrets FROM "
	"old.subscriber o JOIN old.address oa ON oa.subscriber = o.id AND "
	"oa.place = 0 JOIN main.address a ON a.key = oa.key WHERE "
	"a.place = 0 AND a.subscriber = main.subscriber.id) "
	"WHERE secrets IS NULL;",
};
/*
 * Charging goes on counting where it is, with the facts that are in no file
 * yet; on a machine that has counted less than the backup, behind that.
 */
#define OLD_END "(SELECT max(p.seq, coalesce((SELECT max(seq + n - 1) " \
	"FROM was), 0)) FROM old.charge_position p)"
static const char *const store_stays[] = {
	"CREATE TEMP TABLE was AS SELECT seq, n, facts FROM old.charge;",
	/* or as before 008_charge_batch.sql */
	"CREATE TEMP TABLE IF NOT EXISTS was AS SELECT id AS seq, 1 AS n, "
	"printf('%016x%x%x%011x', max(leg, message << 8), was, state, at) "
	"|| char(10) AS facts FROM old.charge;",
	"UPDATE main.charge_position SET seq = max(seq, coalesce((SELECT "
	"max(seq + n - 1) FROM main.charge), 0));"
	"DELETE FROM main.charge;"
	"INSERT INTO main.charge SELECT was.seq + CASE WHEN m.seq > " OLD_END
	" THEN m.seq - o.seq ELSE 0 END, was.n, was.facts FROM was, "
	"old.charge_position o, main.charge_position m;"
	"UPDATE main.charge_position SET seq = (SELECT o.seq "
	"FROM old.charge_position o) WHERE seq <= " OLD_END ";",
};

static bool is_full;	/* a group failed for want of room, not of data */

static bool one_group(sqlite3 *h, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(h, "BEGIN", NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(h, sql, NULL, NULL, &why) == SQLITE_OK &&
	    sqlite3_exec(h, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return true;
	is_full |= sqlite3_errcode(h) == SQLITE_FULL ||
	    sqlite3_errcode(h) == SQLITE_NOMEM;
	log_info("left as in the backup why=\"%s\"", why ? why : "");
	sqlite3_free(why);
	(void)sqlite3_exec(h, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

/* INT_MAX: it cannot be read */
static int version_of(sqlite3 *h)
{
	sqlite3_stmt *s = NULL;
	int v = INT_MAX;

	if (sqlite3_prepare_v2(h, "PRAGMA user_version", -1, &s, NULL) ==
	    SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		v = sqlite3_column_int(s, 0);
	(void)sqlite3_finalize(s);
	return v;
}

/* The one in force as this program would have it; in READY, and away with
 * that.  false: it is no older one, or cannot be read. */
static bool bring_forward(const char *ready, const char *path,
    enum db_which which)
{
	char was[BACKUP_PATH];
	struct db *db;
	struct buf why;
	sqlite3 *h = NULL;
	char *sql;
	bool ok;

	backup_path(was, "%s/" WAS, ready);
	(void)unlink(was);
	sql = sqlite3_mprintf("VACUUM INTO %Q", was);
	ok = sqlite3_open_v2(path, &h, SQLITE_OPEN_READWRITE, NULL) ==
	    SQLITE_OK && version_of(h) < migrate_newest(which) &&
	    sqlite3_exec(h, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_free(sql);
	(void)sqlite3_close(h);
	if (!ok)
		return false;
	buf_init(&why, 1000);
	db = db_connect(was, which, true, &why);
	ok = db && migrate_one(db, &why) == ERR_OK;
	if (!ok)
		log_warn("the database in force cannot be brought forward: %s",
		    why.p);
	if (db)
		db_disconnect(db);
	buf_deinit(&why);
	return ok;
}

static bool attach(struct db *db, const char *dir, const char *ready)
{
	char path[BACKUP_PATH];
	char *sql;
	bool ok;

	backup_path(path, "%s/%s.db", dir, db_name(db->which));
	/* charging alone is kept of the other one, and of any version */
	if (db->which == DB_CONFIG && bring_forward(ready, path, db->which))
		backup_path(path, "%s/" WAS, ready);
	sql = sqlite3_mprintf("ATTACH %Q AS old", path);
	ok = sqlite3_exec(db->h, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_free(sql);
	return ok;
}

/* Name and actor as backup_stage() wrote them. */
static void read_mark(const char *ready, char name[300], char actor[400])
{
	char path[BACKUP_PATH];
	FILE *f;

	name[0] = actor[0] = 0;
	backup_path(path, "%s/" MARK, ready);
	f = fopen(path, "re");
	if (!f)
		return;
	if (fscanf(f, "%299[^\n]%*c", name) != 1 ||
	    fscanf(f, "%399[^\n]", actor) != 1)
		actor[0] = 0;
	(void)fclose(f);
}

/*
 * The restore is a revision, with the content of the newest one restored
 * (a backup of an older program may have none), and a row of the audit.
 */
static void note_revision(sqlite3 *h, const char *name, struct strv actor,
    bool has_old)
{
	char *sql = sqlite3_mprintf("INSERT INTO main.revision (id, time, "
	    "actor, comment) SELECT 1 + max((SELECT coalesce(max(id), 0) "
	    "FROM main.revision), %s), %lld, '%.*q', 'restored from %q'",
	    has_old ? "(SELECT coalesce(max(id), 0) FROM old.revision)" :
	    "0", (long long)now_ms(), (int)actor.n, actor.p, name);

	(void)one_group(h, sql);
	sqlite3_free(sql);
	(void)one_group(h, "UPDATE main.revision SET (parent, content, digest) = "
	    "(SELECT id, content, digest FROM main.revision "
	    "ORDER BY id DESC LIMIT 1 OFFSET 1) "
	    "WHERE id = (SELECT max(id) FROM main.revision) "
	    "AND id > (SELECT min(id) FROM main.revision);");
}

static void note(struct db *db, const char *ready, bool has_old, bool lost)
{
	char name[300], actor[400];

	read_mark(ready, name, actor);
	note_revision(db->h, name, audit_name(strv(actor)), has_old);
	if (audit_put(db, strv(actor), STRV("backup restore"), strv(name),
	    lost ? STRV("what was in force could not be read: administrators "
	    "and audit before this are those of the backup") :
	    STRV_NONE) != ERR_OK)
		log_warn("the audit has no row of this restore");
}

/* The first so many must be kept, or nothing is restored. */
static const struct {
	const char *const *stays;
	size_t n, must;
	const char *otherwise;
} merges[DB_N] = {
	[DB_CONFIG] = { config_stays,
	    sizeof(config_stays) / sizeof(*config_stays), 2,
	    "administrators and audit could not be kept; nothing was "
	    "restored" },
	[DB_STORE] = { store_stays,
	    sizeof(store_stays) / sizeof(*store_stays), 0,
	    "the position of charging could not be kept; nothing was "
	    "restored" },
};

/* What is in force, if there is one; false: not all of it can be had. */
static bool keep_old(struct db *db, const char *dir, const char *ready,
    bool has_old)
{
	bool attached = has_old && attach(db, dir, ready), ok = true;

	for (size_t i = 0; db->which == DB_CONFIG &&
	    i < sizeof(config_goes) / sizeof(*config_goes); i++)
		(void)one_group(db->h, config_goes[i]);
	for (size_t i = 0; attached && i < merges[db->which].n; i++)
		ok &= one_group(db->h, merges[db->which].stays[i]) ||
		    i >= merges[db->which].must;
	return ok && attached == has_old;
}

static bool merge_db(const char *dir, const char *ready, enum db_which which,
    bool aside, struct buf *why)
{
	char path[BACKUP_PATH], name[20];
	struct db *db;
	bool has_old, kept, ok;

	(void)snprintf(name, sizeof(name), "%s.db", db_name(which));
	backup_path(path, "%s/%s", ready, name);
	db = db_connect(path, which, true, why);
	if (!db)
		return false;
	/* what stays must fit into it */
	ok = migrate_one(db, why) == ERR_OK;
	has_old = exists(dir, name);
	is_full = false;
	kept = ok && keep_old(db, dir, ready, has_old);
	if (ok && !kept && aside && !is_full) {
		log_warn("what is in force cannot be read and is set aside: "
		    "the restored has all from the backup db=%s",
		    db_name(which));
	} else if (ok && !kept) {
		buf_addz(why, merges[which].otherwise);
		ok = false;
	}
	if (ok && which == DB_CONFIG)
		note(db, ready, has_old && kept, has_old && !kept);
	db_disconnect(db);
	return ok;
}

/* --- the swap ------------------------------------------------------------------------ */

/* Each thing that a backup may have, and what must go away with its former. */
static const struct {
	const char *name, *with[2];
} items[] = {
	{ "config.db", { "config.db-wal", "config.db-shm" } },
	{ "store.db", { "store.db-wal", "store.db-shm" } },
	{ "trace.db", { "trace.db-wal", "trace.db-shm" } },
	{ "secret.key", { NULL, NULL } },
	{ "tls", { NULL, NULL } },
	{ "content", { NULL, NULL } },
};

static bool move(const char *from, const char *to, const char *name)
{
	char a[BACKUP_PATH], b[BACKUP_PATH];

	backup_path(a, "%s/%s", from, name);
	backup_path(b, "%s/%s", to, name);
	return rename(a, b) == 0 || errno == ENOENT;
}

/* What is still in ready has not been swapped: so a kill does no harm. */
static bool swap(const char *dir, const char *ready, const char *old)
{
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof(items) / sizeof(*items); i++) {
		if (!exists(ready, items[i].name))
			continue;
		for (int w = 0; w < 2 && ok; w++)
			if (items[i].with[w])
				ok = move(dir, old, items[i].with[w]);
		ok = ok && move(dir, old, items[i].name) &&
		    move(ready, dir, items[i].name) && sync_dir(dir);
	}
	return ok;
}

static bool begin_swap(const char *ready, const char *old)
{
	if (exists(ready, SWAP))
		return true;
	backup_remove_tree(old);
	return (mkdir(old, 0700) == 0 || errno == EEXIST) &&
	    touch(ready, SWAP, "");
}

/* The databases in force may have a log that a kill left. */
static bool merge(const char *dir, const char *ready, bool aside,
    struct buf *why)
{
	if (exists(ready, MERGED))
		return true;
	return merge_db(dir, ready, DB_CONFIG, aside, why) &&
	    merge_db(dir, ready, DB_STORE, aside, why) &&
	    touch(ready, MERGED, "");
}

enum err backup_take(const char *dir, bool aside, bool *taken,
    struct buf *why)
{
	char ready[BACKUP_PATH], old[BACKUP_PATH];

	*taken = false;
	backup_path(ready, "%s/" READY, dir);
	backup_path(old, "%s/" OLD, dir);
	backup_clean(dir);
	if (!exists(ready, MARK)) {
		backup_remove_tree(ready);
		return ERR_OK;
	}
	if (!merge(dir, ready, aside, why)) {
		backup_remove_tree(ready);
		return ERR_BAD_CONTENT;
	}
	if (!begin_swap(ready, old) || !swap(dir, ready, old)) {
		buf_addf(why, "the restore stopped half way and goes on at "
		    "the next start: %s", strerror(errno));
		return ERR_STORAGE;
	}
	backup_remove_tree(ready);
	*taken = true;
	log_info("restored; what was there before is in %s", old);
	return ERR_OK;
}
