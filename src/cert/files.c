/* files.c - certificates with their keys on disk, and who has which. */

#include "cert/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cert/chain.h"

#define FOLDER	"tls"
#define LIST	FOLDER "/assigned"

bool cert_name_ok(struct strv name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && (i == 0 || !((c >= '0' && c <= '9') ||
		    c == '-' || c == '_')))
			return false;
	}
	return name.n > 0 && name.n < CERT_NAME;
}

void cert_path(char out[CERT_PATH], const char *dir, const char *name,
    const char *kind)
{
	(void)snprintf(out, CERT_PATH, "%s/" FOLDER "/%s.%s", dir, name,
	    kind);
}

/* --- files ------------------------------------------------------------------ */

enum err cert_file_read(const char *path, struct buf *out)
{
	char part[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? ERR_NO_USER : ERR_STORAGE;
	while ((n = read(fd, part, sizeof(part))) > 0 && !out->full)
		buf_add(out, part, (size_t)n);
	close(fd);
	explicit_bzero(part, sizeof(part));
	return n < 0 || out->full ? ERR_STORAGE : ERR_OK;
}

static bool write_all(int fd, struct strv text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text.p += n;
		text.n -= (size_t)n;
	}
	return fsync(fd) == 0;
}

static void sync_folder(const char *path)
{
	char folder[CERT_PATH];
	int fd;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	fd = open(dirname(folder), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

/* Through a second name, so that a half-written file never counts. */
enum err cert_file_write(const char *path, struct strv text)
{
	char temp[CERT_PATH + 8], folder[CERT_PATH];
	int fd;
	bool ok;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	if (mkdir(dirname(folder), 0700) < 0 && errno != EEXIST)
		return ERR_STORAGE;
	(void)snprintf(temp, sizeof(temp), "%s.new", path);
	(void)unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_STORAGE;
	ok = write_all(fd, text);
	close(fd);
	if (!ok || rename(temp, path) < 0) {
		(void)unlink(temp);
		return ERR_STORAGE;
	}
	sync_folder(path);
	return ERR_OK;
}

/* --- certificates ------------------------------------------------------------- */

/* The key behind the certificate, if it is in the file and fits. */
static bool add_key(struct buf *out, const char *path)
{
	size_t before = out->n;
	struct chain *c;
	struct buf why;
	bool fits = false;

	if (before && out->p[before - 1] != '\n')
		buf_addc(out, '\n');
	buf_init(&why, 256);
	if (cert_file_read(path, out) == ERR_OK &&
	    chain_read(buf_strv(out), &c, &why) == ERR_OK) {
		fits = chain_key(c, buf_strv(out), &why) == ERR_OK;
		chain_free(c);
	}
	buf_deinit(&why);
	if (fits)
		return true;
	explicit_bzero(out->p + before, out->n - before);
	out->n = before;
	out->full = false;
	return false;
}

enum err cert_read_files(const char *pem, const char *key, struct buf *out)
{
	enum err e = cert_file_read(pem, out);

	if (e == ERR_OK && *key && !chain_has_key(buf_strv(out)) &&
	    !add_key(out, key)) {
		buf_addc(out, '\n');
		(void)cert_file_read(key, out);	/* that it does not fit */
	}
	return e == ERR_OK && out->full ? ERR_STORAGE : e;
}

enum err cert_read(const char *dir, const char *name, struct buf *out)
{
	static const char *const others[] = { "next", "waiting" };
	char path[CERT_PATH], key[CERT_PATH];
	enum err e;

	cert_path(path, dir, name, "pem");
	e = cert_file_read(path, out);
	if (e != ERR_OK || chain_has_key(buf_strv(out)))
		return e;
	cert_path(key, dir, name, "key");
	if (add_key(out, key))
		return ERR_OK;
	for (size_t i = 0; i < 2; i++) {
		cert_path(path, dir, name, others[i]);
		if (add_key(out, path))
			return ERR_OK;
	}
	buf_addc(out, '\n');
	(void)cert_file_read(key, out);		/* that it does not fit */
	return out->full ? ERR_STORAGE : ERR_OK;
}

static void drop(const char *dir, const char *name, const char *kind)
{
	char path[CERT_PATH];

	cert_path(path, dir, name, kind);
	(void)unlink(path);
}

enum err cert_write(const char *dir, const char *name, struct strv chain,
    struct strv key)
{
	char path[CERT_PATH], next[CERT_PATH];
	enum err e;

	cert_path(next, dir, name, "next");
	e = cert_file_write(next, key);
	cert_path(path, dir, name, "pem");
	if (e == ERR_OK)
		e = cert_file_write(path, chain);
	if (e != ERR_OK) {
		(void)unlink(next);
		return e;
	}
	cert_path(path, dir, name, "key");
	if (rename(next, path) < 0)
		return ERR_STORAGE;
	sync_folder(path);
	cert_request_remove(dir, name);
	return ERR_OK;
}

void cert_remove(const char *dir, const char *name)
{
	drop(dir, name, "pem");
	drop(dir, name, "key");
	drop(dir, name, "next");
	cert_request_remove(dir, name);
}

enum err cert_request_write(const char *dir, const char *name,
    struct strv request, struct strv key)
{
	char path[CERT_PATH];
	enum err e;

	cert_path(path, dir, name, "waiting");
	e = cert_file_write(path, key);
	cert_path(path, dir, name, "csr");
	return e == ERR_OK ? cert_file_write(path, request) : e;
}

void cert_request_remove(const char *dir, const char *name)
{
	drop(dir, name, "csr");
	drop(dir, name, "waiting");
}

static bool ends(const char *file, const char *with, char name[CERT_NAME])
{
	size_t n = strlen(file), k = strlen(with);
	struct strv s = { file, n > k ? n - k : 0 };

	if (!cert_name_ok(s) || strcmp(file + s.n, with) != 0)
		return false;
	memcpy(name, file, s.n);
	name[s.n] = 0;
	return true;
}

static int ours(const struct dirent *d)
{
	char name[CERT_NAME];

	return ends(d->d_name, ".pem", name) || ends(d->d_name, ".csr", name);
}

enum err cert_each(const char *dir, cert_name_fn *fn, void *arg)
{
	char path[CERT_PATH], name[CERT_NAME], last[CERT_NAME] = "";
	struct dirent **all = NULL;
	bool more = true;
	int n;

	(void)snprintf(path, sizeof(path), "%s/" FOLDER, dir);
	n = scandir(path, &all, ours, alphasort);
	for (int i = 0; i < n; i++) {
		if (more && (ends(all[i]->d_name, ".pem", name) ||
		    ends(all[i]->d_name, ".csr", name)) &&
		    strcmp(name, last) != 0) {
			strcpy(last, name);
			more = fn(name, arg);
		}
		free(all[i]);
	}
	free(all);
	return n < 0 && errno != ENOENT ? ERR_STORAGE : ERR_OK;
}

/* --- who has which ------------------------------------------------------------ */

static enum err list_read(const char *dir, char path[CERT_PATH],
    struct buf *out)
{
	enum err e;

	(void)snprintf(path, CERT_PATH, "%s/" LIST, dir);
	e = cert_file_read(path, out);
	return e == ERR_NO_USER ? ERR_OK : e;
}

bool cert_assigned(const char *dir, const char *use, char out[CERT_NAME])
{
	char path[CERT_PATH];
	struct strv rest, line, name;
	struct buf b;

	out[0] = 0;
	buf_init(&b, CERT_FILE_MAX);
	(void)list_read(dir, path, &b);
	for (rest = buf_strv(&b); rest.p;) {
		line = strv_split(rest, '\n', &rest);
		if (strv_eq(strv_split(line, ' ', &name), strv(use)) &&
		    cert_name_ok(name)) {
			memcpy(out, name.p, name.n);
			out[name.n] = 0;
		}
	}
	buf_deinit(&b);
	return out[0] != 0;
}

static enum err assign(const char *dir, const char *use, const char *name)
{
	char path[CERT_PATH];
	struct strv rest, line, of;
	struct buf was, will;
	enum err e;

	buf_init(&was, CERT_FILE_MAX);
	buf_init(&will, CERT_FILE_MAX);
	e = list_read(dir, path, &was);
	for (rest = buf_strv(&was); rest.p;) {
		line = strv_split(rest, '\n', &rest);
		if (line.n && !strv_eq(strv_split(line, ' ', &of), strv(use)))
			buf_addf(&will, "%.*s\n", STRV_ARG(line));
	}
	if (name)
		buf_addf(&will, "%s %s\n", use, name);
	if (e == ERR_OK)
		e = will.full ? ERR_STORAGE :
		    cert_file_write(path, buf_strv(&will));
	buf_deinit(&was);
	buf_deinit(&will);
	return e;
}

enum err cert_assign(const char *dir, const char *use, const char *name)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	enum err e;

	pthread_mutex_lock(&lock);
	e = assign(dir, use, name);
	pthread_mutex_unlock(&lock);
	return e;
}
