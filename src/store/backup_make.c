/* backup_make.c - copy the databases, list everything, write the file. */

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/now.h"
#include "base/rand.h"
#include "config.h"
#include "store/backup_priv.h"
#include "store/db_priv.h"

#define SPARE ((int64_t)256 << 20)	/* bytes that traffic keeps */

/* One file that goes in: where it is, and what it is called there. */
struct source {
	char *path, *name;
	int64_t size;		/* of the clear text, as it was listed */
	uint8_t head[BCRYPT_HEAD], sha[BACKUP_SHA];
};

struct making {
	const struct backup_options *o;
	struct backup_progress *p;
	struct buf *why;
	char work[BACKUP_PATH];	/* folder of the copies */
	char tmp[BACKUP_PATH];	/* the file while it is written */
	struct source *all;
	size_t n, size;
	int64_t messages, contents;
	int versions[DB_N];
	bool sealed;
	uint8_t salt[BCRYPT_SALT], key[BCRYPT_KEY];
};

static enum err failed(struct making *m, const char *what)
{
	if (!m->why->n)
		buf_addf(m->why, "%s: %s", what, strerror(errno));
	return ERR_STORAGE;
}

static enum err cancelled(struct making *m)
{
	(void)backup_cancelled(m->p, m->why);
	return ERR_BUSY;
}

/* --- the copies ----------------------------------------------------------------- */

static int is_cancelled(void *arg)
{
	struct making *m = arg;

	return atomic_load(&m->p->cancel);
}

static enum err sql_failed(struct making *m, sqlite3 *h, const char *what)
{
	if (atomic_load(&m->p->cancel))
		return cancelled(m);
	buf_addf(m->why, "%s: %s", what, sqlite3_errmsg(h));
	return ERR_STORAGE;
}

/* A snapshot of one moment, however long it takes; nobody waits for it. */
static enum err copy_db(struct making *m, enum db_which which)
{
	char path[BACKUP_PATH];
	sqlite3 *h = NULL;
	enum err e = ERR_OK;
	char *sql;

	backup_path(path, "%s/%s.db", m->o->dir,
	    db_name(which));
	sql = sqlite3_mprintf("VACUUM INTO '%q/%q.db'", m->work,
	    db_name(which));
	if (sqlite3_open_v2(path, &h, SQLITE_OPEN_READONLY, NULL) !=
	    SQLITE_OK || sqlite3_busy_timeout(h, 5000) != SQLITE_OK) {
		e = sql_failed(m, h, path);
	} else {
		sqlite3_progress_handler(h, 10000, is_cancelled, m);
		if (sqlite3_exec(h, sql, NULL, NULL, NULL) != SQLITE_OK)
			e = sql_failed(m, h, path);
	}
	(void)sqlite3_close(h);
	sqlite3_free(sql);
	return e;
}

/*
 * Out of every copy: what lets somebody in right now.  Without a passphrase
 * also whatever can be guessed from: hashes of passwords, keys of codes.
 */
static const char always[] =
    "PRAGMA secure_delete=ON; DELETE FROM admin_token; "
    "DELETE FROM content_grant;";
static const char bare[] =
    "PRAGMA secure_delete=ON; UPDATE subscriber SET secrets = NULL;"
    "UPDATE admin SET password = NULL, totp = NULL;"
    "DELETE FROM admin_recovery;";

static enum err number(struct making *m, sqlite3 *h, const char *sql,
    int64_t *out)
{
	sqlite3_stmt *s = NULL;
	enum err e = ERR_OK;

	if (sqlite3_prepare_v2(h, sql, -1, &s, NULL) != SQLITE_OK ||
	    sqlite3_step(s) != SQLITE_ROW)
		e = sql_failed(m, h, sql);
	else
		*out = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return e;
}

static enum err clean_copy(struct making *m, enum db_which which)
{
	char path[BACKUP_PATH];
	int64_t version = 0;
	sqlite3 *h = NULL;
	enum err e;

	backup_path(path, "%s/%s.db", m->work,
	    db_name(which));
	if (sqlite3_open_v2(path, &h, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK)
		e = sql_failed(m, h, path);
	else
		e = number(m, h, "PRAGMA user_version", &version);
	if (e == ERR_OK && which == DB_STORE)
		e = number(m, h, "SELECT count(*) FROM message",
		    &m->messages);
	if (e == ERR_OK && which == DB_CONFIG && (sqlite3_exec(h, always,
	    NULL, NULL, NULL) != SQLITE_OK || (!m->sealed &&
	    sqlite3_exec(h, bare, NULL, NULL, NULL) != SQLITE_OK)))
		e = sql_failed(m, h, path);
	(void)sqlite3_close(h);
	m->versions[which] = (int)version;
	return e;
}

/* Twice the databases: the copies, and the file in the worst case. */
static enum err check_room(struct making *m)
{
	char path[BACKUP_PATH];
	int64_t need = SPARE;
	struct statvfs fs;
	struct stat st;

	for (enum db_which i = 0; i < DB_N; i++) {
		backup_path(path, "%s/%s.db", m->o->dir,
		    db_name(i));
		if ((i != DB_TRACE || m->o->trace) && stat(path, &st) == 0)
			need += 2 * (int64_t)st.st_size;
	}
	if (statvfs(m->o->dir, &fs) != 0)
		return failed(m, m->o->dir);
	if ((int64_t)fs.f_bavail * (int64_t)fs.f_frsize >= need)
		return ERR_OK;
	buf_addf(m->why, "there is no room: %" PRId64 " MB must be free in %s",
	    need >> 20, m->o->dir);
	return ERR_STORAGE;
}

static enum err copy_all(struct making *m)
{
	enum err e = check_room(m);

	for (enum db_which i = 0; i < DB_N && e == ERR_OK; i++) {
		if (i == DB_TRACE && !m->o->trace)
			continue;
		e = copy_db(m, i);
		if (e == ERR_OK)
			e = clean_copy(m, i);
	}
	return e;
}

/* --- the list ---------------------------------------------------------------------- */

static enum err add(struct making *m, const char *dir, const char *name)
{
	struct source *s;
	struct stat st;
	char path[BACKUP_PATH];

	backup_path(path, "%s/%s", dir, name);
	if (stat(path, &st) < 0)
		return failed(m, path);
	if (m->n == m->size) {
		m->size = m->size ? 2 * m->size : 64;
		m->all = xrealloc(m->all, m->size * sizeof(*m->all));
	}
	s = &m->all[m->n++];
	s->path = xstrndup(path, strlen(path));
	s->name = xstrndup(name, strlen(name));
	s->size = st.st_size;
	rand_bytes(s->head, sizeof(s->head));
	(void)atomic_fetch_add(&m->p->total, 2 * s->size);
	return ERR_OK;
}

/* Contents the copied store speaks of: nothing removes them meanwhile. */
static enum err add_contents(struct making *m)
{
	char path[BACKUP_PATH], hex[65], name[100];
	sqlite3_stmt *s = NULL;
	sqlite3 *h = NULL;
	enum err e = ERR_OK;

	backup_path(path, "%s/store.db", m->work);
	if (sqlite3_open_v2(path, &h, SQLITE_OPEN_READONLY, NULL) !=
	    SQLITE_OK || sqlite3_prepare_v2(h, "SELECT sha256 FROM file "
	    "WHERE length(sha256) = 32", -1, &s, NULL) != SQLITE_OK)
		e = sql_failed(m, h, path);
	while (e == ERR_OK && sqlite3_step(s) == SQLITE_ROW) {
		hex_encode(sqlite3_column_blob(s, 0), 32, hex);
		(void)snprintf(name, sizeof(name), "content/%.2s/%s", hex,
		    hex);
		e = add(m, m->o->dir, name);
		m->contents++;
		if (atomic_load(&m->p->cancel))
			e = cancelled(m);
	}
	(void)sqlite3_finalize(s);
	(void)sqlite3_close(h);
	return e;
}

static enum err add_secrets(struct making *m)
{
	char dir[BACKUP_PATH], name[300];
	struct dirent *d;
	enum err e = add(m, m->o->dir, "secret.key");
	DIR *tls;

	backup_path(dir, "%s/tls", m->o->dir);
	tls = opendir(dir);
	while (e == ERR_OK && tls && (d = readdir(tls)) != NULL) {
		(void)snprintf(name, sizeof(name), "tls/%s", d->d_name);
		if (d->d_name[0] != '.' && backup_entry_ok(strv(name)))
			e = add(m, m->o->dir, name);
	}
	if (tls)
		(void)closedir(tls);
	return e;
}

static enum err list_all(struct making *m)
{
	enum err e = add(m, m->work, "config.db");

	if (e == ERR_OK)
		e = add(m, m->work, "store.db");
	if (e == ERR_OK && m->o->trace)
		e = add(m, m->work, "trace.db");
	if (e == ERR_OK && m->sealed)
		e = add_secrets(m);
	return e == ERR_OK ? add_contents(m) : e;
}

/* --- the bytes of one entry ----------------------------------------------------------- */

typedef bool sink_fn(void *arg, const void *p, size_t n);

static int64_t stored_size(const struct making *m, const struct source *s)
{
	return m->sealed ? bcrypt_size(s->size) : s->size;
}

/* Exactly s->size bytes of fd, piece by piece, as they are stored. */
static bool pump_fd(struct making *m, const struct source *s, int fd,
    sink_fn *sink, void *arg)
{
	static _Thread_local uint8_t in[BCRYPT_PIECE];
	static _Thread_local uint8_t out[BCRYPT_PIECE + BCRYPT_TAG];
	int64_t left = s->size;
	struct bcrypt b;
	bool ok = true, last = false;

	bcrypt_init(&b, m->key, s->head, s->name);
	if (m->sealed)
		ok = sink(arg, s->head, BCRYPT_HEAD);
	while (ok && !last && !atomic_load(&m->p->cancel)) {
		size_t n = left < BCRYPT_PIECE ? (size_t)left : BCRYPT_PIECE;
		ssize_t k = n ? read(fd, in, n) : 0;

		/* a short read of a file: somebody cut it off */
		if (k < 0 || (size_t)k != n)
			return false;
		left -= (int64_t)n;
		last = n < BCRYPT_PIECE;
		(void)atomic_fetch_add(&m->p->done, (int64_t)n);
		ok = m->sealed ? bcrypt_seal(&b, in, n, last, out) &&
		    sink(arg, out, n + BCRYPT_TAG) : sink(arg, in, n);
	}
	return ok && last;
}

static enum err pump(struct making *m, const struct source *s, sink_fn *sink,
    void *arg)
{
	int fd = open(s->path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && pump_fd(m, s, fd, sink, arg);
	enum err e = ERR_OK;

	if (!ok)
		e = atomic_load(&m->p->cancel) ? cancelled(m) :
		    failed(m, s->path);
	if (fd >= 0)
		(void)close(fd);
	return e;
}

static bool hash_sink(void *arg, const void *p, size_t n)
{
	return EVP_DigestUpdate(arg, p, n) == 1;
}

static enum err hash_all(struct making *m)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	enum err e = md ? ERR_OK : ERR_STORAGE;

	for (size_t i = 0; i < m->n && e == ERR_OK; i++) {
		(void)EVP_DigestInit_ex(md, EVP_sha256(), NULL);
		e = pump(m, &m->all[i], hash_sink, md);
		(void)EVP_DigestFinal_ex(md, m->all[i].sha, NULL);
	}
	EVP_MD_CTX_free(md);
	return e;
}

/* --- the manifest ------------------------------------------------------------------------ */

static void manifest_head(const struct making *m, struct buf *b)
{
	char now[NOW_TEXT], host[256] = "", hex[2 * BCRYPT_SALT + 1];

	now_text(now_ms(), now);
	(void)gethostname(host, sizeof(host) - 1);
	buf_addf(b, "parley-backup %d\nversion %s\ncreated %s\nhost %s\n",
	    BACKUP_FORMAT, PARLEY_VERSION, now, host);
	for (enum db_which i = 0; i < DB_N; i++)
		if (i != DB_TRACE || m->o->trace)
			buf_addf(b, "schema %s %d\n", db_name(i),
			    m->versions[i]);
	if (m->sealed) {
		hex_encode(m->salt, BCRYPT_SALT, hex);
		buf_addf(b, "encrypted %s\n", hex);
	}
}

static void manifest_lists(const struct making *m, struct buf *b)
{
	buf_addf(b, "in settings, revisions, subscribers, devices, groups, "
	    "screening, administrators, audit (config.db)\n"
	    "in %" PRId64 " messages with their legs and reports, "
	    "registrations (store.db)\nin %" PRId64 " large contents\n",
	    m->messages, m->contents);
	if (m->o->trace)
		buf_addz(b, "in recorded steps of messages (trace.db)\n");
	if (m->sealed)
		buf_addz(b, "in key of sealed settings, certificates and "
		    "their keys\n");
	else
		buf_addz(b, "out passwords of subscribers and administrators, "
		    "second factors: no passphrase\n"
		    "out key of sealed settings, certificates and their "
		    "keys: no passphrase\n");
	if (!m->o->trace)
		buf_addz(b, "out recorded steps of messages (trace.db): not "
		    "asked for\n");
	buf_addz(b, "out sessions and tokens of administrators: never\n"
	    "out charging records in files: they are copies that leave by "
	    "themselves\n");
}

static void manifest(const struct making *m, struct buf *b)
{
	char hex[2 * BACKUP_SHA + 1];

	manifest_head(m, b);
	manifest_lists(m, b);
	for (size_t i = 0; i < m->n; i++) {
		hex_encode(m->all[i].sha, BACKUP_SHA, hex);
		buf_addf(b, "file %s %" PRId64 " %s\n", hex,
		    stored_size(m, &m->all[i]), m->all[i].name);
	}
	(void)backup_sign(b, m->o->dir, m->sealed ? m->key : NULL);
}

/* --- the file ------------------------------------------------------------------------------ */

static bool archive_sink(void *arg, const void *p, size_t n)
{
	return archive_write_data(arg, p, n) == (la_ssize_t)n;
}

static bool put_header(struct archive *a, const char *name, int64_t size)
{
	struct archive_entry *e = archive_entry_new();
	bool ok;

	archive_entry_set_pathname(e, name);
	archive_entry_set_size(e, size);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0600);
	archive_entry_set_mtime(e, (time_t)(now_ms() / 1000), 0);
	ok = archive_write_header(a, e) == ARCHIVE_OK;
	archive_entry_free(e);
	return ok;
}

static enum err put_all(struct making *m, struct archive *a)
{
	struct buf text;
	enum err e = ERR_OK;

	buf_init(&text, MANIFEST_MAX);
	manifest(m, &text);
	if (text.full || !put_header(a, MANIFEST, (int64_t)text.n) ||
	    !archive_sink(a, text.p, text.n))
		e = ERR_STORAGE;
	for (size_t i = 0; i < m->n && e == ERR_OK; i++) {
		const struct source *s = &m->all[i];

		if (!put_header(a, s->name, stored_size(m, s)))
			e = ERR_STORAGE;
		else
			e = pump(m, s, archive_sink, a);
	}
	buf_deinit(&text);
	return e;
}

static enum err write_file(struct making *m, int fd)
{
	struct archive *a = archive_write_new();
	enum err e;

	(void)archive_write_set_format_pax_restricted(a);
	if (archive_write_add_filter_zstd(a) != ARCHIVE_OK)
		(void)archive_write_add_filter_gzip(a);
	e = archive_write_open_fd(a, fd) == ARCHIVE_OK ? put_all(m, a) :
	    ERR_STORAGE;
	if (e == ERR_OK && archive_write_close(a) != ARCHIVE_OK)
		e = ERR_STORAGE;
	if (e == ERR_STORAGE && !m->why->n)
		buf_addf(m->why, "%s: %s", m->tmp, archive_error_string(a) ?
		    archive_error_string(a) : "cannot be written");
	(void)archive_write_free(a);
	return e;
}

static enum err put_file(struct making *m, const char *name)
{
	char path[BACKUP_PATH], dir[BACKUP_PATH];
	int fd = open(m->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	enum err e = fd < 0 ? failed(m, m->tmp) : write_file(m, fd);

	backup_path(dir, "%s/backup", m->o->dir);
	backup_path(path, "%s/%s", dir, name);
	if (e == ERR_OK && (fsync(fd) < 0 || rename(m->tmp, path) < 0 ||
	    !sync_dir(dir)))
		e = failed(m, path);
	if (fd >= 0)
		(void)close(fd);
	if (fd >= 0 && e != ERR_OK)
		(void)unlink(m->tmp);
	return e;
}

/* --- all of it ------------------------------------------------------------------------------- */

/* parley-20261120-093000-1a2b.cpmbak: newest last in order of names */
void backup_new_name(const char *kind, char name[BACKUP_NAME])
{
	time_t t = (time_t)(now_ms() / 1000);
	char random[5], at[40];
	struct tm tm;
	size_t n;

	(void)gmtime_r(&t, &tm);
	rand_hex(random, 4);
	n = strftime(at, sizeof(at), "%Y%m%d-%H%M%S", &tm);
	(void)snprintf(name, BACKUP_NAME, "%s-%.*s-%s.cpmbak", kind, (int)n,
	    at, random);
}

static enum err prepare(struct making *m, const char *name)
{
	char dir[BACKUP_PATH];

	backup_path(dir, "%s/backup", m->o->dir);
	backup_path(m->tmp, "%s/%s.tmp", dir, name);
	backup_path(m->work, "%s/.work-%s", dir, name);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return failed(m, dir);
	if (mkdir(m->work, 0700) < 0)
		return failed(m, m->work);
	m->sealed = m->o->passphrase.n > 0;
	if (!m->sealed)
		return ERR_OK;
	rand_bytes(m->salt, sizeof(m->salt));
	return bcrypt_key(m->o->passphrase, m->salt, m->key) ? ERR_OK :
	    failed(m, "no key can be made");
}

enum err backup_make(const struct backup_options *o,
    struct backup_progress *p, char name[BACKUP_NAME], struct buf *why)
{
	struct making m = { .o = o, .p = p, .why = why };
	enum err e;

	backup_new_name(BACKUP_OWN, name);
	backup_hold(true);
	e = prepare(&m, name);
	if (e == ERR_OK)
		e = copy_all(&m);
	if (e == ERR_OK)
		e = list_all(&m);
	if (e == ERR_OK)
		e = hash_all(&m);
	if (e == ERR_OK)
		e = put_file(&m, name);
	backup_hold(false);
	backup_remove_tree(m.work);
	for (size_t i = 0; i < m.n; i++) {
		free(m.all[i].path);
		free(m.all[i].name);
	}
	free(m.all);
	explicit_bzero(m.key, sizeof(m.key));
	return e;
}
