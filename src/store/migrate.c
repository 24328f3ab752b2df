/* migrate.c - bring the databases forward, all of them or none. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_UNIT "store"
#include "base/log.h"
#include "base/now.h"
#include "store/backup.h"
#include "store/db_priv.h"

#define KEPT 3	/* copies of each database from before migrations */

/* of 003_subscribers.sql: 3 */
static int version_of(const struct asset *a)
{
	return atoi(a->name);
}

static int newest(const struct asset *set)
{
	int v = 0;

	for (; set->name; set++)
		v = version_of(set) > v ? version_of(set) : v;
	return v;
}

static const struct asset *set_of(enum db_which which)
{
	const struct asset *const sets[DB_N] = {
		[DB_CONFIG] = db_config, [DB_STORE] = db_store,
		[DB_TRACE] = db_trace
	};

	return sets[which];
}

int migrate_newest(enum db_which which)
{
	return newest(set_of(which));
}

const char *db_engine(void)
{
	return sqlite3_libversion();
}

int db_schema(enum db_which which)
{
	return migrate_newest(which);
}

bool migrate_empty(sqlite3 *h, enum db_which which, int version)
{
	bool ok = true;

	for (const struct asset *a = set_of(which); ok && a->name; a++)
		if (version_of(a) <= version)
			ok = sqlite3_exec(h, (const char *)a->data, NULL,
			    NULL, NULL) == SQLITE_OK;
	return ok;
}

static enum err version_now(struct db *db, int *v, struct buf *why)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db->h, "PRAGMA user_version", -1, &s,
	    NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	*v = rc == SQLITE_ROW ? sqlite3_column_int(s, 0) : -1;
	if (rc != SQLITE_ROW)
		buf_addf(why, "%s.db: %s", db_name(db->which),
		    sqlite3_errmsg(db->h));
	(void)sqlite3_finalize(s);
	return rc == SQLITE_ROW ? ERR_OK : ERR_STORAGE;
}

static enum err run(struct db *db, const char *sql, const char *what,
    struct buf *why)
{
	if (sqlite3_exec(db->h, sql, NULL, NULL, NULL) == SQLITE_OK)
		return ERR_OK;
	buf_addf(why, "%s.db: %s: %s", db_name(db->which), what,
	    sqlite3_errmsg(db->h));
	return ERR_FORBIDDEN;
}

bool sync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static bool sync_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	return ok;
}

/* DIR/backup/store-v2-before-v3-1763629200000.db */
static enum err backup(struct db *db, int from, int to, struct buf *why)
{
	struct buf dir, path;
	char *sql;
	enum err e;

	buf_init(&dir, 4096);
	buf_init(&path, 4096);
	buf_addf(&dir, "%s/backup", db_dir());
	buf_addf(&path, "%s/%s-v%d-before-v%d-%" PRId64 ".db", dir.p,
	    db_name(db->which), from, to, now_ms());
	(void)mkdir(dir.p, 0700);
	sql = sqlite3_mprintf("VACUUM INTO %Q", path.p);
	e = run(db, sql, "backup before the migration", why);
	if (e == ERR_OK && (chmod(path.p, 0600) < 0 || !sync_file(path.p) ||
	    !sync_dir(dir.p))) {
		buf_addf(why, "%s: %s", path.p, strerror(errno));
		e = ERR_FORBIDDEN;
	}
	if (e == ERR_OK)
		log_info("database copied to=%s", path.p);
	else
		(void)unlink(path.p);
	sqlite3_free(sql);
	buf_deinit(&dir);
	buf_deinit(&path);
	return e;
}

/* inside the transaction */
static enum err forward(struct db *db, const struct asset *set, int from,
    struct buf *why)
{
	char version[40];
	enum err e = ERR_OK;

	for (; set->name && e == ERR_OK; set++) {
		if (version_of(set) <= from)
			continue;
		e = run(db, (const char *)set->data, set->name, why);
		(void)snprintf(version, sizeof(version),
		    "PRAGMA user_version=%d", version_of(set));
		if (e == ERR_OK)
			e = run(db, version, set->name, why);
	}
	return e;
}

/* What stands where; refuses a newer one before anything is touched. */
static enum err survey(struct db *const dbs[DB_N],
    const struct asset *const sets[DB_N], int from[DB_N], struct buf *why)
{
	for (int i = 0; i < DB_N; i++) {
		enum err e = version_now(dbs[i], &from[i], why);

		if (e != ERR_OK)
			return e;
		if (from[i] > newest(sets[i])) {
			buf_addf(why, "%s.db has version %d, this program "
			    "knows %d: install the newer program, or restore "
			    "a backup of this version", db_name(dbs[i]->which),
			    from[i], newest(sets[i]));
			return ERR_FORBIDDEN;
		}
	}
	return ERR_OK;
}

typedef enum err step_fn(struct db *db, const struct asset *set, int from,
    struct buf *why);

static enum err copy(struct db *db, const struct asset *set, int from,
    struct buf *why)
{
	return from > 0 ? backup(db, from, newest(set), why) : ERR_OK;
}

static enum err begin(struct db *db, const struct asset *set, int from,
    struct buf *why)
{
	(void)set;
	(void)from;
	return run(db, "BEGIN IMMEDIATE", "begin", why);
}

static enum err commit(struct db *db, const struct asset *set, int from,
    struct buf *why)
{
	enum err e = run(db, "COMMIT", "commit", why);

	if (e == ERR_OK)
		log_info("database migrated db=%s from=%d to=%d",
		    db_name(db->which), from, newest(set));
	return e;
}

enum err migrate_one(struct db *db, struct buf *why)
{
	static step_fn *const steps[] = { begin, forward, commit };
	const struct asset *set = set_of(db->which);
	int from;
	enum err e = version_now(db, &from, why);

	for (size_t s = 0; s < sizeof(steps) / sizeof(*steps); s++)
		if (e == ERR_OK && from < newest(set))
			e = steps[s](db, set, from, why);
	if (db_in_transaction(db))
		(void)sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
	return e;
}

enum err migrate_all(struct db *const dbs[DB_N],
    const struct asset *const sets[DB_N], struct buf *why)
{
	static step_fn *const steps[] = { copy, begin, forward, commit };
	int from[DB_N];
	enum err e = survey(dbs, sets, from, why);

	for (size_t s = 0; s < sizeof(steps) / sizeof(*steps); s++) {
		for (int i = 0; i < DB_N && e == ERR_OK; i++) {
			if (from[i] < newest(sets[i]))
				e = steps[s](dbs[i], sets[i], from[i], why);
		}
	}
	if (e == ERR_OK)
		backup_prune_migrated(db_dir(), KEPT);
	for (int i = 0; i < DB_N; i++) {
		if (db_in_transaction(dbs[i]))
			(void)sqlite3_exec(dbs[i]->h, "ROLLBACK", NULL, NULL,
			    NULL);
	}
	return e;
}
