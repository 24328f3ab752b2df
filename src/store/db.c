/* db.c - the connections: one writer a database, a reader a thread. */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_UNIT "store"
#include "base/alloc.h"
#include "base/log.h"
#include "store/charging_fact.h"
#include "store/db_priv.h"
#include "store/recent.h"

static const char *const names[DB_N] = {
	[DB_CONFIG] = "config", [DB_STORE] = "store", [DB_TRACE] = "trace"
};

/* what a connection is told; trace may lose its tail in a crash */
#define PRAGMAS \
	"PRAGMA busy_timeout=5000;" \
	"PRAGMA cache_size=-65536;" \
	"PRAGMA temp_store=MEMORY;" \
	"PRAGMA foreign_keys=ON;" \
	"PRAGMA trusted_schema=OFF;"
#define WRITER_PRAGMAS \
	"PRAGMA journal_mode=WAL;" \
	"PRAGMA wal_autocheckpoint=1000;" \
	"PRAGMA journal_size_limit=67108864;" \
	"PRAGMA secure_delete=FAST;"
#define READER_PRAGMAS \
	"PRAGMA mmap_size=268435456;"

static struct {
	char *dir;
	int lock;		/* descriptor of DIR/lock */
	unsigned generation;	/* counts db_open_all(): readers outlive none */
	struct db *writer[DB_N];
	struct db *readers;
	pthread_mutex_t mutex;	/* of readers */
} all = { .lock = -1, .mutex = PTHREAD_MUTEX_INITIALIZER };

static _Thread_local struct {
	unsigned generation;
	struct db *db[DB_N];
} mine;

const char *db_name(enum db_which which)
{
	return names[which];
}

const char *db_dir(void)
{
	return all.dir;
}

struct db *db_writer(enum db_which which)
{
	return all.writer[which];
}

static char *path_of(const char *dir, const char *name, const char *suffix)
{
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	buf_addf(&b, "%s/%s%s", dir, name, suffix);
	return buf_steal(&b);
}

/* --- one connection ------------------------------------------------------- */

static bool configure(struct db *db, bool write)
{
	static const char *const sync[DB_N] = {
		[DB_CONFIG] = "PRAGMA synchronous=FULL",
		[DB_STORE] = "PRAGMA synchronous=FULL",
		[DB_TRACE] = "PRAGMA synchronous=OFF"
	};
	const char *more = write ? WRITER_PRAGMAS : READER_PRAGMAS;

	(void)sqlite3_extended_result_codes(db->h, 1);
	(void)sqlite3_db_config(db->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return sqlite3_exec(db->h, PRAGMAS, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db->h, more, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db->h, sync[db->which], NULL, NULL, NULL) ==
	    SQLITE_OK;
}

/*
 * Nobody asks how much memory SQLite has: counting it is a lock of all threads
 * for each block, some 140 times a message.
 */
static void count_no_memory(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

struct db *db_connect(const char *path, enum db_which which, bool write,
    struct buf *why)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct db *db = xalloc(sizeof(*db));
	int mode = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE :
	    SQLITE_OPEN_READONLY;

	(void)pthread_once(&once, count_no_memory);
	db->which = which;
	if (sqlite3_open_v2(path, &db->h, mode | SQLITE_OPEN_NOMUTEX, NULL) ==
	    SQLITE_OK && configure(db, write) && (which != DB_STORE ||
	    !write || charging_facts_open(db)))
		return db;
	buf_addf(why, "%s: %s", path, sqlite3_errmsg(db->h));
	db_disconnect(db);
	return NULL;
}

void db_disconnect(struct db *db)
{
	stmt_free_all(db);
	(void)sqlite3_close(db->h);
	free(db);
}

/* --- readers -------------------------------------------------------------- */

static struct db *open_reader(enum db_which which)
{
	char *path = path_of(all.dir, names[which], ".db");
	struct db *db;
	struct buf why;

	buf_init(&why, 1000);
	db = db_connect(path, which, false, &why);
	if (!db) {
		/* without descriptors or memory nothing else would go on */
		log_err("cannot read why=\"%s\"", why.p);
		abort();
	}
	buf_deinit(&why);
	free(path);
	pthread_mutex_lock(&all.mutex);
	db->next = all.readers;
	all.readers = db;
	pthread_mutex_unlock(&all.mutex);
	return db;
}

struct db *db_reader(enum db_which which)
{
	if (mine.generation != all.generation) {
		for (int i = 0; i < DB_N; i++)
			mine.db[i] = NULL;
		mine.generation = all.generation;
	}
	if (!mine.db[which])
		mine.db[which] = open_reader(which);
	return mine.db[which];
}

/* --- all of them ---------------------------------------------------------- */

/* Only the owner reads what people wrote to each other. */
static int open_private(const char *path, struct buf *why)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		buf_addf(why, "%s: %s", path, strerror(errno));
	return fd;
}

enum err db_lock_dir(const char *dir, int *fd, struct buf *why)
{
	char *path;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
		buf_addf(why, "%s: %s", dir, strerror(errno));
		return ERR_STORAGE;
	}
	path = path_of(dir, "lock", "");
	*fd = open_private(path, why);
	free(path);
	if (*fd < 0)
		return ERR_STORAGE;
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return ERR_OK;
	buf_addf(why, "%s: another daemon runs on it", dir);
	return ERR_STORAGE;
}

static enum err open_writer(enum db_which which, struct buf *why)
{
	char *path = path_of(all.dir, names[which], ".db");
	int fd = open_private(path, why);

	if (fd >= 0) {
		(void)close(fd);
		all.writer[which] = db_connect(path, which, true, why);
	}
	free(path);
	return all.writer[which] ? ERR_OK : ERR_STORAGE;
}

enum err db_open_from(const char *dir, const struct asset *const sets[DB_N],
    struct buf *why)
{
	enum err e;

	assert(!all.dir);
	/* its statistics are one lock for all threads, and nobody reads them */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	all.dir = xstrndup(dir, strlen(dir));
	all.generation++;
	recent_reset();
	e = db_lock_dir(dir, &all.lock, why);
	for (enum db_which i = 0; i < DB_N && e == ERR_OK; i++)
		e = open_writer(i, why);
	if (e == ERR_OK)
		e = migrate_all(all.writer, sets, why);
	if (e != ERR_OK)
		db_close_all();
	return e;
}

enum err db_open_all(const char *dir, struct buf *why)
{
	const struct asset *const sets[DB_N] = {
		[DB_CONFIG] = db_config, [DB_STORE] = db_store,
		[DB_TRACE] = db_trace
	};

	return db_open_from(dir, sets, why);
}

/* readers first: the last connection to close empties the log */
void db_close_all(void)
{
	while (all.readers) {
		struct db *db = all.readers;

		all.readers = db->next;
		db_disconnect(db);
	}
	for (int i = 0; i < DB_N; i++) {
		if (all.writer[i])
			db_disconnect(all.writer[i]);
		all.writer[i] = NULL;
	}
	if (all.lock >= 0)
		(void)close(all.lock);
	all.lock = -1;
	free(all.dir);
	all.dir = NULL;
	all.generation++;
}
