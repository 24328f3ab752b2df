/* sweep.c - contents that nobody has any more are removed. */

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#define LOG_UNIT "sweep"
#include "base/alloc.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/now.h"
#include "loop/timer.h"
#include "loop/work.h"
#include "store/backup_priv.h"
#include "store/blob.h"
#include "store/writer.h"

#define FIRST_MS	60000
#define EVERY_MS	86400000
#define YOUNG_MS	3600000	/* its row may not be committed yet */
#define AT_ONCE		1000	/* removed in one transaction */

static struct {
	struct timer timer;
	bool running, busy;
	uint8_t (*orphans)[BLOB_HASH];
	size_t n;
	struct write write;
} w;

/* --- in a worker ------------------------------------------------------------------ */

static bool is_known(struct strv hash)
{
	struct stmt *s = stmt(db_reader(DB_STORE),
	    "SELECT 1 FROM file WHERE sha256 = ?");
	bool known;

	stmt_blob(s, hash);
	known = stmt_row(s);
	return stmt_stop(s) != ERR_OK || known;
}

static void look_at(const char *dir, const char *name)
{
	uint8_t *hash = w.orphans[w.n];
	char path[BACKUP_PATH];
	struct stat st;

	backup_path(path, "%s/%s", dir, name);
	if (!hex_decode(strv(name), hash, BLOB_HASH) || lstat(path, &st) < 0 ||
	    (int64_t)st.st_mtime * 1000 > now_ms() - YOUNG_MS ||
	    is_known((struct strv){ (char *)hash, BLOB_HASH }))
		return;
	w.n++;
}

static void look_in(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && w.n < AT_ONCE && (e = readdir(d)) != NULL)
		look_at(dir, e->d_name);
	if (d)
		(void)closedir(d);
}

static void look(void *arg)
{
	char path[BACKUP_PATH];

	(void)arg;
	w.n = 0;
	for (int i = 0; i < 256 && w.n < AT_ONCE; i++) {
		backup_path(path, "%s/content/%02x", db_dir(), i);
		look_in(path);
	}
}

/* --- in the core -------------------------------------------------------------------- */

static enum err remove_run(struct write *write, struct db *db)
{
	(void)write;
	for (size_t i = 0; i < w.n; i++)
		blob_remove(db, (struct strv){ (char *)w.orphans[i],
		    BLOB_HASH });
	return ERR_OK;
}

static void removed(struct write *write)
{
	(void)write;
	w.busy = false;
	if (w.running)
		timer_set(&w.timer, w.n == AT_ONCE ? FIRST_MS : EVERY_MS);
}

static void looked(void *arg)
{
	(void)arg;
	w.busy = w.running && w.n > 0;
	if (!w.running)
		return;
	if (w.n == 0) {
		timer_set(&w.timer, EVERY_MS);
		return;
	}
	log_info("contents without a message n=%zu", w.n);
	w.write = (struct write){ .db = DB_STORE, .run = remove_run,
		.done = removed };
	writer_put(&w.write);
}

static void due(void *arg)
{
	(void)arg;
	if (w.busy)
		return;
	w.busy = !backup_holds() && work_run(look, looked, NULL);
	if (!w.busy)
		timer_set(&w.timer, FIRST_MS);
}

void sweep_start(void)
{
	if (!w.orphans)
		w.orphans = xalloc(AT_ONCE * sizeof(*w.orphans));
	w.running = true;
	timer_init(&w.timer, "sweep", due, NULL);
	timer_set(&w.timer, FIRST_MS);
}

void sweep_stop(void)
{
	timer_cancel(&w.timer);
	w.running = false;
}
