/* scratch.c - a folder of a test's own, gone when the process ends. */

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/scratch.h"

#define MAX_MADE	64

static char made[MAX_MADE][256];
static size_t nmade;
static pid_t owner;

static int gone(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void clean(void)
{
	if (getpid() != owner)
		return;
	while (nmade > 0)
		(void)nftw(made[--nmade], gone, 16, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_new(void)
{
	const char *tmp = getenv("TMPDIR");
	char *path;

	if (owner != getpid()) {	/* Check forks each test */
		owner = getpid();
		nmade = 0;
		(void)atexit(clean);
	}
	if (nmade == MAX_MADE)
		abort();
	path = made[nmade++];
	(void)snprintf(path, sizeof(made[0]), "%s/parley-test-XXXXXX",
	    tmp ? tmp : "/tmp");
	if (!mkdtemp(path))
		abort();
	return path;
}

static void copy(const char *from, const char *to)
{
	static char block[1 << 16];
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	size_t n;

	if (!in || !out)
		abort();
	while ((n = fread(block, 1, sizeof(block), in)) > 0) {
		if (fwrite(block, 1, n, out) != n)
			abort();
	}
	(void)fclose(in);
	if (fclose(out) != 0)
		abort();
}

static void copy_files(const char *from, const char *to)
{
	char source[600], target[600];
	DIR *d = opendir(from);
	struct dirent *f;
	struct stat st;

	while (d && (f = readdir(d)) != NULL) {
		(void)snprintf(source, sizeof(source), "%s/%s", from,
		    f->d_name);
		(void)snprintf(target, sizeof(target), "%s/%s", to, f->d_name);
		if (stat(source, &st) < 0 || f->d_name[0] == '.' ||
		    strstr(f->d_name, "-shm"))
			continue;
		if (S_ISREG(st.st_mode)) {
			copy(source, target);
		} else if (S_ISDIR(st.st_mode)) {
			(void)mkdir(target, 0700);
			copy_files(source, target);
		}
	}
	if (d)
		(void)closedir(d);
}

const char *scratch_crash(const char *dir)
{
	const char *to = scratch_new();

	copy_files(dir, to);
	return to;
}
