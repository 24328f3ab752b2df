/* charging_files.c - what lies in DIR/cdr. */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "store/charging.h"

static int ours(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return strncmp(e->d_name, "cpm-", 4) == 0 &&
	    (n < 7 || strcmp(e->d_name + n - 7, ".sha256") != 0);
}

/* Of cpm-example.org-000000000001.jsonl: behind the last hyphen. */
static int64_t first_of(const char *name)
{
	const char *p = strrchr(name, '-');

	return p ? strtoll(p + 1, NULL, 10) : 0;
}

static void read_hash(const char *dir, const char *name, char hex[65])
{
	char path[4096];
	FILE *f;

	hex[0] = 0;
	(void)snprintf(path, sizeof(path), "%s/%s.sha256", dir, name);
	f = fopen(path, "re");
	if (!f)
		return;
	if (fscanf(f, "%64[0-9a-f]", hex) != 1)
		hex[0] = 0;
	(void)fclose(f);
}

static bool give(const char *dir, const char *name, charging_file_fn *fn,
    void *arg)
{
	size_t n = strlen(name);
	struct charging_file f = { .name = name, .first = first_of(name),
		.open = n > 4 && strcmp(name + n - 4, ".tmp") == 0 };
	char path[4096], hex[65];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (stat(path, &st) < 0)
		return true;
	f.size = st.st_size;
	f.changed = (int64_t)st.st_mtim.tv_sec * 1000 +
	    st.st_mtim.tv_nsec / 1000000;
	hex[0] = 0;
	if (!f.open)
		read_hash(dir, name, hex);
	f.sha256 = hex;
	return fn(&f, arg);
}

enum err charging_files(const char *dir, charging_file_fn *fn, void *arg)
{
	struct dirent **all = NULL;
	int n = scandir(dir, &all, ours, alphasort);
	bool more = true;

	if (n < 0)
		return errno == ENOENT ? ERR_OK : ERR_STORAGE;
	for (int i = 0; i < n; i++) {
		more = more && give(dir, all[i]->d_name, fn, arg);
		free(all[i]);
	}
	free(all);
	return ERR_OK;
}
