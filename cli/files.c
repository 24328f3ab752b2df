/* files.c - the files that lines of the user name. */

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/files.h"

#define FOLDER	"parley-out"

static bool restricted;	/* once for the whole program, at its start */

void files_restrict(void)
{
	restricted = true;
}

bool files_restricted(void)
{
	return restricted;
}

/* Who is restricted could set HOME. */
static const char *home(void)
{
	const struct passwd *p = restricted ? getpwuid(getuid()) : NULL;
	const char *dir = p ? p->pw_dir : restricted ? NULL : getenv("HOME");

	return dir && *dir == '/' ? dir : NULL;
}

static int refused(const char *path, struct buf *why)
{
	buf_addf(why, "%s: in this shell files are plain names in ~/" FOLDER,
	    path);
	return -1;
}

/* A name without any folder, and no link to somewhere else. */
static int inside(const char *path, int flags, struct buf *why)
{
	const char *name = strncmp(path, "~/" FOLDER "/",
	    sizeof("~/" FOLDER "/") - 1) == 0 ?
	    path + sizeof("~/" FOLDER "/") - 1 : path;
	int at, dir, fd = -1;

	if (!*name || strchr(name, '/') || name[0] == '.' || !home())
		return refused(path, why);
	at = open(home(), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at >= 0 && (flags & O_CREAT))
		(void)mkdirat(at, FOLDER, 0700);
	dir = at >= 0 ? openat(at, FOLDER, O_PATH | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC) : -1;
	if (dir >= 0)
		fd = openat(dir, name, flags | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0)
		buf_addf(why, "~/" FOLDER "/%s: %s", name, strerror(errno));
	if (dir >= 0)
		close(dir);
	if (at >= 0)
		close(at);
	return fd;
}

static int anywhere(const char *path, int flags, struct buf *why)
{
	struct buf b;
	int fd;

	buf_init(&b, BUF_NO_LIMIT);
	if (path[0] == '~' && path[1] == '/' && home()) {
		buf_addz(&b, home());
		buf_addz(&b, path + 1);
	} else {
		buf_addz(&b, path);
	}
	fd = open(b.p ? b.p : "", flags, 0600);
	if (fd < 0)
		buf_addf(why, "%s: %s", path, strerror(errno));
	buf_deinit(&b);
	return fd;
}

int files_read(const char *path, struct buf *why)
{
	int flags = O_RDONLY | O_CLOEXEC;

	return restricted ? inside(path, flags, why) :
	    anywhere(path, flags, why);
}

int files_write(const char *path, struct buf *why)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;

	return restricted ? inside(path, flags, why) :
	    anywhere(path, flags, why);
}

bool files_own(const char *variable, const char *fallback, const char *name,
    char *path, size_t size)
{
	const char *base = restricted ? NULL : getenv(variable);
	int n;

	if (base && *base == '/')
		n = snprintf(path, size, "%s/parley/%s", base, name);
	else if (home())
		n = snprintf(path, size, "%s/%s/parley/%s", home(), fallback,
		    name);
	else
		return false;
	if (n < 0 || (size_t)n >= size)
		return false;
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = 0;
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			n = 0;
		*p = '/';
	}
	return n > 0;
}
