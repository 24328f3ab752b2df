/* faultfs.c - a file system for SQLite that fails when it is told to. */

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "lib/faultfs.h"

struct file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_vfs *real;
static atomic_int left = -1;	/* writes that still succeed; -1: all */
static atomic_int failure;

#define REAL(f)	(((struct file *)(void *)(f))->real)

void faultfs_fail(int after, int rc)
{
	atomic_store(&failure, rc);
	atomic_store(&left, after);
}

void faultfs_heal(void)
{
	atomic_store(&left, -1);
}

static int hit(void)
{
	int n = atomic_load(&left);

	if (n < 0)
		return SQLITE_OK;
	if (n == 0)
		return atomic_load(&failure);
	atomic_fetch_sub(&left, 1);
	return SQLITE_OK;
}

static int f_close(sqlite3_file *f)
{
	return REAL(f)->pMethods ? REAL(f)->pMethods->xClose(REAL(f)) :
	    SQLITE_OK;
}

static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return REAL(f)->pMethods->xRead(REAL(f), p, n, at);
}

static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	int rc = hit();

	return rc ? rc : REAL(f)->pMethods->xWrite(REAL(f), p, n, at);
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return REAL(f)->pMethods->xTruncate(REAL(f), size);
}

static int f_sync(sqlite3_file *f, int flags)
{
	int rc = hit();

	return rc ? rc : REAL(f)->pMethods->xSync(REAL(f), flags);
}

static int f_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return REAL(f)->pMethods->xFileSize(REAL(f), size);
}

static int f_lock(sqlite3_file *f, int lock)
{
	return REAL(f)->pMethods->xLock(REAL(f), lock);
}

static int f_unlock(sqlite3_file *f, int lock)
{
	return REAL(f)->pMethods->xUnlock(REAL(f), lock);
}

static int f_reserved(sqlite3_file *f, int *out)
{
	return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}

static int f_control(sqlite3_file *f, int op, void *arg)
{
	return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}

static int f_sector(sqlite3_file *f)
{
	return REAL(f)->pMethods->xSectorSize(REAL(f));
}

static int f_traits(sqlite3_file *f)
{
	return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static int f_shm_map(sqlite3_file *f, int page, int size, int extend,
    void volatile **p)
{
	return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, p);
}

static int f_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return REAL(f)->pMethods->xShmLock(REAL(f), offset, n, flags);
}

static void f_shm_barrier(sqlite3_file *f)
{
	REAL(f)->pMethods->xShmBarrier(REAL(f));
}

static int f_shm_unmap(sqlite3_file *f, int gone)
{
	return REAL(f)->pMethods->xShmUnmap(REAL(f), gone);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = f_close, .xRead = f_read, .xWrite = f_write,
	.xTruncate = f_truncate, .xSync = f_sync, .xFileSize = f_size,
	.xLock = f_lock, .xUnlock = f_unlock,
	.xCheckReservedLock = f_reserved, .xFileControl = f_control,
	.xSectorSize = f_sector, .xDeviceCharacteristics = f_traits,
	.xShmMap = f_shm_map, .xShmLock = f_shm_lock,
	.xShmBarrier = f_shm_barrier, .xShmUnmap = f_shm_unmap,
};

static int fs_open(sqlite3_vfs *fs, const char *name, sqlite3_file *f,
    int flags, int *out)
{
	struct file *mine = (struct file *)(void *)f;
	int rc;

	(void)fs;
	mine->real = (sqlite3_file *)(void *)(mine + 1);
	rc = real->xOpen(real, name, mine->real, flags, out);
	f->pMethods = rc == SQLITE_OK ? &methods : NULL;
	return rc;
}

void faultfs_install(void)
{
	static sqlite3_vfs fs;

	if (real)
		return;
	real = sqlite3_vfs_find(NULL);
	fs = *real;
	fs.zName = "fault";
	fs.pNext = NULL;
	fs.szOsFile = real->szOsFile + (int)sizeof(struct file);
	fs.xOpen = fs_open;
	if (sqlite3_vfs_register(&fs, 1) != SQLITE_OK)
		abort();
}
