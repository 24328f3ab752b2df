/* backup_files.c - the files of backups, and small things on files. */

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/backup_priv.h"
#include "store/db_priv.h"

#define ENDING ".cpmbak"

static atomic_bool held;

void backup_hold(bool on)
{
	atomic_store(&held, on);
}

bool backup_holds(void)
{
	return atomic_load(&held);
}

bool backup_cancelled(const struct backup_progress *p, struct buf *why)
{
	if (!atomic_load(&p->cancel))
		return false;
	buf_clear(why);
	buf_addz(why, "cancelled; nothing was changed");
	return true;
}

/* --- small things ------------------------------------------------------------- */

void backup_path(char *to, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(to, BACKUP_PATH, fmt, ap);
	va_end(ap);
	assert(n >= 0 && n < BACKUP_PATH);
}

bool backup_write(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n) {
		ssize_t k = write(fd, at, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		at += k;
		n -= (size_t)k;
	}
	return true;
}

bool backup_mkdirs(const char *dir, const char *name)
{
	char path[BACKUP_PATH];

	for (const char *s = strchr(name, '/'); s; s = strchr(s + 1, '/')) {
		backup_path(path, "%s/%.*s", dir,
		    (int)(s - name), name);
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return false;
	}
	return true;
}

static int remove_one(const char *path, const struct stat *st, int kind,
    struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	(void)remove(path);
	return 0;
}

void backup_remove_tree(const char *dir)
{
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int sync_one(const char *path, const struct stat *st, int kind,
    struct FTW *at)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int rc = fd >= 0 ? fsync(fd) : -1;

	(void)st;
	(void)kind;
	(void)at;
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

bool backup_sync_tree(const char *dir)
{
	return nftw(dir, sync_one, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

/* Folders of work that was under way, and files without their end. */
static bool is_half_done(const char *name)
{
	size_t n = strlen(name), end = sizeof(ENDING ".tmp") - 1;

	return strncmp(name, ".work-", 6) == 0 ||
	    strncmp(name, ".verify-", 8) == 0 ||
	    (n > end && strcmp(name + n - end, ENDING ".tmp") == 0);
}

static void clean_in(const char *dir)
{
	char path[BACKUP_PATH];
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)) != NULL) {
		if (!is_half_done(e->d_name))
			continue;
		backup_path(path, "%s/%s", dir, e->d_name);
		backup_remove_tree(path);
	}
	if (d)
		(void)closedir(d);
}

void backup_clean(const char *dir)
{
	char path[BACKUP_PATH];

	backup_path(path, "%s/backup", dir);
	clean_in(dir);
	clean_in(path);
}

/* --- what there is ------------------------------------------------------------ */

bool backup_name_ok(struct strv name)
{
	size_t end = sizeof(ENDING) - 1;

	if (name.n <= end || name.n >= BACKUP_NAME || name.p[0] == '.' ||
	    memcmp(name.p + name.n - end, ENDING, end) != 0)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!name.p[i] || !strchr("abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", name.p[i]))
			return false;
	return true;
}

bool backup_is_own(const char *name)
{
	return strncmp(name, BACKUP_OWN "-", sizeof(BACKUP_OWN)) == 0;
}

static int ours(const struct dirent *e)
{
	return backup_name_ok(strv(e->d_name));
}

enum err backup_each(const char *dir, backup_file_fn *fn, void *arg)
{
	char path[BACKUP_PATH];
	struct dirent **all = NULL;
	bool more = true;
	int n;

	backup_path(path, "%s/backup", dir);
	n = scandir(path, &all, ours, alphasort);
	for (int i = n - 1; i >= 0; i--) {
		struct backup_file f = { .name = all[i]->d_name };
		struct stat st;

		backup_path(path, "%s/backup/%s", dir,
		    f.name);
		if (more && stat(path, &st) == 0) {
			f.size = st.st_size;
			f.time = (int64_t)st.st_mtim.tv_sec * 1000 +
			    st.st_mtim.tv_nsec / 1000000;
			more = fn(&f, arg);
		}
		free(all[i]);
	}
	free(all);
	return n < 0 && errno != ENOENT ? ERR_STORAGE : ERR_OK;
}

struct pruning {
	const char *dir;
	int64_t keep;
};

static bool prune_one(const struct backup_file *f, void *arg)
{
	struct pruning *p = arg;
	char path[BACKUP_PATH];

	if (!backup_is_own(f->name) || p->keep-- > 0)
		return true;
	backup_path(path, "%s/backup/%s", p->dir, f->name);
	(void)unlink(path);
	return true;
}

void backup_prune(const char *dir, int64_t n)
{
	(void)backup_each(dir, prune_one, &(struct pruning){ dir, n });
}

/* --- copies of migrations ------------------------------------------------------ */

/* store-v2-before-v3-1763629200000.db: behind the last hyphen, or 0 */
static long long made_at(const char *name)
{
	const char *p = strstr(name, "-before-v");

	p = p ? strrchr(p, '-') : NULL;
	return p && strstr(p, ".db") ? strtoll(p + 1, NULL, 10) : 0;
}

static int migrated(const struct dirent *e)
{
	return made_at(e->d_name) > 0;
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
	long long x = made_at((*a)->d_name), y = made_at((*b)->d_name);

	return x < y ? 1 : x > y ? -1 : strcmp((*a)->d_name, (*b)->d_name);
}

void backup_prune_migrated(const char *dir, int64_t keep)
{
	char path[BACKUP_PATH];
	struct dirent **all = NULL;
	int64_t seen[DB_N] = { 0 };
	int n;

	backup_path(path, "%s/backup", dir);
	n = scandir(path, &all, migrated, newest_first);
	for (int i = 0; i < n; i++) {
		for (enum db_which k = 0; k < DB_N; k++) {
			size_t len = strlen(db_name(k));

			if (strncmp(all[i]->d_name, db_name(k), len) != 0 ||
			    all[i]->d_name[len] != '-' || seen[k]++ < keep)
				continue;
			backup_path(path, "%s/backup/%s",
			    dir, all[i]->d_name);
			(void)unlink(path);
		}
		free(all[i]);
	}
	free(all);
}
