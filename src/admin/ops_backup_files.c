/* ops_backup_files.c - backups leave by the API, and come in by it. */

#define LOG_UNIT "backup"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "admin/admin_priv.h"
#include "admin/errand.h"
#include "base/alloc.h"
#include "base/log.h"
#include "loop/work.h"
#include "store/audit.h"
#include "store/backup.h"
#include "store/db.h"

#define UPLOAD	"/backups/upload"
#define PATH_SIZE 4400

/* --- out -------------------------------------------------------------------------- */

/* Everything there is leaves: by who has just said his password. */
static bool is_fresh(struct op_call *c)
{
	const struct who *w = who_of(c);

	if (w->via != VIA_SESSION || session_is_fresh(&w->session))
		return true;
	op_fail(c, OP_REAUTH, "this needs your password again: POST " API
	    "/auth/reauth");
	return false;
}

static int open_backup(struct op_call *c, struct stat *st)
{
	struct strv name = op_text(c, "name");
	char path[PATH_SIZE];
	int fd = -1;

	(void)snprintf(path, sizeof(path), "%s/backup/%.*s", db_dir(),
	    STRV_ARG(name));
	if (backup_name_ok(name))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	if (fd >= 0)
		(void)close(fd);
	op_fail(c, OP_NOT_FOUND, "there is no backup \"%.*s\"",
	    STRV_ARG(name));
	return -1;
}

/* The server reads the file as the client takes it. */
static void download_run(struct op_call *c)
{
	struct errand *x = op_owner(c);
	struct buf disposition;
	struct stat st;
	int fd;

	if (!is_fresh(c))
		return;
	fd = open_backup(c, &st);
	if (fd < 0)
		return;
	audit_event(op_who(c), STRV("backup download"), op_text(c, "name"),
	    STRV("ok"), STRV_NONE);
	buf_init(&disposition, 200);
	buf_addf(&disposition, "attachment; filename=\"%.*s\"",
	    STRV_ARG(op_text(c, "name")));
	httpd_reply_header(x->r, "Content-Disposition",
	    buf_strv(&disposition));
	buf_deinit(&disposition);
	httpd_reply_file(x->r, 200, "application/octet-stream", fd, 0,
	    (uint64_t)st.st_size);
	op_call_free(c);
	errand_free(x);
}

/* --- in --------------------------------------------------------------------------- */

bool upload_is(const struct op *op)
{
	return strcmp(op->path, UPLOAD) == 0;
}

/* Without a name until it has been looked at: it goes with its connection. */
int upload_file(uint64_t *limit)
{
	char dir[PATH_SIZE];
	struct statvfs fs;
	uint64_t have;
	int fd;

	(void)snprintf(dir, sizeof(dir), "%s/backup", db_dir());
	(void)mkdir(dir, 0700);
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 || fstatvfs(fd, &fs) != 0) {
		log_warn("no file for an upload in %s: %s", dir,
		    strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	have = (uint64_t)fs.f_bavail * fs.f_frsize;
	*limit = have > HTTPD_SPARE ? have - HTTPD_SPARE : 0;
	return fd;
}

struct upload {
	struct op_call *c;
	int fd;			/* the request's */
	char name[BACKUP_NAME];
	struct backup_content content;
	struct buf why;
	enum err err;
};

/* A name only for what is a backup, and durable when that is said. */
static enum err keep(struct upload *u, const char *from)
{
	char dir[PATH_SIZE], path[PATH_SIZE + BACKUP_NAME];
	enum err e = ERR_OK;
	int fd;

	(void)snprintf(dir, sizeof(dir), "%s/backup", db_dir());
	backup_new_name(BACKUP_UPLOAD, u->name);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, u->name);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(u->fd) < 0 || linkat(AT_FDCWD, from, AT_FDCWD,
	    path, AT_SYMLINK_FOLLOW) < 0 || fsync(fd) < 0) {
		buf_addf(&u->why, "%s: %s", path, strerror(errno));
		e = ERR_STORAGE;
	}
	if (fd >= 0)
		(void)close(fd);
	return e;
}

static void look(void *arg)
{
	struct upload *u = arg;
	char from[40];

	(void)snprintf(from, sizeof(from), "/proc/self/fd/%d", u->fd);
	u->err = backup_look(from, db_dir(), &u->content, &u->why);
	if (u->err == ERR_OK)
		u->err = keep(u, from);
}

static void looked(void *arg)
{
	struct upload *u = arg;
	struct op_call *c = u->c;

	if (u->err == ERR_OK) {
		audit_event(op_who(c), STRV("backup upload"), strv(u->name),
		    STRV("ok"), strv(u->content.by));
		op_field(c, "name", strv(u->name));
		op_field_int(c, "files", u->content.entries);
		op_field_int(c, "size", u->content.size);
		op_field(c, "signed", strv(u->content.by));
		op_done(c);
	} else {
		op_fail(c, u->err == ERR_STORAGE ? OP_FAILED : OP_INVALID,
		    "%s", u->why.p);
	}
	buf_deinit(&u->content.manifest);
	buf_deinit(&u->why);
	free(u);
}

static void upload_run(struct op_call *c)
{
	const struct httpd_request *r = ((struct errand *)op_owner(c))->r;
	struct upload *u;

	if (httpd_body_file(r) < 0 || httpd_body_size(r) == 0) {
		op_fail(c, OP_INVALID, "send the backup as the body, with "
		    "Content-Type: application/octet-stream");
		return;
	}
	u = xalloc(sizeof(*u));
	u->c = c;
	u->fd = httpd_body_file(r);
	buf_init(&u->why, 4096);
	/* gigabytes may be read and flushed: messages do not wait for that */
	if (work_put(WORK_SLOW, look, looked, u))
		return;
	op_fail(c, OP_BUSY, "too much is being done; try again");
	buf_deinit(&u->why);
	free(u);
}

/* --- the table --------------------------------------------------------------------- */

static const struct op_arg name_args[] = {
	{ "name", ARG_PATH, "backup", "as backup list shows it",
	  IS_TEXT(1, 255) },
	{ 0 }
};

static const struct op ops[] = {
	{ "", "GET", "/backups/{name}/file", CAP_SECURITY, OP_CORE, name_args,
	  "the backup itself", download_run, "@application/octet-stream" },
	{ "", "POST", UPLOAD, CAP_SECURITY, OP_CORE, NULL, "a backup from "
	  "elsewhere, as the body (application/octet-stream)", upload_run,
	  "name files:int size:bytes signed=box|passphrase|elsewhere|nobody" },
};

void ops_backup_files(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
