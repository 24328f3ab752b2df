/* blast_disk.c - what one commit costs on the disk of the databases. */

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "blast.h"

int disk_run(const struct options *o, struct result *r)
{
	static const char page[4096];
	char path[1024];
	int fd;
	int64_t start, now;

	snprintf(path, sizeof(path), "%s/blast.disk", o->path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return 1;
	start = now = now_us();
	while (now - start < (int64_t)(o->seconds * 1e6)) {
		int64_t before = now;

		if (write(fd, page, sizeof(page)) != sizeof(page) ||
		    fdatasync(fd) != 0)
			break;
		now = now_us();
		hist_add(&r->answer, now - before);
		r->done++;
	}
	r->elapsed_s = (double)(now - start) / 1e6;
	close(fd);
	unlink(path);
	return r->done == 0;
}
