/* charging_out.c - one open file of charging records, and its end. */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/now.h"
#include "store/charging_out.h"
#include "store/db_priv.h"

#define TAIL	65536	/* bytes in which the last whole record must be */
#define SHA	32

static void path_of(char path[4096], const char *dir, const char *name,
    const char *suffix)
{
	(void)snprintf(path, 4096, "%s/%s%s", dir, name, suffix);
}

static bool write_all(int fd, struct strv bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return true;
}

/* --- what a former run left ---------------------------------------------------------- */

/* The seq of one line: behind "seq": or in the second column; 0: none. */
static int64_t seq_of(const char *ext, const char *line)
{
	const char *p = strcmp(ext, "csv") == 0 ? strchr(line, ',') :
	    strstr(line, "\"seq\":");

	if (!p)
		return 0;
	p += *p == ',' ? 1 : 6;
	return isdigit((unsigned char)*p) ? strtoll(p, NULL, 10) : 0;
}

/*
 * The end of the last whole record in tail, and its seq; what is behind it
 * was cut off by a kill or never reached the disk.
 */
static size_t last_record(const char *ext, char *tail, size_t n,
    int64_t *seq)
{
	size_t end = n;

	while (end > 0) {
		size_t begin;

		while (end > 0 && tail[end - 1] != '\n')
			end--;
		if (end == 0)
			break;
		begin = end - 1;
		while (begin > 0 && tail[begin - 1] != '\n')
			begin--;
		tail[end - 1] = 0;
		*seq = seq_of(ext, tail + begin);
		tail[end - 1] = '\n';
		if (*seq > 0 && !memchr(tail + begin, 0, end - begin))
			return end;
		end = begin;
	}
	*seq = 0;
	return 0;
}

/* false with errno 0: there is no whole record in it */
static bool cut(struct charging_out *o)
{
	static char tail[TAIL + 1];
	struct stat st;
	off_t from;
	ssize_t n;
	size_t end;

	if (fstat(o->fd, &st) < 0)
		return false;
	from = st.st_size > TAIL ? st.st_size - TAIL : 0;
	n = pread(o->fd, tail, TAIL, from);
	if (n < 0)
		return false;
	tail[n] = 0;
	end = last_record(o->ext, tail, (size_t)n, &o->last);
	o->size = (int64_t)from + (int64_t)end;
	o->safe = o->size;
	o->safe_last = o->last;
	errno = 0;
	/* what a kill left behind was written, but may not be on disk */
	return end > 0 && ftruncate(o->fd, (off_t)o->size) == 0 &&
	    fsync(o->fd) == 0 && lseek(o->fd, 0, SEEK_END) >= 0;
}

static bool reopen(struct charging_out *o, const char *dir)
{
	char path[4096];

	path_of(path, dir, o->name, ".tmp");
	o->fd = open(path, O_RDWR | O_CLOEXEC);
	if (o->fd < 0)
		return false;
	o->opened = now_ms();
	if (cut(o))
		return true;
	(void)close(o->fd);
	o->fd = -1;
	if (errno == 0)
		(void)unlink(path);
	return errno == 0;
}

/* "cpm-example.org-000000000001.jsonl.tmp": ends in "." ext ".tmp" */
static bool is_ours(const char *name, const char *ext, size_t *base)
{
	char end[20];
	size_t n = strlen(name);
	int k = snprintf(end, sizeof(end), ".%s.tmp", ext);

	if (strncmp(name, "cpm-", 4) != 0 || n <= (size_t)k ||
	    strcmp(name + n - (size_t)k, end) != 0)
		return false;
	*base = n - 4;
	return true;
}

/* The newest open one; older ones that a change of the site left end. */
bool charging_out_recover(struct charging_out *o, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool ok = true;
	size_t n;

	if (!d)
		return errno == ENOENT;
	while (ok && (e = readdir(d)) != NULL) {
		if (!is_ours(e->d_name, o->ext, &n) || n >= sizeof(o->name))
			continue;
		if (o->fd >= 0)
			ok = charging_out_close(o, dir);
		memcpy(o->name, e->d_name, n);
		o->name[n] = 0;
		ok = ok && reopen(o, dir);
	}
	(void)closedir(d);
	return ok;
}

/* --- append ---------------------------------------------------------------------------- */

static bool create(struct charging_out *o, const char *dir, const char *site,
    int64_t first, struct strv head)
{
	char path[4096];

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return false;
	(void)snprintf(o->name, sizeof(o->name), "cpm-%.200s-%012" PRId64
	    ".%s", site, first, o->ext);
	path_of(path, dir, o->name, ".tmp");
	o->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (o->fd < 0)
		return false;
	o->opened = now_ms();
	o->size = o->last = o->safe_last = 0;
	if (write_all(o->fd, head) && sync_dir(dir)) {
		o->size = o->safe = (int64_t)head.n;
		return true;
	}
	(void)close(o->fd);
	o->fd = -1;
	(void)unlink(path);
	return false;
}

/* The next call begins where it was at the newest flush. */
static void back(struct charging_out *o)
{
	int error = errno;

	o->size = o->safe;
	o->last = o->safe_last;
	if (ftruncate(o->fd, (off_t)o->size) == 0)
		(void)lseek(o->fd, 0, SEEK_END);
	errno = error;
}

bool charging_out_append(struct charging_out *o, const char *dir,
    const char *site, int64_t first, int64_t last, struct strv head,
    struct strv lines)
{
	if (o->fd < 0 && !create(o, dir, site, first, head))
		return false;
	if (write_all(o->fd, lines)) {
		o->size += (int64_t)lines.n;
		o->last = last;
		return true;
	}
	back(o);
	return false;
}

bool charging_out_flush(struct charging_out *o)
{
	if (o->fd < 0 || o->size == o->safe)
		return true;
	if (fsync(o->fd) < 0) {
		back(o);
		return false;
	}
	o->safe = o->size;
	o->safe_last = o->last;
	return true;
}

/* --- close ----------------------------------------------------------------------------- */

static bool hash_of(int fd, char hex[2 * SHA + 1])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char part[65536], sum[SHA];
	ssize_t n = 0;
	off_t at = 0;
	bool ok = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

	while (ok && (n = pread(fd, part, sizeof(part), at)) > 0) {
		ok = EVP_DigestUpdate(md, part, (size_t)n) == 1;
		at += n;
	}
	ok = ok && n == 0 && EVP_DigestFinal_ex(md, sum, NULL) == 1;
	EVP_MD_CTX_free(md);
	if (ok)
		hex_encode(sum, SHA, hex);
	return ok;
}

static bool put_hash(const struct charging_out *o, const char *dir)
{
	char hex[2 * SHA + 1], path[4096], line[400];
	int fd, n;
	bool ok;

	if (!hash_of(o->fd, hex))
		return false;
	path_of(path, dir, o->name, ".sha256");
	n = snprintf(line, sizeof(line), "%s  %s\n", hex, o->name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ok = fd >= 0 && write_all(fd, (struct strv){ line, (size_t)n }) &&
	    fsync(fd) == 0;
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

bool charging_out_close(struct charging_out *o, const char *dir)
{
	char from[4096], to[4096];

	if (o->fd < 0)
		return true;
	path_of(from, dir, o->name, ".tmp");
	path_of(to, dir, o->name, "");
	if (fsync(o->fd) < 0 || !put_hash(o, dir) || rename(from, to) < 0)
		return false;
	(void)close(o->fd);
	o->fd = -1;
	o->size = 0;
	return sync_dir(dir);
}
