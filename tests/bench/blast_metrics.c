/* blast_metrics.c - what the daemon says of itself, before and after. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "blast.h"

static int connect_unix(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct timeval patience = { 2, 0 };
	int fd;

	if (strlen(path) >= sizeof(a.sun_path))
		return -1;
	memcpy(a.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static char *fetch(const char *path)
{
	static const char get[] = "GET /metrics HTTP/1.1\r\n"
	    "Host: localhost\r\nConnection: close\r\n\r\n";
	enum { SIZE = 4 << 20 };
	int fd = connect_unix(path);
	char *text = fd < 0 ? NULL : malloc(SIZE);
	size_t n = 0;
	ssize_t got = 1;

	if (!text) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (write(fd, get, sizeof(get) - 1) < 0)
		got = 0;
	while (got > 0 && n < SIZE - 1) {
		got = read(fd, text + n, SIZE - 1 - n);
		n += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	text[n] = 0;
	return text;
}

bool metrics_buckets(const char *path, const char *name, struct buckets *b)
{
	char *text = fetch(path), mark[80], *p;
	int n = snprintf(mark, sizeof(mark), "%s_bucket{", name);
	unsigned room = sizeof(b->le) / sizeof(b->le[0]);

	b->n = 0;
	for (p = text; p && b->n < room; p += n) {
		char *le, *value;

		p = strstr(p, mark);
		if (!p)
			break;
		le = strstr(p, "le=\"");
		value = strstr(p, "} ");
		if (!le || !value || le > value)
			continue;
		b->le[b->n] = strtod(le + 4, NULL);
		b->count[b->n++] = strtod(value + 2, NULL);
	}
	free(text);
	return b->n > 0;
}

bool metrics_value(const char *path, const char *name, double *out)
{
	char *text = fetch(path), mark[80];
	int n = snprintf(mark, sizeof(mark), "\n%s ", name);
	const char *p = text ? strstr(text, mark) : NULL;

	if (p)
		*out = strtod(p + n, NULL);
	free(text);
	return p != NULL;
}

double metrics_quantile(const struct buckets *before,
    const struct buckets *after, double part)
{
	double all;

	if (before->n != after->n)
		return -1;
	all = after->count[after->n - 1] - before->count[before->n - 1];
	for (unsigned i = 0; i < after->n; i++)
		if (after->count[i] - before->count[i] >= all * part)
			return isinf(after->le[i]) && i > 0 ?
			    after->le[i - 1] : after->le[i];
	return -1;
}
