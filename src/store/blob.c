/* blob.c - contents too large for a row: files named by their SHA-256. */

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_UNIT "store"
#include "base/hex.h"
#include "base/log.h"
#include "store/backup.h"
#include "store/blob.h"
#include "store/db_priv.h"

struct place {
	struct buf top;		/* DIR/content */
	struct buf dir;		/* DIR/content/ab */
	struct buf file;	/* DIR/content/ab/abcd... */
};

static void place_init(struct place *p, struct strv hash)
{
	char hex[2 * BLOB_HASH + 1];

	hex_encode(hash.p, BLOB_HASH, hex);
	buf_init(&p->top, 4096);
	buf_init(&p->dir, 4096);
	buf_init(&p->file, 4096);
	buf_addf(&p->top, "%s/content", db_dir());
	buf_addf(&p->dir, "%s/%.2s", p->top.p, hex);
	buf_addf(&p->file, "%s/%s", p->dir.p, hex);
}

static void place_deinit(struct place *p)
{
	buf_deinit(&p->top);
	buf_deinit(&p->dir);
	buf_deinit(&p->file);
}

static bool write_all(int fd, struct strv bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0)
			return false;
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return fsync(fd) == 0;
}

/* Under a name of its own first: half a file never has the final one. */
static bool write_file(const struct place *p, struct strv bytes)
{
	struct buf tmp;
	bool ok;
	int fd;

	buf_init(&tmp, 4096);
	buf_addf(&tmp, "%s.new", p->file.p);
	fd = open(tmp.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ok = fd >= 0 && write_all(fd, bytes);
	if (fd >= 0)
		(void)close(fd);
	ok = ok && rename(tmp.p, p->file.p) == 0;
	if (!ok && fd >= 0)
		(void)unlink(tmp.p);
	buf_deinit(&tmp);
	return ok;
}

static bool make_dir(const char *path, const char *parent)
{
	if (mkdir(path, 0700) == 0)
		return sync_dir(parent);
	return errno == EEXIST;
}

static enum err write_new(struct strv hash, struct strv bytes)
{
	struct place p;
	bool ok;

	place_init(&p, hash);
	ok = make_dir(p.top.p, db_dir()) && make_dir(p.dir.p, p.top.p) &&
	    write_file(&p, bytes) && sync_dir(p.dir.p);
	if (!ok)
		log_err("cannot write content file=%s why=\"%s\"", p.file.p,
		    strerror(errno));
	place_deinit(&p);
	return ok ? ERR_OK : ERR_STORAGE;
}

static enum err holders(struct db *db, struct strv hash, int64_t *refs)
{
	struct stmt *s = stmt(db, "SELECT refs FROM file WHERE sha256 = ?");

	stmt_blob(s, hash);
	*refs = stmt_row(s) ? col_int(s) : 0;
	return stmt_end(s);
}

enum err blob_put(struct db *db, struct strv bytes, uint8_t hash[BLOB_HASH])
{
	struct strv h = { (const char *)hash, BLOB_HASH };
	int64_t refs;
	struct stmt *s;
	enum err e;

	if (EVP_Digest(bytes.p, bytes.n, hash, NULL, EVP_sha256(), NULL) != 1)
		return ERR_STORAGE;
	e = holders(db, h, &refs);
	if (e == ERR_OK && refs == 0)
		e = write_new(h, bytes);
	if (e != ERR_OK)
		return e;
	s = stmt(db, "INSERT INTO file (sha256, refs) VALUES (?, 1) "
	    "ON CONFLICT (sha256) DO UPDATE SET refs = refs + 1");
	stmt_blob(s, h);
	return stmt_end(s);
}

enum err blob_drop(struct db *db, struct strv hash, bool *last)
{
	struct stmt *s = stmt(db,
	    "UPDATE file SET refs = refs - 1 WHERE sha256 = ?");
	enum err e;

	stmt_blob(s, hash);
	e = stmt_end(s);
	if (e != ERR_OK)
		return e;
	s = stmt(db, "DELETE FROM file WHERE sha256 = ? AND refs <= 0");
	stmt_blob(s, hash);
	e = stmt_end(s);
	*last = db_changes(db) > 0;
	return e;
}

void blob_remove(struct db *db, struct strv hash)
{
	struct place p;
	int64_t refs;

	/* what a backup may still read goes at the next sweep */
	if (backup_holds() || holders(db, hash, &refs) != ERR_OK || refs > 0)
		return;
	place_init(&p, hash);
	if (unlink(p.file.p) < 0 && errno != ENOENT)
		log_warn("cannot remove content file=%s why=\"%s\"", p.file.p,
		    strerror(errno));
	place_deinit(&p);
}

static bool read_file(int fd, struct buf *out)
{
	struct stat st;
	ssize_t n = 1;
	size_t size;

	if (fd < 0 || fstat(fd, &st) < 0)
		return false;
	size = (size_t)st.st_size;
	if (!buf_reserve(out, size))
		return false;
	while (size > 0 && n > 0) {
		n = read(fd, out->p + out->n, size);
		if (n > 0) {
			out->n += (size_t)n;
			size -= (size_t)n;
		}
	}
	out->p[out->n] = 0;
	return size == 0;
}

static void unreadable(const struct place *p)
{
	log_err("cannot read content file=%s", p->file.p);
}

int blob_open(struct strv hash)
{
	struct place p;
	int fd;

	place_init(&p, hash);
	fd = open(p.file.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		unreadable(&p);
	place_deinit(&p);
	return fd;
}

enum err blob_get(struct strv hash, struct buf *out)
{
	struct place p;
	bool ok;
	int fd;

	place_init(&p, hash);
	fd = open(p.file.p, O_RDONLY | O_CLOEXEC);
	ok = read_file(fd, out);
	if (fd >= 0)
		(void)close(fd);
	if (!ok)
		unreadable(&p);
	place_deinit(&p);
	return ok ? ERR_OK : ERR_STORAGE;
}
